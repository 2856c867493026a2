//! Findings as the halves write them, and what becomes of them together.

use reachgate::code::Code;
use reachgate::finding::{Finding, Verdict};
use reachgate::judge::correlate::{Manifest, Place, Pod, PodInterface, Witnesses, correlate, pod_address};

pub const POD: &str = "10.1.34.23";
pub const SERVER: &str = "10.1.20.15";
pub const INTERFACE: &str = "eni-0a1b2c3d4e5f6a001";

/// A code and a verdict, written `port-open pass`.
pub fn parse(words: &str) -> (Code, Verdict) {
    let (code, verdict) = words.split_once(' ').expect("a code and a verdict");
    let verdict = Verdict::ALL.into_iter().find(|known| known.word() == verdict).expect("a verdict");
    (code.parse().expect("a code"), verdict)
}

/// What the probe says of where it runs.
pub fn inside() -> Finding {
    Finding::new(Code::RunnerInSubnet, Verdict::Pass, "runner")
        .evidence("address", POD)
        .evidence("source", "runners")
}

/// What the probe says of a service; `words` as for [`parse`].
pub fn probed(service: &str, words: &str) -> Finding {
    let (code, verdict) = parse(words);
    let port = if service == "https" { 443 } else { 22 };
    let closed = matches!(code, Code::PortNotOpen | Code::PortExposed) || service == "metrics";
    Finding::new(code, verdict, format!("dev-server {service}"))
        .observed(format!("({} was seen)", code.id()))
        .reason("TCP says so.")
        .hint(format!("(what to do about {})", code.id()))
        .evidence("destination", "dev-server")
        .evidence("service", service)
        .evidence("expectation", if closed { "closed" } else { "reach" })
        .evidence("address", SERVER)
        .evidence("port", port)
}

/// What the configuration says of a service.
pub fn configured(service: &str, words: &str) -> Finding {
    let (code, verdict) = parse(words);
    Finding::new(code, verdict, format!("runners to dev-server {service}"))
        .observed(format!("({} is configured); so for all 3 interfaces", code.id()))
        .hint(format!("(how to mend {})", code.id()))
        .evidence("source", "runners")
        .evidence("destination", "dev-server")
        .evidence("service", service)
        .evidence("address", SERVER)
        .evidence("component", format!("sg-{}", code.id()))
        .evidence("detail", format!("({} is configured)", code.id()))
}

/// The pod on its interface, and what the configuration says of it.
pub fn located(findings: Vec<Finding>) -> Pod {
    let interface = PodInterface {
        id: INTERFACE.to_owned(),
        instance: Some("i-0a1b2c3d4e5f6a001".to_owned()),
        carries_cluster_group: Some(true),
    };
    placed(Place::Found(interface), findings)
}

pub fn placed(place: Place, findings: Vec<Finding>) -> Pod {
    Pod { address: Some(POD.parse().expect("an address")), place, findings }
}

/// Everything that is said of the flows together.
pub fn joined(probe: &[Finding], pod: &Pod) -> Vec<Finding> {
    assert!(pod_address(probe).is_none_or(|address| Some(address) == pod.address));
    joined_with(probe, pod, &[])
}

/// The same, with network policies at hand.
pub fn joined_with(probe: &[Finding], pod: &Pod, manifests: &[Manifest]) -> Vec<Finding> {
    correlate(&Witnesses { probe, configuration: &pod.findings, pod, manifests })
}

/// What is said of one service.
pub fn of_service(findings: &[Finding], service: &str) -> Finding {
    let subject = format!("dev-server {service}");
    let mut found = findings.iter().filter(|it| it.subject == subject);
    let first = found.next().expect("a finding of the service");
    assert!(found.next().is_none(), "{service} is told twice");
    first.clone()
}

/// `code verdict`.
pub fn words(finding: &Finding) -> String {
    format!("{} {}", finding.code.id(), finding.verdict.word())
}

/// The suspects' names, in their order.
pub fn suspects(finding: &Finding) -> Vec<String> {
    let listed = finding.evidence.get("suspects").and_then(serde_json::Value::as_array);
    let names = listed.into_iter().flatten().map(|it| it["suspect"].as_str().unwrap().to_owned());
    names.collect()
}
