//! Rules that another rule of their group makes superfluous.

use std::collections::{BTreeSet, HashMap};

use ipnet::IpNet;

use super::{RULES_SHOWN, Subject};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::a_few;
use crate::network::space::ranges_of;
use crate::snapshot::{IpPermission, SecurityGroup};

/// Whom a rule is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whom<'a> {
    Range(IpNet),
    List(&'a str),
    Group(&'a str),
}

/// Warns of them. Only within one group: another interface may carry the one without the other.
pub(super) fn judge(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut redundant = BTreeSet::new();
    for group in &subject.groups {
        find(subject, group, &mut redundant);
    }
    let expected = "every rule admits something of its own";
    findings.push(if redundant.is_empty() {
        subject
            .finding(Code::RuleNoneRedundant, Verdict::Pass)
            .expected(expected)
            .observed(format!("no ingress rule of {} is covered by another", subject.ids()))
    } else {
        let shown = a_few(redundant.iter().map(String::as_str));
        subject
            .finding(Code::RuleRedundant, Verdict::Warn)
            .expected(expected)
            .observed(shown.as_str())
            .reason(Code::RuleRedundant.story().meaning)
            .hint("Remove the redundant rule, or the wider one if that was a mistake.")
            .evidence("rules", redundant.into_iter().take(RULES_SHOWN).collect::<Vec<_>>())
    });
}

/// Each rule looks its wider ones up by their range, so that a group of thousands takes no square of time.
fn find(subject: &Subject<'_>, group: &SecurityGroup, redundant: &mut BTreeSet<String>) {
    let mut by_whom: HashMap<Whom<'_>, Vec<&IpPermission>> = HashMap::new();
    for permission in &group.ip_permissions {
        for whom in whom_of(permission) {
            by_whom.entry(whom).or_default().push(permission);
        }
    }
    for permission in &group.ip_permissions {
        for whom in whom_of(permission) {
            let wider = wider_than(&whom).find_map(|other| {
                let covering = by_whom.get(&other)?.iter().find(|it| {
                    let another = other != whom || !std::ptr::eq::<IpPermission>(**it, permission);
                    another && covers(it, permission)
                })?;
                Some((other, *covering))
            });
            let Some((other, covering)) = wider else { continue };
            let (name, other) = (text(&whom), text(&other));
            redundant.insert(format!(
                "{} is covered by {}",
                subject.rule_name(group, permission, &name),
                subject.rule_name(group, covering, &other)
            ));
        }
    }
}

fn whom_of(permission: &IpPermission) -> impl Iterator<Item = Whom<'_>> {
    let lists = permission.prefix_list_ids.iter().map(|list| Whom::List(&list.prefix_list_id));
    let groups = permission.user_id_group_pairs.iter().filter_map(|pair| pair.group_id.as_deref());
    ranges_of(permission).map(Whom::Range).chain(lists).chain(groups.map(Whom::Group))
}

/// Itself and every range around it.
fn wider_than<'w>(whom: &Whom<'w>) -> impl Iterator<Item = Whom<'w>> + use<'w> {
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

fn text(whom: &Whom<'_>) -> String {
    match whom {
        Whom::Range(range) => range.to_string(),
        Whom::List(id) | Whom::Group(id) => (*id).to_owned(),
    }
}
