//! Whether there is anything in a job's commands that could be a wrong target. Reading a script costs a hundred times
//! as much as asking this first.

use std::collections::BTreeSet;

use super::host::{judge_host, tokens};
use crate::document::pipeline::{Definition, Job, Section};
use crate::judge::lint::pipeline::Context;
use crate::judge::lint::pipeline::tool::TOOLS;
use crate::policy::Policy;

/// What a text must hold to be of interest.
pub(super) struct Interest<'a> {
    policy: &'a Policy,
}

impl<'a> Interest<'a> {
    pub(super) fn new(policy: &'a Policy) -> Self {
        Self { policy }
    }

    /// Whether a text holds an address of the policy's networks, a name that the policy is wary of, or a part of one
    /// that could be put together.
    pub(super) fn in_text(&self, text: &str) -> bool {
        let holds = |needle: &str| {
            let needle = needle.trim_matches('.');
            !needle.is_empty() && contains(text, needle)
        };
        let names = &self.policy.names;
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
                    .any(|at| text.get(at).is_some_and(|host| judge_host(self.policy, host).is_some()))
    }

    /// Whether the job's commands, or variables that they may use, are of interest.
    pub(super) fn in_job(&self, context: &Context<'_>, job: &Job, work: &[Section]) -> bool {
        let items = || work.iter().flat_map(|section| &section.items).filter_map(|item| item.text());
        if items().any(|text| self.in_text(text)) {
            return true;
        }
        let names = self.names(context, job);
        if names.is_empty() {
            return false;
        }
        let implied = TOOLS.iter().flat_map(|tool| tool.variables).any(|name| names.contains(name));
        implied || items().any(|text| names.iter().any(|name| text.contains(name)))
    }

    /// The variables whose values are of interest, and those that are made of them.
    fn names<'b>(&self, context: &'b Context<'_>, job: &'b Job) -> BTreeSet<&'b str> {
        let all: Vec<&Definition> = job.variables.iter().chain(&context.pipeline.variables).collect();
        let text = |definition: &Definition| definition.value.text().unwrap_or_default().to_owned();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        names.extend(all.iter().filter(|one| self.in_text(&text(one))).map(|one| &*one.name));
        for _ in 0..4 {
            if names.is_empty() {
                break;
            }
            let uses = |one: &&&Definition| {
                let text = text(one);
                text.contains('$') && names.iter().any(|name| text.contains(name))
            };
            let more: Vec<&str> = all.iter().filter(uses).map(|one| &*one.name).collect();
            let before = names.len();
            names.extend(more);
            if names.len() == before {
                break;
            }
        }
        names
    }
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
