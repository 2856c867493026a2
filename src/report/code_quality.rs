//! GitLab's Code Quality report (`artifacts:reports:codequality`; GitLab's docs, "Code Quality report format"): what
//! needs attention, an object each.
//!
//! - GitLab tells problems apart, and new ones from old, by the fingerprint alone.
//! - The path is relative to the repository. What no file says is shown at the policy, which wants it.
//! - `fail` is `critical`, `unknown` is `major`, `warn` is `minor`.
//! - A run that decided nothing has an object of its own, or the merge request would look clean.

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::{Finding, Report, Verdict};

use super::fingerprint::Fingerprints;
use super::json::write_json;
use super::style::Style;
use super::{NOTHING_DECIDED, attention, explain, is_nothing_decided, place_of, printable};

/// Writes the report as Code Quality JSON.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let mut problems: Vec<_> = attention(report)
        .map(|finding| {
            let (path, line) = place_of(Some(finding), report, &style.site);
            Problem {
                description: description(finding),
                check_name: finding.code.id(),
                fingerprint: fingerprints.of(finding.code.id(), &finding.subject, &path),
                severity: severity(finding.verdict),
                location: Place { path, lines: Lines { begin: line } },
            }
        })
        .collect();
    if is_nothing_decided(report) {
        let (code, message) = NOTHING_DECIDED;
        let (path, line) = place_of(None, report, &style.site);
        problems.push(Problem {
            description: message.to_owned(),
            check_name: code,
            fingerprint: fingerprints.of(code, "", &path),
            severity: severity(Verdict::Unknown),
            location: Place { path, lines: Lines { begin: line } },
        });
    }
    write_json(&problems, out)
}

#[derive(Serialize)]
struct Problem {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// One line: GitLab shows no other. Those of a list, or a command, follow each other.
fn description(finding: &Finding) -> String {
    let parts =
        [&finding.reason, &finding.hint].map(|text| printable::line(&text.replace('\n', " ")).into_owned());
    let told = parts.iter().filter(|text| !text.is_empty());
    let sentence = format!("{}: {}.", printable::line(&finding.subject), printable::line(&finding.observed));
    told.fold(sentence, |all, text| all + " " + text) + " (" + &explain(finding.code) + ")"
}

fn severity(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "critical",
        Verdict::Unknown => "major",
        Verdict::Warn => "minor",
        Verdict::Pass | Verdict::Skip => "info",
    }
}
