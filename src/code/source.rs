//! The codes of the area `source`: the interface that a path begins at.

use super::Story;

pub(super) const NOT_RUNNING: Story = Story {
    summary: "The source's instance is not running.",
    meaning: "Nothing is sent until it is started, whatever the rules say.",
    causes: &[
        "The instance was stopped: by a person, a schedule, or to save money.",
        "It failed a status check, or its spot capacity was taken back.",
        "The address now belongs to another instance, and this one is the old one.",
    ],
    remedy: "Start the instance (`aws ec2 start-instances --instance-ids …`), or use the address of the one that \
             runs.",
};

pub(super) const DETACHED: Story = Story {
    summary: "The source's network interface is attached to nothing.",
    meaning: "The address exists, but nothing is sent on it.",
    causes: &[
        "The instance was terminated and its interface kept.",
        "The interface waits to be attached (a failover address, a CNI's warm interface).",
    ],
    remedy: "Attach the interface to the instance, or use the address of the instance that runs.",
};

pub(super) const UNOWNED: Story = Story {
    summary: "No network interface in the snapshot owns the source's address.",
    meaning: "Nothing can be said of a path to or from it: it may be free, on premises, or in an account or VPC \
              that was not read.",
    causes: &[
        "The address is out of date: the instance was replaced.",
        "It is in another account, region or VPC than the snapshot.",
        "It is an address behind a VPN or Direct Connect.",
    ],
    remedy: "Compare it with EC2 (the instance's private IPv4 address); if it is right, add the account or region \
             that owns it to the snapshot.",
};

pub(super) const AMBIGUOUS: Story = Story {
    summary: "Several network interfaces own the source's address.",
    meaning: "VPCs may use the same ranges; which interface is meant decides everything else.",
    causes: &["The snapshot holds several VPCs with overlapping CIDR blocks."],
    remedy: "Name the interface (`eni-…`) or instance (`i-…`) instead of the address, or give a snapshot of the \
             one VPC.",
};

pub(super) const SERVICE: Story = Story {
    summary: "The source is a network interface of an AWS service.",
    meaning: "A load balancer, a NAT gateway or an endpoint passes traffic on by rules of its own, which are not \
              modelled.",
    causes: &["The address is a load balancer's, an endpoint's or a gateway's rather than an instance's."],
    remedy: "Ask about the instance behind it; the service's own targets and listeners are to be checked in AWS.",
};
