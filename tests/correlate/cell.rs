//! The table, cell by cell, each from findings to a finding.

use reachgate::judge::correlate::{Place, PodInterface};

use super::witness::{INTERFACE, configured, inside, joined, located, of_service, placed, probed, words};

/// What the configuration says, a column each: as the policy asks, by another group, by addresses alone, denied,
/// unknown.
const COLUMNS: [&[&str]; 5] = [
    &["path-allowed pass", "group-ingress-by-cluster-group pass"],
    &["path-allowed pass", "group-ingress-by-other-group fail"],
    &["path-allowed pass", "group-ingress-by-cidr-only fail"],
    &["group-ingress-missing fail"],
    &["snapshot-incomplete unknown"],
];

/// What the probe saw, and what it means with each column.
#[rustfmt::skip]
const ROWS: &[(&str, [&str; 5])] = &[
    ("port-open pass", ["gate-open pass", "gate-open-by-other-group warn", "gate-open-by-cidr warn", "gate-path-unexplained fail", "gate-unconfirmed unknown"]),
    ("port-wrong-service fail", ["gate-service-wrong fail", "gate-service-wrong fail", "gate-service-wrong fail", "gate-path-unexplained fail", "gate-service-wrong fail"]),
    ("port-silent fail", ["gate-service-wrong fail", "gate-service-wrong fail", "gate-service-wrong fail", "gate-path-unexplained fail", "gate-service-wrong fail"]),
    ("port-dropped fail", ["gate-service-wrong fail", "gate-service-wrong fail", "gate-service-wrong fail", "gate-path-unexplained fail", "gate-service-wrong fail"]),
    ("port-throttled warn", ["gate-service-wrong warn", "gate-service-wrong warn", "gate-service-wrong warn", "gate-path-unexplained fail", "gate-service-wrong warn"]),
    ("port-tls-alert unknown", ["gate-service-wrong unknown", "gate-service-wrong unknown", "gate-service-wrong unknown", "gate-path-unexplained fail", "gate-service-wrong unknown"]),
    ("port-stalled fail", ["gate-path-mtu fail", "gate-path-mtu fail", "gate-path-mtu fail", "gate-path-unexplained fail", "gate-path-mtu fail"]),
    ("port-closed fail", ["gate-service-down fail", "gate-service-down fail", "gate-service-down fail", "gate-path-unexplained fail", "gate-service-down fail"]),
    ("port-filtered fail", ["gate-blocked-elsewhere fail", "gate-blocked-elsewhere fail", "gate-blocked-elsewhere fail", "gate-blocked-by-configuration fail", "gate-blocker-unknown fail"]),
    ("port-prohibited fail", ["gate-firewall-rejects fail", "gate-firewall-rejects fail", "gate-firewall-rejects fail", "gate-blocked-twice fail", "gate-firewall-rejects fail"]),
    ("port-unreachable fail", ["gate-host-unreachable fail", "gate-host-unreachable fail", "gate-host-unreachable fail", "gate-blocked-twice fail", "gate-host-unreachable fail"]),
    ("port-blocked-locally fail", ["gate-blocked-in-pod fail", "gate-blocked-in-pod fail", "gate-blocked-in-pod fail", "gate-blocked-twice fail", "gate-blocked-in-pod fail"]),
    ("port-intercepted unknown", ["gate-undecided unknown", "gate-undecided unknown", "gate-undecided unknown", "gate-denied-unseen fail", "gate-undecided unknown"]),
    ("port-undecided unknown", ["gate-undecided unknown", "gate-undecided unknown", "gate-undecided unknown", "gate-denied-unseen fail", "gate-undecided unknown"]),
];

/// The same of a service that must be closed: shut, admitted, unknown.
#[rustfmt::skip]
const SHUT_COLUMNS: [&[&str]; 3] = [&["path-closed pass"], &["path-exposed fail"], &["path-undecided unknown"]];

#[rustfmt::skip]
const SHUT_ROWS: &[(&str, [&str; 3])] = &[
    ("port-not-open pass", ["gate-closed pass", "gate-exposed-unanswered warn", "gate-undecided unknown"]),
    ("port-exposed fail", ["gate-path-unexplained fail", "gate-exposed fail", "gate-exposed fail"]),
    ("port-undecided unknown", ["gate-undecided unknown", "gate-exposed-unanswered warn", "gate-undecided unknown"]),
];

fn cell(service: &str, seen: &str, said: &[&str]) -> reachgate::finding::Finding {
    let said = said.iter().map(|words| configured(service, words)).collect();
    of_service(&joined(&[inside(), probed(service, seen)], &located(said)), service)
}

#[test]
fn every_cell_of_a_service_that_must_be_reachable() {
    for (seen, row) in ROWS {
        for (said, expected) in COLUMNS.iter().zip(row) {
            assert_eq!(words(&cell("ssh", seen, said)), *expected, "{seen} x {said:?}");
        }
    }
}

#[test]
fn every_cell_of_a_service_that_must_be_closed() {
    for (seen, row) in SHUT_ROWS {
        for (said, expected) in SHUT_COLUMNS.iter().zip(row) {
            assert_eq!(words(&cell("metrics", seen, said)), *expected, "{seen} x {said:?}");
        }
    }
}

/// A cell that is no pass says what was seen, why that follows and what to do.
#[test]
fn every_cell_has_its_words() {
    for (seen, _) in ROWS {
        for said in COLUMNS {
            let finding = cell("ssh", seen, said);
            assert!(!finding.observed.is_empty(), "{seen} x {said:?}");
            let quiet = finding.verdict == reachgate::finding::Verdict::Pass;
            assert_eq!(finding.hint.is_empty(), quiet, "{seen} x {said:?}: {}", finding.hint);
            assert_eq!(finding.reason.is_empty(), quiet, "{seen} x {said:?}: {}", finding.reason);
        }
    }
}

/// What denies is named with its remedy, all of it where several do, and the probe's own advice beside it
/// where that denies too.
#[test]
fn a_denial_names_every_component_and_its_remedy() {
    let denied = ["group-ingress-missing fail", "acl-reply-denied fail"];
    let finding = cell("ssh", "port-filtered fail", &denied);
    assert_eq!(finding.evidence["component"], "sg-group-ingress-missing");
    let blockers = finding.evidence["blockers"].as_array().unwrap();
    let named: Vec<_> = blockers.iter().map(|it| it["component"].as_str().unwrap()).collect();
    assert_eq!(named, ["sg-group-ingress-missing", "sg-acl-reply-denied"]);
    assert_eq!(finding.hint, "(how to mend group-ingress-missing)\n(how to mend acl-reply-denied)");
    assert_eq!(finding.observed, "(group-ingress-missing is configured); (acl-reply-denied is configured)");

    let twice = cell("ssh", "port-prohibited fail", &denied[..1]);
    assert_eq!(twice.hint, "(what to do about port-prohibited)\n(how to mend group-ingress-missing)");
    assert_eq!(twice.evidence["blockers"][0]["code"], "group-ingress-missing");
}

/// A destination that is not there denies every service of it.
#[test]
fn a_destination_that_nobody_owns_denies() {
    let mut unowned = configured("ssh", "destination-unowned fail");
    unowned.evidence.remove("service");
    unowned.evidence.remove("source");
    let pod = located(vec![unowned, configured("ssh", "path-allowed skip")]);
    let finding = of_service(&joined(&[inside(), probed("ssh", "port-filtered fail")], &pod), "ssh");
    assert_eq!(words(&finding), "gate-blocked-by-configuration fail");
}

/// Admitted by what, is not known where the cluster group is not.
#[test]
fn an_unknown_cluster_group_confirms_nothing() {
    let said = ["path-allowed pass", "group-ingress-by-cluster-group skip"];
    assert_eq!(words(&cell("ssh", "port-open pass", &said)), "gate-unconfirmed unknown");
}

/// TLS that answers from outside the runner subnets proves nothing there.
#[test]
fn an_alert_seen_from_the_wrong_place_is_undecided() {
    let pod = located(vec![configured("https", "path-allowed pass")]);
    let findings = joined(&[probed("https", "port-tls-alert unknown")], &pod);
    assert_eq!(words(&of_service(&findings, "https")), "gate-undecided unknown");
}

/// What a script reads of the configuration is what it says, whatever the diagnosis is.
#[test]
fn what_the_configuration_says_is_in_the_evidence() {
    let open = ["admitted", "admitted-by-other-group", "admitted-by-cidr-only", "denied", "unknown"];
    for (seen, _) in ROWS {
        let said = COLUMNS.map(|said| cell("ssh", seen, said).evidence["configuration"].clone());
        assert_eq!(said.as_slice(), open.as_slice(), "{seen}");
    }
    for (seen, _) in SHUT_ROWS {
        let said = SHUT_COLUMNS.map(|said| cell("metrics", seen, said).evidence["configuration"].clone());
        assert_eq!(said.as_slice(), ["closed", "exposed", "unknown"].as_slice(), "{seen}");
    }
}

/// Several things that are not known, with one and the same advice: it is given once.
#[test]
fn advice_is_given_once() {
    let twice = ["snapshot-incomplete unknown", "snapshot-incomplete unknown"];
    let finding = cell("ssh", "port-open pass", &twice);
    assert_eq!(finding.hint, "(how to mend snapshot-incomplete)");
    assert_eq!(finding.reason, "(snapshot-incomplete is configured).");
    let denied =
        cell("ssh", "port-filtered fail", &["group-ingress-missing fail", "group-ingress-missing fail"]);
    assert_eq!(denied.hint, "(how to mend group-ingress-missing)");
}

/// A configuration that was not read: the diagnosis says why, not only that nothing was judged.
#[test]
fn an_unread_configuration_says_why() {
    let mut unread =
        configured("ssh", "path-not-asked unknown").observed("not judged").reason("AWS is far away.");
    unread.evidence.remove("detail");
    let finding =
        of_service(&joined(&[inside(), probed("ssh", "port-open pass")], &located(vec![unread])), "ssh");
    assert_eq!(words(&finding), "gate-unconfirmed unknown");
    assert_eq!(finding.reason, "AWS is far away.");
    assert!(finding.hint.contains("--static-report"), "{}", finding.hint);
}

/// A sentence is one, whatever the configuration says.
#[test]
fn undecided_reads_as_a_sentence() {
    let admitted = cell("ssh", "port-intercepted unknown", COLUMNS[0]);
    assert_eq!(admitted.observed, "(port-intercepted was seen); the configuration admits it");
    let unknown = cell("ssh", "port-open pass", COLUMNS[4]);
    assert_eq!(unknown.observed, "(port-open was seen); what the configuration says of it is not known");
}

/// The rule is there, and the pod's node is not whom it is for: the node is to blame.
#[test]
fn a_node_without_the_group_is_named() {
    let lacking = |carries, findings: Vec<reachgate::finding::Finding>| {
        let interface =
            PodInterface { id: INTERFACE.into(), instance: None, carries_cluster_group: Some(carries) };
        let pod = placed(Place::Found(interface), findings);
        of_service(&joined(&[inside(), probed("ssh", "port-filtered fail")], &pod), "ssh")
    };
    let missing = || configured("ssh", "group-ingress-missing fail");
    let named = lacking(false, vec![missing()]);
    assert_eq!(named.evidence["component"], INTERFACE);
    assert_eq!(named.evidence["remedy"], "(how to mend group-ingress-missing)");
    assert!(named.observed.ends_with("because eni-0a1b2c3d4e5f6a001 lacks the cluster security group"));
    // A rule is to be added too, something else is in the way, or the node carries it.
    let ruled = missing().evidence("remedy_cli", "aws ec2 authorize-security-group-ingress");
    let others = [
        lacking(false, vec![ruled]),
        lacking(false, vec![missing(), configured("ssh", "acl-denies fail")]),
        lacking(true, vec![missing()]),
    ];
    for other in others {
        assert_eq!(other.evidence["component"], "sg-group-ingress-missing", "{}", other.observed);
    }
}

/// One thing that is not known leaves the flow unknown, whatever else is said to pass or to be closed.
#[test]
fn a_doubt_beside_a_pass_is_a_doubt() {
    let doubt = "snapshot-incomplete unknown";
    let said = ["path-allowed pass", "group-ingress-by-cluster-group pass", doubt];
    assert_eq!(words(&cell("ssh", "port-open pass", &said)), "gate-unconfirmed unknown");
    let shut = cell("metrics", "port-not-open pass", &["path-closed pass", doubt]);
    assert_eq!(words(&shut), "gate-undecided unknown");
}

/// What is said twice of one component is one thing in the way.
#[test]
fn a_blocker_is_told_once() {
    let finding = cell("ssh", "port-filtered fail", &["acl-denies fail", "acl-denies fail"]);
    assert_eq!(finding.evidence["blockers"].as_array().unwrap().len(), 1);
    assert_eq!(finding.observed, "(acl-denies is configured)");
}

/// What the configuration says of another source is not said of this one.
#[test]
fn another_source_is_another_flow() {
    let mut other = configured("ssh", "group-ingress-missing fail");
    other.evidence.insert("source".into(), "builders".into());
    let mut said: Vec<_> = COLUMNS[0].iter().map(|words| configured("ssh", words)).collect();
    said.push(other);
    let finding = of_service(&joined(&[inside(), probed("ssh", "port-open pass")], &located(said)), "ssh");
    assert_eq!(words(&finding), "gate-open pass");
}
