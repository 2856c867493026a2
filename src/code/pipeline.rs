//! The codes of the area `pipeline`: GitLab pipelines.

use super::Story;

pub(super) const CLEAN: Story = Story {
    summary: "Nothing is wrong in a file of a pipeline.",
    meaning: "Its tags are of runners that take jobs, and it names no target that a pod cannot reach.",
    causes: &[],
    remedy: "",
};

pub(super) const TAG_RETIRED: Story = Story {
    summary: "A job asks for a runner that is paused for good.",
    meaning: "It waits for ever: it is `pending`, and nothing says why.",
    causes: &[
        "The tag is from before the runners were replaced.",
        "It comes from a template or a default that was not changed.",
    ],
    remedy: "Use the tag of the runner that took its place; `reachgate lint --fix` does so where the names say which.",
};

pub(super) const TAG_UNKNOWN: Story = Story {
    summary: "A job asks for a tag that no runner of the policy has.",
    meaning: "A runner must have every tag of a job. If none has, the job waits for ever.",
    causes: &["A slip of the pen.", "The tag is of a runner that the policy does not list."],
    remedy: "Use a tag of the policy's active runners, or list the runner in the policy's source.",
};

pub(super) const TAG_CONFLICT: Story = Story {
    summary: "A job asks for tags that no runner has all of.",
    meaning: "A runner must have every tag of a job. If none has, the job waits for ever.",
    causes: &[
        "A tag was added where it should have replaced another.",
        "The tags of two runners were taken for alternatives.",
    ],
    remedy: "Keep the tag of the runner that is meant.",
};

pub(super) const TAG_ABSENT: Story = Story {
    summary: "Jobs have no tag.",
    meaning: "A runner takes such a job only if it is set to run untagged jobs, which no file says.",
    causes: &[
        "The tag was forgotten.",
        "`inherit: default: false` leaves the default tag out.",
        "The default is in a file that is included from elsewhere.",
    ],
    remedy: "Tag the job, or set `default: tags:`.",
};

pub(super) const TAG_UNDECIDED: Story = Story {
    summary: "A job's tag comes from a variable that has no value in the files.",
    meaning: "Whether a runner has it is known only when the pipeline starts.",
    causes: &[
        "The variable is set in GitLab, for the project or group.",
        "It is given by who starts the pipeline, or by an input without a default.",
    ],
    remedy: "Write the tag out, or give the variable a value in the pipeline.",
};

pub(super) const TIER_HEAVY: Story = Story {
    summary: "A job asks for a heavier runner than its work needs.",
    meaning: "It takes the place of a build, which then waits; and it may itself wait for one.",
    causes: &[
        "The default tag is medium, and the job does not say otherwise.",
        "The job was copied from a build.",
    ],
    remedy: "Tag lint, test, scan, deploy and verify jobs small, image builds medium; only Nuitka and RPM builds are large.",
};

pub(super) const TAILNET_ADDRESS: Story = Story {
    summary: "A pipeline holds an address of the tailnet.",
    meaning: "Tailscale is not in the pods: a connection to it hangs until the job's time is up.",
    causes: &[
        "The address was taken from a machine that is on the tailnet.",
        "The dev server's Tailscale address is used in the place of its VPC address.",
    ],
    remedy: "Connect to $DEV_SERVER_IP, the dev server's VPC address.",
};

pub(super) const MAGICDNS_NAME: Story = Story {
    summary: "A pipeline holds a name of Tailscale's MagicDNS.",
    meaning: "No pod resolves it: Tailscale's resolver is not in the pods.",
    causes: &["The name works on a machine that is on the tailnet.", "It was copied from there."],
    remedy: "Connect to $DEV_SERVER_IP, the dev server's VPC address.",
};

pub(super) const TAILNET_NAME: Story = Story {
    summary: "A command connects to a name that may resolve to an address of the tailnet.",
    meaning: "If it does in the pod, the connection hangs until the job's time is up. `reachgate probe` sees what it resolves to there.",
    causes: &[
        "The name is the dev server's for people, who are on the tailnet.",
        "The name was written before there was a variable.",
    ],
    remedy: "Connect to $DEV_SERVER_IP, with the name as SNI or Host header where the server needs it: `curl --connect-to`.",
};

pub(super) const ADDRESS_LITERAL: Story = Story {
    summary: "A command connects to an address of the VPC that is written out.",
    meaning: "It is right until the machine is replaced. Then the job connects to nothing, or to another machine.",
    causes: &["The address was copied from the AWS console.", "The job is older than the group variable."],
    remedy: "Write $DEV_SERVER_IP; `reachgate lint --fix` does so where the address is the variable's value.",
};

pub(super) const INCLUDE_UNRESOLVED: Story = Story {
    summary: "A pipeline includes what is in no file of this repository.",
    meaning: "The jobs, defaults and variables in it were not judged, and they may change those that were.",
    causes: &[
        "It is an include of a project, a URL, a component, a template or an artifact.",
        "The local file is not there, or its name has a variable.",
    ],
    remedy: "Lint the repository that holds it too; mend the path of a local file.",
};

pub(super) const REFERENCE_UNRESOLVED: Story = Story {
    summary: "A job extends or refers to what is in no file that was read.",
    meaning: "Its tags, variables and commands are not all known.",
    causes: &[
        "What it extends is in an include from elsewhere.",
        "The name is misspelt: then GitLab refuses the pipeline.",
    ],
    remedy: "Lint the repository that defines it too; mend the name.",
};

pub(super) const SCRIPT_UNREAD: Story = Story {
    summary: "A part of a script is no shell that is understood here, and holds a name or an address.",
    meaning: "Whether a command connects to it is not known.",
    causes: &["A quote or bracket is not closed.", "The script is for another shell, such as PowerShell."],
    remedy: "Look at the script there; write it in simpler steps.",
};
