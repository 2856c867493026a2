//! What the resolvers said of a name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::untrusted::Untrusted;

/// Tailscale's own resolver addresses (Tailscale documentation, MagicDNS).
pub const MAGICDNS: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 100)),
    IpAddr::V6(Ipv6Addr::new(0xfd7a, 0x115c, 0xa1e0, 0, 0, 0, 0, 0x53)),
];

/// Why a name is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameRole {
    /// It must resolve, or a negative answer for any other name proves nothing.
    Control,
    /// A Tailscale name: it must not resolve.
    Unresolvable,
    /// It may resolve, but never to a tailnet address.
    NeverTailnet,
}

/// All that was learnt of one name.
#[derive(Debug, Clone)]
pub struct NameFact {
    /// The name as the policy spells it.
    pub name: String,
    /// Why it was asked.
    pub role: NameRole,
    /// Each name that goes on the wire for it, expanded by the search list as resolv.conf(5) says,
    /// at each nameserver.
    pub lookups: Vec<Lookup>,
    /// What getaddrinfo(3) says: the view of ssh and curl, `/etc/hosts` included.
    pub system: SystemAnswer,
}

/// One question to one nameserver.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The fully qualified name asked, with its trailing dot.
    pub asked: String,
    /// The search domain that made it; `None` for the name itself.
    pub search_domain: Option<String>,
    /// The nameserver.
    pub nameserver: IpAddr,
    /// The answer for A.
    pub a: Answer,
    /// The answer for AAAA.
    pub aaaa: Answer,
    /// For a name that resolves: what the same nameserver says of a random label beside it (same
    /// parent zone). An address there means a wildcard, which makes everything resolve.
    pub random_sibling: Option<Answer>,
    /// How long the slower of A and AAAA took, retries included.
    pub elapsed: Duration,
}

/// A nameserver's answer to one question (RFC 1035, RFC 2308).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Addresses, and the CNAMEs on the way to them in order.
    Addresses {
        /// Address records.
        addresses: Vec<IpAddr>,
        /// CNAME targets, in order.
        aliases: Vec<Untrusted>,
    },
    /// No such name.
    NxDomain,
    /// The name exists, without records of this type.
    NoData,
    /// `SERVFAIL`.
    ServFail,
    /// `REFUSED`.
    Refused,
    /// Another response code.
    OtherCode(u16),
    /// No answer over UDP twice, nor over TCP.
    TimedOut,
    /// The network refused the question (ICMP, RST, no route), or the answer was malformed.
    Failed(String),
}

impl Answer {
    /// NXDOMAIN or NODATA: the only answers that say that there is nothing.
    pub fn is_negative(&self) -> bool {
        matches!(self, Self::NxDomain | Self::NoData)
    }

    /// The addresses, if any.
    pub fn addresses(&self) -> &[IpAddr] {
        match self {
            Self::Addresses { addresses, .. } => addresses,
            _ => &[],
        }
    }
}

/// What getaddrinfo(3) said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemAnswer {
    /// Addresses.
    Addresses(Vec<IpAddr>),
    /// `EAI_NONAME` or `EAI_NODATA`.
    NoName,
    /// `EAI_AGAIN`, `EAI_FAIL` or `EAI_SYSTEM`: it could not tell.
    Failed(String),
    /// It did not come back before the deadline.
    TimedOut,
}

/// What one of Tailscale's resolver addresses (`100.100.100.100`, `fd7a:115c:a1e0::53`) did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MagicDnsFact {
    /// The address asked.
    pub nameserver: IpAddr,
    /// What it did.
    pub reply: MagicDnsReply,
    /// How long that took.
    pub elapsed: Duration,
}

/// What a resolver that should not be there did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MagicDnsReply {
    /// Any DNS response at all, whatever its code: it is there.
    Answered(Answer),
    /// Silence.
    Silent,
    /// No route, host or port there, by errno.
    Unreachable(String),
}
