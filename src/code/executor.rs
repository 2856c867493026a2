//! The codes of the area `executor`: how GitLab Runner makes the job pods.

use super::Story;

pub(super) const CLEAN: Story = Story {
    summary: "Nothing wrong is found in a configuration of GitLab Runner.",
    meaning: "Its tags are the policy's, and no setting brings Tailscale into the job pods.",
    causes: &[],
    remedy: "",
};

pub(super) const UNREADABLE: Story = Story {
    summary: "A part of GitLab Runner's configuration is no TOML.",
    meaning: "What stands around it was not judged; what stands elsewhere was.",
    causes: &[
        "A quote or bracket is not closed.",
        "The text becomes TOML only when its template is rendered.",
        "A patch in pod_spec is neither YAML nor JSON.",
    ],
    remedy: "Mend the line that is named, or render the template (`helm template`) and lint what comes out.",
};

pub(super) const UNDECIDED: Story = Story {
    summary: "A setting of the job pods cannot be seen here.",
    meaning: "It may be right or wrong: a tag, a nameserver, a proxy.",
    causes: &[
        "Its value is filled in later: `{{ … }}`, `${NAME}`.",
        "A template puts in whole lines, or a patch is in a file of its own.",
        "`runners.configPath` names a file that is mounted.",
    ],
    remedy: "Render the template first (`helm template`), or write the value out.",
};

pub(super) const TAG_RETIRED: Story = Story {
    summary: "A runner is registered with a tag that the policy has as retired.",
    meaning: "The tag should lead nowhere; a runner that takes it brings back jobs that should have moved.",
    causes: &[
        "The values are those of a runner that was paused for good.",
        "The tag was brought back, and the policy was not changed.",
    ],
    remedy: "Register the runner with one of the active tags, or correct the source's `retired` in the policy.",
};

pub(super) const TAG_UNKNOWN: Story = Story {
    summary: "A runner is registered with a tag that the policy does not have.",
    meaning: "Jobs with it run on pods that the policy says nothing of.",
    causes: &["The tag is misspelt.", "The runner is new, and not in the policy yet."],
    remedy: "Correct the tag, or add it to the source's `active` with the runner's id.",
};

pub(super) const DNS_OUTSIDE_CLUSTER: Story = Story {
    summary: "Job pods do not ask the cluster's resolver.",
    meaning: "Names of the cluster do not resolve; with the node's resolver, names that only the node should know do.",
    causes: &["dns_policy is none or default, in [runners.kubernetes] or in a patch of the pod."],
    remedy: "Leave dns_policy out, or write cluster-first; add single resolvers or domains with dns_config.",
};

pub(super) const HOST_NETWORK: Story = Story {
    summary: "Job pods are in their node's network.",
    meaning: "They have the node's address, resolver and Tailscale, if it has one. Network policies and groups of pods are not for them.",
    causes: &["A patch in [[runners.kubernetes.pod_spec]] sets hostNetwork."],
    remedy: "Remove hostNetwork.",
};

pub(super) const NODEPOOL_MISSING: Story = Story {
    summary: "Job pods are for the nodes of a pool that is in none of the files.",
    meaning: "If there is no such pool, they wait until their time is up; if there is, its nodes are not judged.",
    causes: &[
        "The pool's name is misspelt in node_selector.",
        "The pool is in another folder or repository.",
    ],
    remedy: "Correct the name, or lint the folder that holds the pool as well.",
};

pub(super) const TAILSCALE_DNS: Story = Story {
    summary: "The pods' dns_config brings in Tailscale's resolver or domain.",
    meaning: "Names of the tailnet resolve in the jobs then, to addresses that no pod reaches.",
    causes: &[
        "100.100.100.100, MagicDNS's resolver, is among the nameservers.",
        "A domain below ts.net is among the searches.",
    ],
    remedy: "Remove it from dns_config; jobs connect to the dev server's VPC address.",
};

pub(super) const TAILSCALE_HOST_ALIAS: Story = Story {
    summary: "An alias in the pods' hosts file is of the tailnet.",
    meaning: "A name leads to an address that no pod reaches, or a name of MagicDNS resolves here and nowhere else.",
    causes: &["The alias was taken from a machine that is on the tailnet."],
    remedy: "Write the VPC address, or let the jobs use the variable that holds it and remove the alias.",
};

pub(super) const TAILSCALE_PROXY: Story = Story {
    summary: "The jobs' environment names a proxy of Tailscale's.",
    meaning: "Tools send everything through it that NO_PROXY does not except; without Tailscale in the pod it is not there.",
    causes: &[
        "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is an address of the tailnet, a ts.net name or localhost:1055.",
    ],
    remedy: "Remove the variable from the runner's environment.",
};

pub(super) const TAILSCALE_SIDECAR: Story = Story {
    summary: "A container in every job pod runs Tailscale.",
    meaning: "Containers of a pod share their network: jobs come to depend on the tailnet, which the policy forbids.",
    causes: &[
        "A service of [[runners.kubernetes.services]], or a container in a patch of the pod, is Tailscale's image.",
    ],
    remedy: "Remove the container from the runner's configuration.",
};
