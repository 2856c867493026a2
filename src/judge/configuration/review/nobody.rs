//! Rules that refer to what nothing is in, and groups that nothing carries.
//!
//! Both are told by absence, so only where all interfaces were read: what was narrowed to a question's own ends
//! shows no others.

use std::collections::BTreeSet;

use super::allow::Ledger;
use super::rule::{Remark, Whom};
use super::{RULES_SHOWN, Subject};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::{Context, a_few, count, entries};
use crate::judge::list;
use crate::snapshot::{Aspect, Document, GroupPair, Id, SecurityGroup, Snapshot};

/// What the interfaces that were read carry.
pub(super) struct Carried<'a> {
    groups: BTreeSet<&'a str>,
    /// Why absence proves nothing here.
    gap: Option<String>,
}

impl<'a> Carried<'a> {
    pub(super) fn new(context: &Context<'a>) -> Self {
        let snapshot = context.network.snapshot();
        let held = snapshot.network_interfaces.values().flat_map(|interface| &interface.groups);
        let document = Document::NetworkInterfaces;
        let open = snapshot
            .undecided
            .iter()
            .find(|it| matches!(&it.aspect, Aspect::Groups | Aspect::Whole | Aspect::Changed));
        let gap = if snapshot.narrowed {
            Some("Only what the policy leads to was read, so other interfaces may carry it.".to_owned())
        } else if !snapshot.has(document) {
            Some(format!("{document} was not read; it takes {}.", document.action()))
        } else {
            open.map(|open| {
                format!("The plan's {} leaves open which groups are carried: {}.", open.by, open.what)
            })
        };
        Self { groups: held.map(|group| group.group_id.as_str()).collect(), gap }
    }
}

impl Carried<'_> {
    /// Why absence proves nothing here; `None` where it does.
    pub(super) fn gap(&self) -> Option<&str> {
        self.gap.as_deref()
    }
}

/// Warns of rules that admit nobody, beside stale ones, which are told apart.
pub(super) fn judge_rules(
    context: &Context<'_>,
    subject: &Subject<'_>,
    carried: &Carried<'_>,
    ledger: &mut Ledger<'_>,
    findings: &mut Vec<Finding>,
) {
    if carried.gap.is_some() {
        return;
    }
    let mut remarks = Vec::new();
    for (group, permission) in subject.permissions() {
        for pair in &permission.user_id_group_pairs {
            let Some(id) = &pair.group_id else { continue };
            let why = why_nobody(context, subject, carried, group, pair, id);
            let Some(why) = why else { continue };
            let name = subject.rule_name(group, permission, id);
            remarks.push(Remark::of_rule(
                group,
                permission,
                Whom::Group(id.clone()),
                format!("{name}: {why}"),
            ));
        }
        for list in &permission.prefix_list_ids {
            let id = &list.prefix_list_id;
            if entries(context, id).is_some_and(|entries| entries.is_empty()) {
                let name = subject.rule_name(group, permission, id);
                let text = format!("{name}: the prefix list has no entries");
                remarks.push(Remark::of_rule(group, permission, Whom::List(id.clone()), text));
            }
        }
    }
    let judged =
        subject.finding(Code::RuleAdmitsNobody, Verdict::Warn).expected("references to what something is in");
    let left = ledger.sift(&judged, remarks, findings);
    if left.is_empty() {
        return;
    }
    findings.push(
        judged
            .observed(a_few(left.iter().map(String::as_str)))
            .reason("It looks as if it admitted somebody; whoever carries the group one day is let in by it.")
            .hint(Code::RuleAdmitsNobody.story().remedy)
            .evidence("rules", left.into_iter().take(RULES_SHOWN).collect::<Vec<_>>()),
    );
}

fn why_nobody(
    context: &Context<'_>,
    subject: &Subject<'_>,
    carried: &Carried<'_>,
    group: &SecurityGroup,
    pair: &GroupPair,
    id: &Id,
) -> Option<&'static str> {
    let snapshot = context.network.snapshot();
    let is_stale = pair.peering_status.as_ref().is_some_and(|status| status != "active")
        || is_listed_as_stale(snapshot, group, id);
    // A cluster that is scaled to zero is told by the runners' own findings.
    if is_stale || subject.cluster_groups.contains(id) || carried.groups.contains(id.as_str()) {
        return None;
    }
    if snapshot.security_groups.contains_key(id) {
        return Some("no interface carries the group");
    }
    is_near(snapshot, group, id).then_some("no group of that id was read")
}

fn is_listed_as_stale(snapshot: &Snapshot, group: &SecurityGroup, id: &Id) -> bool {
    let listed = snapshot.stale_security_groups.get(&group.group_id);
    let permissions = listed.into_iter().flat_map(|listed| &listed.stale_ip_permissions);
    permissions.flat_map(|it| &it.user_id_group_pairs).any(|pair| pair.group_id.as_ref() == Some(id))
}

/// Whether the group's rule refers to a group of its own account and VPC: others are perhaps not in the snapshot.
/// Only `describe-security-group-rules` tells that; without it, it is not known, and so not said.
fn is_near(snapshot: &Snapshot, group: &SecurityGroup, id: &Id) -> bool {
    let mut rules = snapshot.security_group_rules.values();
    let referenced = rules.find_map(|rule| {
        let referenced = rule.referenced_group_info.as_ref().filter(|it| it.group_id.as_ref() == Some(id))?;
        (rule.group_id.as_ref() == Some(&group.group_id)).then_some(referenced)
    });
    referenced.is_some_and(|referenced| {
        referenced.vpc_peering_connection_id.is_none()
            && referenced.user_id.is_some()
            && referenced.user_id == group.owner_id
            && referenced.vpc_id.as_ref().is_none_or(|vpc| Some(vpc) == group.vpc_id.as_ref())
    })
}

/// Names the groups of the VPCs under review that nothing carries.
pub(super) fn judge_groups(
    context: &Context<'_>,
    vpcs: &BTreeSet<&str>,
    cluster_groups: &BTreeSet<&str>,
    carried: &Carried<'_>,
    ledger: &mut Ledger<'_>,
    findings: &mut Vec<Finding>,
) {
    let snapshot = context.network.snapshot();
    if vpcs.is_empty() || !snapshot.has(Document::SecurityGroups) {
        return;
    }
    let subject = format!("security groups of {}", list(vpcs));
    let expected = "each carried by an interface";
    let about = |code, verdict| Finding::new(code, verdict, subject.as_str()).expected(expected);
    if let Some(gap) = &carried.gap {
        findings.push(
            about(Code::ReviewGroupsAttached, Verdict::Skip).observed("not judged").reason(gap.as_str()),
        );
        return;
    }
    // AWS lets nobody remove a default group.
    let under_review = |group: &&SecurityGroup| {
        group.vpc_id.as_deref().is_some_and(|vpc| vpcs.contains(vpc))
            && group.group_name.as_deref() != Some("default")
            && !cluster_groups.contains(group.group_id.as_str())
    };
    let all: Vec<&SecurityGroup> = snapshot.security_groups.values().filter(under_review).collect();
    let idle = all.iter().filter(|group| !carried.groups.contains(group.group_id.as_str()));
    let remarks: Vec<Remark> = idle
        .map(|group| match &group.group_name {
            Some(name) => Remark::of_group(&group.group_id, format!("{} ({name})", group.group_id)),
            None => Remark::of_group(&group.group_id, group.group_id.as_str()),
        })
        .collect();
    let is_none = remarks.is_empty();
    let judged = about(Code::ReviewGroupUnattached, Verdict::Warn);
    let left = ledger.sift(&judged, remarks, findings);
    if is_none {
        findings.push(
            about(Code::ReviewGroupsAttached, Verdict::Pass)
                .observed(format!("{} carried, the default ones aside", count(all.len(), "group"))),
        );
    } else if !left.is_empty() {
        let shown = a_few(left.iter().map(String::as_str));
        findings.push(
            judged
                .observed(format!("carried by no interface that was read: {shown}"))
                .reason("It opens nothing now; its rules take effect unseen as soon as something carries it.")
                .hint("Remove it if nothing is to carry it again.")
                .evidence("groups", left),
        );
    }
}
