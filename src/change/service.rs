//! What can be sent: protocols and ports.

use std::fmt;
use std::ops::RangeInclusive;

/// IP protocols from one to another, and the same ports of each.
///
/// Ports are ports only of TCP (6) and UDP (17). Of ICMP (1) and ICMPv6 (58) they are the type, times 256, plus
/// the code; of every other protocol, and of several at once, they are all, 0 to 65535.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServiceRange {
    /// Protocol numbers (IANA), 0 to 255 being every protocol.
    pub protocols: RangeInclusive<u8>,
    /// Ports, or types and codes.
    pub ports: RangeInclusive<u16>,
}

impl ServiceRange {
    /// Everything that can be sent.
    pub const EVERYTHING: Self = Self { protocols: 0..=u8::MAX, ports: 0..=u16::MAX };

    /// `tcp`, `udp`, `icmp`, `icmpv6`, `all`, a number, or two with a dash.
    pub fn protocol(&self) -> String {
        match (*self.protocols.start(), *self.protocols.end()) {
            (0, u8::MAX) => "all".to_owned(),
            (6, 6) => "tcp".to_owned(),
            (17, 17) => "udp".to_owned(),
            (1, 1) => "icmp".to_owned(),
            (58, 58) => "icmpv6".to_owned(),
            (one, other) if one == other => one.to_string(),
            (first, last) => format!("{first}-{last}"),
        }
    }

    fn all_ports(&self) -> bool {
        self.ports == (0..=u16::MAX)
    }

    fn key(&self) -> (u8, u8, u16, u16) {
        (*self.protocols.start(), *self.protocols.end(), *self.ports.start(), *self.ports.end())
    }
}

impl PartialOrd for ServiceRange {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ServiceRange {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// `everything`, `tcp/22`, `udp/1024-65535`, `all tcp`, `icmp type 8 code 0`, `protocol 50`, `protocols 2-5`.
impl fmt::Display for ServiceRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (protocol, first, last) = (self.protocol(), *self.ports.start(), *self.ports.end());
        let named = matches!(protocol.as_str(), "tcp" | "udp" | "icmp" | "icmpv6");
        match protocol.as_str() {
            "all" => f.write_str("everything"),
            _ if named && self.all_ports() => write!(f, "all {protocol}"),
            "icmp" | "icmpv6" => {
                let ([kind, code], [last_kind, last_code]) = (first.to_be_bytes(), last.to_be_bytes());
                match (kind == last_kind, code, last_code) {
                    (true, 0, u8::MAX) => write!(f, "{protocol} type {kind}"),
                    (true, one, other) if one == other => write!(f, "{protocol} type {kind} code {code}"),
                    (true, ..) => write!(f, "{protocol} type {kind} codes {code}-{last_code}"),
                    (false, 0, u8::MAX) => write!(f, "{protocol} types {kind}-{last_kind}"),
                    _ => write!(f, "{protocol} type {kind} code {code} to type {last_kind} code {last_code}"),
                }
            }
            _ if !named && protocol.contains('-') => write!(f, "protocols {protocol}"),
            _ if !named => write!(f, "protocol {protocol}"),
            _ if first == last => write!(f, "{protocol}/{first}"),
            _ => write!(f, "{protocol}/{first}-{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ServiceRange;

    #[test]
    fn services_read_as_people_say_them() {
        let shown = |protocols, ports| ServiceRange { protocols, ports }.to_string();
        assert_eq!(ServiceRange::EVERYTHING.to_string(), "everything");
        assert_eq!(shown(6..=6, 22..=22), "tcp/22");
        assert_eq!(shown(17..=17, 1024..=65535), "udp/1024-65535");
        assert_eq!(shown(6..=6, 0..=65535), "all tcp");
        assert_eq!(shown(1..=1, 2048..=2048), "icmp type 8 code 0");
        assert_eq!(shown(1..=1, 768..=1023), "icmp type 3");
        assert_eq!(shown(58..=58, 0x8000..=0x81ff), "icmpv6 types 128-129");
        assert_eq!(shown(50..=50, 0..=65535), "protocol 50");
        assert_eq!(shown(2..=5, 0..=65535), "protocols 2-5");
    }
}
