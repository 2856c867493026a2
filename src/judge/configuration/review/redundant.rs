//! Rules that another rule of their group, or several together, make superfluous.

use std::collections::HashMap;

use ipnet::IpNet;

use super::allow::Ledger;
use super::rule::{Remark, Whom, whom_of};
use super::{RULES_SHOWN, Subject};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::a_few;
use crate::network::space::{Services, Space, addresses};
use crate::snapshot::{IpPermission, SecurityGroup};

/// Rules of one group that are held against all the others together: ten times the quota.
const COMPARED: usize = 600;

/// Warns of them. Only within one group: another interface may carry the one without the other.
pub(super) fn judge(subject: &Subject<'_>, ledger: &mut Ledger<'_>, findings: &mut Vec<Finding>) {
    let mut redundant = Vec::new();
    for group in &subject.groups {
        find(subject, group, &mut redundant);
    }
    let expected = "every rule admits something of its own";
    let judged = subject.finding(Code::RuleRedundant, Verdict::Warn).expected(expected);
    let is_none = redundant.is_empty();
    let redundant = ledger.sift(&judged, redundant, findings);
    findings.push(if is_none {
        subject
            .finding(Code::RuleNoneRedundant, Verdict::Pass)
            .expected(expected)
            .observed(format!("no ingress rule of {} is covered by another", subject.ids()))
    } else if redundant.is_empty() {
        return;
    } else {
        let shown = a_few(redundant.iter().map(String::as_str));
        judged
            .observed(shown.as_str())
            .reason(Code::RuleRedundant.story().meaning)
            .hint("Remove the redundant rule, or the wider one if that was a mistake.")
            .evidence("rules", redundant.into_iter().take(RULES_SHOWN).collect::<Vec<_>>())
    });
}

/// Each rule looks its wider ones up by their range, so that a group of thousands takes no square of time.
fn find(subject: &Subject<'_>, group: &SecurityGroup, redundant: &mut Vec<Remark>) {
    let mut by_whom: HashMap<Whom, Vec<&IpPermission>> = HashMap::new();
    for permission in &group.ip_permissions {
        for whom in whom_of(permission) {
            by_whom.entry(whom).or_default().push(permission);
        }
    }
    let mut needed: Vec<(Whom, &IpPermission)> = Vec::new();
    for permission in &group.ip_permissions {
        for whom in whom_of(permission) {
            let wider = wider_than(&whom).find_map(|other| {
                let covering = by_whom.get(&other)?.iter().find(|it| {
                    let another = other != whom || !std::ptr::eq::<IpPermission>(**it, permission);
                    another && covers(it, permission)
                })?;
                Some((other, *covering))
            });
            let Some((other, covering)) = wider else {
                needed.push((whom, permission));
                continue;
            };
            let text = format!(
                "{} is covered by {}",
                subject.rule_name(group, permission, &whom.to_string()),
                subject.rule_name(group, covering, &other.to_string())
            );
            redundant.push(Remark::of_rule(group, permission, whom, text));
        }
    }
    find_shadowed(subject, group, &needed, redundant);
}

/// Of the rules that none alone covers, those that the rest covers together. All of them can go at once.
fn find_shadowed(
    subject: &Subject<'_>,
    group: &SecurityGroup,
    needed: &[(Whom, &IpPermission)],
    redundant: &mut Vec<Remark>,
) {
    let ranges: Vec<(IpNet, &IpPermission, Space)> = needed
        .iter()
        .filter_map(|(whom, permission)| {
            let Whom::Range(range) = whom else { return None };
            let space = Space::product(&addresses([*range]), &Services::of_permission(permission));
            (!space.is_empty()).then_some((*range, *permission, space))
        })
        .collect();
    if ranges.len() > COMPARED {
        return;
    }
    let mut behind = vec![Space::new()];
    for (.., space) in ranges.iter().skip(1).rev() {
        let union = behind.last().map_or_else(Space::new, |all| all.union(space));
        behind.push(union);
    }
    let mut kept = Space::new();
    for ((range, permission, space), behind) in ranges.iter().zip(behind.iter().rev()) {
        if space.difference(&kept.union(behind)).is_empty() {
            let name = subject.rule_name(group, permission, &range.to_string());
            let text = format!("{name} is covered by others together");
            redundant.push(Remark::of_rule(group, permission, Whom::Range(*range), text));
        } else {
            kept = kept.union(space);
        }
    }
}

/// Itself and every range around it.
fn wider_than(whom: &Whom) -> impl Iterator<Item = Whom> + use<> {
    let mut next = Some(whom.clone());
    std::iter::from_fn(move || {
        let current = next.take()?;
        if let Whom::Range(range) = &current {
            next = range.supernet().map(|wider| Whom::Range(wider.trunc()));
        }
        Some(current)
    })
}

/// Whether `wide` holds every protocol and port of `narrow`.
fn covers(wide: &IpPermission, narrow: &IpPermission) -> bool {
    if wide.ip_protocol == "-1" {
        return true;
    }
    let whole = |permission: &IpPermission| permission.from_port.unwrap_or(-1) == -1;
    let ports =
        |permission: &IpPermission| (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
    if wide.ip_protocol != narrow.ip_protocol {
        return false;
    }
    if matches!(wide.ip_protocol.as_str(), "tcp" | "udp" | "6" | "17") {
        let ((from, to), (begin, end)) = (ports(wide), ports(narrow));
        whole(wide) || !whole(narrow) && from <= begin && end <= to
    } else {
        // Types and codes are no range.
        whole(wide) || ports(wide) == ports(narrow)
    }
}
