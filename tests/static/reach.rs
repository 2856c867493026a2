//! Who reaches something: as text to the letter, as JSON, and how the run ends.

use std::fs;

use serde_json::{Value, json};

use super::platform::{ADDRESS, change, folder, healthy, reachgate, stderr, stdout};
use reachgate::snapshot::write_snapshot;

/// `reach` of the platform with one of the folders beside it.
fn reach(beside: &str, more: &[&str]) -> std::process::Output {
    let [platform, beside] = ["platform", beside].map(|it| folder(it).to_string_lossy().into_owned());
    let mut all = vec!["reach", "--snapshot", &platform, "--snapshot", &beside];
    all.extend(more);
    reachgate(&all, &[("DEV_SERVER_IP", ADDRESS)])
}

fn json(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

/// `from: services` of every box of a list.
fn boxes(report: &Value, list: &str) -> Vec<String> {
    let told = report[list].as_array().expect("a list").iter().map(|it| {
        let services = it["services"].as_array().expect("services").iter();
        let services: Vec<&str> = services.map(|it| it["text"].as_str().expect("a text")).collect();
        let from = &it["from"];
        format!("{} {}: {}", from["kind"], from["name"], services.join(" ")).replace('"', "")
    });
    told.collect()
}

/// `REACHGATE_UPDATE_GOLDEN=1 cargo test --test static reach` writes what is in `golden/` anew.
#[test]
fn the_text_is_as_it_was() {
    let plan = folder("../plan/hand/unknown.json").to_string_lossy().into_owned();
    let mut wrong = Vec::new();
    for (name, beside, more, exit) in [
        ("address", "after", vec!["--to", ADDRESS], 0),
        ("instance", "review", vec!["--to", "i-0a1b2c3d4e5f6de01"], 0),
        ("planned", "before", vec!["--to", ADDRESS, "--plan", &plan], 3),
        ("nobody", "after", vec!["--to", "10.1.20.99"], 3),
    ] {
        let output = reach(beside, &more);
        assert_eq!(output.status.code(), Some(exit), "{name}: {}", stderr(&output));
        let text = stdout(&output).replace(env!("CARGO_PKG_VERSION"), "VERSION");
        let path = folder("golden").join(format!("reach.{name}.txt"));
        if std::env::var_os("REACHGATE_UPDATE_GOLDEN").is_some() {
            fs::write(&path, &text).expect("a golden file");
        }
        if fs::read_to_string(&path).unwrap_or_default() != text {
            wrong.push(format!("{name} is now\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_address_an_interface_and_an_instance_are_the_same() {
    let told = |to| {
        let output = reach("review", &["--format", "json", "--to", to]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        json(&output)
    };
    let by_address = told(ADDRESS);
    assert_eq!(
        boxes(&by_address, "open"),
        [
            "range internet: tcp/8080",
            "range runners: tcp/8080 tcp/9100",
            "interfaces runners: tcp/22 tcp/443 tcp/8080 tcp/9100"
        ]
    );
    for to in ["eni-0a1b2c3d4e5f6de01", "i-0a1b2c3d4e5f6de01"] {
        assert_eq!(told(to)["open"], by_address["open"], "{to}");
        assert_eq!(told(to)["interfaces"], json!(["eni-0a1b2c3d4e5f6de01"]), "{to}");
    }
}

/// A pod is reached at its own address, not at those beside it on its interface.
#[test]
fn an_address_is_asked_about_alone() {
    let pods = json!({ "SecurityGroups": { "sg-0a1b2c3d4e5f6de00": { "IpPermissionsEgress": [
        { "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "10.1.34.40/32" }] }
    ] }, "sg-0a1b2c3d4e5f6c1c1": { "IpPermissions": [
        { "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{ "CidrIp": "10.1.20.15/32" }] }
    ] } } });
    let snapshot = change(&healthy(), pods, &[], &[]);
    let place = tempfile::TempDir::new().expect("a folder");
    let file = place.path().join("snapshot.json");
    let mut text = Vec::new();
    write_snapshot(&snapshot, &mut text).expect("memory");
    fs::write(&file, text).expect("a file");
    let told = |to: &str| {
        let file = file.to_string_lossy();
        let output = reachgate(&["reach", "--snapshot", &file, "--to", to, "--format", "json"], &[]);
        boxes(&json(&output), "open").into_iter().filter(|it| it.starts_with("interfaces")).count()
    };
    assert_eq!(told("10.1.34.40"), 1);
    assert_eq!(told("10.1.34.41"), 0);
}

/// Of what was read for the policy's ends alone, others may be missing.
#[test]
fn a_part_of_the_account_is_not_all() {
    let snapshot = change(&healthy(), json!({ "Narrowed": true }), &[], &[]);
    let place = tempfile::TempDir::new().expect("a folder");
    let file = place.path().join("snapshot.json");
    let mut text = Vec::new();
    write_snapshot(&snapshot, &mut text).expect("memory");
    fs::write(&file, text).expect("a file");
    let file = file.to_string_lossy();
    let output = reachgate(&["reach", "--snapshot", &file, "--to", ADDRESS, "--format", "json"], &[]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(report["verdict"], "unknown");
    assert!(
        report["gaps"][0]["detail"].as_str().is_some_and(|it| it.contains("only what the policy leads to"))
    );
}

#[test]
fn a_kind_of_document_that_was_not_read_leaves_it_open() {
    for document in ["describe-network-interfaces", "describe-security-groups", "describe-network-acls"] {
        let snapshot = change(&healthy(), json!({}), &[document.to_owned()], &[]);
        let place = tempfile::TempDir::new().expect("a folder");
        let file = place.path().join("snapshot.json");
        let mut text = Vec::new();
        write_snapshot(&snapshot, &mut text).expect("memory");
        fs::write(&file, text).expect("a file");
        let file = file.to_string_lossy();
        let output = reachgate(&["reach", "--snapshot", &file, "--to", ADDRESS], &[]);
        assert_eq!(output.status.code(), Some(3), "{document}: {}", stdout(&output));
    }
}

#[test]
fn who_reaches_it_is_text_or_json() {
    let output = reach("after", &["--to", ADDRESS, "--format", "junit"]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(stderr(&output).contains("not written as junit"), "{}", stderr(&output));
}
