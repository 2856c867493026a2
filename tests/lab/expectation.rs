//! Holds what a run did against what its scenario expects.

use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

use crate::pod::{JOB, Outcome};
use crate::scenario::{Expect, ExpectedFinding};

/// Of the JSON report, what a scenario can ask for.
#[derive(Debug, Deserialize)]
struct Report {
    schema: String,
    verdict: String,
    exit_code: i32,
    findings: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
struct Finding {
    code: String,
    verdict: String,
    subject: String,
    observed: String,
}

impl ExpectedFinding {
    fn is(&self, finding: &Finding) -> bool {
        self.code == finding.code
            && self.verdict == finding.verdict
            && self.subject.as_ref().is_none_or(|subject| *subject == finding.subject)
    }
}

/// All differences at once, with the whole report for whoever reads them.
pub fn compare(expect: &Expect, outcome: &Outcome) -> Result<(), String> {
    let mut faults = Vec::new();
    if outcome.exit != Some(expect.exit) {
        faults.push(format!("exit {:?}, expected {}", outcome.exit, expect.exit));
    }
    if let Some(limit) = expect.within_ms
        && outcome.elapsed.as_millis() > u128::from(limit)
    {
        faults.push(format!("took {} ms, at most {limit} expected", outcome.elapsed.as_millis()));
    }
    if let Some(piece) = &expect.stderr
        && !outcome.diagnostics.contains(piece)
    {
        faults.push(format!("stderr lacks {piece:?}"));
    }
    for (name, piece) in &expect.files {
        match fs::read_to_string(format!("{JOB}/{name}")) {
            Ok(text) if text.contains(piece) => {}
            Ok(text) => faults.push(format!("{name} lacks {piece:?}:\n{text}")),
            Err(e) => faults.push(format!("{name}: {e}")),
        }
    }
    // A run that judged nothing has no report.
    if let Some(verdict) = &expect.verdict {
        match serde_json::from_str::<Report>(&outcome.report) {
            Ok(report) => compare_report(expect, verdict, &report, &mut faults),
            Err(e) => faults.push(format!("the report is not what was agreed: {e}")),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(tell(&faults, outcome)) }
}

fn compare_report(expect: &Expect, verdict: &str, report: &Report, faults: &mut Vec<String>) {
    if report.schema != "reachgate.report/v1" {
        faults.push(format!("schema {}", report.schema));
    }
    if report.verdict != verdict {
        faults.push(format!("verdict {}, expected {verdict}", report.verdict));
    }
    if report.exit_code != expect.exit {
        faults.push(format!("the report says exit {}", report.exit_code));
    }
    for expected in &expect.findings {
        if !report.findings.iter().any(|finding| expected.is(finding)) {
            faults.push(format!(
                "missing: {} {} {}",
                expected.code,
                expected.verdict,
                expected.subject.as_deref().unwrap_or_default()
            ));
        }
    }
    for finding in &report.findings {
        let allowed = expect.findings.iter().any(|expected| expected.is(finding));
        let quiet = matches!(finding.verdict.as_str(), "pass" | "skip");
        if expect.not.contains(&finding.code) || !quiet && !allowed {
            faults.push(format!(
                "unexpected: {} {} {}: {}",
                finding.code, finding.verdict, finding.subject, finding.observed
            ));
        }
    }
}

fn tell(faults: &[String], outcome: &Outcome) -> String {
    let mut text = faults.join("\n");
    let report = serde_json::from_str::<Report>(&outcome.report);
    match report {
        Ok(report) => {
            for it in &report.findings {
                // Writing to a String cannot fail.
                let _ = write!(text, "\n    {:7} {:28} {}: {}", it.verdict, it.code, it.subject, it.observed);
            }
        }
        Err(_) => {
            let _ = write!(text, "\n--- stdout\n{}", outcome.report);
        }
    }
    let _ = write!(text, "\n--- stderr ({} ms)\n{}", outcome.elapsed.as_millis(), outcome.diagnostics);
    text
}
