//! Scenarios as data: a snapshot, questions, and what has to be answered. One rule of AWS's a file.
//!
//! A scenario takes a network of `tests/network/networks/`, changes it (RFC 7396 merge patches, so `null`
//! takes a thing away), leaves kinds of document out, and asks. `blockers` is the whole list, each as
//! `code component`; without it there has to be none.
//!
//! A difference changes it twice, and says all that the second opens, closes and leaves undecided.

#![expect(clippy::expect_used, clippy::panic, reason = "what goes wrong in a test fails it")]

#[path = "network/base.rs"]
mod base;
#[path = "network/difference.rs"]
mod difference;
#[path = "network/path.rs"]
mod path;

use std::fs;
use std::path::PathBuf;

use libtest_mimic::{Arguments, Trial};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What AWS does, in a sentence.
    rule: String,
    #[serde(default)]
    scenarios: Vec<path::Scenario>,
    #[serde(default)]
    differences: Vec<difference::Scenario>,
}

fn main() {
    let arguments = Arguments::from_args();
    let mut files: Vec<PathBuf> = ["scenarios", "differences"]
        .iter()
        .flat_map(|name| fs::read_dir(base::folder(name)).expect("the folder of scenarios"))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut trials = Vec::new();
    for path in files {
        let file: File = base::read(&path);
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(!file.rule.is_empty(), "{stem} says nothing");
        assert!(file.scenarios.len() + file.differences.len() > 0, "{stem} asks nothing");
        for scenario in file.scenarios {
            let name = format!("{stem}: {}", scenario.title);
            trials.push(Trial::test(name, move || path::run(&scenario)));
        }
        for scenario in file.differences {
            let name = format!("difference, {stem}: {}", scenario.title);
            trials.push(Trial::test(name, move || difference::run(&scenario)));
        }
    }
    assert!(!trials.is_empty(), "no scenario");
    libtest_mimic::run(&arguments, trials).exit();
}
