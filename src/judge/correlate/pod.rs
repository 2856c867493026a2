//! The pod that the probe ran in, found in AWS's configuration.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use crate::code::Code;
use crate::finding::{Finding, Verdict};

/// The pod, and what the configuration says of its own paths.
#[derive(Debug, Clone)]
pub struct Pod {
    /// The address that the probe spoke from; `None` outside the runner subnets.
    pub address: Option<IpAddr>,
    /// Where the configuration has that address.
    pub place: Place,
    /// The configuration's findings as they concern this pod; of all runner interfaces where it was not found.
    pub findings: Vec<Finding>,
}

/// Where the configuration has the pod's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On this interface.
    Found(Interface),
    /// On none that was read.
    Absent,
    /// On several, of several VPCs.
    Several(Vec<String>),
    /// The interfaces are not at hand, for this reason.
    Unlisted(&'static str),
}

/// The interface that carries the pod's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its id.
    pub id: String,
    /// The instance that it is attached to, where that is known: the node.
    pub instance: Option<String>,
    /// Whether it carries the cluster security group; `None` where that is not known.
    pub carries_cluster_group: Option<bool>,
}

impl Pod {
    /// One of a configuration that was not read.
    pub fn of_nothing(address: Option<IpAddr>) -> Self {
        Self { address, place: Place::Unlisted(NOT_READ), findings: Vec::new() }
    }

    /// What the configuration says of all runners, where this pod was not found among them.
    #[must_use]
    pub fn or_all(mut self, configuration: &[Finding]) -> Self {
        if self.interface().is_none() {
            self.findings = configuration.iter().filter_map(|finding| concerning(finding, None)).collect();
        }
        self
    }

    /// The interface, where it was found.
    pub fn interface(&self) -> Option<&Interface> {
        match &self.place {
            Place::Found(interface) => Some(interface),
            _ => None,
        }
    }
}

const NOT_READ: &str = "AWS's configuration was not read.";

/// The address that the probe's own report says it ran on; `None` outside the runner subnets.
pub fn pod_address(probe: &[Finding]) -> Option<IpAddr> {
    let own = probe.iter().find(|finding| finding.code == Code::RunnerInSubnet)?;
    own.evidence.get("address")?.as_str()?.parse().ok()
}

/// Finds the pod in a report of the static mode that another job made.
pub fn pod_of_report(address: Option<IpAddr>, configuration: &[Finding]) -> Pod {
    let place = address.map_or(Place::Unlisted(OUTSIDE), |address| place(address, configuration));
    let own = match &place {
        Place::Found(interface) => Some(interface.id.as_str()),
        _ => None,
    };
    let findings = configuration.iter().filter_map(|finding| concerning(finding, own)).collect();
    Pod { address, place, findings }
}

pub(crate) const OUTSIDE: &str = "The probe did not run on an address of a runner subnet.";

fn place(address: IpAddr, configuration: &[Finding]) -> Place {
    let found = configuration.iter().filter(|it| it.code == Code::RunnerInterfacesFound);
    let mut listed = found.filter_map(|it| it.evidence.get("addresses")?.as_object()).peekable();
    if listed.peek().is_none() {
        return Place::Unlisted("The report does not list the runners' interfaces.");
    }
    let owners: BTreeSet<&str> = listed
        .flatten()
        .filter(|(_, ranges)| texts(ranges).any(|range| holds(range, address)))
        .map(|(id, _)| id.as_str())
        .collect();
    let mut owners = owners.into_iter();
    match (owners.next(), owners.next()) {
        (None, _) => Place::Absent,
        (Some(id), None) => Place::Found(Interface {
            id: id.to_owned(),
            instance: None,
            carries_cluster_group: carries(id, configuration),
        }),
        (Some(one), Some(two)) => {
            Place::Several([one, two].into_iter().chain(owners).map(str::to_owned).collect())
        }
    }
}

/// Whether an interface carries the cluster group, as far as the report says.
fn carries(id: &str, configuration: &[Finding]) -> Option<bool> {
    let lacking =
        configuration.iter().filter(|finding| finding.code == Code::RunnerInterfaceLacksClusterGroup);
    let mut all_listed = true;
    for finding in lacking {
        match finding.evidence.get("members") {
            Some(members) if texts(members).any(|member| member == id) => {
                return (finding.verdict != Verdict::Unknown).then_some(false);
            }
            Some(_) => {}
            None => all_listed = false,
        }
    }
    let judged = configuration.iter().any(|finding| {
        matches!(finding.code, Code::RunnerInterfaceHasClusterGroup | Code::RunnerInterfaceLacksClusterGroup)
    });
    (judged && all_listed).then_some(true)
}

/// The finding as it concerns one interface; `None` if it is about others only. What is said of some
/// interfaces, and this pod's is not known to be among them, is not decided for it.
fn concerning(finding: &Finding, own: Option<&str>) -> Option<Finding> {
    let count = |name: &str| finding.evidence.get(name).and_then(Value::as_u64);
    let partial = match (count("interfaces"), count("of")) {
        (Some(interfaces), Some(of)) => interfaces < of,
        _ => false,
    };
    if !partial {
        return Some(own.map_or_else(|| finding.clone(), |own| speaking_of(finding, own)));
    }
    if let (Some(own), Some(members)) = (own, finding.evidence.get("members")) {
        return texts(members).any(|member| member == own).then(|| speaking_of(finding, own));
    }
    let mut doubtful = finding.clone();
    doubtful.verdict = Verdict::Unknown;
    Some(doubtful)
}

/// What is the same for several interfaces speaks of the first of them; here it speaks of this one.
fn speaking_of(finding: &Finding, own: &str) -> Finding {
    let mut finding = finding.clone();
    let alike = ["members", "examples"].iter().filter_map(|name| finding.evidence.get(*name)).flat_map(texts);
    let others: Vec<String> = alike.filter(|id| *id != own).map(str::to_owned).collect();
    for other in &others {
        finding.hint = finding.hint.replace(other.as_str(), own);
        for name in ["component", "detail", "remedy"] {
            if let Some(Value::String(text)) = finding.evidence.get_mut(name) {
                *text = text.replace(other.as_str(), own);
            }
        }
    }
    finding
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn holds(range: &str, address: IpAddr) -> bool {
    range.parse::<IpAddr>().map_or_else(
        |_| range.parse::<IpNet>().is_ok_and(|range| range.contains(&address)),
        |one| one == address,
    )
}
