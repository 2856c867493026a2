//! The codes of the area `cluster`: the EKS cluster and its security group.

use super::Story;

pub(super) const GROUP_FOUND: Story = Story {
    summary: "The cluster security group is known.",
    meaning: "It is the group that EKS makes for the cluster, which the dev server's security group should admit.",
    causes: &[],
    remedy: "",
};

pub(super) const GROUP_MISSING: Story = Story {
    summary: "The cluster security group could not be found.",
    meaning: "Without it nobody can say which interfaces carry it, and whether a rule admits it.",
    causes: &[
        "The snapshot holds no `eks describe-cluster`, and no security group has the tag \
         `aws:eks:cluster-name` of this cluster.",
        "The cluster's name in the policy is misspelt, or the cluster is in another account or region.",
        "The permission `eks:DescribeCluster` or `ec2:DescribeSecurityGroups` is missing.",
    ],
    remedy: "Give it with `--cluster-security-group sg-…`, or add the output of `aws eks describe-cluster --name \
             NAME` to the snapshot.",
};
