//! A remedy is applied as its command says, and opens what was asked for and nothing else.

use std::collections::BTreeSet;

use reachgate::flow::Port;
use reachgate::network::{
    Answer, Endpoint, Network, PathCode, Question, Traffic, Translation, evaluate_path,
};
use reachgate::remedy::{Admit, Adviser, Remedy};
use reachgate::snapshot::{GroupPair, Id, IpPermission, Ipv4Range, Ipv6Range, Snapshot};
use serde_json::{Value, json};

use super::platform::{change, healthy, ids};

fn patched(patch: &Value) -> Snapshot {
    let mut text = patch.to_string();
    for (name, id) in ids() {
        text = text.replace(&format!("<{name}>"), &id);
    }
    change(&healthy(), serde_json::from_str(&text).expect("JSON"), &[], &[])
}

fn id(name: &str) -> String {
    ids()[name].clone()
}

fn tcp(port: u16) -> Traffic {
    Traffic::Tcp(Port::new(port).expect("a port"))
}

/// From and to every address of the platform and some that nobody has, with a few ports and protocols.
fn sampled() -> Vec<Question> {
    let addresses = [
        "10.1.34.23",
        "10.1.34.40",
        "10.1.34.41",
        "10.1.34.70",
        "10.1.35.42",
        "10.1.35.50",
        "10.1.20.15",
        "10.1.20.16",
    ];
    let port = |number| Port::new(number).expect("a port");
    let mut traffics: Vec<Traffic> =
        [1, 21, 22, 23, 80, 443, 444, 8080, 65535].into_iter().map(tcp).collect();
    traffics.extend([22, 443, 53].into_iter().map(|number| Traffic::Udp(port(number))));
    traffics.push(Traffic::Icmp);
    let mut questions = Vec::new();
    for from in addresses {
        for to in addresses.into_iter().filter(|to| *to != from) {
            questions.extend(traffics.iter().map(|traffic| question(from, to, *traffic)));
        }
    }
    questions
}

fn question(from: &str, to: &str, traffic: Traffic) -> Question {
    let endpoint = |text: &str| text.parse::<Endpoint>().expect("an address");
    Question { from: endpoint(from), to: endpoint(to), traffic, translation: Translation::Unknown }
}

fn allowed(snapshot: &Snapshot) -> BTreeSet<String> {
    let network = Network::new(snapshot);
    let open = sampled().into_iter().filter(|it| evaluate_path(&network, it).verdict == Answer::Allowed);
    open.map(|it| format!("{} {} {:?}", it.from, it.to, it.traffic)).collect()
}

/// Does what a line of the AWS CLI says.
fn apply(snapshot: &mut Snapshot, command: &str) {
    let after = |text: &str, word: &str| -> Option<String> {
        let rest = &text[text.find(word)? + word.len()..];
        Some(rest.chars().take_while(|c| !matches!(c, ' ' | ',' | '\'' | '}' | ']')).collect())
    };
    let group = after(command, "--group-id ").expect("a group");
    let number = |word: &str| after(command, word).expect("a port").parse::<i32>().expect("a number");
    let mut permission = IpPermission {
        ip_protocol: after(command, "IpProtocol=").expect("a protocol").into(),
        from_port: Some(number("FromPort=")),
        to_port: Some(number("ToPort=")),
        ..IpPermission::default()
    };
    if let Some(range) = after(command, "CidrIp=") {
        permission.ip_ranges.push(Ipv4Range { cidr_ip: range.parse().expect("a range") });
    }
    if let Some(range) = after(command, "CidrIpv6=") {
        permission.ipv6_ranges.push(Ipv6Range { cidr_ipv6: range.parse().expect("a range") });
    }
    if let Some(id) = after(command, "GroupId=") {
        permission.user_id_group_pairs.push(GroupPair { group_id: Some(id.into()), ..GroupPair::default() });
    }
    let group = snapshot.security_groups.get_mut(&Id::from(group)).expect("the group is there");
    let list = if command.contains("authorize-security-group-egress") {
        &mut group.ip_permissions_egress
    } else {
        assert!(command.contains("authorize-security-group-ingress"), "{command}");
        &mut group.ip_permissions
    };
    list.push(permission);
}

/// Advises on every blocker of a code, applies it, and gives what is newly allowed.
fn opened(
    snapshot: &Snapshot,
    asked: &Question,
    code: PathCode,
    admit: &Admit,
) -> (BTreeSet<String>, Vec<Remedy>) {
    let before = allowed(snapshot);
    let network = Network::new(snapshot);
    let result = evaluate_path(&network, asked);
    assert_eq!(result.verdict, Answer::Denied);
    let adviser = Adviser::new(&network);
    let blockers = result.blockers.iter().filter(|it| it.code == code);
    let remedies: Vec<Remedy> =
        blockers.map(|it| adviser.advise(&result, asked.traffic, it, admit)).collect();
    assert!(!remedies.is_empty(), "{code} is not in the way: {:?}", result.blockers);
    let mut after = snapshot.clone();
    for remedy in &remedies {
        for command in remedy.cli().expect("a command").lines() {
            apply(&mut after, command);
        }
    }
    assert_eq!(evaluate_path(&Network::new(&after), asked).verdict, Answer::Allowed, "{remedies:?}");
    (allowed(&after).difference(&before).cloned().collect(), remedies)
}

fn only(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn one_source_is_admitted_by_its_address_alone() {
    let snapshot = patched(&json!({"SecurityGroups": {"<sg-dev>": {"IpPermissions": []}}}));
    let asked = question("10.1.34.41", "10.1.20.15", tcp(22));
    let (opened, remedies) = opened(&snapshot, &asked, PathCode::GroupIngressMissing, &Admit::Source);
    assert_eq!(opened, only(&["10.1.34.41 10.1.20.15 Tcp(Port(22))"]));
    let terraform = remedies[0].terraform().expect("a block");
    assert_eq!(
        terraform,
        "resource \"aws_vpc_security_group_ingress_rule\" \"sg_0a1b2c3d4e5f6de00_tcp_22_from_10_1_34_41_32\" {\n  \
         security_group_id = \"sg-0a1b2c3d4e5f6de00\"\n  cidr_ipv4         = \"10.1.34.41/32\"\n  \
         ip_protocol       = \"tcp\"\n  from_port         = 22\n  to_port           = 22\n}"
    );
}

#[test]
fn the_cluster_group_admits_whoever_carries_it_and_nobody_else() {
    let snapshot = patched(
        &json!({"SecurityGroups": {"<sg-dev>": {"IpPermissions": []}}, "NetworkInterfaces":
        {"eni-0other": {"NetworkInterfaceId": "eni-0other", "Status": "in-use", "VpcId": "<vpc>", "SubnetId": "<subnet-dev>",
            "PrivateIpAddress": "10.1.20.16", "Groups": [{"GroupId": "<sg-dev>"}]}}}),
    );
    let admit = Admit::Group { id: id("sg-cluster"), ranges: vec!["10.1.34.0/24".parse().expect("a range")] };
    let asked = question("10.1.34.23", "10.1.20.15", tcp(443));
    let (opened, _) = opened(&snapshot, &asked, PathCode::GroupIngressMissing, &admit);
    assert!(
        opened
            .iter()
            .all(|it| it.ends_with("Tcp(Port(443))")
                && (it.starts_with("10.1.34.") || it.starts_with("10.1.35."))),
        "{opened:?}"
    );
    // Six pods and nodes, and the two interfaces that carry the dev server's group.
    assert_eq!(opened.len(), 12, "{opened:?}");
}

#[test]
fn ranges_are_admitted_as_they_were_asked_for() {
    let snapshot = patched(&json!({"SecurityGroups": {"<sg-dev>": {"IpPermissions": []}}}));
    let admit =
        Admit::Ranges(vec!["10.1.34.0/24".parse().expect("a range"), "fd00::/64".parse().expect("a range")]);
    let asked = question("10.1.34.23", "10.1.20.15", tcp(22));
    let (opened, remedies) = opened(&snapshot, &asked, PathCode::GroupIngressMissing, &admit);
    assert_eq!(remedies[0].rules.len(), 1, "a range of the other family admits nothing");
    assert!(
        opened.iter().all(|it| it.starts_with("10.1.34.") && it.ends_with("10.1.20.15 Tcp(Port(22))")),
        "{opened:?}"
    );
    assert_eq!(opened.len(), 4, "{opened:?}");
}

#[test]
fn the_way_out_is_opened_to_one_address() {
    let snapshot = patched(&json!({"SecurityGroups": {"<sg-cluster>": {"IpPermissionsEgress": []}}}));
    let admit = Admit::Group { id: id("sg-cluster"), ranges: Vec::new() };
    let asked = question("10.1.35.50", "10.1.20.15", tcp(22));
    let (opened, _) = opened(&snapshot, &asked, PathCode::GroupEgressMissing, &admit);
    assert!(opened.iter().all(|it| it.ends_with(" 10.1.20.15 Tcp(Port(22))")), "{opened:?}");
    assert_eq!(opened.len(), 6, "{opened:?}");
}

#[test]
fn of_several_groups_the_one_that_fewest_carry_gets_the_rule() {
    let snapshot = patched(&json!({
        "SecurityGroups": {"<sg-dev>": {"IpPermissions": []}, "sg-0shared": {"GroupId": "sg-0shared", "VpcId": "<vpc>"}},
        "NetworkInterfaces": {"<eni-dev>": {"Groups": [{"GroupId": "sg-0shared"}, {"GroupId": "<sg-dev>"}]},
            "eni-0other": {"NetworkInterfaceId": "eni-0other", "Status": "in-use", "VpcId": "<vpc>", "SubnetId": "<subnet-dev>",
            "PrivateIpAddress": "10.1.20.16", "Groups": [{"GroupId": "sg-0shared"}]}}}));
    let asked = question("10.1.34.23", "10.1.20.15", tcp(22));
    let (opened, remedies) = opened(&snapshot, &asked, PathCode::GroupIngressMissing, &Admit::Source);
    assert_eq!(remedies[0].rules[0].group, id("sg-dev"));
    assert_eq!(opened, only(&["10.1.34.23 10.1.20.15 Tcp(Port(22))"]));
}

#[test]
fn icmp_and_udp_are_admitted_as_themselves() {
    let snapshot = patched(&json!({"SecurityGroups": {"<sg-dev>": {"IpPermissions": []}}}));
    for traffic in [Traffic::Icmp, Traffic::Udp(Port::new(53).expect("a port"))] {
        let asked = question("10.1.34.23", "10.1.20.15", traffic);
        let (opened, _) = opened(&snapshot, &asked, PathCode::GroupIngressMissing, &Admit::Source);
        assert_eq!(opened, only(&[&format!("10.1.34.23 10.1.20.15 {traffic:?}")]));
    }
}

#[test]
fn an_id_that_is_no_id_gets_into_no_command() {
    let hostile = "sg-0; rm -rf $HOME";
    let snapshot = patched(&json!({
        "SecurityGroups": {hostile: {"GroupId": hostile, "VpcId": "<vpc>"}},
        "NetworkInterfaces": {"<eni-dev>": {"Groups": [{"GroupId": hostile}]}}}));
    let network = Network::new(&snapshot);
    let asked = question("10.1.34.23", "10.1.20.15", tcp(22));
    let result = evaluate_path(&network, &asked);
    let adviser = Adviser::new(&network);
    for blocker in &result.blockers {
        let remedy = adviser.advise(&result, asked.traffic, blocker, &Admit::Source);
        assert_eq!((remedy.cli(), remedy.terraform()), (None, None));
        assert!(!remedy.sentence.is_empty());
    }
    assert!(!result.blockers.is_empty());
}

#[test]
fn a_full_group_is_said_to_be_full() {
    let rules: Vec<Value> = (0..60).map(|n| json!({"CidrIp": format!("192.168.{n}.0/24")})).collect();
    let snapshot = patched(&json!({"SecurityGroups": {"<sg-dev>": {"IpPermissions":
        [{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "IpRanges": rules}]}}}));
    let asked = question("10.1.34.23", "10.1.20.15", tcp(22));
    let (_, remedies) = opened(&snapshot, &asked, PathCode::GroupIngressMissing, &Admit::Source);
    assert!(remedies[0].sentence.contains("60 rules of 60"), "{}", remedies[0].sentence);
}
