//! What the probe tells apart, made from the scenario files: a row each in `docs/scenarios.md`, and by code in
//! the README.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::scenario;

const HEAD: &str = "\
# What it tells apart

Each row is a trial of `tests/lab.rs`: the platform is built in network namespaces with a real sshd, nginx and
BIND, broken in one way, and probed. This table is made from `tests/lab/scenarios` by
`cargo test --test lab -- --write-table`.

| What is wrong | What the probe says | Exit |
|---|---|---|
";

const README_FROM: &str = "<!-- scenarios: made by `cargo test --test lab -- --write-table` -->\n";
const README_TO: &str = "<!-- end of scenarios -->";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> Result<String, String> {
    std::fs::read_to_string(path(name)).map_err(|e| format!("{name}: {e}"))
}

/// The README with its table made anew: for each code that is no pass, the scenarios that give it.
fn render_readme() -> Result<String, String> {
    let readme = read("README.md")?;
    let (head, rest) = readme.split_once(README_FROM).ok_or("README.md has no scenarios mark")?;
    let (_, tail) = rest.split_once(README_TO).ok_or("README.md has no end of scenarios mark")?;
    let mut by_code: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    let mut passing = BTreeSet::new();
    for path in scenario::paths()? {
        let scenario = scenario::load(&path)?;
        let passes = scenario.expect.findings.iter().filter(|finding| finding.verdict == "pass");
        passing.extend(passes.map(|finding| finding.code.clone()));
        for finding in scenario
            .expect
            .findings
            .iter()
            .filter(|finding| !["pass", "skip"].contains(&finding.verdict.as_str()))
        {
            let row =
                by_code.entry(finding.code.clone()).or_insert_with(|| (finding.verdict.clone(), Vec::new()));
            if !row.1.contains(&scenario.title) {
                row.1.push(scenario.title.clone());
            }
        }
    }
    let mut table = "| Code | Verdict | Scenarios of the lab that give it |\n|---|---|---|\n".to_owned();
    for (code, (verdict, titles)) in by_code.into_iter().filter(|(code, _)| !passing.contains(code)) {
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| [`{code}`](docs/codes.md#{code}) | {verdict} | {} |", titles.join("; "));
    }
    Ok(format!("{head}{README_FROM}{table}{README_TO}{tail}"))
}

fn render() -> Result<String, String> {
    let mut text = HEAD.to_owned();
    for path in scenario::paths()? {
        let scenario = scenario::load(&path)?;
        // What tells the scenario: all that is not a pass, else all that is expected.
        let told: BTreeSet<&str> = scenario
            .expect
            .findings
            .iter()
            .filter(|finding| finding.verdict != "pass")
            .map(|finding| finding.code.as_str())
            .collect();
        let all = scenario.expect.findings.iter().map(|finding| finding.code.as_str()).collect();
        let codes = if told.is_empty() { all } else { told };
        let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| **{}.** {} | {} | {} |",
            scenario.title,
            scenario.what.trim(),
            if codes.is_empty() { "a usage error".to_owned() } else { codes.join(", ") },
            scenario.expect.exit
        );
    }
    Ok(text)
}

/// Writes both tables.
pub fn write() -> Result<(), String> {
    for (name, text) in [("docs/scenarios.md", render()?), ("README.md", render_readme()?)] {
        std::fs::write(path(name), text).map_err(|e| format!("{name}: {e}"))?;
    }
    Ok(())
}

/// Says whether the tables are in step with the scenarios.
pub fn check() -> Result<(), String> {
    for (name, text) in [("docs/scenarios.md", render()?), ("README.md", render_readme()?)] {
        if read(name)? != text {
            return Err(format!(
                "{name} is out of step; `cargo test --test lab -- --write-table` writes it anew"
            ));
        }
    }
    Ok(())
}
