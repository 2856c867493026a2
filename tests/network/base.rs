//! Networks as data, and what a scenario changes of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;
use reachgate::snapshot::{Document, Snapshot};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    #[serde(default)]
    extends: Option<String>,
    snapshot: Value,
}

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/network").join(name)
}

pub fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
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

/// The network of that name, changed by each patch in turn, of which some kinds of document were not read.
pub fn snapshot(name: &str, patches: &[&Value], without: &[String]) -> Result<Snapshot, Failed> {
    let mut value = network(name);
    for change in patches.iter().filter(|change| !change.is_null()) {
        patch(&mut value, (*change).clone());
    }
    name_all(&mut value);
    value["schema"] = "reachgate.snapshot/v1".into();
    let missing: BTreeSet<&str> = without.iter().map(String::as_str).collect();
    let all = Document::ALL.iter().map(|document| document.command());
    if let Some(stray) = missing.iter().find(|it| !all.clone().any(|command| command == **it)) {
        return Err(format!("there is no document {stray}").into());
    }
    value["Documents"] = all.filter(|command| !missing.contains(command)).collect();
    Ok(serde_json::from_value(value)?)
}
