//! EKS clusters. EKS spells its fields in camel case, EC2 does not.

use serde::{Deserialize, Serialize};

use super::Id;

/// A cluster (`eks describe-cluster`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// The cluster's name.
    #[schemars(with = "String")]
    pub name: Id,
    /// Where its nodes run.
    #[serde(default)]
    pub resources_vpc_config: ClusterVpcConfig,
}

/// The cluster's VPC, subnets and groups.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterVpcConfig {
    /// The cluster security group, which EKS makes and puts on its managed nodes.
    #[schemars(with = "Option<String>")]
    pub cluster_security_group_id: Option<Id>,
    /// The control plane's additional groups.
    #[schemars(with = "Vec<String>")]
    pub security_group_ids: Vec<Id>,
    /// The control plane's subnets.
    #[schemars(with = "Vec<String>")]
    pub subnet_ids: Vec<Id>,
    /// The cluster's VPC.
    #[schemars(with = "Option<String>")]
    pub vpc_id: Option<Id>,
}
