//! The policies that are shipped, and what variables make of them.

use std::collections::BTreeMap;
use std::fs;

use reachgate::policy::file::{load_policy, parse_policy};
use reachgate::policy::{Names, Tailscale, Value, Via, WorldOpen};

use super::{environment, folder, said, unset};

#[test]
fn the_embedded_policy_is_the_platform() {
    let policy = load_policy(None, &environment).unwrap();
    assert_eq!(policy.name, "cwiq-dev");
    assert_eq!(policy.origin, "embedded cwiq-dev.yaml");
    let text = fs::read_to_string(folder("policies/cwiq-dev.yaml")).unwrap();
    assert!(text.starts_with("# yaml-language-server: $schema=policy.schema.json\n"));
    let show = |nets: &[ipnet::IpNet]| nets.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(show(policy.network("vpc")), "10.1.0.0/16");
    assert_eq!(show(policy.network("tailnet")), "100.64.0.0/10 fd7a:115c:a1e0::/48");
    let runners = &policy.sources["runners"];
    assert_eq!(show(&runners.subnets), "10.1.34.0/24 10.1.35.0/24");
    assert_eq!(runners.eks_cluster.as_deref(), Some("cwiq-dev-eks-cluster"));
    assert_eq!(runners.tailscale, Tailscale::Absent);
    let runner = |tag: &str, id: u64| (tag.to_owned(), id);
    assert_eq!(
        runners.active,
        BTreeMap::from([runner("small", 19), runner("medium", 20), runner("large", 21)])
    );
    assert_eq!(runners.light.as_deref(), Some("small"));
    let retired = [runner("dev-small", 16), runner("dev-medium", 17), runner("dev-large", 18)];
    assert_eq!(runners.retired, BTreeMap::from(retired));
    let server = &policy.destinations["dev-server"];
    let address = Value {
        written: "${DEV_SERVER_IP}".to_owned(),
        variable: Some("DEV_SERVER_IP".to_owned()),
        resolved: Some("10.1.20.15".to_owned()),
    };
    assert_eq!((&server.address, server.within.as_str()), (&address, "vpc"));
    let services: Vec<String> =
        server.services.iter().map(|(name, service)| format!("{name} {service}")).collect();
    assert_eq!(services, ["https 443/tls", "ssh 22/ssh"]);
    assert_eq!((server.control_port.number(), &server.server_name), (1, &None));
    let [expectation] = policy.expectations.as_slice() else { panic!("{:?}", policy.expectations) };
    assert_eq!((expectation.from.as_str(), expectation.to.as_str()), ("runners", "dev-server"));
    assert_eq!(
        (&expectation.reach[..], &expectation.closed[..]),
        (&["ssh".to_owned(), "https".to_owned()][..], &[][..])
    );
    assert_eq!(expectation.via, Some(Via::EksClusterSecurityGroup));
    assert_eq!(policy.names.control[0].resolved.as_deref(), Some("kubernetes.default.svc.cluster.local."));
    assert_eq!(policy.names.unresolvable[0].resolved.as_deref(), Some(""));
    assert_eq!(policy.names.never_tailnet, ["dev.cwiq.io"]);
    assert_eq!(policy.names.suspect_suffixes, [".cwiq.io"]);
    assert_eq!(policy.review.world_open, WorldOpen::Deny);
    for fact in ["Kubernetes 1.31", "Karpenter 1.1.1"] {
        assert!(text.contains(fact), "{fact}");
    }
}

#[test]
fn the_demo_is_the_platform_on_loopback() {
    let demo = load_policy(Some(&folder("policies/demo.yaml")), &unset).unwrap();
    let platform = load_policy(None, &unset).unwrap();
    let server = &demo.destinations["dev-server"];
    assert_eq!(server.address.resolved.as_deref(), Some("127.0.20.15"));
    let services: Vec<String> = server.services.values().map(ToString::to_string).collect();
    assert_eq!(services, ["8443/tls", "2222/ssh"]);
    assert_eq!(demo.sources["runners"].active, platform.sources["runners"].active);
    assert_eq!(demo.sources["runners"].light, platform.sources["runners"].light);
    assert_eq!(demo.sources["runners"].retired, platform.sources["runners"].retired);
    assert_eq!(demo.names, Names::default());
}

#[test]
fn a_variable_resolves_as_a_shell_does() {
    let resolved = |environment: &dyn Fn(&str) -> Option<String>| {
        let policy = load_policy(None, environment).unwrap();
        let address = &policy.destinations["dev-server"].address;
        (
            address.resolved.clone(),
            policy.names.unresolvable[0].resolved.clone(),
            policy.network("vpc")[0].to_string(),
        )
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(resolved(&unset), (None, some(""), "10.1.0.0/16".to_owned()));
    assert_eq!(resolved(&|_| some("")).0, some(""));
    // An address is a finding's business, blanks and all.
    let set = |name: &str| match name {
        "DEV_SERVER_IP" => some(" not an address\n"),
        "VPC_CIDR" => some("10.2.0.0/15"),
        _ => None,
    };
    let error = load_policy(None, &set).unwrap_err().to_string();
    assert!(error.contains("10.1.34.0/24 is outside of the network `vpc`"), "{error}");
    let set = |name: &str| if name == "VPC_CIDR" { some("10.0.0.0/15") } else { set(name) };
    assert_eq!(resolved(&set), (some(" not an address\n"), some(""), "10.0.0.0/15".to_owned()));
}

#[test]
fn a_digest_is_that_of_the_text() {
    let path = folder("policies/demo.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let policy = load_policy(Some(&path), &unset).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let expected = digest.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert_eq!(policy.digest, expected);
    let other = parse_policy(&(text.clone() + "# more\n"), "p", &unset).unwrap();
    assert_ne!(other.digest, expected);
    // A byte order mark belongs to the bytes that are digested, and changes nothing else.
    let marked = parse_policy(&format!("\u{feff}{text}"), "p", &unset).unwrap();
    assert_ne!(marked.digest, expected);
    assert_eq!(said(&marked), said(&policy));
}
