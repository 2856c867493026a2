//! The binary as a user runs it: help, exit codes, formats, bad input. Nothing here dials anything but
//! loopback; the network's many ways to fail are in the lab.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A policy on loopback whose only service nobody serves: the probe gets its answer (a RST) at once.
const REFUSED: &str = r#"
version: 1
name: loopback
networks: { vpc: [127.0.0.0/8] }
sources:
  runners: { subnets: [127.0.0.0/24], tailscale: allowed }
destinations:
  dev-server: { address: "${DEV_SERVER_IP:-127.0.20.15}", within: vpc, services: { ssh: 9/ssh } }
expect:
  - { from: runners, to: dev-server, reach: [ssh] }
"#;

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("policy.yaml"), REFUSED).expect("a policy");
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The binary in this folder, with an environment of its own.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reachgate"));
        command.current_dir(self.path()).env_clear().args(arguments).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[track_caller]
fn refuses(output: &Output, words: &[&str]) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(stdout(output), "", "standard output is for the report alone");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    assert!(!said.contains('\u{1b}'), "an escape sequence reached standard error: {said:?}");
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let help = stdout(&Place::new().run(&["--help"]));
    for word in
        ["probe", "explain", "policy", "completions", "Exit codes", "--policy", "--format", "--output"]
    {
        assert!(help.contains(word), "{word} is not in the help");
    }
    for word in ["static", "path", "snapshot"] {
        assert_eq!(help.contains(&format!("\n  {word} ")), cfg!(feature = "static"), "{word}: {help}");
    }
}

/// What the README says of the command line is there.
#[test]
#[cfg(feature = "aws")]
fn the_readme_names_no_option_that_is_not_there() {
    let place = Place::new();
    let commands = ["probe", "static", "gate", "path", "snapshot", "diff", "lint"];
    let help = commands.iter().fold(stdout(&place.run(&["--help"])), |all, command| {
        all + &stdout(&place.run(&[command, "--help"]))
    });
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README");
    for line in readme.lines().filter(|line| line.contains("reachgate ") || line.contains("`--")) {
        for option in
            line.split(|c: char| c.is_whitespace() || c == '`').filter(|word| word.starts_with("--"))
        {
            let option = option.split(['=', '|', ')', ',', '.']).next().unwrap_or_default();
            let of_others = ["--no-default-features", "--path", "--test", "--lab", "--", "--write-table"];
            assert!(of_others.contains(&option) || help.contains(option), "README: {option} in {line}");
        }
    }
}

#[test]
fn a_broken_expectation_exits_1_in_every_format() {
    let place = Place::new();
    for format in ["text", "json", "junit", "openmetrics", "sarif", "code-quality", "annotations", "dotenv"] {
        let url = "https://git.example.com/docs/codes.md";
        let output =
            place.run(&["probe", "--policy", "policy.yaml", "--format", format, "--explain-url", url]);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", stderr(&output));
        assert!(stdout(&output).contains("port-closed"), "{format}: {}", stdout(&output));
        assert_eq!(stderr(&output), "");
    }
}

/// In a job the links lead to the job, and files are the repository's, without an option.
#[test]
fn reports_for_gitlab_know_the_job() {
    let place = Place::new();
    let run = |format: &str, page: &str| {
        let mut command = place.command(&["probe", "--policy", "policy.yaml", "--format", format]);
        command.env("CI_PROJECT_DIR", place.path().parent().expect("a folder above"));
        command
            .env("CI_JOB_URL", "https://git.example.com/web/shop/-/jobs/4711")
            .env("REACHGATE_EXPLAIN_URL", page);
        let output = command.output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        serde_json::from_str::<serde_json::Value>(&stdout(&output)).expect("JSON")
    };
    let link = |page: &str| run("annotations", page)["reachgate"][0]["external_link"]["url"].clone();
    assert_eq!(link(""), "https://git.example.com/web/shop/-/jobs/4711");
    assert_eq!(link("https://e.example/codes.md"), "https://e.example/codes.md#port-closed");
    let folder = place.path().file_name().expect("a name").to_string_lossy().into_owned();
    assert_eq!(run("code-quality", "")[0]["location"]["path"], format!("{folder}/policy.yaml"));
}

#[test]
fn an_explain_url_must_be_one() {
    let place = Place::new();
    for url in ["codes.md", "javascript:alert(1)", "https://e.example/codes.md#here"] {
        refuses(&place.run(&["probe", "--explain-url", url]), &["--explain-url", "docs/codes.md"]);
    }
}

#[test]
fn the_json_report_keeps_its_contract() {
    let place = Place::new();
    let output = place.run(&["probe", "--policy", "policy.yaml", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(report["schema"], "reachgate.report/v1");
    assert_eq!(report["mode"], "probe");
    assert_eq!(report["verdict"], "fail");
    assert_eq!(report["exit_code"], 1);
    for key in ["tool", "policy", "elapsed_ms", "counts", "findings"] {
        assert!(!report[key].is_null(), "{key} is missing");
    }
    let findings = report["findings"].as_array().expect("findings");
    let closed = findings.iter().find(|finding| finding["code"] == "port-closed").expect("the closed port");
    for key in [
        "area",
        "verdict",
        "subject",
        "expected",
        "observed",
        "reason",
        "hint",
        "explain",
        "elapsed_ms",
        "evidence",
    ] {
        assert!(!closed[key].is_null(), "{key} is missing");
    }
    assert_eq!(closed["evidence"]["errno"], "ECONNREFUSED");
}

#[test]
fn several_outputs_at_once_are_whole() {
    let place = Place::new();
    let output = place.run(&[
        "probe",
        "--policy",
        "policy.yaml",
        "--output",
        "junit=probe.xml",
        "--output",
        "json=probe.json",
        "--output",
        "openmetrics=probe.txt",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("exit 1"));
    let read = |name: &str| fs::read_to_string(place.path().join(name)).expect(name);
    assert!(read("probe.xml").trim_end().ends_with("</testsuites>"));
    assert!(serde_json::from_str::<serde_json::Value>(&read("probe.json")).is_ok());
    assert!(read("probe.txt").ends_with("# EOF\n"));
    assert_eq!(place.names(), ["policy.yaml", "probe.json", "probe.txt", "probe.xml"]);
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is_asked() {
    let place = Place::new();
    let output = place.run(&["probe", "--policy", "policy.yaml", "--output", "json=no/such/folder/x.json"]);
    refuses(&output, &["no/such/folder/x.json"]);
    assert_eq!(place.names(), ["policy.yaml"]);
}

#[test]
fn bad_usage_exits_2_and_names_the_word() {
    let place = Place::new();
    refuses(&place.run(&["probe", "--format", "yaml"]), &["yaml", "json"]);
    refuses(&place.run(&["probe", "--timeout", "soon"]), &["soon", "3s"]);
    refuses(&place.run(&["probe", "--timeout", "-3s"]), &[]);
    refuses(&place.run(&["probe", "--timeout", "0s"]), &["0s", "1ms"]);
    refuses(&place.run(&["probe", "--wait", "1000h"]), &["24h"]);
    refuses(&place.run(&["probe", "--only", "ports"]), &["ports", "reachgate explain"]);
    refuses(&place.run(&["probe", "--output", "junit"]), &["junit"]);
    refuses(&place.run(&["explain", "port-filterd"]), &["port-filterd"]);
    refuses(&place.run(&["prob"]), &["prob"]);
    refuses(&place.run(&[]), &["Usage"]);
}

#[test]
fn bad_policies_exit_2_and_name_the_place() {
    let place = Place::new();
    let write = |text: &[u8]| fs::write(place.path().join("bad.yaml"), text).expect("a file");
    write(b"version: 1\nname: [");
    refuses(&place.run(&["probe", "--policy", "bad.yaml"]), &["bad.yaml"]);
    write(REFUSED.replace("reach:", "raech:").as_bytes());
    refuses(&place.run(&["policy", "check", "bad.yaml"]), &["bad.yaml:10", "raech", "reach"]);
    write(b"\x00\x01\xff\xfe\x1b[2J");
    refuses(&place.run(&["policy", "check", "bad.yaml"]), &["bad.yaml"]);
    write(&vec![b'a'; 10_000_000]);
    refuses(&place.run(&["policy", "check", "bad.yaml"]), &["bad.yaml"]);
    refuses(&place.run(&["policy", "check", "absent.yaml"]), &["absent.yaml"]);
    refuses(&place.run(&["policy", "check", "."]), &["."]);
    refuses(&place.run(&["policy", "check", "/dev/zero"]), &["/dev/zero"]);
}

#[test]
fn the_policy_comes_from_the_option_the_variable_or_the_binary() {
    let place = Place::new();
    assert!(stdout(&place.run(&["policy", "check"])).contains("cwiq-dev"));
    let by_variable =
        place.command(&["policy", "check"]).env("REACHGATE_POLICY", "policy.yaml").output().expect("runs");
    assert!(stdout(&by_variable).contains("loopback"));
    let both = place
        .command(&["policy", "check", "policy.yaml"])
        .env("REACHGATE_POLICY", "absent.yaml")
        .output()
        .expect("runs");
    assert!(stdout(&both).contains("loopback"));
}

#[test]
fn a_shown_policy_is_a_policy() {
    let place = Place::new();
    let shown = place.command(&["policy", "show"]).env("DEV_SERVER_IP", "10.1.20.15").output().expect("runs");
    fs::write(place.path().join("shown.yaml"), &shown.stdout).expect("a file");
    assert!(stdout(&shown).contains("10.1.20.15"));
    assert_eq!(place.run(&["policy", "check", "shown.yaml"]).status.code(), Some(0));
}

#[test]
fn the_schema_is_the_committed_one() {
    let committed =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/policy.schema.json")).expect("it");
    assert_eq!(stdout(&Place::new().run(&["policy", "schema"])), committed);
}

#[test]
fn explain_tells_causes_and_remedy() {
    let place = Place::new();
    let story = stdout(&place.run(&["explain", "port-filtered"]));
    for word in ["port-filtered", "Likely causes", "What to do", "security group"] {
        assert!(story.contains(word), "{word} is not in: {story}");
    }
    assert!(stdout(&place.run(&["explain"])).contains("dns-wildcard"));
}

#[test]
fn completions_are_for_this_program() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&place.run(&["completions", shell])).contains("reachgate"));
    }
}

#[test]
fn what_is_left_out_is_shown_as_skipped_and_decides_nothing() {
    let place = Place::new();
    let output =
        place.run(&["probe", "--policy", "policy.yaml", "--skip", "port-closed", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let closed = findings.iter().find(|finding| finding["code"] == "port-closed").expect("it is shown");
    assert_eq!(closed["verdict"], "skip");
    assert_eq!(closed["reason"], "Left out by --skip.");
    // Nothing decided is not all well.
    let output = place.run(&["probe", "--policy", "policy.yaml", "--only", "certificate"]);
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
}

#[test]
fn warnings_fail_when_asked_to() {
    let place = Place::new();
    let padded = |arguments: &[&str]| {
        let mut command = place.command(&["probe", "--policy", "policy.yaml", "--only", "address"]);
        command.args(arguments).env("DEV_SERVER_IP", " 127.0.20.15 ").output().expect("runs").status.code()
    };
    assert_eq!(padded(&[]), Some(0));
    assert_eq!(padded(&["--fail-on", "warn"]), Some(1));
}

#[test]
fn colour_comes_when_asked_for() {
    let place = Place::new();
    let colour = |arguments: &[&str], variable: &str, value: &str| {
        let mut command = place.command(&["probe", "--policy", "policy.yaml"]);
        stdout(&command.args(arguments).env(variable, value).output().expect("runs")).contains("\u{1b}[")
    };
    assert!(!colour(&[], "X", "x"));
    assert!(colour(&["--color", "always"], "NO_COLOR", "1"));
    assert!(colour(&[], "GITLAB_CI", "true"));
    assert!(colour(&[], "CLICOLOR_FORCE", "1"));
    assert!(!colour(&["--color", "never"], "GITLAB_CI", "true"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::new();
    for arguments in [&["explain"][..], &["probe", "--policy", "policy.yaml", "--only", "address"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = place.command(arguments).stdout(writer).stderr(Stdio::piped()).output().expect("runs");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{arguments:?}");
    }
}

/// One expectation is broken for good, so the other's healing would change nothing.
#[test]
fn nothing_is_waited_for_where_something_cannot_heal() {
    let place = Place::new();
    let policy = REFUSED.replace(
        "expect:",
        "  other: { address: \"${OTHER_IP}\", within: vpc, services: { ssh: 9/ssh } }\nexpect:",
    ) + "  - { from: runners, to: other, reach: [ssh] }\n";
    fs::write(place.path().join("two.yaml"), policy).expect("a policy");
    let started = Instant::now();
    let output = place.run(&["probe", "--policy", "two.yaml", "--wait", "60s"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("address-unset") && stdout(&output).contains("port-closed"));
    assert!(started.elapsed() < Duration::from_secs(20), "it waited for an address to heal");
}

#[test]
fn waiting_ends_in_time_and_tells_changes_on_standard_error() {
    let place = Place::new();
    let started = Instant::now();
    let output = place.run(&["probe", "--policy", "policy.yaml", "--wait", "1500ms"]);
    assert!(started.elapsed() >= Duration::from_millis(1400), "it did not wait");
    assert!(started.elapsed() < Duration::from_secs(20), "it waited for too long");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("port-closed"), "{}", stderr(&output));
    let wrong = Instant::now();
    let output = place
        .command(&["probe", "--policy", "policy.yaml", "--wait", "60s"])
        .env("DEV_SERVER_IP", "10.1.20.15")
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(wrong.elapsed() < Duration::from_secs(20), "it waited for an address to heal");
}
