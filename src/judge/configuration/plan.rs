//! What a plan does to the configuration that is judged, and what of it cannot be judged.

use std::collections::BTreeMap;

use super::runner::blocks;
use super::{a_few, count};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::network::Network;
use crate::policy::Policy;
use crate::snapshot::{Pending, PlanUnknown, Planned, PlannedAction};

/// The resources that evidence lists at most.
const SHOWN: usize = 200;

/// Tells of a plan that was laid over the snapshot. Pure.
///
/// What is known only after apply is no fault of its own: where an expectation depends on it, that one is unknown.
/// It is told as skipped, but for an interface to come that a policy's source may hold, which no expectation sees.
pub fn judge_plan(planned: &Planned, policy: &Policy, network: &Network<'_>) -> Vec<Finding> {
    let subject = "plan";
    let mut findings = vec![laid(planned, subject)];
    for reason in &planned.unfinished {
        findings.push(
            Finding::new(Code::SnapshotPlanUnknown, Verdict::Unknown, subject)
                .expected("a plan of all that will change")
                .observed("a plan of a part of it")
                .reason(reason.as_str())
                .hint("Plan again once the error or the deferral is gone."),
        );
    }
    let (runners, others): (Vec<&PlanUnknown>, Vec<&PlanUnknown>) =
        planned.unknown.iter().partition(|it| may_be_runner(it, policy, network));
    for it in runners {
        findings.push(
            Finding::new(Code::SnapshotPlanUnknown, Verdict::Unknown, format!("plan {}", it.address))
                .expected("every interface of the policy's sources to be known")
                .observed(format!("its {} is known only after apply", it.what))
                .reason(
                    "It may come to be in a subnet of a source, and then has to reach what the others reach.",
                )
                .hint("Give it an address in the plan, or judge a snapshot taken after apply.")
                .evidence("address", it.address.as_str())
                .evidence("attribute", it.what.as_str()),
        );
    }
    if !others.is_empty() {
        let named: Vec<String> = others.iter().map(|it| format!("{} ({})", it.address, it.what)).collect();
        findings.push(
            Finding::new(Code::SnapshotPlanUnknown, Verdict::Skip, subject)
                .expected("nothing that was judged to depend on what is known only after apply")
                .observed(format!("known only after apply: {}", a_few(named.iter().map(String::as_str))))
                .reason(
                    "Where an expectation depends on one of them, its own finding is unknown and says so.",
                )
                .evidence("unknown", named.into_iter().take(SHOWN).collect::<Vec<_>>()),
        );
    }
    findings.extend(unsupported(planned));
    findings
}

fn laid(planned: &Planned, subject: &str) -> Finding {
    let mut counts: BTreeMap<PlannedAction, usize> = BTreeMap::new();
    for change in &planned.changes {
        *counts.entry(change.action).or_default() += 1;
    }
    let words: Vec<String> =
        counts.iter().map(|(action, number)| format!("{number} to {}", action.word())).collect();
    let observed = if words.is_empty() {
        "nothing of the network changes".to_owned()
    } else {
        format!("{} of the network: {}", count(planned.changes.len(), "resource"), words.join(", "))
    };
    let changes = planned.changes.iter().take(SHOWN).map(|it| format!("{} {}", it.action.word(), it.address));
    Finding::new(Code::SnapshotPlanLaid, Verdict::Pass, subject)
        .expected("the configuration after apply")
        .observed(observed)
        .evidence("changes", changes.collect::<Vec<_>>())
}

/// Whether an interface to come may be in a subnet of a source of the policy's.
fn may_be_runner(it: &PlanUnknown, policy: &Policy, network: &Network<'_>) -> bool {
    let Pending::Interface(place) = &it.pending else { return false };
    let subnet = place.as_ref().and_then(|id| network.snapshot().subnets.get(id));
    let mut ranges = policy.sources.values().flat_map(|source| &source.subnets);
    match subnet {
        Some(subnet) if subnet.cidr_block.is_some() => {
            ranges.any(|range| blocks(subnet).any(|block| block.contains(range) || range.contains(&block)))
        }
        _ => ranges.next().is_some(),
    }
}

/// What is not modelled, a finding for each type.
fn unsupported(planned: &Planned) -> Vec<Finding> {
    let mut by_kind: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for it in &planned.unsupported {
        by_kind.entry(&it.kind).or_default().push((&it.address, &it.actions));
    }
    let tell = |(kind, all): (&str, Vec<(&str, &str)>)| {
        let named: Vec<String> =
            all.iter().map(|(address, actions)| format!("{address} ({actions})")).collect();
        Finding::new(Code::SnapshotPlanUnsupported, Verdict::Unknown, format!("plan {kind}"))
            .expected("changes that are modelled")
            .observed(a_few(named.iter().map(String::as_str)))
            .reason("It touches the network and is not modelled; all else was judged.")
            .hint("Review it by hand, or apply it first and judge a snapshot taken after that.")
            .evidence("resources", named.into_iter().take(SHOWN).collect::<Vec<_>>())
    };
    by_kind.into_iter().map(tell).collect()
}
