//! Scenarios as data: a snapshot, questions, and what has to be answered. One rule of AWS's a file.
//!
//! A scenario takes a network of `tests/network/networks/`, changes it (RFC 7396 merge patches, so `null`
//! takes a thing away), leaves kinds of document out, and asks. `blockers` is the whole list, each as
//! `code component`; without it there has to be none.

#![expect(clippy::expect_used, clippy::panic, reason = "what goes wrong in a test fails it")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use reachgate::flow::Port;
use reachgate::network::{
    Endpoint, Hypothetical, Network, PathResult, Question, Traffic, Translation, evaluate_path,
};
use reachgate::snapshot::{Document, Snapshot};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What AWS does, in a sentence.
    rule: String,
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    title: String,
    network: String,
    #[serde(default)]
    change: Value,
    #[serde(default)]
    without: Vec<String>,
    ask: Vec<Ask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    from: String,
    to: String,
    #[serde(default)]
    tcp: Option<u16>,
    #[serde(default)]
    udp: Option<u16>,
    #[serde(default)]
    translation: Option<String>,
    answer: String,
    #[serde(default)]
    blockers: BTreeSet<String>,
    #[serde(default)]
    warnings: BTreeSet<String>,
    /// Who admits it in, each as `kind value`; not looked at where it is left out.
    #[serde(default)]
    admitted_in: Option<BTreeSet<String>>,
    /// The ids of the rules that admit it in; not looked at where they are left out.
    #[serde(default)]
    rules: Option<BTreeSet<String>>,
    /// A text that the blockers' details have to have.
    #[serde(default)]
    says: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    #[serde(default)]
    extends: Option<String>,
    snapshot: Value,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/network").join(name)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn network(name: &str) -> Value {
    let base: Base = read(&folder("networks").join(format!("{name}.yaml")));
    let mut snapshot =
        base.extends.map_or_else(|| Value::Object(serde_json::Map::new()), |name| network(&name));
    patch(&mut snapshot, base.snapshot);
    snapshot
}

/// RFC 7396.
fn patch(target: &mut Value, change: Value) {
    let Value::Object(change) = change else {
        *target = change;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let target = target.as_object_mut().expect("an object");
    for (key, value) in change {
        if value.is_null() {
            target.remove(&key);
        } else {
            patch(target.entry(key).or_insert(Value::Null), value);
        }
    }
}

/// Gives every thing the id that it is listed under, so that a scenario need not say it twice.
fn name_all(snapshot: &mut Value) {
    for (section, key) in [
        ("NetworkInterfaces", "NetworkInterfaceId"),
        ("Instances", "InstanceId"),
        ("SecurityGroups", "GroupId"),
        ("SecurityGroupRules", "SecurityGroupRuleId"),
        ("StaleSecurityGroups", "GroupId"),
        ("Subnets", "SubnetId"),
        ("Vpcs", "VpcId"),
        ("VpcEndpoints", "VpcEndpointId"),
        ("RouteTables", "RouteTableId"),
        ("NetworkAcls", "NetworkAclId"),
        ("VpcPeeringConnections", "VpcPeeringConnectionId"),
        ("PrefixLists", "PrefixListId"),
        ("TransitGateways", "TransitGatewayId"),
        ("TransitGatewayVpcAttachments", "TransitGatewayAttachmentId"),
        ("TransitGatewayPeeringAttachments", "TransitGatewayAttachmentId"),
        ("TransitGatewayRouteTables", "TransitGatewayRouteTableId"),
    ] {
        for (id, thing) in snapshot.get_mut(section).and_then(Value::as_object_mut).into_iter().flatten() {
            thing[key] = Value::String(id.clone());
        }
    }
    let attachments = snapshot.get_mut("TransitGatewayAttachments").and_then(Value::as_object_mut);
    for (id, ends) in attachments.into_iter().flatten() {
        for (gateway, end) in ends.as_object_mut().expect("ends by gateway") {
            end["TransitGatewayAttachmentId"] = Value::String(id.clone());
            end["TransitGatewayId"] = Value::String(gateway.clone());
        }
    }
}

fn endpoint(text: &str) -> Endpoint {
    // `subnet-a with sg-1 sg-2` is an interface that is not there yet.
    match text.split_once(" with ") {
        Some((subnet, groups)) => Endpoint::Hypothetical(Hypothetical {
            subnet: subnet.into(),
            groups: groups.split(' ').map(Into::into).collect(),
        }),
        None => text.parse().unwrap_or_else(|error| panic!("{error}")),
    }
}

fn judge(network: &Network<'_>, ask: &Ask) -> Result<(), Failed> {
    let port = |port: u16| Port::new(port).expect("a port");
    let traffic = match (ask.tcp, ask.udp) {
        (Some(number), None) => Traffic::Tcp(port(number)),
        (None, Some(number)) => Traffic::Udp(port(number)),
        (None, None) => Traffic::Icmp,
        (Some(_), Some(_)) => return Err("both tcp and udp".into()),
    };
    let translation = match ask.translation.as_deref() {
        None => Translation::Unknown,
        Some("node") => Translation::Node,
        Some("none") => Translation::None,
        Some(other) => return Err(format!("translation {other}").into()),
    };
    let question = Question { from: endpoint(&ask.from), to: endpoint(&ask.to), traffic, translation };
    let found = evaluate_path(network, &question);
    let said = |list: &[reachgate::network::Blocker]| -> BTreeSet<String> {
        list.iter().map(|it| format!("{} {}", it.code, it.component).trim_end().to_owned()).collect()
    };
    let fail = |what: &str, found: &PathResult| {
        let found = serde_json::to_string_pretty(found).expect("JSON");
        Err(format!("{} to {}: {what}\n{found}", ask.from, ask.to).into())
    };
    if found.verdict.word() != ask.answer {
        return fail(&format!("not {}", ask.answer), &found);
    }
    if said(&found.blockers) != ask.blockers {
        return fail(&format!("other blockers than {:?}", ask.blockers), &found);
    }
    if said(&found.warnings) != ask.warnings {
        return fail(&format!("other warnings than {:?}", ask.warnings), &found);
    }
    if let Some(admitted) = &ask.admitted_in {
        let by = found.admitted_in.iter().map(|it| format!("{} {}", it.basis.kind(), it.basis)).collect();
        if *admitted != by {
            return fail(&format!("admitted by others than {admitted:?}"), &found);
        }
    }
    if let Some(rules) = &ask.rules {
        let by = found.admitted_in.iter().map(|it| it.rule.clone()).collect();
        if *rules != by {
            return fail(&format!("admitted by other rules than {rules:?}"), &found);
        }
    }
    if let Some(text) = &ask.says {
        let all = found.blockers.iter().chain(&found.warnings);
        if !all.clone().any(|it| it.detail.contains(text) || it.rule.as_deref() == Some(text)) {
            return fail(&format!("nothing says {text}"), &found);
        }
    }
    Ok(())
}

fn run(scenario: &Scenario) -> Result<(), Failed> {
    let mut value = network(&scenario.network);
    patch(
        &mut value,
        if scenario.change.is_null() { serde_json::json!({}) } else { scenario.change.clone() },
    );
    name_all(&mut value);
    value["schema"] = "reachgate.snapshot/v1".into();
    let missing: BTreeSet<&str> = scenario.without.iter().map(String::as_str).collect();
    let all = Document::ALL.iter().map(|document| document.command());
    if let Some(stray) = missing.iter().find(|it| !all.clone().any(|command| command == **it)) {
        return Err(format!("there is no document {stray}").into());
    }
    value["Documents"] = all.filter(|command| !missing.contains(command)).collect();
    let snapshot: Snapshot = serde_json::from_value(value)?;
    let network = Network::new(&snapshot);
    if scenario.ask.is_empty() {
        return Err("asks nothing".into());
    }
    scenario.ask.iter().try_for_each(|ask| judge(&network, ask))
}

fn main() {
    let arguments = Arguments::from_args();
    let mut files: Vec<PathBuf> = fs::read_dir(folder("scenarios"))
        .expect("the folder of scenarios")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut trials = Vec::new();
    for path in files {
        let file: File = read(&path);
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(!file.rule.is_empty() && !file.scenarios.is_empty(), "{stem} says nothing");
        for scenario in file.scenarios {
            let name = format!("{stem}: {}", scenario.title);
            trials.push(Trial::test(name, move || run(&scenario)));
        }
    }
    assert!(!trials.is_empty(), "no scenario");
    libtest_mimic::run(&arguments, trials).exit();
}
