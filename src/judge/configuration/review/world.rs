//! Rules that admit the whole internet.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::{RULES_SHOWN, Subject, entries};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::{Context, a_few};
use crate::network::space::ranges_of;
use crate::snapshot::{Document, IpPermission, SecurityGroup};

/// One protocol and port range of one group.
type Opening<'a> = (&'a str, &'a str, Option<i32>, Option<i32>);

/// Denies `0.0.0.0/0` and `::/0`, also where several rules or a prefix list come to it.
pub(super) fn judge(context: &Context<'_>, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let expected = "no rule for 0.0.0.0/0 or ::/0";
    let mut openings: BTreeMap<Opening<'_>, Vec<IpNet>> = BTreeMap::new();
    let mut open = BTreeSet::new();
    let mut unread = BTreeSet::new();
    let mut direct = BTreeSet::new();
    for (group, permission) in permissions(subject) {
        let key = (
            group.group_id.as_str(),
            permission.ip_protocol.as_str(),
            permission.from_port,
            permission.to_port,
        );
        let ranges = openings.entry(key).or_default();
        for range in ranges_of(permission) {
            if range.prefix_len() == 0 {
                open.insert(subject.rule_name(group, permission, &range.to_string()));
                direct.insert((key.0, key.1, key.2, key.3, range));
            }
            ranges.push(range);
        }
        for list in &permission.prefix_list_ids {
            match entries(context, &list.prefix_list_id) {
                Some(found) => ranges.extend(found),
                None => {
                    unread.insert(list.prefix_list_id.as_str());
                }
            }
        }
    }
    for ((group, protocol, from, to), ranges) in &openings {
        let whole: Vec<IpNet> =
            IpNet::aggregate(ranges).into_iter().filter(|range| range.prefix_len() == 0).collect();
        for range in whole.iter().filter(|range| !direct.contains(&(*group, *protocol, *from, *to, **range)))
        {
            let permission = IpPermission {
                ip_protocol: (*protocol).into(),
                from_port: *from,
                to_port: *to,
                ..IpPermission::default()
            };
            open.insert(format!(
                "rules for {} of {group} that together are {range}",
                super::traffic(&permission)
            ));
        }
    }
    if !open.is_empty() {
        let shown = a_few(open.iter().map(String::as_str));
        findings.push(
            subject
                .finding(Code::IngressWorldOpen, Verdict::Fail)
                .expected(expected)
                .observed(format!(
                    "{shown} {} the whole internet",
                    if open.len() == 1 { "admits" } else { "admit" }
                ))
                .reason(Code::IngressWorldOpen.story().meaning)
                .hint(format!(
                    "Remove {shown}; admit those who need it by their group or their own addresses."
                ))
                .evidence("rules", open.into_iter().take(RULES_SHOWN).collect::<Vec<_>>()),
        );
    } else if unread.is_empty() {
        findings.push(
            subject
                .finding(Code::IngressWorldClosed, Verdict::Pass)
                .expected(expected)
                .observed(format!("no rule of {} admits the whole internet", subject.ids())),
        );
    }
    if !unread.is_empty() {
        let document = Document::PrefixListEntries;
        let lists = super::super::super::list(unread);
        findings.push(
            subject
                .finding(Code::SnapshotIncomplete, Verdict::Unknown)
                .expected("the entries of every prefix list")
                .observed(format!("the entries of {lists} were not read; it takes {}", document.action()))
                .reason("Whom its rules admit is not known.")
                .hint(format!(
                    "Save the output of `aws ec2 {document}` as {document}.{lists}.json into the snapshot."
                )),
        );
    }
}

/// Every ingress permission of the subject, with its group.
pub(super) fn permissions<'s>(
    subject: &'s Subject<'_>,
) -> impl Iterator<Item = (&'s SecurityGroup, &'s IpPermission)> {
    subject
        .groups
        .iter()
        .flat_map(|group| group.ip_permissions.iter().map(move |permission| (*group, permission)))
}
