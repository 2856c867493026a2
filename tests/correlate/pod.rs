//! Where the pod is in the configuration, and what is not decided because of it.

use reachgate::code::Code;
use reachgate::finding::{Finding, Verdict};
use reachgate::judge::correlate::{Place, pod_of_report};
use serde_json::json;

use super::witness::{INTERFACE, POD, configured, inside, joined, of_service, placed, probed, words};

/// A report of the static mode that lists two interfaces.
fn report() -> Vec<Finding> {
    vec![
        Finding::new(Code::RunnerInterfacesFound, Verdict::Pass, "runners interfaces")
            .evidence("addresses", json!({ INTERFACE: ["10.1.34.20", POD], "eni-0b": ["10.1.35.16/28"] })),
        Finding::new(Code::RunnerInterfaceHasClusterGroup, Verdict::Pass, "runners interfaces"),
        configured("https", "path-allowed pass"),
        configured("https", "group-ingress-by-cluster-group pass"),
    ]
}

/// What is said of one of both interfaces only.
fn partly(mut finding: Finding, members: &[&str]) -> Finding {
    finding.evidence.insert("interfaces".into(), json!(members.len()));
    finding.evidence.insert("of".into(), json!(2));
    finding.evidence.insert("members".into(), json!(members));
    finding
}

#[test]
fn it_is_found_by_its_address_or_its_prefix() {
    for (address, id) in [(POD, INTERFACE), ("10.1.35.21", "eni-0b")] {
        let pod = pod_of_report(Some(address.parse().unwrap()), &report());
        assert_eq!(pod.interface().unwrap().id, id);
        assert_eq!(pod.interface().unwrap().carries_cluster_group, Some(true));
        let locating = &joined(&[], &pod)[0];
        assert_eq!(words(locating), "gate-pod-located pass");
        assert_eq!(locating.evidence["interface"], id);
    }
}

#[test]
fn it_may_be_on_none_or_on_several() {
    let absent = pod_of_report(Some("10.1.34.99".parse().unwrap()), &report());
    assert_eq!(absent.place, Place::Absent);
    assert_eq!(words(&joined(&[], &absent)[0]), "gate-pod-unlocated warn");
    let mut twice = report();
    twice[0].evidence.insert("addresses".into(), json!({ "eni-0a": [POD], "eni-0b": ["10.1.34.16/28"] }));
    let several = pod_of_report(Some(POD.parse().unwrap()), &twice);
    assert_eq!(several.place, Place::Several(vec!["eni-0a".into(), "eni-0b".into()]));
    assert_eq!(words(&joined(&[], &several)[0]), "gate-pod-unlocated warn");
}

/// A report that does not list interfaces, and a probe outside the subnets: the reason is told.
#[test]
fn it_may_not_be_looked_for() {
    let mut unlisted = report();
    unlisted[0].evidence.clear();
    let pod = pod_of_report(Some(POD.parse().unwrap()), &unlisted);
    let outside = pod_of_report(None, &report());
    for pod in [pod, outside] {
        let finding = &joined(&[], &pod)[0];
        assert_eq!(words(finding), "gate-pod-unlocated skip");
        assert!(!finding.reason.is_empty());
    }
}

#[test]
fn what_is_said_of_other_interfaces_is_not_said_of_this_one() {
    let probe = [inside(), probed("ssh", "port-filtered fail")];
    let address = Some(POD.parse().unwrap());
    let denied = |members: &[&str]| {
        let mut findings = report();
        findings.push(partly(configured("ssh", "group-ingress-missing fail"), members));
        findings.push(partly(configured("ssh", "group-ingress-by-cluster-group pass"), &["eni-0b"]));
        findings
    };
    let own = joined(&probe, &pod_of_report(address, &denied(&[INTERFACE])));
    assert_eq!(words(&of_service(&own, "ssh")), "gate-blocked-by-configuration fail");
    let others = joined(&probe, &pod_of_report(address, &denied(&["eni-0b"])));
    assert_eq!(words(&of_service(&others, "ssh")), "gate-blocker-unknown fail");
    // Where the pod is not found, it may be among them or not.
    let unknown = joined(&probe, &placed(Place::Absent, Vec::new()).or_all(&denied(&[INTERFACE])));
    assert_eq!(words(&of_service(&unknown, "ssh")), "gate-blocker-unknown fail");
}

#[test]
fn an_interface_that_lacks_the_group_is_told() {
    let mut findings = report();
    findings[1] = Finding::new(Code::RunnerInterfaceLacksClusterGroup, Verdict::Fail, "runners interfaces")
        .evidence("members", json!([INTERFACE]));
    let carries = |address: &str| {
        pod_of_report(Some(address.parse().unwrap()), &findings).interface().unwrap().carries_cluster_group
    };
    assert_eq!(carries(POD), Some(false));
    assert_eq!(carries("10.1.35.21"), Some(true));
    findings[1].evidence.clear();
    let unlisted = pod_of_report(Some(POD.parse().unwrap()), &findings);
    assert_eq!(unlisted.interface().unwrap().carries_cluster_group, None);
}

/// A report tells what is the same for several by the first of them; here it is told by the pod's own interface.
#[test]
fn what_is_alike_speaks_of_this_interface() {
    let told = |of_all: bool| {
        let mut finding = configured("ssh", "group-ingress-missing fail").hint("Let eni-0b carry sg-1.");
        finding.evidence.insert("detail".into(), json!("eni-0b lacks sg-1"));
        finding.evidence.insert("examples".into(), json!(["eni-0b", INTERFACE]));
        let mut findings = report();
        findings.push(if of_all { finding } else { partly(finding, &["eni-0b", INTERFACE]) });
        findings.last_mut().unwrap().evidence.insert("of".into(), json!(if of_all { 2 } else { 3 }));
        let pod = pod_of_report(Some(POD.parse().unwrap()), &findings);
        of_service(&joined(&[inside(), probed("ssh", "port-filtered fail")], &pod), "ssh")
    };
    for finding in [told(true), told(false)] {
        assert_eq!(finding.hint, format!("Let {INTERFACE} carry sg-1."));
        assert_eq!(finding.observed, format!("{INTERFACE} lacks sg-1"));
    }
}
