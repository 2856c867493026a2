//! Input that cannot be judged, or not wholly: named, with the next step, and never a pass.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::platform::{ADDRESS, folder, reachgate, stderr, stdout};

const WELL: &[(&str, &str)] = &[("DEV_SERVER_IP", ADDRESS)];

fn refused(arguments: &[&str], words: &[&str]) {
    let output = reachgate(arguments, WELL);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}{}", stdout(&output));
    assert_eq!(stdout(&output), "", "{arguments:?}");
    for word in words {
        assert!(said.contains(word), "{arguments:?}: {word:?} is not in: {said}");
    }
    assert!(!said.contains('\u{1b}'), "an escape sequence reached standard error: {said:?}");
    assert!(!said.contains("panicked"), "{said}");
}

/// Every command that reads a snapshot, of this one.
fn all_refuse(path: &Path, words: &[&str]) {
    let path = path.to_str().expect("UTF-8");
    refused(&["static", "--snapshot", path], words);
    refused(&["path", "--from", "10.1.34.23", "--to", ADDRESS, "--port", "22", "--snapshot", path], words);
    refused(&["snapshot", "--out", "-", "--snapshot", path], words);
}

/// With the feature `aws` it would ask AWS.
#[cfg(not(feature = "aws"))]
#[test]
fn without_a_snapshot_it_says_what_to_give() {
    refused(&["static"], &["--snapshot PATH", "aws ec2"]);
    refused(&["snapshot", "--out", "-"], &["--snapshot PATH"]);
    refused(&["path", "--from", "10.1.34.23", "--to", ADDRESS, "--port", "22"], &["--snapshot PATH"]);
}

#[test]
fn files_that_are_no_snapshot_are_named() {
    let place = TempDir::new().expect("a folder");
    let folder = |name: &str| {
        let path = place.path().join(name);
        fs::create_dir(&path).expect("a folder");
        path
    };
    all_refuse(&place.path().join("absent"), &["absent"]);
    all_refuse(&folder("empty"), &["empty", "no .json document"]);
    for (name, text, words) in [
        ("foreign", "{\"Hello\": [1]}", ["foreign/describe-vpcs.json", "not an AWS CLI document"]),
        ("truncated", "{\"Vpcs\": [{\"VpcId\": \"vpc-1\"", ["truncated/describe-vpcs.json", "EOF"]),
        ("array", "[{\"VpcId\": \"vpc-1\"}]", ["array/describe-vpcs.json", "an object"]),
        ("typed", "{\"Vpcs\": [{\"VpcId\": 5}]}", ["typed/describe-vpcs.json", "Vpcs[0].VpcId"]),
        ("binary", "\0\0\0\0", ["binary/describe-vpcs.json", ""]),
    ] {
        let path = folder(name);
        fs::write(path.join("describe-vpcs.json"), text).expect("a file");
        all_refuse(&path, &words);
    }
    let hostile = folder("hostile");
    fs::write(hostile.join("\u{1b}[2Jx.json"), "{\"Hello\": [1]}").expect("a file");
    all_refuse(&hostile, &["\\u{1b}[2Jx.json"]);
}

#[test]
fn every_bad_file_is_named_at_once() {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("a.json"), "{").expect("a file");
    fs::write(place.path().join("b.json"), "[]").expect("a file");
    all_refuse(place.path(), &["a.json", "b.json"]);
}

#[test]
fn a_question_that_makes_no_sense_is_refused() {
    let snapshot = folder("platform");
    let ask = |from: &str, to: &str, more: &[&str], words: &[&str]| {
        let mut arguments =
            vec!["path", "--from", from, "--to", to, "--snapshot", snapshot.to_str().expect("UTF-8")];
        arguments.extend(more);
        refused(&arguments, words);
    };
    ask("10.1.34.23", ADDRESS, &["--port", "0"], &["1 to 65535"]);
    ask("10.1.34.23", ADDRESS, &["--port", "65536"], &["1 to 65535"]);
    ask("10.1.34.23", ADDRESS, &["--port", "ssh"], &["1 to 65535"]);
    ask("10.1.34.23", ADDRESS, &[], &["--port PORT"]);
    ask("10.1.34.23", ADDRESS, &["--protocol", "icmp", "--port", "22"], &["icmp has no port"]);
    ask("10.1.34.23", ADDRESS, &["--protocol", "sctp", "--port", "22"], &["sctp", "icmp"]);
    ask("dev.cwiq.io", ADDRESS, &["--port", "22"], &["dev.cwiq.io", "eni-"]);
    ask("10.1.34.0/24", ADDRESS, &["--port", "22"], &["10.1.34.0/24"]);
    ask("10.1.34.23", ADDRESS, &["--port", "22", "--format", "junit"], &["junit", "text or json"]);
    ask("10.1.34.23", ADDRESS, &["--port", "22", "--output", "junit=-"], &["text or json"]);
    let path = snapshot.to_str().expect("UTF-8");
    refused(&["static", "--snapshot", path, "--cluster-security-group", "default"], &["sg-"]);
    refused(&["static", "--snapshot", path, "--external-snat", "maybe"], &["maybe", "unknown"]);
    refused(
        &["snapshot", "--snapshot", path, "--out", "/no/such/folder/x.json"],
        &["/no/such/folder/x.json"],
    );
}

#[test]
fn an_address_in_no_subnet_is_unknown() {
    let snapshot = folder("platform");
    let path = snapshot.to_str().expect("UTF-8");
    for (from, to, code) in
        [("10.99.0.1", ADDRESS, "source-unowned"), ("10.1.34.23", "10.99.0.1", "destination-unowned")]
    {
        let output = reachgate(
            &[
                "path",
                "--from",
                from,
                "--to",
                to,
                "--port",
                "22",
                "--snapshot",
                path,
                "--snapshot",
                folder("after").to_str().expect("UTF-8"),
            ],
            &[],
        );
        assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
        assert!(stdout(&output).contains(code), "{}", stdout(&output));
        assert!(stdout(&output).contains("10.99.0.1"), "{}", stdout(&output));
    }
}

#[test]
fn rules_with_absurd_ports_and_rings_admit_nothing_and_end() {
    let place = TempDir::new().expect("a folder");
    let groups = r#"{"SecurityGroups": [
        {"GroupId": "sg-0a1b2c3d4e5f6de00", "VpcId": "vpc-0a1b2c3d4e5f60001", "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 65536, "ToPort": 99999, "IpRanges": [{"CidrIp": "10.1.34.0/24"}]},
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 22, "IpRanges": [{"CidrIp": "10.1.34.0/24"}]},
            {"IpProtocol": "tcp", "FromPort": -7, "ToPort": 21, "IpRanges": [{"CidrIp": "10.1.34.0/24"}]},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-ring"}, {"GroupId": "sg-0a1b2c3d4e5f6de00"}]}]},
        {"GroupId": "sg-ring", "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-0a1b2c3d4e5f6de00"}]}]}]}"#;
    fs::write(place.path().join("describe-security-groups.json"), groups).expect("a file");
    let paths = [folder("platform"), place.path().to_owned()];
    let mut arguments = vec!["static", "--format", "json"];
    for path in &paths {
        arguments.extend(["--snapshot", path.to_str().expect("UTF-8")]);
    }
    let output = reachgate(&arguments, WELL);
    assert_eq!(output.status.code(), Some(1), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("group-ingress-missing"));
    assert!(!stdout(&output).contains("path-allowed"), "{}", stdout(&output));
}

#[test]
fn files_that_disagree_make_the_answer_unknown() {
    let output = reachgate(
        &[
            "static",
            "--snapshot",
            folder("platform").to_str().expect("UTF-8"),
            "--snapshot",
            folder("before").to_str().expect("UTF-8"),
            "--snapshot",
            folder("after").to_str().expect("UTF-8"),
        ],
        WELL,
    );
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    for word in
        ["snapshot-conflict", "before/describe-security-groups.json", "after/describe-security-groups.json"]
    {
        assert!(stdout(&output).contains(word), "{word}: {}", stdout(&output));
    }
}
