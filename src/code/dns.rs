//! The codes of the area `dns`: do names lead where they must, and only there?

use super::Story;

pub(super) const CONTROL_RESOLVED: Story = Story {
    summary: "A name that must resolve does.",
    meaning: "The resolver works, so a negative answer for another name means something.",
    causes: &[],
    remedy: "",
};

pub(super) const CONTROL_FAILED: Story = Story {
    summary: "The control name does not resolve.",
    meaning: "The resolver is not to be trusted, so \"does not resolve\" proves nothing for any other \
        name: those are \
              unknown, not passed.",
    causes: &[
        "CoreDNS is down, overloaded or unreachable (a NetworkPolicy without egress to port 53, a \
            security group between nodes).",
        "The pod does not use the cluster's resolver (`dnsPolicy`, `dnsConfig`), so cluster names do not \
            exist for it.",
        "The control name in the policy is wrong for this cluster (another cluster domain).",
        "A wildcard answers for every name, the control included.",
    ],
    remedy: "`kubectl -n kube-system get pods -l k8s-app=kube-dns`, then `nslookup \
        kubernetes.default.svc.cluster.local.` \
             in the job. Fix the resolver, or name a control in the policy that must resolve here.",
};

pub(super) const NAME_UNRESOLVABLE: Story = Story {
    summary: "A Tailscale name does not resolve here, as it should be.",
    meaning: "Every nameserver said NXDOMAIN or NODATA, for every name the search list makes of it, and \
        getaddrinfo agrees.",
    causes: &[],
    remedy: "",
};

pub(super) const NAME_RESOLVES: Story = Story {
    summary: "A name that must not resolve in a pod does.",
    meaning: "MagicDNS, or something that answers for it, has leaked into the pod. A job that uses the \
        name connects over \
              Tailscale or to a proxy, not over the VPC.",
    causes: &[
        "The Tailscale Kubernetes operator's nameserver, or a CoreDNS stub for ts.net, answers \
            cluster-wide.",
        "A search domain completes the short name (evidence `asked` says which).",
        "`hostAliases`, or an entry of the image, in `/etc/hosts` (only the getaddrinfo view has it).",
        "The pod uses its node's resolver (`dnsPolicy: Default`), and the node is in the tailnet.",
    ],
    remedy: "Remove the stub zone, search domain or host alias that the evidence names; keep the job on \
        $DEV_SERVER_IP.",
};

pub(super) const NOT_TAILNET: Story = Story {
    summary: "The name does not lead into the tailnet.",
    meaning: "It resolves to other addresses, or not at all; no ts.net name is on its CNAME chain.",
    causes: &[],
    remedy: "",
};

pub(super) const TAILNET_ANSWER: Story = Story {
    summary: "The name leads into the tailnet.",
    meaning: "It resolves to a Tailscale address, or through a ts.net name. A pod without Tailscale \
        cannot connect to it: a \
              job that uses the name hangs.",
    causes: &[
        "The public or private DNS record of the name holds the server's Tailscale address, for people's \
            convenience.",
        "The name is a CNAME to a ts.net name.",
        "`/etc/hosts` maps the name (only the getaddrinfo view has it).",
    ],
    remedy: "Use $DEV_SERVER_IP in jobs. If the name must work in jobs, give it a record with the VPC \
        address in a private \
             hosted zone of the VPC.",
};

pub(super) const WILDCARD: Story = Story {
    summary: "The name resolves, but so does any name beside it: a wildcard record answers.",
    meaning: "The answer tells nothing of this name. A job that uses it still gets an address, of \
        whatever the wildcard \
              points to.",
    causes: &[
        "A wildcard record (`*.zone`) in the zone, or in a search domain that completes the name.",
        "A resolver that rewrites NXDOMAIN to an address of its own.",
    ],
    remedy: "Remove the wildcard, or the search domain; keep the job on $DEV_SERVER_IP.",
};

pub(super) const UNDECIDED: Story = Story {
    summary: "The resolver gave no answer that decides.",
    meaning: "SERVFAIL, REFUSED, silence or a broken answer is neither \"resolves\" nor \"does not \
        resolve\".",
    causes: &[
        "The zone's own nameservers are down or not reachable from the resolver (SERVFAIL, timeout).",
        "The resolver refuses this client or this zone (REFUSED).",
        "UDP answers are lost: the conntrack race of older kernels, or packets too large for the path.",
    ],
    remedy: "Ask by hand, `dig @NAMESERVER NAME` with the nameserver in the evidence; look at the \
        resolver's log. `--wait` \
             asks again.",
};

pub(super) const VIEWS_DIFFER: Story = Story {
    summary: "DNS and getaddrinfo disagree on the name.",
    meaning: "ssh, curl and git ask getaddrinfo, which also reads `/etc/hosts`; dig asks DNS alone. \
        Whoever debugs with \
              dig will not see what the job sees.",
    causes: &[
        "An entry in `/etc/hosts`: `hostAliases`, a GitLab `services:` alias, or the image.",
        "`nsswitch.conf` leaves out dns or files.",
    ],
    remedy: "`getent hosts NAME` and `grep NAME /etc/hosts` in the job; remove the entry that should not \
        be there.",
};

pub(super) const NAME_UNSET: Story = Story {
    summary: "A name of the policy is empty here, so it was not asked.",
    meaning: "The variable that names it is unset or empty; nothing was checked for it.",
    causes: &["The variable is not defined for this job."],
    remedy: "Set the variable the policy names (the shipped policy reads DEV_SERVER_MAGICDNS), e.g. to \
        the server's \
             ts.net name, to have it checked.",
};

pub(super) const RESOLVER_MISSING: Story = Story {
    summary: "There is no resolver to ask.",
    meaning: "`/etc/resolv.conf` cannot be read or names no usable nameserver, so names were not decided.",
    causes: &["A damaged image or mount.", "`dnsPolicy: None` without nameservers."],
    remedy: "`cat /etc/resolv.conf` in the job; repair the pod's `dnsConfig`.",
};

pub(super) const MAGICDNS_ABSENT: Story = Story {
    summary: "Tailscale's resolver does not answer here.",
    meaning: "Nothing answers DNS at 100.100.100.100 or fd7a:115c:a1e0::53, and no nameserver of the pod \
        is one of them.",
    causes: &[],
    remedy: "",
};

pub(super) const MAGICDNS_RESOLVER: Story = Story {
    summary: "Tailscale's resolver answers here.",
    meaning: "Only a machine in the tailnet, or one whose packets a tailnet node forwards, reaches it. \
        The pod is not free \
              of Tailscale.",
    causes: &[
        "tailscaled runs in the pod or, with `hostNetwork`, on the node.",
        "The node forwards pod traffic into its tailnet (a subnet router or exit node).",
    ],
    remedy: "Remove tailscaled from the pod or node; pods must not reach 100.100.100.100.",
};
