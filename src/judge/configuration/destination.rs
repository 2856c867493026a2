//! Where the destinations are in the snapshot, and whether they run.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::path::Reached;
use super::{Context, code_of, with_remedy};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::flow::Port;
use crate::network::{
    Blocker, Direction, End, Endpoint, Hypothetical, PathCode, PathResult, Question, Traffic, Weight,
};
use crate::remedy::Admit;

use super::runner::Runners;

/// A destination whose address may be asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub name: &'a str,
    pub address: IpAddr,
}

/// A destination as one source sees it: of several VPCs that have its address, the source's own is meant.
#[derive(Debug, Clone)]
pub(super) struct Located {
    pub result: PathResult,
    /// What is wrong with the destination itself, whatever is asked of it.
    pub blockers: Vec<Blocker>,
}

impl Located {
    pub(super) fn end(&self) -> Option<&End> {
        self.result.destination.as_ref()
    }
}

/// What is told once a destination, and not again for each of its services.
pub(super) fn is_of_destination(code: PathCode) -> bool {
    matches!(
        code,
        PathCode::DestinationNotRunning
            | PathCode::DestinationDetached
            | PathCode::DestinationUnowned
            | PathCode::DestinationAmbiguous
            | PathCode::DestinationService
    )
}

/// Finds a destination by its address.
pub(super) fn locate(context: &Context<'_>, runners: &Runners<'_>, to: IpAddr) -> Located {
    let nowhere = Endpoint::Address(to);
    // Its own neighbourhood first; a source's subnet says which of several is near.
    let near = runners.subnets.first().map(|subnet| {
        Endpoint::Hypothetical(Hypothetical { subnet: subnet.subnet_id.clone(), groups: Vec::new() })
    });
    let ask = |from: Endpoint| {
        let traffic = Port::new(1).map_or(Traffic::Icmp, Traffic::Tcp);
        crate::network::evaluate_path(context.network, &Question::new(from, Endpoint::Address(to), traffic))
    };
    let mut result = ask(nowhere);
    if result.destination.is_none()
        && let Some(near) = near
    {
        result = ask(near);
    }
    let known = result.destination.is_some();
    let blockers: Vec<Blocker> = result
        .blockers
        .iter()
        .filter(|it| if known { is_of_destination(it.code) } else { it.direction == Direction::Ingress })
        .cloned()
        .collect();
    Located { result, blockers }
}

/// Tells of each destination once.
pub(super) fn judge(
    context: &Context<'_>,
    targets: &[Target<'_>],
    reached: &[Reached<'_>],
    findings: &mut Vec<Finding>,
) {
    for target in targets {
        let expected = format!("one interface that owns {}, in use", target.address);
        let mut told = BTreeSet::new();
        let mut found: Option<&End> = None;
        for located in reached.iter().filter(|it| it.target.name == target.name).map(|it| &it.located) {
            found = found.or(located.end());
            for blocker in &located.blockers {
                if !told.insert((blocker.code, blocker.component.clone())) {
                    continue;
                }
                let denies = blocker.code.weight() == Weight::Denies;
                let verdict = if denies { Verdict::Fail } else { Verdict::Unknown };
                let finding = Finding::new(code_of(blocker.code), verdict, target.name)
                    .expected(expected.as_str())
                    .observed(blocker.detail.as_str())
                    .reason(code_of(blocker.code).story().meaning)
                    .evidence("destination", target.name)
                    .evidence("address", target.address.to_string())
                    .evidence("component", blocker.component.as_str())
                    .evidence("detail", blocker.detail.as_str());
                let traffic = Traffic::Icmp;
                let remedy = context.adviser.advise(&located.result, traffic, blocker, &Admit::Source);
                findings.push(with_remedy(finding, &remedy));
            }
        }
        if let (Some(end), true) = (found, told.is_empty()) {
            let interface = end.interface.as_deref().unwrap_or_default();
            let instance = end.instance.as_ref().map_or_else(String::new, |id| format!(" of {id}"));
            let groups = super::super::list(&end.groups);
            findings.push(
                Finding::new(Code::DestinationFound, Verdict::Pass, target.name)
                    .expected(expected)
                    .observed(format!(
                        "{} is {interface}{instance} in {}, with {groups}",
                        target.address, end.subnet
                    ))
                    .evidence("destination", target.name)
                    .evidence("address", target.address.to_string())
                    .evidence("interface", interface)
                    .evidence("instance", end.instance.clone())
                    .evidence("subnet", end.subnet.as_str())
                    .evidence("vpc", end.vpc.as_str())
                    .evidence("groups", end.groups.clone()),
            );
        }
    }
}
