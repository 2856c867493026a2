//! What a plan of changes leaves undecided until it is applied.

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Id;

/// One thing that a plan leaves undecided. What depends on it is unknown, whatever else the snapshot says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Undecided {
    /// The id of the thing; `None` where it may be any of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub of: Option<Id>,
    /// Which part of it.
    pub aspect: Aspect,
    /// Who leaves it open: a resource's address, e.g. `module.dev.aws_security_group.server`.
    pub by: String,
    /// What is not known, e.g. `cidr_ipv4`.
    pub what: String,
}

/// The part of a thing that is undecided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// A security group may have one more rule; what is not `None` of it is known.
    Rule(PossibleRule),
    /// An interface may carry more groups than it lists.
    Groups,
    /// A network ACL may have an entry of this number, or of any.
    Entry {
        /// Outbound.
        egress: bool,
        /// Its number; `None` if that is not known either.
        number: Option<i32>,
    },
    /// A route table may have a route to this destination, or to any.
    Route {
        /// `None` if it is not known.
        #[schemars(with = "Option<String>")]
        destination: Option<IpNet>,
    },
    /// Which route table a subnet uses.
    RouteTable,
    /// Which network ACL guards a subnet.
    NetworkAcl,
    /// The whole thing: it is left out of the snapshot.
    Whole,
    /// The thing is in the snapshot as it was, but something that is not modelled changes it.
    Changed,
}

/// What is known of a rule that may be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PossibleRule {
    /// Outbound.
    pub egress: bool,
    /// Its protocol; `None` may be any.
    #[schemars(with = "Option<String>")]
    pub ip_protocol: Option<Id>,
    /// The first port; `None` may be any.
    pub from_port: Option<i32>,
    /// The last port; `None` may be any.
    pub to_port: Option<i32>,
}
