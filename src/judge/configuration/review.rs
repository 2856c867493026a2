//! What a reviewer of security groups would remark of a destination.

mod allow;
mod broad;
mod mergeable;
mod nobody;
mod quota;
mod redundant;
mod rule;
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
use crate::snapshot::{Aspect, Document, Id, SecurityGroup, Undecided};
use allow::Ledger;
use nobody::Carried;
use rule::{RuleKey, rule_ids};

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
    let snapshot = context.network.snapshot();
    let mut ledger = Ledger::new(&context.policy.review.allow, snapshot, context.options.today);
    let carried = Carried::new(context);
    for way in reached {
        let Some(end) = way.located.end() else { continue };
        if !seen.insert((way.target.name, end.interface.as_deref())) {
            continue;
        }
        let same: Vec<&Reached<'_>> = reached.iter().filter(|it| it.target.name == way.target.name).collect();
        let from: Vec<&Runners<'_>> =
            sources.iter().filter(|it| same.iter().any(|way| way.source == it.name)).collect();
        let groups: Vec<&SecurityGroup> =
            end.groups.iter().filter_map(|id| snapshot.security_groups.get(id.as_str())).collect();
        if groups.len() < end.groups.len() {
            findings.push(unread(context, way.target.name, end));
        }
        let rule_ids = rule_ids(snapshot, &groups);
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
            WorldOpen::Deny => world::judge(context, &subject, &mut ledger, findings),
            WorldOpen::Allow => {
                findings.push(
                    Finding::new(Code::IngressWorldOpen, Verdict::Skip, subject.about())
                        .expected("anything")
                        .observed("not looked at")
                        .reason("The policy's review allows rules that admit the whole internet."),
                );
                world::judge_administration(context, &subject, Verdict::Warn, &mut ledger, findings);
            }
        }
        source::judge(context, &subject, &mut ledger, findings);
        redundant::judge(&subject, &mut ledger, findings);
        mergeable::judge(context, &subject, &mut ledger, findings);
        stale::judge(context, &subject, &mut ledger, findings);
        nobody::judge_rules(context, &subject, &carried, &mut ledger, findings);
    }
    broad::judge(reached.iter().flat_map(|way| &way.broad), &mut ledger, findings);
    quota::judge(context, sources, reached, &mut ledger, findings);
    let ends: BTreeSet<&str> = reached
        .iter()
        .filter_map(|way| way.located.end())
        .flat_map(|end| end.groups.iter().map(String::as_str).chain(end.interface.as_deref()))
        .collect();
    let open = ends.iter().flat_map(|id| context.network.undecided_of(id)).find(|it| {
        matches!(&it.aspect, Aspect::Groups | Aspect::Changed)
            || matches!(&it.aspect, Aspect::Rule(rule) if !rule.egress)
    });
    let gap = gap(context, reached, &findings[begin..], open);
    if let Some(open) = open {
        leave_open(findings.split_off(begin), open, findings);
    }
    let of_subnets = sources.iter().flat_map(|it| &it.subnets).filter_map(|it| it.vpc_id.as_deref());
    let of_ends = reached.iter().filter_map(|way| way.located.end()).map(|end| end.vpc.as_str());
    let vpcs: BTreeSet<&str> = of_subnets.chain(of_ends).collect();
    let clusters: BTreeSet<&str> = sources.iter().filter_map(|it| it.cluster_group.as_deref()).collect();
    nobody::judge_groups(context, &vpcs, &clusters, &carried, &mut ledger, findings);
    ledger.judge(gap.as_deref(), carried.gap(), findings);
}

/// Why not everything could be reviewed that the policy's allowances may be for; `None` if it could.
fn gap(
    context: &Context<'_>,
    reached: &[Reached<'_>],
    found: &[Finding],
    open: Option<&Undecided>,
) -> Option<String> {
    let is_located =
        |name: &str| reached.iter().any(|way| way.target.name == name && way.located.end().is_some());
    let lost = super::super::destinations(context.policy).find(|(name, _)| !is_located(name));
    if let Some((name, _)) = lost {
        return Some(format!("The security groups of {name} were not reviewed."));
    }
    if let Some(open) = open {
        return Some(left_open(open));
    }
    let is_undecided = |it: &&Finding| {
        it.verdict == Verdict::Unknown
            || it.verdict == Verdict::Skip && it.code == Code::IngressSourcesExpected
    };
    let first = found.iter().find(is_undecided)?;
    Some(format!("Not everything could be reviewed: {}.", first.subject))
}

fn left_open(open: &Undecided) -> String {
    format!("The plan's {} leaves open what it admits: {}.", open.by, open.what)
}

/// What a review found good, or found for want of something better, holds only for the rules that are known
/// before apply.
fn leave_open(found: Vec<Finding>, open: &Undecided, findings: &mut Vec<Finding>) {
    let settle = |mut finding: Finding| {
        let is_broad = finding.code == Code::IngressByBroadCidrOnly && finding.verdict == Verdict::Warn;
        if finding.verdict == Verdict::Pass || is_broad {
            finding.verdict = Verdict::Unknown;
            finding.reason = left_open(open);
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
