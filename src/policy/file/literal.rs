//! CIDRs, addresses, names and services as text, and what people write in their stead.

mod rule;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net};
use rustls_pki_types::DnsName;

use super::fault::{alternatives, quoted};
use super::suggest::did_you_mean;
use crate::flow::{Service, ServiceError};

pub(super) use rule::{parse_day, parse_group, parse_reason, parse_rule_source, parse_rule_traffic};

/// Why a text is not what it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// What follows the quoted text in a sentence, e.g. `has host bits set`.
    pub(super) what: String,
    /// What to write.
    pub(super) help: String,
}

fn wrong<T>(what: impl Into<String>, help: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { what: what.into(), help: help.into() })
}

fn without_blanks(text: &str) -> Result<(), Wrong> {
    if text.trim() == text {
        return Ok(());
    }
    wrong("has blanks around it", format!("write {}", quoted(text.trim())))
}

/// A CIDR with no host bits set (RFC 4632, RFC 4291). IPv4 is written as IPv4, never mapped into IPv6:
/// mapped addresses are unmapped before they are compared, so a mapped network would never match.
pub(super) fn parse_cidr(text: &str) -> Result<IpNet, Wrong> {
    without_blanks(text)?;
    let Ok(net) = text.parse::<IpNet>() else { return not_a_cidr(text) };
    if net.addr() != net.network() {
        let help = format!(
            "the network is {}; the one address is {}/{}",
            net.trunc(),
            net.addr(),
            net.max_prefix_len()
        );
        return wrong("has host bits set", help);
    }
    if let IpNet::V6(v6) = net
        && let (Some(v4), Some(prefix)) = (v6.addr().to_ipv4_mapped(), v6.prefix_len().checked_sub(96))
    {
        return wrong("is an IPv4 network mapped into IPv6", format!("write {v4}/{prefix}"));
    }
    Ok(net)
}

fn not_a_cidr(text: &str) -> Result<IpNet, Wrong> {
    if let Ok(address) = text.parse::<IpAddr>() {
        let all = if address.is_ipv4() { 32 } else { 128 };
        return wrong("has no prefix length", format!("write {address}/{all} for the one address"));
    }
    if let Some((address, prefix)) = text.split_once('/')
        && let Ok(address) = address.parse::<IpAddr>()
    {
        if let (IpAddr::V4(v4), Ok(mask)) = (address, prefix.parse())
            && let Ok(net) = Ipv4Net::with_netmask(v4, mask)
        {
            return wrong("has a netmask in place of a prefix length", format!("write {}", net.trunc()));
        }
        let all = if address.is_ipv4() { 32 } else { 128 };
        return wrong(
            "has a wrong prefix length",
            format!("the prefix length of {address} is a number from 0 to {all}"),
        );
    }
    wrong("is not a CIDR", "for instance 10.1.34.0/24")
}

/// An IPv4 or IPv6 address.
pub(super) fn parse_address(text: &str) -> Result<IpAddr, Wrong> {
    without_blanks(text)?;
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_some() => {
            wrong("is an IPv4 address mapped into IPv6", format!("write {}", v6.to_canonical()))
        }
        Ok(address) => Ok(address),
        Err(_) => not_an_address(text),
    }
}

fn not_an_address(text: &str) -> Result<IpAddr, Wrong> {
    const DIALLED: &str = "write the private IP address, or a variable such as ${DEV_SERVER_IP}";
    if let Ok(net) = text.parse::<IpNet>() {
        return wrong("is a CIDR, not an address", format!("write {}", net.addr()));
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return wrong("holds a port", format!("write {}; ports belong in `services`", socket.ip()));
    }
    if text.contains('%') && text.split('%').next().is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok()) {
        return wrong("has a zone", "a link-local address is no server's address");
    }
    if parse_dns_name(text).is_ok() {
        return wrong("is a name, and an address is dialled, never a name", DIALLED);
    }
    wrong("is not an IP address", DIALLED)
}

/// A DNS name (RFC 1035, 2.3.4): labels of letters, digits, `-` and `_`, a dot at the end or none.
pub(super) fn parse_dns_name(text: &str) -> Result<(), Wrong> {
    without_blanks(text)?;
    if DnsName::try_from(text).is_ok() {
        return Ok(());
    }
    let help = if text.is_empty() {
        "remove it, or give it a value"
    } else if !text.is_ascii() {
        "write its ASCII form, with labels such as xn--bcher-kva"
    } else if text.contains("://") {
        "write the host's name alone, without scheme and path"
    } else if text.starts_with('*') {
        "a wildcard cannot be asked: write a name that it covers"
    } else if text.parse::<IpAddr>().is_ok() {
        "it is an address, and names are asked here"
    } else {
        "a name is made of labels of 1 to 63 letters, digits, `-` and `_`, joined by dots"
    };
    wrong("is not a DNS name", help)
}

/// The end of DNS names: a dot and a DNS name with no dot at its end.
pub(super) fn parse_suffix(text: &str) -> Result<(), Wrong> {
    without_blanks(text)?;
    match text.strip_prefix('.') {
        Some(rest) if rest.ends_with('.') => {
            wrong("ends in a dot", format!("write {}", quoted(text.trim_end_matches('.'))))
        }
        Some(rest) if parse_dns_name(rest).is_ok() => Ok(()),
        None if parse_dns_name(text).is_ok() => {
            let help = format!("write {}", quoted(&format!(".{}", text.trim_end_matches('.'))));
            wrong("does not begin with a dot", help)
        }
        _ => wrong("is not the end of a DNS name", "for instance .cwiq.io"),
    }
}

/// A service: PORT/GREETING.
pub(super) fn parse_service(text: &str) -> Result<Service, Wrong> {
    const FORM: &str = "a service is PORT/GREETING, such as 22/ssh, 443/tls, 8080/http or 5432/tcp";
    const GREETINGS: [&str; 4] = ["ssh", "tls", "http", "tcp"];
    without_blanks(text)?;
    match text.parse::<Service>() {
        // `+22/ssh` and `022/ssh` parse as numbers do.
        Ok(service) if service.to_string() == text => Ok(service),
        Ok(service) => wrong("has an odd port", format!("write {service}")),
        Err(ServiceError::Port(port)) => {
            wrong(format!("has the impossible port {}", quoted(&port)), "a port is a number from 1 to 65535")
        }
        Err(ServiceError::Greeting(greeting)) => {
            let meant = match greeting.to_ascii_lowercase().as_str() {
                "https" | "ssl" | "http2" | "h2" => Some("tls"),
                "udp" => return wrong("is not probed: only TCP is", FORM),
                _ => did_you_mean(&greeting, GREETINGS),
            };
            let help = match meant {
                Some(meant) => format!("did you mean {}?", quoted(meant)),
                None => format!("a greeting is {}", alternatives(GREETINGS)),
            };
            wrong(format!("has the unknown greeting {}", quoted(&greeting)), help)
        }
        Err(ServiceError::Shape) => wrong("is not a service", FORM),
    }
}

/// A name of the policy's own: 1 to 63 letters, digits, `.`, `_` and `-`, a letter or digit at both ends.
pub(super) fn parse_name(text: &str) -> Result<(), Wrong> {
    let ends = |end: Option<u8>| end.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let bytes = text.as_bytes();
    let right = bytes.len() <= 63
        && ends(bytes.first().copied())
        && ends(bytes.last().copied())
        && bytes.iter().copied().all(inside);
    if right {
        return Ok(());
    }
    wrong(
        "cannot be a name",
        "a name is 1 to 63 letters, digits, `.`, `_` and `-`, with a letter or digit at both ends",
    )
}

/// The name of an EKS cluster (Amazon EKS API, `CreateCluster`).
pub(super) fn parse_cluster_name(text: &str) -> Result<(), Wrong> {
    let bytes = text.as_bytes();
    let right = (1..=100).contains(&bytes.len())
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if right {
        return Ok(());
    }
    wrong(
        "cannot be an EKS cluster's name",
        "it is 1 to 100 letters, digits, `-` and `_`: the name, not the ARN",
    )
}

/// A Kubernetes namespace's name: an RFC 1123 label in lower case (Kubernetes, Object Names and IDs).
pub(super) fn parse_namespace(text: &str) -> Result<(), Wrong> {
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if text.len() <= 63 && is_framed(text, inner, |byte| inner(byte) || *byte == b'-') {
        return Ok(());
    }
    wrong(
        "cannot be a namespace's name",
        "it is 1 to 63 small letters, digits and `-`, with no `-` at its ends",
    )
}

/// A Kubernetes label's value, which may be empty (Kubernetes, Labels and Selectors).
pub(super) fn parse_label_value(text: &str) -> Result<(), Wrong> {
    if text.is_empty() || is_label_name(text) {
        return Ok(());
    }
    wrong(
        "cannot be a label's value",
        "it is up to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at its ends",
    )
}

/// A Kubernetes label's key: `NAME` or `PREFIX/NAME`, the prefix a DNS name in lower case (Kubernetes, Labels
/// and Selectors).
pub(super) fn parse_label_key(text: &str) -> Result<(), Wrong> {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let outer = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let right = prefix.is_none_or(|prefix| {
        prefix.len() <= 253 && is_framed(prefix, outer, |byte| outer(byte) || matches!(byte, b'-' | b'.'))
    });
    if right && is_label_name(name) {
        return Ok(());
    }
    wrong("cannot be a label's key", "for instance app or app.kubernetes.io/name")
}

fn is_label_name(text: &str) -> bool {
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.len() <= 63 && is_framed(text, u8::is_ascii_alphanumeric, inner)
}

/// Whether all of a text is `inner`, and its ends are `outer`; the empty text is not.
fn is_framed(text: &str, outer: impl Fn(&u8) -> bool, inner: impl Fn(&u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(&outer) && bytes.last().is_some_and(&outer) && bytes.iter().all(inner)
}

/// A GitLab runner's tag: 1 to 255 characters, no comma, no control character, no blank at the ends.
pub(super) fn parse_tag(text: &str) -> Result<(), Wrong> {
    let right = !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= 255
        && !text.contains(|c: char| c == ',' || c.is_control());
    if right {
        return Ok(());
    }
    wrong("cannot be a runner's tag", "write one tag a line: TAG: RUNNER-ID")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_right_cidr() {
        for (text, what, help) in [
            ("10.1.34.7/24", "host bits", "10.1.34.0/24"),
            ("10.1.34.7", "no prefix length", "10.1.34.7/32"),
            ("fd00::1", "no prefix length", "fd00::1/128"),
            ("10.1.34.0/33", "wrong prefix length", "0 to 32"),
            ("fd00::/129", "wrong prefix length", "0 to 128"),
            ("10.1.34.9/255.255.255.0", "netmask", "10.1.34.0/24"),
            ("::ffff:10.0.0.0/104", "mapped", "10.0.0.0/8"),
            (" 10.0.0.0/8", "blanks", "`10.0.0.0/8`"),
            ("ten/8", "not a CIDR", "10.1.34.0/24"),
            ("", "not a CIDR", "10.1.34.0/24"),
        ] {
            let wrong = parse_cidr(text).unwrap_err();
            assert!(wrong.what.contains(what) && wrong.help.contains(help), "{text}: {wrong:?}");
        }
        assert!(parse_cidr("0.0.0.0/0").is_ok() && parse_cidr("fd7a:115c:a1e0::/48").is_ok());
    }

    #[test]
    fn names_the_right_address() {
        for (text, what, help) in [
            ("10.1.20.15/32", "CIDR", "10.1.20.15"),
            ("10.1.20.15:22", "port", "services"),
            ("[fd00::1]:22", "port", "fd00::1"),
            ("dev.cwiq.io", "is a name", "DEV_SERVER_IP"),
            ("10.1.20.300", "not an IP address", "private"),
            ("010.1.20.15", "not an IP address", "private"),
            ("fe80::1%eth0", "zone", "link-local"),
            ("::ffff:10.1.20.15", "mapped", "10.1.20.15"),
            ("10.1.20.15\n", "blanks", "`10.1.20.15`"),
            ("", "not an IP address", "private"),
        ] {
            let wrong = parse_address(text).unwrap_err();
            assert!(wrong.what.contains(what) && wrong.help.contains(help), "{text}: {wrong:?}");
        }
        assert!(parse_address("10.1.20.15").is_ok() && parse_address("fd00::1").is_ok());
    }

    #[test]
    fn names_the_right_service() {
        for (text, what, help) in [
            ("22", "not a service", "22/ssh"),
            ("ssh/22", "port `ssh`", "1 to 65535"),
            ("0/ssh", "port `0`", "1 to 65535"),
            ("65536/tcp", "port `65536`", "1 to 65535"),
            ("022/ssh", "odd port", "22/ssh"),
            ("+22/ssh", "odd port", "22/ssh"),
            ("443/https", "greeting `https`", "`tls`"),
            ("22/SSH", "greeting `SSH`", "`ssh`"),
            ("53/udp", "not probed", "PORT/GREETING"),
            ("25/smtp", "greeting `smtp`", "`ssh`, `tls`, `http` or `tcp`"),
            ("22/\u{1b}[2J", "\\u{1b}", "ssh"),
        ] {
            let wrong = parse_service(text).unwrap_err();
            assert!(wrong.what.contains(what) && wrong.help.contains(help), "{text}: {wrong:?}");
        }
    }

    #[test]
    fn knows_names() {
        for text in ["dev.cwiq.io", "kubernetes.default.svc.cluster.local.", "_ssh._tcp.x", "dev"] {
            assert!(parse_dns_name(text).is_ok(), "{text}");
        }
        let long = format!("{}.x", "a".repeat(64));
        for text in ["", "a..b", "-a.b", "bücher.de", "https://x.y", "*.x.y", "10.1.2.3", "a b", &long] {
            assert!(parse_dns_name(text).is_err(), "{text}");
        }
        assert!(parse_suffix(".cwiq.io").is_ok());
        for text in ["cwiq.io", ".", "..io", ".cwiq.io.", "*.cwiq.io"] {
            assert!(parse_suffix(text).is_err(), "{text}");
        }
        assert!(parse_name("dev-server").is_ok() && parse_name("a").is_ok());
        for text in ["", "-a", "a b", "a/b", "ä", &"a".repeat(64)] {
            assert!(parse_name(text).is_err(), "{text}");
        }
        assert!(parse_tag("dev small").is_ok() && parse_tag("a,b").is_err() && parse_tag(" ").is_err());
        assert!(parse_cluster_name("cwiq-dev-eks-cluster").is_ok());
        assert!(parse_namespace("gitlab-runner").is_ok() && parse_namespace("9").is_ok());
        for wrong in ["", "Gitlab", "-a", "a-", "a.b", &"a".repeat(64)] {
            assert!(parse_namespace(wrong).is_err(), "{wrong}");
        }
        for right in ["app", "app.kubernetes.io/name", "A_b.c"] {
            assert!(parse_label_key(right).is_ok(), "{right}");
        }
        for wrong in ["", "/a", "a/", "a/b/c", "A/b", "-a", "a b"] {
            assert!(parse_label_key(wrong).is_err(), "{wrong}");
        }
        assert!(parse_label_value("").is_ok() && parse_label_value("a b").is_err());
        assert!(parse_cluster_name("arn:aws:eks:eu-west-1:111122223333:cluster/x").is_err());
    }
}
