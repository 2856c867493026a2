//! The codes of the area `runner`: is this machine one whose answers count?

use super::Story;

pub(super) const IN_SUBNET: Story = Story {
    summary: "The probe runs on an address of a runner subnet.",
    meaning: "What it sees is what a CI job's pod sees.",
    causes: &[],
    remedy: "",
};

pub(super) const OUTSIDE_SUBNETS: Story = Story {
    summary: "The probe does not run on an address of any runner subnet.",
    meaning: "The network was asked from the wrong place: security groups, network ACLs and DNS may all \
        answer a pod \
              differently. Whatever else was seen, on a laptop in the tailnet for instance where everything works, \
              does not count for a job, so everything that depends on the place is unknown.",
    causes: &[
        "The probe was started on a laptop, a bastion or another cluster.",
        "The job landed on a runner whose nodes are in other subnets (a changed EC2NodeClass or \
            ENIConfig).",
        "The policy's runner subnets are out of date.",
    ],
    remedy: "Run it in a CI job of an active runner (for instance with the tag `small`). If pods do get \
        addresses from \
             this subnet, add it to the source's `subnets` in the policy.",
};

pub(super) const IN_POD: Story = Story {
    summary: "The probe runs in a Kubernetes pod.",
    meaning: "It has the pod's network namespace, resolver and environment, like a CI job.",
    causes: &[],
    remedy: "",
};

pub(super) const NOT_IN_POD: Story = Story {
    summary: "The address is in a runner subnet, but nothing says that this is a Kubernetes pod.",
    meaning: "A node of the runner subnets, or a pod on its host's network, has the node's resolver and \
        may have other \
              interfaces and security groups than a job's pod.",
    causes: &[
        "The probe was started on the node itself.",
        "The pod hides what would show it: no service account, no `KUBERNETES_SERVICE_HOST`.",
    ],
    remedy: "Run it in a CI job, or read the result with that in mind.",
};

pub(super) const TAILSCALE_ABSENT: Story = Story {
    summary: "Nothing on this machine means Tailscale.",
    meaning: "No interface, own address, socket, nameserver, search domain or proxy variable of \
        Tailscale's was found. \
              What DNS answers is judged apart.",
    causes: &[],
    remedy: "",
};

pub(super) const TAILSCALE_PRESENT: Story = Story {
    summary: "Tailscale is on this machine.",
    meaning: "Runner pods must have no Tailscale. A connection that works from here may take the tailnet \
        and hide that \
              the VPC path is broken; it breaks the day the key expires or the node goes.",
    causes: &[
        "A Tailscale sidecar, or the Tailscale Kubernetes operator's injection, in the runner's namespace.",
        "The pod shares its node's network (`hostNetwork`), and the node is in the tailnet.",
        "The job's own script or image starts tailscaled, perhaps in userspace mode with a proxy on \
            localhost:1055.",
        "The resolver configuration is inherited from a node in the tailnet (dnsPolicy `Default`).",
    ],
    remedy: "Remove what the evidence names: the sidecar or annotation, `hostNetwork`, the `tailscaled` \
        line, the \
             nameserver or search domain, the proxy variable.",
};

pub(super) const PROXY_ABSENT: Story = Story {
    summary: "No proxy variable would send the job's connections elsewhere.",
    meaning: "curl, git and package managers dial the destination themselves, as the probe does.",
    causes: &[],
    remedy: "",
};

pub(super) const PROXY_SET: Story = Story {
    summary: "A proxy variable is set, and `NO_PROXY` does not cover the destination.",
    meaning: "The probe dials the address itself; curl, git and most HTTP clients of the job would go \
        through the proxy, \
              so they may fail where the probe passes, or the reverse.",
    causes: &[
        "A proxy is set for the whole runner or group, without an exception for the VPC.",
        "`NO_PROXY` lists names, while the job uses the address.",
    ],
    remedy: "Add the destination's address or the VPC's CIDR to `NO_PROXY` and `no_proxy` (not every tool \
        reads a CIDR: \
             the literal address is the safe spelling).",
};

pub(super) const ACTIVE: Story = Story {
    summary: "The job runs on an active runner.",
    meaning: "The runner's id is in the policy's `active` list.",
    causes: &[],
    remedy: "",
};

pub(super) const RETIRED: Story = Story {
    summary: "The job runs on, or is tagged for, a retired runner.",
    meaning: "Retired runners are paused for good. A job that asks for one by tag waits for ever.",
    causes: &[
        "The job's `tags:` name a retired runner (`dev-small`, `dev-medium`, `dev-large`).",
        "Somebody resumed a runner that was paused for good.",
    ],
    remedy: "Use an active runner's tag: `small` for lint, test, scan, deploy and verify, `medium` for \
        Kaniko builds, \
             `large` for Nuitka and RPM builds. Pause the retired runner again.",
};

pub(super) const TIER_HEAVY: Story = Story {
    summary: "The check runs on an active runner that is heavier than it needs.",
    meaning: "The answer counts: pods of all active runners are in the same subnets. But a reachability check waits for \
              packets and computes next to nothing. On a heavy runner it waits behind builds for its turn, then holds \
              a place that a build is waiting for, and Karpenter may start a large node for it.",
    causes: &[
        "The job has no `tags:`, and the default tag is not the light one.",
        "The job's `tags:` were copied from a build job.",
        "The check is a step of a build or deploy job, rather than a job of its own.",
    ],
    remedy: "Give the check a job of its own, with the tag that the policy names in `light` (for instance `small`); the \
             components' `tag` input has it by default. Where the heavy job is meant to check for itself, use \
             `--skip runner-tier-heavy`.",
};

pub(super) const UNLISTED: Story = Story {
    summary: "The job runs on a runner that the policy does not know.",
    meaning: "Its pods may be in other subnets or carry other security groups than the active runners' \
        pods.",
    causes: &[
        "A new runner was registered, and the policy was not told.",
        "The job has no tag and was taken by an instance or project runner.",
    ],
    remedy: "Tag the job for an active runner, or add the runner to the source's `active` list.",
};

pub(super) const UNIDENTIFIED: Story = Story {
    summary: "The runner was not looked up: `CI_RUNNER_ID` is not set.",
    meaning: "Outside a GitLab job there is no runner to hold against the policy's lists.",
    causes: &["The probe was started by hand rather than by a GitLab job."],
    remedy: "Nothing, unless this is a GitLab job: then pass `CI_RUNNER_ID` and `CI_RUNNER_TAGS` through.",
};

pub(super) const INTERFACES_FOUND: Story = Story {
    summary: "Network interfaces run in the runner subnets.",
    meaning: "Each of them is judged by its own security groups, subnet and addresses; a pod whose address is on \
              it is judged with it.",
    causes: &[],
    remedy: "",
};

pub(super) const INTERFACES_ABSENT: Story = Story {
    summary: "No runner interface is running at the moment.",
    meaning: "Karpenter may have scaled to zero. In place of real interfaces, one that is not there yet is judged \
              in each runner subnet, with the cluster security group alone. What groups the next node will really \
              carry is not seen.",
    causes: &[
        "No job runs, and Karpenter has removed every node.",
        "The snapshot was taken of another account or region, or its interfaces were filtered.",
        "The policy's runner subnets are out of date.",
    ],
    remedy: "Nothing, if no job runs. Else take the snapshot again while a job runs, so that real interfaces are \
             judged.",
};

pub(super) const INTERFACE_HAS_CLUSTER_GROUP: Story = Story {
    summary: "Every runner interface carries the cluster security group.",
    meaning: "A rule that refers to the cluster security group matches all of them.",
    causes: &[],
    remedy: "",
};

pub(super) const INTERFACE_LACKS_CLUSTER_GROUP: Story = Story {
    summary: "A runner interface does not carry the EKS cluster security group.",
    meaning: "A rule that admits the cluster security group matches private addresses of interfaces that carry it, \
              and no others: jobs on this interface hang although the rule looks right.",
    causes: &[
        "The EC2NodeClass of Karpenter selects other groups: it attaches exactly what \
         `securityGroupSelectorTerms` match (all of a term, any of the terms), and never adds the cluster \
         group by itself.",
        "The managed node group has a custom launch template with security groups of its own; EKS then adds \
         none.",
        "A SecurityGroupPolicy gives the pod a branch interface with groups of its own.",
        "An ENIConfig (custom networking) names other groups for the pods' interfaces.",
        "The interface belongs to something else that happens to be in a runner subnet.",
    ],
    remedy: "Add the cluster security group where the interface's groups come from: `securityGroupSelectorTerms` \
             of the EC2NodeClass, the launch template, the SecurityGroupPolicy or the ENIConfig. New nodes get \
             it; replace the old ones.",
};

pub(super) const SUBNET_MISSING: Story = Story {
    summary: "A runner subnet of the policy is no subnet of any VPC that was read.",
    meaning: "Whether runners can reach anything cannot be told for it: there is no route table, no network ACL \
              and no interface to judge.",
    causes: &[
        "The snapshot is of another account or region.",
        "The subnet was replaced, or its CIDR block is misspelt in the policy.",
        "The VPC CNI gives pods addresses of another subnet (an ENIConfig).",
    ],
    remedy: "Take the snapshot in the runners' account and region; if the subnets did change, correct the \
             source's `subnets` in the policy.",
};
