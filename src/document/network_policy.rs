//! `NetworkPolicy` of `networking.k8s.io/v1`, as far as it is about egress (Kubernetes, Network Policies).

use std::sync::Arc;

use ipnet::IpNet;

use super::manifest::{Flaw, Identity, is_template};
use super::node::{Node, Span};
use super::selector::Selector;

/// A network policy.
#[derive(Debug, Clone)]
pub struct NetworkPolicy {
    /// What it is called.
    pub identity: Identity,
    /// The pods that it applies to, of its own namespace.
    pub pods: Selector,
    /// Whether it isolates them for egress: only what some policy's rule admits may leave then.
    pub isolates: bool,
    /// What it admits; the rules are alternatives.
    pub rules: Vec<Rule>,
    /// What the API refuses in it.
    pub flaws: Vec<Flaw>,
}

/// A rule of `egress`.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Where it stands.
    pub span: Span,
    /// Where traffic may go; `None` is anywhere.
    pub to: Option<Vec<Peer>>,
    /// On which ports; `None` is all.
    pub ports: Option<Vec<PortRange>>,
}

/// Where traffic may go.
#[derive(Debug, Clone)]
pub enum Peer {
    /// Addresses.
    Block {
        /// These.
        cidr: IpNet,
        /// Without these.
        except: Vec<IpNet>,
    },
    /// Pods.
    Pods {
        /// Of these namespaces; `None` is the policy's own.
        namespaces: Option<Selector>,
        /// These; `None` is all.
        pods: Option<Selector>,
    },
    /// Something that cannot be read, or is filled in later.
    Opaque,
}

/// Ports of one protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortRange {
    /// `TCP`, `UDP` or `SCTP`; `None` where it is filled in later.
    pub protocol: Option<Protocol>,
    /// Which.
    pub ports: Ports,
}

/// A protocol with ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// The word for it, e.g. `tcp`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }
}

/// Which ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ports {
    /// All.
    All,
    /// From one to another, both included.
    Range(u16, u16),
    /// The one that the pod itself gives this name.
    Named(String),
    /// Not readable, or filled in later.
    Opaque,
}

impl NetworkPolicy {
    /// Reads a manifest.
    pub fn parse(root: &Arc<Node>) -> Self {
        let identity = Identity::of(root);
        let mut flaws = Vec::new();
        let spec = root.get("spec");
        let pods = match spec.and_then(|spec| spec.get("podSelector")) {
            Some(node) => Selector::parse(node, &mut flaws),
            None => Selector::default(),
        };
        let egress = spec.and_then(|spec| spec.get("egress"));
        let rules: Vec<Rule> = egress.map(|egress| rules(egress, &mut flaws)).unwrap_or_default();
        let types = spec.and_then(|spec| spec.get("policyTypes")).filter(|types| !types.items().is_empty());
        let isolates = match types {
            Some(types) => {
                for wrong in
                    types.items().iter().filter(|it| !matches!(it.text(), Some("Ingress" | "Egress")))
                {
                    flaws.push(Flaw {
                        span: wrong.span,
                        what: "a policy type is Ingress or Egress".to_owned(),
                    });
                }
                types.items().iter().any(|it| it.text() == Some("Egress"))
            }
            // Without types a policy is for egress only where it has rules for it.
            None => !rules.is_empty(),
        };
        Self { identity, pods, isolates, rules, flaws }
    }
}

fn rules(egress: &Arc<Node>, flaws: &mut Vec<Flaw>) -> Vec<Rule> {
    let one = |item: &Arc<Node>| {
        let some = |key: &str| item.get(key).filter(|node| !node.items().is_empty());
        let span = item.map().and_then(<[_]>::first).map_or(item.span, |entry| entry.key_span);
        if !item.is_null() && item.map().is_none() {
            flaws.push(Flaw { span, what: "a rule is a map with `to` and `ports`".to_owned() });
            return Rule { span, to: Some(vec![Peer::Opaque]), ports: None };
        }
        for entry in item.map().unwrap_or_default() {
            if !matches!(&*entry.key, "to" | "ports") {
                let what = format!("{} is no part of an egress rule", entry.key);
                flaws.push(Flaw { span: entry.key_span, what });
            }
        }
        Rule {
            span,
            to: some("to").map(|to| to.items().iter().map(|peer| read_peer(peer, flaws)).collect()),
            ports: some("ports")
                .map(|ports| ports.items().iter().map(|port| read_ports(port, flaws)).collect()),
        }
    };
    egress.items().iter().map(one).collect()
}

fn read_peer(peer: &Arc<Node>, flaws: &mut Vec<Flaw>) -> Peer {
    let (namespaces, pods) = (peer.get("namespaceSelector"), peer.get("podSelector"));
    if let Some(block) = peer.get("ipBlock") {
        if namespaces.is_some() || pods.is_some() {
            let what = "ipBlock stands alone in its peer: it cannot go with a selector".to_owned();
            flaws.push(Flaw { span: block.span, what });
            return Peer::Opaque;
        }
        return read_block(block, flaws);
    }
    if namespaces.is_none() && pods.is_none() {
        let what = "a peer is an ipBlock, a podSelector, a namespaceSelector or both selectors".to_owned();
        flaws.push(Flaw { span: peer.span, what });
        return Peer::Opaque;
    }
    Peer::Pods {
        namespaces: namespaces.map(|node| Selector::parse(node, flaws)),
        pods: pods.map(|node| Selector::parse(node, flaws)),
    }
}

fn read_block(block: &Arc<Node>, flaws: &mut Vec<Flaw>) -> Peer {
    let mut network = |node: &Arc<Node>| match node.text() {
        Some(text) if is_template(text) => None,
        text => {
            let parsed = text.and_then(|text| text.parse::<IpNet>().ok());
            if parsed.is_none() {
                flaws.push(Flaw { span: node.span, what: "this is no CIDR".to_owned() });
            }
            parsed.map(|network| network.trunc())
        }
    };
    let Some(cidr) = block.get("cidr") else {
        flaws.push(Flaw { span: block.span, what: "ipBlock has no cidr".to_owned() });
        return Peer::Opaque;
    };
    let parsed = network(cidr);
    let written = block.get("except").map(Node::items).unwrap_or_default();
    let except: Option<Vec<IpNet>> = written.iter().map(&mut network).collect();
    let (Some(parsed), Some(except)) = (parsed, except) else { return Peer::Opaque };
    for (range, node) in except.iter().zip(written) {
        if !parsed.contains(range) {
            flaws.push(Flaw { span: node.span, what: format!("{range} is not inside of {parsed}") });
        }
    }
    Peer::Block { cidr: parsed, except }
}

fn read_ports(item: &Arc<Node>, flaws: &mut Vec<Flaw>) -> PortRange {
    let protocol = match item.get("protocol").and_then(|node| node.text()) {
        None | Some("TCP") => Some(Protocol::Tcp),
        Some("UDP") => Some(Protocol::Udp),
        Some("SCTP") => Some(Protocol::Sctp),
        Some(other) => {
            if !is_template(other) {
                flaws.push(Flaw { span: item.span, what: "a protocol is TCP, UDP or SCTP".to_owned() });
            }
            None
        }
    };
    let text = |key: &str| item.get(key).and_then(|node| node.text());
    let number = |text: &str| text.parse::<u16>().ok().filter(|number| *number > 0);
    let ports = match (text("port"), text("endPort")) {
        (Some(port), _) if is_template(port) => Ports::Opaque,
        (_, Some(end)) if is_template(end) => Ports::Opaque,
        (None, None) => Ports::All,
        (Some(port), None) => match number(port) {
            Some(number) => Ports::Range(number, number),
            None if port.parse::<i64>().is_ok() => {
                flaws.push(Flaw { span: item.span, what: "a port is from 1 to 65535".to_owned() });
                Ports::Opaque
            }
            None => Ports::Named(port.to_owned()),
        },
        (port, Some(end)) => match (port.and_then(number), number(end)) {
            (Some(first), Some(last)) if first <= last => Ports::Range(first, last),
            _ => {
                let what = "endPort needs a port that is a number and not larger".to_owned();
                flaws.push(Flaw { span: item.span, what });
                Ports::Opaque
            }
        },
    };
    PortRange { protocol, ports }
}
