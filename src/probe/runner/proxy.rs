//! Proxy variables, credentials left out.

use std::net::IpAddr;

use super::{Environment, printable, set};
use crate::fact::runner::ProxyVariable;

/// The variables that curl, git, Go, Python and others read, in either spelling.
const VARIABLES: [&str; 6] =
    ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"];

/// What stands for a value that cannot be read: it may hold a password, so none of it is shown.
const UNREADABLE: &str = "(unreadable)";

/// Those that are set.
pub(super) fn proxies(environment: Environment) -> Vec<ProxyVariable> {
    let read = |variable: &&str| {
        let value = set(environment, variable)?;
        Some(ProxyVariable { variable: (*variable).to_owned(), endpoint: parse_endpoint(&value).display() })
    };
    VARIABLES.iter().filter_map(read).collect()
}

/// `NO_PROXY` and `no_proxy`, both: some tools read the one, some the other. Split at commas and, as
/// curl does, at blanks.
pub(super) fn no_proxy(environment: Environment) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for value in ["NO_PROXY", "no_proxy"].into_iter().filter_map(|variable| set(environment, variable)) {
        for entry in value.split([',', ' ', '\t']).filter(|entry| !entry.is_empty()).map(printable) {
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
    }
    entries
}

/// The host and port that a proxy URL names; `None` where they cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint(Option<(String, Option<u16>)>);

impl Endpoint {
    fn display(&self) -> String {
        match &self.0 {
            None => UNREADABLE.to_owned(),
            Some((host, None)) => host.clone(),
            Some((host, Some(port))) => format!("{host}:{port}"),
        }
    }

    /// The host, IPv6 brackets taken off.
    pub(super) fn host(&self) -> Option<&str> {
        let (host, _) = self.0.as_ref()?;
        Some(host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host))
    }

    pub(super) fn port(&self) -> Option<u16> {
        self.0.as_ref()?.1
    }

    /// The host, where it is an address.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.host()?.parse::<IpAddr>().ok().map(|address| address.to_canonical())
    }
}

/// Reads `[scheme://][user[:password]@]host[:port][/…]`.
///
/// A password may have unescaped `/`, `@`, `?` or `#` in it, so credentials end at the last `@`. What
/// then does not look like a host and a port is not shown, in case that it is a part of a secret.
pub(super) fn parse_endpoint(value: &str) -> Endpoint {
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let port = match port.map(str::parse) {
        None => None,
        Some(Ok(port)) => Some(port),
        Some(Err(_)) => return Endpoint(None),
    };
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            (1..=253).contains(&host.len())
                && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        }
    };
    Endpoint(is_host.then(|| (host.to_owned(), port)))
}

#[cfg(test)]
mod tests {
    use super::parse_endpoint;

    fn shown(value: &str) -> String {
        parse_endpoint(value).display()
    }

    #[test]
    fn tells_host_and_port() {
        for (value, expected) in [
            ("http://proxy.internal:3128", "proxy.internal:3128"),
            ("proxy.internal:3128", "proxy.internal:3128"),
            ("socks5h://localhost:1055/", "localhost:1055"),
            ("http://10.1.2.3", "10.1.2.3"),
            ("http://[fd7a:115c:a1e0::1]:3128/x?y#z", "[fd7a:115c:a1e0::1]:3128"),
            ("http://[::1]", "[::1]"),
        ] {
            assert_eq!(shown(value), expected, "{value}");
        }
    }

    #[test]
    fn never_shows_a_password() {
        for value in [
            "http://user:s3cret@proxy.internal:3128",
            "user:s3cret@proxy.internal:3128",
            "http://user:a@s3cret/b?c#d@proxy.internal:3128/path",
            "http://user:s3cret%40@proxy.internal:3128",
        ] {
            assert_eq!(shown(value), "proxy.internal:3128", "{value}");
        }
        for value in [
            "user:s3cret",
            "http://user:s3cret",
            "http://s3cret:x@",
            "s3cret word",
            "http://[s3cret]:1",
            "://",
            "s3cret\x1b[2J",
        ] {
            assert_eq!(shown(value), "(unreadable)", "{value}");
        }
    }
}
