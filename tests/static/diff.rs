//! `reachgate diff` of the platform: what each change opens and closes, in the reader's words, and that writing
//! rules otherwise changes nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use reachgate::report::diff::{BoxV1, DiffV1};
use reachgate::snapshot::{Snapshot, write_snapshot};
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use super::platform::{ADDRESS, change, folder, healthy, reachgate, stderr, stdout};
use super::variant::read;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    /// A merge patch of the healthy platform.
    #[serde(default)]
    before: Option<Value>,
    /// Another, of the platform before.
    #[serde(default)]
    after: Option<Value>,
    /// Kinds of document that were not read on either side.
    #[serde(default)]
    without: Vec<String>,
    /// Kinds of document that were read besides, on both sides.
    #[serde(default)]
    documents: Vec<String>,
    #[serde(default)]
    arguments: Vec<String>,
    /// Each as `KIND FROM to TO: SERVICES`.
    #[serde(default)]
    opened: BTreeSet<String>,
    #[serde(default)]
    closed: BTreeSet<String>,
    #[serde(default)]
    undecided: BTreeSet<String>,
    /// Codes.
    #[serde(default)]
    broken: BTreeSet<String>,
    #[serde(default)]
    mended: BTreeSet<String>,
    exit: i32,
}

fn cases() -> Vec<(String, Case)> {
    let entries = fs::read_dir(folder("differences")).expect("differences");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let named = |file: PathBuf| {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let found: Vec<Case> = read(&file);
        found.into_iter().map(move |case| (format!("{name}: {}", case.title), case))
    };
    files.into_iter().flat_map(named).collect()
}

fn written(place: &TempDir, name: &str, snapshot: &Snapshot) -> String {
    let path = place.path().join(name);
    let mut file = fs::File::create(&path).expect("a file");
    write_snapshot(snapshot, &mut file).expect("a snapshot");
    path.to_string_lossy().into_owned()
}

fn sides(case: &Case) -> [Snapshot; 2] {
    let none = || Value::Object(serde_json::Map::new());
    let before = change(&healthy(), case.before.clone().unwrap_or_else(none), &case.without, &case.documents);
    let after = change(&before, case.after.clone().unwrap_or_else(none), &[], &[]);
    let after =
        if case.after.is_none() { change(&healthy(), none(), &case.without, &case.documents) } else { after };
    [before, after]
}

fn diff(before: &str, after: &str, arguments: &[String]) -> (DiffV1, Option<i32>) {
    let mut all = vec!["diff", "--before", before, "--after", after, "--format", "json"];
    all.extend(arguments.iter().map(String::as_str));
    let output = reachgate(&all, &[("DEV_SERVER_IP", ADDRESS)]);
    let text = stdout(&output);
    let found = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}{text}", stderr(&output)));
    (found, output.status.code())
}

fn lines(boxes: &[BoxV1]) -> BTreeSet<String> {
    let line = |it: &BoxV1| {
        let services: Vec<&str> = it.services.iter().map(|service| service.text.as_str()).collect();
        format!("{} {} to {}: {}", it.from.kind, it.from.name, it.to.name, services.join(", "))
    };
    boxes.iter().map(line).collect()
}

#[test]
fn every_difference_is_told_and_the_way_back_is_its_mirror() {
    let place = TempDir::new().expect("a folder");
    let mut wrong = Vec::new();
    for (name, case) in cases() {
        let [before, after] = sides(&case);
        let (before, after) =
            (written(&place, "before.json", &before), written(&place, "after.json", &after));
        let (found, exit) = diff(&before, &after, &case.arguments);
        let codes = |findings: &[reachgate::report::json::FindingV1]| -> BTreeSet<String> {
            findings.iter().map(|finding| finding.code.clone()).collect()
        };
        let seen = (
            lines(&found.opened),
            lines(&found.closed),
            lines(&found.undecided),
            codes(&found.broken),
            codes(&found.mended),
            exit,
        );
        let wanted = (
            case.opened.clone(),
            case.closed.clone(),
            case.undecided.clone(),
            case.broken.clone(),
            case.mended.clone(),
            Some(case.exit),
        );
        if seen != wanted {
            wrong.push(format!("{name}:\n  wanted {wanted:?}\n  got    {seen:?}"));
        }
        let (back, _) = diff(&after, &before, &case.arguments);
        if (lines(&back.opened), lines(&back.closed)) != (lines(&found.closed), lines(&found.opened)) {
            wrong
                .push(format!("{name}: the way back is not its mirror: {:?} {:?}", back.opened, back.closed));
        }
        let (same, _) = diff(&after, &after, &case.arguments);
        if !(same.opened.is_empty() && same.closed.is_empty() && same.undecided.is_empty()) {
            wrong.push(format!("{name}: it differs from itself"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_fails_a_diff_is_refused_elsewhere() {
    let path = folder("platform").to_string_lossy().into_owned();
    for word in ["broken", "opened", "closed"] {
        let output =
            reachgate(&["static", "--snapshot", &path, "--fail-on", word], &[("DEV_SERVER_IP", ADDRESS)]);
        assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
        assert!(stderr(&output).contains("are for diff"), "{}", stderr(&output));
    }
}

#[test]
fn a_diff_is_text_or_json() {
    let path = folder("platform").to_string_lossy().into_owned();
    let output = reachgate(&["diff", "--before", &path, "--after", &path, "--format", "junit"], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(stderr(&output).contains("not written as junit"), "{}", stderr(&output));
}

/// What the text says, to the letter, in `golden/`; `REACHGATE_UPDATE_GOLDEN=1 cargo test --test static diff` writes it
/// anew.
#[test]
fn the_text_is_as_it_was() {
    let root = env!("CARGO_MANIFEST_DIR");
    let [platform, before, after] =
        ["platform", "before", "after"].map(|it| folder(it).to_string_lossy().into_owned());
    let plan = folder("../plan/hand/unknown.json").to_string_lossy().into_owned();
    let mut wrong = Vec::new();
    for (name, arguments, exit) in [
        ("opens", vec!["--before", &before, "--after", &platform, "--after", &after], 0),
        ("closes", vec!["--before", &after, "--after", &platform, "--after", &before], 1),
        ("unchanged", vec!["--before", &after, "--after", &platform, "--after", &after], 0),
        ("planned", vec!["--before", &before, "--plan", &plan], 3),
    ] {
        let mut all = vec!["diff", "--before", &platform];
        all.extend(arguments);
        let output = reachgate(&all, &[("DEV_SERVER_IP", ADDRESS)]);
        assert_eq!(output.status.code(), Some(exit), "{name}: {}", stderr(&output));
        let text =
            stdout(&output).replace(&format!("{root}/"), "").replace(env!("CARGO_PKG_VERSION"), "VERSION");
        let path = folder("golden").join(format!("diff.{name}.txt"));
        if std::env::var_os("REACHGATE_UPDATE_GOLDEN").is_some() {
            fs::write(&path, &text).expect("a golden file");
        }
        if fs::read_to_string(&path).unwrap_or_default() != text {
            wrong.push(format!("{name} is now\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
