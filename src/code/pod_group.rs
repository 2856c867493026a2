//! The codes of the area `pod-group`: `SecurityGroupPolicy`.

use super::Story;

pub(super) const CLEAN: Story = Story {
    summary: "Nothing wrong is found in a file's SecurityGroupPolicies.",
    meaning: "They are for other pods, or the cluster security group is among the groups that they give.",
    causes: &[],
    remedy: "",
};

pub(super) const LACKS_CLUSTER_GROUP: Story = Story {
    summary: "A SecurityGroupPolicy gives the runner pods groups without the EKS cluster security group.",
    meaning: "Its groups take the place of the node's: a rule that admits the cluster security group does not match these pods.",
    causes: &["The policy was written for what the pods may reach, and not for who they are."],
    remedy: "Add the cluster security group to its groupIds, and let the pods be made anew.",
};

pub(super) const INVALID: Story = Story {
    summary: "A SecurityGroupPolicy is not what the Kubernetes API takes.",
    meaning: "The API refuses it, so the pods keep the groups that they have.",
    causes: &[
        "groupIds is empty, or has more than five groups.",
        "It has no selector, or one that cannot be read.",
    ],
    remedy: "Correct the line that is named (Amazon EKS User Guide, \"Assign security groups to individual pods\").",
};

pub(super) const UNDECIDED: Story = Story {
    summary: "Whether a SecurityGroupPolicy takes the cluster security group from the runner pods cannot be told.",
    meaning: "Its groups take the place of the node's for the pods that it selects.",
    causes: &[
        "No snapshot says which group is the cluster's.",
        "Whether it selects the runner pods depends on labels that are not known, of pods or of service accounts.",
        "Its groups are filled in later.",
    ],
    remedy: "Give `--snapshot PATH`, and the source's `namespace` and `pod_labels` in the policy.",
};

pub(super) const NOT_ASKED: Story = Story {
    summary: "SecurityGroupPolicies were not held against the runner pods.",
    meaning: "Which pods are the runners' the policy does not say.",
    causes: &["No source of the policy has a `namespace`."],
    remedy: "Give the source its `namespace`, and the `pod_labels` that all of its pods have.",
};
