//! Rules that open the policy's services to somebody whom the policy does not name.

use ipnet::IpNet;

use super::allow::Ledger;
use super::rule::{Remark, Whom, opens};
use super::{RULES_SHOWN, Subject};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::{Context, a_few, entries};
use crate::judge::list;
use crate::network::space::ranges_of;

/// Warns of them: they may be meant, but no expectation says so.
pub(super) fn judge(
    context: &Context<'_>,
    subject: &Subject<'_>,
    ledger: &mut Ledger<'_>,
    findings: &mut Vec<Finding>,
) {
    let expected_range = |range: &IpNet| subject.ranges.iter().any(|ours| ours.contains(range));
    let mut unexpected = Vec::new();
    for (group, permission) in subject.permissions().filter(|(_, it)| opens(it, &subject.services)) {
        let mut note = |whom: Whom, name: &str| {
            let name = subject.rule_name(group, permission, name);
            unexpected.push(Remark::of_rule(group, permission, whom, name));
        };
        // What admits the whole internet is told apart.
        for range in ranges_of(permission).filter(|it| it.prefix_len() > 0 && !expected_range(it)) {
            note(Whom::Range(range), &range.to_string());
        }
        for list in &permission.prefix_list_ids {
            // An unread list is told apart too.
            if entries(context, &list.prefix_list_id).is_some_and(|found| !found.iter().all(expected_range)) {
                note(Whom::List(list.prefix_list_id.clone()), &list.prefix_list_id);
            }
        }
        for pair in &permission.user_id_group_pairs {
            let id = pair.group_id.as_ref();
            // Among the group's own members it opens nothing to anybody else.
            let own = id == Some(&group.group_id);
            if !own && subject.clusters_known && !id.is_some_and(|id| subject.cluster_groups.contains(id)) {
                let name = id.map_or("a group without id", |id| id.as_str());
                note(Whom::Group(id.cloned().unwrap_or_default()), name);
            }
        }
    }
    let ports = list(subject.services.iter().map(|port| format!("tcp/{port}")));
    let expected = format!("{ports} admitted from the policy's sources alone");
    let judged = subject.finding(Code::IngressUnexpectedSource, Verdict::Warn).expected(expected.as_str());
    let is_none = unexpected.is_empty();
    let unexpected = ledger.sift(&judged, unexpected, findings);
    findings.push(if is_none && !subject.clusters_known {
        subject
            .finding(Code::IngressSourcesExpected, Verdict::Skip)
            .expected(expected)
            .observed("not judged")
            .reason("The cluster security group is not known, so no group can be told from it.")
    } else if is_none {
        subject
            .finding(Code::IngressSourcesExpected, Verdict::Pass)
            .expected(expected)
            .observed(format!("nobody else is admitted to {ports} by {}", subject.ids()))
    } else if unexpected.is_empty() {
        return;
    } else {
        let shown = a_few(unexpected.iter().map(String::as_str));
        judged
            .observed(format!("admitted too: {shown}"))
            .reason(Code::IngressUnexpectedSource.story().meaning)
            .hint("Remove it if nobody needs it; else state it as an expectation of the policy.")
            .evidence("rules", unexpected.into_iter().take(RULES_SHOWN).collect::<Vec<_>>())
    });
}
