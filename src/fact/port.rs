//! What a port did when it was dialled.

use std::net::IpAddr;
use std::time::Duration;

use crate::flow::{Greeting, Port};
use crate::untrusted::Untrusted;

/// One port to dial, and the greeting that proves its service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// The policy's name for the destination, e.g. `dev-server`.
    pub destination: String,
    /// What is asked of this port.
    pub role: Role,
    /// The address to dial. A literal: names are never dialled.
    pub address: IpAddr,
    /// The TCP port.
    pub port: Port,
    /// What proves that the service itself answers.
    pub greeting: Greeting,
    /// The name sent as TLS SNI (RFC 6066, 3) and HTTP `Host`; `None` sends none.
    pub server_name: Option<String>,
}

/// What is asked of a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Role {
    /// The policy's service of this name must be reachable.
    Reach(String),
    /// The policy's service of this name must not be reachable.
    Closed(String),
    /// Nothing serves this port: if it connects, something on the way accepts every connection.
    Control,
}

/// What one port did.
#[derive(Debug, Clone)]
pub struct PortFact {
    /// What was dialled.
    pub target: Target,
    /// The socket's own address, before any source NAT; `None` when no route gave one.
    pub source: Option<IpAddr>,
    /// How TCP's handshake ended.
    pub connect: Connect,
    /// How the greeting went; `None` where TCP did not connect, or nothing more was to be asked.
    pub exchange: Option<Exchange>,
    /// How many times it was dialled in this run (more than 1 only when waiting).
    pub attempts: u32,
    /// From the first SYN of the last attempt to its end.
    pub elapsed: Duration,
}

/// How TCP's handshake ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connect {
    /// Established after this long.
    Established {
        /// From SYN to SYN-ACK, as the caller saw it.
        after: Duration,
    },
    /// The kernel gave an error.
    Failed {
        /// The kernel's error, by errno.
        error: ConnectError,
        /// The ICMP error behind it, where the kernel told (Linux `IP_RECVERR`, ip(7)).
        icmp: Option<IcmpError>,
        /// How long it took.
        after: Duration,
    },
    /// Nothing came back: neither SYN-ACK, RST nor ICMP (our deadline, or the kernel's `ETIMEDOUT`).
    Silent {
        /// How long was waited.
        waited: Duration,
    },
}

/// A connect error by errno (connect(2); Linux `net/ipv4/icmp.c` maps ICMP codes to these).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectError {
    /// `ECONNREFUSED`: a RST or an ICMP port unreachable.
    Refused,
    /// `EHOSTUNREACH`: host unreachable, or administratively prohibited.
    HostUnreachable,
    /// `ENETUNREACH`: no route, here or on the way.
    NetworkUnreachable,
    /// `EACCES`: a local prohibit route, or (IPv6) administratively prohibited.
    AccessDenied,
    /// `EPERM`: a local firewall or eBPF policy.
    NotPermitted,
    /// `EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`, `EADDRNOTAVAIL`, `ENOSPC`: this machine ran out; nothing was asked.
    LocalResources {
        /// The errno.
        errno: i32,
    },
    /// Any other errno.
    Other {
        /// The errno.
        errno: i32,
    },
}

/// An ICMP error as the kernel queued it for the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcmpError {
    /// ICMP (RFC 792) or ICMPv6 (RFC 4443) type.
    pub kind: u8,
    /// ICMP or ICMPv6 code.
    pub code: u8,
    /// Who sent it. An own address (see [`PortFact::source`]) means this machine's kernel: nobody
    /// answered ARP or neighbour discovery, or a firewall here rejects.
    pub from: Option<IpAddr>,
    /// IPv6's numbers are meant.
    pub v6: bool,
}

/// How a greeting went once TCP was established.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// The greeting completed.
    Completed(Proof),
    /// Nothing at all came, until the deadline. For SSH, where the server speaks first, no
    /// identification string; for HTTP, no status line.
    Silent {
        /// How long was waited for it.
        waited: Duration,
    },
    /// It began, then nothing more came until the deadline: after the SSH identification string, or
    /// after TLS's ClientHello.
    Stalled {
        /// The last step that was seen to work.
        after: Step,
        /// The SSH identification string, where one came.
        identification: Option<Untrusted>,
        /// How long was waited.
        waited: Duration,
    },
    /// The peer closed or reset the connection before its greeting.
    Closed {
        /// The last step that was seen to work.
        after: Step,
        /// It was a RST rather than a FIN.
        reset: bool,
        /// What it said before, if anything, e.g. sshd's `Not allowed at this time`.
        said: Option<Untrusted>,
    },
    /// Something answered, but not the service.
    Wrong {
        /// What it said.
        received: Untrusted,
        /// What is wrong with it, in words.
        problem: String,
    },
    /// The TLS peer sent an alert (RFC 8446, 6): TLS is there, the handshake is not.
    Alert {
        /// The alert's name.
        alert: String,
    },
}

/// Steps of a greeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// TCP's handshake.
    Connect,
    /// The server's SSH identification string came.
    Identification,
    /// Our ClientHello (or HTTP request) was sent.
    Request,
    /// Some, not all, of the server's handshake came.
    Handshake,
}

/// What a completed greeting proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The server's SSH identification string and its KEXINIT came.
    Ssh {
        /// The identification string, e.g. `SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7`.
        identification: Untrusted,
        /// The KEXINIT packet's length in bytes, so what size of packet was seen to pass.
        key_exchange_bytes: usize,
    },
    /// The TLS handshake completed.
    Tls {
        /// E.g. `TLSv1.3`.
        version: String,
        /// The server's own certificate; `None` if it cannot be read.
        certificate: Option<Certificate>,
    },
    /// An HTTP status line came.
    Http {
        /// The status line, e.g. `HTTP/1.1 200 OK`.
        status_line: Untrusted,
        /// The status code.
        status: u16,
    },
    /// TCP connected, and no greeting was asked for.
    Tcp,
}

/// A server's X.509 certificate (RFC 5280), read, not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The subject, RFC 4514 text.
    pub subject: Untrusted,
    /// The issuer, RFC 4514 text.
    pub issuer: Untrusted,
    /// DNS names and addresses of the subject alternative name.
    pub names: Vec<Untrusted>,
    /// Whether the certificate is for the name that was asked for; `None` when none was configured.
    pub matches_name: Option<bool>,
    /// Valid from.
    pub not_before: jiff::Timestamp,
    /// Valid until.
    pub not_after: jiff::Timestamp,
    /// What the system's trust store says of the chain (names and dates left aside).
    pub chain: Chain,
}

/// What the trust store says of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// It leads to a trusted root.
    Trusted,
    /// The certificate signed itself and is not in the trust store.
    SelfSigned,
    /// No path to a trusted root.
    UnknownIssuer,
    /// This machine has no trust store to ask.
    NoTrustStore,
    /// Anything else, in words.
    Invalid(String),
}
