//! The codes of the area `network-policy`.

use super::Story;

pub(super) const CLEAN: Story = Story {
    summary: "Nothing wrong is found in a file's network policies.",
    meaning: "No policy among the files keeps the runner pods from the destinations or the resolver.",
    causes: &[],
    remedy: "",
};

pub(super) const DENIES: Story = Story {
    summary: "Network policies isolate the runner pods, and no egress rule admits what they must reach.",
    meaning: "The packets are dropped on the node without a word: the job hangs until its time is up. Only where nothing enforces network policies, as the VPC CNI does not until it is told to, are they let out.",
    causes: &[
        "A policy that denies all egress is there, and the one that admits this is not.",
        "The rule's ipBlock leaves the destination out, or excepts it.",
        "The rule's ports leave this one out, or name the other protocol: TCP is meant where none is written.",
        "The rule admits pods by their labels, and the destination is a machine.",
    ],
    remedy: "Add an egress rule for the destination's address and port, and one for CoreDNS on 53, UDP and TCP.",
};

pub(super) const INVALID: Story = Story {
    summary: "A network policy is not what the Kubernetes API takes.",
    meaning: "The API refuses it, or drops what it does not know: what it would admit is not admitted.",
    causes: &[
        "ipBlock and a selector stand in one peer.",
        "A CIDR is none, or `except` is not inside of it.",
        "endPort stands without a port, or before it.",
        "An expression's operator and values do not go together.",
    ],
    remedy: "Correct the line that is named (Kubernetes documentation, Network Policies).",
};

pub(super) const UNDECIDED: Story = Story {
    summary: "Whether network policies let the runner pods reach something cannot be told.",
    meaning: "It depends on labels, a namespace or values that are not known here.",
    causes: &[
        "The policy selects pods by a label that the source's `pod_labels` does not have.",
        "The manifest names no namespace, so whoever applies it chooses.",
        "A value is filled in later.",
        "The resolver is admitted by addresses, and which it has is not known.",
    ],
    remedy: "Give the source its `namespace` and `pod_labels`; write the namespace into the manifest; render templates first.",
};

pub(super) const NOT_ASKED: Story = Story {
    summary: "Network policies were not held against the runner pods.",
    meaning: "Which pods are the runners' the policy does not say.",
    causes: &["No source of the policy has a `namespace`."],
    remedy: "Give the source its `namespace`, and the `pod_labels` that all of its pods have.",
};
