//! Whether an end is there at all: its instance running, its interface in use, and no service's.

use super::code::PathCode;
use super::index::Network;
use super::place::Place;
use super::place::Role;
use super::trail::Trail;
use crate::snapshot::{Document, NetworkInterface};

/// Checks one end.
pub(super) fn check(network: &Network<'_>, trail: &mut Trail, place: &Place<'_>, role: Role) {
    let Some(interface) = place.interface else { return };
    let id = &interface.network_interface_id;
    match interface.status.as_deref() {
        Some("in-use") => {}
        Some("available") => {
            trail.block(role.detached, id, None, role.direction, "attached to nothing".to_owned());
        }
        Some(status) => {
            let detail = format!("the interface is {status}");
            trail.block(PathCode::StateChanging, id, None, role.direction, detail);
        }
        None => {
            trail.missing(network, Document::NetworkInterfaces, id, role.direction);
        }
    }
    if let Some(instance) = place.instance() {
        trail.uses(network, instance, role.direction);
        let state = network.snapshot().instances.get(instance).and_then(|it| it.state.as_ref());
        match state.map(|state| state.name.as_str()) {
            Some("running") => {}
            Some(state) => {
                let detail = format!("the instance is {state}");
                trail.block(role.not_running, instance, None, role.direction, detail);
            }
            None => {
                trail.missing(network, Document::Instances, instance, role.direction);
            }
        }
    }
    if let Some(kind) = service(interface)
        && !(role.direction == super::answer::Direction::Egress && kind == "lambda")
    {
        let detail = format!("an interface of a {kind}: what answers depends on more than the path");
        trail.block(role.service, id, None, role.direction, detail);
    }
}

/// The service that an interface belongs to, if it is not an instance's, a pod's or a database's.
pub(super) fn service(interface: &NetworkInterface) -> Option<&str> {
    let kind = interface.interface_type.as_deref().unwrap_or("interface");
    if !matches!(kind, "interface" | "efa" | "efa-only" | "trunk" | "branch") {
        return Some(kind);
    }
    // Application load balancers have plain interfaces, told by who attached them.
    let by = interface.attachment.as_ref().and_then(|attachment| attachment.instance_owner_id.as_deref());
    (by == Some("amazon-elb")).then_some("load balancer")
}
