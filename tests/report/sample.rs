//! Reports to write: one rich, some poor.

use std::collections::BTreeMap;
use std::time::Duration;

use reachgate::code::Code;
use reachgate::finding::{FailOn, Finding, Location, Mode, PolicyName, Report, Verdict};
use reachgate::report::Site;
use serde_json::{Value, json};

/// A finding with nothing but what every finding has.
pub fn finding(code: Code, verdict: Verdict, subject: &str, observed: &str) -> Finding {
    Finding {
        code,
        verdict,
        subject: subject.to_owned(),
        expected: String::new(),
        observed: observed.to_owned(),
        reason: String::new(),
        hint: String::new(),
        elapsed: Duration::from_millis(2),
        evidence: BTreeMap::new(),
        location: None,
    }
}

/// What stands behind a finding that is no pass.
fn told(mut finding: Finding, expected: &str, reason: &str, hint: &str) -> Finding {
    (finding.expected, finding.reason, finding.hint) = (expected.into(), reason.into(), hint.into());
    finding
}

fn measured(mut finding: Finding, elapsed_ms: u64, evidence: &Value) -> Finding {
    finding.elapsed = Duration::from_millis(elapsed_ms);
    let object = evidence.as_object().unwrap();
    finding.evidence = object.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    finding
}

/// A report of these findings.
pub fn report(findings: Vec<Finding>) -> Report {
    Report {
        mode: Mode::Probe,
        policy: PolicyName {
            name: "cwiq-dev".into(),
            origin: "embedded cwiq-dev.yaml".into(),
            digest: "5f2b51ca2fdc5baa31ec02e002f69aec1b5d9ea4d0b6f4f0c9b5d3ea6ef1f7a0".into(),
        },
        findings,
        fail_on: FailOn::Fail,
        taken_at: "2026-03-04T10:20:30.125Z".parse().unwrap(),
        elapsed: Duration::from_millis(3_021),
        map: None,
    }
}

/// Every verdict, every area, evidence, long text: a run that fails.
pub fn rich() -> Report {
    let mut findings = runner_and_address();
    findings.extend(names());
    findings.extend(ports());
    report(findings)
}

fn runner_and_address() -> Vec<Finding> {
    vec![
        finding(Code::RunnerInSubnet, Verdict::Pass, "pod address", "10.1.34.17 is in 10.1.34.0/24"),
        finding(Code::RunnerTailscaleAbsent, Verdict::Pass, "Tailscale", "no sign of it"),
        told(
            finding(
                Code::RunnerProxySet,
                Verdict::Warn,
                "HTTPS_PROXY",
                "proxy.example.net:3128, and NO_PROXY does not cover 10.1.40.10",
            ),
            "no proxy between a job and dev-server",
            "This probe dials directly; curl and git in the same job go through the proxy.",
            "Add 10.1.40.10 to NO_PROXY and no_proxy in the group's CI/CD variables.",
        )
        .at(Location { path: "deploy/job.yaml".into(), line: 12, column: 5 }),
        finding(Code::RunnerActive, Verdict::Pass, "runner", "20 (medium) takes jobs"),
        finding(
            Code::AddressInVpc,
            Verdict::Pass,
            "DEV_SERVER_IP",
            "10.1.40.10, private, in vpc 10.1.0.0/16",
        ),
    ]
}

fn names() -> Vec<Finding> {
    let control = finding(
        Code::DnsControlResolved,
        Verdict::Pass,
        "kubernetes.default.svc.cluster.local",
        "10.100.0.1 from 10.100.0.10",
    );
    vec![
        measured(control, 4, &json!({ "nameserver": "10.100.0.10" })),
        told(
            finding(
                Code::DnsUndecided,
                Verdict::Unknown,
                "dev.cwiq.io",
                "SERVFAIL from 10.100.0.10, for A and AAAA",
            ),
            "no address in a tailnet range",
            "Only an answer, NXDOMAIN or NODATA decides; a server that failed said nothing about the name.",
            "Ask again; if it stays, look at CoreDNS's upstream: kubectl -n kube-system logs deployment/coredns.",
        ),
        told(
            finding(Code::DnsNameUnset, Verdict::Skip, "DEV_SERVER_MAGICDNS", "not asked"),
            "",
            "The variable is not set, so there is no name to ask for.",
            "",
        ),
    ]
}

fn ports() -> Vec<Finding> {
    let ssh = finding(
        Code::PortOpen,
        Verdict::Pass,
        "dev-server 22/ssh",
        "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7 in 3.4 ms",
    );
    let https = finding(
        Code::PortFiltered,
        Verdict::Fail,
        "dev-server 443/tls",
        "no answer within 3 s, from 10.1.34.17",
    );
    let expiry = finding(
        Code::CertificateExpiresSoon,
        Verdict::Warn,
        "registry 8443/tls",
        "valid until 2026-03-16, for 12 days more",
    );
    vec![
        measured(
            ssh,
            4,
            &json!({ "address": "10.1.40.10", "destination": "dev-server", "service": "ssh", "port": 22,
                     "connect_ms": 0.912, "greeting_ms": 2.488, "source": "10.1.34.17" }),
        ),
        measured(
            told(
                https,
                "a completed TLS handshake",
                "A security group or a network ACL drops without a word; a host that is up and closed would have \
                 refused.",
                "Admit tcp/443 from the EKS cluster security group in dev-server's security group.\n\
                 If it is admitted, look at the network ACLs of both subnets, replies included.",
            ),
            3_000,
            &json!({ "address": "10.1.40.10", "destination": "dev-server", "service": "https", "port": 443,
                     "source": "10.1.34.17" }),
        ),
        told(
            finding(
                Code::PortFiltered,
                Verdict::Fail,
                "registry 5000/http",
                "no answer within 3 s, from 10.1.34.17",
            ),
            "an HTTP status line",
            "A security group or a network ACL drops without a word.",
            "Admit tcp/5000 from the EKS cluster security group in registry's security group.",
        ),
        told(
            measured(expiry, 9, &json!({ "not_after": "2026-03-16T00:00:00Z", "issuer": "CN=Example CA" })),
            "valid for 21 days or more",
            "It expires before the next maintenance.",
            "Renew it on registry.",
        ),
        told(
            finding(Code::CertificateNotAsked, Verdict::Skip, "dev-server 443/tls", "not asked"),
            "",
            "No TLS handshake completed, so there is no certificate.",
            "",
        ),
    ]
}

/// A job of which everything is known.
pub fn site() -> Site {
    Site {
        codes: "https://git.example.com/net/reachgate/-/blob/main/docs/codes.md".parse().unwrap(),
        job: Some("https://git.example.com/web/shop/-/jobs/4711".into()),
        root: Some("/builds/web/shop".into()),
        here: Some("/builds/web/shop/ci".into()),
    }
}

/// Every expectation met.
pub fn good() -> Report {
    let mut good = rich();
    good.findings.retain(|finding| finding.verdict == Verdict::Pass);
    good.elapsed = Duration::from_millis(212);
    good
}

/// Text in every field that would do harm if it were printed as it is.
pub fn hostile(text: &str) -> Report {
    let mut hostile = rich();
    hostile.policy = PolicyName { name: text.into(), origin: text.into(), digest: text.into() };
    for finding in &mut hostile.findings {
        for field in [
            &mut finding.subject,
            &mut finding.expected,
            &mut finding.observed,
            &mut finding.reason,
            &mut finding.hint,
        ] {
            text.clone_into(field);
        }
        if let Some(location) = &mut finding.location {
            text.clone_into(&mut location.path);
        }
        for name in ["destination", "service", "port", "not_after"] {
            finding.evidence.insert(name.to_owned(), json!(text));
        }
        finding.evidence.insert(text.to_owned(), json!({ text: [text] }));
    }
    hostile
}
