//! What GitLab says of the variables and runners that jobs depend on.

use crate::untrusted::Untrusted;

/// Everything that was asked of GitLab.
#[derive(Debug, Clone)]
pub struct GitLabFacts {
    /// The server, e.g. `https://gitlab.com`.
    pub server: String,
    /// Every variable that the policy takes an address from.
    pub variables: Vec<VariableFact>,
    /// Every runner that the policy names.
    pub runners: Vec<RunnerFact>,
}

/// One variable, looked for in a group and the groups that it is in.
#[derive(Debug, Clone)]
pub struct VariableFact {
    /// Its key, e.g. `DEV_SERVER_IP`.
    pub key: String,
    /// Its definitions in the nearest group that has any; empty where none has.
    pub found: Result<Vec<Variable>, Unread>,
}

/// One definition of a CI/CD variable (GitLab REST API, "Group-level variables").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The full path of the group that defines it.
    pub group: String,
    /// Its value; `None` where GitLab hides it for good.
    pub value: Option<String>,
    /// Only jobs on protected branches and tags get it.
    pub protected: bool,
    /// Job logs show `[MASKED]` in its place.
    pub masked: bool,
    /// The environments whose jobs get it, `*` for all jobs.
    pub environment_scope: String,
    /// Jobs get the path of a file that holds the value.
    pub is_file: bool,
}

/// One runner.
#[derive(Debug, Clone)]
pub struct RunnerFact {
    /// Its id.
    pub id: u64,
    /// What it is; `None` where GitLab has none of this id.
    pub found: Result<Option<Runner>, Unread>,
}

/// A runner (GitLab REST API, "Runners").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    /// Whether it takes no jobs.
    pub paused: bool,
    /// `online`, `offline`, `stale` or `never_contacted`.
    pub status: Untrusted,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it takes jobs of protected branches and tags only.
    pub protected_only: bool,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// There is no token to ask with.
    NoToken,
    /// The token is not one that GitLab knows (401).
    Unauthorized,
    /// The token may not ask this (403); or, where GitLab does not tell them apart, there is no such thing (404).
    Forbidden {
        /// GitLab's status.
        status: u16,
    },
    /// GitLab failed, or answered something else.
    Failed {
        /// What happened.
        detail: Untrusted,
    },
}

/// The job, as far as it decides which variables it gets.
#[derive(Debug, Clone, Default)]
pub struct JobFacts {
    /// `CI_COMMIT_REF_PROTECTED`; `None` outside a job.
    pub protected_ref: Option<bool>,
    /// `CI_ENVIRONMENT_NAME`; `None` for a job without an environment, or outside a job.
    pub environment: Option<String>,
}
