//! Two snapshots × policy → what a change does, in the reader's words. Pure.

mod name;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::change::{
    Change, ChangedBox, Doubt, Exposure, Party, PartyKind, ServiceRange, Target, TargetKind,
};
use crate::code::Code;
use crate::finding::Finding;
use crate::network::space::{Addresses, Services, Space};
use crate::network::{Comparison, Difference, GroupDifference, Halves, Reason};
use crate::policy::Policy;
use crate::snapshot::{Document, Id, Planned, Snapshot};

use super::configuration::code_of;
use name::Names;

/// Judges what differs. The findings are the policy's of each snapshot, as
/// [`judge_static`](super::configuration::judge_static) gives them; the differences are the comparison's.
pub fn judge_change(
    policy: &Policy,
    snapshots: [&Snapshot; 2],
    differences: Vec<Difference>,
    groups: &[GroupDifference],
    findings: [Vec<Finding>; 2],
) -> Change {
    let names = Names::new(policy, snapshots);
    let [before, after] = findings;
    let mut change = Change {
        before,
        after,
        gaps: gaps(snapshots),
        narrowed: snapshots.iter().all(|snapshot| snapshot.narrowed),
        ..Change::default()
    };
    for (target, difference) in merged(&names, differences) {
        change.opened.extend(boxes(&names, &target, &difference.opened, &[]));
        change.closed.extend(boxes(&names, &target, &difference.closed, &[]));
        for (reasons, halves) in &difference.undecided {
            let doubts: Vec<Doubt> = reasons.iter().map(doubt).collect();
            change.undecided.extend(boxes(&names, &target, halves, &doubts));
        }
    }
    for difference in groups {
        let target = names.group_target(&difference.group);
        for (to, space, by_group) in [
            (&mut change.opened, &difference.opened, &difference.opened_groups),
            (&mut change.closed, &difference.closed, &difference.closed_groups),
        ] {
            let halves = Halves { others: space.clone(), ..Halves::default() };
            to.extend(boxes(&names, &target, &halves, &[]));
            to.extend(by_group.iter().map(|(group, services)| ChangedBox {
                to: target.clone(),
                from: names.group(group),
                services: ranges(services),
                doubts: Vec::new(),
            }));
        }
        for (reason, services) in &difference.undecided {
            let everybody = crate::network::space::family(false) | crate::network::space::family(true);
            let halves = Halves { others: Space::product(&everybody, services), ..Halves::default() };
            change.undecided.extend(boxes(&names, &target, &halves, &[doubt(reason)]));
        }
    }
    for boxes in [&mut change.opened, &mut change.closed, &mut change.undecided] {
        boxes.sort();
    }
    change
}

/// Judges who reaches some interfaces. The differences are the comparison's with nothing
/// ([`Comparison::exposure`]).
pub fn judge_exposure(policy: &Policy, snapshot: &Snapshot, differences: Vec<Difference>) -> Exposure {
    let none = [Vec::new(), Vec::new()];
    let Change { opened, undecided, mut gaps, .. } =
        judge_change(policy, [snapshot, snapshot], differences, &[], none);
    if snapshot.narrowed {
        gaps.push(Doubt {
            code: Code::SnapshotIncomplete,
            component: String::new(),
            detail: "only what the policy leads to was read: whoever else there is may reach it too"
                .to_owned(),
        });
    }
    Exposure { open: opened, undecided, gaps }
}

/// What is not known of a change because its plan leaves it open, does not model it or is not whole.
pub fn plan_doubts(planned: &Planned) -> Vec<Doubt> {
    let doubt =
        |code, component: &str, detail: String| Doubt { code, component: component.to_owned(), detail };
    let unknown = planned.unknown.iter().map(|it| {
        doubt(Code::SnapshotPlanUnknown, &it.address, format!("its {} is known only after apply", it.what))
    });
    let unsupported = planned.unsupported.iter().map(|it| {
        let detail = format!("the plan's {} of it touches the network and is not modelled", it.actions);
        doubt(Code::SnapshotPlanUnsupported, &it.address, detail)
    });
    let unfinished = planned.unfinished.iter().map(|it| doubt(Code::SnapshotPlanUnknown, "", it.clone()));
    unknown.chain(unsupported).chain(unfinished).collect()
}

/// The parts in which `count` targets can be compared at once.
pub fn parts(comparison: &Comparison<'_>, count: usize) -> Vec<Range<usize>> {
    let each = comparison.len().div_ceil(count.max(1)).max(1);
    (0..comparison.len()).step_by(each).map(|from| from..(from + each).min(comparison.len())).collect()
}

/// Without its interfaces a snapshot does not say what its groups guard; and what a narrowed one does not hold may
/// still be there.
fn gaps(snapshots: [&Snapshot; 2]) -> Vec<Doubt> {
    let [before, after] = snapshots;
    let narrowed = match (before.narrowed, after.narrowed) {
        (true, false) => Some("before"),
        (false, true) => Some("after"),
        _ => None,
    };
    let narrowed = narrowed.map(|side| Doubt {
        code: Code::SnapshotIncomplete,
        component: String::new(),
        detail: format!("{side}, only what the policy leads to was read, and not so on the other side"),
    });
    let documents = [Document::NetworkInterfaces, Document::SecurityGroups];
    let missing = documents.into_iter().filter(|it| snapshots.iter().any(|snapshot| !snapshot.has(*it)));
    let missing = missing.map(|document| Doubt {
        code: Code::SnapshotIncomplete,
        component: String::new(),
        detail: format!("{document} was not read on both sides; it takes {}", document.action()),
    });
    missing.chain(narrowed).collect()
}

/// Differences that are the same towards interfaces of the same name and groups, as one.
fn merged(names: &Names<'_>, differences: Vec<Difference>) -> Vec<(Target, Difference)> {
    let mut found: Vec<(Target, Difference)> = Vec::new();
    let mut places: BTreeMap<(String, Vec<String>), Vec<usize>> = BTreeMap::new();
    for difference in differences {
        for (named, ids) in names.targets(&difference.interfaces) {
            let key = (named.name.clone(), named.groups.clone());
            let same = |at: &&usize| {
                let other = &found[**at].1;
                other.opened == difference.opened
                    && other.closed == difference.closed
                    && other.undecided == difference.undecided
            };
            let known = places.get(&key).and_then(|places| places.iter().find(same)).copied();
            if let Some(at) = known {
                let interfaces = &mut found[at].0.interfaces;
                interfaces.extend(ids.iter().map(ToString::to_string));
                interfaces.sort_unstable();
                interfaces.dedup();
            } else {
                places.entry(key).or_default().push(found.len());
                let target = Target { interfaces: ids.iter().map(ToString::to_string).collect(), ..named };
                found.push((target, difference.clone()));
            }
        }
    }
    for (target, _) in &mut found {
        names.count(target);
    }
    found
}

/// The boxes of both halves, apart by the reader's name of who begins.
fn boxes(names: &Names<'_>, to: &Target, halves: &Halves, doubts: &[Doubt]) -> Vec<ChangedBox> {
    let mut boxes = Vec::new();
    for (kind, space) in [(PartyKind::Interfaces, &halves.interfaces), (PartyKind::Range, &halves.others)] {
        for (addresses, services) in space.boxes() {
            for from in names.parties(kind, &addresses) {
                let services = ranges(&services);
                boxes.push(ChangedBox { to: to.clone(), from, services, doubts: doubts.to_vec() });
            }
        }
    }
    boxes
}

fn ranges(services: &Services) -> Vec<ServiceRange> {
    let ranges = services.ranges().into_iter();
    ranges.map(|(protocols, ports)| ServiceRange { protocols, ports }).collect()
}

fn doubt(reason: &Reason) -> Doubt {
    Doubt { code: code_of(reason.code), component: reason.component.clone(), detail: reason.detail.clone() }
}
