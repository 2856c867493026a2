//! Protocols as the provider and AWS write them.

use crate::snapshot::Id;

/// Names that the provider takes (`aws_security_group`; for a network ACL those of IANA's protocol-numbers), but for
/// those that nobody uses.
const NAMES: &[(&str, u8)] = &[
    ("hopopt", 0),
    ("icmp", 1),
    ("igmp", 2),
    ("ipv4", 4),
    ("tcp", 6),
    ("egp", 8),
    ("igp", 9),
    ("udp", 17),
    ("rdp", 27),
    ("dccp", 33),
    ("ipv6", 41),
    ("ipv6-route", 43),
    ("ipv6-frag", 44),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("icmpv6", 58),
    ("ipv6-icmp", 58),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("eigrp", 88),
    ("ospfigp", 89),
    ("ipip", 94),
    ("etherip", 97),
    ("encap", 98),
    ("pim", 103),
    ("vrrp", 112),
    ("l2tp", 115),
    ("sctp", 132),
    ("udplite", 136),
];

/// A protocol as AWS writes it (EC2 API: `IpPermission`): a name for TCP, UDP and ICMP, -1 for all, else the number.
/// `None` for what is no protocol.
pub(super) fn protocol(text: &str) -> Option<Id> {
    let text = text.to_ascii_lowercase();
    if matches!(text.as_str(), "all" | "-1") {
        return Some("-1".into());
    }
    let named = || NAMES.iter().find(|(name, _)| *name == text).map(|(_, number)| *number);
    Some(match text.parse::<u8>().ok().or_else(named)? {
        1 => "icmp".into(),
        6 => "tcp".into(),
        17 => "udp".into(),
        58 => "icmpv6".into(),
        number => number.to_string().into(),
    })
}

/// Whether a protocol's ports, or ICMP's types, tell its packets apart.
pub(super) fn is_ported(protocol: &str) -> bool {
    matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6")
}

#[cfg(test)]
mod tests {
    use super::protocol;

    #[test]
    fn a_protocol_has_one_spelling() {
        for (spellings, expected) in [
            (&["-1", "all", "ALL"][..], Some("-1")),
            (&["6", "tcp", "TCP", "06"], Some("tcp")),
            (&["17", "udp"], Some("udp")),
            (&["1", "icmp"], Some("icmp")),
            (&["58", "icmpv6", "ipv6-icmp"], Some("icmpv6")),
            (&["50", "esp"], Some("50")),
            (&["132", "sctp"], Some("132")),
            (&["", "any", "256", "-2", "tcp "], None),
        ] {
            for text in spellings {
                assert_eq!(protocol(text).as_deref(), expected, "{text}");
            }
        }
    }
}
