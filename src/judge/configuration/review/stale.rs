//! References to groups that are gone.

use std::collections::BTreeSet;

use super::world::permissions;
use super::{RULES_SHOWN, Subject, traffic};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::{Context, a_few};

/// Warns of them: they match nothing, and look as if they did.
pub(super) fn judge(context: &Context<'_>, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut stale = BTreeSet::new();
    for (group, permission) in permissions(subject) {
        for pair in &permission.user_id_group_pairs {
            if pair.peering_status.as_ref().is_some_and(|status| status != "active") {
                let id = pair.group_id.as_deref().unwrap_or("a group without id");
                stale.insert(subject.rule_name(group, permission, id));
            }
        }
    }
    for group in &subject.groups {
        let Some(listed) = context.network.snapshot().stale_security_groups.get(&group.group_id) else {
            continue;
        };
        for permission in &listed.stale_ip_permissions {
            for id in permission.user_id_group_pairs.iter().filter_map(|pair| pair.group_id.as_deref()) {
                let is_told =
                    stale.iter().any(|told| told.contains(id) && told.contains(&traffic(permission)));
                if !is_told {
                    stale.insert(subject.rule_name(group, permission, id));
                }
            }
        }
    }
    if stale.is_empty() {
        return;
    }
    let shown = a_few(stale.iter().map(String::as_str));
    findings.push(
        subject
            .finding(Code::ReferenceStale, Verdict::Warn)
            .expected("references to groups that are there")
            .observed(format!("lost what it refers to: {shown}"))
            .reason("The rule matches nothing, and looks as if it did.")
            .hint(format!("Remove {shown}, or restore the peering connection."))
            .evidence("rules", stale.into_iter().take(RULES_SHOWN).collect::<Vec<_>>()),
    );
}
