//! The table, cell by cell, each from findings to a finding.

use super::witness::{configured, inside, joined, located, of_service, probed, words};

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
