//! Sets of what can be sent: protocol and port, or protocol, type and code.

use std::ops::{BitAnd, BitOr, RangeInclusive, Sub};

use range_set_blaze::RangeSetBlaze;

use crate::snapshot::{AclEntry, IpPermission};

/// What one packet is, beside its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Packet {
    /// To a TCP port.
    Tcp(u16),
    /// To a UDP port.
    Udp(u16),
    /// An ICMP or ICMPv6 message, by its type and code.
    Icmp {
        /// Whether it is ICMPv6 (protocol 58), not ICMP (1).
        v6: bool,
        /// The message's type.
        kind: u8,
        /// Its code.
        code: u8,
    },
    /// Of another protocol, by its number.
    Other(u8),
}

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP_V6: u8 = 58;

impl Packet {
    fn number(self) -> u32 {
        match self {
            Self::Tcp(port) => at(TCP, port),
            Self::Udp(port) => at(UDP, port),
            Self::Icmp { v6, kind, code } => {
                at(if v6 { ICMP_V6 } else { ICMP }, u16::from_be_bytes([kind, code]))
            }
            Self::Other(protocol) => at(protocol, 0),
        }
    }
}

/// A set of what can be sent. Protocols without ports are in it whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Services(RangeSetBlaze<u32>);

fn at(protocol: u8, port: u16) -> u32 {
    u32::from(protocol) << 16 | u32::from(port)
}

impl Services {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything.
    pub fn everything() -> Self {
        Self(RangeSetBlaze::from_iter([0..=at(u8::MAX, u16::MAX)]))
    }

    /// Ports, or types and codes, of one protocol.
    pub fn ports(protocol: u8, ports: RangeInclusive<u16>) -> Self {
        Self(RangeSetBlaze::from_iter([at(protocol, *ports.start())..=at(protocol, *ports.end())]))
    }

    /// A whole protocol.
    pub fn protocol(protocol: u8) -> Self {
        Self::ports(protocol, 0..=u16::MAX)
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it holds the packet.
    pub fn contains(&self, packet: Packet) -> bool {
        self.0.contains(packet.number())
    }

    /// What a security group's permission is for (EC2 API: `IpPermission`).
    pub fn of_permission(permission: &IpPermission) -> Self {
        let Ok(protocol) = protocol_number(&permission.ip_protocol) else { return Self::new() };
        let Some(protocol) = protocol else { return Self::everything() };
        let (from, to) = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
        match protocol {
            _ if from == -1 => Self::protocol(protocol),
            TCP | UDP => Self::between(protocol, from, to.min(i32::from(u16::MAX))),
            ICMP | ICMP_V6 => Self::messages(protocol, Some(from), Some(to)),
            other => Self::protocol(other),
        }
    }

    /// What an entry of a network ACL is for (EC2 API: `NetworkAclEntry`).
    pub fn of_entry(entry: &AclEntry) -> Self {
        let Ok(protocol) = protocol_number(&entry.protocol) else { return Self::new() };
        let Some(protocol) = protocol else { return Self::everything() };
        match protocol {
            TCP | UDP => match &entry.port_range {
                Some(range) => Self::between(protocol, range.from.unwrap_or(0), range.to.unwrap_or(65535)),
                None => Self::protocol(protocol),
            },
            ICMP | ICMP_V6 => {
                let asked = entry.icmp_type_code.as_ref();
                Self::messages(protocol, asked.and_then(|it| it.r#type), asked.and_then(|it| it.code))
            }
            other => Self::protocol(other),
        }
    }

    fn between(protocol: u8, from: i32, to: i32) -> Self {
        let from = u16::try_from(from).unwrap_or(0);
        match u16::try_from(to) {
            Ok(to) if from <= to => Self::ports(protocol, from..=to),
            _ => Self::new(),
        }
    }

    /// Messages by type and code, of which -1 and `None` are any.
    fn messages(protocol: u8, kind: Option<i32>, code: Option<i32>) -> Self {
        let range = |value: Option<i32>| match value {
            None | Some(-1) => Some(0..=u8::MAX),
            Some(value) => u8::try_from(value).ok().map(|value| value..=value),
        };
        let (Some(kinds), Some(codes)) = (range(kind), range(code)) else { return Self::new() };
        let each = kinds.map(|kind| {
            let [from, to] = [codes.start(), codes.end()].map(|code| u16::from_be_bytes([kind, *code]));
            at(protocol, from)..=at(protocol, to)
        });
        Self(each.collect())
    }

    /// What is answered where answers of `self` alone pass, to clients that begin from the ports `client`.
    ///
    /// TCP and UDP need one port of the client's that passes, an ICMP request its reply, which has code 0
    /// (RFC 792, RFC 950, RFC 4443); other ICMP messages are not answered. What is known of another protocol is
    /// that it is of the same number both ways.
    pub(in crate::network) fn answered(&self, client: &RangeInclusive<u16>) -> Self {
        const REQUESTS: [(u8, u8, u8); 5] =
            [(ICMP, 8, 0), (ICMP, 13, 14), (ICMP, 15, 16), (ICMP, 17, 18), (ICMP_V6, 128, 129)];
        if *self == Self::everything() {
            return Self::everything();
        }
        let own = Self::protocol(TCP) | Self::protocol(UDP) | Self::protocol(ICMP) | Self::protocol(ICMP_V6);
        let mut answered = self - &own;
        for protocol in [TCP, UDP] {
            if !(self & &Self::ports(protocol, client.clone())).is_empty() {
                answered = answered | Self::protocol(protocol);
            }
        }
        answered = answered | Self::protocol(ICMP) | Self::protocol(ICMP_V6);
        for (protocol, request, reply) in REQUESTS {
            let message =
                |kind| Self::ports(protocol, u16::from_be_bytes([kind, 0])..=u16::from_be_bytes([kind, 0]));
            if (self & &message(reply)).is_empty() {
                answered = answered - message(request);
            }
        }
        answered
    }

    /// All of some ports, of TCP and UDP, where it has one of them.
    pub(in crate::network) fn on_all(&self, ports: &RangeInclusive<u16>) -> Self {
        let each = [TCP, UDP].map(|protocol| Self::ports(protocol, ports.clone()));
        each.into_iter().filter(|all| !(self & all).is_empty()).fold(Self::new(), |all, it| all | it)
    }

    /// Protocols and ports, disjoint and in order, as few as there may be: ranges that are alike for
    /// neighbouring protocols are one.
    pub fn ranges(&self) -> Vec<(RangeInclusive<u8>, RangeInclusive<u16>)> {
        let mut found: Vec<(RangeInclusive<u8>, RangeInclusive<u16>)> = Vec::new();
        for range in self.0.ranges() {
            let (first, last) = (*range.start(), *range.end());
            let split = |number: u32| {
                let [_, protocol, high, low] = number.to_be_bytes();
                (protocol, u16::from_be_bytes([high, low]))
            };
            let ((mut protocol, port), (end, last_port)) = (split(first), split(last));
            if protocol == end {
                found.push((protocol..=end, port..=last_port));
                continue;
            }
            if port > 0 {
                found.push((protocol..=protocol, port..=u16::MAX));
                protocol += 1;
            }
            let whole = if last_port < u16::MAX { end.checked_sub(1) } else { Some(end) };
            if let Some(whole) = whole.filter(|whole| protocol <= *whole) {
                found.push((protocol..=whole, 0..=u16::MAX));
            }
            if last_port < u16::MAX {
                found.push((end..=end, 0..=last_port));
            }
        }
        found
    }
}

/// A protocol's number, from a number or a name; `None` is every protocol.
pub(in crate::network) fn protocol_number(text: &str) -> Result<Option<u8>, ()> {
    match text {
        "-1" | "all" => Ok(None),
        "tcp" => Ok(Some(TCP)),
        "udp" => Ok(Some(UDP)),
        "icmp" => Ok(Some(ICMP)),
        "icmpv6" => Ok(Some(ICMP_V6)),
        number => number.parse().map(Some).map_err(|_| ()),
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $symbol:tt)+) => {
        $(
            impl $trait for &Services {
                type Output = Services;
                fn $method(self, other: Self) -> Services {
                    Services(&self.0 $symbol &other.0)
                }
            }

            impl $trait for Services {
                type Output = Services;
                fn $method(self, other: Self) -> Services {
                    Services(self.0 $symbol other.0)
                }
            }
        )+
    };
}

operators! {
    BitOr bitor |
    BitAnd bitand &
    Sub sub -
}
