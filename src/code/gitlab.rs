//! The codes of the area `gitlab`: what GitLab itself gives to jobs.

use super::Story;

pub(super) const VARIABLE_SET: Story = Story {
    summary: "The group defines the variable, and every job gets it.",
    meaning: "It is not protected, not masked, not a file, and for all environments. Its value is judged apart.",
    causes: &[],
    remedy: "",
};

pub(super) const VARIABLE_MISSING: Story = Story {
    summary: "Neither the group nor a group that it is in defines the variable.",
    meaning: "Jobs get an empty value, and connect to nowhere.",
    causes: &[
        "It was never defined, or under another key.",
        "It is defined in another group, or in projects alone.",
    ],
    remedy: "Define it in the group: Settings, CI/CD, Variables.",
};

pub(super) const VARIABLE_HIDDEN: Story = Story {
    summary: "The variable is there, and GitLab hides its value for good.",
    meaning: "Nobody can read a hidden variable back, so its value cannot be judged here. The probe judges it in a job.",
    causes: &["It was created with the visibility `Masked and hidden`."],
    remedy: "An address is no secret: define the variable anew as visible.",
};

pub(super) const VARIABLE_FILE: Story = Story {
    summary: "The variable is of the type File, so jobs get a path and no address.",
    meaning: "GitLab writes the value to a file and sets the variable to the file's path.",
    causes: &["The type File was chosen when it was defined."],
    remedy: "Set its type to Variable.",
};

pub(super) const VARIABLE_PROTECTED: Story = Story {
    summary: "The variable is protected: jobs on unprotected branches and tags get it empty.",
    meaning: "A deploy from a protected branch works while the same job in a merge request connects to nowhere.",
    causes: &["The Protected flag is set, as the form does by default."],
    remedy: "Take the Protected flag away if jobs on unprotected refs need the address; an address is no secret.",
};

pub(super) const VARIABLE_SCOPED: Story = Story {
    summary: "The variable is for some environments only.",
    meaning: "Jobs of other environments, and jobs without one, get it empty.",
    causes: &["An environment scope other than `*` was chosen."],
    remedy: "Define it for the scope `*`, or give every job that needs it an `environment`.",
};

pub(super) const VARIABLE_MASKED: Story = Story {
    summary: "The variable is masked: job logs show [MASKED] in the address's place.",
    meaning: "Jobs work. Whoever reads a log cannot see which address was used, in reachgate's reports neither.",
    causes: &["The Masked visibility was chosen."],
    remedy: "Set its visibility to Visible; an address is no secret.",
};

pub(super) const RUNNER_READY: Story = Story {
    summary: "The runner is online, not paused, and has its tag.",
    meaning: "Jobs with its tag start.",
    causes: &[],
    remedy: "",
};

pub(super) const RUNNER_MISSING: Story = Story {
    summary: "GitLab has no runner of this id.",
    meaning: "Jobs with its tag wait until another runner has the tag.",
    causes: &[
        "The runner was deleted or registered anew, with another id.",
        "Another GitLab server was asked.",
    ],
    remedy: "Correct the source's `active` in the policy, or register the runner.",
};

pub(super) const RUNNER_PAUSED: Story = Story {
    summary: "The runner is paused, though the policy counts on it.",
    meaning: "Jobs with its tag wait for ever.",
    causes: &["It was paused for maintenance.", "It is retired, and the policy does not say so."],
    remedy: "Resume it, or move it to the source's `retired` in the policy.",
};

pub(super) const RUNNER_OFFLINE: Story = Story {
    summary: "The runner has not contacted GitLab of late.",
    meaning: "Jobs with its tag wait until it comes back.",
    causes: &[
        "Its manager pod does not run.",
        "It cannot reach GitLab: egress, DNS or certificates.",
        "Its token was revoked.",
    ],
    remedy: "Look at the manager: `kubectl -n NAMESPACE logs deployment/gitlab-runner`.",
};

pub(super) const RUNNER_UNTAGGED: Story = Story {
    summary: "The runner lacks the tag that the policy knows it by.",
    meaning: "Jobs that ask for the tag do not start on it.",
    causes: &["Its tags were changed in GitLab.", "The policy has another runner's id."],
    remedy: "Set the tag on the runner, or correct the source's `active` in the policy.",
};

pub(super) const RUNNER_PROTECTED: Story = Story {
    summary: "The runner takes jobs of protected branches and tags only.",
    meaning: "Jobs with its tag on other refs wait for ever.",
    causes: &["`Protected` is set on the runner."],
    remedy: "Take the flag away, or let such jobs use another tag.",
};

pub(super) const RUNNER_RETIRED: Story = Story {
    summary: "A retired runner takes no jobs, as it should be.",
    meaning: "It is paused, or gone.",
    causes: &[],
    remedy: "",
};

pub(super) const RUNNER_UNRETIRED: Story = Story {
    summary: "A runner that is retired for good takes jobs.",
    meaning: "Jobs land on a runner that nobody looks after.",
    causes: &["It was resumed.", "The policy still lists it as retired."],
    remedy: "Pause it, or move it to the source's `active` in the policy.",
};

pub(super) const UNREAD: Story = Story {
    summary: "GitLab did not tell.",
    meaning: "What was not read is neither right nor wrong.",
    causes: &[
        "The token lacks the right: variables take the Maintainer role with `read_api`, runners an Owner's or \
         administrator's; a CI_JOB_TOKEN has neither.",
        "The group's path is wrong: GitLab says the same of what is not there and of what a token may not see.",
        "The server cannot be reached, or its certificate is not trusted (CI_SERVER_TLS_CA_FILE).",
    ],
    remedy: "Give GITLAB_TOKEN a group access token with the role and scope that the finding names.",
};
