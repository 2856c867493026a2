//! What the formats say, beyond their exact text.

use proptest::prelude::*;
use quick_junit::{NonSuccessKind, Report as Junit, TestCaseStatus};
use reachgate::code::{Area, Code};
use reachgate::finding::{FailOn, Report, Verdict};
use reachgate::report::json::{ReadError, ReportV1, parse_report};
use reachgate::report::style::Sections;
use reachgate::report::{Format, Style};

use crate::{sample, written};

fn plain(format: Format, report: &Report) -> String {
    written(format, report, &Style::default())
}

fn junit(report: &Report) -> Junit {
    Junit::deserialize_from_str(&plain(Format::Junit, report)).unwrap()
}

fn one(verdict: Verdict) -> Report {
    sample::report(vec![sample::finding(Code::PortOpen, verdict, "s", "o")])
}

#[test]
fn json_is_read_again_as_it_was_written() {
    let report = sample::rich();
    assert_eq!(parse_report(&plain(Format::Json, &report)).unwrap(), ReportV1::from(&report));
}

#[test]
fn json_of_another_version_is_told_apart() {
    let text = plain(Format::Json, &sample::rich());
    let other = text.replace("reachgate.report/v1", "reachgate.report/v2");
    let error = parse_report(&other).unwrap_err();
    assert!(matches!(&error, ReadError::OtherSchema(schema) if schema == "reachgate.report/v2"), "{error}");
    assert!(matches!(parse_report("{}").unwrap_err(), ReadError::Shape(_)));
    let added = text.replacen('{', "{\"added_later\": 1,", 1);
    assert!(parse_report(&added).is_ok());
}

#[test]
fn junit_has_an_outcome_for_each_verdict() {
    let status = |report: &Report| junit(report).test_suites[0].test_cases[0].status.clone();
    assert!(matches!(status(&one(Verdict::Pass)), TestCaseStatus::Success { .. }));
    assert!(matches!(status(&one(Verdict::Skip)), TestCaseStatus::Skipped { .. }));
    let kind = |report: &Report| match status(report) {
        TestCaseStatus::NonSuccess { kind, .. } => Some(kind),
        _ => None,
    };
    assert_eq!(kind(&one(Verdict::Fail)), Some(NonSuccessKind::Failure));
    assert_eq!(kind(&one(Verdict::Unknown)), Some(NonSuccessKind::Error));
    assert_eq!(kind(&one(Verdict::Warn)), None);
    assert_eq!(kind(&Report { fail_on: FailOn::Warn, ..one(Verdict::Warn) }), Some(NonSuccessKind::Failure));
    let warned = junit(&one(Verdict::Warn));
    assert!(warned.test_suites[0].test_cases[0].system_out.as_ref().unwrap().starts_with("warning: s: o"));
}

#[test]
fn junit_is_never_green_when_nothing_was_decided() {
    for report in [sample::report(Vec::new()), one(Verdict::Skip)] {
        assert_eq!(junit(&report).errors, 1);
    }
    assert_eq!(junit(&one(Verdict::Pass)).errors, 0);
    assert_eq!(junit(&one(Verdict::Unknown)).errors, 1);
}

#[test]
fn junit_names_are_unique() {
    let twice = |subject: &str| sample::finding(Code::PortOpen, Verdict::Pass, subject, "o");
    let report = sample::report(vec![twice("s"), twice("s"), twice("s"), twice("s\n"), twice("s\\n")]);
    let junit = junit(&report);
    let names: Vec<_> = junit.test_suites[0].test_cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(
        names,
        ["s: port-open", "s: port-open (2)", "s: port-open (3)", "s\\n: port-open", "s\\n: port-open (2)"]
    );
}

#[test]
fn a_port_is_up_when_all_its_findings_are() {
    let findings = [(Code::PortIntercepted, Verdict::Unknown), (Code::PortOpen, Verdict::Pass)]
        .map(|(code, verdict)| sample::finding(code, verdict, "dev-server 22/ssh", "o"));
    let text = plain(Format::OpenMetrics, &sample::report(findings.to_vec()));
    let labels = "destination=\"dev-server\",service=\"ssh\",port=\"22\"";
    assert!(text.contains(&format!("\nreachgate_probe_success{{{labels}}} 0\n")), "{text}");
    assert!(
        text.contains(&format!("\nreachgate_probe_failure_info{{{labels},reason=\"port-intercepted\"}} 1\n"))
    );
    assert!(text.contains("\nprobe_success 0\n"));
}

#[test]
fn a_port_that_was_not_asked_has_no_success() {
    let skipped = sample::finding(Code::PortNotAsked, Verdict::Skip, "dev-server 22/ssh", "not asked");
    let text = plain(Format::OpenMetrics, &sample::report(vec![skipped]));
    assert!(!text.contains("reachgate_probe_success"), "{text}");
    assert!(text.contains("reachgate_check_info{area=\"port\",subject=\"dev-server 22/ssh\""));
}

#[test]
fn success_follows_the_exit_code() {
    let line = |verdict| {
        let text = plain(Format::OpenMetrics, &one(verdict));
        text.lines().find(|line| line.starts_with("probe_success ")).unwrap().to_owned()
    };
    for verdict in Verdict::ALL {
        let met = matches!(verdict, Verdict::Pass | Verdict::Warn);
        assert_eq!(line(verdict), format!("probe_success {}", u8::from(met)), "{verdict:?}");
    }
}

#[test]
fn explanations_are_pointed_to_once_a_code() {
    let text = plain(Format::Text, &sample::rich());
    assert_eq!(text.matches("reachgate explain port-filtered").count(), 1);
    assert_eq!(text.matches("[port-filtered]").count(), 4, "two findings, each listed again at the end");
    assert!(!text.contains("reachgate explain port-open"));
}

#[test]
fn gitlab_folds_what_needs_no_attention() {
    let style = Style { sections: Sections::GitLab, ..Style::default() };
    let text = written(Format::Text, &sample::rich(), &style);
    let starts: Vec<_> = text.lines().filter(|line| line.contains("section_start")).collect();
    for (area, folded) in
        [("runner", false), ("address", true), ("dns", false), ("port", false), ("certificate", false)]
    {
        let start = starts.iter().find(|line| line.contains(&format!("_{area}_"))).unwrap();
        assert_eq!(start.contains("[collapsed=true]\r"), folded, "{start}");
    }
    let good = written(Format::Text, &sample::good(), &style);
    assert_eq!(good.matches("section_start").count(), good.matches("[collapsed=true]").count());
}

#[test]
fn lines_fit_the_terminal_and_no_word_is_broken() {
    let style = Style { width: Some(60), verbose: true, ..Style::default() };
    let mut report = sample::rich();
    let command = "reachgate-".repeat(12);
    report.findings[2].hint = format!("Run {command} there.");
    let text = written(Format::Text, &report, &style);
    assert!(text.contains(&command), "{text}");
    for line in text.lines().filter(|line| line.contains(' ')) {
        let words = line.split_whitespace().count();
        assert!(line.chars().count() <= 60 || words == 1, "{line}");
    }
    assert!(plain(Format::Text, &report).lines().any(|line| line.chars().count() > 100));
}

/// Whether a format names each finding of this verdict. Annotations and dotenv name codes, and a picture draws ways.
fn shows(format: Format, verdict: Verdict) -> bool {
    match format {
        Format::Text
        | Format::Json
        | Format::Junit
        | Format::Markdown
        | Format::Html
        | Format::OpenMetrics => true,
        Format::Sarif => verdict != Verdict::Pass,
        Format::CodeQuality => matches!(verdict, Verdict::Fail | Verdict::Unknown | Verdict::Warn),
        Format::Annotations | Format::Dotenv | Format::Svg => false,
    }
}

/// Any report's verdicts, by code.
fn verdicts() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..Code::ALL.len(), 0..Verdict::ALL.len()), 0..40)
}

proptest! {
    /// Every format shows every finding that it shows at all, whatever its area or verdict: none is ever lost.
    #[test]
    fn no_finding_is_lost(picked in verdicts()) {
        let findings: Vec<_> = picked.iter().enumerate().map(|(number, (code, verdict))| {
            let subject = format!("subject-{number}-");
            sample::finding(Code::ALL[*code], Verdict::ALL[*verdict], &subject, "o")
        }).collect();
        let report = sample::report(findings);
        for format in Format::ALL {
            let text = plain(*format, &report);
            for finding in report.findings.iter().filter(|finding| shows(*format, finding.verdict)) {
                prop_assert!(text.contains(&finding.subject), "{format} lost {}", finding.subject);
            }
        }
        let cases = junit(&report);
        let decided = report.findings.iter().any(|finding| finding.verdict != Verdict::Skip);
        prop_assert_eq!(cases.tests, report.findings.len() + usize::from(!decided));
        let areas = Area::ALL.iter().filter(|area| report.findings.iter().any(|f| f.area() == **area));
        let text = plain(Format::Text, &report);
        for area in areas {
            prop_assert!(text.lines().any(|line| line == area.word()));
        }
    }
}
