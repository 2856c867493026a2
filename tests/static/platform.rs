//! The healthy platform, and ways to change it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use reachgate::aws::files::load_snapshot;
use reachgate::snapshot::Snapshot;
use serde_json::Value;

pub const ADDRESS: &str = "10.1.20.15";

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/static").join(name)
}

/// The platform with all that it should have.
pub fn healthy() -> Snapshot {
    load_snapshot(&[folder("platform"), folder("after")]).unwrap_or_else(|error| panic!("{error}"))
}

/// The platform's ids by the short names that the variants use.
pub fn ids() -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder("ids.yaml")).expect("the ids");
    serde_saphyr::from_str(&text).expect("a map of ids")
}

pub fn change(snapshot: &Snapshot, patch: Value, without: &[String], documents: &[String]) -> Snapshot {
    let mut value = serde_json::to_value(snapshot).expect("JSON");
    merge(&mut value, patch);
    let Some(Value::Array(read)) = value.get_mut("Documents") else { panic!("a snapshot without documents") };
    read.retain(|it| !without.iter().any(|left_out| it == left_out));
    read.extend(documents.iter().map(|it| Value::from(it.as_str())));
    for document in without {
        let section = section_of(document);
        assert!(value.get(section).is_some(), "there is no {section} to leave out");
        value.as_object_mut().expect("an object").remove(section);
    }
    serde_json::from_value(value).unwrap_or_else(|error| panic!("the change makes no snapshot: {error}"))
}

fn section_of(document: &str) -> &'static str {
    match document {
        "describe-network-interfaces" => "NetworkInterfaces",
        "describe-instances" => "Instances",
        "describe-security-groups" => "SecurityGroups",
        "describe-subnets" => "Subnets",
        "describe-vpcs" => "Vpcs",
        "describe-route-tables" => "RouteTables",
        "describe-network-acls" => "NetworkAcls",
        "describe-cluster" => "Clusters",
        other => panic!("{other} is not part of the platform"),
    }
}

/// RFC 7396.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let target = target.as_object_mut().expect("an object");
    for (key, value) in patch {
        if value.is_null() {
            assert!(target.remove(&key).is_some(), "there is no {key} to take away");
        } else {
            merge(target.entry(key).or_insert(Value::Null), value);
        }
    }
}

/// The binary, with an environment of its own.
pub fn reachgate(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachgate"));
    command.env_clear().args(arguments).envs(environment.iter().copied()).stdin(Stdio::null());
    command.output().expect("the binary runs")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}
