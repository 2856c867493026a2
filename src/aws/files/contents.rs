//! One document: what its top-level keys hold.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::fault::Fault;
use crate::snapshot::{
    Cluster, Instance, NetworkAcl, NetworkInterface, PrefixList, PrefixListEntry, RouteTable, SCHEMA,
    SecurityGroup, SecurityGroupRule, SecurityGroupVpcAssociation, Snapshot, StaleSecurityGroup, Subnet,
    TransitGateway, TransitGatewayAttachment, TransitGatewayPeeringAttachment,
    TransitGatewayPrefixListReference, TransitGatewayRoute, TransitGatewayRouteTable,
    TransitGatewayRouteTableLink, TransitGatewayVpcAttachment, Vpc, VpcEndpoint, VpcPeeringConnection,
};

/// Documents of AWS's that say nothing of the network's paths, so that a folder may hold them.
const UNUSED: &[&str] = &[
    "Account",
    "Addresses",
    "Arn",
    "AutoScalingGroups",
    "AvailabilityZones",
    "CarrierGateways",
    "CertificateSummaryList",
    "CustomerGateways",
    "DBClusters",
    "DBInstances",
    "DBSubnetGroups",
    "DhcpOptions",
    "DirectConnectGateways",
    "DomainNames",
    "DomainStatusList",
    "EgressOnlyInternetGateways",
    "FileSystems",
    "FirewallPolicies",
    "Firewalls",
    "FlowLogs",
    "Functions",
    "HostedZones",
    "Images",
    "InstanceStatuses",
    "InternetGateways",
    "KeyPairs",
    "LaunchTemplateVersions",
    "LaunchTemplates",
    "Listeners",
    "LoadBalancerAttributes",
    "LoadBalancerDescriptions",
    "LoadBalancers",
    "LocalGateways",
    "MountTargets",
    "NatGateways",
    "NetworkInsightsAnalyses",
    "NetworkInsightsPaths",
    "Regions",
    "ReservedInstances",
    "ResourceRecordSets",
    "Rules",
    "SecurityGroupForVpcs",
    "SecurityGroupsReferenceSet",
    "Snapshots",
    "TargetGroups",
    "TargetHealthDescriptions",
    "TransitGatewayConnectPeers",
    "TransitGatewayConnects",
    "TransitGatewayMulticastDomains",
    "TransitGatewayPolicyTables",
    "UserId",
    "Volumes",
    "VpcEndpointConnections",
    "VpcEndpointServiceConfigurations",
    "VpnConnections",
    "VpnGateways",
    "addon",
    "addons",
    "cacheClusters",
    "CacheClusters",
    "clusters",
    "fargateProfile",
    "fargateProfileNames",
    "nodegroup",
    "nodegroups",
    "services",
    "virtualInterfaces",
    "virtualGateways",
    "connections",
];

/// Keys that may stand beside a document's own.
const BESIDE: &[&str] =
    &["AdditionalRoutesAvailable", "NextToken", "nextToken", "NextMarker", "Marker", "ResponseMetadata"];

/// What one file holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The lists that are used.
    pub sections: Vec<Section>,
    /// A snapshot's own file.
    pub snapshot: Option<Box<Snapshot>>,
    /// The list goes on in another page.
    pub more: bool,
    schema: bool,
    unused: bool,
    foreign: Vec<String>,
}

macro_rules! sections {
    ($($variant:ident($type:ty) $key:literal,)+) => {
        /// One list.
        #[derive(Debug)]
        pub(super) enum Section { $($variant($type),)+ Routes(Vec<TransitGatewayRoute>, bool), }

        impl Section {
            fn read<'de, A: MapAccess<'de>>(key: &str, map: &mut A) -> Result<Option<Self>, A::Error> {
                Ok(match key {
                    $($key => Some(Self::$variant(map.next_value()?)),)+
                    "Routes" => Some(Self::Routes(map.next_value()?, false)),
                    _ => None,
                })
            }
        }
    };
}

sections! {
    NetworkInterfaces(Vec<NetworkInterface>) "NetworkInterfaces",
    Reservations(Vec<Reservation>) "Reservations",
    SecurityGroups(Vec<SecurityGroup>) "SecurityGroups",
    SecurityGroupRules(Vec<SecurityGroupRule>) "SecurityGroupRules",
    SecurityGroupVpcAssociations(Vec<SecurityGroupVpcAssociation>) "SecurityGroupVpcAssociations",
    StaleSecurityGroups(Vec<StaleSecurityGroup>) "StaleSecurityGroupSet",
    Subnets(Vec<Subnet>) "Subnets",
    Vpcs(Vec<Vpc>) "Vpcs",
    VpcEndpoints(Vec<VpcEndpoint>) "VpcEndpoints",
    RouteTables(Vec<RouteTable>) "RouteTables",
    NetworkAcls(Vec<NetworkAcl>) "NetworkAcls",
    VpcPeeringConnections(Vec<VpcPeeringConnection>) "VpcPeeringConnections",
    PrefixLists(Vec<PrefixList>) "PrefixLists",
    Entries(Vec<PrefixListEntry>) "Entries",
    TransitGateways(Vec<TransitGateway>) "TransitGateways",
    TransitGatewayAttachments(Vec<TransitGatewayAttachment>) "TransitGatewayAttachments",
    TransitGatewayVpcAttachments(Vec<TransitGatewayVpcAttachment>) "TransitGatewayVpcAttachments",
    TransitGatewayPeeringAttachments(Vec<TransitGatewayPeeringAttachment>)
        "TransitGatewayPeeringAttachments",
    TransitGatewayRouteTables(Vec<TransitGatewayRouteTable>) "TransitGatewayRouteTables",
    Associations(Vec<TransitGatewayRouteTableLink>) "Associations",
    Propagations(Vec<TransitGatewayRouteTableLink>) "TransitGatewayRouteTablePropagations",
    PrefixListReferences(Vec<TransitGatewayPrefixListReference>) "TransitGatewayPrefixListReferences",
    Cluster(Box<Cluster>) "cluster",
}

/// Instances that were launched together.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Reservation {
    pub instances: Vec<Instance>,
}

impl<'de> Deserialize<'de> for Contents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Contents;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, as the AWS CLI prints it")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Contents, A::Error> {
                let mut contents = Contents::default();
                let mut additional = false;
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    if contents.schema {
                        map.next_value::<IgnoredAny>()?;
                    } else if key == "schema" {
                        contents.schema = map.next_value::<Cow<'de, str>>()? == SCHEMA;
                    } else if key == "AdditionalRoutesAvailable" {
                        additional = map.next_value()?;
                    } else if matches!(&*key, "NextToken" | "nextToken" | "NextMarker") {
                        contents.more =
                            map.next_value::<Option<Cow<'de, str>>>()?.is_some_and(|t| !t.is_empty());
                    } else if let Some(section) = Section::read(&key, &mut map)? {
                        contents.sections.push(section);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                        if UNUSED.contains(&&*key) {
                            contents.unused = true;
                        } else if !BESIDE.contains(&&*key) {
                            contents.foreign.push(key.into_owned());
                        }
                    }
                }
                for section in &mut contents.sections {
                    if let Section::Routes(_, more) = section {
                        *more = additional;
                    }
                }
                Ok(contents)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Reads one document. Only when something is wrong is it read again, to say where.
pub(super) fn parse(path: &Path, text: &[u8]) -> Result<Contents, Fault> {
    let mut contents = match serde_json::from_slice::<Contents>(text) {
        Ok(contents) => contents,
        // A snapshot's own file whose keys another tool has sorted.
        Err(_) if is_snapshot(text) => Contents { schema: true, ..Contents::default() },
        Err(error) => return Err(located::<Contents>(path, text, error)),
    };
    if contents.schema {
        let snapshot =
            serde_json::from_slice(text).map_err(|error| located::<Snapshot>(path, text, error))?;
        contents = Contents { snapshot: Some(Box::new(snapshot)), ..Contents::default() };
        return Ok(contents);
    }
    if contents.sections.is_empty() && !contents.unused && !is_command(path) {
        let found = match contents.foreign.as_slice() {
            [] => "an object without a list".to_owned(),
            [first, ..] => format!("its first key is {}", crate::untrusted::Untrusted::from(first.as_str())),
        };
        return Err(Fault::Foreign { path: path.to_owned(), found });
    }
    Ok(contents)
}

/// Whether the file is named after an AWS CLI command that is not one of those used here.
fn is_command(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let command = name.split('.').next().unwrap_or_default();
    ["describe-", "get-", "list-", "search-"].iter().any(|verb| command.starts_with(verb))
        && !crate::snapshot::Document::ALL.iter().any(|document| document.command() == command)
}

fn is_snapshot(text: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        schema: Cow<'a, str>,
    }
    serde_json::from_slice::<Head<'_>>(text).is_ok_and(|head| head.schema == SCHEMA)
}

/// The same failure, with the JSON path to it.
fn located<'de, T: Deserialize<'de>>(path: &Path, text: &'de [u8], error: serde_json::Error) -> Fault {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let (at, source) = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(found) => {
            let at = crate::untrusted::Untrusted::from(found.path().to_string().as_str());
            (at.to_string(), found.into_inner())
        }
        // Text after the document's end is no part of any element.
        Ok(_) => (".".to_owned(), error),
    };
    Fault::Json { path: path.to_owned(), at, source }
}
