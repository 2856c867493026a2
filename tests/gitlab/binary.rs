//! `reachgate lint --gitlab` as a user runs it.

use std::process::{Command, Output};

use serde_json::json;

use super::server::{Answer, serve};

const TOKEN: &str = "glpat-not-to-be-shown";

/// A folder without anything to lint, and this environment.
fn lint(server: &str, environment: &[(&str, &str)]) -> Output {
    let folder = tempfile::TempDir::new().expect("a folder");
    Command::new(env!("CARGO_BIN_EXE_reachgate"))
        .args(["lint", "--gitlab", "platform", "--gitlab-url", server, "--format", "json"])
        .arg(folder.path())
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("the binary runs")
}

fn told(output: &Output) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings").iter();
    let ours = findings.filter(|it| it["area"] == "gitlab" || it["area"] == "address");
    ours.map(|it| format!("{} {}", it["code"].as_str().unwrap(), it["verdict"].as_str().unwrap())).collect()
}

#[test]
fn a_group_is_judged_and_the_token_not_shown() {
    let runner = |tag: &str, paused: bool| {
        Answer::json(&json!({ "paused": paused, "status": "online", "tag_list": [tag] }))
    };
    let variable = json!([{ "key": "DEV_SERVER_IP", "variable_type": "env_var", "value": "100.101.1.2",
        "protected": true, "masked": false, "hidden": false, "environment_scope": "*" }]);
    let (address, _) = serve(&[
        ("groups/platform/variables?per_page=100&page=1", Answer::json(&variable)),
        ("runners/19", runner("small", false)),
        ("runners/20", runner("medium", true)),
        ("runners/16", runner("dev-small", true)),
    ]);
    let server = format!("http://{address}");
    let output = lint(&server, &[("GITLAB_TOKEN", TOKEN), ("CI_COMMIT_REF_PROTECTED", "false")]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        told(&output),
        [
            "address-tailnet fail",
            "gitlab-variable-protected fail",
            "gitlab-runner-retired pass",
            "gitlab-runner-retired pass",
            "gitlab-runner-retired pass",
            "gitlab-runner-ready pass",
            "gitlab-runner-paused fail",
            "gitlab-runner-missing fail",
        ]
    );
    let all = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains(TOKEN));
}

/// Every job has this variable, and asks nothing of GitLab by itself.
#[test]
fn a_server_alone_asks_nothing() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut lint = Command::new(env!("CARGO_BIN_EXE_reachgate"));
    lint.arg("lint").arg(folder.path()).env_clear().env("CI_SERVER_URL", "https://gitlab.example.com");
    let output = lint.args(["--format", "json"]).output().expect("the binary runs");
    assert!(told(&output).is_empty(), "{:?}", output.stdout);
}

#[test]
fn without_a_token_all_of_it_is_unknown() {
    let output = lint("https://gitlab.example.com", &[]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(told(&output), ["gitlab-unread unknown"; 7]);
}

#[test]
fn a_server_that_cannot_be_used_is_bad_input() {
    for server in ["gitlab.example.com", "http://gitlab.example.com"] {
        let output = lint(server, &[("GITLAB_TOKEN", TOKEN)]);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(server) && !said.contains(TOKEN), "{said}");
    }
}
