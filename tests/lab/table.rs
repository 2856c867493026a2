//! `docs/scenarios.md`: what the probe tells apart, made from the scenario files.

use std::collections::BTreeSet;
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

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenarios.md")
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

/// Writes the table.
pub fn write() -> Result<(), String> {
    std::fs::write(path(), render()?).map_err(|e| format!("{}: {e}", path().display()))
}

/// Says whether the table is in step with the scenarios.
pub fn check() -> Result<(), String> {
    let written = std::fs::read_to_string(path()).map_err(|e| format!("{}: {e}", path().display()))?;
    if written == render()? {
        return Ok(());
    }
    Err("docs/scenarios.md is out of step; `cargo test --test lab -- --write-table` writes it anew"
        .to_owned())
}
