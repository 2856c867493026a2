//! The codes of the area `port`: does the service itself answer?

use super::Story;

pub(super) const OPEN: Story = Story {
    summary: "The service itself answered.",
    meaning: "TCP connected and the service's own greeting completed: SSH up to the server's key exchange \
        packet, TLS \
              through its handshake, HTTP's status line. For plain `tcp`, only the connect.",
    causes: &[],
    remedy: "",
};

pub(super) const CLOSED: Story = Story {
    summary: "The connection was refused.",
    meaning: "A RST or an ICMP port unreachable came back: the packet was let through by security groups \
        and network \
              ACLs, which deny in silence, and the server's own kernel or firewall refused it.",
    causes: &[
        "The service is down, or listens on another port or only on another address (127.0.0.1, the \
            Tailscale address).",
        "A firewall on the server rejects (iptables REJECT, nftables reject).",
        "The address is of another machine now.",
    ],
    remedy: "On the server: `ss -ltn` must show the port on 0.0.0.0, [::] or the VPC address; start the \
        service or change its \
             listen address. Security groups need no change for this.",
};

pub(super) const FILTERED: Story = Story {
    summary: "Nothing came back: the packet was dropped in silence.",
    meaning: "Security groups and network ACLs deny like this, and so do a stopped instance and a missing \
        return route. A \
              job's connection hangs until its own timeout.",
    causes: &[
        "No security group of the server admits the port from the EKS cluster security group.",
        "The pod's node does not carry the cluster security group (custom launch template, \
            securityGroupSelectorTerms), or \
         the pod has groups of its own (SecurityGroupPolicy).",
        "The server is stopped, or the address is no longer its own.",
        "A network ACL denies the port, or the reply's ephemeral ports.",
        "A NetworkPolicy in the runner's namespace drops egress.",
        "A firewall on the server drops.",
        "The server's subnet has no route back (peering, transit gateway).",
    ],
    remedy: "Admit it: `aws ec2 authorize-security-group-ingress --group-id SG_OF_SERVER --protocol tcp \
        --port PORT \
             --source-group EKS_CLUSTER_SG`. `reachgate static` names the component that blocks.",
};

pub(super) const PROHIBITED: Story = Story {
    summary: "A router or firewall said that the connection is administratively prohibited.",
    meaning: "An ICMP error with a \"prohibited\" code came back (RFC 792, RFC 1812, RFC 4443). AWS's \
        security groups and \
              network ACLs never say so: a firewall on the server or an appliance on the way does.",
    causes: &[
        "A firewall on the server rejects with icmp-admin-prohibited (firewalld's default).",
        "A firewall appliance on the way (evidence `icmp_from` is its address).",
    ],
    remedy: "Open the port on the machine that sent the ICMP error, e.g. `firewall-cmd --add-service=ssh` \
        on the server.",
};

pub(super) const UNREACHABLE: Story = Story {
    summary: "There is no route to the host, or no such host.",
    meaning: "This machine has no route, or a router on the way said network or host unreachable, or \
        nobody in the local \
              subnet has the address.",
    causes: &[
        "The pod has no route to the address (evidence `errno`).",
        "The address is in this very subnet, and no interface holds it.",
        "A router on the way has no route (evidence `icmp_from`).",
        "A firewall pretends so.",
    ],
    remedy: "`ip route get ADDRESS` in the job; check that the address is the server's, and the route \
        tables on the way.",
};

pub(super) const BLOCKED_LOCALLY: Story = Story {
    summary: "This machine itself forbids the connection.",
    meaning: "The kernel gave EPERM or EACCES: the packet never left.",
    causes: &[
        "A NetworkPolicy agent or eBPF programme on the node denies egress.",
        "An nftables or iptables output rule, or a service mesh's rule, in the pod.",
        "A `prohibit` route.",
    ],
    remedy: "Look at the NetworkPolicies that select the runner pods; allow egress to the address and \
        port.",
};

pub(super) const STALLED: Story = Story {
    summary: "The greeting began, then nothing more came.",
    meaning: "Small packets pass and large ones do not, most likely: a path-MTU black hole. This is not a \
        security group \
              that denies; those deny the first packet already.",
    causes: &[
        "ICMP \"fragmentation needed\" is dropped on the way, between an MTU of 9001 in the VPC, 8500 \
            over a transit gateway \
         and 1500 over a VPN or 1280 through Tailscale.",
        "The service hangs after its first words (an overloaded server, sshd waiting for DNS or entropy).",
        "A firewall inspects the greeting and drops what follows.",
    ],
    remedy: "`ping -M do -s 1472 ADDRESS`, smaller until it passes; admit ICMP type 3 code 4, or clamp \
        the MSS or lower the \
             MTU on the link the evidence points to. If large packets pass, look at the service's log.",
};

pub(super) const SILENT: Story = Story {
    summary: "TCP connected, but the service never said anything.",
    meaning: "A connect is not a pass: something accepted the connection, and no service spoke.",
    causes: &[
        "The service hangs, or its listen queue is full.",
        "A proxy or load balancer accepted, and its far end does not answer.",
        "Another kind of service, one that waits for the client, has the port.",
    ],
    remedy: "Look at the service's log on the server; `ss -ltn` shows a full queue in Recv-Q.",
};

pub(super) const DROPPED: Story = Story {
    summary: "TCP connected, then the peer closed before the greeting was complete.",
    meaning: "Something accepted the connection and gave up on it.",
    causes: &[
        "A proxy or load balancer with no healthy backend.",
        "The service crashes or restarts.",
        "A firewall resets the connection when it sees the greeting.",
    ],
    remedy: "Look at the service's log on the server, and for a proxy or load balancer on the way.",
};

pub(super) const WRONG_SERVICE: Story = Story {
    summary: "Something answered, but not the expected service.",
    meaning: "The port is reachable, and another kind of service has it.",
    causes: &[
        "The address is of another machine.",
        "The service was moved, or serves plain text where TLS is expected.",
        "A captive portal or proxy answers.",
    ],
    remedy: "Compare the evidence `received` with what should be there; correct the address, the \
        service's port, or the \
             policy's greeting.",
};

pub(super) const THROTTLED: Story = Story {
    summary: "sshd answers, but turned this connection away.",
    meaning: "TCP is fine and sshd is there. It limits connections (MaxStartups), or penalises a source \
        address that many \
              pods share behind source NAT (PerSourcePenalties, OpenSSH 9.8 and later).",
    causes: &[
        "Many jobs connect at once.",
        "Failed or aborted logins from the same source address.",
        "A load balancer without a healthy backend closes at once, which looks the same.",
    ],
    remedy: "Wait a minute and run again. If it persists: `PerSourcePenaltyExemptList \
        10.1.34.0/24,10.1.35.0/24` and a \
             larger `MaxStartups` in sshd_config.",
};

pub(super) const TLS_ALERT: Story = Story {
    summary: "TLS answers, but refused the handshake.",
    meaning: "The peer sent a TLS alert, so TCP and TLS are there, but it did not complete a handshake: \
        whether a job's \
              client would is not decided.",
    causes: &[
        "The server wants a server name that it knows (SNI); the policy has no `server_name`, or a wrong \
            one.",
        "The server allows only protocol versions or cipher suites older than TLS 1.2 with AEAD.",
        "The server asks for a client certificate.",
    ],
    remedy: "Set `server_name` in the policy to the name that jobs use; `openssl s_client -connect \
        ADDRESS:PORT -servername \
             NAME` shows the rest.",
};

pub(super) const CONTROL_QUIET: Story = Story {
    summary: "A port that nothing serves does not connect, as it should be.",
    meaning: "Nothing on the way accepts every connection, so a connect means that the server itself \
        answered.",
    causes: &[],
    remedy: "",
};

pub(super) const CONTROL_CONNECTED: Story = Story {
    summary: "A port that nothing serves connects.",
    meaning: "Something between here and the server accepts every connection, so no connect from here \
        proves anything. \
              Everything seen on this destination's ports is unknown.",
    causes: &[
        "A service-mesh sidecar (Istio, Linkerd) in the runner pod takes all outgoing connections.",
        "A transparent proxy or firewall on the way.",
        "Something does serve the control port.",
    ],
    remedy: "Leave the runner namespace out of sidecar injection (`sidecar.istio.io/inject: \"false\"`), \
        or exclude the \
             destination's range; if the port is served, choose another `control_port`.",
};

pub(super) const INTERCEPTED: Story = Story {
    summary: "The port was reached through something that accepts every connection.",
    meaning: "What was seen may be the proxy's doing, so it is unknown whether the server is reachable.",
    causes: &["See port-control-connected."],
    remedy: "See port-control-connected.",
};

pub(super) const NOT_OPEN: Story = Story {
    summary: "A port that must not be reachable is not.",
    meaning: "It was refused, or nothing came back.",
    causes: &[],
    remedy: "",
};

pub(super) const EXPOSED: Story = Story {
    summary: "A port that must not be reachable is.",
    meaning: "TCP connected from a runner pod.",
    causes: &[
        "A security group rule is too wide (all ports, or a large source range).",
        "The service listens on all addresses and was meant for localhost.",
    ],
    remedy: "Remove the rule that admits it (`reachgate static` names it), or let the service listen on \
        127.0.0.1.",
};

pub(super) const UNDECIDED: Story = Story {
    summary: "The port could not be asked.",
    meaning: "Something here went wrong before the network could answer, or the run ended before it did.",
    causes: &[
        "This machine ran out of sockets, ports or memory (evidence `errno`).",
        "The run was interrupted.",
    ],
    remedy: "Run it again; raise the container's open-files limit if `errno` says EMFILE.",
};

pub(super) const NOT_ASKED: Story = Story {
    summary: "The port was not dialled.",
    meaning: "What it depends on failed, so dialling would have told nothing, or would have gone where \
        the policy forbids.",
    causes: &["The address finding of the same destination says why."],
    remedy: "Resolve the finding named in the reason first.",
};
