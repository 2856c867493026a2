//! What a pipeline does with each exit code of the real program.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::component::{Component, root};
use crate::pipeline::{Outcome, Project};

/// A pipeline with one component and a deploy after it.
fn pipeline(component: &str, inputs: &Value) -> String {
    let mut inputs = inputs.clone();
    inputs["image"] = json!("registry.example/platform/reachgate:0.1.0");
    let include = json!([{ "local": format!("templates/{component}.yml"), "inputs": inputs }]);
    let deploy = json!({ "stage": "deploy", "tags": ["small"], "script": ["echo deployed >deployed"] });
    json!({ "include": include, "deploy": deploy }).to_string()
}

/// Inputs that make the real program end with an exit code, on loopback.
fn ending_with(exit: i32) -> Value {
    match exit {
        0 => json!({ "policy": "policy.yaml", "skip": "port-closed" }),
        1 => json!({ "policy": "./policy.yaml" }),
        2 => json!({ "policy": "absent.yaml" }),
        3 => json!({ "policy": "policy.yaml", "skip": "port-closed", "require": "static" }),
        _ => panic!("reachgate does not end with {exit}"),
    }
}

fn with(base: &Value, over: &Value) -> Value {
    let mut whole = base.clone();
    whole.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    whole
}

#[track_caller]
fn became(outcome: &Outcome, job: &str, status: &str) {
    let found = outcome.jobs.get(job).map_or("nothing", String::as_str);
    assert_eq!(found, status, "{job}: {}", outcome.said);
}

#[track_caller]
fn ended_with(project: &Project, folder: &str, exit: i32) {
    let report: Value = serde_json::from_str(&project.read(&format!("{folder}/report.json"))).unwrap();
    assert_eq!(report["exit_code"], exit, "{report:#}");
}

/// Every report is there, whole, whatever the exit code; GitLab takes them from there.
#[track_caller]
fn has_reports(project: &Project, component: &str, folder: &str) {
    let job = Component::load(component).job(&json!({ "job-name": folder }));
    for (report, files) in job["artifacts"]["reports"].as_object().unwrap() {
        let files = files.as_array().cloned().unwrap_or_else(|| vec![files.clone()]);
        for file in files {
            assert!(project.file(file.as_str().unwrap()).exists(), "{report}: {file}");
        }
    }
    assert!(project.read(&format!("{folder}/junit.xml")).trim_end().ends_with("</testsuites>"));
    assert!(project.read(&format!("{folder}/metrics.txt")).ends_with("# EOF\n"));
    assert!(project.read(&format!("{folder}/report.txt")).contains("(exit "));
}

#[test]
fn the_gate_blocks_what_is_broken_wrong_or_unknown() {
    for (exit, status) in [(0, "PASS"), (1, "FAIL"), (2, "FAIL"), (3, "FAIL")] {
        let project = Project::new(&pipeline("gate", &with(&ending_with(exit), &json!({ "wait": "" }))));
        let outcome = project.run(&[]);
        became(&outcome, "reachgate-gate", status);
        assert_eq!(outcome.exit, Some(i32::from(exit != 0)), "exit {exit}: {}", outcome.said);
        assert_eq!(project.file("deployed").exists(), exit == 0, "exit {exit}: {}", outcome.said);
        if exit != 2 {
            ended_with(&project, "reachgate-gate", exit);
            has_reports(&project, "gate", "reachgate-gate");
        }
    }
}

#[test]
fn the_gate_lets_the_unknown_pass_where_that_is_asked_for_and_nothing_else() {
    for (exit, status) in [(1, "FAIL"), (2, "FAIL"), (3, "WARN")] {
        let inputs = with(&ending_with(exit), &json!({ "wait": "", "when-unknown": "allow" }));
        let project = Project::new(&pipeline("gate", &inputs));
        let outcome = project.run(&[]);
        became(&outcome, "reachgate-gate", status);
        if exit == 3 {
            assert_eq!(outcome.exit, Some(0), "{}", outcome.said);
            assert!(project.file("deployed").exists(), "{}", outcome.said);
        }
    }
}

/// GitLab runs a job again in a fresh folder or in the same one; both give whole reports. Only exit 3 is retried.
#[test]
fn the_gate_can_be_retried_and_is_once() {
    let gate = Component::load("gate").job(&json!({}));
    assert_eq!(gate["retry"], json!({ "max": 1, "exit_codes": 3 }));
    for other in ["diagnose", "review"] {
        assert_eq!(Component::load(other).job(&json!({})).get("retry"), None);
    }
    let project = Project::new(&pipeline("gate", &with(&ending_with(3), &json!({ "wait": "" }))));
    became(&project.run(&[]), "reachgate-gate", "FAIL");
    ended_with(&project, "reachgate-gate", 3);
    let again = pipeline("gate", &with(&ending_with(0), &json!({ "wait": "" })));
    project.write(".gitlab-ci.yml", &again);
    became(&project.run(&[]), "reachgate-gate", "PASS");
    ended_with(&project, "reachgate-gate", 0);
    has_reports(&project, "gate", "reachgate-gate");
}

#[test]
fn the_diagnosis_never_blocks() {
    for (exit, status) in [(0, "PASS"), (1, "WARN"), (2, "WARN"), (3, "WARN")] {
        let inputs = with(&ending_with(exit), &json!({ "job-name": "why" }));
        let project = Project::new(&pipeline("diagnose", &inputs));
        let outcome = project.run(&[]);
        became(&outcome, "why", status);
        became(&outcome, "deploy", "PASS");
        assert_eq!(outcome.exit, Some(0), "exit {exit}: {}", outcome.said);
        if exit != 2 {
            ended_with(&project, "why", exit);
            has_reports(&project, "diagnose", "why");
        }
    }
}

/// It is there for the case that something went wrong: it runs after a failed job too, unless that is not wanted.
#[test]
fn the_diagnosis_runs_when_it_is_asked_to() {
    let failing = |when: &str| {
        let inputs = with(&ending_with(1), &json!({ "stage": "deploy", "when": when }));
        let mut pipeline: Value = serde_json::from_str(&pipeline("diagnose", &inputs)).unwrap();
        pipeline["build"] = json!({ "stage": "build", "script": ["false"] });
        Project::new(&pipeline.to_string())
    };
    for (when, status) in
        [("always", "WARN"), ("on_failure", "WARN"), ("on_success", "nothing"), ("manual", "nothing")]
    {
        let outcome = failing(when).run(&[]);
        became(&outcome, "build", "FAIL");
        became(&outcome, "reachgate-diagnose", status);
        became(&outcome, "deploy", "nothing");
    }
}

const MERGE_REQUEST: (&str, &str) = ("CI_PIPELINE_SOURCE", "merge_request_event");

/// AWS's configuration before the missing rule and with it, from the static mode's own tests.
fn reviewed(state: &str, over: &Value) -> Project {
    let from = |name: &str| root().join("tests/static").join(name).display().to_string();
    let inputs = json!({ "snapshot": format!("{} {}", from("platform"), from(state)) });
    let project = Project::new(&pipeline("review", &with(&inputs, over)));
    project.git(&["checkout", "--quiet", "-b", "change"]);
    project
}

#[test]
fn the_review_is_for_merge_requests_that_change_what_it_reads() {
    let project = reviewed("after", &json!({ "changes": ["network/*.tf"] }));
    let has_review = |variables: &[(&str, &str)]| {
        project.list(variables).unwrap().iter().any(|job| job["name"] == "reachgate-review")
    };
    assert!(!has_review(&[]), "it is in a branch's pipeline");
    project.write("main.tf", "# changed");
    project.commit("main.tf");
    assert!(!has_review(&[MERGE_REQUEST]), "it is there for other files");
    fs::create_dir(project.file("network")).unwrap();
    project.write("network/main.tf", "");
    project.commit("network/main.tf");
    assert!(has_review(&[MERGE_REQUEST]));
    assert!(!has_review(&[]), "it is in a branch's pipeline");
}

#[test]
fn the_review_blocks_unless_it_may_fail() {
    for (state, over, exit, status) in [
        ("after", json!({}), 0, "PASS"),
        ("before", json!({}), 1, "FAIL"),
        ("before", json!({ "allow-failure": true }), 1, "WARN"),
    ] {
        let project = reviewed(state, &over);
        project.write("main.tf", "# changed");
        project.commit("main.tf");
        let outcome = project.run(&[MERGE_REQUEST, ("DEV_SERVER_IP", "10.1.20.15")]);
        became(&outcome, "reachgate-review", status);
        assert_eq!(project.file("deployed").exists(), status != "FAIL", "{}", outcome.said);
        ended_with(&project, "reachgate-review", exit);
        has_reports(&project, "review", "reachgate-review");
    }
}

/// A plan of a merge request: what it opens is told, as a page and as a comment, and may fail the job.
#[test]
fn the_review_tells_what_a_plan_does() {
    let from = |name: &str| root().join("tests/plan/real/rule-added").join(name).display().to_string();
    for (fail_on, status) in [("", "PASS"), ("opened", "FAIL")] {
        // The account that the plan is for has one of the runners' subnets, and no cluster.
        let over = json!({
            "snapshot": from("before"),
            "plan": from("plan.json"),
            "change-fail-on": fail_on,
            "skip": "runner-subnet-missing,cluster",
        });
        let project = reviewed("before", &over);
        project.write("main.tf", "# changed");
        project.commit("main.tf");
        let outcome = project.run(&[MERGE_REQUEST, ("DEV_SERVER_IP", "10.1.20.15")]);
        became(&outcome, "reachgate-review", status);
        assert!(project.read("reachgate-review/diff.md").contains("tcp/22"), "{}", outcome.said);
        assert!(
            project.read("reachgate-review/diff.html").starts_with("<!DOCTYPE html>"),
            "{}",
            outcome.said
        );
    }
}

/// The example as it is, in a project of the component's own group: the deploy waits for the gate.
#[test]
fn the_example_gates_its_deploy() {
    let example = fs::read_to_string(root().join("examples/gitlab-ci.yml")).unwrap();
    // An address that cannot heal is not waited for.
    for (address, status, deployed) in [("192.0.2.1", "FAIL", false), ("127.0.20.15", "PASS", true)] {
        let project = Project::new(&example);
        let closed = project.read("policy.yaml").replace("reach: [ssh]", "closed: [ssh]");
        project.write("policy.yaml", &closed);
        project.write("deploy.sh", "#!/bin/sh\necho deployed >deployed\n");
        fs::set_permissions(project.file("deploy.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        let outcome = project.run(&[("REACHGATE_POLICY", "policy.yaml"), ("DEV_SERVER_IP", address)]);
        became(&outcome, "reachgate-gate", status);
        assert_eq!(project.file("deployed").exists(), deployed, "{}", outcome.said);
        assert_eq!(project.calls().len(), 1);
    }
}

/// A job with AWS's rights asks AWS, and the gate in the pod joins its report.
#[test]
fn the_gate_joins_another_jobs_report() {
    let from = |name: &str| root().join("tests/static").join(name).display().to_string();
    let inputs = json!({ "stage": "test", "wait": "", "require": "static", "static-report": "static.json" });
    let mut whole: Value = serde_json::from_str(&pipeline("gate", &inputs)).unwrap();
    whole["ask-aws"] = json!({
        "stage": "build",
        "script": [format!(
            "reachgate static --snapshot {} --snapshot {} --output json=static.json || [ $? -eq 1 ]",
            from("platform"),
            from("before")
        )],
        "artifacts": { "paths": ["static.json"] },
    });
    let project = Project::new(&whole.to_string());
    let outcome = project.run(&[("DEV_SERVER_IP", "10.1.20.15")]);
    became(&outcome, "ask-aws", "PASS");
    became(&outcome, "reachgate-gate", "FAIL");
    let report = project.read("reachgate-gate/report.json");
    assert!(report.contains("group-ingress-missing"), "{report}");
}

#[test]
fn wrong_inputs_make_no_pipeline() {
    for (inputs, word) in [
        (json!({ "wait": "soon" }), "wait"),
        (json!({ "job-name": "a; id" }), "job-name"),
        (json!({ "require": "probe" }), "require"),
        (json!({ "when-unknown": "pass" }), "when-unknown"),
        (json!({ "policy": "$(id).yaml" }), "policy"),
        (json!({ "timeout": 3 }), "timeout"),
    ] {
        let refusal = Project::new(&pipeline("gate", &inputs)).list(&[]).expect_err(word);
        assert!(refusal.contains(&format!("`{word}` input")), "{inputs}: {refusal}");
    }
    let no_image = json!({ "include": [{ "local": "templates/gate.yml" }] }).to_string();
    let refusal = Project::new(&no_image).list(&[]).expect_err("no image");
    assert!(refusal.contains("image"), "{refusal}");
    assert!(Project::new(&pipeline("gate", &json!({}))).list(&[]).is_ok());
}
