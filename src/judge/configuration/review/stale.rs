//! References to groups that are gone.

use super::allow::Ledger;
use super::rule::{Remark, Whom, traffic};
use super::{RULES_SHOWN, Subject};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::{Context, a_few};

/// Warns of them: they match nothing, and look as if they did.
pub(super) fn judge(
    context: &Context<'_>,
    subject: &Subject<'_>,
    ledger: &mut Ledger<'_>,
    findings: &mut Vec<Finding>,
) {
    let mut stale: Vec<Remark> = Vec::new();
    for (group, permission) in subject.permissions() {
        for pair in &permission.user_id_group_pairs {
            if pair.peering_status.as_ref().is_some_and(|status| status != "active") {
                let id = pair.group_id.as_deref().unwrap_or("a group without id");
                let name = subject.rule_name(group, permission, id);
                stale.push(Remark::of_rule(group, permission, Whom::Group(id.into()), name));
            }
        }
    }
    for group in &subject.groups {
        let Some(listed) = context.network.snapshot().stale_security_groups.get(&group.group_id) else {
            continue;
        };
        for permission in &listed.stale_ip_permissions {
            for id in permission.user_id_group_pairs.iter().filter_map(|pair| pair.group_id.as_deref()) {
                let is_told = stale
                    .iter()
                    .any(|told| told.text.contains(id) && told.text.contains(&traffic(permission)));
                if !is_told {
                    let name = subject.rule_name(group, permission, id);
                    stale.push(Remark::of_rule(group, permission, Whom::Group(id.into()), name));
                }
            }
        }
    }
    let judged =
        subject.finding(Code::ReferenceStale, Verdict::Warn).expected("references to groups that are there");
    let stale = ledger.sift(&judged, stale, findings);
    if stale.is_empty() {
        return;
    }
    let shown = a_few(stale.iter().map(String::as_str));
    findings.push(
        judged
            .observed(format!("lost what it refers to: {shown}"))
            .reason("The rule matches nothing, and looks as if it did.")
            .hint(format!("Remove {shown}, or restore the peering connection."))
            .evidence("rules", stale.into_iter().take(RULES_SHOWN).collect::<Vec<_>>()),
    );
}
