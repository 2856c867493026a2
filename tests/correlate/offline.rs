//! `reachgate gate` on reports of other jobs: what is joined, and what is refused.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reachgate::finding::{FailOn, Finding, Mode, PolicyName, Report, Verdict};
use reachgate::policy::file::load_policy;
use reachgate::report::{Format, Style};
use serde_json::Value;
use tempfile::TempDir;

use super::witness::{SERVER, inside, probed};

fn gate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_reachgate"))
        .arg("gate")
        .args(arguments)
        .env_clear()
        .env("DEV_SERVER_IP", SERVER)
        // Without credentials nothing is asked of a network either.
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .expect("the binary runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `subject code verdict` of every finding that is no pass, and the exit code.
fn told(output: &Output) -> (Option<i32>, Vec<String>) {
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)));
    assert_eq!(report["mode"], "gate");
    let findings = report["findings"].as_array().unwrap();
    let loud = findings.iter().filter(|it| it["verdict"] != "pass");
    let text = |it: &Value, field: &str| it[field].as_str().unwrap().to_owned();
    let line = |it: &Value| format!("{} {} {}", text(it, "subject"), text(it, "code"), text(it, "verdict"));
    (output.status.code(), loud.map(line).collect())
}

fn platform(state: &str) -> [String; 4] {
    let folder = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/static").join(name);
        path.to_str().unwrap().to_owned()
    };
    ["--snapshot".into(), folder("platform"), "--snapshot".into(), folder(state)]
}

/// A job's reports.
struct Jobs {
    folder: TempDir,
}

impl Jobs {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The pod's, as `change` leaves it; 22 and 443 as `ssh` and `https` say.
    fn probe(&self, ssh: &str, https: &str, change: impl FnOnce(&mut Report)) -> String {
        let policy = load_policy(None, &|_| None).expect("the embedded policy");
        let mut report = Report {
            mode: Mode::Probe,
            policy: PolicyName { name: policy.name, origin: policy.origin, digest: policy.digest },
            findings: vec![inside(), probed("ssh", ssh), probed("https", https)],
            fail_on: FailOn::Fail,
            taken_at: Timestamp::now(),
            elapsed: Duration::from_millis(20),
            map: None,
        };
        change(&mut report);
        let mut text = Vec::new();
        Format::Json.write(&report, &Style::default(), &mut text).expect("memory");
        let path = self.path("probe.json");
        std::fs::write(&path, text).expect("a file");
        path.to_str().unwrap().to_owned()
    }

    /// The other job's, made by the binary.
    fn configuration(&self, state: &str) -> String {
        let path = self.path("static.json");
        let output = format!("json={}", path.display());
        let status = Command::new(env!("CARGO_BIN_EXE_reachgate"))
            .args(["static", "--output", &output])
            .args(platform(state))
            .env_clear()
            .env("DEV_SERVER_IP", SERVER)
            .output()
            .expect("the binary runs");
        assert!(path.is_file(), "{}", stderr(&status));
        path.to_str().unwrap().to_owned()
    }
}

fn join(probe: &str, configuration: &str, more: &[&str]) -> Output {
    let reports = ["--format", "json", "--probe-report", probe, "--static-report", configuration];
    gate(&[&reports[..], more].concat())
}

#[test]
fn two_reports_are_joined() {
    let jobs = Jobs::new();
    let probe = jobs.probe("port-open pass", "port-open pass", |_| {});
    assert_eq!(told(&join(&probe, &jobs.configuration("after"), &[])), (Some(0), vec![]));
    let (exit, told) = told(&join(
        &jobs.probe("port-filtered fail", "port-open pass", |_| {}),
        &jobs.configuration("before"),
        &[],
    ));
    assert_eq!(exit, Some(1));
    assert!(told.contains(&"dev-server ssh gate-blocked-by-configuration fail".to_owned()), "{told:#?}");
}

/// The pod's report joined with the configuration itself finds the pod's own interface and its node.
#[test]
fn a_probe_report_is_joined_with_a_snapshot() {
    let jobs = Jobs::new();
    let probe = jobs.probe("port-filtered fail", "port-open pass", |_| {});
    let snapshot = platform("before");
    let mut arguments = vec!["--format", "json", "--probe-report", &probe];
    arguments.extend(snapshot.iter().map(String::as_str));
    let output = gate(&arguments);
    let (exit, told) = told(&output);
    assert_eq!(exit, Some(1));
    assert!(told.contains(&"dev-server ssh gate-blocked-by-configuration fail".to_owned()), "{told:#?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let named = |code: &str| findings.iter().find(|it| it["code"] == code).unwrap();
    assert_eq!(named("gate-pod-located")["evidence"]["instance"], "i-0a1b2c3d4e5f6a001");
    let diagnosis = &named("gate-blocked-by-configuration")["evidence"];
    assert_eq!(diagnosis["component"], "sg-0a1b2c3d4e5f6de00");
    assert!(
        diagnosis["remedy_cli"].as_str().unwrap().starts_with("aws ec2 authorize-security-group-ingress")
    );
    assert_eq!(diagnosis["interface"], "eni-0a1b2c3d4e5f6a001");
}

#[test]
fn without_credentials_the_probe_is_the_only_witness() {
    let jobs = Jobs::new();
    let probe = jobs.probe("port-open pass", "port-open pass", |_| {});
    let (exit, skipped) = told(&gate(&["--format", "json", "--probe-report", &probe]));
    assert_eq!(exit, Some(0), "{skipped:#?}");
    for line in [
        "runners to dev-server ssh (22/ssh) path-not-asked skip",
        "dev-server ssh gate-unconfirmed skip",
        "pod gate-pod-unlocated skip",
    ] {
        assert!(skipped.contains(&line.to_owned()), "{skipped:#?}");
    }
    let required = gate(&["--format", "json", "--probe-report", &probe, "--require", "static"]);
    let (exit, unknown) = told(&required);
    assert_eq!(exit, Some(3));
    assert!(unknown.contains(&"dev-server ssh gate-unconfirmed unknown".to_owned()), "{unknown:#?}");
    // What went wrong is diagnosed as far as one witness can.
    let closed = jobs.probe("port-closed fail", "port-open pass", |_| {});
    let (exit, alone) = told(&gate(&["--format", "json", "--probe-report", &closed]));
    assert_eq!(exit, Some(1));
    assert!(alone.contains(&"dev-server ssh gate-service-down fail".to_owned()), "{alone:#?}");
}

/// Two answers about two addresses say nothing together.
#[test]
fn reports_about_different_addresses_decide_nothing() {
    let jobs = Jobs::new();
    let probe = jobs.probe("port-open pass", "port-open pass", |report| {
        for finding in &mut report.findings {
            if finding.evidence.contains_key("service") {
                finding.evidence.insert("address".into(), "10.1.20.16".into());
            }
        }
    });
    let (exit, told) = told(&join(&probe, &jobs.configuration("after"), &[]));
    assert_eq!(exit, Some(3));
    assert!(told.contains(&"dev-server ssh gate-witnesses-differ unknown".to_owned()), "{told:#?}");
}

#[test]
fn what_was_left_out_is_not_joined() {
    let jobs = Jobs::new();
    let probe = jobs.probe("port-open pass", "port-open pass", |_| {});
    let configuration = jobs.configuration("after");
    let (exit, skipped) = told(&join(&probe, &configuration, &["--skip", "path,group"]));
    assert_eq!(exit, Some(0), "{skipped:#?}");
    assert!(skipped.contains(&"dev-server ssh gate-unconfirmed skip".to_owned()), "{skipped:#?}");
    let (exit, skipped) = told(&join(&probe, &configuration, &["--skip", "port"]));
    assert_eq!(exit, Some(0), "{skipped:#?}");
    assert!(skipped.contains(&"dev-server ssh gate-unconfirmed skip".to_owned()), "{skipped:#?}");
    let (exit, only) = told(&join(&probe, &configuration, &["--only", "gate"]));
    assert_eq!(exit, Some(0), "{only:#?}");
}

/// Exit 2, nothing on standard output, and a message that has these words.
#[track_caller]
fn refused(output: &Output, words: &[&str]) {
    assert_eq!(output.status.code(), Some(2), "{}", stderr(output));
    assert!(output.stdout.is_empty());
    for word in words {
        assert!(stderr(output).contains(word), "{word:?} is missing: {}", stderr(output));
    }
}

#[test]
fn reports_that_do_not_belong_together_are_refused() {
    let jobs = Jobs::new();
    let configuration = jobs.configuration("after");
    let well = |change: fn(&mut Report)| jobs.probe("port-open pass", "port-open pass", change);
    let other_policy = well(|report| {
        report.policy =
            PolicyName { name: "another".into(), origin: "x.yaml".into(), digest: "0123456789abcdef".into() }
    });
    refused(
        &join(&other_policy, &configuration, &[]),
        &["probe.json: judged by policy another (x.yaml, SHA-256 0123456789ab)", "cwiq-dev", "--policy FILE"],
    );
    let hours = |hours: i64| Timestamp::now() - SignedDuration::from_hours(hours);
    let old = jobs.probe("port-open pass", "port-open pass", |report| report.taken_at = hours(2));
    refused(&join(&old, &configuration, &[]), &["probe.json: made 2h", "--max-age is 1h"]);
    assert_eq!(join(&old, &configuration, &["--max-age", "3h"]).status.code(), Some(0));
    let future = jobs.probe("port-open pass", "port-open pass", |report| report.taken_at = hours(-1));
    refused(&join(&future, &configuration, &[]), &["yet to come"]);
    refused(
        &join(&configuration, &configuration, &[]),
        &["a report of `reachgate probe` is wanted here, and this is one of `reachgate static`"],
    );
    let absent = jobs.path("absent.json");
    refused(&join(absent.to_str().unwrap(), &configuration, &[]), &["absent.json", "artifact"]);
}

#[test]
fn what_is_no_report_is_refused() {
    let jobs = Jobs::new();
    let configuration = jobs.configuration("after");
    let probe = jobs.probe("port-open pass", "port-open pass", |_| {});
    let text = std::fs::read_to_string(&probe).expect("a report");
    let with = |from: &str, to: &str| {
        assert!(text.contains(from));
        std::fs::write(&probe, text.replace(from, to)).expect("a file");
        join(&probe, &configuration, &[])
    };
    refused(&with("port-open", "port-ajar"), &["a newer reachgate wrote it", "port-ajar"]);
    refused(&with("report/v1", "report/v9"), &["reachgate.report/v9"]);
    refused(&with("\"findings\"", "\"findngs\""), &["missing field `findings`"]);
    std::fs::write(&probe, &text[..text.len() / 2]).expect("a file");
    refused(&join(&probe, &configuration, &[]), &["EOF", "line"]);
}

/// A report carries what a network said: none of it reaches a terminal as it is.
#[test]
fn text_of_a_report_is_made_safe() {
    let jobs = Jobs::new();
    let probe = jobs.probe("port-wrong-service fail", "port-open pass", |report| {
        for finding in &mut report.findings {
            finding.observed = "\u{1b}[2J\u{202e}".to_owned();
            finding.subject.push('\u{7}');
        }
    });
    let output = gate(&["--probe-report", &probe, "--static-report", &jobs.configuration("after"), "-v"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text}");
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    for arguments in [
        ["--probe-report", "x", "--wait", "1m"],
        ["--static-report", "x", "--snapshot", "y"],
        ["--static-report", "x", "--region", "y"],
    ] {
        refused(&gate(&arguments), &["cannot be used with"]);
    }
}

/// What both halves find alike is told once.
#[test]
fn the_address_is_told_once() {
    let jobs = Jobs::new();
    let address = Finding::new("address-in-vpc".parse().unwrap(), Verdict::Pass, "dev-server address");
    let probe =
        jobs.probe("port-open pass", "port-open pass", |report| report.findings.push(address.clone()));
    let output = join(&probe, &jobs.configuration("after"), &[]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = report["findings"].as_array().unwrap().iter();
    assert_eq!(told.filter(|it| it["code"] == "address-in-vpc").count(), 1);
}
