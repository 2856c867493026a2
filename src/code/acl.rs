//! The codes of the area `acl`: network ACLs in a path's way.

use super::Story;

pub(super) const DENIES: Story = Story {
    summary: "A network ACL denies the flow.",
    meaning: "Network ACLs guard whole subnets: its packets are dropped without a word.",
    causes: &[
        "A numbered deny rule comes before the rule that allows; the lowest number that matches decides.",
        "No rule allows this port from these addresses, so the default rule (`*`) denies.",
        "The subnet was moved to another network ACL.",
    ],
    remedy: "Decide where in the network ACL the flow is to be allowed: an allow rule with a lower number than \
             the one that denies, for this port and these addresses alone.",
};

pub(super) const REPLY_DENIED: Story = Story {
    summary: "A network ACL denies every answer.",
    meaning: "Network ACLs keep no state: the answer goes to the client's own port (32768 to 60999 on Linux, 1024 \
              to 65535 behind the CNI's SNAT) and needs rules of its own. The connection hangs.",
    causes: &[
        "The rules for ephemeral ports are missing: outbound at the destination's subnet, inbound at the \
         source's.",
        "A deny rule for high ports comes first.",
    ],
    remedy: "Decide where answers are to be allowed: in the network ACL and direction that the finding names, tcp \
             ports 1024-65535 to (or from) the runner subnets.",
};

pub(super) const REPLY_PARTIAL: Story = Story {
    summary: "A network ACL denies answers to some of the client's ports.",
    meaning: "Connections fail now and then, when the client happens to use one of those ports: the worst kind to \
              find.",
    causes: &[
        "The rule for ephemeral ports is narrower than the range that clients use.",
        "A deny rule for one port (3389, say) lies within the range.",
    ],
    remedy: "Widen the allow rule for answers to 1024-65535, or place it before the rule that denies.",
};
