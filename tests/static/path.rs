//! `reachgate path` and `reachgate snapshot`, by the binary.

use std::fs;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use reachgate::snapshot::write_snapshot;
use serde_json::json;

use super::platform::{ADDRESS, change, folder, healthy, reachgate, stderr, stdout};

fn ask(state: &str, from: &str, more: &[&str]) -> Output {
    let (platform, group) = (folder("platform"), folder(state));
    let mut arguments = vec!["path", "--from", from, "--to", ADDRESS];
    for path in [&platform, &group] {
        arguments.extend(["--snapshot", path.to_str().expect("UTF-8")]);
    }
    arguments.extend(more);
    reachgate(&arguments, &[])
}

#[test]
fn a_denied_path_names_every_blocker_and_what_to_change() {
    let output = ask("before", "10.1.34.23", &["--port", "22"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    for line in [
        "from      10.1.34.23, eni-0a1b2c3d4e5f6a001 of i-0a1b2c3d4e5f6a001, in subnet-0a1b2c3d4e5f60034 of vpc-0a1b2c3d4e5f60001",
        "network ACL acl-0a1b2c3d4e5f60001 outbound, rule 100",
        "route table rtb-0a1b2c3d4e5f60001, route 10.1.0.0/16: 10.1.20.15 by local",
        "sg-0a1b2c3d4e5f6de00 inbound: no rule of sg-0a1b2c3d4e5f6de00 lets tcp/22 in from 10.1.34.23  [group-ingress-missing]",
        "next      Admit tcp/22 from 10.1.34.23/32 in sg-0a1b2c3d4e5f6de00.",
        "aws       aws ec2 authorize-security-group-ingress --group-id sg-0a1b2c3d4e5f6de00 --ip-permissions 'IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=10.1.34.23/32}]'",
        "tf        resource \"aws_vpc_security_group_ingress_rule\"",
        "cidr_ipv4         = \"10.1.34.23/32\"",
        "denied: it does not get through (exit 1)",
    ] {
        assert!(stdout(&output).contains(line), "{line:?} is not in:\n{}", stdout(&output));
    }
}

#[test]
fn an_allowed_path_names_what_admits_it() {
    for from in ["10.1.34.23", "10.1.34.41", "10.1.34.70", "eni-0a1b2c3d4e5f6b001", "i-0a1b2c3d4e5f6b001"] {
        let output = ask("after", from, &["--port", "22"]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        assert!(stdout(&output).contains("sgr-0a1b2c3d4e5f60022"), "{}", stdout(&output));
        assert!(stdout(&output).contains("allowed: it gets there"), "{}", stdout(&output));
    }
}

#[test]
fn other_protocols_are_asked_too() {
    let output = ask("after", "10.1.34.23", &["--port", "22", "--protocol", "udp", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let output = ask("after", "10.1.34.23", &["--protocol", "icmp", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(answer["port"], Value::Null);
    assert!(
        answer["blockers"][0]["remedy"]["cli"]
            .as_str()
            .expect("a command")
            .contains("IpProtocol=icmp,FromPort=8,ToPort=0")
    );
}

#[test]
fn the_json_of_a_path_keeps_its_contract() {
    let output = ask("before", "10.1.34.23", &["--port", "22", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(answer["schema"], "reachgate.path/v1");
    assert_eq!(answer["verdict"], "denied");
    assert_eq!(answer["exit_code"], 1);
    assert_eq!((&answer["from"], &answer["to"]), (&"10.1.34.23".into(), &ADDRESS.into()));
    assert_eq!((&answer["protocol"], &answer["port"]), (&"tcp".into(), &22.into()));
    assert!(!answer["hops"].as_array().expect("hops").is_empty());
    let blocker = &answer["blockers"][0];
    assert_eq!(blocker["code"], "group-ingress-missing");
    assert_eq!(blocker["component"], "sg-0a1b2c3d4e5f6de00");
    assert_eq!(blocker["direction"], "ingress");
    for key in ["rule", "detail", "remedy", "explain"] {
        assert!(blocker.get(key).is_some(), "{key} is missing");
    }
}

#[test]
fn a_missing_document_makes_a_path_unknown() {
    let place = TempDir::new().expect("a folder");
    for entry in fs::read_dir(folder("platform")).expect("the platform") {
        let entry = entry.expect("an entry");
        if entry.file_name() != "describe-network-acls.json" {
            fs::copy(entry.path(), place.path().join(entry.file_name())).expect("a copy");
        }
    }
    let path = place.path().to_str().expect("UTF-8");
    let after = folder("after");
    let output = reachgate(
        &[
            "path",
            "--from",
            "10.1.34.23",
            "--to",
            ADDRESS,
            "--port",
            "22",
            "--snapshot",
            path,
            "--snapshot",
            after.to_str().expect("UTF-8"),
        ],
        &[],
    );
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    assert!(stdout(&output).contains("ec2:DescribeNetworkAcls"), "{}", stdout(&output));
    assert!(stdout(&output).contains("unknown: it could not be decided, which is no pass (exit 3)"));
}

#[test]
fn a_path_goes_to_files_as_well() {
    let place = TempDir::new().expect("a folder");
    let file = place.path().join("path.json");
    let output =
        ask("after", "10.1.34.23", &["--port", "22", "--output", &format!("json={}", file.display())]);
    assert_eq!(output.status.code(), Some(0));
    let answer: Value = serde_json::from_str(&fs::read_to_string(&file).expect("the file")).expect("JSON");
    assert_eq!(answer["verdict"], "allowed");
}

#[test]
fn a_warning_counts_when_asked_to() {
    let place = TempDir::new().expect("a folder");
    let acl = fs::read_to_string(folder("platform").join("describe-network-acls.json")).expect("the ACL");
    let mut acl: Value = serde_json::from_str(&acl).expect("JSON");
    let hole = serde_json::json!({"RuleNumber": 90, "Protocol": "6", "RuleAction": "deny", "Egress": true,
        "CidrBlock": "0.0.0.0/0", "PortRange": {"From": 40000, "To": 41000}});
    acl["NetworkAcls"][0]["Entries"].as_array_mut().expect("entries").push(hole);
    for entry in fs::read_dir(folder("platform")).expect("the platform") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), place.path().join(entry.file_name())).expect("a copy");
    }
    fs::write(place.path().join("describe-network-acls.json"), acl.to_string()).expect("a file");
    let after = folder("after");
    let exit = |more: &[&str]| {
        let mut arguments = vec!["path", "--from", "10.1.34.23", "--to", ADDRESS, "--port", "22"];
        for path in [place.path(), after.as_path()] {
            arguments.extend(["--snapshot", path.to_str().expect("UTF-8")]);
        }
        arguments.extend(more);
        let output = reachgate(&arguments, &[]);
        assert!(stdout(&output).contains("acl-reply-partial"), "{}", stdout(&output));
        output.status.code()
    };
    assert_eq!(exit(&[]), Some(0));
    assert_eq!(exit(&["--fail-on", "warn"]), Some(1));
}

#[test]
fn a_captured_snapshot_is_the_same_snapshot() {
    let place = TempDir::new().expect("a folder");
    let file = place.path().join("captured.json");
    let (platform, after) = (folder("platform"), folder("after"));
    let captured = |out: &str| {
        reachgate(
            &[
                "snapshot",
                "--out",
                out,
                "--snapshot",
                platform.to_str().expect("UTF-8"),
                "--snapshot",
                after.to_str().expect("UTF-8"),
            ],
            &[],
        )
    };
    let output = captured(file.to_str().expect("UTF-8"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output)
            .contains("5 interfaces, 2 security groups, 3 subnets, 1 VPCs, from 9 kinds of document"),
        "{}",
        stdout(&output)
    );
    let again = reachgate::aws::files::load_snapshot(std::slice::from_ref(&file))
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again, healthy());
    let text = fs::read_to_string(&file).expect("the file");
    assert_eq!(text, stdout(&captured("-")), "two captures of the same differ");
    let names: Vec<_> = fs::read_dir(place.path()).expect("a folder").collect();
    assert_eq!(names.len(), 1, "something was left beside it");
}

/// What is wrong with a source is told of a path, where the static mode would not take it for a runner.
#[test]
fn what_is_wrong_with_the_source_is_told() {
    let place = TempDir::new().expect("a folder");
    let file = place.path().join("snapshot.json");
    let eni = "eni-0a1b2c3d4e5f6a001";
    for (patch, code, exit) in [
        (json!({eni: {"Status": "available", "Attachment": null}}), "source-detached", 1),
        (json!({eni: {"InterfaceType": "nat_gateway"}}), "source-service", 3),
        (
            json!({"eni-0twin": {"NetworkInterfaceId": "eni-0twin", "Status": "in-use", "VpcId": "vpc-0twin",
                "SubnetId": "subnet-0twin", "PrivateIpAddress": "10.1.34.23"}}),
            "source-ambiguous",
            3,
        ),
    ] {
        let snapshot = change(&healthy(), json!({"NetworkInterfaces": patch}), &[], &[]);
        let mut text = Vec::new();
        write_snapshot(&snapshot, &mut text).expect("memory");
        fs::write(&file, text).expect("a file");
        let path = file.to_str().expect("UTF-8");
        let output = reachgate(
            &["path", "--from", "10.1.34.23", "--to", ADDRESS, "--port", "22", "--snapshot", path],
            &[],
        );
        assert_eq!(output.status.code(), Some(exit), "{code}: {}", stdout(&output));
        assert!(stdout(&output).contains(&format!("[{code}]")), "{code}: {}", stdout(&output));
    }
}
