//! Resource types that touch the network, by how they begin.

use crate::snapshot::Extent;

/// Types that change things of the snapshot's: those that these attributes name.
pub(super) const THINGS: &[(&str, &[&str])] = &[
    ("aws_vpc_peering_connection", &["id", "vpc_peering_connection_id"]),
    (
        "aws_ec2_transit_gateway",
        &[
            "id",
            "transit_gateway_id",
            "transit_gateway_route_table_id",
            "transit_gateway_attachment_id",
            "transport_attachment_id",
        ],
    ),
    ("aws_vpn_gateway_route_propagation", &["route_table_id"]),
    ("aws_vpc_security_group_vpc_association", &["security_group_id"]),
    ("aws_vpc_security_group_rules_exclusive", &["security_group_id"]),
    ("aws_ec2_managed_prefix_list", &["id", "prefix_list_id"]),
];

/// How the ids begin that an attribute of [`THINGS`] holds.
pub(super) fn ids_of(attribute: &str) -> &'static [&'static str] {
    match attribute {
        "vpc_peering_connection_id" => &["pcx"],
        "transit_gateway_id" => &["tgw"],
        "transit_gateway_route_table_id" => &["tgw-rtb"],
        "transit_gateway_attachment_id" | "transport_attachment_id" => &["tgw-attach"],
        "route_table_id" => &["rtb"],
        "security_group_id" => &["sg"],
        "prefix_list_id" => &["pl"],
        _ => &[],
    }
}

/// Types that look as if they did and do not: a route says what they mean for a path, or they say nothing of one.
const NOTHING: &[&str] = &[
    "aws_ec2_network_insights",
    "aws_ec2_transit_gateway_multicast",
    "aws_egress_only_internet_gateway",
    "aws_eip",
    "aws_eks_access",
    "aws_eks_identity_provider",
    "aws_eks_pod_identity",
    "aws_internet_gateway",
    "aws_nat_gateway",
    "aws_vpc_block_public_access",
    "aws_vpc_dhcp_options",
    "aws_vpc_ipam",
];

/// Types that touch the network without a thing of the snapshot's.
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
    "aws_ec2_subnet_cidr_reservation",
    "aws_ec2_traffic_mirror",
    "aws_eks_",
    "aws_elb",
    "aws_emr_cluster",
    "aws_fms_policy",
    "aws_launch_configuration",
    "aws_launch_template",
    "aws_lb",
    "aws_network",
    "aws_networkfirewall_",
    "aws_networkmanager_",
    "aws_ram_",
    "aws_route53_resolver_",
    "aws_serverlessapplicationrepository_cloudformation_stack",
    "aws_servicecatalog_provisioned_product",
    "aws_spot_",
    "aws_subnet",
    "aws_vpc",
    "aws_vpclattice_",
    "aws_vpn_",
    // Another tool's resources, which may hold any of these.
    "argocd_application",
    "flux_bootstrap",
    "helm_release",
    "kubectl_manifest",
    "kubernetes_manifest",
    "kustomization_resource",
];

/// Kubernetes objects that say who reaches a pod, and its CNI's settings; service accounts begin alike.
const KUBERNETES: &[&str] = &[
    "kubernetes_daemon_set_v1",
    "kubernetes_daemonset",
    "kubernetes_env",
    "kubernetes_ingress",
    "kubernetes_ingress_v1",
    "kubernetes_network_policy",
    "kubernetes_network_policy_v1",
    "kubernetes_service",
    "kubernetes_service_v1",
];

/// Types of which even a new one may change what is there already: those that stand for others, add rules to groups
/// or routes to tables, or change how pods are connected.
const MAY_CHANGE_ANYTHING: &[&str] = &[
    "aws_cloudformation_",
    "aws_dx_gateway_association",
    "aws_dx_hosted_",
    "aws_dx_private_virtual_interface",
    "aws_dx_transit_virtual_interface",
    "aws_eks_addon",
    "aws_emr_cluster",
    "aws_fms_",
    "aws_network_interface",
    "aws_serverlessapplicationrepository_cloudformation_stack",
    "aws_servicecatalog_provisioned_product",
    "aws_vpc_",
    "aws_vpn_connection",
    "aws_vpn_gateway_attachment",
];

/// The Cloud Control provider's services that do.
pub(super) const CLOUD_CONTROL: &[&str] = &[
    "autoscaling",
    "cloudformation",
    "ec2",
    "eks",
    "elasticloadbalancing",
    "elasticloadbalancingv2",
    "networkfirewall",
    "networkmanager",
    "ram",
    "vpclattice",
];

/// Whether a type touches the network; `None` if its name does not say.
pub(super) fn touches(kind: &str) -> Option<bool> {
    let begins = |all: &[&str]| all.iter().any(|begin| kind.starts_with(begin));
    if begins(NOTHING) {
        return Some(false);
    }
    (begins(SOMETHING) || KUBERNETES.contains(&kind)).then_some(true)
}

/// What of the network a new one may change. Another tool's may change anything.
pub(super) fn extent_of_new(kind: &str) -> Extent {
    let anything = MAY_CHANGE_ANYTHING.iter().any(|begin| kind.starts_with(begin));
    if kind.starts_with("aws_") && (!anything || kind == "aws_vpc_peering_connection") {
        Extent::New
    } else {
        Extent::Anything
    }
}
