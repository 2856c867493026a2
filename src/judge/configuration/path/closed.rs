//! A service that must not be reachable.

use super::{Asked, is_of_destination};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::network::{Answer, PathResult, Weight};

/// Closed is what a rule keeps closed: a server that is stopped at the moment closes nothing.
pub(super) fn judge(asked: &Asked<'_, '_>, findings: &mut Vec<Finding>) {
    let (mut open, mut unknown) = (Vec::new(), Vec::new());
    let mut rules: Vec<String> = Vec::new();
    let mut doubts: Vec<String> = Vec::new();
    for (class, result) in &asked.answers {
        match answer(result) {
            Answer::Denied => {}
            Answer::Allowed => {
                open.extend(class.members.iter().copied());
                let admitting = result
                    .admitted_in
                    .iter()
                    .map(|it| format!("{} of {} from {}", it.rule, it.group, it.basis));
                rules.extend(admitting);
            }
            Answer::Unknown => {
                unknown.extend(class.members.iter().copied());
                doubts.extend(
                    result
                        .blockers
                        .iter()
                        .filter(|it| !is_of_destination(it.code))
                        .map(|it| it.detail.clone()),
                );
            }
        }
    }
    let expected = format!("{} not admitted", asked.flow());
    if !open.is_empty() {
        rules.sort();
        rules.dedup();
        let shown = crate::judge::configuration::a_few(rules.iter().map(String::as_str));
        let finding = asked
            .finding(Code::PathExposed, Verdict::Fail)
            .expected(expected.as_str())
            .observed(format!("{} admitted by {shown}, for {}", asked.flow(), asked.share(&open)))
            .reason(Code::PathExposed.story().meaning)
            .hint(format!("Remove or narrow {shown}."))
            .evidence("detail", format!("{} is admitted by {shown}", asked.flow()))
            .evidence("rules", rules);
        findings.push(asked.concerning(finding, &open));
    }
    if !unknown.is_empty() {
        doubts.sort();
        doubts.dedup();
        let finding = asked
            .finding(Code::PathUndecided, Verdict::Unknown)
            .expected(expected.as_str())
            .observed(format!("not known for {}", asked.share(&unknown)))
            .reason(format!("{}.", crate::judge::configuration::a_few(doubts.iter().map(String::as_str))))
            .hint(Code::PathUndecided.story().remedy)
            .evidence("doubts", doubts);
        findings.push(asked.concerning(finding, &unknown));
    }
    if open.is_empty() && unknown.is_empty() {
        findings.push(
            asked
                .finding(Code::PathClosed, Verdict::Pass)
                .expected(expected)
                .observed(format!(
                    "{} does not pass from {}",
                    asked.flow(),
                    crate::judge::configuration::count(asked.total, "interface")
                ))
                .evidence("interfaces", asked.total),
        );
    }
}

/// The answer with the destination's own state left out.
pub(super) fn answer(result: &PathResult) -> Answer {
    let mut rest = result.blockers.iter().filter(|it| !is_of_destination(it.code)).peekable();
    if rest.peek().is_none() {
        // A service's own interface may pass it on or not.
        let service = result.blockers.iter().any(|it| it.code.weight() == Weight::Undecided);
        return if service { Answer::Unknown } else { Answer::Allowed };
    }
    match result.verdict {
        Answer::Denied if rest.any(|it| it.code.weight() == Weight::Denies) => Answer::Denied,
        _ => Answer::Unknown,
    }
}
