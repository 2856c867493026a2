//! The paths of one pod alone.

use std::net::IpAddr;

use super::super::address::judge_address;
use super::destination::Target;
use super::{Context, StaticOptions, cluster, destination, path, runner};
use crate::finding::Finding;
use crate::judge::correlate::{OUTSIDE, Place, Pod, PodInterface};
use crate::network::Network;
use crate::policy::Policy;
use crate::remedy::Adviser;

/// Finds the pod by its address, and judges what the policy expects of it from there: its own interface's
/// groups and subnet, not those of all runners.
pub fn judge_pod(
    policy: &Policy,
    network: &Network<'_>,
    options: &StaticOptions,
    address: Option<IpAddr>,
) -> Pod {
    let Some(own) = address else {
        return Pod { address, place: Place::Unlisted(OUTSIDE), findings: Vec::new() };
    };
    let owners = network.owners(own);
    let [interface] = owners.as_slice() else {
        let ids = owners.iter().map(|owner| owner.network_interface_id.to_string()).collect::<Vec<_>>();
        let place = if ids.is_empty() { Place::Absent } else { Place::Several(ids) };
        return Pod { address, place, findings: Vec::new() };
    };
    let context = Context { policy, network, options, adviser: Adviser::new(network) };
    // What is found on the way there is told by the static mode itself.
    let mut elsewhere = Vec::new();
    let clusters = cluster::find(&context, &mut elsewhere);
    let mut sources = runner::find(&context, &clusters, &mut elsewhere);
    sources.retain(|source| source.source.subnets.iter().any(|subnet| subnet.contains(&own)));
    let group = sources.iter().find_map(|source| source.cluster_group.clone());
    for source in &mut sources {
        source.interfaces = vec![interface];
        source.empty = Vec::new();
        source.pod = Some(own);
    }
    let targets: Vec<Target<'_>> = super::super::destinations(policy)
        .filter_map(|(name, destination)| {
            let address = judge_address(policy, &[], name, destination).dial?;
            Some(Target { name, address })
        })
        .collect();
    let mut findings = Vec::new();
    let reached = path::judge(&context, &sources, &targets, &mut findings, &mut Vec::new());
    destination::judge(&context, &targets, &reached, &mut findings);
    // As the static mode has them, so that the first thing in the way is the same one.
    findings.sort_by_key(Finding::area);
    let attachment = interface.attachment.as_ref();
    let place = Place::Found(PodInterface {
        id: interface.network_interface_id.to_string(),
        instance: attachment.and_then(|it| it.instance_id.as_ref()).map(ToString::to_string),
        carries_cluster_group: group
            .map(|group| interface.groups.iter().any(|carried| carried.group_id == group)),
    });
    Pod { address, place, findings }
}
