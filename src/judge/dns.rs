//! Do names lead where they must, and only there?
//!
//! Only NXDOMAIN or NODATA for both A and AAAA, from a resolver that was seen to work, is "does not
//! resolve" (RFC 2308); everything else that is not an address is undecided.

mod control;
mod magicdns;
mod words;

pub use magicdns::judge_magicdns;

use std::collections::BTreeSet;
use std::net::IpAddr;

use self::control::Control;
use self::words::{answers, describe_answer, describe_lookup, describe_system, slowest};
use super::{is_tailnet, list};
use crate::code::Code;
use crate::fact::Facts;
use crate::fact::name::{Answer, Lookup, NameFact, NameRole, SystemAnswer, in_tailscale_zone};
use crate::finding::{Finding, Verdict};
use crate::policy::{Policy, Value};

/// Judges every name of the policy.
pub fn judge_names(policy: &Policy, facts: &Facts) -> Vec<Finding> {
    let names = &policy.names;
    if names.control.is_empty() && names.unresolvable.is_empty() && names.never_tailnet.is_empty() {
        return Vec::new();
    }
    if let Err(problem) = &facts.runner.resolver {
        return vec![
            Finding::new(Code::DnsResolverMissing, Verdict::Unknown, "resolver")
                .expected("a resolver to ask")
                .observed(problem.as_str())
                .reason("No name could be asked.")
                .hint("`cat /etc/resolv.conf` in the job; repair the pod's dnsConfig."),
        ];
    }
    let control = Control::of(policy, facts);
    let mut findings = vec![control.finding(policy)];
    for value in &names.unresolvable {
        findings.extend(asked(facts, value, NameRole::Unresolvable, "does not resolve", |fact| {
            judge_unresolvable(policy, &control, fact)
        }));
    }
    for name in &names.never_tailnet {
        let value = Value { written: name.clone(), variable: None, resolved: Some(name.clone()) };
        findings.extend(asked(facts, &value, NameRole::NeverTailnet, "never a tailnet address", |fact| {
            judge_never_tailnet(policy, &control, fact)
        }));
    }
    findings
}

/// Finds the fact of a name and judges it; a name that is empty is skipped, one without a fact is unknown.
fn asked(
    facts: &Facts,
    value: &Value,
    role: NameRole,
    expected: &str,
    judge: impl Fn(&NameFact) -> Vec<Finding>,
) -> Vec<Finding> {
    let Some(name) = value.resolved.as_deref().map(str::trim).filter(|name| !name.is_empty()) else {
        return vec![
            Finding::new(Code::DnsNameUnset, Verdict::Skip, value.written.as_str())
                .expected(expected)
                .observed("not asked")
                .reason(match &value.variable {
                    Some(variable) => format!("The variable {variable} is unset or empty."),
                    None => "The policy's value is empty here.".to_owned(),
                })
                .hint("Set it, for instance to the server's ts.net name, to have it checked."),
        ];
    };
    match facts.names.iter().find(|fact| fact.name == name && fact.role == role) {
        Some(fact) => judge(fact),
        None => vec![
            Finding::new(Code::DnsUndecided, Verdict::Unknown, name)
                .expected(expected)
                .observed("no answer yet when the run ended")
                .reason("It was not decided."),
        ],
    }
}

fn judge_unresolvable(policy: &Policy, control: &Control<'_>, fact: &NameFact) -> Vec<Finding> {
    let finding = |code, verdict| base(fact, code, verdict).expected("does not resolve");
    let positive: Vec<&Lookup> = fact.lookups.iter().filter(|lookup| has_addresses(lookup)).collect();
    let suspicious = positive.iter().any(|lookup| tailscale_evidence(policy, lookup).is_some());
    if !positive.is_empty() && !suspicious && positive.iter().all(|lookup| is_wildcard(lookup)) {
        return vec![
            finding(Code::DnsWildcard, Verdict::Fail)
                .observed(format!(
                    "resolves, as any name beside it does: {}",
                    list(positive.iter().map(|lookup| describe_lookup(lookup)))
                ))
                .reason("A wildcard record answers; a job that uses the name gets whatever that points to.")
                .hint("Remove the wildcard or the search domain, and use the VPC address in jobs."),
        ];
    }
    if let Some(lookup) = positive.first() {
        return vec![
            finding(Code::DnsNameResolves, Verdict::Fail)
                .observed(format!(
                    "resolves: \
                    {}",
                    list(positive.iter().map(|lookup| describe_lookup(lookup)))
                ))
                .reason(match &lookup.search_domain {
                    Some(domain) => format!("The search domain {domain} completes it to {}.", lookup.asked),
                    None => format!(
                        "Nameserver {} answers for it: MagicDNS has leaked into the \
                        pod.",
                        lookup.nameserver
                    ),
                })
                .hint(match &lookup.search_domain {
                    Some(domain) => format!(
                        "Remove the search domain {domain} from the pod's resolver \
                        configuration."
                    ),
                    None => format!(
                        "Remove what answers for it at {}, e.g. a CoreDNS stub zone; use the \
                        VPC address in jobs.",
                        lookup.nameserver
                    ),
                }),
        ];
    }
    if let SystemAnswer::Addresses(addresses) = &fact.system {
        return vec![
            finding(Code::DnsNameResolves, Verdict::Fail)
                .observed(format!("resolves through getaddrinfo to {}", list(addresses)))
                .reason(
                    "DNS does not know it, so /etc/hosts does: hostAliases, a GitLab services: alias, \
                    or the image.",
                )
                .hint(format!("`grep {} /etc/hosts` in the job; remove the entry.", fact.name)),
        ];
    }
    match undecided(control, fact) {
        Some(why) => vec![undecided_finding(fact, "does not resolve", &why)],
        None => vec![
            finding(Code::DnsNameUnresolvable, Verdict::Pass).observed("does not resolve, as it should be"),
        ],
    }
}

fn judge_never_tailnet(policy: &Policy, control: &Control<'_>, fact: &NameFact) -> Vec<Finding> {
    let expected = "never a tailnet address";
    let finding = |code, verdict| base(fact, code, verdict).expected(expected);
    let leads = |view: String| {
        vec![
            finding(Code::DnsTailnetAnswer, Verdict::Fail)
                .observed(format!("leads into the tailnet: {view}"))
                .reason("A pod has no Tailscale: a job that uses the name hangs.")
                .hint(
                    "Use $DEV_SERVER_IP in jobs, or give the name a record with the VPC address in a \
                    private hosted zone.",
                ),
        ]
    };
    if let Some(evidence) = fact.lookups.iter().find_map(|lookup| tailscale_evidence(policy, lookup)) {
        return leads(evidence);
    }
    let system: &[IpAddr] = match &fact.system {
        SystemAnswer::Addresses(addresses) => addresses,
        _ => &[],
    };
    if let Some(address) = system.iter().find(|address| is_tailnet(policy, **address)) {
        return leads(format!("{address} through getaddrinfo (/etc/hosts)"));
    }
    if let Some(why) = undecided(control, fact) {
        return vec![undecided_finding(fact, expected, &why)];
    }
    let addresses: BTreeSet<IpAddr> = fact.lookups.iter().flat_map(addresses).collect();
    let observed = match (addresses.is_empty(), system.is_empty()) {
        (true, true) => "does not resolve here".to_owned(),
        (false, _) => format!("resolves to {}", list(&addresses)),
        (true, false) => {
            format!("resolves through getaddrinfo alone, to {}", list(system))
        }
    };
    let mut findings = vec![finding(Code::DnsNotTailnet, Verdict::Pass).observed(observed)];
    let agree = system.iter().any(|address| addresses.contains(&address.to_canonical()));
    if addresses.is_empty() != system.is_empty() || !addresses.is_empty() && !agree {
        let dns = if addresses.is_empty() { "nothing".to_owned() } else { list(&addresses) };
        let hosts = if system.is_empty() { "nothing".to_owned() } else { list(system) };
        findings.push(
            finding(Code::DnsViewsDiffer, Verdict::Warn)
                .expected("the same answer from DNS and getaddrinfo")
                .observed(format!("DNS says {dns}, getaddrinfo says {hosts}"))
                .reason("ssh and curl ask getaddrinfo, which also reads /etc/hosts; dig does not.")
                .hint(format!("`getent hosts {0}` and `grep {0} /etc/hosts` in the job.", fact.name)),
        );
    }
    findings
}

fn base(fact: &NameFact, code: Code, verdict: Verdict) -> Finding {
    Finding::new(code, verdict, fact.name.as_str())
        .elapsed(slowest(fact))
        .evidence("answers", answers(fact))
        .evidence("getaddrinfo", describe_system(&fact.system))
}

fn undecided_finding(fact: &NameFact, expected: &str, why: &str) -> Finding {
    base(fact, Code::DnsUndecided, Verdict::Unknown)
        .expected(expected)
        .observed(format!("not decided: {why}"))
        .reason(
            "Only NXDOMAIN, or NODATA for both A and AAAA, from a resolver that works says that a \
            name does not resolve.",
        )
        .hint(match fact.lookups.first() {
            Some(lookup) => format!(
                "`dig @{} {}` in the job; --wait asks \
                again.",
                lookup.nameserver, fact.name
            ),
            None => "--wait asks again.".to_owned(),
        })
}

/// Why "it resolves to nothing more than was seen" cannot be said; `None` if it can.
fn undecided(control: &Control<'_>, fact: &NameFact) -> Option<String> {
    if fact.lookups.is_empty() {
        return Some("no nameserver was asked".to_owned());
    }
    for lookup in &fact.lookups {
        for (kind, answer) in [("A", &lookup.a), ("AAAA", &lookup.aaaa)] {
            if !answer.is_negative() && answer.addresses().is_empty() {
                return Some(format!(
                    "{} {kind} at {}: {}",
                    lookup.asked,
                    lookup.nameserver,
                    describe_answer(answer)
                ));
            }
        }
        if !has_addresses(lookup)
            && let Some(why) = control.distrusts(lookup)
        {
            return Some(why);
        }
    }
    match &fact.system {
        SystemAnswer::Failed(problem) => Some(format!("getaddrinfo: {problem}")),
        SystemAnswer::TimedOut => Some("getaddrinfo did not come back in time".to_owned()),
        SystemAnswer::Addresses(_) | SystemAnswer::NoName => None,
    }
}

/// A ts.net name or a tailnet address in the question or its answer, in words.
fn tailscale_evidence(policy: &Policy, lookup: &Lookup) -> Option<String> {
    let aliases = [&lookup.a, &lookup.aaaa].into_iter().flat_map(Answer::aliases);
    let at = lookup.nameserver;
    if has_addresses(lookup) && in_tailscale_zone(&lookup.asked) {
        return Some(format!("{} at {at}", describe_lookup(lookup)));
    }
    if let Some(alias) = aliases.into_iter().find(|alias| in_tailscale_zone(alias.as_str())) {
        return Some(format!("{} is an alias of {alias} at {at}", lookup.asked));
    }
    addresses(lookup)
        .find(|address| is_tailnet(policy, *address))
        .map(|address| format!("{} is {address} at {at}", lookup.asked))
}

fn addresses(lookup: &Lookup) -> impl Iterator<Item = IpAddr> + '_ {
    lookup.a.addresses().iter().chain(lookup.aaaa.addresses()).map(IpAddr::to_canonical)
}

fn has_addresses(lookup: &Lookup) -> bool {
    addresses(lookup).next().is_some()
}

fn is_wildcard(lookup: &Lookup) -> bool {
    lookup.random_sibling.as_ref().is_some_and(|answer| !answer.addresses().is_empty())
}
