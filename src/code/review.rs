//! The codes of the area `review`: what a reviewer of security groups would remark.

use super::Story;

pub(super) const WORLD_CLOSED: Story = Story {
    summary: "No rule admits the whole internet.",
    meaning: "The destination's security groups admit no `0.0.0.0/0` and no `::/0`.",
    causes: &[],
    remedy: "",
};

pub(super) const WORLD_OPEN: Story = Story {
    summary: "A rule admits the whole internet.",
    meaning: "The policy's review denies that. A private address shields the server only as long as nobody gives \
              it a public one, a load balancer or a peer.",
    causes: &[
        "A rule was opened to try something, and stayed.",
        "A wizard's default admitted SSH from anywhere.",
        "Several rules together, or a prefix list, cover every address.",
    ],
    remedy: "Remove the rule that the finding names; admit those who need it by their group or their own \
             addresses.",
};

pub(super) const ADMINISTRATION_OPEN: Story = Story {
    summary: "A rule admits the whole internet to a port of administration or of a database.",
    meaning: "Such ports are tried from everywhere, all day: 22 (SSH), 23 (Telnet), 135 and 445 (Windows RPC and SMB), \
              1433 and 1434 (SQL Server), 3306 (MySQL), 3389 (RDP), 5432 (PostgreSQL), 5601 (Kibana), 9200 and 9300 \
              (OpenSearch), all of them named by AWS Security Hub's control EC2.19. A policy that lets the internet \
              in for a service does not mean them, so this is said even then, as a warning.",
    causes: &[
        "SSH was opened to everybody for one person.",
        "The rule is for a range of ports, or for everything, and such a port is in it.",
    ],
    remedy: "Remove the rule that the finding names, or narrow its ports; administer through a bastion, a VPN or \
             Session Manager.",
};

pub(super) const SOURCES_EXPECTED: Story = Story {
    summary: "The services are open to those whom the policy names, and to nobody else.",
    meaning: "Every rule for the policy's services admits the cluster security group or the runner subnets.",
    causes: &[],
    remedy: "",
};

pub(super) const UNEXPECTED_SOURCE: Story = Story {
    summary: "A rule opens one of the policy's services to somebody whom the policy does not name.",
    meaning: "It may be meant (an administrator's network, a monitor), but no expectation says so.",
    causes: &[
        "A rule of another project or an old cluster was left.",
        "A range is wider than the runner subnets.",
    ],
    remedy: "If nobody needs it, remove the rule that the finding names; else state it as an expectation of the \
             policy.",
};

pub(super) const NONE_REDUNDANT: Story = Story {
    summary: "No rule is covered by another one of its group.",
    meaning: "Every rule of the destination's groups admits something of its own.",
    causes: &[],
    remedy: "",
};

pub(super) const REDUNDANT: Story = Story {
    summary: "A rule admits nothing that other rules of its group do not admit already.",
    meaning: "It changes nothing, counts against the quota, and misleads: removing it closes nothing.",
    causes: &["A wider rule was added later."],
    remedy: "Remove the redundant rule, or the wider one if that was a mistake.",
};

pub(super) const QUOTA_AMPLE: Story = Story {
    summary: "The groups and interfaces are well below AWS's quotas.",
    meaning: "There is room for the next rule.",
    causes: &[],
    remedy: "",
};

pub(super) const QUOTA_NEAR: Story = Story {
    summary: "A group or an interface is near one of AWS's default quotas.",
    meaning: "A group holds 60 rules a direction and address family, where a prefix list counts as its maximum \
              entries; an interface carries 5 groups. Beyond that, adding a rule fails, perhaps in the middle of a \
              deployment.",
    causes: &["Rules were added one address at a time.", "A prefix list is made larger than it is filled."],
    remedy: "Remove redundant rules, join addresses into ranges or a prefix list of the right size, or ask AWS \
             for a higher quota.",
};
