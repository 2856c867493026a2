//! Who is suspected, in which order, by what was seen.

use reachgate::finding::Finding;
use reachgate::judge::correlate::{Egress, Manifest, Place, Pod, PodInterface};

use super::witness::{
    INTERFACE, configured, inside, joined, joined_with, located, of_service, parse, placed, probed, suspects,
    words,
};

fn admitted() -> Vec<Finding> {
    let said = ["path-allowed pass", "group-ingress-by-cluster-group pass"];
    ["ssh", "https"].iter().flat_map(|service| said.map(|words| configured(service, words))).collect()
}

fn of_https(probe: &[Finding], pod: &Pod) -> Vec<String> {
    let mut all = vec![inside(), probed("https", "port-filtered fail")];
    all.extend_from_slice(probe);
    let finding = of_service(&joined(&all, pod), "https");
    assert_eq!(words(&finding), "gate-blocked-elsewhere fail");
    for suspect in finding.evidence["suspects"].as_array().unwrap() {
        for field in ["because", "check"] {
            assert!(suspect[field].as_str().unwrap().ends_with('.'), "{suspect}");
        }
    }
    suspects(&finding)
}

#[test]
fn a_port_that_is_silent_beside_one_that_answers_is_a_firewalls() {
    for seen in ["port-open pass", "port-closed fail", "port-stalled fail", "port-throttled warn"] {
        let found = of_https(&[probed("ssh", seen)], &located(admitted()));
        assert_eq!(found, ["host-firewall", "network-policy"], "{seen}");
    }
}

#[test]
fn a_server_that_is_silent_may_answer_elsewhere_or_hang() {
    let found = of_https(&[probed("ssh", "port-filtered fail")], &located(admitted()));
    assert_eq!(found, ["host-firewall", "network-policy", "return-route", "server-hung"]);
}

#[test]
fn a_pod_that_hears_no_resolver_is_shut_in() {
    let (code, verdict) = parse("dns-control-failed unknown");
    let resolver = Finding::new(code, verdict, "kubernetes.default.svc.cluster.local.");
    let found = of_https(&[resolver], &located(admitted()));
    assert_eq!(found, ["network-policy", "host-firewall", "return-route", "server-hung"]);
}

#[test]
fn a_node_without_the_group_comes_first() {
    let lacks = PodInterface { id: INTERFACE.into(), instance: None, carries_cluster_group: Some(false) };
    let found = of_https(&[], &placed(Place::Found(lacks), admitted()));
    assert_eq!(found[0], "node-security-group");
}

#[test]
fn a_pod_that_was_not_found_comes_first() {
    for place in [Place::Absent, Place::Several(vec!["eni-0a".into(), "eni-0b".into()])] {
        assert_eq!(of_https(&[], &placed(place, admitted()))[0], "other-interface");
    }
}

#[test]
fn an_unexplained_answer_has_its_suspects_too() {
    let pod = located(vec![configured("ssh", "acl-denies fail")]);
    let finding = of_service(&joined(&[inside(), probed("ssh", "port-open pass")], &pod), "ssh");
    assert_eq!(suspects(&finding), ["stale-configuration", "source-nat", "another-path"]);
    assert!(finding.observed.contains("(acl-denies is configured)"), "{}", finding.observed);
}

#[test]
fn what_the_pod_itself_forbids_is_a_policys() {
    let finding = of_service(
        &joined(&[inside(), probed("ssh", "port-blocked-locally fail")], &located(admitted())),
        "ssh",
    );
    assert_eq!(suspects(&finding), ["network-policy"]);
}

/// A whole greeting of another service takes much of the blame off the path.
#[test]
fn what_stalls_alone_is_stuck() {
    let stalled = |beside: &str| {
        let probe = [inside(), probed("ssh", beside), probed("https", "port-stalled fail")];
        let finding = of_service(&joined(&probe, &located(admitted())), "https");
        assert_eq!(words(&finding), "gate-path-mtu fail");
        suspects(&finding)
    };
    assert_eq!(stalled("port-open pass"), ["service-hung", "path-mtu"]);
    for seen in ["port-stalled fail", "port-closed fail", "port-throttled warn", "port-filtered fail"] {
        assert_eq!(stalled(seen), ["path-mtu", "service-hung"], "{seen}");
    }
}

/// That another server answers says nothing of this one.
#[test]
fn another_destination_is_no_neighbour() {
    let mut other = probed("ssh", "port-open pass");
    other.subject = "other-server ssh".to_owned();
    other.evidence.insert("destination".into(), "other-server".into());
    let found = of_https(&[other], &located(admitted()));
    assert_eq!(found, ["host-firewall", "network-policy", "return-route", "server-hung"]);
}

fn of_https_manifest(egress: Egress, group_policies: &[&str]) -> Manifest {
    let group_policies = group_policies.iter().map(|it| (*it).to_owned()).collect();
    Manifest { destination: "dev-server".into(), service: "https".into(), egress, group_policies }
}

/// A pod whose own interface lacks the cluster group may have its groups from a policy at hand.
#[test]
fn manifests_name_whence_a_pods_groups_come() {
    let lacks = PodInterface { id: INTERFACE.into(), instance: None, carries_cluster_group: Some(false) };
    let pod = placed(Place::Found(lacks), vec![configured("https", "group-ingress-missing fail")]);
    let probe = [inside(), probed("https", "port-filtered fail")];
    let told = |group_policies: &[&str]| {
        let manifest = of_https_manifest(Egress::Allowed, group_policies);
        of_service(&joined_with(&probe, &pod, &[manifest]), "https")
    };
    let named = told(&["gitlab-runner/jobs"]);
    assert_eq!(words(&named), "gate-blocked-by-configuration fail");
    assert_eq!(named.evidence["component"], INTERFACE);
    assert!(named.hint.contains("SecurityGroupPolicy gitlab-runner/jobs"), "{}", named.hint);
    assert_eq!(named.evidence["security_group_policies"][0], "gitlab-runner/jobs");
    assert!(!told(&[]).hint.contains("SecurityGroupPolicy"));
}

/// Network policies at hand are blamed by name, or cleared.
#[test]
fn manifests_name_or_clear_the_policy() {
    let (code, verdict) = parse("dns-control-failed unknown");
    let resolver = Finding::new(code, verdict, "kubernetes.default.svc.cluster.local.");
    let found = |egress: Egress, dns: bool| {
        let mut probe = vec![inside(), probed("https", "port-filtered fail")];
        probe.extend(dns.then(|| resolver.clone()));
        let manifest = of_https_manifest(egress, &[]);
        let finding = of_service(&joined_with(&probe, &located(admitted()), &[manifest]), "https");
        (suspects(&finding), finding.hint.clone())
    };
    let (order, hint) = found(Egress::Denied(vec!["gitlab-runner/isolate".into()]), false);
    assert_eq!(order[0], "network-policy");
    assert!(hint.contains("gitlab-runner/isolate selects the runners' pods"), "{hint}");
    let (order, hint) = found(Egress::Allowed, true);
    assert_eq!(order[..2], ["host-firewall", "network-policy"]);
    assert!(hint.contains("The manifests at hand allow"), "{hint}");
    let (order, hint) = found(Egress::Open(vec!["gitlab-runner/web".into()]), false);
    assert_eq!(order[0], "host-firewall");
    assert!(hint.contains("depends on gitlab-runner/web"), "{hint}");
}
