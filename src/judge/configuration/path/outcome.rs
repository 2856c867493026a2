//! What is in the way, each thing once, with everybody for whom it is.

use std::collections::HashMap;

use super::{Asked, is_of_destination};
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::{code_of, with_remedy};
use crate::network::{Answer, Blocker, Direction, PathCode, PathResult, Weight};

/// One thing in the way.
struct Outcome<'r> {
    blocker: &'r Blocker,
    result: &'r PathResult,
    verdict: Verdict,
    members: Vec<&'r str>,
}

/// What makes two blockers one outcome; the source's own instance and interface are no difference.
type Key<'r> = (PathCode, &'r str, Option<&'r str>, &'static str, Verdict);

/// Tells every distinct blocker and warning once.
pub(super) fn judge(asked: &Asked<'_, '_>, findings: &mut Vec<Finding>) {
    let mut index: HashMap<Key<'_>, usize> = HashMap::new();
    let mut outcomes: Vec<Outcome<'_>> = Vec::new();
    for (class, result) in &asked.answers {
        for blocker in result.blockers.iter().chain(&result.warnings) {
            if is_of_destination(blocker.code) {
                continue;
            }
            let verdict = match blocker.code.weight() {
                // Where two files disagree, what denies may follow from the wrong one.
                Weight::Denies if result.verdict == Answer::Denied => Verdict::Fail,
                Weight::Denies | Weight::Undecided => Verdict::Unknown,
                Weight::Warns => Verdict::Warn,
            };
            let own = result.source.as_ref().is_some_and(|end| {
                [end.interface.as_ref(), end.instance.as_ref(), Some(&end.address)]
                    .contains(&Some(&blocker.component))
            });
            // Which group of the source is named first differs with what else it carries.
            let merged =
                own || blocker.code == PathCode::GroupEgressMissing && carries_cluster(asked, result);
            let component = if merged { "" } else { blocker.component.as_str() };
            let key =
                (blocker.code, component, blocker.rule.as_deref(), direction(blocker.direction), verdict);
            let at = *index.entry(key).or_insert_with(|| {
                outcomes.push(Outcome { blocker, result, verdict, members: Vec::new() });
                outcomes.len() - 1
            });
            if let Some(outcome) = outcomes.get_mut(at) {
                outcome.members.extend(class.members.iter().copied());
            }
        }
    }
    findings.extend(outcomes.iter().map(|outcome| tell(asked, outcome)));
}

fn carries_cluster(asked: &Asked<'_, '_>, result: &PathResult) -> bool {
    let group = asked.runners.cluster_group.as_deref();
    result.source.as_ref().is_some_and(|end| end.groups.iter().any(|had| Some(had.as_str()) == group))
}

fn tell(asked: &Asked<'_, '_>, outcome: &Outcome<'_>) -> Finding {
    let (blocker, code) = (outcome.blocker, code_of(outcome.blocker.code));
    let finding = asked
        .finding(code, outcome.verdict)
        .expected(format!("{} and its answers pass", asked.flow()))
        .observed(format!("{}; so for {}", blocker.detail, asked.share(&outcome.members)))
        .reason(code.story().meaning)
        .evidence("component", blocker.component.as_str())
        .evidence("direction", direction(blocker.direction))
        .evidence("detail", blocker.detail.as_str());
    let finding = asked.concerning(finding, &outcome.members);
    let finding = match &blocker.rule {
        Some(rule) => finding.evidence("rule", rule.as_str()),
        None => finding,
    };
    match &asked.admit {
        Some(admit) => {
            let advice = asked.context.adviser.advise(outcome.result, asked.traffic, blocker, admit);
            with_remedy(finding, &advice)
        }
        None => finding.hint(code.story().remedy),
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Egress => "egress",
        Direction::Ingress => "ingress",
        Direction::Forward => "forward",
        Direction::Reply => "reply",
    }
}

/// A path's hops, a phrase each.
pub(super) fn hops(result: &PathResult) -> Vec<String> {
    let phrase = |hop: &crate::network::Hop| {
        let rule = hop.rule.as_ref().map_or_else(String::new, |rule| format!(" {rule}"));
        format!("{}{rule}: {}", hop.component, hop.detail)
    };
    result.hops.iter().map(phrase).collect()
}
