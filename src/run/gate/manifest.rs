//! Network policies and `SecurityGroupPolicy` manifests from files, held against what the probe asked.

use std::net::IpAddr;
use std::path::PathBuf;

use serde_json::Value;

use super::super::Failure;
use crate::document::Files;
use crate::document::network_policy::{NetworkPolicy, Protocol};
use crate::finding::Finding;
use crate::judge::correlate::{Egress, Manifest};
use crate::judge::lint::pod_group::pod_group_policies;
use crate::judge::network_policy::{Access, Receiver, Traffic, judge_egress, network_policies};
use crate::policy::Policy;
use crate::repository::load_repository;

/// Reads the manifests, and says of each service that the probe asked whether they let it out.
///
/// # Errors
///
/// When a path cannot be read.
pub(super) fn load_manifests(
    paths: &[PathBuf],
    policy: &Policy,
    probe: &[Finding],
) -> Result<Vec<Manifest>, Failure> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let files = load_repository(paths, None)?;
    let policies = network_policies(&files);
    Ok(probe.iter().filter_map(|finding| manifest(policy, &files, &policies, finding)).collect())
}

fn manifest(
    policy: &Policy,
    files: &Files,
    policies: &[NetworkPolicy],
    finding: &Finding,
) -> Option<Manifest> {
    let text = |name: &str| finding.evidence.get(name).and_then(Value::as_str);
    let (destination, service) = (text("destination")?, text("service")?);
    let address: Option<IpAddr> = text("address").and_then(|address| address.parse().ok());
    let port = finding.evidence.get("port").and_then(Value::as_u64)?;
    let expectation = policy.expectations.iter().find(|it| it.to == destination)?;
    let source = policy.sources.get(&expectation.from)?;
    let traffic =
        Traffic { to: Receiver::Machine(address), protocol: Protocol::Tcp, port: u16::try_from(port).ok()? };
    let names = |policies: &[&NetworkPolicy]| policies.iter().map(|it| it.identity.to_string()).collect();
    let egress = match judge_egress(policy, source, policies, traffic) {
        Access::Unrestricted | Access::Allowed(_) => Egress::Allowed,
        Access::Denied(by) => Egress::Denied(names(&by)),
        Access::Unknown { open, .. } => Egress::Open(names(&open)),
    };
    Some(Manifest {
        destination: destination.to_owned(),
        service: service.to_owned(),
        egress,
        group_policies: pod_group_policies(files, source),
    })
}
