//! The codes of the area `peering`: VPC peering connections in a path's way.

use super::Story;

pub(super) const INACTIVE: Story = Story {
    summary: "The VPC peering connection is not active.",
    meaning: "Routes to it drop their packets.",
    causes: &["It was never accepted, has expired, or was deleted."],
    remedy: "Accept it (`aws ec2 accept-vpc-peering-connection`), or make a new one and change the routes.",
};

pub(super) const NOT_TRANSITIVE: Story = Story {
    summary: "The VPC peering connection joins other VPCs.",
    meaning: "Peering does not pass through a third VPC.",
    causes: &["The route relies on a VPC in between to pass the packet on."],
    remedy: "Peer the two VPCs directly, or join them by a transit gateway.",
};

pub(super) const ADDRESS_OUTSIDE: Story = Story {
    summary: "The address is outside the CIDR blocks of the peer.",
    meaning: "A peering connection carries packets for its peer's own blocks alone.",
    causes: &[
        "The address is on the peer's premises, or in a VPC behind it.",
        "The peer's secondary block was removed.",
    ],
    remedy: "Peer with the VPC that owns the address, or use a transit gateway.",
};
