//! What the probe tells apart, made from the scenario files: a row each in `docs/scenarios.md`, and by code in
//! the README.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::scenario::{self, Scenario};

const HEAD: &str = "\
# What it tells apart

Each row is a trial of `tests/lab.rs`: the platform is built in network namespaces with a real sshd, nginx and
BIND, broken in one way, and probed. This page is made from `tests/lab/scenarios` by
`cargo test --test lab -- --write-table`.
";

/// The page's sections: what the names of their scenario files begin with, and their headings.
const SECTIONS: [(&str, &str); 7] = [
    ("all-", "Nothing is wrong"),
    ("runner-", "The runner"),
    ("address-", "The address"),
    ("dns-", "Names"),
    ("port-", "Ports"),
    ("certificate-", "Certificates"),
    ("run-", "The run"),
];

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
    let mut rows: [Vec<String>; SECTIONS.len()] = Default::default();
    for path in scenario::paths()? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let section = SECTIONS.iter().position(|(prefix, _)| name.starts_with(prefix));
        let rows = section.and_then(|section| rows.get_mut(section));
        rows.ok_or(format!("{name}: no section for it"))?.push(row(&scenario::load(&path)?));
    }
    let mut text = HEAD.to_owned();
    for ((_, heading), rows) in SECTIONS.iter().zip(rows) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n## {heading}\n\n| What | What the probe says | Exit |\n|---|---|---|");
        text.extend(rows);
    }
    Ok(text)
}

fn row(scenario: &Scenario) -> String {
    let expect = &scenario.expect;
    let of = |verdicts: &[&str]| -> BTreeSet<String> {
        let said = expect.findings.iter().filter(|finding| verdicts.contains(&finding.verdict.as_str()));
        said.map(|finding| format!("`{}`", finding.code)).collect()
    };
    let codes = [of(&["fail", "unknown", "warn"]), of(&["skip"]), of(&["pass"])]
        .into_iter()
        .find(|codes| !codes.is_empty())
        .unwrap_or_default();
    let said = match (expect.verdict.as_deref(), codes.len()) {
        (None, _) => "what is wrong, at its line".to_owned(),
        (Some("pass"), 5..) => "every check passes".to_owned(),
        _ => codes.into_iter().collect::<Vec<_>>().join(", "),
    };
    format!("| **{}.** {} | {said} | {} |\n", scenario.title, scenario.what.trim(), expect.exit)
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
