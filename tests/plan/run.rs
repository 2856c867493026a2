//! The binary with `--plan`: every case of `runs.yaml`, over the platform of the static tests, in every encoding.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use super::folder;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    title: String,
    /// Written by hand below `tests/plan/hand`, without `.json`.
    plan: String,
    /// Without it, no snapshot at all: a plan alone.
    #[serde(default)]
    snapshot: Option<String>,
    /// The flow that `path` is asked about; `static` otherwise.
    #[serde(default)]
    path: Vec<String>,
    /// Every finding that is no pass, or every blocker and warning, each as `code verdict` or `code`.
    expect: Vec<String>,
    #[serde(default)]
    says: Vec<String>,
    exit: i32,
}

/// The exit code, standard output, standard error.
pub fn reachgate(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachgate"));
    command.env_clear().args(arguments).env("DEV_SERVER_IP", "10.1.20.15").stdin(Stdio::null());
    let output = command.output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn hand(name: &str) -> PathBuf {
    folder("hand").join(format!("{name}.json"))
}

/// The file in every encoding that a shell may write it in.
fn encodings(file: &Path, place: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let all = [
        text.as_bytes().to_vec(),
        [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(),
        [&[0xff, 0xfe][..], &wide(u16::to_le_bytes)].concat(),
        [&[0xfe, 0xff][..], &wide(u16::to_be_bytes)].concat(),
    ];
    let write = |(at, bytes): (usize, Vec<u8>)| {
        let path = place.join(format!("{at}.json"));
        fs::write(&path, bytes).expect("a file");
        path
    };
    all.into_iter().enumerate().map(write).collect()
}

#[test]
fn every_run_ends_as_it_should() {
    let text = fs::read_to_string(folder("runs.yaml")).expect("the runs");
    let runs: Vec<Run> = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let place = TempDir::new().expect("a folder");
    let mut wrong = Vec::new();
    let platform = folder("../static/platform");
    for run in &runs {
        for plan in encodings(&hand(&run.plan), place.path()) {
            let mut arguments: Vec<String> = if run.path.is_empty() {
                vec!["static".into(), "--format=json".into()]
            } else {
                ["path".into(), "--format=json".into()].into_iter().chain(run.path.iter().cloned()).collect()
            };
            if let Some(snapshot) = &run.snapshot {
                let other = folder("../static").join(snapshot);
                for path in [&platform, &other] {
                    arguments.extend(["--snapshot".into(), path.to_string_lossy().into_owned()]);
                }
            }
            arguments.extend(["--plan".into(), plan.to_string_lossy().into_owned()]);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let (exit, out, err) = reachgate(&arguments);
            let report: Value =
                serde_json::from_str(&out).unwrap_or_else(|error| panic!("{}: {error}: {err}", run.title));
            let mut seen = if run.path.is_empty() { findings(&report) } else { blockers(&report) };
            let mut expected = run.expect.clone();
            seen.sort();
            expected.sort();
            if seen != expected {
                wrong.push(format!("{}: expected {expected:?}, got {seen:?}", run.title));
            }
            if exit != run.exit {
                wrong.push(format!("{}: exit {exit}, not {}", run.title, run.exit));
            }
            for says in run.says.iter().filter(|it| !out.contains(it.as_str())) {
                wrong.push(format!("{}: nothing says {says:?}", run.title));
            }
            assert!(
                !out.contains("hunter2") && !err.contains("hunter2"),
                "{}: a secret is printed",
                run.title
            );
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

fn word(value: &Value) -> &str {
    value.as_str().expect("a word")
}

fn findings(report: &Value) -> Vec<String> {
    let all = report["findings"].as_array().expect("findings").iter();
    let bad = all.filter(|it| it["verdict"] != "pass");
    bad.map(|it| format!("{} {}", word(&it["code"]), word(&it["verdict"]))).collect()
}

fn blockers(report: &Value) -> Vec<String> {
    let all = ["blockers", "warnings"].map(|list| report[list].as_array().expect("a list").clone()).concat();
    all.iter().map(|it| word(&it["code"]).to_owned()).collect()
}
