//! What every format for people says of the whole: what needs attention, the counts, what the exit means.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::time::Duration;

use crate::code::Area;
use crate::exit::Exit;
use crate::finding::{FailOn, Finding, Report, Verdict};

/// What needs attention: what a gate diagnosed first, then the worst first.
pub(super) fn attention(report: &Report) -> Vec<&Finding> {
    let needs = |finding: &&Finding| !matches!(finding.verdict, Verdict::Pass | Verdict::Skip);
    let mut attention: Vec<_> = report.findings.iter().filter(needs).collect();
    // A diagnosis says what the halves' findings of the same flow mean together.
    let diagnosed: HashSet<_> =
        attention.iter().filter(|finding| finding.area() == Area::Gate).filter_map(|it| flow(it)).collect();
    attention.retain(|it| it.area() == Area::Gate || flow(it).is_none_or(|flow| !diagnosed.contains(&flow)));
    attention.sort_by_key(|finding| (finding.area() != Area::Gate, Reverse(finding.verdict)));
    attention
}

/// The flow that a finding is about: the destination's name and the service's.
fn flow(finding: &Finding) -> Option<(&str, &str)> {
    let name = |name| finding.evidence.get(name).and_then(serde_json::Value::as_str);
    Some((name("destination")?, name("service")?))
}

/// What the exit code means, and how that looks.
pub(super) fn status(report: &Report) -> (Verdict, &'static str) {
    match Exit::of(report) {
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
    }
}

/// How many findings have each verdict, and its word: the worst first, without zeros.
pub(super) fn counted<'f>(
    findings: impl Iterator<Item = &'f Finding> + Clone,
) -> impl Iterator<Item = (Verdict, usize, &'static str)> {
    let order = [Verdict::Fail, Verdict::Unknown, Verdict::Warn, Verdict::Pass, Verdict::Skip];
    order.into_iter().filter_map(move |verdict| {
        let count = findings.clone().filter(|finding| finding.verdict == verdict).count();
        (count > 0).then(|| (verdict, count, word(verdict, count)))
    })
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

/// `no checks`, `1 check`, `13 checks`.
pub(super) fn checks(count: usize) -> String {
    match count {
        0 => "no checks".to_owned(),
        1 => "1 check".to_owned(),
        count => format!("{count} checks"),
    }
}

/// `812 ms`, `3.02 s`.
pub(super) fn duration(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{} ms", elapsed.as_millis())
    } else {
        format!("{:.2} s", elapsed.as_secs_f64())
    }
}

/// The steps and commands of a finding's remedy, apart where the evidence has them apart.
pub(super) struct Advice<'f> {
    /// What to do, in sentences.
    pub sentence: &'f str,
    /// The command of the AWS CLI.
    pub cli: Option<&'f str>,
    /// The Terraform resource.
    pub terraform: Option<&'f str>,
}

/// What a finding says to do next.
pub(super) fn advice(finding: &Finding) -> Advice<'_> {
    let text = |name| finding.evidence.get(name).and_then(serde_json::Value::as_str);
    let (cli, terraform) = (text("remedy_cli"), text("remedy_terraform"));
    // The hint holds the command too, for those who read no evidence.
    let sentence = cli.and_then(|cli| finding.hint.strip_suffix(cli)).unwrap_or(&finding.hint);
    Advice { sentence: sentence.trim_end(), cli, terraform }
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
