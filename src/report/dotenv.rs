//! GitLab's dotenv report (`artifacts:reports:dotenv`; GitLab's docs, "artifacts:reports:dotenv"): the run in a few
//! variables, for the jobs after it.
//!
//! GitLab takes 20 variables and 5 KB at most, no empty line, comment, quote or line break, and puts other variables in
//! a value's `$NAME`. So every value is made of a few harmless characters; and none of the variables is one that
//! reachgate reads, or a later run would be judged by another policy than it asked for.

use std::io::{self, Write};

use crate::exit::Exit;
use crate::finding::{Report, Verdict};

use super::style::Style;
use super::{VERSION, attention};

/// Bytes of a policy's name; of all others but the codes the length is known.
const LONGEST: usize = 128;
/// Bytes of the codes: with all the rest they stay below GitLab's limit.
const CODES_LONGEST: usize = 4_096;

/// Writes the report as dotenv.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let count = |verdict| report.count(verdict).to_string();
    let variables = [
        ("VERSION", VERSION.to_owned()),
        ("MODE", report.mode.word().to_owned()),
        ("VERDICT", report.verdict().word().to_owned()),
        ("EXIT_CODE", Exit::of(report).code().to_string()),
        ("PASSED", count(Verdict::Pass)),
        ("WARNED", count(Verdict::Warn)),
        ("FAILED", count(Verdict::Fail)),
        ("UNKNOWN", count(Verdict::Unknown)),
        ("SKIPPED", count(Verdict::Skip)),
        ("CODES", codes(report)),
        ("POLICY_NAME", harmless(&report.policy.name)),
        ("POLICY_SHA256", harmless(&report.policy.digest)),
        ("TAKEN_AT", report.taken_at.to_string()),
    ];
    for (name, value) in variables {
        writeln!(out, "REACHGATE_{name}={value}")?;
    }
    Ok(())
}

/// The codes that need attention, the worst first, each once, as many as there is room for.
fn codes(report: &Report) -> String {
    let mut codes: Vec<&str> = Vec::new();
    let mut room = CODES_LONGEST;
    for finding in attention(report) {
        let code = finding.code.id();
        if !codes.contains(&code) {
            let Some(left) = room.checked_sub(code.len() + 1) else { break };
            room = left;
            codes.push(code);
        }
    }
    codes.join(",")
}

/// What is neither a letter, a digit nor one of `.-_` becomes `_`.
fn harmless(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    text.chars().take(LONGEST).map(|c| if fits(c) { c } else { '_' }).collect()
}
