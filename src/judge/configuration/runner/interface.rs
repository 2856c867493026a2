//! Which interfaces of the runner subnets are runners'?

use std::net::IpAddr;

use ipnet::IpNet;

use crate::snapshot::{NetworkInterface, Snapshot};

/// What an interface in a runner subnet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A node's or a pod's, in use; also where its instance was not read.
    Running,
    /// One of an instance that does not run, or attached to nothing.
    Idle,
    /// A service's: a load balancer, an endpoint, the cluster's control plane.
    Other,
}

/// Tells a runner's interface from others in the same subnet.
pub(super) fn kind(snapshot: &Snapshot, interface: &NetworkInterface) -> Kind {
    let typed = interface.interface_type.as_deref().unwrap_or("interface");
    if !matches!(typed, "interface" | "efa" | "efa-only" | "trunk" | "branch") {
        return Kind::Other;
    }
    if interface.status.as_deref() == Some("available") {
        return Kind::Idle;
    }
    if is_branch(interface) {
        return Kind::Running;
    }
    // The control plane's and services' interfaces are attached to no instance of the account.
    let Some(instance) = interface.attachment.as_ref().and_then(|it| it.instance_id.as_ref()) else {
        return Kind::Other;
    };
    let state = snapshot.instances.get(instance).and_then(|instance| instance.state.as_ref());
    match state.map(|state| state.name.as_str()) {
        None | Some("running") => Kind::Running,
        Some(_) => Kind::Idle,
    }
}

/// Whether it is a pod's own interface, of a `SecurityGroupPolicy` (Amazon EKS User Guide, "Assign security groups
/// to individual Pods").
pub(super) fn is_branch(interface: &NetworkInterface) -> bool {
    interface.interface_type.as_deref() == Some("branch")
        || interface.description.as_deref() == Some("aws-k8s-branch-eni")
}

/// Every address of an interface, and every prefix that was delegated to it.
pub(super) fn addresses(interface: &NetworkInterface) -> impl Iterator<Item = IpNet> + '_ {
    let listed = interface.private_ip_addresses.iter().filter_map(|it| it.private_ip_address);
    let v4 = interface.private_ip_address.into_iter().chain(listed).map(|it| IpNet::from(IpAddr::V4(it)));
    let v6 = interface.ipv6_addresses.iter().filter_map(|it| it.ipv6_address);
    let v4_prefixes = interface.ipv4_prefixes.iter().filter_map(|it| it.ipv4_prefix).map(IpNet::V4);
    let v6_prefixes = interface.ipv6_prefixes.iter().filter_map(|it| it.ipv6_prefix).map(IpNet::V6);
    v4.chain(v6.map(|it| IpNet::from(IpAddr::V6(it)))).chain(v4_prefixes).chain(v6_prefixes)
}
