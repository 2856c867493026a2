//! GitLab's collapsible sections: an area a section, folded when nothing in it needs attention.
//!
//! The escape sequences are GitLab's ("Custom collapsible sections" in its CI/CD job log docs):
//! `ESC[0Ksection_start:UNIX_TIME:NAME[collapsed=true]\r ESC[0K` before the heading, and
//! `ESC[0Ksection_end:UNIX_TIME:NAME\r ESC[0K` behind the last line, without the blanks.

use std::io;
use std::time::Duration;

use crate::code::Area;
use crate::finding::{Finding, Report, Verdict};

use super::layout::Page;
use super::summary::{self, worst};

/// Opens an area's section, with its counts in the heading, as they are all that a folded one shows.
pub(super) fn start(
    report: &Report,
    area: Area,
    findings: &[&Finding],
    page: &mut Page<'_>,
) -> io::Result<()> {
    let verdict = worst(findings);
    let open = matches!(verdict, Verdict::Fail | Verdict::Unknown | Verdict::Warn);
    let collapsed = if open { "" } else { "[collapsed=true]" };
    let time = report.taken_at.as_second();
    let (paint, bold) = (page.style.of(verdict), page.style.bold());
    let glyph = page.glyph(verdict);
    let counts = summary::counts(findings, page.style);
    page.raw(&format!(
        "\x1b[0Ksection_start:{time}:{name}{collapsed}\r\x1b[0K{paint}{glyph}{paint:#} {bold}{area}{bold:#}: {counts}",
        name = name(report, area),
    ))
}

/// Closes it. Checks run at once, so an area takes as long as its slowest.
pub(super) fn end(report: &Report, area: Area, findings: &[&Finding], page: &mut Page<'_>) -> io::Result<()> {
    let slowest = findings.iter().map(|finding| finding.elapsed).max().unwrap_or(Duration::ZERO);
    let taken = i64::try_from(slowest.as_secs()).unwrap_or(i64::MAX);
    let time = report.taken_at.as_second().saturating_add(taken);
    page.raw(&format!("\x1b[0Ksection_end:{time}:{}\r\x1b[0K", name(report, area)))
}

/// Unique in a job's log, where reachgate may run more than once.
fn name(report: &Report, area: Area) -> String {
    let (mode, area) = (report.mode.word(), area.word().replace('-', "_"));
    format!("reachgate_{mode}_{area}_{}", report.taken_at.as_millisecond().unsigned_abs())
}
