//! The codes of the area `gate`: what the probe saw and what AWS's configuration says, together.

use super::Story;

pub(super) const POD_LOCATED: Story = Story {
    summary: "The pod's address is on an interface of the configuration.",
    meaning: "The configuration is judged for this very pod: its node's groups, its subnet's ACL and routes.",
    causes: &[],
    remedy: "",
};

pub(super) const POD_UNLOCATED: Story = Story {
    summary: "The pod's address is on no interface, or on several, of the configuration that was read.",
    meaning: "What the configuration says was judged for other runners. Where they all fare alike it is worth as \
              much; where they do not, it is not decided for this pod.",
    causes: &[
        "The configuration was read before Karpenter made the node.",
        "Another account, region or VPC was read.",
        "The pods have addresses that are not the VPC's (an overlay network).",
    ],
    remedy: "Read the configuration again while the job runs, from the runners' account and region.",
};

pub(super) const OPEN: Story = Story {
    summary: "The service answers the pod, and AWS's configuration admits it as the policy asks.",
    meaning: "A job may go on.",
    causes: &[],
    remedy: "",
};

pub(super) const OPEN_BY_OTHER_GROUP: Story = Story {
    summary: "The service answers the pod, but it is admitted by another security group than the policy asks for.",
    meaning: "It works today, and breaks when a node comes without that group.",
    causes: &["The rule refers to the node group's own security group, or to one of a former cluster."],
    remedy: "Add the rule that refers to the cluster security group; then take the other one away if nothing else \
             needs it.",
};

pub(super) const OPEN_BY_CIDR: Story = Story {
    summary: "The service answers the pod, but it is admitted by its address alone.",
    meaning: "It works today, and breaks when the runners' subnets change. Whatever else gets an address of that \
              range is admitted too.",
    causes: &["The rule was written with the subnets' CIDR blocks, or the VPC's."],
    remedy: "Add the rule that refers to the cluster security group; then take the rule by addresses away if \
             nothing else needs it.",
};

pub(super) const UNCONFIRMED: Story = Story {
    summary: "Only one witness could be asked, or only one could tell.",
    meaning: "What the probe saw stands by itself: it is true of this moment, and why it is so is not known.",
    causes: &[
        "The job has no AWS credentials, and no snapshot or report was given.",
        "The configuration that was read does not decide the flow.",
        "The probe was told to leave it out.",
    ],
    remedy: "Give the gate a snapshot (`--snapshot`), a report of a job that may read AWS (`--static-report`), or \
             the pod a role with the rights of docs/iam-policy.json.",
};

pub(super) const PATH_UNEXPLAINED: Story = Story {
    summary: "An answer came back, although AWS's configuration would not let it pass.",
    meaning: "There is a way there that the configuration does not show. Whoever else may take it is not known \
              either, so this is a finding for security, even where a job works.",
    causes: &[
        "The configuration is older than a change of the rules.",
        "The pod's address is replaced on the way (NAT), and the other address is admitted.",
        "A proxy, a VPN, a Tailscale subnet router or another tunnel leads there.",
        "The configuration was read from another account or VPC with the same ranges.",
    ],
    remedy: "Read the configuration again first. If it stays, find the way: `ip route get` in the job, and whom the \
             server sees (`ss -tn`).",
};

pub(super) const BLOCKED_BY_CONFIGURATION: Story = Story {
    summary: "Nothing comes back, and AWS's configuration says why.",
    meaning: "The component that the finding names drops the packets. A job hangs until its time is up.",
    causes: &[
        "A rule of the server's security group is missing.",
        "The pod's node lacks the cluster security group.",
        "A network ACL denies it, or its answers.",
        "A route is missing, or leads into a black hole.",
    ],
    remedy: "Make the change that the finding shows; where several things deny, each of them is needed.",
};

pub(super) const BLOCKED_ELSEWHERE: Story = Story {
    summary: "Nothing comes back, although AWS's configuration admits it.",
    meaning: "Groups, ACLs and routes are not to blame: something outside AWS's configuration drops the packets, or \
              the configuration that was judged is not this pod's.",
    causes: &[
        "A firewall on the server drops them.",
        "A NetworkPolicy of the runners' namespace drops them.",
        "The server's own routes send its answers elsewhere, for instance into the tailnet.",
        "The server hangs, though its instance runs.",
        "The pod's node is not the one that was judged.",
    ],
    remedy: "Check the suspects in the order that the finding gives; it follows what was seen.",
};

pub(super) const BLOCKER_UNKNOWN: Story = Story {
    summary: "Nothing comes back, and the configuration at hand does not decide why.",
    meaning: "It may be AWS's configuration, and it may not.",
    causes: &[
        "The job has no AWS credentials, and no snapshot or report was given.",
        "A document is missing from the snapshot, or a permission from the role.",
        "The pod's interface is not in what was read.",
    ],
    remedy: "Add what the finding names, and run the gate again: then it names the component.",
};

pub(super) const BLOCKED_TWICE: Story = Story {
    summary: "Something outside AWS says no, and AWS's configuration would deny it too.",
    meaning: "Mending one shows the other: the job would go from an error to a hang.",
    causes: &[
        "A NetworkPolicy or a firewall of the pod's own machine answers before AWS is asked.",
        "An appliance on the way answers before the security group is asked.",
    ],
    remedy: "Mend both.",
};

pub(super) const BLOCKED_IN_POD: Story = Story {
    summary: "The pod's own machine forbids it; AWS's configuration is not to blame.",
    meaning: "The packet never left: a NetworkPolicy agent, an eBPF programme, an output rule or a route of this \
              machine says no.",
    causes: &[
        "A NetworkPolicy selects the runners' pods and leaves the server out.",
        "A `prohibit` or `blackhole` route is set on the node.",
    ],
    remedy: "Allow egress to the server in the NetworkPolicies that select the runners' pods.",
};

pub(super) const SERVICE_DOWN: Story = Story {
    summary: "The way is open, and nothing listens.",
    meaning: "The refusal came back, and AWS refuses nothing: it drops. The service is down, listens elsewhere, or a \
              firewall on the server rejects.",
    causes: &[
        "The service is stopped, or did not start again.",
        "It listens on 127.0.0.1 or another address only.",
        "A firewall on the server rejects with a reset.",
    ],
    remedy: "On the server: `ss -ltn` must show a listener on the port; start the service.",
};

pub(super) const SERVICE_WRONG: Story = Story {
    summary: "The way is open, and what answers is not the service, or is not well.",
    meaning: "Groups, ACLs and routes are not to blame.",
    causes: &[
        "Another service has the port, or the address is another server's.",
        "The service is overloaded, throttles, or has no backend.",
    ],
    remedy: "Look at the service on the server; the port's own finding says what it answered.",
};

pub(super) const PATH_MTU: Story = Story {
    summary: "The exchange begins and what ought to follow does not come; no rule does that.",
    meaning: "Mostly a path-MTU black hole: a link on the way takes smaller packets, and the ICMP message that says \
              so is dropped. A service that is stuck looks the same. Groups and ACLs that admit the port do not help.",
    causes: &[
        "A VPN or transit gateway with a smaller MTU, and ICMP type 3 code 4 dropped.",
        "A firewall on the server drops ICMP.",
        "The service took the connection and is stuck.",
    ],
    remedy: "Check the suspects in the order that the finding gives: admit ICMP type 3 code 4 (IPv6: type 2) on the \
             way, or see to the service.",
};

pub(super) const FIREWALL_REJECTS: Story = Story {
    summary: "A firewall that is not AWS's says no.",
    meaning: "Groups and ACLs deny in silence, so the ICMP message comes from a firewall on the server or an \
              appliance on the way.",
    causes: &[
        "firewalld, ufw or nftables on the server rejects.",
        "An appliance or a Network Firewall rule with `reject` is on the way.",
    ],
    remedy: "Open the port for the runners in the firewall that the finding names.",
};

pub(super) const HOST_UNREACHABLE: Story = Story {
    summary: "Nobody is there, or no route leads there.",
    meaning: "A router or this machine says so. AWS's own routers drop in silence.",
    causes: &["The address is another one now.", "A route on this machine or an appliance leads nowhere."],
    remedy: "Check that the address is the server's now, then the routes: `ip route get` in the job.",
};

pub(super) const DENIED_UNSEEN: Story = Story {
    summary: "AWS's configuration denies it; what the probe saw does not decide.",
    meaning: "A job would hang once what hides it from the probe is mended.",
    causes: &["Something accepts every connection, or the probe ran in the wrong place."],
    remedy: "Make the change that the finding shows, then see to the probe's own finding.",
};

pub(super) const UNDECIDED: Story = Story {
    summary: "Together the witnesses do not decide it.",
    meaning: "What was not decided is no pass.",
    causes: &[
        "Something accepts every connection, or the probe ran in the wrong place.",
        "The configuration lacks a document, or does not have the flow.",
    ],
    remedy: "See to what the two halves could not decide; their own findings say it.",
};

pub(super) const WITNESSES_DIFFER: Story = Story {
    summary: "The probe and the configuration were asked about different addresses.",
    meaning: "Two answers about two addresses say nothing together.",
    causes: &[
        "The address's CI/CD variable is protected, and one of the jobs ran on an unprotected ref.",
        "An environment's scope gives the jobs different values.",
    ],
    remedy: "Give both jobs the same value of the variable.",
};

pub(super) const CLOSED: Story = Story {
    summary: "A service that must be closed does not answer, and the configuration does not admit it.",
    meaning: "Both witnesses agree that it is closed.",
    causes: &[],
    remedy: "",
};

pub(super) const EXPOSED: Story = Story {
    summary: "A service that must be closed answers the pod.",
    meaning: "Every job can reach it.",
    causes: &["A rule admits more ports or sources than the policy allows."],
    remedy: "Remove or narrow the rule that the finding names.",
};

pub(super) const EXPOSED_UNANSWERED: Story = Story {
    summary: "A service that must be closed does not answer, but the configuration would admit it.",
    meaning: "It is closed by chance: nothing listens at the moment, or something else drops it.",
    causes: &["A rule admits more ports or sources than the policy allows."],
    remedy: "Remove or narrow the rule that the finding names.",
};
