//! What a reviewer of security groups would remark of a destination.

mod quota;
mod redundant;
mod source;
mod stale;
mod world;

use std::collections::{BTreeSet, HashMap};

use ipnet::IpNet;

use super::Context;
use super::path::Reached;
use super::runner::Runners;
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::flow::Service;
use crate::network::End;
use crate::policy::WorldOpen;
use crate::snapshot::{Aspect, Document, Id, IpPermission, SecurityGroup, Undecided};

/// The rules that evidence lists at most.
const RULES_SHOWN: usize = 50;

/// A destination under review.
struct Subject<'a> {
    name: &'a str,
    end: &'a End,
    groups: Vec<&'a SecurityGroup>,
    /// What the policy lets be reached there.
    services: BTreeSet<u16>,
    /// Whom it lets reach it.
    cluster_groups: BTreeSet<Id>,
    /// Whether the group of every cluster that the policy names is known.
    clusters_known: bool,
    ranges: Vec<IpNet>,
    rule_ids: HashMap<RuleKey, Id>,
}

/// Reviews the security groups of every destination that was found, and the cluster's.
pub(super) fn judge(
    context: &Context<'_>,
    sources: &[Runners<'_>],
    reached: &[Reached<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut seen = BTreeSet::new();
    let begin = findings.len();
    for way in reached {
        let Some(end) = way.located.end() else { continue };
        if !seen.insert((way.target.name, end.interface.as_deref())) {
            continue;
        }
        let same: Vec<&Reached<'_>> = reached.iter().filter(|it| it.target.name == way.target.name).collect();
        let from: Vec<&Runners<'_>> =
            sources.iter().filter(|it| same.iter().any(|way| way.source == it.name)).collect();
        let snapshot = context.network.snapshot();
        let groups: Vec<&SecurityGroup> =
            end.groups.iter().filter_map(|id| snapshot.security_groups.get(id.as_str())).collect();
        if groups.len() < end.groups.len() {
            findings.push(unread(context, way.target.name, end));
        }
        let rule_ids = rule_ids(context, &groups);
        let subject = Subject {
            rule_ids,
            name: way.target.name,
            end,
            groups,
            services: same
                .iter()
                .flat_map(|way| &way.services)
                .map(|it: &Service| it.port.number())
                .collect(),
            cluster_groups: from.iter().filter_map(|runners| runners.cluster_group.clone()).collect(),
            clusters_known: from
                .iter()
                .all(|it| it.source.eks_cluster.is_none() || it.cluster_group.is_some()),
            ranges: IpNet::aggregate(&from.iter().flat_map(|it| it.source.subnets.iter().copied()).collect()),
        };
        match context.policy.review.world_open {
            WorldOpen::Deny => world::judge(context, &subject, findings),
            WorldOpen::Allow => {
                findings.push(
                    Finding::new(Code::IngressWorldOpen, Verdict::Skip, subject.about())
                        .expected("anything")
                        .observed("not looked at")
                        .reason("The policy's review allows rules that admit the whole internet."),
                );
                world::judge_administration(context, &subject, Verdict::Warn, findings);
            }
        }
        source::judge(context, &subject, findings);
        redundant::judge(&subject, findings);
        stale::judge(context, &subject, findings);
    }
    quota::judge(context, sources, reached, findings);
    let groups: BTreeSet<&str> = reached
        .iter()
        .filter_map(|way| way.located.end())
        .flat_map(|end| end.groups.iter().map(String::as_str).chain(end.interface.as_deref()))
        .collect();
    let open = groups.iter().flat_map(|id| context.network.undecided_of(id)).find(|it| {
        matches!(&it.aspect, Aspect::Groups | Aspect::Changed)
            || matches!(&it.aspect, Aspect::Rule(rule) if !rule.egress)
    });
    if let Some(open) = open {
        leave_open(findings.split_off(begin), open, findings);
    }
}

/// What a review found good holds only for the rules that are known before apply.
fn leave_open(found: Vec<Finding>, open: &Undecided, findings: &mut Vec<Finding>) {
    let settle = |mut finding: Finding| {
        if finding.verdict == Verdict::Pass {
            finding.verdict = Verdict::Unknown;
            finding.reason = format!("The plan's {} leaves open what it admits: {}.", open.by, open.what);
            finding = finding
                .hint("Give it a value that is known before apply, or judge a snapshot taken after that.");
        }
        finding
    };
    findings.extend(found.into_iter().map(settle));
}

impl Subject<'_> {
    /// What the findings are about; the same whatever the groups are.
    fn about(&self) -> String {
        format!("{} security groups", self.name)
    }

    fn ids(&self) -> String {
        super::super::list(&self.end.groups)
    }

    fn finding(&self, code: Code, verdict: Verdict) -> Finding {
        Finding::new(code, verdict, self.about()).evidence("groups", self.end.groups.clone())
    }
}

fn unread(context: &Context<'_>, name: &str, end: &End) -> Finding {
    let snapshot = context.network.snapshot();
    let missing: Vec<&String> =
        end.groups.iter().filter(|id| !snapshot.security_groups.contains_key(id.as_str())).collect();
    let document = Document::SecurityGroups;
    let observed = if snapshot.has(document) {
        format!("{} in no {document} document", super::super::list(missing))
    } else {
        format!("{document} was not read; it takes {}", document.action())
    };
    Finding::new(Code::SnapshotIncomplete, Verdict::Unknown, format!("{name} security groups"))
        .expected("their rules")
        .observed(observed)
        .reason("What was not read cannot be reviewed.")
        .hint(format!(
            "Save the output of `aws ec2 {document}` into the snapshot, or allow {}.",
            document.action()
        ))
}

/// The ids of the subject's rules, by group, traffic and whom they admit.
fn rule_ids(context: &Context<'_>, groups: &[&SecurityGroup]) -> HashMap<RuleKey, Id> {
    let ours: BTreeSet<&str> = groups.iter().map(|group| group.group_id.as_str()).collect();
    let mut ids = HashMap::new();
    for rule in context.network.snapshot().security_group_rules.values().filter(|rule| !rule.is_egress) {
        let Some(group) = rule.group_id.as_ref().filter(|id| ours.contains(id.as_str())) else { continue };
        let referenced = rule.referenced_group_info.as_ref().and_then(|info| info.group_id.as_ref());
        let range = rule.cidr_ipv4.map(IpNet::V4).or(rule.cidr_ipv6.map(IpNet::V6));
        let range = range.map(|range| range.to_string());
        let named = rule.prefix_list_id.as_ref().or(referenced).map(ToString::to_string);
        if let Some(whom) = range.or(named) {
            let protocol = rule.ip_protocol.clone().unwrap_or_default();
            let ports = (rule.from_port.unwrap_or(-1), rule.to_port.unwrap_or(-1));
            ids.insert((group.clone(), protocol, ports, whom), rule.security_group_rule_id.clone());
        }
    }
    ids
}

/// Group, protocol, ports, and whom it admits.
type RuleKey = (Id, Id, (i32, i32), String);

impl Subject<'_> {
    /// The rule's own id where the snapshot has it, and what it says.
    fn rule_name(&self, group: &SecurityGroup, permission: &IpPermission, whom: &str) -> String {
        let ports = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
        let key = (group.group_id.clone(), permission.ip_protocol.clone(), ports, whom.to_owned());
        let what = format!("{} for {whom}", traffic(permission));
        match self.rule_ids.get(&key) {
            Some(id) => format!("{id} ({what}) in {}", group.group_id),
            None => format!("{what} in {}", group.group_id),
        }
    }
}

/// `tcp/22`, `tcp/1024-65535`, `everything`.
fn traffic(permission: &IpPermission) -> String {
    let protocol = permission.ip_protocol.as_str();
    match (protocol, permission.from_port, permission.to_port) {
        ("-1", ..) => "everything".to_owned(),
        (_, Some(from), Some(to)) if from == to && from != -1 => format!("{protocol}/{from}"),
        (_, Some(from), Some(to)) if from != -1 => format!("{protocol}/{from}-{to}"),
        _ => format!("all {protocol}"),
    }
}

/// Whether TCP to one of the ports is admitted.
fn opens(permission: &IpPermission, ports: &BTreeSet<u16>) -> bool {
    match permission.ip_protocol.as_str() {
        "-1" => true,
        "tcp" | "6" => {
            let (from, to) = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
            from == -1 || ports.iter().any(|port| (from..=to).contains(&i32::from(*port)))
        }
        _ => false,
    }
}

/// A prefix list's entries; `None` if they were not read.
fn entries(context: &Context<'_>, list: &str) -> Option<Vec<IpNet>> {
    let snapshot = context.network.snapshot();
    match snapshot.prefix_list_entries.get(list) {
        Some(entries) => Some(entries.iter().map(|entry| entry.cidr).collect()),
        None => snapshot.prefix_lists.get(list)?.cidrs.clone(),
    }
}
