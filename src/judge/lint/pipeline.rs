//! GitLab pipelines: tags that no runner takes, tiers that are too heavy, and targets that no pod reaches.

mod address;
mod board;
mod call;
mod evaluate;
mod section;
mod tag;
mod target;
mod tier;
mod tool;
mod value;

use super::Lint;
use crate::code::Code;
use crate::document::pipeline::{Job, Pipeline, parse_pipelines};
use crate::finding::{Finding, Verdict};
use address::Interest;
use board::Board;
use section::Sections;

/// What every rule on a job looks at.
struct Context<'a> {
    lint: &'a Lint<'a>,
    pipeline: &'a Pipeline,
    interest: Interest<'a>,
}

/// Adds what is wrong in every pipeline.
pub(super) fn judge(lint: &Lint<'_>, findings: &mut Vec<Finding>) {
    let pipelines = parse_pipelines(lint.files);
    let mut board = Board::default();
    let mut sections = Sections::new(lint.files);
    for pipeline in &pipelines {
        let context = Context { lint, pipeline, interest: Interest::new(lint.policy, pipeline) };
        for unresolved in &pipeline.unresolved {
            let draft =
                board.add(Code::PipelineIncludeUnresolved, Verdict::Unknown, unresolved.span, "include");
            if draft.is_new() {
                draft
                    .expected("files that are all there")
                    .observed(format!("the {} is not read", unresolved.what))
                    .reason(format!("{} Its jobs, tags and targets were not judged.", unresolved.reason))
                    .hint("Lint the repository that holds it too.");
            }
        }
        tag::judge_untagged(&context, &mut board);
        address::judge_definitions(&context, &mut board);
        for job in &pipeline.jobs {
            judge_missing(&context, job, &mut board);
            tag::judge_tags(&context, job, &mut board);
            tier::judge_tier(&context, job, &mut sections, &mut board);
            address::judge_job(&context, job, &mut sections, &mut board);
        }
    }
    findings.extend(board.findings(lint));
}

/// A job that inherits from what is not there may have any tag and any target.
fn judge_missing(context: &Context<'_>, job: &Job, board: &mut Board) {
    if job.missing.is_empty() {
        return;
    }
    let mut missing = job.missing.clone();
    missing.sort();
    missing.dedup();
    let elsewhere = !context.pipeline.unresolved.is_empty();
    board
        .add(Code::PipelineReferenceUnresolved, Verdict::Unknown, job.span, &format!("job {}", job.name))
        .job(&job.name)
        .expected("a job that is all there")
        .observed(format!("has parts that are not read: {}", missing.join(", ")))
        .reason(if elsewhere {
            "They may be in what is included and is not in this repository."
        } else {
            "No file that was read defines them: GitLab would refuse this pipeline."
        })
        .hint("Lint the repository that defines them too, or mend the name.");
}
