//! Asking one address of each kind comes to the same as asking every address of every interface.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use reachgate::finding::{Finding, Verdict};
use reachgate::flow::Port;
use reachgate::judge::configuration::{StaticOptions, judge_static};
use reachgate::network::{Answer, Endpoint, Network, Question, Traffic, evaluate_path};
use reachgate::policy::file::load_policy;
use reachgate::snapshot::{NetworkInterface, Snapshot};
use serde_json::{Value, json};

use super::platform::{ADDRESS, change, healthy, ids};

/// A range at or around the runners' addresses.
fn range() -> impl Strategy<Value = String> {
    (prop_oneof![Just(34_u8), Just(35)], any::<u8>(), 22_u8..=32).prop_map(|(third, last, length)| {
        let network = ipnet::Ipv4Net::new_assert(Ipv4Addr::new(10, 1, third, last), length);
        network.trunc().to_string()
    })
}

fn permission() -> impl Strategy<Value = Value> {
    let ports = prop_oneof![Just((22, 22)), Just((443, 443)), Just((1, 65535))];
    (ports, prop::collection::vec(range(), 0..4), any::<bool>()).prop_map(|((from, to), ranges, group)| {
        let ranges: Vec<Value> = ranges.into_iter().map(|range| json!({"CidrIp": range})).collect();
        let groups = if group { json!([{"GroupId": ids()["sg-cluster"]}]) } else { json!([]) };
        json!({"IpProtocol": "tcp", "FromPort": from, "ToPort": to, "IpRanges": ranges, "UserIdGroupPairs": groups})
    })
}

fn entry() -> impl Strategy<Value = Value> {
    let ports = prop_oneof![
        Just(json!({"From": 22, "To": 22})),
        Just(json!({"From": 30000, "To": 50000})),
        Just(Value::Null)
    ];
    (1_i32..99, range(), any::<bool>(), any::<bool>(), ports).prop_map(
        |(number, range, allow, egress, ports)| {
            json!({"RuleNumber": number, "Protocol": "6", "RuleAction": if allow { "allow" } else { "deny" },
            "Egress": egress, "CidrBlock": range, "PortRange": ports})
        },
    )
}

fn world() -> impl Strategy<Value = Snapshot> {
    let groups = prop::collection::vec(any::<bool>(), 3);
    (prop::collection::vec(permission(), 0..4), prop::collection::vec(entry(), 0..4), groups).prop_map(
        |(permissions, mut entries, carries)| {
            let ids = ids();
            entries.extend([true, false].map(|egress| {
                json!({"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "Egress": egress, "CidrBlock": "0.0.0.0/0"})
            }));
            let mut interfaces = serde_json::Map::new();
            for (name, carries) in ["eni-a", "eni-a2", "eni-b"].into_iter().zip(carries) {
                let group = &ids[if carries { "sg-cluster" } else { "sg-dev" }];
                interfaces.insert(ids[name].clone(), json!({"Groups": [{"GroupId": group}]}));
            }
            let patch = json!({"NetworkInterfaces": interfaces,
                "SecurityGroups": {ids["sg-dev"].clone(): {"IpPermissions": permissions}},
                "NetworkAcls": {ids["acl"].clone(): {"Entries": entries}}});
            change(&healthy(), patch, &[], &[])
        },
    )
}

/// Every address of an interface, each delegated one too.
fn every_address(interface: &NetworkInterface) -> Vec<Endpoint> {
    let own = Endpoint::Interface(interface.network_interface_id.clone());
    let more =
        interface.private_ip_addresses.iter().filter(|it| !it.primary).filter_map(|it| it.private_ip_address);
    let delegated = interface.ipv4_prefixes.iter().filter_map(|it| it.ipv4_prefix);
    let all = delegated
        .flat_map(|prefix| (u32::from(prefix.network())..=u32::from(prefix.broadcast())).map(Ipv4Addr::from));
    std::iter::once(own).chain(more.chain(all).map(|it| Endpoint::Address(IpAddr::V4(it)))).collect()
}

/// The interfaces that some finding of the service names as not passing.
fn told(findings: &[Finding], port: u16) -> BTreeSet<String> {
    let broken = findings.iter().filter(|it| {
        it.evidence.get("port") == Some(&port.into())
            && matches!(it.verdict, Verdict::Fail | Verdict::Unknown)
            && it.evidence.contains_key("component")
    });
    broken
        .flat_map(|it| it.evidence["examples"].as_array().expect("examples").clone())
        .map(|it| it.as_str().expect("an id").to_owned())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_same_interfaces_fail(snapshot in world()) {
        let environment = |name: &str| (name == "DEV_SERVER_IP").then(|| ADDRESS.to_owned());
        let policy = load_policy(None, &environment).unwrap_or_else(|error| panic!("{error}"));
        let network = Network::new(&snapshot);
        let findings = judge_static(&policy, &network, &StaticOptions::default());
        for port in [22, 443] {
            let traffic = Traffic::Tcp(Port::new(port).expect("a port"));
            let to = || ADDRESS.parse::<Endpoint>().expect("an address");
            let failing: BTreeSet<String> = ["eni-a", "eni-a2", "eni-b"]
                .iter()
                .map(|name| &snapshot.network_interfaces[ids()[*name].as_str()])
                .filter(|interface| {
                    every_address(interface).into_iter().any(|from| {
                        evaluate_path(&network, &Question::new(from, to(), traffic)).verdict != Answer::Allowed
                    })
                })
                .map(|interface| interface.network_interface_id.to_string())
                .collect();
            prop_assert_eq!(&failing, &told(&findings, port), "port {}", port);
            let passes = findings.iter().any(|it| it.code.id() == "path-allowed" && it.evidence.get("port") == Some(&port.into()));
            prop_assert_eq!(failing.is_empty(), passes);
        }
    }
}
