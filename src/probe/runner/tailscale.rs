//! Signs of Tailscale. In a container it runs in userspace as a rule, without any interface, so every
//! trace counts.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use ipnet::IpNet;

use super::proxy::parse_endpoint;
use crate::fact::name::{MAGICDNS, in_tailscale_zone};
use crate::fact::runner::{InterfaceAddress, ProxyVariable, ResolverConfig, TailscaleSign};
use crate::untrusted::Untrusted;

/// Where tailscaled listens for its client: the daemon's default, and the container image's.
const SOCKETS: [&str; 2] = ["var/run/tailscale/tailscaled.sock", "tmp/tailscaled.sock"];

/// Where tailscaled's userspace proxies listen by custom (`--socks5-server=localhost:1055`).
const PROXY_PORT: u16 = 1055;

/// What was seen so far.
pub(super) struct Seen<'a> {
    pub(super) interfaces: &'a BTreeSet<String>,
    pub(super) addresses: &'a [InterfaceAddress],
    pub(super) resolver: Option<&'a ResolverConfig>,
    pub(super) proxies: &'a [ProxyVariable],
}

/// Every sign there is, in the order of [`TailscaleSign`].
///
/// 100.64.0.0/10 is not Tailscale's alone: AWS recommends it for further VPC CIDRs of EKS. So an address
/// in one of the policy's VPC networks is no sign, even if it is in the tailnet's ranges too.
pub(super) fn signs(seen: &Seen, tailnet: &[IpNet], vpc: &[IpNet], root: &Path) -> Vec<TailscaleSign> {
    let within =
        |networks: &[IpNet], address: IpAddr| networks.iter().any(|network| network.contains(&address));
    let is_tailnet = |address: IpAddr| within(tailnet, address) && !within(vpc, address);
    let mut signs = Vec::new();
    let named = seen.interfaces.iter().filter(|name| name.starts_with("tailscale"));
    signs.extend(named.cloned().map(TailscaleSign::Interface));
    let own = seen.addresses.iter().filter(|own| is_tailnet(own.address));
    signs.extend(own.cloned().map(TailscaleSign::Address));
    let is_socket = |path: &&&str| root.join(path).metadata().is_ok_and(|meta| meta.file_type().is_socket());
    signs.extend(SOCKETS.iter().filter(is_socket).map(|path| TailscaleSign::Socket(format!("/{path}"))));
    if let Some(resolver) = seen.resolver {
        let nameservers = resolver.nameservers.iter().copied();
        let tailscales = nameservers.filter(|address| MAGICDNS.contains(address) || is_tailnet(*address));
        signs.extend(tailscales.map(TailscaleSign::Nameserver));
        let domains = resolver.search.iter().filter(|domain| in_tailscale_zone(domain));
        signs.extend(domains.map(|domain| TailscaleSign::SearchDomain(Untrusted::from(domain.as_str()))));
    }
    signs.extend(seen.proxies.iter().filter(|proxy| leads_to_tailscale(&proxy.endpoint, is_tailnet)).map(
        |proxy| TailscaleSign::Proxy { variable: proxy.variable.clone(), endpoint: proxy.endpoint.clone() },
    ));
    signs
}

fn leads_to_tailscale(endpoint: &str, is_tailnet: impl Fn(IpAddr) -> bool) -> bool {
    let endpoint = parse_endpoint(endpoint);
    let Some(host) = endpoint.host() else { return false };
    let address = endpoint.address();
    let is_local = address.map_or(host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback());
    is_local && endpoint.port() == Some(PROXY_PORT)
        || address.is_some_and(is_tailnet)
        || in_tailscale_zone(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn own(interface: &str, address: &str) -> InterfaceAddress {
        InterfaceAddress { interface: interface.to_owned(), address: address.parse().unwrap() }
    }

    fn signs_of(interfaces: &[&str], addresses: &[InterfaceAddress], vpc: &[&str]) -> Vec<TailscaleSign> {
        let interfaces = interfaces.iter().map(|name| (*name).to_owned()).collect();
        let seen = Seen { interfaces: &interfaces, addresses, resolver: None, proxies: &[] };
        let tailnet = networks(&["100.64.0.0/10", "fd7a:115c:a1e0::/48"]);
        signs(&seen, &tailnet, &networks(vpc), Path::new("/nonexistent"))
    }

    #[test]
    fn an_interface_is_known_by_name() {
        let expected = [TailscaleSign::Interface("tailscale0".to_owned())];
        assert_eq!(signs_of(&["eth0", "tailscale0", "tun0"], &[], &[]), expected);
    }

    #[test]
    fn the_vpc_wins_over_the_tailnet_range() {
        let addresses = [own("eth0", "100.64.1.2"), own("lo", "127.0.0.1"), own("x", "fd7a:115c:a1e0::9")];
        let both =
            [TailscaleSign::Address(addresses[0].clone()), TailscaleSign::Address(addresses[2].clone())];
        assert_eq!(signs_of(&[], &addresses, &["10.1.0.0/16"]), both);
        assert_eq!(signs_of(&[], &addresses, &["10.1.0.0/16", "100.64.0.0/16"]), both[1..]);
    }

    #[test]
    fn its_resolver_is_a_sign_wherever_the_vpc_is() {
        let nameservers = ["10.1.0.2", "100.64.0.2", "100.100.100.100", "fd7a:115c:a1e0::53"];
        let nameservers = nameservers.map(|text| text.parse().unwrap()).to_vec();
        let resolver = ResolverConfig { nameservers, ..ResolverConfig::default() };
        let seen =
            Seen { interfaces: &BTreeSet::new(), addresses: &[], resolver: Some(&resolver), proxies: &[] };
        let [tailnet, vpc] = [networks(&["100.64.0.0/10"]), networks(&["10.1.0.0/16", "100.64.0.0/10"])];
        let signs = signs(&seen, &tailnet, &vpc, Path::new("/nonexistent"));
        assert_eq!(signs, MAGICDNS.map(TailscaleSign::Nameserver));
    }

    #[test]
    fn a_proxy_is_tailscales_by_port_address_or_name() {
        let is_tailnet = |address: IpAddr| address == IpAddr::from([100, 64, 0, 9]);
        for endpoint in [
            "localhost:1055",
            "LOCALHOST:1055",
            "127.0.0.1:1055",
            "[::1]:1055",
            "100.64.0.9:3128",
            "[::ffff:100.64.0.9]:1",
            "exit.tail1234.ts.net:80",
        ] {
            assert!(leads_to_tailscale(endpoint, is_tailnet), "{endpoint}");
        }
        for endpoint in
            ["localhost:3128", "10.1.2.3:1055", "proxy.internal:1055", "(unreadable)", "localhost"]
        {
            assert!(!leads_to_tailscale(endpoint, is_tailnet), "{endpoint}");
        }
    }
}
