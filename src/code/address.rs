//! The codes of the area `address`: is the destination's address one that a job may use?

use super::Story;

pub(super) const IN_VPC: Story = Story {
    summary: "The destination is one literal address inside the policy's VPC networks.",
    meaning: "A job that uses it takes the VPC path.",
    causes: &[],
    remedy: "",
};

pub(super) const UNSET: Story = Story {
    summary: "The variable that holds the destination's address is unset or empty.",
    meaning: "The job has no address to connect to; `ssh user@` then fails, or waits, in a way that names \
        no cause.",
    causes: &[
        "The variable is protected, and the job's branch or tag is not: GitLab then leaves it out.",
        "The variable is defined in a group that this project is not below.",
        "The variable has an environment scope, and the job names no such environment.",
        "The variable's name is misspelt, or the job's `inherit:variables` or `rules:variables` drops it.",
        "The script runs in a container or over ssh, where the job's variables are not passed on.",
    ],
    remedy: "GitLab → the group → Settings → CI/CD → Variables: define it with the dev server's VPC \
        private address, and \
             clear `Protected` or protect the branch. `echo \"${DEV_SERVER_IP:-unset}\"` in the job shows \
             what it sees.",
};

pub(super) const NOT_AN_IP: Story = Story {
    summary: "The destination is not one literal IP address.",
    meaning: "A name can lead to a Tailscale address, or to nothing in a pod without MagicDNS. Jobs use \
        the VPC private \
              address itself, so names are judged, never dialled.",
    causes: &[
        "A host name, perhaps a MagicDNS name, was entered instead of the address.",
        "A URL, a port, a CIDR or a list of addresses was entered.",
        "The value carries quotes, or a reference to another variable that was not expanded.",
    ],
    remedy: "Set the variable to the dev server's VPC private address alone: AWS console → EC2 → the \
        instance → Private \
             IPv4 address, or `aws ec2 describe-instances --query \
             'Reservations[].Instances[].PrivateIpAddress'`.",
};

pub(super) const PADDED: Story = Story {
    summary: "The address has blanks or line breaks around it.",
    meaning: "The probe takes the address without them. The job's tools may not: in quotes, `ssh \
        \"user@$DEV_SERVER_IP\"` \
              fails to resolve.",
    causes: &["The value was pasted into GitLab's form with a space or a line break at its end."],
    remedy: "Enter the variable again without blanks.",
};

pub(super) const TAILNET: Story = Story {
    summary: "The destination is a Tailscale address.",
    meaning: "Pods have no Tailscale: packets to 100.64.0.0/10 or fd7a:115c:a1e0::/48 leave through the \
        VPC's default \
              route and get lost. The job hangs until its timeout.",
    causes: &[
        "The address was copied from `tailscale status`, the admin console, or from a laptop where the \
            name resolves to it.",
    ],
    remedy: "Set the variable to the dev server's VPC private address (EC2 → the instance → Private IPv4 \
        address).",
};

pub(super) const OUTSIDE_VPC: Story = Story {
    summary: "The destination's address is outside the policy's VPC networks.",
    meaning: "It is not the dev server's private address, so the expectation cannot be met there. It was \
        not dialled: the \
              probe connects only to addresses that the policy vouches for.",
    causes: &[
        "The server's public or Elastic IP address was entered.",
        "The address is of another VPC or of an office network.",
        "The server moved, or the VPC has a CIDR block that the policy does not know.",
    ],
    remedy: "Set the variable to the private address. If the VPC really has this CIDR block, add it to \
        `networks.vpc` \
             (the shipped policy reads `VPC_CIDR`).",
};

pub(super) const RESERVED: Story = Story {
    summary: "The destination is an address that AWS reserves in every subnet.",
    meaning: "The first four addresses and the last one of a subnet's CIDR block never belong to an \
        instance \
              (Amazon VPC User Guide, Subnet CIDR blocks).",
    causes: &["A typing error, or a network's address or the VPC's resolver taken for the server's \
        address."],
    remedy: "Set the variable to the dev server's own private address.",
};

pub(super) const LOOPBACK: Story = Story {
    summary: "The destination is this machine itself (loopback).",
    meaning: "In a pod, localhost is shared by the job's container and its `services:` containers: what \
        answers there \
              says nothing about the dev server.",
    causes: &["A value meant for local development."],
    remedy: "Set the variable to the dev server's VPC private address.",
};

pub(super) const SPECIAL_PURPOSE: Story = Story {
    summary: "The destination's address has a special purpose and belongs to no server (RFC 6890).",
    meaning: "Unspecified, link-local, multicast, broadcast and documentation addresses are no instance's \
        address.",
    causes: &[
        "A placeholder out of a document was never replaced.",
        "An address of the instance metadata service.",
    ],
    remedy: "Set the variable to the dev server's VPC private address.",
};

pub(super) const OWN: Story = Story {
    summary: "The destination is this pod's own address.",
    meaning: "The probe would ask itself; whatever answers is not the dev server.",
    causes: &[
        "The dev server's old address was given to a pod.",
        "The variable is computed in the job from `hostname -i`.",
    ],
    remedy: "Set the variable to the dev server's VPC private address.",
};

pub(super) const IN_RUNNER_SUBNET: Story = Story {
    summary: "The destination's address is in a runner subnet.",
    meaning: "Pods and nodes get their addresses there. The dev server is not a pod; an address there \
        today may be \
              another job's tomorrow.",
    causes: &[
        "A pod's or a node's address was entered.",
        "The server's address was released and is now a pod's.",
    ],
    remedy: "Set the variable to the dev server's own private address. If the server really lives there, \
        let the policy's \
             runner subnets say so.",
};

pub(super) const RANGES_OVERLAP: Story = Story {
    summary: "The address is in the policy's VPC networks and in Tailscale's range at once.",
    meaning: "AWS recommends 100.64.0.0/10 for secondary CIDR blocks of EKS VPCs, and Tailscale uses the \
        same range. The \
              policy's VPC networks win: the address counts as a VPC address.",
    causes: &["The VPC has a secondary CIDR block out of 100.64.0.0/10."],
    remedy: "Nothing, if that is meant. On machines that are in the tailnet as well, the tailnet's route \
        may win.",
};

pub(super) const FAMILY_MISMATCH: Story = Story {
    summary: "The two ends have no address of the same family.",
    meaning: "IPv4 does not speak to IPv6: there is no path between them, whatever the rules say.",
    causes: &[
        "The destination's address is IPv6 and the pods have IPv4 alone, or the reverse.",
        "The subnet is IPv6-only.",
    ],
    remedy: "Use the destination's address of the family that the runners have, or give the subnet a block of the \
             other family.",
};
