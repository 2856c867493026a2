//! A repository's files, and exactly what is found in them.
//!
//! A case is a folder `tests/lint/AREA/CASE/` of files as a repository holds them, and `findings.txt`: a finding a
//! line, in the order of the report. The policy is the embedded one, `DEV_SERVER_IP` is 10.1.20.15, the date is
//! 2026-11-24. `UPDATE_LINT=1 cargo test --test lint` writes what is found; read the difference before you keep it.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use reachgate::finding::Finding;
use reachgate::judge::lint::{Lint, judge_lint};
use reachgate::policy::Policy;
use reachgate::policy::file::load_policy;
use reachgate::repository::load_repository;

fn main() {
    let mut trials = Vec::new();
    for area in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint")) {
        for case in folders(&area) {
            let name = format!("{}/{}", name(&area), name(&case));
            trials.push(Trial::test(name, move || judge_case(&case)));
        }
    }
    assert!(!trials.is_empty(), "there are no cases");
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn judge_case(case: &Path) -> Result<(), Failed> {
    let findings = lint(case);
    let prefix = format!("{}/", case.strip_prefix(env!("CARGO_MANIFEST_DIR"))?.display());
    let mut found = String::new();
    for finding in &findings {
        let place = finding.location.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let (verdict, code) = (finding.verdict.word(), finding.code);
        let _ = writeln!(found, "{verdict} {code} {place} {}: {}", finding.subject, finding.observed);
    }
    let found = found.replace(&prefix, "");
    let path = case.join("findings.txt");
    if std::env::var_os("UPDATE_LINT").is_some() {
        fs::write(&path, &found)?;
    }
    let expected = fs::read_to_string(&path)?;
    if found == expected { Ok(()) } else { Err(format!("expected\n{expected}\nfound\n{found}").into()) }
}

fn lint(case: &Path) -> Vec<Finding> {
    let files = load_repository(&[case.to_owned()], Some(case)).expect("a folder that can be read");
    let today = jiff::civil::date(2026, 11, 24);
    judge_lint(&Lint { policy: &policy(), files: &files, today })
}

fn policy() -> Policy {
    let environment = |name: &str| (name == "DEV_SERVER_IP").then(|| "10.1.20.15".to_owned());
    load_policy(None, &environment).expect("the embedded policy")
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
