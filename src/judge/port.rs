//! Does the service itself answer, and if not, what says so?

mod greeting;
mod refusal;
mod words;

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use self::words::Words;
use super::address::judge_address;
use super::certificate::judge_certificate;
use super::runner::Place;
use super::target::{expected, identified, subject, targets_of};
use super::{destinations, own_addresses};
use crate::code::{Area, Code};
use crate::fact::Facts;
use crate::fact::port::{Connect, PortFact, Role, Target};
use crate::finding::{Finding, Verdict};
use crate::flow::{Greeting, Port};
use crate::policy::{Destination, Policy};

/// Judges every port that an expectation names; those that were not dialled are skipped with the reason.
pub fn judge_ports(policy: &Policy, facts: &Facts, place: &Place<'_>) -> Vec<Finding> {
    let own = own_addresses(facts);
    let dialled: HashMap<&Target, &PortFact> = facts.ports.iter().map(|fact| (&fact.target, fact)).collect();
    let intercepted: HashSet<&str> = facts
        .ports
        .iter()
        .filter(|fact| {
            fact.target.role == Role::Control && matches!(fact.connect, Connect::Established { .. })
        })
        .map(|fact| fact.target.destination.as_str())
        .collect();
    let answering: HashMap<IpAddr, Port> = facts
        .ports
        .iter()
        .filter(|fact| {
            matches!(fact.connect, Connect::Established { .. }) && fact.target.role != Role::Control
        })
        .map(|fact| (fact.target.address, fact.target.port))
        .collect();
    let mut findings = Vec::new();
    for (name, destination) in destinations(policy) {
        let judged = judge_address(policy, &own, name, destination);
        let Some(address) = judged.dial else {
            let because = judged.findings.first().map_or("address", |finding| finding.code.id());
            findings.extend(skipped(policy, place, name, destination, because));
            continue;
        };
        for target in targets_of(policy, place, name, destination, address) {
            if let Some(fact) = dialled.get(&target) {
                let neighbour = answering.get(&address).copied();
                let words = Words { from: place.subnet_text(policy), fact, neighbour };
                findings.extend(judge_port(facts, &words, intercepted.contains(name)));
            } else {
                let finding = Finding::new(Code::PortUndecided, Verdict::Unknown, subject(&target))
                    .expected(expected(&target))
                    .observed("no result yet when the run ended")
                    .reason("It was not decided.");
                findings.push(identified(finding, &target));
            }
        }
        findings.extend(elsewhere(policy, place, name));
    }
    findings
}

/// Ports whose destination has no address to dial.
fn skipped(
    policy: &Policy,
    place: &Place<'_>,
    name: &str,
    destination: &Destination,
    because: &str,
) -> impl Iterator<Item = Finding> {
    let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    targets_of(policy, place, name, destination, nowhere)
        .into_iter()
        .filter(|target| target.role != Role::Control)
        .map(move |target| {
            let finding = Finding::new(Code::PortNotAsked, Verdict::Skip, subject(&target))
                .expected(expected(&target))
                .observed("not dialled")
                .reason(format!("The address did not pass: {because}."));
            identified(finding, &target)
        })
}

/// Expectations of other sources cannot be asked from here.
fn elsewhere(policy: &Policy, place: &Place<'_>, name: &str) -> Vec<Finding> {
    let Some(here) = place.source_name() else { return Vec::new() };
    policy
        .expectations
        .iter()
        .filter(|expectation| expectation.to == name && expectation.from != here)
        .map(|expectation| {
            Finding::new(
                Code::PortNotAsked,
                Verdict::Skip,
                format!("{} from {}", expectation.to, expectation.from),
            )
            .expected("asked from a machine of that source")
            .observed("not asked")
            .reason(format!("This machine is of source {here}."))
        })
        .collect()
}

fn judge_port(facts: &Facts, words: &Words<'_>, intercepted: bool) -> Vec<Finding> {
    let fact = words.fact;
    let mut findings = vec![match fact.target.role {
        Role::Control => words.control(),
        Role::Closed(_) => words.closed(),
        Role::Reach(_) => words.reach(),
    }];
    if fact.target.greeting == Greeting::Tls && matches!(fact.target.role, Role::Reach(_)) {
        findings.push(judge_certificate(facts.taken_at, fact));
    }
    if intercepted {
        findings.iter_mut().for_each(distrust);
    }
    findings
}

/// What was reached through something that accepts every connection decides nothing.
fn distrust(finding: &mut Finding) {
    if finding.code == Code::PortControlConnected || finding.verdict == Verdict::Skip {
        return;
    }
    if finding.code.area() == Area::Port {
        finding.code = Code::PortIntercepted;
    }
    finding.verdict = Verdict::Unknown;
    "Something on the way accepts every connection, even on a port that nothing serves."
        .clone_into(&mut finding.reason);
    "See the control port's finding: take the proxy or sidecar out of the way first."
        .clone_into(&mut finding.hint);
}
