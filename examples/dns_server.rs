//! A small DNS server to stand in for a cluster's resolver: answers what it is told, over UDP and TCP.
//!
//! ```sh
//! cargo run --example dns_server -- --listen 127.0.0.1:5353 --host kubernetes.default.svc.cluster.local=10.100.0.1
//! cargo run --example dns_server -- --listen 127.0.0.1:5353 --answer servfail
//! ```

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

/// Answers DNS questions from a list of names.
#[derive(Debug, Clone, Parser)]
struct Arguments {
    /// Where to listen, UDP and TCP
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:5353")]
    listen: SocketAddr,
    /// A name and its address; once for each address
    #[arg(long, value_name = "NAME=ADDR", value_parser = host)]
    host: Vec<(Name, IpAddr)>,
    /// Answer every other name with this address, instead of NXDOMAIN
    #[arg(long, value_name = "ADDR")]
    wildcard: Option<IpAddr>,
    /// Answer everything like this instead
    #[arg(long)]
    answer: Option<Misbehaviour>,
}

/// Ways to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Misbehaviour {
    Servfail,
    Refused,
    Drop,
}

fn host(text: &str) -> Result<(Name, IpAddr), String> {
    let (name, address) = text.split_once('=').ok_or("a host is NAME=ADDR")?;
    let mut name = Name::from_ascii(name).map_err(|error| error.to_string())?;
    name.set_fqdn(true);
    Ok((name, address.parse().map_err(|_| format!("{address} is not an IP address"))?))
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let udp = UdpSocket::bind(arguments.listen)?;
    let address = udp.local_addr()?;
    let tcp = TcpListener::bind(address)?;
    writeln!(io::stdout(), "listening on {address}, UDP and TCP")?;
    let for_tcp = arguments.clone();
    std::thread::spawn(move || {
        for stream in tcp.incoming().flatten() {
            let arguments = for_tcp.clone();
            std::thread::spawn(move || serve_stream(stream, &arguments));
        }
    });
    let mut buffer = [0; 4096];
    loop {
        // A client that went away shows as ECONNREFUSED here; that is no reason to stop.
        let Ok((length, client)) = udp.recv_from(&mut buffer) else { continue };
        if let Some(response) = respond(&buffer[..length], &arguments) {
            let _ = udp.send_to(&response, client);
        }
    }
}

/// Each message comes behind its length in two octets (RFC 1035, 4.2.2).
fn serve_stream(mut stream: TcpStream, arguments: &Arguments) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut request = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut request)?;
        if let Some(response) = respond(&request, arguments) {
            let length = u16::try_from(response.len()).map_err(io::Error::other)?;
            stream.write_all(&[&length.to_be_bytes(), response.as_slice()].concat())?;
        }
    }
}

/// The response to a request; `None` for what is no request, or is to be dropped.
fn respond(request: &[u8], arguments: &Arguments) -> Option<Vec<u8>> {
    let mut message = Message::from_vec(request).ok()?;
    if message.metadata.message_type != MessageType::Query {
        return None;
    }
    let query = message.queries.first()?.clone();
    message = message.into_response();
    message.metadata.recursion_available = true;
    message.metadata.response_code = match arguments.answer {
        Some(Misbehaviour::Drop) => return None,
        Some(Misbehaviour::Servfail) => ResponseCode::ServFail,
        Some(Misbehaviour::Refused) => ResponseCode::Refused,
        None => {
            let known = arguments.host.iter().filter(|(name, _)| name == query.name());
            let mut addresses: Vec<IpAddr> = known.map(|(_, address)| *address).collect();
            if addresses.is_empty() {
                addresses.extend(arguments.wildcard);
            }
            let code = if addresses.is_empty() { ResponseCode::NXDomain } else { ResponseCode::NoError };
            for address in addresses {
                let data = match (address, query.query_type()) {
                    (IpAddr::V4(address), RecordType::A) => RData::A(A(address)),
                    (IpAddr::V6(address), RecordType::AAAA) => RData::AAAA(AAAA(address)),
                    _ => continue,
                };
                message.add_answer(Record::from_rdata(query.name().clone(), 5, data));
            }
            code
        }
    };
    message.to_vec().ok()
}
