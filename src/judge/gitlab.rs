//! Does GitLab give jobs the address and the runners that the policy counts on?

mod runner;
mod variable;

use std::collections::BTreeSet;

use crate::code::Code;
use crate::fact::gitlab::{GitLabFacts, JobFacts, Unread};
use crate::finding::{Finding, Verdict};
use crate::policy::Policy;

/// Judges the variables, then the runners, in the policy's order.
pub fn judge_gitlab(policy: &Policy, facts: &GitLabFacts, job: &JobFacts) -> Vec<Finding> {
    let variables = facts.variables.iter().flat_map(|fact| variable::judge(policy, fact, job));
    let runners = facts.runners.iter().flat_map(|fact| runner::judge(policy, fact, job));
    variables.chain(runners).collect()
}

/// The variables that the policy takes destinations' addresses from, each once.
pub fn variables(policy: &Policy) -> BTreeSet<String> {
    super::destinations(policy).filter_map(|(_, destination)| destination.address.variable.clone()).collect()
}

/// The runners that the policy names, each once.
pub fn runners(policy: &Policy) -> BTreeSet<u64> {
    let of = |source: &crate::policy::Source| -> Vec<u64> {
        source.active.values().chain(source.retired.values()).copied().collect()
    };
    policy.sources.values().flat_map(of).collect()
}

/// The finding that GitLab did not tell.
fn unread(subject: &str, expected: &str, why: &Unread, right: &str) -> Finding {
    let finding = Finding::new(Code::GitLabUnread, Verdict::Unknown, subject).expected(expected);
    match why {
        Unread::NoToken => finding
            .observed("not asked: no token is set")
            .reason("What was not read is neither right nor wrong.")
            .hint(format!("Give GITLAB_TOKEN {right}.")),
        Unread::Unauthorized => finding
            .observed("GitLab does not know the token (401)")
            .reason("What was not read is neither right nor wrong.")
            .hint("Set GITLAB_TOKEN to a token that is valid and of this server."),
        Unread::Forbidden { status } => finding
            .observed(format!("GitLab does not show it to this token ({status})"))
            .reason("It says the same of what is not there and of what a token may not see.")
            .hint(format!("Give GITLAB_TOKEN {right}, and check the group's path."))
            .evidence("status", *status),
        Unread::Failed { detail } => finding
            .observed(format!("GitLab did not answer: {detail}"))
            .reason("What was not read is neither right nor wrong.")
            .hint("Check the server's URL, that it can be reached from here, and CI_SERVER_TLS_CA_FILE."),
    }
}
