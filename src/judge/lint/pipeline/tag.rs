//! Is there a runner that takes the job?

use super::Context;
use super::board::Board;
use super::evaluate::Variables;
use super::value::{UNKNOWN, Value, expand_node};
use crate::code::Code;
use crate::document::pipeline::{Job, TagOrigin, Work};
use crate::document::{Node, Span};
use crate::finding::Verdict;
use crate::judge::{either, list};
use crate::policy::Policy;

/// How alike two tags must be for one to be a slip of the pen for the other.
const ALIKE: f64 = 0.75;

/// Every tag of a job.
pub(super) fn judge_tags(context: &Context<'_>, job: &Job, board: &mut Board) {
    let policy = context.lint.policy;
    if policy.sources.values().all(|source| source.active.is_empty() && source.retired.is_empty()) {
        return;
    }
    if matches!(job.work, Work::Trigger(_)) {
        return;
    }
    let mut carried: Vec<(String, Span)> = Vec::new();
    for item in &job.tags.items {
        let values = tag_values(context, job, item);
        for value in &values {
            judge_tag(context, job, item, (value, values.len()), board);
        }
        if let [value] = values.as_slice() {
            carried.push((value.text.clone(), item.span));
        }
    }
    judge_together(policy, job, &carried, board);
}

/// What a tag may be once its variables are put in.
pub(super) fn tag_values(context: &Context<'_>, job: &Job, item: &Node) -> Vec<Value> {
    let mut variables = Variables::new(context, job);
    expand_node(item, context.lint.files, &mut variables)
}

fn judge_tag(
    context: &Context<'_>,
    job: &Job,
    item: &Node,
    (value, values): (&Value, usize),
    board: &mut Board,
) {
    let policy = context.lint.policy;
    let tag = value.text.trim();
    let whole = 0..value.text.len();
    let origin = value.origin(&whole);
    let span = value
        .is_verbatim(&whole, context.lint.files)
        .or_else(|| origin.as_ref().map(|origin| origin.span))
        .unwrap_or(item.span);
    let active = active(policy);
    if tag.contains(UNKNOWN) {
        if job.hidden {
            return;
        }
        board
            .add(Code::PipelineTagUndecided, Verdict::Unknown, item.span, "tag")
            .job(&job.name)
            .expected(format!("tag {}", either(&active)))
            .observed(format!("{} has no value in these files", item.text().unwrap_or_default()))
            .reason("Its value is set in GitLab, or when the pipeline starts.")
            .hint("Write the tag out, or give its variable a value in the pipeline.");
        return;
    }
    let retired = policy.sources.values().find_map(|source| source.retired.get_key_value(tag));
    let is_active = active.contains(&tag);
    if is_active {
        return;
    }
    let subject = format!("tag {tag}");
    let draft = match retired {
        Some((_, runner)) => {
            let instead = successor(tag, &active);
            let draft = board.add(Code::PipelineTagRetired, Verdict::Fail, span, &subject);
            draft
                .job(&job.name)
                .expected(format!("tag {}", either(&active)))
                .observed(format!("runner {runner}, which has it, is paused for good"))
                .reason("The job waits for ever: no other runner takes it.")
                .hint(instead.map_or_else(
                    || format!("Tag it {}.", either(&active)),
                    |instead| format!("Tag it {instead}."),
                ));
            if let Some(instead) = instead
                && value.is_verbatim(&whole, context.lint.files).is_some()
                && tag == value.text
                // A matrix may not have the same value twice.
                && values == 1
            {
                draft.evidence("replaces", tag).evidence("fix", instead);
            }
            draft
        }
        None if active.is_empty() => return,
        None => {
            let alike = active.iter().map(|known| (strsim::jaro_winkler(known, tag), *known));
            let best = alike.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score >= ALIKE);
            board
                .add(Code::PipelineTagUnknown, Verdict::Fail, span, &subject)
                .job(&job.name)
                .expected(format!("tag {}", either(&active)))
                .observed("no runner of the policy has it")
                .reason("A runner must have every tag of a job, or the job waits for ever.")
                .hint(best.map_or_else(
                    || format!("Use {}, or add its runner to the policy.", either(&active)),
                    |(_, known)| format!("Did you mean {known}? Else add its runner to the policy."),
                ))
        }
    };
    if let Some((variable, used)) = origin.and_then(|origin| origin.via) {
        let place = context.lint.location(used).to_string();
        draft.evidence("variable", variable).evidence("used_at", place);
    }
}

/// Tags of different runners: no runner has them both.
fn judge_together(policy: &Policy, job: &Job, carried: &[(String, Span)], board: &mut Board) {
    let runner = |tag: &str| policy.sources.values().find_map(|source| source.active.get(tag));
    let known: Vec<(&str, Span, u64)> =
        carried.iter().filter_map(|(tag, span)| Some((tag.as_str(), *span, *runner(tag)?))).collect();
    let Some((_, _, first)) = known.first() else { return };
    let Some((_, span, _)) = known.iter().find(|(_, _, runner)| runner != first) else { return };
    let tags = list(known.iter().map(|(tag, _, _)| *tag));
    board
        .add(Code::PipelineTagConflict, Verdict::Fail, *span, &format!("tags {tags}"))
        .job(&job.name)
        .expected("tags that one runner has")
        .observed("no runner has them all")
        .reason("A runner must have every tag of a job, or the job waits for ever.")
        .hint("Keep one of them.");
}

/// Jobs without any tag: which runner takes them, GitLab alone knows.
pub(super) fn judge_untagged(context: &Context<'_>, board: &mut Board) {
    let policy = context.lint.policy;
    if active(policy).is_empty() {
        return;
    }
    let untagged: Vec<&Job> = context
        .pipeline
        .jobs
        .iter()
        .filter(|job| !job.hidden && matches!(job.work, Work::Script(_)))
        .filter(|job| job.tags.origin == TagOrigin::Nowhere || job.tags.items.is_empty())
        .collect();
    let Some(first) = untagged.first() else { return };
    let count = untagged.len();
    let subject = if count == 1 { format!("job {}", first.name) } else { format!("{count} jobs") };
    let draft = board.add(Code::PipelineTagAbsent, Verdict::Unknown, first.span, &subject);
    for job in &untagged {
        draft.job(&job.name);
    }
    draft
        .expected(format!("tag {}", either(active(policy))))
        .observed(if count == 1 { "has no tag" } else { "have no tag" })
        .reason("Whether a runner takes a job without tags is a setting of the runners.")
        .hint("Tag them, or set `default: tags:`.");
}

/// The tags of runners that take jobs.
fn active(policy: &Policy) -> Vec<&str> {
    policy.sources.values().flat_map(|source| source.active.keys().map(String::as_str)).collect()
}

/// The active tag that a retired one's name ends with: `dev-small` was what `small` is.
fn successor<'a>(retired: &str, active: &[&'a str]) -> Option<&'a str> {
    let mut ends =
        active.iter().filter(|tag| retired.strip_suffix(**tag).is_some_and(|rest| rest.ends_with('-')));
    ends.next().copied().filter(|_| ends.next().is_none())
}
