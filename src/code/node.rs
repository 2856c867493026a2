//! The codes of the area `node`: Karpenter's node classes and pools.

use super::Story;

pub(super) const CLASS_CLEAN: Story = Story {
    summary: "Nothing wrong is found in a file's node classes.",
    meaning: "The runners' nodes carry the cluster security group. With a snapshot, they are in the runner subnets and nowhere else; a class that selects other subnets alone is not the runners' where another one is.",
    causes: &[],
    remedy: "",
};

pub(super) const CLASS_LACKS_CLUSTER_GROUP: Story = Story {
    summary: "A node class does not select the EKS cluster security group.",
    meaning: "The dev server's security group admits the cluster's; nodes that do not carry it, and the pods on them, are not let in.",
    causes: &[
        "securityGroupSelectorTerms names a tag that the cluster security group does not have.",
        "The tag aws:eks:cluster-name has another cluster's name.",
        "The terms name a group by id or name, and it is another.",
    ],
    remedy: "Add a term with the tag `aws:eks:cluster-name: CLUSTER`, which EKS gives to that group alone; Karpenter replaces the nodes.",
};

pub(super) const CLASS_SUBNET_OUTSIDE_RUNNERS: Story = Story {
    summary: "A node class selects subnets that are not the runners'.",
    meaning: "Pods there get addresses that the policy, routes and rules do not expect.",
    causes: &[
        "A tag such as karpenter.sh/discovery is on more subnets than was meant.",
        "The runner subnets changed, and the policy did not.",
    ],
    remedy: "Give the runner subnets a tag of their own and select by it, or correct the source's `subnets` in the policy.",
};

pub(super) const CLASS_SUBNETS_NOT_ASKED: Story = Story {
    summary: "Which subnets node classes select was not asked.",
    meaning: "Selectors go by tags, and only AWS's configuration says which subnet has which.",
    causes: &["No snapshot was given."],
    remedy: "Give `--snapshot PATH`: a folder of AWS CLI output, or a file of `reachgate snapshot`.",
};

pub(super) const CLASS_INVALID: Story = Story {
    summary: "A node class's selector is not what Karpenter takes.",
    meaning: "The API refuses the manifest, or Karpenter looks at one criterion of a term and leaves the others.",
    causes: &[
        "`id` or `name` stands in one term with something else; each stands alone.",
        "A term, or the list of terms, is empty.",
        "A subnet is selected by `name`, which only security groups have.",
        "A tag has an empty value; `*` is any value.",
    ],
    remedy: "Write each criterion as a term of its own; only tags may be several in one term, and then all must match.",
};

pub(super) const CLASS_UNDECIDED: Story = Story {
    summary: "What a node class selects cannot be told.",
    meaning: "Its nodes may or may not carry the cluster security group, or be in the runner subnets.",
    causes: &[
        "It selects by tags such as karpenter.sh/discovery, which may be on any group, and no snapshot was given.",
        "Its values are filled in later: `${CLUSTER_NAME}`, `{{ … }}`.",
        "The snapshot lacks the security groups or subnets.",
    ],
    remedy: "Select by `aws:eks:cluster-name: CLUSTER`, give `--snapshot PATH`, or render the templates first.",
};

pub(super) const POOL_CLEAN: Story = Story {
    summary: "Every node pool of a file names a node class that is judged.",
    meaning: "The class's own findings say whether its nodes are right.",
    causes: &[],
    remedy: "",
};

pub(super) const POOL_CLASS_MISSING: Story = Story {
    summary: "A node pool names no node class that is judged.",
    meaning: "Which groups and subnets its nodes have is not known.",
    causes: &[
        "The class is in another folder or repository.",
        "nodeClassRef is missing, or its name is misspelt.",
        "The class is of another kind, such as EKS Auto Mode's NodeClass.",
    ],
    remedy: "Lint the folder that holds the class as well, or correct nodeClassRef.",
};

pub(super) const SELECTOR_MATCHES_NOTHING: Story = Story {
    summary: "A term of a node class's selector matches nothing in AWS's configuration.",
    meaning: "Where no term matches anything, Karpenter makes no node: jobs wait until their time is up.",
    causes: &[
        "The tag is not on the subnet or group, or has another value; small and capital letters differ.",
        "The id is of something that is gone.",
        "The snapshot is of another account or region, or holds only a part of it.",
    ],
    remedy: "Correct the term or the tags; read the whole region (`reachgate snapshot --all`) if the snapshot holds a part.",
};
