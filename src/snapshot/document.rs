//! The kinds of document, by the AWS CLI command that prints them.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! documents {
    ($($variant:ident $command:literal $action:literal,)+) => {
        /// A kind of document, by the AWS CLI command that prints it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Document {
            $(
                #[doc = concat!("`", $command, "`")]
                #[serde(rename = $command)]
                $variant,
            )+
        }

        impl Document {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The AWS CLI command that prints it, e.g. `describe-network-acls`.
            pub fn command(self) -> &'static str {
                match self { $(Self::$variant => $command,)+ }
            }

            /// The IAM action that reading it takes, e.g. `ec2:DescribeNetworkAcls`.
            pub fn action(self) -> &'static str {
                match self { $(Self::$variant => $action,)+ }
            }
        }
    };
}

documents! {
    NetworkInterfaces "describe-network-interfaces" "ec2:DescribeNetworkInterfaces",
    Instances "describe-instances" "ec2:DescribeInstances",
    SecurityGroups "describe-security-groups" "ec2:DescribeSecurityGroups",
    SecurityGroupRules "describe-security-group-rules" "ec2:DescribeSecurityGroupRules",
    SecurityGroupVpcAssociations "describe-security-group-vpc-associations"
        "ec2:DescribeSecurityGroupVpcAssociations",
    StaleSecurityGroups "describe-stale-security-groups" "ec2:DescribeStaleSecurityGroups",
    Subnets "describe-subnets" "ec2:DescribeSubnets",
    Vpcs "describe-vpcs" "ec2:DescribeVpcs",
    VpcEndpoints "describe-vpc-endpoints" "ec2:DescribeVpcEndpoints",
    RouteTables "describe-route-tables" "ec2:DescribeRouteTables",
    NetworkAcls "describe-network-acls" "ec2:DescribeNetworkAcls",
    VpcPeeringConnections "describe-vpc-peering-connections" "ec2:DescribeVpcPeeringConnections",
    PrefixLists "describe-managed-prefix-lists" "ec2:DescribeManagedPrefixLists",
    PrefixListEntries "get-managed-prefix-list-entries" "ec2:GetManagedPrefixListEntries",
    TransitGateways "describe-transit-gateways" "ec2:DescribeTransitGateways",
    TransitGatewayAttachments "describe-transit-gateway-attachments"
        "ec2:DescribeTransitGatewayAttachments",
    TransitGatewayVpcAttachments "describe-transit-gateway-vpc-attachments"
        "ec2:DescribeTransitGatewayVpcAttachments",
    TransitGatewayPeeringAttachments "describe-transit-gateway-peering-attachments"
        "ec2:DescribeTransitGatewayPeeringAttachments",
    TransitGatewayRouteTables "describe-transit-gateway-route-tables"
        "ec2:DescribeTransitGatewayRouteTables",
    TransitGatewayAssociations "get-transit-gateway-route-table-associations"
        "ec2:GetTransitGatewayRouteTableAssociations",
    TransitGatewayPropagations "get-transit-gateway-route-table-propagations"
        "ec2:GetTransitGatewayRouteTablePropagations",
    TransitGatewayRoutes "search-transit-gateway-routes" "ec2:SearchTransitGatewayRoutes",
    TransitGatewayPrefixListReferences "get-transit-gateway-prefix-list-references"
        "ec2:GetTransitGatewayPrefixListReferences",
    Cluster "describe-cluster" "eks:DescribeCluster",
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.command())
    }
}
