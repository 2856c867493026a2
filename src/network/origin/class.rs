//! All that an interface's packets fare by, beside its address.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use crate::network::index::Network;
use crate::network::state;
use crate::snapshot::NetworkInterface;

/// All that an interface's packets fare by, beside its address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Class<'a> {
    subnet: Option<&'a str>,
    vpc: Option<&'a str>,
    groups: BTreeSet<&'a str>,
    status: Option<&'a str>,
    service: Option<&'a str>,
    instance: Option<&'a str>,
    /// What names it, where its name is part of what is said of it.
    named: Option<&'a str>,
}

impl<'a> Class<'a> {
    fn of(network: &Network<'a>, interface: &'a NetworkInterface) -> Self {
        let snapshot = network.snapshot();
        let id = interface.network_interface_id.as_str();
        let instance = interface.attachment.as_ref().and_then(|it| it.instance_id.as_deref());
        let state = instance.map(|it| snapshot.instances.get(it).and_then(|it| it.state.as_ref()));
        let status = interface.status.as_deref();
        let plain = matches!(status, Some("in-use" | "available"))
            && state != Some(None)
            && state::service(interface).is_none()
            && !interface.groups.is_empty()
            && interface.subnet_id.is_some()
            && interface.vpc_id.is_some();
        let disputed = [Some(id), instance].into_iter().flatten().any(|id| {
            !network.conflicts_of(id).is_empty() || network.undecided_of(id).any(|it| it.of.is_some())
        });
        Self {
            subnet: interface.subnet_id.as_deref(),
            vpc: interface.vpc_id.as_deref(),
            groups: interface.groups.iter().map(|group| group.group_id.as_str()).collect(),
            status,
            service: state::service(interface),
            instance: state.map(|state| state.map_or("", |state| state.name.as_str())),
            named: (!plain || disputed).then_some(id),
        }
    }
}

/// A number for each different key.
#[derive(Debug)]
pub(in crate::network) struct Numbers<K>(HashMap<K, usize>);

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq> Numbers<K> {
    pub(in crate::network) fn of(&mut self, key: K) -> usize {
        let next = self.0.len();
        *self.0.entry(key).or_insert(next)
    }
}

/// A number for all interfaces of two snapshots that fare alike.
#[derive(Debug, Default)]
pub(in crate::network) struct Classes<'a> {
    numbers: Numbers<Class<'a>>,
    known: [HashMap<&'a str, usize>; 2],
}

impl<'a> Classes<'a> {
    /// That of an interface of the one snapshot, 0, or of the other, 1.
    pub(in crate::network) fn of(
        &mut self,
        network: &Network<'a>,
        side: usize,
        interface: &'a NetworkInterface,
    ) -> usize {
        let numbers = &mut self.numbers;
        let known = self.known[side].entry(&interface.network_interface_id);
        *known.or_insert_with(|| numbers.of(Class::of(network, interface)))
    }
}
