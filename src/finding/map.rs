//! The ways through AWS's configuration that a policy's expectations ask for, as plain data to be drawn.
//!
//! A chart has one source and one destination. Its parts are what is passed, in order; its lanes are flows, each
//! from one group of the source's interfaces that fare alike. Names are AWS's and the policy's: not yet safe to print.

use crate::code::Code;

use super::{Finding, Verdict};

/// Everything to be drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Map {
    /// One for each pair of a source and a destination, in the policy's order.
    pub charts: Vec<Chart>,
}

/// The ways from one source to one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The policy's name of the source.
    pub from: String,
    /// The policy's name of the destination.
    pub to: String,
    /// The services that are asked, in the policy's order.
    pub services: Vec<String>,
    /// What is passed. Whatever a lane passes later stands later, so lanes never go back.
    pub parts: Vec<Part>,
    /// The flows; the broken ones first.
    pub lanes: Vec<Lane>,
}

/// Something that is passed, or that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its AWS ids; several where they were drawn together.
    pub ids: Vec<String>,
    /// What its people call it, where it is one thing and has a name.
    pub name: Option<String>,
    /// The instances that its interfaces are attached to: of a source its nodes.
    pub nodes: Vec<String>,
    /// What else tells it apart: the subnets that it guards or is in, an address. May be empty.
    pub places: Vec<String>,
    /// How many interfaces it stands for; 0 where it is none.
    pub interfaces: usize,
}

/// A kind of part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// The source's interfaces.
    Source,
    /// Security groups of one end.
    SecurityGroup,
    /// A network ACL.
    NetworkAcl,
    /// A VPC's route table.
    RouteTable,
    /// A VPC peering connection.
    Peering,
    /// A transit gateway's attachment.
    Attachment,
    /// A transit gateway's route table.
    GatewayTable,
    /// Something else on the way, e.g. what is not in the snapshot.
    Other,
    /// The destination's interface.
    Destination,
}

impl PartKind {
    /// The noun for it, for one or for several.
    pub fn noun(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::Source, _) => "interfaces",
            (Self::SecurityGroup, 0 | 1) => "security group",
            (Self::SecurityGroup, _) => "security groups",
            (Self::NetworkAcl, 0 | 1) => "network ACL",
            (Self::NetworkAcl, _) => "network ACLs",
            (Self::RouteTable, 0 | 1) => "route table",
            (Self::RouteTable, _) => "route tables",
            (Self::Peering, 0 | 1) => "peering connection",
            (Self::Peering, _) => "peering connections",
            (Self::Attachment, 0 | 1) => "transit gateway attachment",
            (Self::Attachment, _) => "transit gateway attachments",
            (Self::GatewayTable, 0 | 1) => "transit gateway route table",
            (Self::GatewayTable, _) => "transit gateway route tables",
            (Self::Other, _) => "on the way",
            (Self::Destination, _) => "destination",
        }
    }
}

/// Flows that pass the same parts with the same outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The services, in the policy's order.
    pub services: Vec<Sent>,
    /// What the configuration does with them.
    pub passage: Passage,
    /// What the policy wants.
    pub wish: Wish,
    /// What that comes to.
    pub verdict: Verdict,
    /// How many interfaces begin it, those to come included.
    pub interfaces: usize,
    /// Some of them by id, in order.
    pub examples: Vec<String>,
    /// The parts that it passes, in order: the first is the source's, the last the destination's.
    pub stops: Vec<Stop>,
}

/// One service of a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The policy's name of the service.
    pub name: String,
    /// Its port and protocol, e.g. `22/ssh`.
    pub port: String,
    /// What the probe came to about it; `None` where no probe was made.
    pub probed: Option<Verdict>,
}

/// What the configuration does with a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Passage {
    /// It gets there, and the answer gets back.
    Allowed,
    /// It does not get through.
    Denied,
    /// Not known. Never a pass.
    Unknown,
}

impl Passage {
    /// `allowed`, `denied` or `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Unknown => "unknown",
        }
    }
}

/// What the policy wants of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wish {
    /// That it passes.
    Open,
    /// That it does not.
    Closed,
}

/// A part, as one lane passes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Which of the chart's parts.
    pub part: usize,
    /// Whether it lets the lane pass: `pass`, `warn` (not always, or not as the policy wants), `fail`, `unknown`.
    pub verdict: Verdict,
    /// What is wrong with it, the worst first.
    pub codes: Vec<Code>,
    /// The rules and routes that decide, by their names; may be empty.
    pub rules: Vec<String>,
    /// What is to be said of it; phrases.
    pub notes: Vec<String>,
}

impl Map {
    /// Notes what a probe came to about the same flows.
    pub fn note_probe(&mut self, probe: &[Finding]) {
        for finding in probe {
            let text = |name| finding.evidence.get(name).and_then(serde_json::Value::as_str);
            let (Some(to), Some(service)) = (text("destination"), text("service")) else { continue };
            let charts = self.charts.iter_mut().filter(|chart| chart.to == to);
            let lanes = charts.flat_map(|chart| &mut chart.lanes);
            for sent in lanes.flat_map(|lane| &mut lane.services).filter(|sent| sent.name == service) {
                sent.probed = Some(sent.probed.map_or(finding.verdict, |had| had.max(finding.verdict)));
            }
        }
    }
}
