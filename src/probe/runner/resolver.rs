//! `/etc/resolv.conf` (resolv.conf(5)).

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use super::Environment;
use super::file;
use crate::fact::runner::ResolverConfig;

/// Where resolvers are configured.
const PATH: &str = "etc/resolv.conf";

/// The most dots that glibc takes `ndots` for.
const MOST_NDOTS: u8 = 15;

/// Reads it, with what resolv.conf(5) puts in place of what is missing: 127.0.0.1 for nameservers, this
/// host's own domain for the search list. `LOCALDOMAIN` and `RES_OPTIONS` override it.
///
/// # Errors
/// In words, when it cannot be read. (glibc then asks 127.0.0.1, where a pod has nothing.)
pub(super) fn load_resolver_config(root: &Path, environment: Environment) -> Result<ResolverConfig, String> {
    let text = file::read(&root.join(PATH)).map_err(|error| format!("/{PATH}: {error}"))?;
    let hostname = || file::read(&root.join("proc/sys/kernel/hostname")).ok();
    let mut config = parse_resolver_config(&text, hostname);
    if let Some(domains) = environment("LOCALDOMAIN") {
        config.search = domains.split_ascii_whitespace().map(str::to_owned).collect();
    }
    if let Some(options) = environment("RES_OPTIONS") {
        config.ndots = ndots(&options).unwrap_or(config.ndots);
    }
    Ok(config)
}

/// `hostname` is asked for only when there is neither a search nor a domain line.
fn parse_resolver_config(text: &str, hostname: impl Fn() -> Option<String>) -> ResolverConfig {
    // Broken lines are passed over, as every resolver does.
    let (parsed, _) = resolv_conf::Config::parse_with_errors(text.as_bytes());
    let mut nameservers: Vec<IpAddr> =
        parsed.nameservers.iter().map(|address| IpAddr::from(address).to_canonical()).collect();
    if nameservers.is_empty() {
        nameservers.push(Ipv4Addr::LOCALHOST.into());
    }
    let search = if parsed.get_search().is_none() && parsed.get_domain().is_none() {
        let own = hostname().and_then(|name| Some(name.trim().split_once('.')?.1.to_owned()));
        own.into_iter().filter(|domain| !domain.is_empty()).collect()
    } else {
        parsed.get_last_search_or_domain().cloned().collect()
    };
    let ndots = u8::try_from(parsed.ndots).unwrap_or(MOST_NDOTS).min(MOST_NDOTS);
    ResolverConfig { nameservers, search, ndots }
}

/// `ndots` of `RES_OPTIONS`, whose last one counts.
fn ndots(options: &str) -> Option<u8> {
    let values = options.split_ascii_whitespace().filter_map(|option| option.strip_prefix("ndots:"));
    values
        .filter_map(|value| value.parse::<u32>().ok())
        .next_back()
        .map(|value| u8::try_from(value).unwrap_or(MOST_NDOTS).min(MOST_NDOTS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ResolverConfig {
        parse_resolver_config(text, || Some("pod.cwiq.io\n".to_owned()))
    }

    fn nameservers(text: &str) -> Vec<String> {
        parse(text).nameservers.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reads_what_a_kubelet_writes() {
        let config = parse(
            "search default.svc.cluster.local svc.cluster.local cluster.local us-west-2.compute.internal\n\
             nameserver 172.20.0.10\noptions ndots:5\n",
        );
        assert_eq!(config.nameservers, ["172.20.0.10".parse::<IpAddr>().unwrap()]);
        assert_eq!(config.search.len(), 4);
        assert_eq!(config.search[0], "default.svc.cluster.local");
        assert_eq!(config.ndots, 5);
    }

    #[test]
    fn broken_lines_lose_nothing_else() {
        let text = "nameserver 10.0.0.1\nnameserver nonsense\nnameserver\noptions ndots:x what:ever\n\
                    \u{fffd}\u{fffd} \n; comment\nlookup file bind\n  nameserver 10.0.0.2\nsearch a.io";
        assert_eq!(nameservers(text), ["10.0.0.1", "10.0.0.2"]);
        assert_eq!(parse(text).search, ["a.io"]);
        assert_eq!(parse(text).ndots, 1);
    }

    #[test]
    fn every_family_and_order_is_kept() {
        let text = "nameserver fe80::1%eth0\nnameserver ::ffff:10.0.0.1\nnameserver 10.0.0.2\nnameserver fd7a:115c:a1e0::53\n";
        assert_eq!(nameservers(text), ["fe80::1", "10.0.0.1", "10.0.0.2", "fd7a:115c:a1e0::53"]);
    }

    #[test]
    fn what_is_missing_has_a_default() {
        assert_eq!(nameservers("search a.io\n"), ["127.0.0.1"]);
        assert_eq!(parse("nameserver 10.0.0.1\n").search, ["cwiq.io"]);
        assert_eq!(parse_resolver_config("", || Some("pod\n".to_owned())).search, [""; 0]);
        assert_eq!(parse_resolver_config("", || None).search, [""; 0]);
    }

    #[test]
    fn the_last_of_search_and_domain_counts() {
        assert_eq!(parse("domain a.io\nsearch b.io c.io\n").search, ["b.io", "c.io"]);
        assert_eq!(parse("search b.io c.io\ndomain a.io\n").search, ["a.io"]);
    }

    #[test]
    fn ndots_is_bounded() {
        assert_eq!(parse("options ndots:99\n").ndots, 15);
        assert_eq!(parse("options ndots:99999\n").ndots, 15);
        assert_eq!(parse("options ndots:0\n").ndots, 0);
    }

    #[test]
    fn the_environment_overrides() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("etc")).unwrap();
        std::fs::write(folder.path().join(PATH), "search a.io\noptions ndots:5\n").unwrap();
        let environment = |variable: &str| match variable {
            "LOCALDOMAIN" => Some("b.io c.io".to_owned()),
            "RES_OPTIONS" => Some("ndots:2 rotate ndots:3".to_owned()),
            _ => None,
        };
        let config = load_resolver_config(folder.path(), &environment).unwrap();
        assert_eq!((config.search.join(" "), config.ndots), ("b.io c.io".to_owned(), 3));
        let config = load_resolver_config(folder.path(), &|_| None).unwrap();
        assert_eq!((config.search.join(" "), config.ndots), ("a.io".to_owned(), 5));
    }

    #[test]
    fn an_unreadable_file_says_which_and_why() {
        let folder = tempfile::tempdir().unwrap();
        let error = load_resolver_config(folder.path(), &|_| None).unwrap_err();
        assert!(error.starts_with("/etc/resolv.conf: "), "{error}");
    }
}
