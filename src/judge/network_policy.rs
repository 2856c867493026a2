//! May a source's pods send this, by the network policies at hand? Pure.
//!
//! A pod that no policy isolates may send anything. One that some policies isolate may send what at least one
//! rule of one of them admits (Kubernetes, Network Policies). All policies that are given are taken to be applied
//! together, in one cluster. What labels and templates leave open is unknown.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::document::manifest::Match;
use crate::document::network_policy::{NetworkPolicy, Peer, PortRange, Ports, Protocol, Rule};
use crate::document::selector::Selector;
use crate::document::{Files, Kind};
use crate::policy::{Policy, Source, VPC};

/// Where something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// A machine outside of the cluster; `None` where its address is not known.
    Machine(Option<IpAddr>),
    /// The cluster's resolver: the pods of CoreDNS.
    Resolver,
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Where.
    pub to: Receiver,
    /// By which protocol.
    pub protocol: Protocol,
    /// To which port.
    pub port: u16,
}

/// Whether network policies let it out.
#[derive(Debug, Clone)]
pub enum Access<'a> {
    /// No policy isolates the pods.
    Unrestricted,
    /// A rule of this policy admits it.
    Allowed(&'a NetworkPolicy),
    /// These isolate the pods, and no rule of any policy admits it.
    Denied(Vec<&'a NetworkPolicy>),
    /// It depends on what is not known of some.
    Unknown {
        /// These; none where the source has no namespace.
        open: Vec<&'a NetworkPolicy>,
        /// These isolate the pods for certain, and do not admit it by themselves.
        isolating: Vec<&'a NetworkPolicy>,
    },
}

/// CoreDNS's namespace, labels and port names, as EKS installs it (Amazon EKS User Guide, Managing CoreDNS).
const DNS_NAMESPACE: &str = "kube-system";
const DNS_LABELS: [(&str, &str); 2] = [("k8s-app", "kube-dns"), ("eks.amazonaws.com/component", "coredns")];
/// The label that every namespace has, with its name (Kubernetes, Automatic labelling).
const NAMESPACE_LABEL: &str = "kubernetes.io/metadata.name";
/// What EKS gives a cluster's services where it is not told otherwise (Amazon EKS API, `KubernetesNetworkConfig`).
const SERVICES: [&str; 2] = ["10.100.0.0/16", "172.20.0.0/16"];

/// Every network policy of the files.
pub fn network_policies(files: &Files) -> Vec<NetworkPolicy> {
    let documents = files.iter().flat_map(|(_, file)| file.documents());
    documents.filter(|it| it.kind == Kind::NetworkPolicy).map(|it| NetworkPolicy::parse(&it.root)).collect()
}

/// Whether the pods of a source may send this.
pub fn judge_egress<'a>(
    policy: &Policy,
    source: &Source,
    policies: &'a [NetworkPolicy],
    traffic: Traffic,
) -> Access<'a> {
    let isolating: Vec<(&NetworkPolicy, Match)> = policies
        .iter()
        .filter(|it| it.isolates)
        .map(|it| (it, selects(source, it)))
        .filter(|(_, selected)| *selected != Match::No)
        .collect();
    if source.namespace.is_none() && policies.iter().any(|it| it.isolates) {
        return Access::Unknown { open: Vec::new(), isolating: Vec::new() };
    }
    let context = Context { policy, source, traffic };
    let admits: Vec<(&NetworkPolicy, Match, Match)> =
        isolating.into_iter().map(|(it, selected)| (it, selected, context.admits(it))).collect();
    let sure = || admits.iter().filter(|(_, selected, _)| *selected == Match::Yes);
    if admits.is_empty() {
        return Access::Unrestricted;
    }
    if let Some((by, ..)) = sure().find(|(.., admitted)| *admitted == Match::Yes) {
        return Access::Allowed(by);
    }
    // None that is sure to isolate: each that may, admits it as well.
    if sure().next().is_none() && admits.iter().all(|(.., admitted)| *admitted == Match::Yes) {
        return admits.first().map_or(Access::Unrestricted, |(by, ..)| Access::Allowed(by));
    }
    let open: Vec<&NetworkPolicy> = match sure().next() {
        Some(_) => {
            admits.iter().filter(|(.., admitted)| *admitted != Match::No).map(|(it, ..)| *it).collect()
        }
        None => admits.iter().map(|(it, ..)| *it).collect(),
    };
    let isolating = sure().map(|(it, ..)| *it).collect();
    if open.is_empty() { Access::Denied(isolating) } else { Access::Unknown { open, isolating } }
}

/// Whether a policy is for the pods of a source.
pub fn selects(source: &Source, it: &NetworkPolicy) -> Match {
    let namespace = in_namespace(source, it.identity.namespace.as_deref());
    Match::all([namespace, it.pods.matches(&labels(source)), is_taken(it)])
}

/// Whether the API takes a policy; one with flaws it may refuse, or take without them.
fn is_taken(it: &NetworkPolicy) -> Match {
    if it.flaws.is_empty() { Match::Yes } else { Match::Maybe }
}

/// Whether a manifest of this namespace is in the source's.
pub fn in_namespace(source: &Source, namespace: Option<&str>) -> Match {
    match (source.namespace.as_deref(), namespace) {
        (Some(ours), Some(theirs)) if !crate::document::manifest::is_template(theirs) => {
            Match::of(ours == theirs)
        }
        _ => Match::Maybe,
    }
}

/// The labels that are known of a source's pods.
pub fn labels(source: &Source) -> BTreeMap<&str, &str> {
    source.pod_labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

struct Context<'a> {
    policy: &'a Policy,
    source: &'a Source,
    traffic: Traffic,
}

impl Context<'_> {
    fn admits(&self, it: &NetworkPolicy) -> Match {
        let admitted = Match::any(it.rules.iter().map(|rule| self.rule(rule)));
        if admitted == Match::Yes { is_taken(it) } else { admitted }
    }

    fn rule(&self, rule: &Rule) -> Match {
        let to = rule.to.as_ref();
        let to = to.map_or(Match::Yes, |peers| Match::any(peers.iter().map(|peer| self.peer(peer))));
        let ports = rule.ports.as_ref();
        let ports = ports.map_or(Match::Yes, |ports| Match::any(ports.iter().map(|range| self.port(range))));
        Match::all([to, ports])
    }

    fn peer(&self, peer: &Peer) -> Match {
        match (peer, self.traffic.to) {
            (Peer::Opaque, _) => Match::Maybe,
            (Peer::Block { cidr, except }, Receiver::Machine(Some(address))) => {
                Match::of(cidr.contains(&address) && !except.iter().any(|range| range.contains(&address)))
            }
            (Peer::Block { cidr, except }, Receiver::Machine(None)) => {
                if cidr.prefix_len() == 0 && except.is_empty() { Match::Yes } else { Match::Maybe }
            }
            (Peer::Block { cidr, except }, Receiver::Resolver) => self.resolver_in(*cidr, except),
            (Peer::Pods { namespaces, pods }, Receiver::Resolver) => {
                self.resolver_among(namespaces.as_ref(), pods.as_ref())
            }
            // A machine is no pod, unless its address may be of the range that pods have theirs from.
            (Peer::Pods { .. }, Receiver::Machine(address)) => {
                let of_pods = |address: IpAddr| self.source.subnets.iter().any(|it| it.contains(&address));
                if address.is_none_or(of_pods) { Match::Maybe } else { Match::No }
            }
        }
    }

    /// The resolver is known by its labels, and its address only to be in the VPC, its service's in one of EKS's
    /// ranges. A plugin may look at either.
    fn resolver_in(&self, cidr: IpNet, except: &[IpNet]) -> Match {
        let services = SERVICES.iter().filter_map(|range| range.parse::<IpNet>().ok());
        let ranges: Vec<IpNet> = self.policy.network(VPC).iter().copied().chain(services).collect();
        let overlaps = |one: &IpNet| ranges.iter().any(|it| it.contains(one) || one.contains(it));
        let inside = |it: &IpNet| it.network().is_ipv4() != cidr.network().is_ipv4() || cidr.contains(it);
        if !overlaps(&cidr) {
            Match::No
        } else if cidr.network().is_ipv4() && ranges.iter().all(inside) && !except.iter().any(overlaps) {
            Match::Yes
        } else {
            Match::Maybe
        }
    }

    fn resolver_among(&self, namespaces: Option<&Selector>, pods: Option<&Selector>) -> Match {
        let namespace = match namespaces {
            Some(selector) => selector.matches(&BTreeMap::from([(NAMESPACE_LABEL, DNS_NAMESPACE)])),
            None => Match::of(self.source.namespace.as_deref() == Some(DNS_NAMESPACE)),
        };
        let known = BTreeMap::from(DNS_LABELS);
        Match::all([namespace, pods.map_or(Match::Yes, |selector| selector.matches(&known))])
    }

    fn port(&self, range: &PortRange) -> Match {
        let Traffic { to, protocol, port } = self.traffic;
        let protocol = range.protocol.map_or(Match::Maybe, |one| Match::of(one == protocol));
        let number = match &range.ports {
            Ports::All => Match::Yes,
            Ports::Range(first, last) => Match::of((*first..=*last).contains(&port)),
            Ports::Opaque => Match::Maybe,
            // Names are of a pod's own ports; a machine has none.
            Ports::Named(name) => match (to, name.as_str()) {
                (Receiver::Machine(_), _) | (Receiver::Resolver, "metrics") => Match::No,
                (Receiver::Resolver, "dns" | "dns-tcp") => Match::of(port == 53),
                (Receiver::Resolver, _) => Match::Maybe,
            },
        };
        Match::all([protocol, number])
    }
}
