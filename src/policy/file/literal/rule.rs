//! What the review allows, as text: a group, whom its rule admits, what the rule is for, and until when.

use jiff::civil::Date;

use super::{Wrong, parse_cidr, without_blanks, wrong};
use crate::policy::{AllowedSource, AllowedTraffic};

const TCP: u8 = 6;
const UDP: u8 = 17;
/// Protocols that have names here (IANA, Assigned Internet Protocol Numbers).
const PROTOCOLS: [(&str, u8); 4] = [("tcp", TCP), ("udp", UDP), ("icmp", 1), ("icmpv6", 58)];

/// A security group's id or name (EC2 API, `CreateSecurityGroup`: up to 255 characters of these, and no name begins
/// with `sg-`).
pub(in super::super) fn parse_group(text: &str) -> Result<(), Wrong> {
    without_blanks(text)?;
    let right = |letter: char| letter.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(letter);
    if let Some(id) = text.strip_prefix("sg-") {
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return if is_id {
            Ok(())
        } else {
            wrong(
                "is not a security group's id, and no name begins with `sg-`",
                "for instance sg-0123456789abcdef0",
            )
        };
    }
    if (1..=255).contains(&text.len()) && text.chars().all(right) {
        return Ok(());
    }
    wrong("cannot be a security group's name", "write the group's id (sg-…) or its name")
}

/// Whom a rule admits: a CIDR, a prefix list's id or a security group's.
pub(in super::super) fn parse_rule_source(text: &str) -> Result<AllowedSource, Wrong> {
    without_blanks(text)?;
    let id = text.strip_prefix("sg-").or_else(|| text.strip_prefix("pl-"));
    if id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return Ok(AllowedSource::Id(text.to_owned()));
    }
    if text.bytes().any(|byte| matches!(byte, b'.' | b':')) {
        return parse_cidr(text).map(AllowedSource::Range);
    }
    wrong(
        "is no source of a security group's rule",
        "write a CIDR, a prefix list's id (pl-…) or a security group's (sg-…)",
    )
}

/// What a rule is for: `all`, a protocol by name or number, `tcp/443`, `udp/8000-8100`.
pub(in super::super) fn parse_rule_traffic(text: &str) -> Result<AllowedTraffic, Wrong> {
    const FORM: &str = "for instance tcp/443, tcp/8000-8100, udp, icmp or all";
    without_blanks(text)?;
    if text == "all" {
        return Ok(AllowedTraffic { protocol: None, ports: None });
    }
    let (protocol, ports) = text.split_once('/').map_or((text, None), |(it, ports)| (it, Some(ports)));
    let named = PROTOCOLS.iter().find(|(name, _)| *name == protocol).map(|(_, number)| *number);
    let number = named.or_else(|| number(protocol));
    let Some(number) = number else {
        let help = match protocol.to_ascii_lowercase().as_str() {
            "-1" | "any" | "everything" | "*" => "write `all` for every protocol",
            other if other.parse::<u16>().is_ok() => "a protocol's number is from 0 to 255",
            _ => FORM,
        };
        return wrong("is not what a rule is for", help);
    };
    if let (None, Some(greeting)) = (named, ports)
        && greeting.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return wrong("names a greeting, and AWS's rules know none", format!("write tcp/{protocol}"));
    }
    let Some(ports) = ports else { return Ok(AllowedTraffic { protocol: Some(number), ports: None }) };
    if !matches!(number, TCP | UDP) {
        return wrong("has ports, which only TCP and UDP have", format!("write {protocol}"));
    }
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    match (self::number::<u16>(first), self::number::<u16>(last)) {
        (Some(first), Some(last)) if first <= last => {
            Ok(AllowedTraffic { protocol: Some(number), ports: Some((first, last)) })
        }
        (Some(first), Some(last)) => {
            wrong("has its ports the wrong way round", format!("write {protocol}/{last}-{first}"))
        }
        _ => wrong("has an impossible port", "a port is a number from 0 to 65535"),
    }
}

/// A number as it is printed: no sign, no zero before it.
fn number<N: std::str::FromStr + ToString>(text: &str) -> Option<N> {
    text.parse().ok().filter(|number: &N| number.to_string() == text)
}

/// Why something is accepted: any text that says something.
pub(in super::super) fn parse_reason(text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return wrong("says no reason", "say why it is accepted, for whoever reads it later");
    }
    Ok(())
}

/// A day, YYYY-MM-DD (RFC 3339, `full-date`).
pub(in super::super) fn parse_day(text: &str) -> Result<Date, Wrong> {
    const FORM: &str = "a day is YYYY-MM-DD, for instance 2027-01-31";
    without_blanks(text)?;
    match text.parse::<Date>() {
        // Times and other spellings of ISO 8601 parse as days too.
        Ok(day) if day.to_string() == text => Ok(day),
        Ok(day) => wrong("has an odd spelling", format!("write {day}")),
        Err(_) => wrong("is not a day", FORM),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_right_traffic() {
        let traffic =
            |protocol, ports| -> Result<AllowedTraffic, Wrong> { Ok(AllowedTraffic { protocol, ports }) };
        for (text, right) in [
            ("all", traffic(None, None)),
            ("tcp", traffic(Some(6), None)),
            ("tcp/0", traffic(Some(6), Some((0, 0)))),
            ("udp/8000-8100", traffic(Some(17), Some((8000, 8100)))),
            ("icmpv6", traffic(Some(58), None)),
            ("50", traffic(Some(50), None)),
            ("6/22", traffic(Some(6), Some((22, 22)))),
        ] {
            assert_eq!(parse_rule_traffic(text), right, "{text}");
        }
        for (text, what, help) in [
            ("-1", "not what a rule is for", "`all`"),
            ("everything", "not what a rule is for", "`all`"),
            ("TCP/22", "not what a rule is for", "tcp/443"),
            ("256", "not what a rule is for", "0 to 255"),
            ("22/ssh", "names a greeting", "tcp/22"),
            ("50/22", "only TCP and UDP", "50"),
            ("icmp/8", "only TCP and UDP", "icmp"),
            ("tcp/", "impossible port", "0 to 65535"),
            ("tcp/65536", "impossible port", "0 to 65535"),
            ("tcp/022", "impossible port", "0 to 65535"),
            ("tcp/+22", "impossible port", "0 to 65535"),
            ("tcp/90-80", "wrong way round", "tcp/80-90"),
            (" tcp/22", "blanks", "`tcp/22`"),
            ("", "not what a rule is for", "tcp/443"),
        ] {
            let wrong = parse_rule_traffic(text).unwrap_err();
            assert!(wrong.what.contains(what) && wrong.help.contains(help), "{text}: {wrong:?}");
        }
    }

    #[test]
    fn names_the_right_source_group_and_day() {
        assert_eq!(parse_rule_source("sg-0ab"), Ok(AllowedSource::Id("sg-0ab".to_owned())));
        assert_eq!(parse_rule_source("pl-0ab"), Ok(AllowedSource::Id("pl-0ab".to_owned())));
        assert!(matches!(parse_rule_source("::/0"), Ok(AllowedSource::Range(_))));
        for (text, what) in [
            ("10.1.34.7", "no prefix length"),
            ("sg-", "no source"),
            ("pl-a.b", "not a CIDR"),
            ("internet", "no source"),
            ("", "no source"),
        ] {
            assert!(parse_rule_source(text).unwrap_err().what.contains(what), "{text}");
        }
        for right in ["sg-0123456789abcdef0", "eks-cluster-sg-x", "a b (c)"] {
            assert!(parse_group(right).is_ok(), "{right}");
        }
        for text in ["", "sg-", "sg-a b", "ä", " a", &"a".repeat(256)] {
            assert!(parse_group(text).is_err(), "{text}");
        }
        assert!(parse_day("2027-01-31").is_ok() && parse_reason("x").is_ok());
        for text in ["2027-02-30", "31.01.2027", "20270131", "2027-01-31T00:00:00", ""] {
            assert!(parse_day(text).is_err(), "{text}");
        }
        assert!(parse_reason(" \n").is_err());
    }
}
