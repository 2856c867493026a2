//! Do the repository's network policies let the runner pods reach what the policy expects, and the resolver?

use std::collections::BTreeSet;

use super::Lint;
use crate::code::Code;
use crate::document::manifest::Match;
use crate::document::network_policy::{NetworkPolicy, Protocol};
use crate::finding::{Finding, Verdict};
use crate::judge::address::judge_address;
use crate::judge::network_policy::{
    Access, Receiver, Traffic, in_namespace, judge_egress, labels, network_policies,
};
use crate::judge::{expectations_from, list};
use crate::policy::Source;

/// Something that a source's pods must be able to send.
struct Flow {
    subject: String,
    /// Where it goes, for a sentence.
    what: String,
    /// What is to be said of it where it is denied.
    reason: &'static str,
    verdict: Verdict,
    traffic: Traffic,
    /// The peer that would admit it.
    peer: String,
}

pub(super) fn judge(lint: &Lint<'_>, findings: &mut Vec<Finding>) {
    let policies = network_policies(lint.files);
    for flaw in policies.iter().flat_map(|it| it.flaws.iter().map(move |flaw| (it, flaw))) {
        let (it, flaw) = flaw;
        findings.push(
            Finding::new(Code::NetworkPolicyInvalid, Verdict::Fail, subject(it))
                .expected("a manifest that the Kubernetes API takes")
                .observed(flaw.what.clone())
                .reason("The API refuses it, or leaves out what it does not know: what it would admit is not admitted.")
                .hint("Correct it as the Kubernetes page on network policies shows.")
                .at(lint.location(flaw.span)),
        );
    }
    if lint.policy.sources.values().all(|source| source.namespace.is_none()) {
        not_asked(lint, &policies, findings);
        return;
    }
    for (name, source) in lint.policy.sources.iter().filter(|(_, source)| source.namespace.is_some()) {
        for flow in flows(lint, name) {
            judge_flow(lint, source, &policies, &flow, findings);
        }
    }
}

fn subject(it: &NetworkPolicy) -> String {
    format!("NetworkPolicy {}", it.identity)
}

fn not_asked(lint: &Lint<'_>, policies: &[NetworkPolicy], findings: &mut Vec<Finding>) {
    let mut files = BTreeSet::new();
    for it in policies.iter().filter(|it| files.insert(it.identity.span.file)) {
        findings.push(
            Finding::new(Code::NetworkPolicyNotAsked, Verdict::Skip, subject(it))
                .expected("egress to the destinations and to the resolver")
                .observed("not held against the runner pods")
                .reason("The policy does not say which pods these are: no source has a `namespace`.")
                .hint("Give the source its `namespace`, and its `pod_labels`.")
                .at(lint.location(it.identity.span)),
        );
    }
}

/// What the pods of a source must be able to send: to each destination, and to the resolver.
fn flows(lint: &Lint<'_>, name: &str) -> Vec<Flow> {
    let mut flows = Vec::new();
    for expectation in expectations_from(lint.policy, Some(name)) {
        let Some(destination) = lint.policy.destinations.get(&expectation.to) else { continue };
        let address = judge_address(lint.policy, &[], &expectation.to, destination).dial;
        for service_name in &expectation.reach {
            let Some(service) = destination.services.get(service_name) else { continue };
            let to = address.map_or_else(|| destination.address.written.clone(), |it| it.to_string());
            flows.push(Flow {
                subject: format!("{name} to {} {service_name} ({service})", expectation.to),
                what: format!("tcp/{} to {to}", service.port),
                reason: "Its packets are dropped without a word: the job hangs until its time is up.",
                verdict: Verdict::Fail,
                traffic: Traffic {
                    to: Receiver::Machine(address),
                    protocol: Protocol::Tcp,
                    port: service.port.number(),
                },
                peer: format!(
                    "ipBlock {to}/{}",
                    address.map_or(32, |it| if it.is_ipv4() { 32 } else { 128 })
                ),
            });
        }
    }
    if !flows.is_empty() {
        for (protocol, verdict, reason) in [
            (Protocol::Udp, Verdict::Fail, "Without it no name resolves in a job, GitLab's own not either."),
            (
                Protocol::Tcp,
                Verdict::Warn,
                "An answer too long for UDP is asked for again by TCP, and hangs then.",
            ),
        ] {
            flows.push(Flow {
                subject: format!("{name} to the resolver (53/{})", protocol.word()),
                what: format!("{}/53 to CoreDNS", protocol.word()),
                reason,
                verdict,
                traffic: Traffic { to: Receiver::Resolver, protocol, port: 53 },
                peer: "namespaceSelector kubernetes.io/metadata.name: kube-system with podSelector k8s-app: kube-dns"
                    .to_owned(),
            });
        }
    }
    flows
}

fn judge_flow(
    lint: &Lint<'_>,
    source: &Source,
    policies: &[NetworkPolicy],
    flow: &Flow,
    findings: &mut Vec<Finding>,
) {
    let (code, verdict, by, also) = match judge_egress(lint.policy, source, policies, flow.traffic) {
        Access::Unrestricted | Access::Allowed(_) => return,
        Access::Denied(by) => (Code::NetworkPolicyDenies, flow.verdict, by, Vec::new()),
        Access::Unknown { open, isolating } => {
            (Code::NetworkPolicyUndecided, Verdict::Unknown, open, isolating)
        }
    };
    let names: BTreeSet<String> = by.iter().map(|it| it.identity.to_string()).collect();
    let word = flow.traffic.protocol.word().to_uppercase();
    let mut files = BTreeSet::new();
    // Once in every file that takes part: none of them is clean.
    for it in by.iter().chain(&also).filter(|it| files.insert(it.identity.span.file)) {
        let finding = Finding::new(code, verdict, flow.subject.as_str())
            .expected(format!("{} may leave the pods", flow.what))
            .evidence("policies", names.iter().cloned().collect::<Vec<_>>())
            .evidence("port", flow.traffic.port)
            .at(lint.location(it.identity.span));
        let (isolate, admit) = if names.len() == 1 { ("isolates", "admits") } else { ("isolate", "admit") };
        findings.push(match code {
            Code::NetworkPolicyDenies => finding
                .observed(format!("{} {isolate} the pods, and no egress rule admits {}", list(&names), flow.what))
                .reason(flow.reason)
                .hint(format!(
                    "Add an egress rule to {}, or a policy of its own: to {}, port {} {word}.",
                    it.identity, flow.peer, flow.traffic.port
                )),
            _ => finding
                .observed(format!("whether {} {admit} {} is not known", list(&names), flow.what))
                .reason(open(source, by.first().unwrap_or(it), flow))
                .hint("Say more of the pods in the policy (`namespace`, `pod_labels`), or render the templates first."),
        });
    }
}

/// What leaves it open, a sentence.
fn open(source: &Source, it: &NetworkPolicy, flow: &Flow) -> String {
    if !it.flaws.is_empty() {
        return format!("{} is not as the API takes it: what of it counts is not known.", it.identity.name);
    }
    let namespace = in_namespace(source, it.identity.namespace.as_deref());
    let keys: BTreeSet<&str> = it.pods.undecided(&labels(source)).collect();
    match (namespace, keys.is_empty()) {
        (Match::Maybe, _) if it.identity.namespace.is_none() => {
            format!("{} names no namespace: whoever applies it chooses.", it.identity.name)
        }
        (Match::Maybe, _) => format!("The namespace of {} is filled in later.", it.identity.name),
        (_, false) => format!("Whether the pods have the label {} is not known.", list(&keys)),
        _ if flow.traffic.to == Receiver::Resolver => {
            "Its rules name addresses or labels that the resolver may or may not have.".to_owned()
        }
        _ => "Its rules hold values that are filled in later, or the destination's address is not known."
            .to_owned(),
    }
}
