//! What DNS says of the names that are only suspect: whether one leads to the tailnet is then known, for where the
//! lint runs.

use std::net::IpAddr;

use crate::code::Code;
use crate::fact::name::{NameFact, SystemAnswer};
use crate::finding::{Finding, Verdict};
use crate::judge::{is_tailnet, list};
use crate::policy::Policy;

/// The names whose answers would settle a finding, each once. What is put together when the job runs has none.
pub fn suspect_names(findings: &[Finding]) -> Vec<String> {
    let open = findings.iter().filter(|finding| is_open(finding) && !finding.subject.contains('…'));
    let mut names: Vec<String> = open.map(|finding| finding.subject.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Settles the findings on suspect names by what was answered. A name without an answer is `unknown`.
pub fn settle_names(policy: &Policy, facts: &[NameFact], findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| is_open(finding)) {
        if finding.subject.contains('…') {
            continue;
        }
        let fact = facts.iter().find(|fact| fact.name == finding.subject);
        settle(policy, fact, finding);
    }
}

fn is_open(finding: &Finding) -> bool {
    finding.code == Code::PipelineTailnetName && finding.verdict == Verdict::Warn
}

fn settle(policy: &Policy, fact: Option<&NameFact>, finding: &mut Finding) {
    let addresses = fact.map(addresses).unwrap_or_default();
    let tailnet: Vec<IpAddr> =
        addresses.iter().copied().filter(|address| is_tailnet(policy, *address)).collect();
    let texts = |addresses: &[IpAddr]| addresses.iter().map(ToString::to_string).collect::<Vec<_>>();
    finding.evidence.insert("addresses".to_owned(), texts(&addresses).into());
    if !tailnet.is_empty() {
        finding.verdict = Verdict::Fail;
        finding.observed = format!("{}, and it resolves to {} here", finding.observed, list(&tailnet));
        "That is an address of the tailnet, which no pod reaches.".clone_into(&mut finding.reason);
    } else if fact.is_none_or(is_undecided) {
        finding.verdict = Verdict::Unknown;
        "What it resolves to could not be asked here.".clone_into(&mut finding.reason);
        "Repair the resolver, or ask where one answers.".clone_into(&mut finding.hint);
    } else if addresses.is_empty() {
        "It does not resolve here, so the job connects to nothing where it does not either."
            .clone_into(&mut finding.reason);
    } else {
        finding.verdict = Verdict::Pass;
        finding.observed = format!(
            "{}, and it resolves to {} here, outside of the tailnet",
            finding.observed,
            list(&addresses)
        );
        finding.reason.clear();
        finding.hint.clear();
    }
}

/// Every address that a nameserver or the system gave, each once.
fn addresses(fact: &NameFact) -> Vec<IpAddr> {
    let mut found: Vec<IpAddr> = Vec::new();
    for lookup in &fact.lookups {
        found.extend(lookup.a.addresses().iter().chain(lookup.aaaa.addresses()));
    }
    if let SystemAnswer::Addresses(addresses) = &fact.system {
        found.extend(addresses);
    }
    found.sort();
    found.dedup();
    found
}

/// Whether some answer is neither an address nor a clear "there is none".
fn is_undecided(fact: &NameFact) -> bool {
    let open = |answer: &crate::fact::name::Answer| !answer.is_negative() && answer.addresses().is_empty();
    fact.lookups.is_empty()
        || fact.lookups.iter().any(|lookup| open(&lookup.a) || open(&lookup.aaaa))
        || matches!(fact.system, SystemAnswer::Failed(_) | SystemAnswer::TimedOut)
}
