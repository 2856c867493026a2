//! The codes of the area `transit-gateway`: transit gateways in a path's way.

use super::Story;

pub(super) const ATTACHMENT_UNAVAILABLE: Story = Story {
    summary: "The attachment to the transit gateway is not available.",
    meaning: "It is missing, pending, failed or deleted, so it carries nothing.",
    causes: &[
        "The VPC was never attached, or the attachment was not accepted.",
        "It was deleted, and the routes to it were left.",
    ],
    remedy: "Attach the VPC (or accept the attachment), or take the routes to it away.",
};

pub(super) const ZONE_MISSING: Story = Story {
    summary: "The attachment has no subnet in the sender's availability zone.",
    meaning: "A VPC's packets enter a transit gateway in their own zone alone; runners in this zone cannot use it.",
    causes: &["A subnet in a new zone was added for the runners, and the attachment was not widened."],
    remedy: "Add a subnet of that zone to the attachment (`aws ec2 modify-transit-gateway-vpc-attachment \
             --add-subnet-ids …`).",
};

pub(super) const UNASSOCIATED: Story = Story {
    summary: "The attachment is associated with no transit gateway route table.",
    meaning: "What comes in over it goes nowhere.",
    causes: &["The default association is switched off, and none was made."],
    remedy: "Associate the attachment with the route table that is meant for it.",
};

pub(super) const ROUTE_MISSING: Story = Story {
    summary: "No route of the transit gateway's table matches.",
    meaning: "The packet is dropped inside the transit gateway.",
    causes: &[
        "The other attachment does not propagate its routes to this table.",
        "A static route is missing.",
    ],
    remedy: "Enable the propagation of the other VPC's attachment in the table that the finding names, or add a \
             static route.",
};

pub(super) const ROUTE_BLACKHOLE: Story = Story {
    summary: "The transit gateway's best route is a blackhole.",
    meaning: "It drops its packets; a wider route is not tried in its place.",
    causes: &["It was made to keep two networks apart.", "The attachment that it led to was deleted."],
    remedy: "Decide whether the two networks are meant to be apart; if not, delete the blackhole route.",
};

pub(super) const ROUTE_ELSEWHERE: Story = Story {
    summary: "The transit gateway's best route leads to another VPC than the address's.",
    meaning: "The packet arrives where nobody owns the address.",
    causes: &["VPCs have overlapping CIDR blocks.", "A static route names the wrong attachment."],
    remedy: "Decide which attachment the prefix belongs to, and correct the route.",
};

pub(super) const LOOP: Story = Story {
    summary: "The transit gateways pass the packet round in a circle.",
    meaning: "Peered gateways point at each other for this prefix.",
    causes: &["Each gateway has a static route to the other."],
    remedy: "Remove the static route at the gateway that is nearer to the address.",
};

pub(super) const IPV6_OFF: Story = Story {
    summary: "The attachment does not carry IPv6.",
    meaning: "IPv6 support is off by default on a VPC attachment.",
    causes: &["It was never switched on."],
    remedy: "Switch it on (`aws ec2 modify-transit-gateway-vpc-attachment --options Ipv6Support=enable …`).",
};

pub(super) const SUBNET_AMBIGUOUS: Story = Story {
    summary: "Which of several attachment subnets the packet passes is not known, and they differ.",
    meaning: "One has network ACLs or routes that let it pass, another does not.",
    causes: &["The attachment subnets of one VPC have different network ACLs or route tables."],
    remedy: "Give the attachment subnets the same network ACL and route table.",
};
