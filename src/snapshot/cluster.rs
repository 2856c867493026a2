//! EKS clusters. EKS spells its fields in camel case, EC2 does not.

use serde::{Deserialize, Serialize};

use super::Id;

/// A cluster (`eks describe-cluster`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// The cluster's name.
    pub name: Id,
    /// Where its nodes run.
    #[serde(default)]
    pub resources_vpc_config: ClusterVpcConfig,
}

/// The cluster's VPC, subnets and groups.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterVpcConfig {
    /// The cluster security group, which EKS makes and puts on its managed nodes.
    pub cluster_security_group_id: Option<Id>,
    /// The control plane's additional groups.
    pub security_group_ids: Vec<Id>,
    /// The control plane's subnets.
    pub subnet_ids: Vec<Id>,
    /// The cluster's VPC.
    pub vpc_id: Option<Id>,
}
