//! AWS's nouns as plain data, in the spelling of the AWS CLI (EC2 API reference), by id.
//!
//! A [`Snapshot`] is configuration at one moment. It remembers which kinds of document were read at
//! all, because a kind that was not read is not a kind that is empty. Written with serde it is one
//! file, `{"schema": "reachgate.snapshot/v1", …}`, in a stable order, that the reader takes back.

mod cluster;
mod document;
mod instance;
mod network_acl;
mod noun;
mod peering;
mod planned;
mod prefix_list;
mod route_table;
mod schema;
mod security_group;
mod transit_gateway;
mod undecided;
mod unread;
mod vpc;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use cluster::*;
pub use document::Document;
pub use instance::*;
pub use network_acl::*;
pub use peering::*;
pub use planned::*;
pub use prefix_list::*;
pub use route_table::*;
pub use schema::write_snapshot_schema;
pub use security_group::*;
pub use transit_gateway::*;
pub use undecided::*;
pub use unread::{Unread, UnreadCause};
pub use vpc::*;
pub use write::write_snapshot;

/// An AWS id such as `eni-0123456789abcdef0`, or another short word of AWS's. Up to 24 bytes stay inline.
pub type Id = compact_str::CompactString;

/// The schema of a snapshot's own file.
pub const SCHEMA: &str = "reachgate.snapshot/v1";

/// AWS configuration at one moment, by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Snapshot {
    /// Always [`SCHEMA`].
    #[serde(rename = "schema")]
    pub schema: Schema,
    /// The kinds of document that were read; a kind that is not here is missing, not empty.
    pub documents: BTreeSet<Document>,
    /// The kinds that AWS was asked for and did not show, or not all of.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<Document, Unread>,
    /// Things that two files describe differently. What depends on one of them is unknown.
    pub conflicts: Vec<Conflict>,
    /// Whether only what a question led to was read of the kinds that were: then what is not here may still be there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub narrowed: bool,
    /// What a plan that was laid over it leaves open until apply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<Undecided>,
    /// By interface id.
    pub network_interfaces: BTreeMap<Id, NetworkInterface>,
    /// By instance id.
    pub instances: BTreeMap<Id, Instance>,
    /// By group id.
    pub security_groups: BTreeMap<Id, SecurityGroup>,
    /// By rule id.
    pub security_group_rules: BTreeMap<Id, SecurityGroupRule>,
    /// By group id.
    pub security_group_vpc_associations: BTreeMap<Id, Vec<SecurityGroupVpcAssociation>>,
    /// By group id.
    pub stale_security_groups: BTreeMap<Id, StaleSecurityGroup>,
    /// By subnet id.
    pub subnets: BTreeMap<Id, Subnet>,
    /// By VPC id.
    pub vpcs: BTreeMap<Id, Vpc>,
    /// By endpoint id.
    pub vpc_endpoints: BTreeMap<Id, VpcEndpoint>,
    /// By route table id.
    pub route_tables: BTreeMap<Id, RouteTable>,
    /// By network ACL id.
    pub network_acls: BTreeMap<Id, NetworkAcl>,
    /// By peering connection id.
    pub vpc_peering_connections: BTreeMap<Id, VpcPeeringConnection>,
    /// By prefix list id.
    pub prefix_lists: BTreeMap<Id, PrefixList>,
    /// The entries of the newest version, by prefix list id; a list that is not here was not read.
    pub prefix_list_entries: BTreeMap<Id, Vec<PrefixListEntry>>,
    /// By transit gateway id.
    pub transit_gateways: BTreeMap<Id, TransitGateway>,
    /// By attachment id, then transit gateway id: both ends of a peering attachment share their id.
    pub transit_gateway_attachments: BTreeMap<Id, BTreeMap<Id, TransitGatewayAttachment>>,
    /// By attachment id.
    pub transit_gateway_vpc_attachments: BTreeMap<Id, TransitGatewayVpcAttachment>,
    /// By attachment id.
    pub transit_gateway_peering_attachments: BTreeMap<Id, TransitGatewayPeeringAttachment>,
    /// By transit gateway route table id.
    pub transit_gateway_route_tables: BTreeMap<Id, TransitGatewayRouteTable>,
    /// By transit gateway route table id; a table that is not here was not read.
    pub transit_gateway_associations: BTreeMap<Id, Vec<TransitGatewayRouteTableLink>>,
    /// By transit gateway route table id; a table that is not here was not read.
    pub transit_gateway_propagations: BTreeMap<Id, Vec<TransitGatewayRouteTableLink>>,
    /// By transit gateway route table id; a table that is not here was not searched.
    pub transit_gateway_routes: BTreeMap<Id, TransitGatewayRoutes>,
    /// By transit gateway route table id.
    pub transit_gateway_prefix_list_references: BTreeMap<Id, Vec<TransitGatewayPrefixListReference>>,
    /// EKS clusters by name.
    pub clusters: BTreeMap<Id, Cluster>,
}

impl Snapshot {
    /// Whether this kind of document was read, if only to say that there is nothing.
    pub fn has(&self, document: Document) -> bool {
        self.documents.contains(&document)
    }
}

/// Something that two files describe differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Conflict {
    /// The thing's id.
    #[schemars(with = "String")]
    pub id: Id,
    /// The kind of document.
    pub document: Document,
    /// Where in the thing they differ, e.g. `.Groups`.
    pub path: String,
    /// The file that was read first, whose account is kept.
    pub first: PathBuf,
    /// The file that disagrees.
    pub second: PathBuf,
}

/// The marker of a snapshot's own file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Schema;

impl Serialize for Schema {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SCHEMA)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let schema = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        if schema == SCHEMA {
            Ok(Self)
        } else {
            Err(serde::de::Error::custom(format_args!("schema {schema} is not {SCHEMA}")))
        }
    }
}
