//! OpenMetrics text 1.0, for GitLab's metrics report and Prometheus.
//!
//! `probe_success` and `probe_duration_seconds` are what the blackbox exporter calls them, so its alerts
//! and dashboards work; all else is `reachgate_…`. A series that can be alerted on keeps its labels
//! whatever the outcome; what changes with it (code, verdict, reason) is a label of an `…_info` series
//! whose value is 1. Every family is a gauge, so that the file is valid in Prometheus's older text
//! format too, which the node exporter's textfile collector and the Pushgateway read.
//!
//! | evidence | of | becomes |
//! |---|---|---|
//! | `destination`, `service`, `port` | a port or certificate | labels; else taken from a subject such as `dev-server 22/ssh`; else `subject` is the label |
//! | `connect_ms`, `greeting_ms` | a port | `reachgate_probe_phase_duration_seconds`; a phase not reached has none |
//! | `not_after`, RFC 3339 | any finding | `reachgate_certificate_not_after_timestamp_seconds` |

mod exposition;

use std::io::{self, Write};

use serde_json::Value;

use crate::code::Area;
use crate::exit::Exit;
use crate::finding::{Finding, Report, Verdict};

use super::VERSION;
use super::style::Style;
use exposition::{Family, Labels, Unit};

/// The evidence behind each phase.
const PHASES: [(&str, &str); 2] = [("connect_ms", "connect"), ("greeting_ms", "greeting")];

/// Writes the report as OpenMetrics.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    for family in run(report).iter().chain(&[checks(report)]).chain(&ports(report)) {
        family.write(out)?;
    }
    out.write_all(b"# EOF\n")
}

/// What is said of the run as a whole.
fn run(report: &Report) -> [Family; 7] {
    let exit = Exit::of(report);
    let none = Labels::new;
    let mut success = Family::new("probe_success", Unit::None, "Whether every expectation is met.");
    success.set(none(), truth(exit == Exit::Met));
    let mut duration = Family::new("probe_duration_seconds", Unit::Seconds, "How long the run took.");
    duration.set(none(), report.elapsed.as_secs_f64());
    let mut taken =
        Family::new("reachgate_report_timestamp_seconds", Unit::Seconds, "When the report was made.");
    taken.set(none(), seconds(report.taken_at));
    let mut code = Family::new(
        "reachgate_exit_code",
        Unit::None,
        "The exit code: 0 met, 1 broken, 3 nothing broken but something unknown.",
    );
    code.set(none(), f64::from(exit.code()));
    let mut findings = Family::new("reachgate_findings", Unit::None, "How many findings have this verdict.");
    for verdict in Verdict::ALL {
        let count = u32::try_from(report.count(verdict)).unwrap_or(u32::MAX);
        findings.set(none().with("verdict", verdict.word()), f64::from(count));
    }
    let mut build = Family::new("reachgate_build_info", Unit::None, "The version that made the report.");
    build.set(none().with("version", VERSION), 1.0);
    let mut policy = Family::new("reachgate_policy_info", Unit::None, "The policy that was judged by.");
    let name = &report.policy;
    policy.set(
        none()
            .with("mode", report.mode.word())
            .with("name", &name.name)
            .with("origin", &name.origin)
            .with("digest", &name.digest),
        1.0,
    );
    [success, duration, taken, code, findings, build, policy]
}

/// A series a finding, its outcome in its labels.
fn checks(report: &Report) -> Family {
    let mut checks =
        Family::new("reachgate_check_info", Unit::None, "A finding: what it is about and how it was judged.");
    for finding in &report.findings {
        checks.set(
            Labels::new()
                .with("area", finding.area().word())
                .with("subject", &finding.subject)
                .with("code", finding.code.id())
                .with("verdict", finding.verdict.word()),
            1.0,
        );
    }
    checks
}

/// What is said of each port and its certificate.
fn ports(report: &Report) -> [Family; 4] {
    let mut success =
        Family::new("reachgate_probe_success", Unit::None, "Whether a port is as the policy expects.");
    let mut failure = Family::new(
        "reachgate_probe_failure_info",
        Unit::None,
        "Why a port is not as expected, or not known to be: a code of `reachgate explain`.",
    );
    let mut phases = Family::new(
        "reachgate_probe_phase_duration_seconds",
        Unit::Seconds,
        "How long TCP's handshake took, and then the service's greeting. A phase not reached has none.",
    );
    let mut expiry = Family::new(
        "reachgate_certificate_not_after_timestamp_seconds",
        Unit::Seconds,
        "When a server's certificate expires.",
    );
    for finding in &report.findings {
        if let Some(not_after) = text(finding, "not_after").and_then(|text| text.parse().ok()) {
            expiry.set_least(target(finding), seconds(not_after));
        }
        if finding.area() != Area::Port || finding.verdict == Verdict::Skip {
            continue;
        }
        // A port can have several findings; it is as expected when all of them are.
        let met = matches!(finding.verdict, Verdict::Pass | Verdict::Warn);
        success.set_least(target(finding), truth(met));
        if !met {
            failure.set(target(finding).with("reason", finding.code.id()), 1.0);
        }
        for (evidence, phase) in PHASES {
            let measured = finding.evidence.get(evidence).and_then(Value::as_f64);
            if let Some(milliseconds) = measured.filter(|milliseconds| *milliseconds >= 0.0) {
                phases.set_least(target(finding).with("phase", phase), milliseconds / 1000.0);
            }
        }
    }
    [success, failure, phases, expiry]
}

/// The labels of the port that a finding is about.
fn target(finding: &Finding) -> Labels {
    let told = ["destination", "service", "port"].map(|name| text(finding, name));
    let [destination, service, port] = match (told, spelled(&finding.subject)) {
        ([Some(destination), Some(service), Some(port)], _) => [destination, service, port],
        (_, Some(spelled)) => spelled.map(str::to_owned),
        (_, None) => return Labels::new().with("subject", &finding.subject),
    };
    Labels::new().with("destination", &destination).with("service", &service).with("port", &port)
}

/// Destination, service and port of a subject such as `dev-server 22/ssh`.
fn spelled(subject: &str) -> Option<[&str; 3]> {
    let (destination, service) = subject.rsplit_once(' ')?;
    let (port, greeting) = service.split_once('/')?;
    port.parse::<u16>().ok()?;
    Some([destination, greeting, port])
}

/// Evidence that is text or a number.
fn text(finding: &Finding, name: &str) -> Option<String> {
    match finding.evidence.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn truth(is: bool) -> f64 {
    if is { 1.0 } else { 0.0 }
}

/// Seconds since 1970, to the millisecond.
fn seconds(at: jiff::Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}
