//! A repository's files, and exactly what is found in them.
//!
//! A case is a folder `tests/lint/AREA/CASE/` of files as a repository holds them, and `findings.txt`: a finding a
//! line, in the order of the report. A file that `--fix` would change has what it becomes beside it, as `FILE.fixed`.
//! The policy is the embedded one, or the case's `policy.txt`; `DEV_SERVER_IP` is 10.1.20.15, the date is 2026-11-24.
//! `UPDATE_LINT=1 cargo test --test lint` writes both; read the difference before you keep it.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "lint/binary.rs"]
mod binary;
#[path = "lint/changed.rs"]
mod changed;
#[path = "lint/hostile.rs"]
mod hostile;
#[path = "lint/resolve.rs"]
mod resolve;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use reachgate::aws::files::load_snapshot;
use reachgate::document::Files;
use reachgate::finding::{Finding, Verdict};
use reachgate::judge::lint::fix::fixed_text;
use reachgate::judge::lint::{Lint, judge_lint};
use reachgate::policy::Policy;
use reachgate::policy::file::load_policy;
use reachgate::repository::load_repository;
use reachgate::snapshot::Snapshot;

fn main() {
    let mut trials = vec![
        Trial::test("own pipeline is clean", own_pipeline_is_clean),
        Trial::test("README's pipelines are clean", readme_is_clean),
        Trial::test("every_recorded_document is read as expected", every_recorded_document),
    ];
    trials.extend(binary::trials());
    trials.extend(hostile::trials());
    trials.extend(resolve::trials());
    trials.extend(changed::trials());
    for area in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint")) {
        for case in folders(&area) {
            let name = format!("{}/{}", name(&area), name(&case));
            trials.push(Trial::test(name, move || judge_case(&case)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn judge_case(case: &Path) -> Result<(), Failed> {
    let files = load_repository(&[case.to_owned()], Some(case)).expect("a folder that can be read");
    let given = Given::of(case);
    let findings = given.judge(&files);
    let prefix = format!("{}/", case.strip_prefix(env!("CARGO_MANIFEST_DIR"))?.display());
    let found = told(&findings, &prefix);
    hold(&case.join("findings.txt"), Some(&found))?;
    let copy = tempfile::tempdir()?;
    for (_, file) in files.iter() {
        let fixed = fixed_text(file, &findings).map(|(text, _)| text);
        hold(Path::new(&format!("{}.fixed", file.path)), fixed.as_deref())?;
        let path = copy.path().join(file.local.as_deref().expect("a file of the case"));
        fs::create_dir_all(path.parent().expect("a folder"))?;
        fs::write(path, fixed.unwrap_or_else(|| file.text.to_string()))?;
    }
    let after =
        load_repository(&[copy.path().to_owned()], Some(copy.path())).expect("a folder that can be read");
    let again = |one: &Finding| one.verdict != Verdict::Skip && one.evidence.contains_key("fix");
    let left = given.judge(&after).iter().filter(|one| again(one)).count();
    if left == 0 { Ok(()) } else { Err(format!("{left} findings could be fixed again").into()) }
}

/// Documents of real projects, read where `REACHGATE_DOCUMENTS` says: each of its folders, against
/// `tests/documents/FOLDER.txt`, where the lines that begin with `#` say why each finding is right.
fn every_recorded_document() -> Result<(), Failed> {
    let root = std::env::var_os("REACHGATE_DOCUMENTS").map(PathBuf::from).expect(
        "REACHGATE_DOCUMENTS is not set: name the folder that holds the folders `karpenter` and `gitlab`, e.g. \
         REACHGATE_DOCUMENTS=../data cargo test --test lint",
    );
    for folder in ["karpenter", "gitlab"] {
        let root = root.join(folder);
        let mut paths = vec![root.clone()];
        // What no folder's walk finds.
        paths.extend(Some(root.join("config.toml.example")).filter(|path| path.exists()));
        let files = load_repository(&paths, Some(&root)).expect("a folder that can be read");
        let found = told(&judge(&files), &format!("{}/", root.display()));
        let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents").join(folder);
        let path = expected.with_extension("txt");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let remarks: String = text
            .lines()
            .filter(|line| line.starts_with('#'))
            .fold(String::new(), |all, line| all + line + "\n");
        hold(&path, Some(&(remarks + &found)))?;
    }
    Ok(())
}

/// A finding a line.
fn told(findings: &[Finding], prefix: &str) -> String {
    let mut told = String::new();
    for finding in findings {
        let place = finding.location.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let (verdict, code) = (finding.verdict.word(), finding.code);
        let _ = writeln!(told, "{verdict} {code} {place} {}: {}", finding.subject, finding.observed);
    }
    told.replace(prefix, "")
}

/// Holds what is there against what is expected to be; `None` is no file.
fn hold(path: &Path, found: Option<&str>) -> Result<(), Failed> {
    if std::env::var_os("UPDATE_LINT").is_some() {
        match found {
            Some(found) => fs::write(path, found)?,
            None => drop(fs::remove_file(path)),
        }
    }
    let expected = fs::read_to_string(path).ok();
    if found == expected.as_deref() {
        Ok(())
    } else {
        let show = |text: Option<&str>| text.map_or_else(|| "(no file)".to_owned(), ToOwned::to_owned);
        Err(format!("{}: expected\n{}\nfound\n{}", path.display(), show(expected.as_deref()), show(found))
            .into())
    }
}

fn own_pipeline_is_clean() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    clean(&load_repository(&[root.join(".gitlab-ci.yml")], Some(root)).expect("the project's own pipeline"))
}

fn readme_is_clean() -> Result<(), Failed> {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))?;
    let blocks: Vec<&str> = text
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .filter(|block| block.contains("script:"))
        .collect();
    assert!(!blocks.is_empty(), "the README shows no pipeline");
    for block in blocks {
        let mut files = Files::default();
        files.add(".gitlab-ci.yml".to_owned(), Some(".gitlab-ci.yml".to_owned()), Ok(block.to_owned()), true);
        clean(&files)?;
    }
    Ok(())
}

/// Nothing is wrong; what a component of another project holds cannot be known, and that is said.
fn clean(files: &Files) -> Result<(), Failed> {
    let findings = judge(files);
    let is_elsewhere = |finding: &Finding| {
        finding.code.id() == "pipeline-include-unresolved" && finding.verdict == Verdict::Unknown
    };
    let wrong: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Pass && !is_elsewhere(finding))
        .collect();
    if wrong.is_empty() && !findings.is_empty() { Ok(()) } else { Err(format!("{wrong:#?}").into()) }
}

fn judge(files: &Files) -> Vec<Finding> {
    Given { policy: policy(), snapshot: None }.judge(files)
}

/// What a case is judged by.
struct Given {
    policy: Policy,
    snapshot: Option<Snapshot>,
}

impl Given {
    /// `policy.txt` beside the files is a policy of their own, `snapshot.txt` names a folder of AWS CLI output.
    fn of(case: &Path) -> Self {
        let own = case.join("policy.txt");
        let snapshot = fs::read_to_string(case.join("snapshot.txt")).ok().map(|name| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(name.trim());
            load_snapshot(&[folder]).expect("a snapshot")
        });
        Self { policy: read_policy(own.exists().then_some(own.as_path())), snapshot }
    }

    fn judge(&self, files: &Files) -> Vec<Finding> {
        let today = jiff::civil::date(2026, 11, 24);
        judge_lint(&Lint { policy: &self.policy, files, snapshot: self.snapshot.as_ref(), today })
    }
}

fn policy() -> Policy {
    read_policy(None)
}

fn read_policy(path: Option<&Path>) -> Policy {
    let environment = |name: &str| (name == "DEV_SERVER_IP").then(|| "10.1.20.15".to_owned());
    load_policy(path, &environment).expect("a policy")
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
