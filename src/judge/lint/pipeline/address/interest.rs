//! Whether there is anything in a job's commands that could be a wrong target. Reading a script costs a hundred times
//! as much as asking this first.

use std::collections::BTreeSet;

use super::host::{judge_host, tokens};
use crate::document::pipeline::{Definition, Job, Pipeline, Section};
use crate::judge::lint::pipeline::tool::TOOLS;
use crate::policy::Policy;

/// What is of interest in one pipeline.
pub(in crate::judge::lint::pipeline) struct Interest<'a> {
    policy: &'a Policy,
    pipeline_variables: &'a [Definition],
    /// The pipeline's variables that are.
    names: BTreeSet<&'a str>,
}

impl<'a> Interest<'a> {
    pub(in crate::judge::lint::pipeline) fn new(policy: &'a Policy, pipeline: &'a Pipeline) -> Self {
        let mut names = BTreeSet::new();
        names_of(policy, &pipeline.variables, &mut names);
        Self { policy, pipeline_variables: &pipeline.variables, names }
    }

    /// Whether the job's commands, or variables that they may use, are of interest.
    pub(super) fn in_job(&self, job: &Job, work: &[Section]) -> bool {
        let items = || work.iter().flat_map(|section| &section.items).filter_map(|item| item.text());
        if items().any(|text| in_text(self.policy, text)) {
            return true;
        }
        let mut names = self.names.clone();
        let own = names_of(self.policy, &job.variables, &mut names);
        if own > 0 {
            names_of(self.policy, self.pipeline_variables, &mut names);
        }
        if names.is_empty() {
            return false;
        }
        let implied = TOOLS.iter().flat_map(|tool| tool.variables).any(|name| names.contains(name));
        implied || items().any(|text| names.iter().any(|name| text.contains(name)))
    }
}

/// Whether a text holds an address of the policy's networks, a name that the policy is wary of, or a part of one
/// that could be put together.
pub(super) fn in_text(policy: &Policy, text: &str) -> bool {
    let holds = |needle: &str| {
        let needle = needle.trim_matches('.');
        !needle.is_empty() && contains(text, needle)
    };
    let names = &policy.names;
    holds("ts.net")
        || names.suspect_suffixes.iter().any(|suffix| holds(suffix))
        || names.never_tailnet.iter().any(|name| holds(name))
        || names
            .unresolvable
            .iter()
            .filter_map(|value| value.resolved.as_deref())
            .any(|name| holds(name.trim()))
        || text.contains(|c: char| c.is_ascii_digit())
            && tokens(text)
                .into_iter()
                .any(|at| text.get(at).is_some_and(|host| judge_host(policy, host).is_some()))
}

/// Adds the variables whose values are of interest, and those that are made of such; says how many.
fn names_of<'a>(policy: &Policy, variables: &'a [Definition], names: &mut BTreeSet<&'a str>) -> usize {
    let before = names.len();
    names.extend(variables.iter().filter(|one| in_text(policy, text_of(one))).map(|one| &*one.name));
    // Variables in variables: a few levels, as they are expanded.
    for _ in 0..6 {
        let known = names.len();
        if known == 0 {
            break;
        }
        let uses = |one: &&Definition| {
            text_of(one).contains('$') && names.iter().any(|name| text_of(one).contains(name))
        };
        let more: Vec<&str> = variables.iter().filter(uses).map(|one| &*one.name).collect();
        names.extend(more);
        if names.len() == known {
            break;
        }
    }
    names.len() - before
}

fn text_of(definition: &Definition) -> &str {
    definition.value.text().unwrap_or_default()
}

/// Whether a text contains a word, whatever the case of its letters.
fn contains(text: &str, needle: &str) -> bool {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let Some(first) = needle.first() else { return true };
    text.len() >= needle.len()
        && text.windows(needle.len()).any(|window| {
            window.first().is_some_and(|byte| byte.eq_ignore_ascii_case(first))
                && window.eq_ignore_ascii_case(needle)
        })
}
