//! Is this machine one whose answers count: a runner pod, an active runner, without Tailscale?

mod identity;
mod place;
mod proxy;
mod tailscale;

use std::net::IpAddr;

use super::holds;
use crate::fact::runner::RunnerFacts;
use crate::finding::Finding;
use crate::policy::Policy;

pub use place::Place;
pub use proxy::judge_proxies;

/// Judges the place, the pod, Tailscale's presence and the runner's identity.
pub fn judge_runner(policy: &Policy, runner: &RunnerFacts, place: &Place<'_>) -> Vec<Finding> {
    let mut findings = vec![place::judge_place(policy, place)];
    findings.extend(place::judge_pod(runner, place));
    findings.push(tailscale::judge_tailscale(policy, runner, place));
    findings.push(identity::judge_identity(policy, runner, place));
    findings
}

/// Whether Tailscale's resolver can be asked for at all: not where the VPC itself uses its address.
pub fn is_vpc_address(policy: &Policy, address: IpAddr) -> bool {
    holds(policy.network(crate::policy::VPC), address)
}
