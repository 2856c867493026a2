//! The question: from where, to where, with what.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::flow::Port;
use crate::snapshot::Id;

/// Can `from` send this to `to`, and get the answer back?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who begins.
    pub from: Endpoint,
    /// Who answers.
    pub to: Endpoint,
    /// What is sent.
    pub traffic: Traffic,
    /// Whether a node's address replaces its pods' addresses outside the VPC.
    pub translation: Translation,
}

impl Question {
    /// The plain question; whether pods' addresses are translated is not known.
    pub fn new(from: Endpoint, to: Endpoint, traffic: Traffic) -> Self {
        Self { from, to, traffic, translation: Translation::Unknown }
    }
}

/// One end of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A private address of an interface, its own or a pod's.
    Address(IpAddr),
    /// An interface, by its primary address.
    Interface(Id),
    /// An instance, by its primary interface.
    Instance(Id),
    /// An interface that is not there yet (a node that Karpenter has still to start).
    Hypothetical(Hypothetical),
}

/// An interface that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hypothetical {
    /// The subnet it will be in. The subnet's first address that AWS gives out stands for its own.
    pub subnet: Id,
    /// The groups that it will carry.
    pub groups: Vec<Id>,
}

/// What is not an [`Endpoint`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no IP address, interface id (eni-…) or instance id (i-…)")]
pub struct EndpointError(String);

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(address) = text.parse::<IpAddr>() {
            // ::ffff:10.0.0.1 is the IPv4 address that is really sent to.
            return Ok(Self::Address(address.to_canonical()));
        }
        match text.split_once('-') {
            Some(("eni", rest)) if !rest.is_empty() => Ok(Self::Interface(text.into())),
            Some(("i", rest)) if !rest.is_empty() => Ok(Self::Instance(text.into())),
            _ => Err(EndpointError(text.to_owned())),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Interface(id) | Self::Instance(id) => f.write_str(id),
            Self::Hypothetical(it) => write!(f, "an interface in {} with {}", it.subnet, it.groups.join(" ")),
        }
    }
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Traffic {
    /// A TCP connection to a port.
    Tcp(Port),
    /// A datagram to a port, and its answer.
    Udp(Port),
    /// An echo request and its reply (RFC 792; RFC 4443, 4.1 for IPv6).
    Icmp,
}

impl Traffic {
    /// `tcp`, `udp` or `icmp`.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Tcp(_) => "tcp",
            Self::Udp(_) => "udp",
            Self::Icmp => "icmp",
        }
    }

    /// The port that is sent to; ICMP has none.
    pub fn port(self) -> Option<Port> {
        match self {
            Self::Tcp(port) | Self::Udp(port) => Some(port),
            Self::Icmp => None,
        }
    }
}

/// Whether the CNI puts the node's address in place of its pods' outside the VPC
/// (`AWS_VPC_K8S_CNI_EXTERNALSNAT`, which is not in EC2's data).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Translation {
    /// Not known: both are judged, and where they differ the answer is unknown.
    #[default]
    Unknown,
    /// It does (the CNI's default, external SNAT off).
    Node,
    /// It does not (external SNAT on, or no CNI).
    None,
}

/// The ports that Linux begins connections from (`net.ipv4.ip_local_port_range`).
pub(super) const LINUX_PORTS: RangeInclusive<u16> = 32768..=60999;
/// The ports that the CNI's translation may choose (`--random-fully`).
pub(super) const TRANSLATED_PORTS: RangeInclusive<u16> = 1024..=65535;
