//! The end of the report: what needs attention, how many of each verdict, and what the exit code means.

use std::io;

use crate::exit::Exit;
use crate::finding::{Finding, Report, Verdict};
use crate::report::style::Style;
use crate::report::summary::{attention, checks, counted, duration, status};

use super::layout::Page;

pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let attention = attention(report);
    if !attention.is_empty() {
        page.underlined("needs attention")?;
        for finding in attention {
            super::sentence(finding, page)?;
            page.detail("next", &finding.hint)?;
        }
        page.blank()?;
    }
    let findings: Vec<_> = report.findings.iter().collect();
    let checks = checks(findings.len());
    let separator = if findings.is_empty() { "" } else { ": " };
    let counts = counts(&findings, page.style);
    page.paragraph("", "  ", &format!("{checks} in {}{separator}{counts}", duration(report.elapsed)))?;
    write_status(report, page)
}

/// One line: the exit code and what it means.
fn write_status(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let (verdict, meaning) = status(report);
    let (paint, bold) = (page.style.of(verdict), page.style.bold());
    let glyph = page.glyph(verdict);
    let hang = page.hang();
    let code = Exit::of(report).code();
    page.paragraph(
        "",
        &hang,
        &format!("{paint}{glyph}{paint:#} {bold}{meaning}{bold:#} {paint}(exit {code}){paint:#}"),
    )
}

/// `2 failed, 1 unknown, 5 passed`, the worst first, without zeros.
pub(super) fn counts(findings: &[&Finding], style: &Style) -> String {
    let counted = counted(findings.iter().copied()).map(|(verdict, count, word)| {
        let paint = style.of(verdict);
        format!("{paint}{count} {word}{paint:#}")
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// The worst verdict of some findings; a skip when all are skipped.
pub(super) fn worst(findings: &[&Finding]) -> Verdict {
    let verdicts = findings.iter().map(|finding| finding.verdict);
    verdicts.filter(|verdict| *verdict != Verdict::Skip).max().unwrap_or(Verdict::Skip)
}
