//! What touches the network and is not modelled: named, never passed over.

use serde_json::{Map, Value};

use super::format::{Action, ResourceChange};
use crate::snapshot::Id;

/// What a resource that is not modelled does to the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Touch {
    /// Nothing.
    Nothing,
    /// Something, which no thing of the snapshot's shows.
    Something,
    /// It changes these things.
    Things(Vec<Id>),
}

/// Types, by how they begin, that change things of the snapshot's: those that these attributes name.
const THINGS: &[(&str, &[&str])] = &[
    ("aws_vpc_peering_connection", &["id", "vpc_peering_connection_id"]),
    ("aws_ec2_transit_gateway", &["id", "transit_gateway_route_table_id", "transit_gateway_attachment_id"]),
    ("aws_vpn_gateway_route_propagation", &["route_table_id"]),
    ("aws_vpc_ipv6_cidr_block_association", &["vpc_id"]),
    ("aws_vpc_security_group_vpc_association", &["security_group_id"]),
    ("aws_vpc_security_group_rules_exclusive", &["security_group_id"]),
    ("aws_ec2_managed_prefix_list", &["id", "prefix_list_id"]),
];

/// Types, by how they begin, that look as if they did and do not: a route says what they mean for a path, or they
/// say nothing of one.
const NOTHING: &[&str] = &[
    "aws_eip",
    "aws_egress_only_internet_gateway",
    "aws_internet_gateway",
    "aws_nat_gateway",
    "aws_vpc_block_public_access",
    "aws_vpc_dhcp_options",
];

/// Types, by how they begin, that touch the network without a thing of the snapshot's.
const SOMETHING: &[&str] = &[
    "aws_alb",
    "aws_autoscaling_group",
    "aws_batch_compute_environment",
    "aws_cloudformation_stack",
    "aws_customer_gateway",
    "aws_dx_",
    "aws_ec2_carrier_gateway",
    "aws_ec2_client_vpn",
    "aws_ec2_fleet",
    "aws_ec2_instance_connect_endpoint",
    "aws_ec2_local_gateway",
    "aws_ec2_network_insights",
    "aws_ec2_subnet_cidr_reservation",
    "aws_ec2_traffic_mirror",
    "aws_eks_",
    "aws_elb",
    "aws_fms_policy",
    "aws_launch_configuration",
    "aws_launch_template",
    "aws_lb",
    "aws_network",
    "aws_networkfirewall_",
    "aws_networkmanager_",
    "aws_ram_",
    "aws_route53_resolver_",
    "aws_spot_",
    "aws_subnet",
    "aws_vpc",
    "aws_vpclattice_",
    "aws_vpn_",
    // Another tool's resources, which may hold any of these.
    "helm_release",
    "kubectl_manifest",
    "kubernetes_manifest",
];

/// The Cloud Control provider's services that do.
const CLOUD_CONTROL: &[&str] = &[
    "ec2",
    "eks",
    "elasticloadbalancing",
    "elasticloadbalancingv2",
    "networkfirewall",
    "networkmanager",
    "vpclattice",
    "autoscaling",
    "cloudformation",
    "ram",
];

/// Attributes that put a resource into the network; another value of one, and the resource touches it.
const NETWORK: &[&str] = &[
    "network_configuration",
    "network_interface_id",
    "network_interface_ids",
    "security_group_id",
    "security_group_ids",
    "security_groups",
    "subnet_id",
    "subnet_ids",
    "subnets",
    "vpc_config",
    "vpc_configuration",
    "vpc_options",
    "vpc_security_group_ids",
];

/// Whether a resource only makes something new. Another tool's, and one that stands for others, may change anything.
pub(super) fn only_adds(change: &ResourceChange) -> bool {
    const OTHERS: &[&str] = &["aws_cloudformation_", "aws_fms_", "aws_network_interface", "aws_vpc"];
    let kind = change.r#type.as_str();
    change.change.actions == [Action::Create]
        && kind.starts_with("aws_")
        && !OTHERS.iter().any(|begin| kind.starts_with(begin) && kind != "aws_vpc_peering_connection")
}

/// What a change of a resource that is not modelled touches.
pub(super) fn touch(change: &ResourceChange) -> Touch {
    let kind = change.r#type.as_str();
    if NOTHING.iter().any(|begin| kind.starts_with(begin)) {
        return Touch::Nothing;
    }
    if let Some((_, attributes)) = THINGS.iter().find(|(begin, _)| kind.starts_with(begin)) {
        let (before, after) = (&change.change.before, &change.change.after);
        let named = |object: &Map<String, Value>, attribute: &&str| {
            object.get(*attribute).and_then(Value::as_str).filter(|it| !it.is_empty()).map(Id::from)
        };
        let mut ids: Vec<Id> =
            attributes.iter().flat_map(|it| [named(before, it), named(after, it)]).flatten().collect();
        ids.sort_unstable();
        ids.dedup();
        return if ids.is_empty() { Touch::Something } else { Touch::Things(ids) };
    }
    if let Some(rest) = kind.strip_prefix("awscc_") {
        let service = rest.split('_').next().unwrap_or_default();
        return if CLOUD_CONTROL.contains(&service) { Touch::Something } else { Touch::Nothing };
    }
    if SOMETHING.iter().any(|begin| kind.starts_with(begin)) {
        return Touch::Something;
    }
    let networked = kind.starts_with("aws_") && NETWORK.iter().any(|it| differs(change, it));
    if networked { Touch::Something } else { Touch::Nothing }
}

fn differs(change: &ResourceChange, attribute: &str) -> bool {
    let value = |object: &Map<String, Value>| {
        let empty = |it: &Value| it.is_null() || it.as_array().is_some_and(Vec::is_empty);
        object.get(attribute).filter(|it| !empty(it)).cloned()
    };
    let unknown = change.change.after_unknown.get(attribute).is_some_and(super::lay::has_unknown);
    // What is made computes such attributes where nothing is said of them.
    let unknown = unknown && !change.change.before.is_empty();
    unknown || value(&change.change.before) != value(&change.change.after)
}
