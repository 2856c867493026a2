//! Looks at the machine the probe runs on: addresses, resolv.conf, environment, signs of Kubernetes and
//! of Tailscale. Nothing here goes on the wire, and nothing here waits.

mod file;
mod proxy;
mod resolver;
mod tailscale;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;

use ipnet::IpNet;

use crate::fact::runner::{InterfaceAddress, RunnerFacts};
use crate::untrusted::Untrusted;

/// What the environment says of a variable; `None` when it is unset.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where a pod's service account is mounted.
const SERVICE_ACCOUNT: &str = "var/run/secrets/kubernetes.io/serviceaccount";

/// Gathers the facts of this machine. `tailnet` and `vpc` are the policy's networks; a VPC address is
/// never taken for a tailnet address, even where the ranges overlap. `environment` gives a variable's
/// value, and `root` is `/`, or where a test keeps its files in place of `/`.
///
/// What cannot be read is left out, save for `resolv.conf`, whose error is kept. Files are read up to
/// 64 KiB.
pub fn probe_runner(
    tailnet: &[IpNet],
    vpc: &[IpNet],
    environment: &dyn Fn(&str) -> Option<String>,
    root: &Path,
) -> RunnerFacts {
    let Interfaces { names, addresses } = interfaces();
    let resolver = resolver::load_resolver_config(root, environment);
    let proxies = proxy::proxies(environment);
    let seen = tailscale::Seen {
        interfaces: &names,
        addresses: &addresses,
        resolver: resolver.as_ref().ok(),
        proxies: &proxies,
    };
    RunnerFacts {
        tailscale_signs: tailscale::signs(&seen, tailnet, vpc, root),
        addresses,
        pod_signs: pod_signs(environment, root),
        resolver,
        proxies,
        no_proxy: proxy::no_proxy(environment),
        runner_id: set(environment, "CI_RUNNER_ID").as_deref().map(printable),
        runner_tags: set(environment, "CI_RUNNER_TAGS").map(|tags| parse_tags(&tags)).unwrap_or_default(),
    }
}

/// This machine's interfaces.
struct Interfaces {
    /// All of them, those without an address too.
    names: BTreeSet<String>,
    addresses: Vec<InterfaceAddress>,
}

fn interfaces() -> Interfaces {
    let mut found = Interfaces { names: BTreeSet::new(), addresses: Vec::new() };
    // getifaddrs(3) fails for want of memory or of netlink alone; then nothing is known.
    for interface in nix::ifaddrs::getifaddrs().into_iter().flatten() {
        let address = interface.address.as_ref().and_then(|address| {
            let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
            v4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip()).to_canonical()))
        });
        if let Some(address) = address {
            let interface = interface.interface_name.clone();
            found.addresses.push(InterfaceAddress { interface, address });
        }
        found.names.insert(interface.interface_name);
    }
    found
}

/// What Kubernetes leaves in a pod.
fn pod_signs(environment: Environment, root: &Path) -> Vec<String> {
    let mut signs = Vec::new();
    if set(environment, "KUBERNETES_SERVICE_HOST").is_some() {
        signs.push("KUBERNETES_SERVICE_HOST".to_owned());
    }
    if root.join(SERVICE_ACCOUNT).is_dir() {
        signs.push(format!("/{SERVICE_ACCOUNT}"));
    }
    // The kubelet's own words: its cgroup parent, its volumes, and the head of its hosts file.
    for (path, word) in [
        ("proc/self/cgroup", "kubepods"),
        ("proc/self/mountinfo", "/kubelet/pods/"),
        ("etc/hosts", "# Kubernetes-managed hosts file"),
    ] {
        if file::read(&root.join(path)).is_ok_and(|text| text.contains(word)) {
            signs.push(format!("{word} in /{path}"));
        }
    }
    signs
}

/// A variable's value without blanks around it; `None` when it is unset or empty.
fn set(environment: Environment, variable: &str) -> Option<String> {
    let value = environment(variable)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// GitLab's `CI_RUNNER_TAGS`: comma-separated, or a JSON array (GitLab's list of predefined variables
/// says the one, its runners have given the other).
fn parse_tags(text: &str) -> Vec<String> {
    let array: Option<Vec<String>> = serde_json::from_str(text).ok();
    let tags = array.unwrap_or_else(|| text.split(',').map(str::to_owned).collect());
    tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()).map(printable).collect()
}

/// Text of the environment, safe to print and bounded.
fn printable(text: &str) -> String {
    Untrusted::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::parse_tags;

    #[test]
    fn tags_come_in_two_spellings() {
        for text in ["small, docker", r#"["small", "docker"]"#, ",small,,docker,", r#"["small","docker",""]"#]
        {
            assert_eq!(parse_tags(text), ["small", "docker"], "{text}");
        }
        assert_eq!(parse_tags("[]"), [""; 0]);
        assert_eq!(parse_tags("[broken"), ["[broken"]);
        assert_eq!(parse_tags("a\x1b[2J"), ["a\\u{1b}[2J"]);
    }
}
