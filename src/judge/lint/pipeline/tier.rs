//! Is the job on a heavier runner than its work needs?
//!
//! What a job does is told by its commands and its image first, by its name and stage only where they say nothing
//! to the contrary. A job whose work is not known is left alone.

mod work;

use super::Context;
use super::board::Board;
use super::evaluate::{evaluate, script_of};
use super::section::Sections;
use super::tag::tag_values;
use crate::code::Code;
use crate::document::pipeline::{Job, TagOrigin};
use crate::finding::Verdict;
use crate::policy::Policy;
use work::{Signs, Weight};

/// A runner's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    Light,
    Medium,
    Large,
}

/// The tier that a tag stands for: the light one as the policy says, the others by the size that their runners are
/// named for; a tag of another name has no tier.
fn tier(policy: &Policy, tag: &str) -> Option<Tier> {
    let source = policy.sources.values().find(|source| source.active.contains_key(tag))?;
    if source.light.as_deref() == Some(tag) {
        return Some(Tier::Light);
    }
    match tag {
        "small" => Some(Tier::Light),
        "medium" => Some(Tier::Medium),
        "large" => Some(Tier::Large),
        _ => None,
    }
}

/// The tag that stands for a tier.
fn tag_of(policy: &Policy, tier: Tier) -> &str {
    let light = policy.sources.values().find_map(|source| source.light.as_deref());
    match tier {
        Tier::Light => light.unwrap_or("small"),
        Tier::Medium => "medium",
        Tier::Large => "large",
    }
}

/// Holds a job's tags against what it does.
pub(super) fn judge_tier(context: &Context<'_>, job: &Job, sections: &mut Sections<'_>, board: &mut Board) {
    if job.hidden || script_of(job).is_none() {
        return;
    }
    for item in &job.tags.items {
        let values = tag_values(context, job, item);
        let Some(carried) = values.iter().filter_map(|value| tier(context.lint.policy, &value.text)).min()
        else {
            continue;
        };
        if carried == Tier::Light {
            continue;
        }
        let mut signs = Signs::of_words(job);
        evaluate(context, job, sections, &mut |call, _| signs.see(call));
        let Some((weight, why)) = signs.weight() else { continue };
        let needed = match weight {
            Weight::Light => Tier::Light,
            Weight::Image | Weight::Build => Tier::Medium,
            Weight::Heavy => Tier::Large,
        };
        if needed >= carried {
            continue;
        }
        // A default is right for the other jobs: this one wants a tag of its own.
        let span = if job.tags.origin == TagOrigin::Default { job.span } else { item.span };
        let tag = tag_of(context.lint.policy, carried);
        board
            .add(Code::PipelineTierHeavy, Verdict::Warn, span, &format!("job {}", job.name))
            .job(&job.name)
            .expected(format!("tag {}", tag_of(context.lint.policy, needed)))
            .observed(format!("runs on {tag}, and {why}"))
            .reason(match carried {
                Tier::Large => {
                    "The large runner is for Nuitka and RPM builds alone: others wait while it is taken."
                }
                _ => "The medium runner is for image builds: those wait while it is taken.",
            })
            .hint(format!("Tag it {}.", tag_of(context.lint.policy, needed)));
    }
}
