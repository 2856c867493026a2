//! The end of the report: what needs attention, how many of each verdict, and what the exit code means.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use crate::code::Area;
use crate::exit::Exit;
use crate::finding::{FailOn, Finding, Report, Verdict};
use crate::report::attention;
use crate::report::style::Style;

use super::layout::Page;

pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let mut attention: Vec<_> = attention(report).collect();
    // A diagnosis says what the halves' findings of the same flow mean together.
    let diagnosed: HashSet<_> =
        attention.iter().filter(|finding| finding.area() == Area::Gate).filter_map(|it| flow(it)).collect();
    attention.retain(|it| it.area() == Area::Gate || flow(it).is_none_or(|flow| !diagnosed.contains(&flow)));
    attention.sort_by_key(|finding| (finding.area() != Area::Gate, std::cmp::Reverse(finding.verdict)));
    if !attention.is_empty() {
        page.underlined("needs attention")?;
        for finding in attention {
            super::sentence(finding, page)?;
            page.detail("next", &finding.hint)?;
        }
        page.blank()?;
    }
    let findings: Vec<_> = report.findings.iter().collect();
    let checks = match findings.len() {
        0 => "no checks".to_owned(),
        1 => "1 check".to_owned(),
        count => format!("{count} checks"),
    };
    let separator = if findings.is_empty() { "" } else { ": " };
    let counts = counts(&findings, page.style);
    page.paragraph("", "  ", &format!("{checks} in {}{separator}{counts}", duration(report.elapsed)))?;
    status(report, page)
}

/// The flow that a finding is about: the destination's name and the service's.
fn flow(finding: &Finding) -> Option<(&str, &str)> {
    let name = |name| finding.evidence.get(name).and_then(serde_json::Value::as_str);
    Some((name("destination")?, name("service")?))
}

/// One line: the exit code and what it means.
fn status(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let exit = Exit::of(report);
    let (verdict, meaning) = match exit {
        Exit::Met if report.count(Verdict::Warn) > 0 => {
            (Verdict::Warn, "every expectation is met, with warnings")
        }
        Exit::Met => (Verdict::Pass, "every expectation is met"),
        Exit::Broken if report.count(Verdict::Fail) > 0 => {
            (Verdict::Fail, "at least one expectation is broken")
        }
        Exit::Broken if report.fail_on == FailOn::Warn => {
            (Verdict::Fail, "nothing is broken, but --fail-on warn counts warnings")
        }
        Exit::Broken => (Verdict::Fail, "the run failed"),
        Exit::Unknown if report.count(Verdict::Unknown) > 0 => {
            (Verdict::Unknown, "nothing is broken, but not everything could be decided")
        }
        Exit::Unknown => (Verdict::Unknown, "nothing was decided, which is no pass"),
        Exit::Usage => (Verdict::Unknown, "nothing was judged"),
    };
    let (paint, bold) = (page.style.of(verdict), page.style.bold());
    let glyph = page.glyph(verdict);
    let hang = page.hang();
    let code = exit.code();
    page.paragraph(
        "",
        &hang,
        &format!("{paint}{glyph}{paint:#} {bold}{meaning}{bold:#} {paint}(exit {code}){paint:#}"),
    )
}

/// `2 failed, 1 unknown, 5 passed`, the worst first, without zeros.
pub(super) fn counts(findings: &[&Finding], style: &Style) -> String {
    let order = [Verdict::Fail, Verdict::Unknown, Verdict::Warn, Verdict::Pass, Verdict::Skip];
    let counted = order.iter().filter_map(|verdict| {
        let count = findings.iter().filter(|finding| finding.verdict == *verdict).count();
        let paint = style.of(*verdict);
        (count > 0).then(|| format!("{paint}{count} {}{paint:#}", word(*verdict, count)))
    });
    counted.collect::<Vec<_>>().join(", ")
}

fn word(verdict: Verdict, count: usize) -> &'static str {
    match verdict {
        Verdict::Pass => "passed",
        Verdict::Fail => "failed",
        Verdict::Unknown => "unknown",
        Verdict::Skip => "skipped",
        Verdict::Warn if count == 1 => "warning",
        Verdict::Warn => "warnings",
    }
}

/// The worst verdict of some findings; a skip when all are skipped.
pub(super) fn worst(findings: &[&Finding]) -> Verdict {
    let verdicts = findings.iter().map(|finding| finding.verdict);
    verdicts.filter(|verdict| *verdict != Verdict::Skip).max().unwrap_or(Verdict::Skip)
}

fn duration(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{} ms", elapsed.as_millis())
    } else {
        format!("{:.2} s", elapsed.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::duration;
    use std::time::Duration;

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_micros(812_900)), "812 ms");
        assert_eq!(duration(Duration::from_millis(3_021)), "3.02 s");
        assert_eq!(duration(Duration::from_millis(125_500)), "125.50 s");
    }
}
