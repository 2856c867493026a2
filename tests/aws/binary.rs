//! The binary, live and from what it captured: the same findings, the exit that is due, and the fault by its code.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::Test;
use crate::moto::{Moto, World};
use crate::session::{KEYS, NOWHERE};

pub const TESTS: &[Test] = &[
    ("binary::live_and_from_its_capture", live_and_captured),
    ("binary::everything_that_the_account_shows", everything),
    ("binary::what_keeps_aws_from_being_read", unread),
];

/// The shipped policy, with the dev server in a VPC of its own.
const TWO_VPCS: &str = "
version: 1
name: two-vpcs
networks: { vpc: [10.1.0.0/16, 10.2.0.0/16] }
sources:
  runners: { subnets: [10.1.34.0/24, 10.1.35.0/24], eks_cluster: cwiq-dev-eks-cluster, tailscale: absent }
destinations:
  dev-server: { address: \"${DEV_SERVER_IP}\", within: vpc, services: { ssh: 22/ssh, https: 443/tls } }
expect:
  - { from: runners, to: dev-server, reach: [ssh, https] }
";

/// World, exit, and every finding that does not pass, each as `code verdict`.
const EXPECTED: &[(&str, i32, &[&str])] = &[
    ("healthy", 0, &[]),
    ("no-rule", 1, &["group-ingress-missing fail"]),
    ("cidr-only", 1, &["group-ingress-by-cidr-only fail"]),
    // The list has the one runner subnet, and ranges of nobody.
    (
        "prefix-list",
        1,
        &["group-ingress-by-cidr-only fail", "group-ingress-missing fail", "ingress-unexpected-source warn"],
    ),
    ("egress-missing", 1, &["group-egress-missing fail"]),
    ("lacks-cluster-group", 1, &["group-ingress-missing fail", "runner-interface-lacks-cluster-group fail"]),
    ("acl-denies", 1, &["acl-denies fail"]),
    ("acl-reply-denied", 1, &["acl-reply-denied fail"]),
    ("instance-stopped", 1, &["destination-not-running fail", "path-allowed skip"]),
    ("unowned", 3, &["destination-unowned unknown", "path-not-asked skip"]),
    ("peered", 0, &[]),
    ("route-missing", 1, &["route-missing fail"]),
    ("reply-route-missing", 1, &["route-missing fail"]),
    // The gateway is attached in one zone, and the runners are in two.
    (
        "transit",
        1,
        &[
            "ingress-by-broad-cidr-only warn",
            "ingress-unexpected-source warn",
            "transit-gateway-zone-missing fail",
        ],
    ),
    (
        "transit-unrouted",
        1,
        &[
            "ingress-by-broad-cidr-only warn",
            "ingress-unexpected-source warn",
            "transit-gateway-route-missing fail",
            "transit-gateway-zone-missing fail",
        ],
    ),
];

/// The binary with this environment and no other.
fn reachgate(world: &World, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_reachgate"))
        .env_clear()
        .envs(NOWHERE)
        .env("DEV_SERVER_IP", &world.dev)
        .envs(environment.iter().copied())
        .args(arguments)
        .output()
        .expect("the binary runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The findings of a report.
fn findings(output: &Output) -> Vec<Value> {
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no report: {error}; {}", stderr(output)));
    report["findings"].as_array().expect("findings").clone()
}

fn live_and_captured(moto: &Moto) {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = folder.path().join("two-vpcs.yaml");
    std::fs::write(&policy, TWO_VPCS).expect("the policy is written");
    assert_eq!(EXPECTED.len(), moto.worlds().count(), "a world is not asked about");
    for (name, exit, expected) in EXPECTED {
        let world = moto.world(name);
        let is_far = !world.dev.starts_with("10.1.");
        let capture = folder.path().join(format!("{name}.json"));
        let (live, captured) = both(moto, world, is_far.then_some(policy.as_path()), &capture);
        assert_eq!(findings(&live), findings(&captured), "{name}: live and captured");
        // Read is what the policy leads to, which proves nothing by absence.
        let expected = expected.iter().copied().chain(["review-groups-attached skip"]);
        assert_eq!(unpassed(&live), expected.map(str::to_owned).collect(), "{name}");
        let exits = [live.status.code(), captured.status.code()];
        assert_eq!(exits, [Some(*exit); 2], "{name}: {}{}", stderr(&live), stderr(&captured));
    }
}

/// Every finding that is no pass, as `code verdict`.
fn unpassed(output: &Output) -> BTreeSet<String> {
    let told = findings(output);
    let told = told.iter().map(|it| format!("{} {}", it["code"], it["verdict"]).replace('"', ""));
    told.filter(|it| !it.ends_with(" pass")).collect()
}

/// Where everything was captured, nothing is left unjudged.
fn everything(moto: &Moto) {
    let world = moto.world("healthy");
    let folder = tempfile::tempdir().expect("a folder");
    let capture = folder.path().join("all.json");
    let capture = capture.to_str().expect("a name");
    let endpoint = format!("http://{}", moto.address());
    let environment = [&KEYS[..], &place(&world.region, &endpoint)].concat();
    let taken = reachgate(world, &["snapshot", "--all", "--out", capture], &environment);
    assert!(taken.status.success(), "{}", stderr(&taken));
    let judged = reachgate(world, &["static", "--format", "json", "--snapshot", capture], &[]);
    assert_eq!(unpassed(&judged), BTreeSet::new(), "{}", stderr(&judged));
    assert_eq!(judged.status.code(), Some(0));
}

/// `static` live, and `static` of what `snapshot` captured, which knows neither keys nor an endpoint.
fn both(moto: &Moto, world: &World, policy: Option<&Path>, capture: &Path) -> (Output, Output) {
    let endpoint = format!("http://{}", moto.address());
    let mut environment =
        vec![("AWS_REGION", world.region.as_str()), ("AWS_ENDPOINT_URL", endpoint.as_str())];
    environment.extend(KEYS);
    let capture = capture.to_str().expect("a name");
    let policy: Vec<&str> =
        policy.map(|path| vec!["--policy", path.to_str().expect("a name")]).unwrap_or_default();
    let by_policy = |arguments: &[&str], environment: &[(&str, &str)]| {
        reachgate(world, &[arguments, policy.as_slice()].concat(), environment)
    };
    let live = by_policy(&["static", "--format", "json"], &environment);
    let taken = by_policy(&["snapshot", "--out", capture], &environment);
    assert!(taken.status.success(), "{}", stderr(&taken));
    let captured = by_policy(&["static", "--format", "json", "--snapshot", capture], &[]);
    (live, captured)
}

fn place<'a>(region: &'a str, endpoint: &'a str) -> [(&'static str, &'a str); 2] {
    [("AWS_REGION", region), ("AWS_ENDPOINT_URL", endpoint)]
}

/// Exit 2, nothing on standard output, and a message with the next step.
fn unread(moto: &Moto) {
    let world = moto.world("healthy");
    let endpoint = format!("http://{}", moto.address());
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let closed = format!("http://{closed}");
    let cases = [
        (
            "no credentials",
            place(&world.region, &endpoint).to_vec(),
            ["no AWS credentials", "aws sso login", "AWS_PROFILE"],
        ),
        (
            "no region",
            [&KEYS[..], &[("AWS_ENDPOINT_URL", &endpoint)]].concat(),
            ["no AWS region", "--region", "AWS_REGION"],
        ),
        (
            "another region",
            [&KEYS[..], &place("ca-central-1", &endpoint)].concat(),
            ["ca-central-1 has nothing of", "10.1.34.0/24", "--region"],
        ),
        (
            "an unreachable endpoint",
            [&KEYS[..], &place(&world.region, &closed)].concat(),
            [closed.as_str(), "cannot be reached", "AWS_ENDPOINT_URL"],
        ),
    ];
    for (name, environment, says) in cases {
        let output = reachgate(world, &["static", "--format", "json"], &environment);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {message}");
        assert!(output.stdout.is_empty(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
        for text in says {
            assert!(message.contains(text), "{name}: no {text:?} in {message}");
        }
    }
}
