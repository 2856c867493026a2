//! The codes of the area `route`: route tables in a path's way.

use super::Story;

pub(super) const MISSING: Story = Story {
    summary: "No route leads to the address.",
    meaning: "The subnet's route table has no entry that matches: packets are dropped.",
    causes: &[
        "The route to the other VPC was never added, here or for the way back.",
        "The subnet uses another table than thought: its explicit one, else the VPC's main one.",
    ],
    remedy: "Add a route for the other end's subnet to the table that the finding names, by way of the peering \
             connection or transit gateway.",
};

pub(super) const BLACKHOLE: Story = Story {
    summary: "The best route leads to something that is gone.",
    meaning: "A blackhole route drops its packets; a wider route is not tried in its place.",
    causes: &[
        "The peering connection, transit gateway attachment, NAT gateway or instance that it names was \
         deleted.",
    ],
    remedy: "Replace the route's target, or delete the route if a wider one is right.",
};

pub(super) const TO_INTERNET: Story = Story {
    summary: "The best route leads to the internet.",
    meaning: "An internet or NAT gateway does not lead to a private address: only the default route matches.",
    causes: &[
        "The route to the other VPC is missing, and 0.0.0.0/0 is all that matches.",
        "The address is not the one that was meant.",
    ],
    remedy: "Add a route for the other end's subnet to the table that the finding names, by way of the peering \
             connection or transit gateway.",
};

pub(super) const ELSEWHERE: Story = Story {
    summary: "The best route leads to another place than the address's.",
    meaning: "The packet arrives in a VPC, or stays in one, where nobody owns the address.",
    causes: &[
        "VPCs have overlapping CIDR blocks.",
        "The route names the wrong peering connection or attachment.",
    ],
    remedy: "Decide which route is right: a longer prefix for the other end's subnet wins over the one that the \
             finding names.",
};

pub(super) const TARGET_UNMODELLED: Story = Story {
    summary: "The best route leads to something that is not modelled.",
    meaning: "A VPN, a Direct Connect gateway, an appliance, a firewall endpoint or a core network may pass the \
              packet on or not.",
    causes: &["Traffic is routed through an inspection appliance.", "The destination is reached over a VPN."],
    remedy: "Check that way in AWS, or let the probe ask the network itself.",
};

pub(super) const AMBIGUOUS: Story = Story {
    summary: "AWS does not say which of two routes is taken.",
    meaning: "Two routes of the same length and kind match, and they lead to different places.",
    causes: &["Two propagations announce the same prefix."],
    remedy: "Make one of them longer, or remove it.",
};
