//! What the policy gives to dial.

use std::net::IpAddr;

use super::address::judge_address;
use super::runner::Place;
use super::{destinations, expectations_from};
use crate::fact::port::{Role, Target};
use crate::finding::Finding;
use crate::flow::Greeting;
use crate::policy::{Destination, Expectation, Policy};

/// What to dial: every service that an expectation of this machine's source names, and a control port
/// a destination. Addresses that did not pass are not dialled.
pub fn plan_targets(policy: &Policy, own: &[IpAddr], place: &Place<'_>) -> Vec<Target> {
    destinations(policy)
        .filter_map(|(name, destination)| {
            Some((name, destination, judge_address(policy, own, name, destination).dial?))
        })
        .flat_map(|(name, destination, address)| targets_of(policy, place, name, destination, address))
        .collect()
}

/// What to dial at one destination whose address may be dialled; each target once.
pub(super) fn targets_of(
    policy: &Policy,
    place: &Place<'_>,
    name: &str,
    destination: &Destination,
    address: IpAddr,
) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for expectation in
        expectations_from(policy, place.source_name()).filter(|expectation| expectation.to == name)
    {
        for target in services_of(expectation, name, destination, address) {
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
    }
    if targets.iter().any(|target| matches!(target.role, Role::Reach(_))) {
        targets.push(Target {
            destination: name.to_owned(),
            role: Role::Control,
            address,
            port: destination.control_port,
            greeting: Greeting::Tcp,
            server_name: None,
        });
    }
    targets
}

fn services_of<'a>(
    expectation: &'a Expectation,
    name: &'a str,
    destination: &'a Destination,
    address: IpAddr,
) -> impl Iterator<Item = Target> + 'a {
    let reach = expectation.reach.iter().map(|service| (service, Role::Reach(service.clone())));
    let closed = expectation.closed.iter().map(|service| (service, Role::Closed(service.clone())));
    reach.chain(closed).filter_map(move |(service, role)| {
        let service = destination.services.get(service)?;
        Some(Target {
            destination: name.to_owned(),
            role,
            address,
            port: service.port,
            greeting: service.greeting,
            server_name: destination.server_name.clone(),
        })
    })
}

/// What a finding about this port is about; the same for every run.
pub fn subject(target: &Target) -> String {
    match &target.role {
        Role::Control => format!("{} control port {}", target.destination, target.port),
        Role::Reach(service) | Role::Closed(service) => {
            format!("{} {service} ({}/{})", target.destination, target.port, target.greeting)
        }
    }
}

/// Says which of the policy's services a finding is about, and what is expected of it.
pub(super) fn identified(finding: Finding, target: &Target) -> Finding {
    let finding =
        finding.evidence("destination", target.destination.as_str()).evidence("port", target.port.number());
    match &target.role {
        Role::Control => finding,
        Role::Reach(service) => {
            finding.evidence("service", service.as_str()).evidence("expectation", "reach")
        }
        Role::Closed(service) => {
            finding.evidence("service", service.as_str()).evidence("expectation", "closed")
        }
    }
}

/// What the policy expects of this port, a phrase.
pub(super) fn expected(target: &Target) -> String {
    match (&target.role, target.greeting) {
        (Role::Control, _) => "no connection: nothing serves it".to_owned(),
        (Role::Closed(_), _) => "no connection".to_owned(),
        (Role::Reach(_), Greeting::Ssh) => "an SSH server's identification and key exchange".to_owned(),
        (Role::Reach(_), Greeting::Tls) => "a completed TLS handshake".to_owned(),
        (Role::Reach(_), Greeting::Http) => "an HTTP status line".to_owned(),
        (Role::Reach(_), Greeting::Tcp) => "a TCP connection".to_owned(),
    }
}
