//! The answer, in the JSON of `reachgate.path/v1`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::code::PathCode;
use crate::snapshot::{Extent, Planned};

/// The schema of a path's JSON.
pub const PATH_SCHEMA: &str = "reachgate.path/v1";

/// One flow's way through the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PathResult {
    /// Always [`PATH_SCHEMA`].
    pub schema: &'static str,
    /// Allowed, denied or unknown.
    pub verdict: Answer,
    /// As it was asked.
    pub from: String,
    /// As it was asked.
    pub to: String,
    /// `tcp`, `udp` or `icmp`.
    pub protocol: &'static str,
    /// The port that is sent to; `null` for ICMP.
    pub port: Option<u16>,
    /// What `from` is; `null` where that is what is unknown.
    pub source: Option<End>,
    /// What `to` is; `null` where that is what is unknown.
    pub destination: Option<End>,
    /// What let it pass, in order: the way there, then the way back.
    pub hops: Vec<Hop>,
    /// Everything that is in its way, whether it denies or leaves undecided.
    pub blockers: Vec<Blocker>,
    /// What is not in its way but will be now and then.
    pub warnings: Vec<Blocker>,
    /// Every rule of the source's groups that lets it out.
    pub admitted_out: Vec<Admission>,
    /// Every rule of the destination's groups that lets it in.
    pub admitted_in: Vec<Admission>,
}

impl PathResult {
    /// Notes what a plan changes that is not modelled. Where it names a thing on the path, that is in the way
    /// already; where it may change anything, the answer is not known.
    pub fn note_plan(&mut self, planned: &Planned) {
        for reason in &planned.unfinished {
            let (code, direction) = (PathCode::SnapshotPlanUnknown, Direction::Forward);
            let (component, detail) = ("plan".to_owned(), reason.clone());
            self.blockers.push(Blocker { code, component, rule: None, direction, detail, spot: None });
            self.verdict = Answer::Unknown;
        }
        for it in &planned.unsupported {
            let rule = Some(super::trail::printable(it.address.clone()));
            if self.blockers.iter().any(|had| had.rule == rule) {
                continue;
            }
            let detail = super::trail::printable(format!(
                "the plan's {} ({}) is not modelled",
                it.address, it.actions
            ));
            let component = super::trail::printable(it.kind.clone());
            let (code, direction) = (PathCode::SnapshotPlanUnsupported, Direction::Forward);
            let blocker = Blocker { code, component, rule, direction, detail, spot: None };
            if it.extent == Extent::Anything {
                self.blockers.push(blocker);
                self.verdict = Answer::Unknown;
            } else {
                self.warnings.push(blocker);
            }
        }
    }
}

/// The answer in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It gets there, and the answer gets back.
    Allowed,
    /// Something is known to be in its way.
    Denied,
    /// It could not be decided. Never a pass.
    Unknown,
}

impl Answer {
    /// `allowed`, `denied` or `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// An end of the path, found in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct End {
    /// Its address.
    pub address: String,
    /// Its interface; `null` for one that is not there yet.
    pub interface: Option<String>,
    /// Its instance, where it has one.
    pub instance: Option<String>,
    /// Its subnet.
    pub subnet: String,
    /// Its VPC.
    pub vpc: String,
    /// Its security groups.
    pub groups: Vec<String>,
}

/// One thing that the packet, or its answer, passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hop {
    /// What kind of thing it is.
    pub step: Step,
    /// Its AWS id.
    pub component: String,
    /// Which of its rules or routes lets the packet pass.
    pub rule: Option<String>,
    /// Which way.
    pub direction: Direction,
    /// The rest, for a person.
    pub detail: String,
    /// Where on the way it is; no part of the JSON.
    #[serde(skip)]
    pub spot: Option<Spot>,
}

/// Where on the way something is, where its component alone does not say that: one network ACL may guard both
/// ends, one table route both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// What is passed there.
    pub step: Step,
    /// The subnet that it guards or routes, or that the interface is in.
    pub subnet: String,
}

/// A kind of thing on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// It does not leave the instance.
    Instance,
    /// A security group.
    SecurityGroup,
    /// A network ACL.
    NetworkAcl,
    /// The subnet itself: no route and no network ACL inside it.
    Subnet,
    /// A VPC's route table.
    RouteTable,
    /// A VPC peering connection.
    Peering,
    /// A transit gateway's attachment.
    TransitGatewayAttachment,
    /// A transit gateway's route table.
    TransitGatewayRouteTable,
}

/// Something in the way. Two are equal whatever their spot: what is wrong is wrong once.
#[derive(Debug, Clone, Serialize)]
pub struct Blocker {
    /// What is wrong.
    pub code: PathCode,
    /// The AWS id of what is wrong; empty where it is a whole document that is missing.
    pub component: String,
    /// The rule or route, where one says so.
    pub rule: Option<String>,
    /// Which way.
    pub direction: Direction,
    /// The rest, for a person.
    pub detail: String,
    /// Where on the way it is; no part of the JSON.
    #[serde(skip)]
    pub spot: Option<Spot>,
}

impl PartialEq for Blocker {
    fn eq(&self, other: &Self) -> bool {
        let told = |it: &Self| (it.code, it.direction);
        told(self) == told(other)
            && self.component == other.component
            && self.rule == other.rule
            && self.detail == other.detail
    }
}

impl Eq for Blocker {}

/// Which way: through a filter, or along the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Out of an interface or subnet.
    Egress,
    /// Into an interface or subnet.
    Ingress,
    /// The way there.
    Forward,
    /// The way back.
    Reply,
}

/// A security group rule that admits the flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Admission {
    /// The group that has the rule.
    pub group: String,
    /// The rule's id (`sgr-…`) where the snapshot has it, else its protocol and ports.
    pub rule: String,
    /// Whom it admits.
    pub basis: Basis,
}

/// Whom a rule admits. Serialised as `{"kind": "cidr", "value": "10.0.0.0/16"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// A range of addresses.
    Cidr(ipnet::IpNet),
    /// A prefix list.
    PrefixList(String),
    /// Whoever carries a group.
    Group(String),
}

impl Basis {
    /// `cidr`, `prefix-list` or `group`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cidr(_) => "cidr",
            Self::PrefixList(_) => "prefix-list",
            Self::Group(_) => "group",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cidr(range) => range.fmt(f),
            Self::PrefixList(id) | Self::Group(id) => f.write_str(id),
        }
    }
}

impl Serialize for Basis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("kind", self.kind())?;
        map.serialize_entry("value", &format_args!("{self}"))?;
        map.end()
    }
}

impl JsonSchema for Basis {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Basis".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "description": "Whom a rule admits.",
            "properties": {
                "kind": { "type": "string", "enum": ["cidr", "prefix-list", "group"] },
                "value": { "type": "string", "description": "A range of addresses, or an AWS id." },
            },
            "required": ["kind", "value"],
        })
    }
}
