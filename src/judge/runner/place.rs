//! Where the probe runs: on an address of the runners' subnets, in a pod.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::code::Code;
use crate::fact::runner::{InterfaceAddress, RunnerFacts};
use crate::finding::{Finding, Verdict};
use crate::judge::{either, list};
use crate::policy::{Policy, Source};

/// Where the probe runs, as the policy sees it.
#[derive(Debug, Clone)]
pub enum Place<'a> {
    /// On an address of a source's subnets.
    Inside {
        /// The source's name.
        name: &'a str,
        /// The source.
        source: &'a Source,
        /// The address that is in it.
        own: &'a InterfaceAddress,
        /// The subnet that holds it.
        subnet: IpNet,
    },
    /// On none of them; the addresses that are worth naming.
    Outside(Vec<IpAddr>),
}

impl<'a> Place<'a> {
    /// Finds the source whose subnets hold one of this machine's addresses.
    pub fn find(policy: &'a Policy, runner: &'a RunnerFacts) -> Self {
        for (name, source) in &policy.sources {
            for own in &runner.addresses {
                if let Some(subnet) = source.subnets.iter().find(|subnet| subnet.contains(&own.address)) {
                    return Self::Inside { name, source, own, subnet: *subnet };
                }
            }
        }
        Self::Outside(
            runner.addresses.iter().map(|own| own.address).filter(|address| is_telling(*address)).collect(),
        )
    }

    /// The name of the source that this machine is of.
    pub fn source_name(&self) -> Option<&'a str> {
        match self {
            Self::Inside { name, .. } => Some(name),
            Self::Outside(_) => None,
        }
    }

    /// The sentence that says why what is seen from here does not count; `None` inside.
    pub fn outside(&self) -> Option<String> {
        match self {
            Self::Inside { .. } => None,
            Self::Outside(own) => Some(format!(
                "Seen from outside the runner subnets ({}), so it says nothing of a job.",
                list(own)
            )),
        }
    }

    /// The source's subnet, or all runner subnets, as a person would say where the job runs.
    pub fn subnet_text(&self, policy: &Policy) -> String {
        match self {
            Self::Inside { subnet, .. } => subnet.to_string(),
            Self::Outside(_) => either(all_subnets(policy)),
        }
    }
}

fn is_telling(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_link_local(),
        IpAddr::V6(address) => !address.is_loopback() && !address.is_unicast_link_local(),
    }
}

fn all_subnets(policy: &Policy) -> Vec<IpNet> {
    policy.sources.values().flat_map(|source| source.subnets.iter().copied()).collect()
}

pub(super) fn judge_place(policy: &Policy, place: &Place<'_>) -> Finding {
    let expected = format!("an address in {}", either(all_subnets(policy)));
    match place {
        Place::Inside { name, own, subnet, .. } => {
            Finding::new(Code::RunnerInSubnet, Verdict::Pass, "runner")
                .expected(expected)
                .observed(format!("runs on {} ({}), in {name} subnet {subnet}", own.address, own.interface))
                .evidence("address", own.address.to_string())
                .evidence("interface", own.interface.as_str())
                .evidence("subnet", subnet.to_string())
                .evidence("source", *name)
        }
        Place::Outside(own) => Finding::new(Code::RunnerOutsideSubnets, Verdict::Unknown, "runner")
            .observed(format!(
                "runs on {}, in no runner subnet \
                ({})",
                list(own),
                either(all_subnets(policy))
            ))
            .expected(expected)
            .reason("What is seen from here is not representative of a job.")
            .hint(
                "Run it in a CI job of an active runner; if pods do get addresses from here, add the \
                subnet to the policy.",
            )
            .evidence("addresses", own.iter().map(ToString::to_string).collect::<Vec<_>>()),
    }
}

/// Only asked inside the subnets: outside, the place already decides.
pub(super) fn judge_pod(runner: &RunnerFacts, place: &Place<'_>) -> Option<Finding> {
    let Place::Inside { own, .. } = place else { return None };
    let expected = "a Kubernetes pod";
    Some(if runner.pod_signs.is_empty() {
        Finding::new(Code::RunnerNotInPod, Verdict::Warn, "runner")
            .expected(expected)
            .observed("shows no sign of being a Kubernetes pod")
            .reason(format!(
                "{} may be a node's address; a pod's resolver and security groups can differ.",
                own.address
            ))
            .hint("Run it in a CI job rather than on the node.")
    } else {
        Finding::new(Code::RunnerInPod, Verdict::Pass, "runner")
            .expected(expected)
            .observed(format!("is a Kubernetes pod ({})", runner.pod_signs[0]))
            .evidence("signs", runner.pod_signs.clone())
    })
}
