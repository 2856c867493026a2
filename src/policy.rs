//! What a runner must and must not be able to reach: the policy, already valid.
//!
//! [`mod@file`] turns text into it and reports every fault at its line; nothing here can be wrong any
//! more, except values that come from the environment and are judged as findings (an address that is
//! unset, or not an address).

pub mod file;

use std::collections::BTreeMap;
use std::fmt;

use ipnet::IpNet;
use jiff::civil::Date;

use crate::code::Code;
use crate::flow::Service;

/// A valid policy, its `${VAR}` references resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The policy's own name, e.g. `cwiq-dev`.
    pub name: String,
    /// Where it was read from, as a person would say it, e.g. `policies/x.yaml` or `embedded cwiq-dev.yaml`.
    pub origin: String,
    /// SHA-256 of the policy's text, lower-case hex; reports made under different policies differ in it.
    pub digest: String,
    /// CIDRs by network name; `vpc` and `tailnet` are always there.
    pub networks: BTreeMap<String, Vec<IpNet>>,
    /// The CIDRs of `networks` as the file spells them, in the same order, e.g. `${VPC_CIDR:-10.1.0.0/16}`.
    pub written_networks: BTreeMap<String, Vec<String>>,
    /// Where connections start, by name.
    pub sources: BTreeMap<String, Source>,
    /// Where connections go, by name.
    pub destinations: BTreeMap<String, Destination>,
    /// What must and must not be reachable, in the file's order.
    pub expectations: Vec<Expectation>,
    /// What names must and must not resolve.
    pub names: Names,
    /// What a security group review asks.
    pub review: Review,
}

/// The network name of the policy's own VPC.
pub const VPC: &str = "vpc";
/// The network name of Tailscale's ranges.
pub const TAILNET: &str = "tailnet";

impl Policy {
    /// The CIDRs of a network; empty for a name that is not defined (the file reader refuses those).
    pub fn network(&self, name: &str) -> &[IpNet] {
        self.networks.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Machines that connections start from: CI runner pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The subnets that their pods get addresses from.
    pub subnets: Vec<IpNet>,
    /// The EKS cluster that they run on.
    pub eks_cluster: Option<String>,
    /// The Kubernetes namespace of the pods.
    pub namespace: Option<String>,
    /// Labels that every one of the pods has. A pod may have others too.
    pub pod_labels: BTreeMap<String, String>,
    /// Whether Tailscale may be there.
    pub tailscale: Tailscale,
    /// Runners that take jobs: tag to GitLab runner id.
    pub active: BTreeMap<String, u64>,
    /// The tag, one of `active`, of the lightest of them, which is all that a reachability check needs.
    pub light: Option<String>,
    /// Runners paused for good: tag to GitLab runner id.
    pub retired: BTreeMap<String, u64>,
}

/// Whether Tailscale may be on a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tailscale {
    /// Any sign of it is a failure.
    Absent,
    /// It may be there; it is not looked for.
    Allowed,
}

/// Something to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Its address: a literal, or from a variable.
    pub address: Value,
    /// The network (by name) that its address must be in.
    pub within: String,
    /// Services by name.
    pub services: BTreeMap<String, Service>,
    /// The name sent as TLS SNI and HTTP `Host`, and held against the certificate. Never dialled.
    pub server_name: Option<String>,
    /// A port that nothing serves. If it connects, something on the way accepts every connection.
    pub control_port: crate::flow::Port,
}

/// A value that may come from the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// As the file spells it, e.g. `${DEV_SERVER_IP}`.
    pub written: String,
    /// The variable it comes from, where it is one reference and nothing else.
    pub variable: Option<String>,
    /// What it resolved to, surrounding blanks kept; `None` when the variable is unset and has no default.
    pub resolved: Option<String>,
}

/// One expectation: from a source to a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The source's name.
    pub from: String,
    /// The destination's name.
    pub to: String,
    /// Names of services that must be reachable.
    pub reach: Vec<String>,
    /// Names of services that must not be reachable.
    pub closed: Vec<String>,
    /// What AWS's rules must admit them by.
    pub via: Option<Via>,
}

/// By what a security group must admit a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A reference to the EKS cluster security group.
    EksClusterSecurityGroup,
}

/// Names and what they must not do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Names that must resolve, for a negative answer to mean anything.
    pub control: Vec<Value>,
    /// Names that must not resolve. An unset one is not asked, and that is said.
    pub unresolvable: Vec<Value>,
    /// Names that may resolve, but never to a tailnet address.
    pub never_tailnet: Vec<String>,
    /// Suffixes of names to be wary of as connection targets, each with its leading dot.
    pub suspect_suffixes: Vec<String>,
}

/// What a security group review asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Whether a rule may admit the whole internet.
    pub world_open: WorldOpen,
    /// What is accepted for a time, in the file's order.
    pub allow: Vec<Allow>,
}

/// What the review may find of one security group, and why, and until when. It allows what it names and whatever is
/// narrower, nothing wider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The findings, each one of [`Code::ALLOWABLE`].
    pub codes: Vec<Code>,
    /// The group, by its id (`sg-…`) or by its name, which AWS lets not begin so.
    pub group: String,
    /// Whom the group's rule admits; `None` is anybody.
    pub source: Option<AllowedSource>,
    /// What the rule is for; `None` is anything.
    pub traffic: Option<AllowedTraffic>,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is, in UTC.
    pub expires: Date,
}

/// Whom an allowed rule admits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedSource {
    /// Addresses of this range, or of one within it.
    Range(IpNet),
    /// A prefix list (`pl-…`) or whoever carries a group (`sg-…`), by its id.
    Id(String),
}

/// What an allowed rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllowedTraffic {
    /// The protocol's number (IANA, Assigned Internet Protocol Numbers); `None` is every protocol.
    pub protocol: Option<u8>,
    /// The first and the last port, of TCP and UDP alone; `None` is every one.
    pub ports: Option<(u16, u16)>,
}

impl fmt::Display for AllowedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(range) => range.fmt(f),
            Self::Id(id) => f.write_str(id),
        }
    }
}

impl fmt::Display for AllowedTraffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            None => f.write_str("all")?,
            Some(1) => f.write_str("icmp")?,
            Some(6) => f.write_str("tcp")?,
            Some(17) => f.write_str("udp")?,
            Some(58) => f.write_str("icmpv6")?,
            Some(number) => number.fmt(f)?,
        }
        match self.ports {
            Some((first, last)) if first == last => write!(f, "/{first}"),
            Some((first, last)) => write!(f, "/{first}-{last}"),
            None => Ok(()),
        }
    }
}

/// Whether a rule may admit `0.0.0.0/0` or `::/0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WorldOpen {
    /// It may not.
    #[default]
    Deny,
    /// It may.
    Allow,
}
