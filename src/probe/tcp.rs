//! TCP's handshake, told apart by errno and by the ICMP error behind it.
//!
//! Linux keeps the ICMP error that ended a connect when `IP_RECVERR` or `IPV6_RECVERR` is set
//! (ip(7), ipv6(7); for TCP since 5.8). `EHOSTUNREACH` alone does not say whether a firewall
//! prohibits or a host is missing; the queue does. See [`icmp`].

pub mod icmp;

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use nix::libc;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::fact::port::{Connect, ConnectError};

/// How often a connection that met itself is dialled anew.
const SELF_CONNECTS: usize = 3;

/// What came of dialling.
#[derive(Debug)]
pub struct Dialled {
    /// The socket's own address; `None` when no route gave one.
    pub source: Option<IpAddr>,
    /// How the handshake ended.
    pub connect: Connect,
    /// The connection, when established. A RST may have come already, right behind the handshake: what was
    /// received before it can still be read, and a write tells of it.
    pub connection: Option<TcpStream>,
}

/// Why a handshake did not complete.
enum Unfinished {
    /// The kernel gave an error.
    Failed(ConnectError, Option<icmp::Queued>),
    /// Nothing came back.
    Silent,
}

/// Dials `address` once, until `give_up` ends. An error is classified by errno alone.
///
/// The kernel's own `ETIMEDOUT` is silence like `give_up`'s. A socket that connected to itself (on
/// loopback, when the kernel picks the dialled port as the source port; RFC 9293, 3.5 figure 7)
/// found no listener, and another is tried while it keeps that port busy.
pub async fn probe_tcp(address: SocketAddr, give_up: impl Future<Output = ()>) -> Dialled {
    let started = Instant::now();
    let mut give_up = std::pin::pin!(give_up);
    let mut own: Vec<TcpStream> = Vec::new();
    loop {
        let (source, outcome) = dial(address, give_up.as_mut()).await;
        let source = source.map(|source| source.ip().to_canonical());
        let after = started.elapsed();
        let failed = |error, icmp| Connect::Failed { error, icmp, after };
        let (connect, connection) = match outcome {
            Ok(connection) if is_own(&connection) => {
                own.push(connection);
                if own.len() < SELF_CONNECTS {
                    continue;
                }
                (failed(ConnectError::Refused, None), None)
            }
            Ok(connection) => (Connect::Established { after }, Some(connection)),
            // No other source port was to be had, so the first answer stands: nobody listens.
            Err(Unfinished::Failed(ConnectError::LocalResources { .. }, _)) if !own.is_empty() => {
                (failed(ConnectError::Refused, None), None)
            }
            Err(Unfinished::Failed(error, queued)) => {
                (failed(error, queued.map(|queued| queued.error)), None)
            }
            Err(Unfinished::Silent) => (Connect::Silent { waited: after }, None),
        };
        return Dialled { source, connect, connection };
    }
}

type Outcome = Result<TcpStream, Unfinished>;

async fn dial(address: SocketAddr, give_up: impl Future<Output = ()>) -> (Option<SocketAddr>, Outcome) {
    let socket = match open(address) {
        Ok(socket) => socket,
        Err(error) => return (None, Err(unfinished(&error, None))),
    };
    if let Err(error) = socket.connect(&address.into())
        && error.raw_os_error() != Some(libc::EINPROGRESS)
    {
        let queued = icmp::read_queue(&socket);
        return (None, Err(unfinished(&error, queued)));
    }
    // Asked now: a socket that failed forgets it.
    let source = socket.local_addr().ok().and_then(|address| address.as_socket());
    let source = source.filter(|source| !source.ip().is_unspecified());
    let stream = match TcpStream::from_std(socket.into()) {
        Ok(stream) => stream,
        Err(error) => return (source, Err(unfinished(&error, None))),
    };
    let outcome = tokio::select! {
        biased;
        outcome = handshake(&stream) => outcome,
        // What came at the last moment still counts: nothing is called silent that answered.
        () = give_up => state(&stream).unwrap_or(Err(Unfinished::Silent)),
    };
    let outcome = outcome.map(|()| {
        // From here on an ICMP error must not end the connection, as it would with the queue on
        // (Linux `tcp_v4_err`): the greeting's deadline decides.
        icmp::disable_queue(&stream, address);
        stream
    });
    (source, outcome)
}

fn open(address: SocketAddr) -> io::Result<Socket> {
    let kind = Type::STREAM.nonblocking().cloexec();
    let socket = Socket::new(Domain::for_address(address), kind, Some(Protocol::TCP))?;
    icmp::enable_queue(&socket, address);
    // Without it TLS 1.2's last flight waits for a delayed acknowledgement: 40 ms (RFC 896, RFC 1122 4.2.3.2).
    socket.set_tcp_nodelay(true)?;
    Ok(socket)
}

/// Waits for the handshake's end.
async fn handshake(stream: &TcpStream) -> Result<(), Unfinished> {
    loop {
        if let Err(error) = stream.writable().await {
            return Err(unfinished(&error, None));
        }
        if let Some(outcome) = state(stream) {
            return outcome;
        }
        // Woken for nothing: forget the readiness, or the next wait returns at once.
        let _ = stream.try_io(Interest::WRITABLE, || io::Result::<()>::Err(ErrorKind::WouldBlock.into()));
    }
}

/// What has become of the handshake; `None` while it goes on.
///
/// Writable does not mean connected: an ICMP error in the queue wakes the socket too, and one that
/// came while the kernel held the socket leaves it in SYN-SENT with no error to report. So the peer's
/// address, the error and the queue are asked in turn.
fn state(stream: &TcpStream) -> Option<Result<(), Unfinished>> {
    if stream.peer_addr().is_ok() {
        return Some(Ok(()));
    }
    match stream.take_error() {
        // A RST for a SYN is ECONNREFUSED: these two come only behind a completed handshake.
        Ok(Some(error)) if matches!(error.raw_os_error(), Some(libc::ECONNRESET | libc::EPIPE)) => {
            Some(Ok(()))
        }
        Ok(Some(error)) | Err(error) => {
            let queued = icmp::read_queue(stream);
            Some(Err(unfinished(&error, queued)))
        }
        Ok(None) => {
            let queued = icmp::read_queue(stream)?;
            Some(Err(Unfinished::Failed(classify(queued.errno), Some(queued))))
        }
    }
}

fn unfinished(error: &io::Error, queued: Option<icmp::Queued>) -> Unfinished {
    match error.raw_os_error() {
        Some(libc::ETIMEDOUT) => Unfinished::Silent,
        errno => Unfinished::Failed(classify(errno.unwrap_or(0)), queued),
    }
}

/// connect(2)'s errno as a [`ConnectError`].
pub fn classify(errno: i32) -> ConnectError {
    match errno {
        libc::ECONNREFUSED => ConnectError::Refused,
        libc::EHOSTUNREACH => ConnectError::HostUnreachable,
        libc::ENETUNREACH => ConnectError::NetworkUnreachable,
        libc::EACCES => ConnectError::AccessDenied,
        libc::EPERM => ConnectError::NotPermitted,
        libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM | libc::EADDRNOTAVAIL | libc::ENOSPC => {
            ConnectError::LocalResources { errno }
        }
        errno => ConnectError::Other { errno },
    }
}

fn is_own(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(own), Ok(peer)) if own == peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_out_here_is_never_silence() {
        for errno in [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM, libc::EADDRNOTAVAIL] {
            let out = unfinished(&io::Error::from_raw_os_error(errno), None);
            assert!(
                matches!(out, Unfinished::Failed(ConnectError::LocalResources { errno: same }, None) if same == errno)
            );
        }
        assert!(matches!(
            unfinished(&io::Error::from_raw_os_error(libc::ETIMEDOUT), None),
            Unfinished::Silent
        ));
        assert_eq!(classify(libc::EPERM), ConnectError::NotPermitted);
        assert_eq!(classify(libc::EINVAL), ConnectError::Other { errno: libc::EINVAL });
    }
}
