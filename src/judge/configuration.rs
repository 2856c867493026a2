//! Does AWS's configuration admit what the policy expects? Pure: a snapshot in, findings out.
//!
//! Every interface that runs in the runner subnets is judged, with every address that a pod may have on it;
//! what comes out the same is told once, with its count. What the snapshot does not hold is unknown.

mod cluster;
mod code;
mod destination;
mod map;
mod path;
mod plan;
mod pod;
mod review;
mod runner;
mod vpc;

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::civil::Date;

use crate::code::Code;
use crate::finding::{Finding, Map, Verdict};
use crate::network::{Network, Translation};
use crate::policy::Policy;
use crate::remedy::{Adviser, Remedy};
use crate::snapshot::{Document, Id};

use super::address::judge_address;
use destination::Target;

pub use code::code_of;
pub use path::judge_unread;
pub use plan::judge_plan;
pub use pod::judge_pod;

/// What EC2's data does not say.
#[derive(Debug, Clone)]
pub struct StaticOptions {
    /// The cluster security group, where it is given rather than found.
    pub cluster_group: Option<Id>,
    /// Whether the CNI puts the node's address in place of its pods' outside the VPC.
    pub translation: Translation,
    /// The day that the policy's `review.allow` is held against, in UTC.
    pub today: Date,
}

impl Default for StaticOptions {
    /// Nothing is given, and nothing is allowed any more: which day it is has to be said.
    fn default() -> Self {
        Self { cluster_group: None, translation: Translation::default(), today: Date::MAX }
    }
}

/// Judges all expectations of the policy, and its review, in the order the findings are shown.
pub fn judge_static(policy: &Policy, network: &Network<'_>, options: &StaticOptions) -> Vec<Finding> {
    judge(policy, network, options).0
}

/// As [`judge_static`], with the paths that were judged as a map.
pub fn judge_mapped(policy: &Policy, network: &Network<'_>, options: &StaticOptions) -> (Vec<Finding>, Map) {
    let (findings, flows) = judge(policy, network, options);
    (findings, map::draw(&flows, network.snapshot()))
}

fn judge(policy: &Policy, network: &Network<'_>, options: &StaticOptions) -> (Vec<Finding>, Vec<map::Flow>) {
    let (mut findings, mut flows) = (Vec::new(), Vec::new());
    let context = Context { policy, network, options, adviser: Adviser::new(network) };
    let clusters = cluster::find(&context, &mut findings);
    let sources = runner::find(&context, &clusters, &mut findings);
    let mut targets = Vec::new();
    for (name, destination) in super::destinations(policy) {
        let judged = judge_address(policy, &[], name, destination);
        findings.extend(judged.findings);
        if let Some(address) = judged.dial {
            targets.push(Target { name, address });
        }
    }
    let reached = path::judge(&context, &sources, &targets, &mut findings, &mut flows);
    vpc::judge(&context, &sources, &reached, &mut findings);
    destination::judge(&context, &targets, &reached, &mut findings);
    review::judge(&context, &sources, &reached, &mut findings);
    findings.sort_by_key(Finding::area);
    (findings, flows)
}

/// What every part of the judgement is made from.
struct Context<'a> {
    policy: &'a Policy,
    network: &'a Network<'a>,
    options: &'a StaticOptions,
    adviser: Adviser<'a>,
}

impl Context<'_> {
    /// The finding that a kind of document was not read; `None` if it was.
    fn unread(&self, document: Document, subject: impl Into<String>, expected: &str) -> Option<Finding> {
        (!self.network.snapshot().has(document)).then(|| {
            Finding::new(Code::SnapshotIncomplete, Verdict::Unknown, subject)
                .expected(expected)
                .observed(format!("{document} was not read; it takes {}", document.action()))
                .reason("What was not read is not empty.")
                .hint(format!(
                    "Save the output of `aws ec2 {document}` into the snapshot, or allow {}.",
                    document.action()
                ))
                .evidence("document", document.command())
                .evidence("action", document.action())
        })
    }
}

/// Puts a remedy into a finding: what to do and the command in the hint, all of it in the evidence.
fn with_remedy(finding: Finding, remedy: &Remedy) -> Finding {
    let (cli, terraform) = (remedy.cli(), remedy.terraform());
    let hint = match &cli {
        Some(cli) => format!("{}\n{cli}", remedy.sentence),
        None => remedy.sentence.clone(),
    };
    let finding = finding.hint(hint).evidence("remedy", remedy.sentence.as_str());
    let finding = match cli {
        Some(cli) => finding.evidence("remedy_cli", cli),
        None => finding,
    };
    match terraform {
        Some(terraform) => finding.evidence("remedy_terraform", terraform),
        None => finding,
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

/// Three of many ids, and how many more.
fn a_few<'i>(ids: impl IntoIterator<Item = &'i str>) -> String {
    const SHOWN: usize = 3;
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    let shown: Vec<&str> = ids.iter().copied().take(SHOWN).collect();
    match ids.len() {
        count if count > SHOWN => format!("{} and {} more", shown.join(", "), count - SHOWN),
        _ => super::list(shown),
    }
}

/// `1 interface`, `2 interfaces`.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
