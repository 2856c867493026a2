//! Runner interfaces that fare alike, as one question.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use super::Runners;
use super::interface::addresses;
use crate::judge::configuration::Context;
use crate::network::space::Cuts;
use crate::network::{End, Endpoint, Hypothetical, Translation};
use crate::snapshot::{Document, NetworkInterface};

/// Interfaces, or addresses on them, that nothing on the way tells apart.
#[derive(Debug)]
pub(in crate::judge::configuration) struct Class<'a> {
    /// One of them, to ask about.
    pub from: Endpoint,
    /// All of them by interface; by subnet for one that is not there yet.
    pub members: Vec<&'a str>,
}

/// Everything that a path can depend on at its source.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key<'a> {
    subnet: Option<&'a str>,
    vpc: Option<&'a str>,
    groups: Vec<&'a str>,
    status: Option<&'a str>,
    state: Option<&'a str>,
    kind: (Option<&'a str>, Option<&'a str>),
    attached: bool,
    interval: usize,
    /// Whether another address may take its place on the way.
    translated: bool,
    /// The interface itself, where the path may depend on more than the rest.
    own: Option<&'a str>,
}

impl<'a> Runners<'a> {
    /// The questions to ask about a destination: one a class, in the order of the interfaces.
    pub(in crate::judge::configuration) fn classes(
        &self,
        context: &Context<'a>,
        to: IpAddr,
        end: Option<&End>,
    ) -> Vec<Class<'a>> {
        if let (Some(pod), [interface]) = (self.pod, self.interfaces.as_slice()) {
            let (from, id) = (Endpoint::Address(pod), interface.network_interface_id.as_str());
            return vec![Class { from, members: vec![id] }];
        }
        let snapshot = context.network.snapshot();
        let cuts = Cuts::new(context.network, end.map_or(&[], |end| end.groups.as_slice()));
        let conflicts: BTreeSet<&str> = snapshot.conflicts.iter().map(|it| it.id.as_str()).collect();
        let mut index: HashMap<Key<'a>, usize> = HashMap::new();
        let mut classes: Vec<Class<'a>> = Vec::new();
        for interface in &self.interfaces {
            let id = interface.network_interface_id.as_str();
            let attachment = interface.attachment.as_ref();
            let instance = attachment.and_then(|it| it.instance_id.as_deref());
            let mut groups: Vec<&str> =
                interface.groups.iter().map(|group| group.group_id.as_str()).collect();
            groups.sort_unstable();
            let state = instance.and_then(|id| snapshot.instances.get(id)).and_then(|it| it.state.as_ref());
            // Outside its VPC a pod may speak with its own node's address; the same instance is no path at all.
            let abroad = context.options.translation != Translation::None
                && end.is_none_or(|end| interface.vpc_id.as_deref() != Some(end.vpc.as_str()));
            let beside = end.is_some_and(|end| {
                end.interface.as_deref() == Some(id)
                    || instance.is_some() && end.instance.as_deref() == instance
            });
            let doubtful = conflicts.contains(id) || instance.is_some_and(|id| conflicts.contains(id));
            let unread = instance.is_some() && state.is_none() && snapshot.has(Document::Instances);
            for (address, from) in questions(interface, to, &cuts) {
                let key = Key {
                    subnet: interface.subnet_id.as_deref(),
                    vpc: interface.vpc_id.as_deref(),
                    groups: groups.clone(),
                    status: interface.status.as_deref(),
                    state: state.map(|state| state.name.as_str()),
                    kind: (
                        interface.interface_type.as_deref(),
                        attachment.and_then(|it| it.instance_owner_id.as_deref()),
                    ),
                    attached: instance.is_some(),
                    interval: address.map_or(usize::MAX, |address| cuts.interval(address)),
                    translated: abroad && matches!(from, Endpoint::Address(_)),
                    own: (abroad || beside || doubtful || unread).then_some(id),
                };
                let at = *index.entry(key).or_insert_with(|| {
                    classes.push(Class { from, members: Vec::new() });
                    classes.len() - 1
                });
                if let Some(class) = classes.get_mut(at)
                    && class.members.last() != Some(&id)
                {
                    class.members.push(id);
                }
            }
        }
        if let Some(group) = &self.cluster_group {
            classes.extend(self.empty.iter().map(|subnet| Class {
                from: Endpoint::Hypothetical(Hypothetical {
                    subnet: subnet.subnet_id.clone(),
                    groups: vec![group.clone()],
                }),
                members: vec![subnet.subnet_id.as_str()],
            }));
        }
        classes
    }
}

/// An interface's addresses of the destination's family as questions: its primary one by its own id, so that
/// it is never taken for a pod's.
fn questions(interface: &NetworkInterface, to: IpAddr, cuts: &Cuts) -> Vec<(Option<IpAddr>, Endpoint)> {
    let own = Endpoint::Interface(interface.network_interface_id.clone());
    let mut asked: Vec<(Option<IpAddr>, Endpoint)> = Vec::new();
    for range in addresses(interface).filter(|range| range.addr().is_ipv6() == to.is_ipv6()) {
        for address in cuts.samples(range) {
            let main = interface.private_ip_address.is_some_and(|main| IpAddr::V4(main) == address);
            asked.push((Some(address), if main { own.clone() } else { Endpoint::Address(address) }));
        }
    }
    // One without an address of the family is asked about all the same, and told so.
    if asked.is_empty() { vec![(None, own)] } else { asked }
}
