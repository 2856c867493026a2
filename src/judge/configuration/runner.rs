//! The runners' interfaces: which run, which carry the cluster group, and which of them fare alike.

mod class;
mod interface;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::cluster::Groups;
use super::path::LISTED;
use super::{Context, a_few, count};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::policy::Source;
use crate::snapshot::{Document, Id, NetworkInterface, Subnet};

pub(super) use class::Class;
use interface::{Kind, addresses, kind};

/// A source of the policy, found in the snapshot.
#[derive(Debug)]
pub(super) struct Runners<'a> {
    pub name: &'a str,
    pub source: &'a Source,
    /// The cluster security group, where it is known.
    pub cluster_group: Option<Id>,
    /// AWS's subnets that hold the policy's.
    pub subnets: Vec<&'a Subnet>,
    /// What runs in them.
    pub interfaces: Vec<&'a NetworkInterface>,
    /// The subnets in which nothing runs, so that one to come is judged there.
    pub empty: Vec<&'a Subnet>,
    /// One pod's address, where that pod alone is asked about; `interfaces` is its own then.
    pub pod: Option<IpAddr>,
}

/// Finds every source that an expectation begins at.
pub(super) fn find<'a>(
    context: &Context<'a>,
    clusters: &Groups,
    findings: &mut Vec<Finding>,
) -> Vec<Runners<'a>> {
    let named: BTreeSet<&str> = context.policy.expectations.iter().map(|it| it.from.as_str()).collect();
    let sources = context.policy.sources.iter().filter(|(name, _)| named.contains(name.as_str()));
    sources
        .map(|(name, source)| {
            let group = source.eks_cluster.as_ref().and_then(|cluster| clusters.get(cluster));
            let near = group.and_then(|group| group.vpc.clone());
            let subnets = find_subnets(context, name, source, near.as_deref(), findings);
            let mut runners = Runners {
                name,
                source,
                cluster_group: group.map(|group| group.id.clone()),
                subnets,
                interfaces: Vec::new(),
                empty: Vec::new(),
                pod: None,
            };
            find_interfaces(context, &mut runners, near.as_deref(), findings);
            judge_groups(context, &runners, findings);
            runners
        })
        .collect()
}

/// AWS's subnets that hold the policy's; of several VPCs that have them, the cluster's.
fn find_subnets<'a>(
    context: &Context<'a>,
    name: &str,
    source: &'a Source,
    near: Option<&str>,
    findings: &mut Vec<Finding>,
) -> Vec<&'a Subnet> {
    let subject = format!("{name} subnets");
    let expected = format!("subnets {} in AWS", super::super::list(&source.subnets));
    if let Some(finding) = context.unread(Document::Subnets, subject.as_str(), &expected) {
        findings.push(finding);
        return Vec::new();
    }
    let snapshot = context.network.snapshot();
    let mut found: Vec<&Subnet> = Vec::new();
    let mut missing = Vec::new();
    for range in &source.subnets {
        let all: Vec<&Subnet> =
            snapshot.subnets.values().filter(|subnet| blocks(subnet).any(|b| overlap(b, *range))).collect();
        let ours: Vec<&Subnet> =
            all.iter().copied().filter(|subnet| near.is_some() && subnet.vpc_id.as_deref() == near).collect();
        let held = if ours.is_empty() { all } else { ours };
        if held.is_empty() {
            missing.push(*range);
        }
        for subnet in held {
            if !found.iter().any(|had| had.subnet_id == subnet.subnet_id) {
                found.push(subnet);
            }
        }
    }
    for range in &missing {
        // Where the VPC was read and has no such subnet, the policy is wrong; else too little was read.
        let known = snapshot.vpcs.values().any(|vpc| vpc.blocks().any(|block| block.contains(range)));
        let (verdict, why) = if known {
            (Verdict::Fail, "A VPC with this range was read, and has no such subnet.")
        } else {
            (
                Verdict::Unknown,
                "No VPC that was read has this range, so perhaps the wrong account or region was.",
            )
        };
        findings.push(
            Finding::new(Code::RunnerSubnetMissing, verdict, format!("{name} subnet {range}"))
                .expected("a subnet of a VPC")
                .observed("no subnet that was read has it")
                .reason(why)
                .hint("Read the runners' account and region; if the subnets changed, correct the source's `subnets` in the policy.")
                .evidence("range", range.to_string()),
        );
    }
    found
}

/// A subnet's blocks of both families.
pub(super) fn blocks(subnet: &Subnet) -> impl Iterator<Item = IpNet> + '_ {
    let v6 = subnet.ipv6_cidr_block_association_set.iter().filter_map(|block| block.ipv6_cidr_block);
    subnet.cidr_block.map(IpNet::V4).into_iter().chain(v6.map(IpNet::V6))
}

fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

fn find_interfaces<'a>(
    context: &Context<'a>,
    runners: &mut Runners<'a>,
    near: Option<&str>,
    findings: &mut Vec<Finding>,
) {
    let (name, source) = (runners.name, runners.source);
    let subject = format!("{name} interfaces");
    let expected = format!("interfaces in {}", super::super::list(&source.subnets));
    if let Some(finding) = context.unread(Document::NetworkInterfaces, subject.as_str(), &expected) {
        findings.push(finding);
        return;
    }
    let snapshot = context.network.snapshot();
    let in_source = |interface: &NetworkInterface| {
        addresses(interface).any(|range| source.subnets.iter().any(|subnet| overlap(*subnet, range)))
    };
    // The VPCs of the subnets that were found; without any, the cluster's.
    let of_subnets = runners.subnets.iter().filter_map(|subnet| subnet.vpc_id.as_deref());
    let vpcs: BTreeSet<&str> =
        if runners.subnets.is_empty() { near.into_iter().collect() } else { of_subnets.collect() };
    let elsewhere = |interface: &NetworkInterface| {
        !vpcs.is_empty() && interface.vpc_id.as_deref().is_some_and(|vpc| !vpcs.contains(vpc))
    };
    let (mut idle, mut other) = (0_usize, 0_usize);
    for interface in snapshot.network_interfaces.values().filter(|it| in_source(it) && !elsewhere(it)) {
        match kind(snapshot, interface) {
            Kind::Running => runners.interfaces.push(interface),
            Kind::Idle => idle += 1,
            Kind::Other => other += 1,
        }
    }
    let busy: BTreeSet<&str> =
        runners.interfaces.iter().filter_map(|interface| interface.subnet_id.as_deref()).collect();
    runners.empty =
        runners.subnets.iter().copied().filter(|it| !busy.contains(it.subnet_id.as_str())).collect();
    let running = runners.interfaces.len();
    let to_come = match (&runners.cluster_group, runners.empty.as_slice()) {
        (_, []) => String::new(),
        (Some(group), empty) => {
            let ids = super::super::list(empty.iter().map(|subnet| &subnet.subnet_id));
            format!("; in {ids}, where none runs, one to come with {group} alone is judged")
        }
        (None, empty) => {
            let ids = super::super::list(empty.iter().map(|subnet| &subnet.subnet_id));
            format!("; in {ids} none runs, and without the cluster group none to come can be judged")
        }
    };
    let finding = if running == 0 {
        Finding::new(Code::RunnerInterfacesAbsent, Verdict::Warn, subject)
            .observed(format!("none runs{to_come}"))
            .reason("Karpenter may have scaled to zero. Which groups the next node will carry is not seen.")
            .hint("Take the snapshot while a job runs, to have real interfaces judged.")
    } else {
        let interfaces = count(running, "interface");
        Finding::new(Code::RunnerInterfacesFound, Verdict::Pass, subject)
            .observed(format!("{interfaces} in use{to_come}"))
    };
    let finding = finding
        .expected(expected)
        .evidence("source", name)
        .evidence("running", running)
        .evidence("not_running", idle)
        .evidence("not_runners", other);
    // So that a pod's address, seen elsewhere, can be found in this report.
    let listed = (running <= LISTED).then(|| {
        let own = |interface: &&NetworkInterface| {
            // The primary address is listed twice.
            let own: BTreeSet<String> = addresses(interface).map(range_text).collect();
            (interface.network_interface_id.to_string(), own.into_iter().collect())
        };
        runners.interfaces.iter().map(own).collect::<serde_json::Map<_, _>>()
    });
    findings.push(match listed {
        Some(listed) => finding.evidence("addresses", listed),
        None => finding,
    });
}

/// An address alone, or a range with its length.
fn range_text(range: IpNet) -> String {
    if range.prefix_len() == range.max_prefix_len() { range.addr().to_string() } else { range.to_string() }
}

/// Names the interfaces that lack the cluster group, by what they carry instead.
fn judge_groups(context: &Context<'_>, runners: &Runners<'_>, findings: &mut Vec<Finding>) {
    let Some(group) = &runners.cluster_group else { return };
    if runners.interfaces.is_empty() {
        return;
    }
    let subject = format!("{} interfaces", runners.name);
    let expected = format!("{group} on every interface");
    let mut lacking: BTreeMap<(Vec<&str>, bool), Vec<&str>> = BTreeMap::new();
    for interface in &runners.interfaces {
        if !interface.groups.iter().any(|had| had.group_id == *group) {
            let mut carried: Vec<&str> = interface.groups.iter().map(|had| had.group_id.as_str()).collect();
            carried.sort_unstable();
            let branch = interface::is_branch(interface);
            lacking.entry((carried, branch)).or_default().push(&interface.network_interface_id);
        }
    }
    if lacking.is_empty() {
        findings.push(
            Finding::new(Code::RunnerInterfaceHasClusterGroup, Verdict::Pass, subject)
                .expected(expected)
                .observed(format!("every one carries {group}"))
                .evidence("group", group.as_str()),
        );
        return;
    }
    let asked = context.policy.expectations.iter().any(|it| it.from == runners.name && it.via.is_some());
    let conflicts: BTreeSet<&str> =
        context.network.snapshot().conflicts.iter().map(|it| it.id.as_str()).collect();
    for ((carried, branch), ids) in lacking {
        let doubtful = ids.iter().all(|id| conflicts.contains(id));
        let verdict = match (doubtful, asked) {
            (true, _) => Verdict::Unknown,
            (false, true) => Verdict::Fail,
            (false, false) => Verdict::Warn,
        };
        let (kind, place) = if branch {
            ("branch interface", "the pods' SecurityGroupPolicy")
        } else {
            ("interface", "the EC2NodeClass (securityGroupSelectorTerms), launch template or ENIConfig")
        };
        let what = format!("{} of {}", ids.len(), count(runners.interfaces.len(), "interface"));
        let instead = if carried.is_empty() { "no group".to_owned() } else { super::super::list(&carried) };
        let listed = ids.len() <= LISTED;
        let finding = Finding::new(Code::RunnerInterfaceLacksClusterGroup, verdict, subject.as_str())
            .expected(expected.as_str())
            .observed(format!("{what} without it: {} ({kind}) with {instead}", a_few(ids.iter().copied())))
            .reason(format!("A rule that admits {group} matches interfaces that carry it, and no others."))
            .hint(format!("Add {group} in {place}, and replace the nodes or pods."))
            .evidence("group", group.as_str())
            .evidence("carried", carried)
            .evidence("interfaces", ids.len())
            .evidence("examples", ids.iter().take(10).copied().collect::<Vec<_>>());
        findings.push(if listed { finding.evidence("members", ids) } else { finding });
    }
}
