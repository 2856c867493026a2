//! The codes of the area `snapshot`: the configuration that was read.

use super::Story;

pub(super) const INCOMPLETE: Story = Story {
    summary: "Something that the answer depends on is not in the snapshot.",
    meaning: "What was not read is not empty: the answer is unknown. The finding names the document and the IAM \
              action that reading it takes.",
    causes: &[
        "The permission is missing, and AWS refused that one call.",
        "The command's output was not saved into the folder.",
        "An account or a region that the path crosses was not read.",
    ],
    remedy: "Save the output of the command that the finding names into the snapshot, or allow its IAM action; \
             then run it again.",
};

pub(super) const CONFLICT: Story = Story {
    summary: "Two files of the snapshot describe the same thing differently.",
    meaning: "What depends on it is unknown: one of the two is older, or wrong.",
    causes: &["The files were saved at different times, with a change in between."],
    remedy: "Take both again, or remove the older one.",
};

pub(super) const PLAN_LAID: Story = Story {
    summary: "A plan was laid over the configuration that was read.",
    meaning: "What is judged is the configuration after apply; the finding counts what the plan does to the network.",
    causes: &[],
    remedy: "",
};

pub(super) const PLAN_UNKNOWN: Story = Story {
    summary: "A plan changes something to what is known only after apply.",
    meaning: "An address, a rule's range or a list of groups is not in the plan yet. What depends on it is unknown.",
    causes: &[
        "The value comes from a resource that the same plan makes.",
        "The value comes from a local value, a function or a data source that is read during apply.",
        "The plan ended in an error, or defers changes to a later one.",
    ],
    remedy: "Write the value down where it can be known (an address, a CIDR block), or apply what it comes from first \
             and plan again.",
};

pub(super) const PLAN_UNSUPPORTED: Story = Story {
    summary: "A plan changes a part of the network that is not modelled.",
    meaning: "The finding names the resources. Nothing is said of what they change; all else was judged.",
    causes: &[
        "The plan changes peering, a transit gateway, a firewall, a load balancer, a cluster or a launch template.",
        "Another tool's resource in the plan may change the network, such as a CloudFormation stack.",
    ],
    remedy: "Review these by hand, or apply them first, and judge the rest from a snapshot taken after that.",
};
