//! What the machine that runs the probe looks like from inside.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::untrusted::Untrusted;

/// The runner, its network and its environment.
#[derive(Debug, Clone)]
pub struct RunnerFacts {
    /// Own addresses with their interfaces, loopback and link-local included, IPv4-mapped unmapped.
    pub addresses: Vec<InterfaceAddress>,
    /// What says that this is a Kubernetes pod, e.g. `KUBERNETES_SERVICE_HOST`; empty outside one.
    pub pod_signs: Vec<String>,
    /// Everything seen that means Tailscale, except what DNS answers.
    pub tailscale_signs: Vec<TailscaleSign>,
    /// `/etc/resolv.conf`, or why it could not be read.
    pub resolver: Result<ResolverConfig, String>,
    /// Proxy variables that are set, credentials left out.
    pub proxies: Vec<ProxyVariable>,
    /// Entries of `NO_PROXY` and `no_proxy`; see [`covers`].
    pub no_proxy: Vec<String>,
    /// GitLab's `CI_RUNNER_ID`; `None` outside a job. Kept as text when it is not a number.
    pub runner_id: Option<String>,
    /// GitLab's `CI_RUNNER_TAGS`, read from either of its spellings.
    pub runner_tags: Vec<String>,
}

/// One address of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceAddress {
    /// E.g. `eth0`.
    pub interface: String,
    /// The address.
    pub address: IpAddr,
}

/// One thing that means Tailscale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TailscaleSign {
    /// An interface named `tailscale0` (or `ts0`…, whatever matched).
    Interface(String),
    /// An own address in the policy's tailnet ranges and not in its VPC networks.
    Address(InterfaceAddress),
    /// tailscaled's socket exists.
    Socket(String),
    /// `resolv.conf` names Tailscale's resolver, or one in the tailnet's ranges and not in the VPC.
    Nameserver(IpAddr),
    /// `resolv.conf` searches a domain below `ts.net`.
    SearchDomain(Untrusted),
    /// A proxy variable names Tailscale's userspace proxy (`localhost:1055`), a tailnet address or a
    /// `ts.net` name.
    Proxy {
        /// The variable.
        variable: String,
        /// Host and port it names.
        endpoint: String,
    },
}

/// How many of `resolv.conf`'s nameservers are ever asked: the first three (`MAXNS`, resolv.conf(5);
/// musl and Go keep to it too).
pub const USED_NAMESERVERS: usize = 3;

/// `/etc/resolv.conf` (resolv.conf(5)).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResolverConfig {
    /// `nameserver` lines, in order, 127.0.0.1 where there is none. Only the first
    /// [`USED_NAMESERVERS`] are ever asked.
    pub nameservers: Vec<IpAddr>,
    /// The search list, in order.
    pub search: Vec<String>,
    /// `options ndots`, 1 unless set, 15 at most.
    pub ndots: u8,
}

/// A proxy variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyVariable {
    /// E.g. `HTTPS_PROXY`.
    pub variable: String,
    /// Host and port it names, without credentials; `(unreadable)` where they cannot be told apart.
    pub endpoint: String,
}

/// Whether a `NO_PROXY` list leaves the proxy out for an address.
///
/// The union of what curl (`lib/noproxy.c`) and Go (`golang.org/x/net/http/httpproxy`) take: `*` for
/// everything; an address literal, in brackets or not; a CIDR block; and an address with a port, which
/// Go takes for that port alone. Domain suffixes never cover an address. A tool may know less: `*` and
/// the plain literal are the two that all of them know.
pub fn covers(no_proxy: &[String], address: IpAddr) -> bool {
    let address = address.to_canonical();
    no_proxy.iter().map(|entry| entry.trim()).any(|entry| {
        entry == "*"
            || entry.parse::<IpNet>().is_ok_and(|network| network.contains(&address))
            || literal(entry).is_some_and(|literal| literal == address)
    })
}

/// The address of `10.0.0.1`, `10.0.0.1:443`, `fd00::1`, `[fd00::1]` or `[fd00::1]:443`.
fn literal(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    let bare = bare.parse::<IpAddr>().ok();
    let with_port = || entry.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    bare.or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::covers;

    fn covered(entry: &str, address: &str) -> bool {
        covers(&["localhost".to_owned(), entry.to_owned()], address.parse().unwrap())
    }

    #[test]
    fn no_proxy_entries_cover_addresses() {
        for (entry, address) in [
            ("*", "10.1.20.15"),
            (" 10.1.20.15 ", "10.1.20.15"),
            ("10.1.20.15", "::ffff:10.1.20.15"),
            ("::ffff:10.1.20.15", "10.1.20.15"),
            ("10.1.0.0/16", "10.1.20.15"),
            ("10.1.20.15/16", "10.1.20.16"),
            ("10.1.20.15:443", "10.1.20.15"),
            ("fd00::/8", "fd00::1"),
            ("[fd00::1]", "fd00::1"),
            ("[fd00::1]:443", "fd00::1"),
        ] {
            assert!(covered(entry, address), "{entry} {address}");
        }
    }

    #[test]
    fn others_do_not() {
        for (entry, address) in [
            ("", "10.1.20.15"),
            ("10.1.20", "10.1.20.15"),
            ("10.1.20.1", "10.1.20.15"),
            (".15", "10.1.20.15"),
            ("10.2.0.0/16", "10.1.20.15"),
            ("10.1.0.0/33", "10.1.20.15"),
            ("*.cwiq.io", "10.1.20.15"),
            ("::/0", "10.1.20.15"),
            ("[fd00::1", "fd00::1"),
        ] {
            assert!(!covered(entry, address), "{entry} {address}");
        }
    }
}
