//! JUnit XML as GitLab's test report reads it: a suite an area, a test case a finding.
//!
//! - GitLab shows the *content* of `failure` and `error`, not their `message`, so all is told there.
//! - GitLab drops a test case whose name came before, so names are unique in the whole file.
//! - A warning passes, with its text in `system-out`: JUnit has no third outcome, and a red test in a
//!   job that exits 0 would contradict the exit code. With `--fail-on warn` the job fails, and so does
//!   the test.
//! - A run that decided nothing has an error of its own, or it would look green.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use crate::code::Area;
use crate::finding::{FailOn, Finding, Report, Verdict};

use super::style::Style;
use super::{NOTHING_DECIDED, explain, is_nothing_decided, printable};

/// Writes the report as JUnit XML.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    // quick-junit hides the kind of an I/O error, which tells a closed pipe from a full disk; so it
    // writes to memory.
    let text = suites(report).to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn suites(report: &Report) -> Junit {
    let title = format!("reachgate {}: {}", report.mode.word(), report.policy.name);
    let mut junit = Junit::new(printable::line(&title));
    junit.set_time(report.elapsed);
    let mut names = HashSet::new();
    for area in Area::ALL {
        let findings = report.findings.iter().filter(|finding| finding.area() == area);
        let mut cases: Vec<_> =
            findings.clone().map(|finding| case(finding, report.fail_on, &mut names)).collect();
        if area == Area::Run && is_nothing_decided(report) {
            cases.push(nothing_decided(&mut names));
        }
        if cases.is_empty() {
            continue;
        }
        // Checks run at once, so a suite takes as long as its slowest.
        let slowest = findings.map(|finding| finding.elapsed).max().unwrap_or(Duration::ZERO);
        let mut suite = TestSuite::new(format!("reachgate {area}"));
        suite.set_time(slowest).add_test_cases(cases);
        suite.extra.insert("timestamp".into(), report.taken_at.to_string().into());
        junit.add_test_suite(suite);
    }
    junit
}

fn case(finding: &Finding, fail_on: FailOn, names: &mut HashSet<String>) -> TestCase {
    let name = format!("{}: {}", printable::line(&finding.subject), finding.code);
    let status = match finding.verdict {
        Verdict::Warn if fail_on == FailOn::Warn => broken(finding, NonSuccessKind::Failure),
        Verdict::Pass | Verdict::Warn => TestCaseStatus::success(),
        Verdict::Fail => broken(finding, NonSuccessKind::Failure),
        Verdict::Unknown => broken(finding, NonSuccessKind::Error),
        Verdict::Skip => skipped(finding),
    };
    let mut case = TestCase::new(unique(name, names), status);
    case.set_classname(format!("reachgate.{}", finding.area())).set_time(finding.elapsed);
    if finding.verdict == Verdict::Warn {
        case.set_system_out(format!("warning: {}\n{}", sentence(finding), story(finding)));
    }
    case
}

fn broken(finding: &Finding, kind: NonSuccessKind) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(sentence(finding)).set_type(finding.code.id()).set_description(story(finding));
    status
}

fn skipped(finding: &Finding) -> TestCaseStatus {
    let reason = if finding.reason.is_empty() { &finding.observed } else { &finding.reason };
    let mut status = TestCaseStatus::skipped();
    status.set_message(printable::line(reason)).set_type(finding.code.id());
    status.set_description(printable::lines(reason));
    status
}

fn nothing_decided(names: &mut HashSet<String>) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    let (code, message) = NOTHING_DECIDED;
    status.set_message(message).set_type(code).set_description(message);
    let mut case = TestCase::new(unique("run: nothing decided".to_owned(), names), status);
    case.set_classname(format!("reachgate.{}", Area::Run));
    case
}

fn sentence(finding: &Finding) -> String {
    format!("{}: {}", printable::line(&finding.subject), printable::line(&finding.observed))
}

/// All that is known, a labelled line each.
fn story(finding: &Finding) -> String {
    let explain = explain(finding.code);
    let parts = [
        ("expected", printable::line(&finding.expected)),
        ("observed", printable::line(&finding.observed)),
        ("reason", printable::lines(&finding.reason)),
        ("hint", printable::lines(&finding.hint)),
        ("explain", explain.as_str().into()),
    ];
    let told = parts.iter().filter(|(_, text)| !text.is_empty());
    told.map(|(label, text)| format!("{label}: {text}")).collect::<Vec<_>>().join("\n")
}

/// The name, or the first of `name (2)`, `name (3)`… that is free.
fn unique(name: String, names: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number: u32| format!("{name} ({number})"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|candidate| !names.contains(candidate));
    let free = free.unwrap_or(name);
    names.insert(free.clone());
    free
}
