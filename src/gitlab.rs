//! Asks GitLab's REST API for the variables and runners that jobs depend on, and for nothing else.
//!
//! Three read calls are made, so the `gitlab` crate is not used: its client brings another HTTP stack, another
//! TLS provider with a C library, GraphQL and cron. The token goes to the given server alone: redirects are not
//! followed, and it is never sent unencrypted but to this machine itself.

mod client;

use serde::Deserialize;

use crate::fact::gitlab::{GitLabFacts, Runner, RunnerFact, Unread, Variable, VariableFact};
use crate::untrusted::Untrusted;

pub use client::{Client, ClientError, Token};

/// What to ask.
#[derive(Debug, Clone)]
pub struct Question {
    /// The group's full path, e.g. `platform/dev`. The groups that it is in are asked as well, as jobs inherit
    /// their variables.
    pub group: String,
    /// The variables' keys.
    pub variables: Vec<String>,
    /// The runners' ids.
    pub runners: Vec<u64>,
}

/// Asks all of it. What GitLab does not answer is in the facts, with the reason.
pub fn fetch_facts(client: &Client, question: &Question) -> GitLabFacts {
    let groups: Result<Vec<Keyed>, Unread> =
        ancestry(&question.group).into_iter().map(|group| fetch_variables(client, group)).collect();
    let variable = |key: &String| VariableFact {
        key: key.clone(),
        found: groups.as_ref().map(|groups| nearest(groups, key)).map_err(Clone::clone),
    };
    let runner = |id: &u64| RunnerFact { id: *id, found: fetch_runner(client, *id) };
    GitLabFacts {
        server: client.server().to_owned(),
        variables: question.variables.iter().map(variable).collect(),
        runners: question.runners.iter().map(runner).collect(),
    }
}

/// A group's variables with their keys.
type Keyed = Vec<(String, Variable)>;

/// The group and those that it is in, nearest first: `a/b/c`, `a/b`, `a`.
fn ancestry(group: &str) -> Vec<&str> {
    let group = group.trim_matches('/');
    let ends = group.match_indices('/').map(|(at, _)| at).chain([group.len()]);
    let mut groups: Vec<&str> = ends.filter_map(|end| group.get(..end)).collect();
    groups.reverse();
    groups
}

/// The definitions that a job inherits: the nearest group's that has any (GitLab, "CI/CD variable precedence").
fn nearest(groups: &[Keyed], key: &str) -> Vec<Variable> {
    let of_key = |group: &Keyed| -> Vec<Variable> {
        group.iter().filter(|(known, _)| known == key).map(|(_, variable)| variable.clone()).collect()
    };
    groups.iter().map(of_key).find(|found| !found.is_empty()).unwrap_or_default()
}

fn fetch_variables(client: &Client, group: &str) -> Result<Keyed, Unread> {
    /// <https://docs.gitlab.com/api/group_level_variables/>
    #[derive(Deserialize)]
    struct Listed {
        key: String,
        variable_type: String,
        value: Option<String>,
        protected: bool,
        masked: bool,
        #[serde(default)]
        hidden: bool,
        environment_scope: String,
    }
    let listed: Vec<Listed> = client.list(&["groups", group, "variables"])?;
    let variable = |it: Listed| {
        let variable = Variable {
            group: group.to_owned(),
            value: it.value.filter(|_| !it.hidden),
            protected: it.protected,
            masked: it.masked,
            environment_scope: it.environment_scope,
            is_file: it.variable_type == "file",
        };
        (it.key, variable)
    };
    Ok(listed.into_iter().map(variable).collect())
}

fn fetch_runner(client: &Client, id: u64) -> Result<Option<Runner>, Unread> {
    /// <https://docs.gitlab.com/api/runners/#get-runners-details>
    #[derive(Deserialize)]
    struct Described {
        paused: bool,
        status: String,
        tag_list: Vec<String>,
        #[serde(default)]
        access_level: Option<String>,
    }
    let described = match client.get(&["runners", &id.to_string()]) {
        // GitLab says 403 of a runner that this token may not see, and 404 of one that is not there.
        Err(Unread::Forbidden { status: 404 }) => return Ok(None),
        other => other?,
    };
    let Described { paused, status, tag_list, access_level } = described;
    Ok(Some(Runner {
        paused,
        status: Untrusted::from(status.as_str()),
        tags: tag_list,
        protected_only: access_level.as_deref() == Some("ref_protected"),
    }))
}
