//! A nameserver on loopback that does as a test says.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    Udp,
    Tcp,
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub transport: Transport,
    pub port: u16,
    pub bytes: Vec<u8>,
    pub message: Message,
    pub name: String,
    pub record_type: RecordType,
    /// The how manieth it is for its name, type and transport, from 1.
    pub nth: usize,
}

impl Request {
    /// NOERROR with these records.
    pub fn answer(&self, records: &[Record]) -> Vec<u8> {
        let mut message = self.message.clone().into_response();
        message.metadata.recursion_available = true;
        message.add_answers(records.iter().cloned());
        message.to_vec().unwrap()
    }

    /// NOERROR, TC and these records.
    pub fn truncated(&self, records: &[Record]) -> Vec<u8> {
        let mut message = Message::from_vec(&self.answer(records)).unwrap();
        message.metadata.truncation = true;
        message.to_vec().unwrap()
    }

    /// A response code alone.
    pub fn code(&self, code: ResponseCode) -> Vec<u8> {
        let mut message = self.message.clone().into_response();
        message.metadata.response_code = code;
        message.to_vec().unwrap()
    }

    /// 1 for a question for A, else 0: how many of one A record to answer with.
    pub fn is_a(&self) -> usize {
        usize::from(self.record_type == RecordType::A)
    }
}

pub fn a(owner: &str, address: [u8; 4]) -> Record {
    record(owner, RData::A(A(Ipv4Addr::from(address))))
}

pub fn aaaa(owner: &str, address: &str) -> Record {
    record(owner, RData::AAAA(AAAA(address.parse().unwrap())))
}

pub fn cname(owner: &str, target: &str) -> Record {
    record(owner, RData::CNAME(CNAME(Name::from_ascii(target).unwrap())))
}

fn record(owner: &str, data: RData) -> Record {
    Record::from_rdata(Name::from_ascii(owner).unwrap(), 5, data)
}

type Behaviour = dyn Fn(&Request) -> Vec<Vec<u8>> + Send + Sync;

/// A server and what it was asked. Its threads end with the test process.
pub struct Server {
    pub address: SocketAddr,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    requests: Mutex<Vec<Request>>,
    counts: Mutex<HashMap<(Transport, String, RecordType), usize>>,
}

impl Server {
    /// Sends each message that `behaviour` gives for a request.
    pub fn start(behaviour: impl Fn(&Request) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self::serve(behaviour, true, true)
    }

    /// Nothing listens on its TCP port.
    pub fn start_udp_only(behaviour: impl Fn(&Request) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self::serve(behaviour, true, false)
    }

    /// Nothing listens on its UDP port.
    pub fn start_tcp_only(behaviour: impl Fn(&Request) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self::serve(behaviour, false, true)
    }

    /// In place of a message: closes the TCP connection.
    pub fn hang_up() -> Vec<u8> {
        Vec::new()
    }

    /// Every request so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        self.log.requests.lock().unwrap().clone()
    }

    pub fn count(&self, transport: Transport, record_type: RecordType) -> usize {
        let matching =
            |request: &&Request| request.transport == transport && request.record_type == record_type;
        self.requests().iter().filter(matching).count()
    }

    /// The ports that UDP requests for this type came from.
    pub fn ports(&self, record_type: RecordType) -> Vec<u16> {
        let requests = self.requests().into_iter();
        let matching = requests.filter(|r| r.transport == Transport::Udp && r.record_type == record_type);
        matching.map(|request| request.port).collect()
    }

    fn serve(
        behaviour: impl Fn(&Request) -> Vec<Vec<u8>> + Send + Sync + 'static,
        with_udp: bool,
        with_tcp: bool,
    ) -> Self {
        let behaviour: Arc<Behaviour> = Arc::new(behaviour);
        let log = Arc::new(Log::default());
        let (udp, tcp) = ports();
        let address = udp.local_addr().unwrap();
        if with_udp {
            let (behaviour, log) = (Arc::clone(&behaviour), Arc::clone(&log));
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                loop {
                    // A client that has gone shows as ECONNREFUSED.
                    let Ok((length, client)) = udp.recv_from(&mut buffer) else { continue };
                    let request = log.note(Transport::Udp, client, &buffer[..length]);
                    let (udp, behaviour) = (udp.try_clone().unwrap(), Arc::clone(&behaviour));
                    std::thread::spawn(move || {
                        for message in behaviour(&request) {
                            let _ = udp.send_to(&message, client);
                        }
                    });
                }
            });
        }
        if with_tcp {
            let log = Arc::clone(&log);
            std::thread::spawn(move || {
                for stream in tcp.incoming().flatten() {
                    let (behaviour, log) = (Arc::clone(&behaviour), Arc::clone(&log));
                    std::thread::spawn(move || serve_stream(stream, &*behaviour, &log));
                }
            });
        }
        Self { address, log }
    }
}

impl Log {
    fn note(&self, transport: Transport, client: SocketAddr, bytes: &[u8]) -> Request {
        let message = Message::from_vec(bytes).unwrap();
        let query = &message.queries[0];
        let (name, record_type) = (query.name().to_ascii(), query.query_type());
        let mut counts = self.counts.lock().unwrap();
        let nth = counts.entry((transport, name.clone(), record_type)).or_default();
        *nth += 1;
        let port = client.port();
        let bytes = bytes.to_vec();
        let request = Request { transport, port, bytes, message, name, record_type, nth: *nth };
        self.requests.lock().unwrap().push(request.clone());
        request
    }
}

fn serve_stream(mut stream: TcpStream, behaviour: &Behaviour, log: &Log) {
    let client = stream.peer_addr().unwrap();
    let mut length = [0; 2];
    while stream.read_exact(&mut length).is_ok() {
        let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
        if stream.read_exact(&mut bytes).is_err() {
            return;
        }
        for message in behaviour(&log.note(Transport::Tcp, client, &bytes)) {
            if message.is_empty() {
                return;
            }
            let length = u16::try_from(message.len()).unwrap().to_be_bytes();
            let _ = stream.write_all(&[&length, message.as_slice()].concat());
        }
    }
}

/// Both sockets of one free port.
fn ports() -> (UdpSocket, TcpListener) {
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
            return (udp, tcp);
        }
    }
}

/// A port that nothing listens on, UDP nor TCP.
pub fn dead_port() -> SocketAddr {
    ports().0.local_addr().unwrap()
}
