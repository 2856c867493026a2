//! What the jobs' scripts ask of reachgate, for each value of each input, is what its parser takes.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reachgate::cli::{self, Cli};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::component::{Component, Kind, root};
use crate::program;

/// Another value than the default for a text input with a regular expression.
fn other(name: &str) -> &'static str {
    match name {
        "job-name" => "check.one",
        "stage" => "deploy check",
        "tag" => "tiny",
        "image" => "$CI_REGISTRY/platform/reachgate:0.1.0",
        "policy" => "$FOLDER/policy.yaml",
        "wait" => "1m30s",
        "timeout" => "500ms",
        "snapshot" => "one.json $FOLDER/two",
        "before" => "before.json",
        "plan" => "plan.json",
        "static-report" => "static/report.json",
        "max-age" => "2h",
        "aws-timeout" => "90s",
        "cluster-security-group" => "sg-0123456789abcdef0",
        "skip" => "certificate,runner-tier-heavy",
        "lint" => ".gitlab-ci.yml ci",
        "explain-url" => "https://pages.example/reachgate/codes.html",
        "expire-in" => "2 days",
        _ => panic!("another value of {name} is wanted here"),
    }
}

/// Runs a script as a job's shell does, and says what it asked. Only that counts here, so nothing answers;
/// a comparison ends as if the change broke something.
fn asked(script: &str) -> Vec<Vec<String>> {
    let (status, calls) = ended(script, "diff) exit 1 ;;");
    assert_eq!(status, Some(0), "{script}");
    calls
}

/// The same, with how the script ends where the commands end as these cases of a shell say.
fn ended(script: &str, cases: &str) -> (Option<i32>, Vec<Vec<String>>) {
    let folder = TempDir::new().unwrap();
    program::install(folder.path());
    let path = folder.path().join("reachgate");
    let recorder = fs::read_to_string(&path).unwrap().lines().take(2).collect::<Vec<_>>().join("\n");
    let recorder = recorder + &format!("\ncase $1 in {cases} esac\n");
    fs::write(&path, recorder).unwrap();
    // A test beside this one that starts a process just now may hold the recorder open for writing, for a moment.
    while Command::new(&path)
        .arg("--version")
        .status()
        .is_err_and(|it| it.kind() == ErrorKind::ExecutableFileBusy)
    {
        std::thread::sleep(Duration::from_millis(10));
    }
    let before = program::calls(folder.path()).len();
    let status = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()))
        .env("FOLDER", "/srv/policies")
        .status()
        .unwrap();
    (status.code(), program::calls(folder.path()).split_off(before))
}

/// Without files the configuration of now is captured first, to be compared.
#[test]
fn a_snapshot_of_before_is_compared_with_now() {
    let calls = asked(&Component::load("review").script(&json!({ "before": "before.json" })));
    let [_, snapshot, diff, review] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(snapshot[..], ["snapshot", "--all", "--out", "reachgate-review/now.json"]);
    assert_eq!(diff[..5], ["diff", "--before", "before.json", "--after", "reachgate-review/now.json"]);
    assert_eq!(review[..3], ["static", "--snapshot", "reachgate-review/now.json"]);
}

/// A plan is laid over what there is, from files or as it is captured, and judged as it will be.
#[test]
fn a_plan_is_compared_and_judged() {
    let review = Component::load("review");
    let calls = asked(&review.script(&json!({ "plan": "plan.json", "snapshot": "a b" })));
    let [_, diff, judged] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(diff[..7], ["diff", "--before", "a", "--before", "b", "--plan", "plan.json"]);
    assert_eq!(judged[..7], ["static", "--snapshot", "a", "--snapshot", "b", "--plan", "plan.json"]);
    let calls = asked(&review.script(&json!({ "plan": "plan.json" })));
    let [_, _, diff, judged] = calls.as_slice() else { panic!("{calls:?}") };
    let now = "reachgate-review/now.json";
    assert_eq!(diff[..5], ["diff", "--before", now, "--plan", "plan.json"]);
    assert_eq!(judged[..5], ["static", "--snapshot", now, "--plan", "plan.json"]);
    let over = json!({ "plan": "plan.json", "before": "before.json", "snapshot": "a" });
    let calls = asked(&review.script(&over));
    assert_eq!(calls[1][..5], ["diff", "--before", "before.json", "--plan", "plan.json"]);
    // Where nothing can be captured, the plan is judged alone, and the comparison is refused.
    let cases = "snapshot) exit 2 ;; diff) exit 2 ;; static) exit 3 ;;";
    let (status, calls) = ended(&review.script(&json!({ "plan": "plan.json" })), cases);
    assert_eq!(
        (status, &calls[3][..3]),
        (Some(2), &["static", "--plan", "plan.json"].map(str::to_owned)[..])
    );
}

/// What a change does decides where that is asked for; that it could not be read always does.
#[test]
fn a_change_decides_where_it_is_asked_to() {
    let script = |over: &str| {
        let over = json!({ "snapshot": "a", "plan": "plan.json", "change-fail-on": over });
        Component::load("review").script(&over)
    };
    for (fail_on, diff, configuration, exit) in [
        ("", 1, 0, 0),
        ("", 3, 0, 0),
        ("", 2, 0, 2),
        ("", 137, 0, 137),
        ("", 1, 3, 3),
        ("opened", 0, 0, 0),
        ("opened", 1, 0, 1),
        ("opened", 3, 0, 3),
        ("opened", 3, 1, 1),
        ("broken", 1, 2, 2),
    ] {
        let cases = format!("diff) exit {diff} ;; static) exit {configuration} ;;");
        let (status, calls) = ended(&script(fail_on), &cases);
        assert_eq!(status, Some(exit), "--fail-on {fail_on}: diff {diff}, static {configuration}");
        let asked = calls[1].windows(2).find(|words| words[0] == "--fail-on").map(|words| words[1].as_str());
        assert_eq!(asked, Some(fail_on).filter(|it| !it.is_empty()));
    }
}

/// All that is asked, each understood, and the last of it.
fn last(component: &Component, over: &Value) -> (Vec<Vec<String>>, Cli) {
    let calls = asked(&component.script(over));
    let understood = |call: &Vec<String>| {
        program::parse(call).unwrap_or_else(|error| panic!("{}: {over}: {error}\n{call:?}", component.name))
    };
    let mut parsed: Vec<Cli> = calls.iter().map(understood).collect();
    let last = parsed.pop().expect("a component asks something");
    (calls, last)
}

#[test]
fn every_value_is_understood() {
    for component in Component::all() {
        let (usual, _) = last(&component, &json!({}));
        for (name, input) in &component.inputs {
            let values = match (&input.options, input.kind) {
                (Some(options), _) => options.clone(),
                (None, Kind::String) => vec![json!(other(name))],
                (None, _) => continue,
            };
            for value in values {
                let over = json!({ name: value });
                let (asked, _) = last(&component, &over);
                // What is no option of reachgate's is seen in the job itself.
                let differs = asked != usual || component.job(&over) != component.job(&json!({}));
                assert!(
                    differs || input.default == Some(value),
                    "{}: {over} changes nothing",
                    component.name
                );
            }
        }
    }
}

#[test]
fn the_gate_asks_what_its_inputs_say() {
    let gate = Component::load("gate");
    let all = json!({
        "wait": "1m30s", "timeout": "500ms", "require": "static", "snapshot": "one.json $FOLDER/two",
        "aws-timeout": "90s", "external-snat": "off", "cluster-security-group": "sg-0123456789abcdef0",
        "fail-on": "warn", "policy": "$FOLDER/policy.yaml", "skip": "certificate,runner-tier-heavy",
    });
    let (_, Cli { command, shared }) = last(&gate, &all);
    let cli::Command::Gate(options) = command else { panic!("{command:?}") };
    let seconds = std::time::Duration::from_secs;
    assert_eq!(options.probe.wait, Some(seconds(90)));
    assert_eq!(options.probe.timeout, seconds(1) / 2);
    assert_eq!(options.require, [cli::Witness::Static]);
    assert_eq!(options.origin.snapshot, [Path::new("one.json"), Path::new("/srv/policies/two")]);
    assert_eq!(options.aws_timeout, seconds(90));
    assert_eq!(options.unsaid.external_snat, cli::ExternalSnat::Off);
    assert_eq!(options.unsaid.cluster_security_group.as_deref(), Some("sg-0123456789abcdef0"));
    assert_eq!(shared.policy.as_deref(), Some(Path::new("/srv/policies/policy.yaml")));
    assert_eq!(shared.skip.len(), 2);
    assert_eq!(shared.fail_on, cli::FailOn::Warn);

    let (_, Cli { command, .. }) =
        last(&gate, &json!({ "static-report": "static/report.json", "max-age": "2h" }));
    let cli::Command::Gate(options) = command else { panic!("{command:?}") };
    assert_eq!(options.static_report.as_deref(), Some(Path::new("static/report.json")));
    assert_eq!(options.max_age, seconds(7200));
    assert_eq!(options.probe.wait, Some(seconds(120)));

    let (_, Cli { command, shared }) = last(&Component::load("diagnose"), &json!({}));
    let cli::Command::Gate(options) = command else { panic!("{command:?}") };
    assert_eq!((options.probe.wait, shared.policy, shared.fail_on), (None, None, cli::FailOn::Fail));

    let (_, Cli { command, .. }) = last(&Component::load("review"), &json!({ "snapshot": "a b" }));
    let cli::Command::Static(options) = command else { panic!("{command:?}") };
    assert_eq!(options.configuration.origin.snapshot, [Path::new("a"), Path::new("b")]);
}

#[test]
fn a_snapshot_of_before_is_compared_and_decides_nothing() {
    let over = json!({ "before": "before.json", "snapshot": "a b" });
    let calls = asked(&Component::load("review").script(&over));
    let [_, diff, review] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(diff[..6], ["diff", "--before", "before.json", "--after", "a", "--after"]);
    assert_eq!(review[..5], ["static", "--snapshot", "a", "--snapshot", "b"]);
    assert_eq!(Some(review), last(&Component::load("review"), &json!({ "snapshot": "a b" })).0.last());
}

/// Each report that a job hands to GitLab is one that its command writes, in the format that GitLab reads there.
#[test]
fn every_artifact_is_written() {
    for component in Component::all() {
        let over = json!({ "job-name": "here" });
        let job = component.job(&over);
        let (asked, _) = last(&component, &over);
        let of_call = |call: &'_ [String]| -> Vec<(String, String)> {
            let outputs = call.windows(2).filter(|words| words[0] == "--output");
            let parts = outputs.map(|words| words[1].split_once('=').unwrap());
            parts.map(|(format, file)| (format.to_owned(), file.to_owned())).collect()
        };
        let written: Vec<(String, String)> = asked.iter().flat_map(|call| of_call(call)).collect();
        let mut formats: Vec<String> =
            of_call(asked.last().unwrap()).into_iter().map(|(format, _)| format).collect();
        formats.sort_unstable();
        let mut expected =
            vec!["annotations", "code-quality", "dotenv", "json", "junit", "openmetrics", "sarif", "text"];
        if component.name == "review" {
            expected.insert(3, "html");
        }
        assert_eq!(formats, expected, "{}", component.name);
        for (report, format) in [
            ("annotations", "annotations"),
            ("codequality", "code-quality"),
            ("dotenv", "dotenv"),
            ("junit", "junit"),
            ("metrics", "openmetrics"),
        ] {
            let files = match &job["artifacts"]["reports"][report] {
                Value::Array(files) => files.clone(),
                one => vec![one.clone()],
            };
            // The job itself reads the lint's variables, and hands those of the other judge over.
            let own = |file: &str| file == "here/lint.env";
            let of_format = written.iter().filter(|(known, file)| known == format && !own(file));
            // Each that is written is handed over, and no other.
            let expected: Vec<Value> = of_format.map(|(_, file)| json!(file)).collect();
            let same = files.len() == expected.len() && files.iter().all(|file| expected.contains(file));
            assert!(same, "{}: {report} is {files:?}, written are {expected:?}", component.name);
        }
        assert_eq!(job["artifacts"]["reports"].as_object().unwrap().len(), 5);
        assert_eq!(job["artifacts"]["paths"], json!(["here/"]));
        assert!(written.iter().all(|(_, file)| file.starts_with("here/")));
        assert_eq!(job["artifacts"]["when"], "always");
    }
}

/// The embedded policy names the same light runner as the components.
#[test]
fn the_tag_is_the_light_runner_of_the_policy() {
    let policy = reachgate::policy::file::load_policy(None, &|_| None).unwrap();
    let light = policy.sources["runners"].light.as_deref();
    for component in Component::all() {
        assert_eq!(component.inputs["tag"].default.as_ref().and_then(Value::as_str), light);
        assert_eq!(component.job(&json!({}))["tags"], json!([light]));
    }
    assert!(root().join("templates").is_dir());
}

/// The review ends as the worse of its two judges does, and both are always asked.
#[test]
fn the_review_ends_as_its_worse_half() {
    let script = Component::load("review").script(&json!({ "snapshot": "a" }));
    for (lint, configuration, exit) in [
        (0, 0, 0),
        (1, 0, 1),
        (0, 1, 1),
        (3, 0, 3),
        (0, 3, 3),
        (3, 1, 1),
        (1, 3, 1),
        (1, 2, 2),
        (2, 1, 2),
        (137, 0, 137),
        (0, 137, 137),
        (3, 137, 3),
    ] {
        let cases = format!("lint) exit {lint} ;; static) exit {configuration} ;;");
        let (status, calls) = ended(&script, &cases);
        assert_eq!(status, Some(exit), "lint {lint}, static {configuration}");
        assert_eq!(calls.len(), 2);
    }
    // Unknown includes alone block nothing; beside anything else that is unknown they do.
    for (codes, exit) in [
        ("pipeline-include-unresolved", 0),
        ("pipeline-include-unresolved,pipeline-script-unread", 3),
        ("", 3),
    ] {
        let report = format!("lint) echo REACHGATE_CODES={codes} >reachgate-review/lint.env; exit 3 ;;");
        assert_eq!(ended(&script, &report).0, Some(exit), "{codes}");
    }
    let alone = Component::load("review").script(&json!({ "lint": "" }));
    assert_eq!(ended(&alone, "lint) exit 1 ;;").1.len(), 1);
}
