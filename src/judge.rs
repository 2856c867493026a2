//! Policy × facts → findings. Pure: no I/O, no clock, so every verdict can be tested from data.
//!
//! A fact that does not decide gives `unknown`, and what depends on a failed fact is `skip` with the
//! reason: nothing is left out of the list.

pub mod address;
mod certificate;
#[cfg(feature = "static")]
pub mod change;
#[cfg(feature = "static")]
pub mod configuration;
#[cfg(feature = "static")]
pub mod correlate;
mod dns;
pub mod gitlab;
#[cfg(feature = "lint")]
pub mod lint;
#[cfg(feature = "lint")]
pub mod network_policy;
mod port;
pub mod runner;
pub mod target;

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::code::{Area, Code};
use crate::fact::Facts;
use crate::finding::{Finding, Verdict};
use crate::policy::{Destination, Expectation, Policy, TAILNET, VPC};

/// Judges all that a run of the probe saw, in the order the findings are shown.
pub fn judge_probe(policy: &Policy, facts: &Facts) -> Vec<Finding> {
    let place = runner::Place::find(policy, &facts.runner);
    let mut findings = runner::judge_runner(policy, &facts.runner, &place);
    findings.extend(runner::judge_proxies(policy, &facts.runner, &place));
    let own = own_addresses(facts);
    for (name, destination) in destinations(policy) {
        findings.extend(address::judge_address(policy, &own, name, destination).findings);
    }
    findings.extend(dns::judge_names(policy, facts));
    findings.extend(dns::judge_magicdns(policy, facts, &place));
    findings.extend(port::judge_ports(policy, facts, &place));
    if let Some(outside) = place.outside() {
        for finding in &mut findings {
            distrust(finding, &outside);
        }
    }
    findings.extend(facts.interrupted.map(interrupted));
    findings.sort_by_key(Finding::area);
    findings
}

/// The destinations that some expectation names, each once.
pub fn destinations(policy: &Policy) -> impl Iterator<Item = (&str, &Destination)> {
    let named: BTreeSet<&str> =
        policy.expectations.iter().map(|expectation| expectation.to.as_str()).collect();
    policy
        .destinations
        .iter()
        .filter(move |(name, _)| named.contains(name.as_str()))
        .map(|(name, destination)| (name.as_str(), destination))
}

/// The expectations that a machine of source `here` is asked; all of them while the source is not known.
pub fn expectations_from<'a>(
    policy: &'a Policy,
    here: Option<&'a str>,
) -> impl Iterator<Item = &'a Expectation> {
    policy.expectations.iter().filter(move |expectation| here.is_none_or(|here| expectation.from == here))
}

/// This machine's own addresses.
pub fn own_addresses(facts: &Facts) -> Vec<IpAddr> {
    facts.runner.addresses.iter().map(|own| own.address).collect()
}

/// Whether the address belongs to the tailnet. The policy's VPC networks win where the ranges overlap
/// (AWS recommends 100.64.0.0/10 for secondary CIDR blocks of EKS VPCs).
fn is_tailnet(policy: &Policy, address: IpAddr) -> bool {
    let address = address.to_canonical();
    holds(policy.network(TAILNET), address) && !holds(policy.network(VPC), address)
}

fn holds(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// What was seen from the wrong place decides nothing, good or bad.
fn distrust(finding: &mut Finding, outside: &str) {
    let of_the_place = match finding.code.area() {
        Area::Dns | Area::Port | Area::Certificate => true,
        Area::Runner => matches!(
            finding.code,
            Code::RunnerTailscaleAbsent
                | Code::RunnerTailscalePresent
                | Code::RunnerProxyAbsent
                | Code::RunnerProxySet
        ),
        // What AWS's configuration says is the same from anywhere.
        _ => false,
    };
    if of_the_place && !matches!(finding.verdict, Verdict::Skip | Verdict::Unknown) {
        finding.verdict = Verdict::Unknown;
        finding.reason = if finding.reason.is_empty() {
            outside.to_owned()
        } else {
            format!("{outside} {}", finding.reason)
        };
    }
}

fn interrupted(interruption: crate::fact::Interruption) -> Finding {
    Finding::new(Code::RunInterrupted, Verdict::Unknown, "run")
        .expected("everything asked")
        .observed(format!("ended by {} after {:.1} s", interruption.signal, interruption.after.as_secs_f64()))
        .reason("What had not been asked by then is unknown.")
        .hint("Run it again, with more time.")
        .elapsed(interruption.after)
        .evidence("signal", interruption.signal)
}

/// `a`, `a and b`, `a, b and c`.
fn list(items: impl IntoIterator<Item = impl ToString>) -> String {
    join(items, "and")
}

/// `a`, `a or b`, `a, b or c`.
fn either(items: impl IntoIterator<Item = impl ToString>) -> String {
    join(items, "or")
}

fn join(items: impl IntoIterator<Item = impl ToString>, word: &str) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    match items.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
    }
}
