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
    use std::collections::BTreeMap;
    use std::net::IpAddr;
    use std::os::unix::net::UnixListener;
    use std::path::Path;

    use super::{parse_tags, probe_runner};
    use crate::fact::name::MAGICDNS;
    use crate::fact::runner::{RunnerFacts, TailscaleSign};

    /// The facts of a machine that has these files and variables. Its interfaces are this one's, and
    /// what they say of Tailscale is left out.
    fn facts(files: &[(&str, &str)], environment: &[(&str, &str)]) -> RunnerFacts {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        facts_below(folder.path(), environment)
    }

    fn facts_below(root: &Path, environment: &[(&str, &str)]) -> RunnerFacts {
        let environment: BTreeMap<&str, &str> = environment.iter().copied().collect();
        let read = |variable: &str| environment.get(variable).map(|value| (*value).to_owned());
        let tailnet = ["100.64.0.0/10", "fd7a:115c:a1e0::/48"].map(|text| text.parse().unwrap());
        let mut facts = probe_runner(&tailnet, &["10.1.0.0/16".parse().unwrap()], &read, root);
        let own =
            |sign: &TailscaleSign| matches!(sign, TailscaleSign::Interface(_) | TailscaleSign::Address(_));
        facts.tailscale_signs.retain(|sign| !own(sign));
        facts
    }

    #[test]
    fn a_bare_machine_has_addresses_and_no_signs() {
        let facts = facts(&[], &[("CI_RUNNER_ID", " "), ("HTTPS_PROXY", "")]);
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        assert!(facts.addresses.iter().any(|own| own.interface == "lo" && own.address == loopback));
        assert_eq!(facts.pod_signs, [""; 0]);
        assert_eq!(facts.tailscale_signs, []);
        assert!(facts.resolver.unwrap_err().starts_with("/etc/resolv.conf: "));
        assert_eq!((facts.proxies, facts.no_proxy, facts.runner_id), (vec![], vec![], None));
        assert_eq!(facts.runner_tags, [""; 0]);
    }

    #[test]
    fn each_sign_of_a_pod_is_seen() {
        let cgroup = "0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-1.scope\n";
        let mount = "571 560 259:1 /var/lib/kubelet/pods/1/etc-hosts /etc/hosts rw - xfs /dev/nvme0n1p1 rw\n";
        for (files, environment, sign) in [
            (vec![], vec![("KUBERNETES_SERVICE_HOST", "172.20.0.1")], "KUBERNETES_SERVICE_HOST"),
            (
                vec![("var/run/secrets/kubernetes.io/serviceaccount/token", "x")],
                vec![],
                "/var/run/secrets/kubernetes.io/serviceaccount",
            ),
            (vec![("proc/self/cgroup", cgroup)], vec![], "kubepods in /proc/self/cgroup"),
            (vec![("proc/self/mountinfo", mount)], vec![], "/kubelet/pods/ in /proc/self/mountinfo"),
            (
                vec![("etc/hosts", "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n")],
                vec![],
                "# Kubernetes-managed hosts file in /etc/hosts",
            ),
        ] {
            assert_eq!(facts(&files, &environment).pod_signs, [sign]);
        }
    }

    #[test]
    fn each_sign_of_tailscale_is_seen() {
        let resolv = "nameserver 10.1.0.2\nnameserver 100.100.100.100\nnameserver 100.64.0.9\n\
                      search svc.cluster.local tail1234.ts.net. nots.net\n";
        let environment = [
            ("ALL_PROXY", "socks5://localhost:1055/"),
            ("all_proxy", "socks5h://127.0.0.1:1055"),
            ("HTTP_PROXY", "http://user:s3cret@100.64.0.9:3128"),
            ("http_proxy", "http://proxy.internal:3128"),
            ("HTTPS_PROXY", "http://exit.tail1234.ts.net"),
            ("https_proxy", "http://[fd7a:115c:a1e0::9]:3128"),
        ];
        let facts = facts(&[("etc/resolv.conf", resolv)], &environment);
        let proxy = |variable: &str, endpoint: &str| TailscaleSign::Proxy {
            variable: variable.to_owned(),
            endpoint: endpoint.to_owned(),
        };
        let expected = [
            TailscaleSign::Nameserver(MAGICDNS[0]),
            TailscaleSign::Nameserver("100.64.0.9".parse().unwrap()),
            TailscaleSign::SearchDomain("tail1234.ts.net.".into()),
            proxy("ALL_PROXY", "localhost:1055"),
            proxy("all_proxy", "127.0.0.1:1055"),
            proxy("HTTP_PROXY", "100.64.0.9:3128"),
            proxy("HTTPS_PROXY", "exit.tail1234.ts.net"),
            proxy("https_proxy", "[fd7a:115c:a1e0::9]:3128"),
        ];
        assert_eq!(facts.tailscale_signs, expected);
        assert_eq!(facts.proxies.len(), 6);
        assert!(!format!("{facts:?}").contains("s3cret"));
    }

    #[test]
    fn tailscaleds_socket_is_seen_and_no_other_file_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let [run, tmp] = ["var/run/tailscale", "tmp"].map(|path| folder.path().join(path));
        for path in [&run, &tmp] {
            std::fs::create_dir_all(path).unwrap();
        }
        let listener = UnixListener::bind(tmp.join("tailscaled.sock")).unwrap();
        std::fs::write(run.join("tailscaled.sock"), "").unwrap();
        let socket = |path: &str| TailscaleSign::Socket(path.to_owned());
        let signs = facts_below(folder.path(), &[]).tailscale_signs;
        assert_eq!(signs, [socket("/tmp/tailscaled.sock")]);
        std::fs::remove_file(run.join("tailscaled.sock")).unwrap();
        let other = UnixListener::bind(run.join("tailscaled.sock")).unwrap();
        let signs = facts_below(folder.path(), &[]).tailscale_signs;
        assert_eq!(signs, [socket("/var/run/tailscale/tailscaled.sock"), socket("/tmp/tailscaled.sock")]);
        drop((listener, other));
    }

    #[test]
    fn gitlabs_variables_and_no_proxy_are_read() {
        let environment = [
            ("CI_RUNNER_ID", "19"),
            ("CI_RUNNER_TAGS", r#"["small"]"#),
            ("NO_PROXY", "localhost,10.1.0.0/16"),
            ("no_proxy", "localhost 10.1.20.15,,"),
        ];
        let facts = facts(&[], &environment);
        assert_eq!(facts.runner_id.as_deref(), Some("19"));
        assert_eq!(facts.runner_tags, ["small"]);
        assert_eq!(facts.no_proxy, ["localhost", "10.1.0.0/16", "10.1.20.15"]);
    }

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
