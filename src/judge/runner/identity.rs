//! Which GitLab runner took the job, held against the policy's lists.

use super::Place;
use crate::code::Code;
use crate::fact::runner::RunnerFacts;
use crate::finding::{Finding, Verdict};
use crate::judge::list;
use crate::policy::{Policy, Source};

pub(super) fn judge_identity(policy: &Policy, runner: &RunnerFacts, place: &Place<'_>) -> Finding {
    let sources: Vec<&Source> = match place {
        Place::Inside { source, .. } => vec![source],
        Place::Outside(_) => policy.sources.values().collect(),
    };
    let active = |id: &str| find_id(sources.iter().flat_map(|source| &source.active), id);
    let retired = |id: &str| find_id(sources.iter().flat_map(|source| &source.retired), id);
    let retired_tag =
        runner.runner_tags.iter().find(|tag| sources.iter().any(|source| source.retired.contains_key(*tag)));
    let use_instead =
        list(sources.iter().flat_map(|source| source.active.keys().map(|tag| format!("`{tag}`"))));
    let finding = |code, verdict| {
        Finding::new(code, verdict, "GitLab runner")
            .expected(format!("an active runner ({use_instead})"))
            .evidence("runner_id", runner.runner_id.clone())
            .evidence("runner_tags", runner.runner_tags.clone())
    };
    if sources.iter().all(|source| source.active.is_empty() && source.retired.is_empty()) {
        return finding(Code::RunnerUnidentified, Verdict::Skip)
            .expected("anything")
            .observed("not looked up")
            .reason("The policy lists no runners.");
    }
    let hint = format!("Tag the job for an active runner: {use_instead}.");
    match runner.runner_id.as_deref() {
        Some(id) if retired(id).is_some() => finding(Code::RunnerRetired, Verdict::Fail)
            .observed(format!("{id} ({}) is retired", retired(id).unwrap_or_default()))
            .reason("It is paused for good: the next job for it waits for ever.")
            .hint(hint),
        _ if retired_tag.is_some() => finding(Code::RunnerRetired, Verdict::Fail)
            .observed(format!("carries the retired tag {}", retired_tag.map_or("", String::as_str)))
            .reason("Runners with this tag are paused for good: a job that asks for it waits for ever.")
            .hint(hint),
        Some(id) if active(id).is_some() => {
            let tag = active(id).unwrap_or_default();
            match lighter(&sources, id) {
                None => {
                    finding(Code::RunnerActive, Verdict::Pass).observed(format!("{id} ({tag}) is active"))
                }
                Some(light) => finding(Code::RunnerTierHeavy, Verdict::Warn)
                    .expected(format!("the lightest active runner (`{light}`)"))
                    .observed(format!("{id} ({tag}) is active, and heavier than a reachability check needs"))
                    .reason("It holds a place that a build may be waiting for. What was seen from it counts.")
                    .hint(format!("Tag the job `{light}`.")),
            }
        }
        Some(id) => finding(Code::RunnerUnlisted, Verdict::Warn)
            .observed(format!("{id} is not in the policy"))
            .reason("Its pods may be in other subnets or carry other security groups.")
            .hint(hint),
        None => finding(Code::RunnerUnidentified, Verdict::Skip)
            .observed("not looked up")
            .reason("CI_RUNNER_ID is not set: this is no GitLab job, or its variables are not passed on."),
    }
}

fn find_id<'a>(mut runners: impl Iterator<Item = (&'a String, &'a u64)>, id: &str) -> Option<&'a str> {
    let id: u64 = id.parse().ok()?;
    runners.find(|(_, known)| **known == id).map(|(tag, _)| tag.as_str())
}

/// The tag of the lightest runners, where the policy names it and this active one is not of them.
fn lighter<'a>(sources: &[&'a Source], id: &str) -> Option<&'a str> {
    let source = sources.iter().find(|source| find_id(source.active.iter(), id).is_some())?;
    let light = source.light.as_deref()?;
    let is_light = find_id(source.active.iter().filter(|(tag, _)| *tag == light), id).is_some();
    (!is_light).then_some(light)
}
