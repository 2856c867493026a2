//! Greets as an SSH server does, and goes no further: an identification string and a KEXINIT
//! (RFC 4253). A stand-in for a real sshd in demonstrations; it lets nobody in.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use clap::Parser;

/// Greets as an SSH server does, and goes no further.
#[derive(Parser, Clone)]
struct Options {
    /// Address and port to listen on; port 0 takes a free one. What it is comes on standard error.
    #[arg(long)]
    listen: SocketAddr,
    /// The identification string to send.
    #[arg(long, default_value = "SSH-2.0-Greeter_1.0")]
    identification: String,
    /// Accept, and say nothing.
    #[arg(long, conflicts_with_all = ["stall_after_identification", "refuse_text"])]
    silent: bool,
    /// Send the identification string, and nothing more: what a path that loses full-size packets shows.
    #[arg(long, conflicts_with = "refuse_text")]
    stall_after_identification: bool,
    /// Send this line and close, e.g. "Not allowed at this time".
    #[arg(long, value_name = "LINE")]
    refuse_text: Option<String>,
    /// Wait so many milliseconds before the identification string.
    #[arg(long, default_value_t = 0, value_name = "MILLISECONDS")]
    delay: u64,
}

/// How long a connection is kept.
const LONGEST: Duration = Duration::from_secs(60);

/// A cookie, then what a current server offers, in RFC 4253's (7.1) order.
const OFFER: [&str; 10] = [
    "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,\
     ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,\
     diffie-hellman-group18-sha512,diffie-hellman-group14-sha256",
    "rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519",
    CIPHERS,
    CIPHERS,
    MACS,
    MACS,
    "none,zlib@openssh.com",
    "none,zlib@openssh.com",
    "",
    "",
];
const CIPHERS: &str = "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,\
    aes128-gcm@openssh.com,aes256-gcm@openssh.com";
const MACS: &str = "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,\
    hmac-sha2-512-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512";

fn main() -> io::Result<()> {
    let options = Options::parse();
    let listener = TcpListener::bind(options.listen)?;
    writeln!(io::stderr(), "listening on {}", listener.local_addr()?)?;
    for stream in listener.incoming() {
        let (stream, options) = (stream?, options.clone());
        thread::Builder::new().spawn(move || greet(&stream, &options))?;
    }
    Ok(())
}

fn greet(mut stream: &TcpStream, options: &Options) -> io::Result<()> {
    stream.set_read_timeout(Some(LONGEST))?;
    stream.set_nodelay(true)?;
    thread::sleep(Duration::from_millis(options.delay));
    if let Some(line) = &options.refuse_text {
        return stream.write_all(format!("{line}\r\n").as_bytes());
    }
    let mut reader = BufReader::new(stream.take(64 * 1024));
    if !options.silent {
        stream.write_all(format!("{}\r\n", options.identification).as_bytes())?;
        if !options.stall_after_identification {
            // As OpenSSH does: the client's identification string comes before our KEXINIT.
            let mut identification = Vec::new();
            reader.read_until(b'\n', &mut identification)?;
            stream.write_all(&key_exchange())?;
        }
    }
    // Until the client closes, and never for ever.
    io::copy(&mut reader, &mut io::sink()).map(drop)
}

/// `SSH_MSG_KEXINIT` as a binary packet (RFC 4253, 6 and 7.1).
fn key_exchange() -> Vec<u8> {
    let mut payload = vec![20];
    payload.extend([0x5a; 16]);
    for list in OFFER {
        payload.extend(u32::try_from(list.len()).unwrap_or(0).to_be_bytes());
        payload.extend(list.as_bytes());
    }
    payload.extend([0; 5]);
    let total = (payload.len() + 9).next_multiple_of(8);
    let mut packet = u32::try_from(total - 4).unwrap_or(0).to_be_bytes().to_vec();
    packet.push(u8::try_from(total - payload.len() - 5).unwrap_or(0));
    packet.extend(payload);
    packet.resize(total, 0);
    packet
}
