//! The codes of the area `path`: a path as a whole.

use super::Story;

pub(super) const ALLOWED: Story = Story {
    summary: "AWS's configuration lets the flow pass, and its answer.",
    meaning: "Security groups at both ends, network ACLs and routes both ways admit it. Whether something listens \
              is for the probe to say.",
    causes: &[],
    remedy: "",
};

pub(super) const CLOSED: Story = Story {
    summary: "AWS's configuration does not let the flow pass, as expected.",
    meaning: "At least one security group, network ACL or route is known to be in its way.",
    causes: &[],
    remedy: "",
};

pub(super) const EXPOSED: Story = Story {
    summary: "A service that must be closed is reachable by AWS's configuration.",
    meaning: "The policy lists it under `closed`, and the rules admit it: anything in the runner subnets can \
              connect.",
    causes: &[
        "A rule admits all ports, or a range, where one port was meant.",
        "A rule for another purpose refers to a group that the runners carry too.",
    ],
    remedy: "Remove or narrow the rule that the finding names.",
};

pub(super) const UNDECIDED: Story = Story {
    summary: "Whether a service that must be closed is reachable could not be decided.",
    meaning: "Something on the way is missing from the snapshot or not modelled. That is no proof that the service \
              is closed.",
    causes: &["A document is missing from the snapshot.", "The path crosses something that is not modelled."],
    remedy: "Add to the snapshot what the finding names, and run it again.",
};

pub(super) const NOT_ASKED: Story = Story {
    summary: "The path was not judged.",
    meaning: "Something that it depends on is already known to be wrong or missing, and is a finding of its own.",
    causes: &[
        "The destination's address is unset, wrong, or owned by no interface in the snapshot.",
        "No runner interface and no runner subnet is known.",
    ],
    remedy: "See to the other findings first.",
};

pub(super) const STATE_CHANGING: Story = Story {
    summary: "Something on the path is being changed at this moment.",
    meaning: "An interface is being attached, or a route table association, a route or an attachment is pending. \
              What it will be is not known.",
    causes: &["A deployment is under way in the account."],
    remedy: "Take the snapshot again in a minute.",
};

pub(super) const TRANSLATION_UNDECIDED: Story = Story {
    summary: "Whether the node's address replaces the pod's is not known, and the answer depends on it.",
    meaning: "Outside its VPC a pod speaks with its node's primary address and groups, unless the VPC CNI's \
              external SNAT is on. EC2 does not know that setting.",
    causes: &["The destination is in another VPC, and only one of the two addresses is admitted there."],
    remedy: "Say it with `--external-snat on` or `--external-snat off` (the value of \
             `AWS_VPC_K8S_CNI_EXTERNALSNAT` in the aws-node DaemonSet), or admit both.",
};
