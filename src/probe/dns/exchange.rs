//! One question to one nameserver: over UDP, over UDP again, then over TCP (RFC 7766).
//!
//! hickory-proto writes and reads the messages. The sockets are our own, because hickory's clients blur
//! what a probe is to tell apart: their UDP socket is not connected, so an ICMP error never reaches it
//! and a nameserver that is not there looks like one that is silent; over TCP they drop a malformed
//! message without a word and do not hold the question against the answer; and their resolver goes on
//! to other servers, names and transports by rules of its own.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::rr::{Name, RecordType};
use nix::errno::Errno;
use nix::sys::socket::{setsockopt, sockopt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::message::{Question, Reading};
use crate::fact::name::Answer;

/// The first retry comes after a third of the time, and not later than this.
const UDP_AGAIN: Duration = Duration::from_secs(1);

/// TCP is tried after two thirds of the time, and not later than this.
const THEN_TCP: Duration = Duration::from_secs(2);

/// How long TCP may take where UDP was refused: such a nameserver is most likely not there at all.
const TCP_AFTER_REFUSAL: Duration = Duration::from_secs(1);

/// Octets kept of a datagram. Without EDNS none may be longer than 512 (RFC 1035, 4.2.1).
const LONGEST_DATAGRAM: usize = 4096;

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The name.
    pub(super) name: Name,
    /// `A` or `AAAA`.
    pub(super) record_type: RecordType,
}

/// What one transport brought.
#[derive(Debug)]
pub(super) enum Reply {
    /// The answer.
    Answer(Answer),
    /// Only a part of it (TC).
    Truncated,
}

/// Why one transport brought nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The network's error, by errno.
    Network(String),
    /// The nameserver sent something that is no DNS message.
    Malformed(String),
}

impl Failure {
    fn words(self, transport: &str) -> String {
        match self {
            Self::Network(error) => format!("{transport}: {error}"),
            Self::Malformed(error) => format!("{transport}: malformed answer ({error})"),
        }
    }
}

/// Asks until `deadline`. The first answer on any transport counts, late ones to the first question too.
pub(super) async fn ask(wanted: Wanted, server: SocketAddr, deadline: Instant) -> Answer {
    let start = Instant::now();
    let budget = deadline.saturating_duration_since(start);
    let udp_again = start + UDP_AGAIN.min(budget / 3);
    let then_tcp = start + THEN_TCP.min(budget * 2 / 3);
    let mut end = deadline;
    let mut next = Next::UdpAgain;
    let mut failures: Vec<String> = Vec::new();
    let mut transports = JoinSet::new();
    transports.spawn(over_udp(wanted.clone(), server));
    loop {
        let due = match next {
            Next::UdpAgain => udp_again.min(end),
            Next::Tcp => then_tcp.min(end),
            Next::Nothing => end,
        };
        tokio::select! {
            biased;
            Some(ended) = transports.join_next() => {
                match ended {
                    Ok((_, Ok(Reply::Answer(answer)))) => return answer,
                    Ok((transport, Ok(Reply::Truncated))) => failures.push(format!("{transport}: truncated answer")),
                    Ok((transport, Err(failure))) => {
                        end = end.min(Instant::now() + TCP_AFTER_REFUSAL);
                        failures.push(failure.words(transport));
                    }
                    Err(error) => failures.push(error.to_string()),
                }
                if next != Next::Nothing {
                    next = Next::Nothing;
                    transports.spawn(over_tcp(wanted.clone(), server));
                } else if transports.is_empty() {
                    return Answer::Failed(failures.join("; "));
                }
            }
            () = sleep_until(due) => match next {
                Next::UdpAgain => {
                    // From a new port: a conntrack entry that leads the first one astray (a race, or an
                    // endpoint that is gone) does the same to all that follow it.
                    transports.spawn(over_udp(wanted.clone(), server));
                    next = Next::Tcp;
                }
                Next::Tcp => {
                    transports.spawn(over_tcp(wanted.clone(), server));
                    next = Next::Nothing;
                }
                Next::Nothing if failures.is_empty() => return Answer::TimedOut,
                Next::Nothing => return Answer::Failed(format!("{}; then no answer", failures.join("; "))),
            }
        }
    }
}

/// The step that comes next if nothing else does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    UdpAgain,
    Tcp,
    Nothing,
}

/// Which transport, and how it went.
type Ended = (&'static str, Result<Reply, Failure>);

/// Asks once over UDP, from a connected socket of its own, and listens until dropped. What does not
/// answer the question is passed over.
pub(super) async fn over_udp(wanted: Wanted, server: SocketAddr) -> Ended {
    let exchange = async {
        let question = question(&wanted)?;
        let socket = connected_socket(server).await.map_err(network)?;
        socket.send(&question.bytes).await.map_err(network)?;
        let mut buffer = vec![0; LONGEST_DATAGRAM];
        loop {
            let length = socket.recv(&mut buffer).await.map_err(network)?;
            match question.read(&buffer[..length]) {
                Reading::Foreign => {}
                Reading::Malformed(error) => return Err(Failure::Malformed(error)),
                Reading::Truncated => return Ok(Reply::Truncated),
                Reading::Answer(answer) => return Ok(Reply::Answer(answer)),
            }
        }
    };
    ("UDP", exchange.await)
}

/// Asks once over TCP (RFC 7766), each message behind its length in two octets.
async fn over_tcp(wanted: Wanted, server: SocketAddr) -> Ended {
    let exchange = async {
        let question = question(&wanted)?;
        let mut stream = TcpStream::connect(server).await.map_err(network)?;
        let length =
            u16::try_from(question.bytes.len()).map_err(|error| Failure::Network(error.to_string()))?;
        // In one segment: some servers read no further than the first (RFC 7766, 8).
        let framed = [&length.to_be_bytes(), question.bytes.as_slice()].concat();
        stream.write_all(&framed).await.map_err(network)?;
        loop {
            let length = stream.read_u16().await.map_err(network)?;
            let mut message = vec![0; usize::from(length)];
            stream.read_exact(&mut message).await.map_err(network)?;
            match question.read(&message) {
                Reading::Foreign => {}
                Reading::Malformed(error) => return Err(Failure::Malformed(error)),
                Reading::Truncated => return Err(Failure::Malformed("truncated".to_owned())),
                Reading::Answer(answer) => return Ok(Reply::Answer(answer)),
            }
        }
    };
    ("TCP", exchange.await)
}

fn question(wanted: &Wanted) -> Result<Question, Failure> {
    Question::new(&wanted.name, wanted.record_type).map_err(Failure::Network)
}

/// A socket that hears of ICMP errors: connected, and with the ones that Linux would pass over
/// (`IP_RECVERR`, ip(7): no host, no route on the way).
async fn connected_socket(server: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    match server {
        SocketAddr::V4(_) => setsockopt(&socket, sockopt::Ipv4RecvErr, &true)?,
        SocketAddr::V6(_) => setsockopt(&socket, sockopt::Ipv6RecvErr, &true)?,
    }
    socket.connect(server).await?;
    Ok(socket)
}

/// An I/O error by its errno, e.g. `ECONNREFUSED (Connection refused)`.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn network(error: io::Error) -> Failure {
    Failure::Network(match error.raw_os_error().map(Errno::from_raw) {
        Some(errno) => format!("{errno:?} ({})", errno.desc()),
        None if error.kind() == io::ErrorKind::UnexpectedEof => "closed without an answer".to_owned(),
        None => error.to_string(),
    })
}
