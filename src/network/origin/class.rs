//! All that an interface's packets fare by, beside its address.

use std::collections::BTreeSet;

use crate::network::index::Network;
use crate::network::state;
use crate::snapshot::NetworkInterface;

/// All that an interface's packets fare by, beside its address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::network) struct Class<'a> {
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
    pub(in crate::network) fn of(network: &Network<'a>, interface: &'a NetworkInterface) -> Self {
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
