//! What the resolvers said of a name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::untrusted::Untrusted;

/// Tailscale's own resolver ("quad-100"), in both families. The same two addresses in every tailnet.
pub const MAGICDNS: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 100)),
    IpAddr::V6(Ipv6Addr::new(0xfd7a, 0x115c, 0xa1e0, 0, 0, 0, 0, 0x53)),
];

/// The zone that every MagicDNS name is in.
pub const TAILSCALE_ZONE: &str = "ts.net";

/// Whether a name is Tailscale's zone or in it: whole labels, any letter case, with or without the
/// trailing dot. Names that came from the network have dots inside labels escaped, so none is taken
/// for a label's end.
pub fn in_tailscale_zone(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let Some(head) = name.len().checked_sub(TAILSCALE_ZONE.len()) else { return false };
    let (Some(head), Some(tail)) = (name.get(..head), name.get(head..)) else { return false };
    let ends_a_label = head.strip_suffix('.').map_or(head.is_empty(), |before| {
        // `\.` is a dot inside a label, `\\.` a backslash and then the label's end (RFC 1035, 5.1).
        (before.len() - before.trim_end_matches('\\').len()).is_multiple_of(2)
    });
    tail.eq_ignore_ascii_case(TAILSCALE_ZONE) && ends_a_label
}

/// A name to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameQuestion {
    /// The name as the policy spells it.
    pub name: String,
    /// Why it is asked.
    pub role: NameRole,
}

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
    /// at each nameserver. In glibc's order: candidate by candidate, each at every nameserver. Empty
    /// for an address literal, which is never asked.
    pub lookups: Vec<Lookup>,
    /// What getaddrinfo(3) says: the view of ssh and curl, `/etc/hosts` included.
    pub system: SystemAnswer,
}

/// One question to one nameserver.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The fully qualified name asked, with its trailing dot; as the policy spells it, and cut past 255
    /// characters, where it could not be asked.
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
    /// parent zone), for a type that the name has. An address there means a wildcard, which makes
    /// everything resolve. Where A and AAAA both were asked, the answer that says most against there
    /// being none: addresses, else what is undecided, else what is negative.
    pub random_sibling: Option<Answer>,
    /// How long the slower of A and AAAA took, retries included.
    pub elapsed: Duration,
}

/// A nameserver's answer to one question (RFC 1035, RFC 2308).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Addresses, and the CNAMEs on the way to them in order.
    Addresses {
        /// Address records, IPv4-mapped ones unmapped. Never empty.
        addresses: Vec<IpAddr>,
        /// CNAME targets, in order.
        aliases: Vec<Untrusted>,
    },
    /// An alias that leads to no address: CNAMEs, then NXDOMAIN or NODATA at their end. The name does
    /// not resolve, but where it points is told.
    AliasToNothing {
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
    /// The network refused the question (ICMP, RST, no route), the answer was malformed or no answer
    /// to it, or it was not asked: in words.
    Failed(String),
}

impl Answer {
    /// NXDOMAIN or NODATA, with or without aliases on the way: the only answers that say that there is
    /// nothing.
    pub fn is_negative(&self) -> bool {
        matches!(self, Self::NxDomain | Self::NoData | Self::AliasToNothing { .. })
    }

    /// The CNAME targets on the way, in order, whether or not they led to an address.
    pub fn aliases(&self) -> &[Untrusted] {
        match self {
            Self::Addresses { aliases, .. } | Self::AliasToNothing { aliases } => aliases,
            _ => &[],
        }
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
    /// `EAI_AGAIN`, `EAI_FAIL` or `EAI_SYSTEM`: it could not tell. Also for what is no host name, which
    /// it is not asked for.
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

#[cfg(test)]
mod tests {
    use super::{Answer, in_tailscale_zone};

    #[test]
    fn knows_the_zone_by_whole_labels() {
        for name in ["ts.net", "TS.net.", "dev.tail1234.ts.net", "dev.tail1234.Ts.Net.", "dev\\\\.ts.net."] {
            assert!(in_tailscale_zone(name), "{name}");
        }
        for name in ["", ".", "net", "nots.net", "ts.net.cwiq.io", "dev\\.ts.net.", "ẞts.net"] {
            assert!(!in_tailscale_zone(name), "{name}");
        }
    }

    #[test]
    fn an_alias_to_nothing_is_negative_and_keeps_its_aliases() {
        let answer = Answer::AliasToNothing { aliases: vec!["dev.tail1234.ts.net.".into()] };
        assert!(answer.is_negative());
        assert!(answer.addresses().is_empty());
        assert_eq!(answer.aliases().len(), 1);
    }
}
