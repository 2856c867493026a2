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

pub(super) const BY_BROAD_CIDR_ONLY: Story = Story {
    summary: "Runners are admitted by nothing but a CIDR that is wider than their subnets.",
    meaning: "The security groups let them in, and not by a rule that means them: whatever gets an address of that range \
              is admitted too, and whoever narrows the range one day cuts the runners off without knowing.",
    causes: &[
        "The rule is for the whole VPC, or for a private range such as 10.0.0.0/8.",
        "The rule for the runners was never added, and the wide one hides that.",
    ],
    remedy: "Admit the cluster security group, or the runner subnets themselves; then narrow the wide rule if nothing \
             else needs it.",
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

pub(super) const MERGEABLE: Story = Story {
    summary: "Several rules of a group can be written as one that admits exactly the same.",
    meaning: "Their CIDRs tile a wider one, or their ports follow each other. Nothing is wrong with that; near the quota \
              of rules it is a warning, since joining them makes room.",
    causes: &["Subnets were added one at a time.", "Ports were added one at a time."],
    remedy: "Near the quota, replace them by the joined rule that the finding shows. Else leave them, if they read better.",
};

pub(super) const ADMITS_NOBODY: Story = Story {
    summary: "A rule refers to a group that no interface carries, or to a prefix list without entries.",
    meaning: "It admits nobody now, and looks as if it did. Whoever carries the group one day is admitted without a \
              change of this rule.",
    causes: &[
        "What carried the group was removed, and the rule was left.",
        "The rule refers to a group of a former cluster or node group.",
        "What carries the group is scaled to zero for now.",
        "The group is gone: no group of that id was read in its account.",
    ],
    remedy: "If nothing is to carry the group again, remove the rule; then the group can be removed too.",
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

pub(super) const GROUPS_ATTACHED: Story = Story {
    summary: "Every security group of the VPC is carried by an interface.",
    meaning: "No group is left over that could be attached by mistake. A VPC's `default` group cannot be removed and is not \
              counted.",
    causes: &[],
    remedy: "",
};

pub(super) const GROUP_UNATTACHED: Story = Story {
    summary: "A security group of the VPC is carried by no interface.",
    meaning: "It opens nothing now. Its rules are reviewed by nobody, and take effect as soon as something carries it. Where \
              only a part of the account was read, this is not judged.",
    causes: &[
        "What carried it was removed, and the group was left.",
        "It belongs to a launch template or node class that runs nothing for now.",
    ],
    remedy: "Remove the group, and the rules that refer to it, if nothing is to carry it again.",
};

pub(super) const ALLOW_UNUSED: Story = Story {
    summary: "An entry of the policy's `review.allow` matches nothing that the review finds.",
    meaning: "What it was written for is gone, or changed so that the entry does not cover it any more. A dead entry would \
              hide the next finding of that kind.",
    causes: &[
        "The rule was removed or narrowed away.",
        "The rule was widened: an entry allows what it names and whatever is narrower.",
        "The group's id or name, the source or the traffic is misspelt.",
    ],
    remedy: "Remove the entry, or correct it.",
};

pub(super) const ALLOW_EXPIRED: Story = Story {
    summary: "The last day of an entry of the policy's `review.allow` is past.",
    meaning: "It allows nothing any more: what it was written for is judged again, and shown beside this.",
    causes: &["What was accepted for a time was not mended in that time."],
    remedy: "Mend what it was written for, or give the entry a new day with a reason that still holds.",
};
