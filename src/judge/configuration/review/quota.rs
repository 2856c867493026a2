//! Groups and interfaces near AWS's default quotas (Amazon VPC User Guide, "Amazon VPC quotas").

use std::collections::{BTreeMap, BTreeSet};

use super::allow::Ledger;
use super::rule::Remark;
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::path::Reached;
use crate::judge::configuration::runner::Runners;
use crate::judge::configuration::{Context, a_few};
use crate::judge::list;
use crate::remedy::RULES_A_DIRECTION;
use crate::snapshot::{IpPermission, SecurityGroup};

/// From here on, 90 of a hundred, a group is near its quota.
const NEAR: usize = RULES_A_DIRECTION * 9 / 10;
/// The groups that an interface may carry.
const GROUPS_AN_INTERFACE: usize = 5;

/// Counts the rules of the destinations' and clusters' groups, and the groups of the interfaces.
pub(in crate::judge::configuration) fn judge(
    context: &Context<'_>,
    sources: &[Runners<'_>],
    reached: &[Reached<'_>],
    ledger: &mut Ledger<'_>,
    findings: &mut Vec<Finding>,
) {
    let snapshot = context.network.snapshot();
    let ends: Vec<_> = reached.iter().filter_map(|way| way.located.end()).collect();
    let clusters = sources.iter().filter_map(|runners| runners.cluster_group.as_deref());
    let ids: BTreeSet<&str> =
        ends.iter().flat_map(|end| &end.groups).map(String::as_str).chain(clusters).collect();
    if ids.is_empty() {
        return;
    }
    let full = ids.iter().filter_map(|id| snapshot.security_groups.get(*id));
    let full: Vec<Remark> = full.flat_map(|group| full_directions(context, group)).collect();
    let mut crowded: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for end in &ends {
        if let Some(interface) = &end.interface {
            crowded.entry(end.groups.len()).or_default().push(interface);
        }
    }
    for interface in sources.iter().flat_map(|runners| &runners.interfaces) {
        crowded.entry(interface.groups.len()).or_default().push(&interface.network_interface_id);
    }
    let crowded: Vec<String> = crowded
        .range(GROUPS_AN_INTERFACE..)
        .map(|(carried, interfaces)| {
            let few = a_few(interfaces.iter().copied());
            format!("{few} carrying {carried} groups of {GROUPS_AN_INTERFACE} an interface")
        })
        .collect();
    let expected =
        format!("fewer than {NEAR} rules a direction, and {GROUPS_AN_INTERFACE} groups an interface");
    let about =
        |code, verdict| Finding::new(code, verdict, "security group quotas").expected(expected.as_str());
    let is_none = full.is_empty() && crowded.is_empty();
    let judged = about(Code::QuotaNear, Verdict::Warn);
    let mut near = ledger.sift(&judged, full, findings);
    near.extend(crowded);
    findings.push(if is_none {
        about(Code::QuotaAmple, Verdict::Pass).observed(format!("there is room in {}", list(ids)))
    } else if near.is_empty() {
        return;
    } else {
        judged
            .observed(near.join("; "))
            .reason("At the quota the next rule is refused, perhaps in the middle of a deployment.")
            .hint("Remove redundant rules, join addresses into ranges, or ask AWS for a higher quota.")
            .evidence("near", near)
    });
}

/// Both directions and families are counted apart.
fn full_directions(context: &Context<'_>, group: &SecurityGroup) -> Vec<Remark> {
    let mut full = Vec::new();
    for (direction, permissions) in
        [("ingress", &group.ip_permissions), ("egress", &group.ip_permissions_egress)]
    {
        let (v4, v6) = weight(context, permissions);
        let most = v4.max(v6);
        if most >= NEAR {
            let text = format!("{} with {most} {direction} rules of {RULES_A_DIRECTION}", group.group_id);
            full.push(Remark::of_group(&group.group_id, text));
        }
    }
    full
}

/// Whether there is little room for another inbound rule.
pub(super) fn is_ingress_near(context: &Context<'_>, group: &SecurityGroup) -> bool {
    let (v4, v6) = weight(context, &group.ip_permissions);
    v4.max(v6) >= NEAR
}

/// What the permissions count: a group once in each family, a prefix list as its maximum entries.
fn weight(context: &Context<'_>, permissions: &[IpPermission]) -> (usize, usize) {
    let lists = &context.network.snapshot().prefix_lists;
    let (mut v4, mut v6) = (0, 0);
    for permission in permissions {
        v4 += permission.ip_ranges.len() + permission.user_id_group_pairs.len();
        v6 += permission.ipv6_ranges.len() + permission.user_id_group_pairs.len();
        for id in &permission.prefix_list_ids {
            let list = lists.get(&id.prefix_list_id);
            let most = list.and_then(|list| list.max_entries).and_then(|most| usize::try_from(most).ok());
            let counted = most.unwrap_or(1);
            match list.and_then(|list| list.address_family.as_deref()) {
                Some("IPv6") => v6 += counted,
                Some(_) => v4 += counted,
                None => {
                    v4 += counted;
                    v6 += counted;
                }
            }
        }
    }
    (v4, v6)
}
