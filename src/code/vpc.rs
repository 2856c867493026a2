//! The codes of the area `vpc`: the VPC's own networks.

use super::Story;

pub(super) const CIDR_MATCHES: Story = Story {
    summary: "The VPC's CIDR blocks are those of the policy.",
    meaning: "What the policy calls the VPC is the VPC: its address checks mean what they say.",
    causes: &[],
    remedy: "",
};

pub(super) const CIDR_DIFFERS: Story = Story {
    summary: "The VPC's CIDR blocks are not those of the policy.",
    meaning: "The policy's `networks.vpc` decides which addresses count as the dev server's, and whether an \
              address of 100.64.0.0/10 is Tailscale's or the VPC's. Where it is wider than the VPC, an address \
              that leads nowhere passes; where it is narrower, a good one is refused.",
    causes: &[
        "The policy assumes 10.1.0.0/16, and the VPC has another block.",
        "A secondary block was associated (100.64.0.0/10 is the usual one for EKS pods) or removed.",
        "The snapshot is of another VPC.",
    ],
    remedy: "Set `networks.vpc` in the policy (or the variable it takes) to the associated blocks that the \
             finding names.",
};
