//! Rules of a group that can be written as one that admits exactly the same.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::allow::Ledger;
use super::rule::{Remark, Whom, traffic, whom_of};
use super::{RULES_SHOWN, Subject, quota};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::{Context, a_few};
use crate::judge::list;
use crate::network::space::ranges_of;
use crate::snapshot::{Id, IpPermission, SecurityGroup};

/// Names them. That is a warning only near the quota: separate rules often read better.
pub(super) fn judge(
    context: &Context<'_>,
    subject: &Subject<'_>,
    ledger: &mut Ledger<'_>,
    findings: &mut Vec<Finding>,
) {
    let remarks: Vec<Remark> = subject.groups.iter().flat_map(|group| mergeable(group)).collect();
    let is_near = |remark: &Remark| {
        let group = subject.groups.iter().find(|group| group.group_id == remark.group);
        group.is_some_and(|group| quota::is_ingress_near(context, group))
    };
    let verdict = if remarks.iter().any(is_near) { Verdict::Warn } else { Verdict::Pass };
    let judged = subject
        .finding(Code::RuleMergeable, verdict)
        .expected("as few rules as say it, where the quota is near");
    let left = ledger.sift(&judged, remarks, findings);
    if left.is_empty() {
        return;
    }
    let shown = a_few(left.iter().map(String::as_str));
    let judged =
        judged.observed(shown).evidence("rules", left.into_iter().take(RULES_SHOWN).collect::<Vec<_>>());
    findings.push(if verdict == Verdict::Pass {
        judged.reason("Nothing is wrong with that: the quota of rules is far.")
    } else {
        judged
            .reason("They admit exactly the same, and joining them makes room below the quota.")
            .hint("Add the joined rule first, then remove those that it replaces.")
    });
}

/// Ranges of the same traffic that tile a wider one, and ports of the same source that follow each other.
fn mergeable(group: &SecurityGroup) -> Vec<Remark> {
    let mut remarks = ranges(group);
    remarks.extend(ports(group));
    remarks
}

/// Protocol and ports.
type Traffic<'a> = (&'a Id, Option<i32>, Option<i32>);

fn ranges(group: &SecurityGroup) -> Vec<Remark> {
    let mut by_traffic: BTreeMap<Traffic<'_>, BTreeSet<IpNet>> = BTreeMap::new();
    for permission in &group.ip_permissions {
        let key = (&permission.ip_protocol, permission.from_port, permission.to_port);
        by_traffic.entry(key).or_default().extend(ranges_of(permission));
    }
    let mut remarks = Vec::new();
    for ((protocol, from_port, to_port), ranges) in by_traffic {
        let permission =
            IpPermission { ip_protocol: protocol.clone(), from_port, to_port, ..IpPermission::default() };
        // Those within another of them are redundant, which is told apart. A wider one comes first.
        let mut widest: Vec<IpNet> = Vec::new();
        for range in ranges {
            if !widest.last().is_some_and(|wider| wider.contains(&range)) {
                widest.push(range);
            }
        }
        for joined in IpNet::aggregate(&widest).into_iter().filter(|it| widest.binary_search(it).is_err()) {
            let first = widest.partition_point(|range| *range < joined);
            let parts = widest.iter().skip(first).take_while(|range| joined.contains(*range));
            let text = format!(
                "{} for {} in {} could be one rule for {joined}",
                traffic(&permission),
                list(parts),
                group.group_id
            );
            remarks.push(Remark::of_rule(group, &permission, Whom::Range(joined), text));
        }
    }
    remarks
}

/// Ports that follow each other, and the rules that they come from.
struct Run {
    from: i32,
    to: i32,
    parts: Vec<(i32, i32)>,
}

fn ports(group: &SecurityGroup) -> Vec<Remark> {
    let mut by_whom: BTreeMap<(&Id, Whom), BTreeSet<(i32, i32)>> = BTreeMap::new();
    for permission in &group.ip_permissions {
        let protocol = &permission.ip_protocol;
        let (Some(from), Some(to)) = (permission.from_port, permission.to_port) else { continue };
        if from >= 0 && matches!(protocol.as_str(), "tcp" | "udp" | "6" | "17") {
            for whom in whom_of(permission) {
                by_whom.entry((protocol, whom)).or_default().insert((from, to));
            }
        }
    }
    let mut remarks = Vec::new();
    for ((protocol, whom), spans) in by_whom {
        for Run { from, to, parts } in runs(spans).into_iter().filter(|run| run.parts.len() > 1) {
            let permission = |(from, to)| IpPermission {
                ip_protocol: protocol.clone(),
                from_port: Some(from),
                to_port: Some(to),
                ..IpPermission::default()
            };
            let joined = permission((from, to));
            let text = format!(
                "{} for {whom} in {} could be one rule for {}",
                list(parts.into_iter().map(|part| traffic(&permission(part)))),
                group.group_id,
                traffic(&joined)
            );
            remarks.push(Remark::of_rule(group, &joined, whom.clone(), text));
        }
    }
    remarks
}

fn runs(spans: BTreeSet<(i32, i32)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (from, to) in spans {
        match runs.last_mut() {
            // What lies within another is redundant, which is told apart.
            Some(run) if to <= run.to => {}
            Some(run) if from <= run.to.saturating_add(1) => {
                run.to = to;
                run.parts.push((from, to));
            }
            _ => runs.push(Run { from, to, parts: vec![(from, to)] }),
        }
    }
    runs
}
