//! The codes of the area `group`: security groups in a path's way.

use super::Story;

pub(super) const INGRESS_BY_CLUSTER_GROUP: Story = Story {
    summary: "The destination's security group admits the EKS cluster security group.",
    meaning: "Every runner that carries the group is admitted, whatever its address: new subnets and new nodes \
              need no new rule.",
    causes: &[],
    remedy: "",
};

pub(super) const INGRESS_BY_CIDR_ONLY: Story = Story {
    summary: "The runners are admitted by their addresses alone, not by the cluster security group.",
    meaning: "It works today. Whatever else gets an address of that range is admitted too, and a runner in a new \
              subnet is not. The policy asks for the cluster security group.",
    causes: &[
        "The rule was written with the subnets' CIDR blocks, or the VPC's.",
        "The rule for the cluster security group was removed, and a wider one hides that.",
        "The runner's interface lacks the cluster security group.",
    ],
    remedy: "Add the rule that refers to the cluster security group; then take the rule by addresses away if \
             nothing else needs it.",
};

pub(super) const INGRESS_BY_OTHER_GROUP: Story = Story {
    summary: "The runners are admitted by a security group that is not the cluster's.",
    meaning: "It works for interfaces that carry that group. Nodes of another node class or launch template, and \
              pods with a SecurityGroupPolicy, may not carry it. The policy asks for the cluster security group.",
    causes: &[
        "The rule refers to the node group's own security group.",
        "The cluster was made anew, and the rule still refers to a group of the old one.",
    ],
    remedy: "Add the rule that refers to the cluster security group; then take the other one away if nothing else \
             needs it.",
};

pub(super) const INGRESS_MISSING: Story = Story {
    summary: "No rule of the destination's security groups lets the flow in.",
    meaning: "Its packets are dropped without a word: the job hangs until its time is up.",
    causes: &[
        "The rule was never added, or was removed.",
        "The rule refers to another group than those that the source carries (a node's own group, or the \
         group of a former cluster).",
        "The rule is for other ports, another protocol or other addresses.",
        "The rule refers to a group over a path on which references do not match: another region, or a \
         transit gateway.",
    ],
    remedy: "Add the rule that the finding shows. It admits what was asked for and nothing wider.",
};

pub(super) const EGRESS_MISSING: Story = Story {
    summary: "No rule of the source's security groups lets the flow out.",
    meaning: "Its packets are dropped before they leave the node. A group without egress rules lets nothing out.",
    causes: &[
        "The cluster security group's default egress rule (everything) was removed or narrowed.",
        "The pod's SecurityGroupPolicy names a group with narrow egress.",
    ],
    remedy: "Add the rule that the finding shows. It admits what was asked for and nothing wider.",
};

pub(super) const REFERENCE_STALE: Story = Story {
    summary: "A rule would admit the flow, but the group that it refers to is gone.",
    meaning: "The VPC peering connection of a referenced group was deleted, or the group was. AWS keeps the rule, \
              and it matches nothing.",
    causes: &[
        "The peering connection was deleted or replaced.",
        "The group in the peer VPC was deleted and made anew, with another id.",
    ],
    remedy: "Remove the stale rule, restore the peering connection if it is meant to be, and add the rule again \
             with the group's present id.",
};

pub(super) const REFERENCE_UNDECIDED: Story = Story {
    summary: "Whether a rule's group reference matches over this path is not known.",
    meaning: "References match in one VPC, over an active peering connection in one region, and over a transit \
              gateway where security group referencing is on. The snapshot does not tell which holds.",
    causes: &[
        "The peering connection or the transit gateway is missing from the snapshot.",
        "An attachment does not say whether it carries group references.",
    ],
    remedy: "Add to the snapshot what the finding names, or admit the source by its addresses.",
};
