//! Asks GitLab what it gives to jobs, where the lint is told to.

use std::time::Duration;

use super::{Failure, environment};
use crate::fact::gitlab::{GitLabFacts, JobFacts, RunnerFact, Unread, VariableFact};
use crate::finding::Finding;
use crate::gitlab::{Client, Question, Token, fetch_facts};
use crate::judge::gitlab::{judge_gitlab, runners, variables};
use crate::policy::Policy;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks for all that the policy counts on, and judges it.
///
/// # Errors
///
/// When the server's URL, or the file of its authorities, cannot be used.
pub fn ask(policy: &Policy, group: &str, server: &str) -> Result<Vec<Finding>, Failure> {
    let question = Question {
        group: group.to_owned(),
        variables: variables(policy).into_iter().collect(),
        runners: runners(policy).into_iter().collect(),
    };
    let set = |name: &str| environment(name).filter(|value| !value.is_empty());
    let facts = match set("GITLAB_TOKEN").map(Token::Access).or_else(|| set("CI_JOB_TOKEN").map(Token::Job)) {
        Some(token) => {
            let authorities = set("CI_SERVER_TLS_CA_FILE");
            fetch_facts(&Client::new(server, token, authorities.as_deref(), PATIENCE)?, &question)
        }
        None => unasked(server, &question),
    };
    let job = JobFacts {
        protected_ref: set("CI_COMMIT_REF_PROTECTED").map(|value| value == "true"),
        environment: set("CI_ENVIRONMENT_NAME"),
    };
    Ok(judge_gitlab(policy, &facts, &job))
}

/// Without a token nothing is asked, and nothing known.
fn unasked(server: &str, question: &Question) -> GitLabFacts {
    let variable = |key: &String| VariableFact { key: key.clone(), found: Err(Unread::NoToken) };
    let runner = |id: &u64| RunnerFact { id: *id, found: Err(Unread::NoToken) };
    GitLabFacts {
        server: server.to_owned(),
        variables: question.variables.iter().map(variable).collect(),
        runners: question.runners.iter().map(runner).collect(),
    }
}
