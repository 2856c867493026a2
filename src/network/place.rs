//! Where an end of the path is: address, interface, subnet, VPC, groups.

use std::net::IpAddr;

use super::answer::{Direction, End};
use super::code::PathCode;
use super::index::Network;
use super::question::{Endpoint, Hypothetical};
use super::trail::{Lost, Trail, printable};
use crate::snapshot::{Document, NetworkInterface};

/// One end of a path, found in the snapshot.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    pub address: IpAddr,
    pub interface: Option<&'a NetworkInterface>,
    pub subnet: &'a str,
    pub vpc: &'a str,
    pub groups: Vec<&'a str>,
}

/// The codes of one end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Role {
    pub direction: Direction,
    pub unowned: PathCode,
    pub ambiguous: PathCode,
    pub service: PathCode,
    pub not_running: PathCode,
    pub detached: PathCode,
}

pub(super) const SOURCE: Role = Role {
    direction: Direction::Egress,
    unowned: PathCode::SourceUnowned,
    ambiguous: PathCode::SourceAmbiguous,
    service: PathCode::SourceService,
    not_running: PathCode::SourceNotRunning,
    detached: PathCode::SourceDetached,
};

pub(super) const DESTINATION: Role = Role {
    direction: Direction::Ingress,
    unowned: PathCode::DestinationUnowned,
    ambiguous: PathCode::DestinationAmbiguous,
    service: PathCode::DestinationService,
    not_running: PathCode::DestinationNotRunning,
    detached: PathCode::DestinationDetached,
};

impl<'a> Place<'a> {
    /// The instance, where the interface has one.
    pub(super) fn instance(&self) -> Option<&'a str> {
        self.interface?.attachment.as_ref()?.instance_id.as_deref()
    }

    /// Its interface's id, or its subnet's where the interface is not there yet.
    pub(super) fn id(&self) -> &'a str {
        self.interface.map_or(self.subnet, |interface| &interface.network_interface_id)
    }

    pub(super) fn end(&self) -> End {
        End {
            address: self.address.to_string(),
            interface: self.interface.map(|interface| printable(interface.network_interface_id.to_string())),
            instance: self.instance().map(|instance| printable(instance.to_owned())),
            subnet: printable(self.subnet.to_owned()),
            vpc: printable(self.vpc.to_owned()),
            groups: self.groups.iter().map(|group| printable((*group).to_owned())).collect(),
        }
    }

    /// An interface by one of its addresses.
    pub(super) fn of_interface(
        network: &Network<'a>,
        trail: &mut Trail,
        interface: &'a NetworkInterface,
        address: IpAddr,
        role: Role,
    ) -> Result<Self, Lost> {
        let id = &interface.network_interface_id;
        trail.uses(network, id, role.direction);
        let (Some(subnet), Some(vpc)) = (&interface.subnet_id, &interface.vpc_id) else {
            return Err(trail.missing(network, Document::NetworkInterfaces, id, role.direction));
        };
        let groups = interface.groups.iter().map(|group| group.group_id.as_str()).collect();
        Ok(Self { address, interface: Some(interface), subnet, vpc, groups })
    }
}

/// The address an interface is known by: its primary one of the family.
pub(super) fn primary(interface: &NetworkInterface, v6: bool) -> Option<IpAddr> {
    if v6 {
        let addresses = &interface.ipv6_addresses;
        let first = addresses.iter().find(|a| a.is_primary_ipv6).or_else(|| addresses.first());
        return first.and_then(|a| a.ipv6_address).map(IpAddr::V6);
    }
    let listed = || {
        let addresses = &interface.private_ip_addresses;
        addresses.iter().find(|a| a.primary).or_else(|| addresses.first())?.private_ip_address
    };
    interface.private_ip_address.or_else(listed).map(IpAddr::V4)
}

/// The interface that an endpoint names outright; `None` for an address or one that is not there yet.
fn named<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    endpoint: &Endpoint,
    role: Role,
) -> Result<Option<&'a NetworkInterface>, Lost> {
    let snapshot = network.snapshot();
    match endpoint {
        Endpoint::Interface(id) => match snapshot.network_interfaces.get(id) {
            Some(interface) => Ok(Some(interface)),
            None => Err(trail.missing(network, Document::NetworkInterfaces, id, role.direction)),
        },
        Endpoint::Instance(id) => {
            let order = |interface: &&&NetworkInterface| {
                let attachment = interface.attachment.as_ref();
                let index = attachment.and_then(|a| a.device_index).unwrap_or(i32::MAX);
                (index, attachment.and_then(|a| a.network_card_index).unwrap_or(0))
            };
            match network.attached_to(id).iter().min_by_key(order) {
                Some(interface) => Ok(Some(interface)),
                None if snapshot.has(Document::NetworkInterfaces) && !snapshot.instances.contains_key(id) => {
                    Err(trail.missing(network, Document::Instances, id, role.direction))
                }
                None => Err(trail.missing(network, Document::NetworkInterfaces, id, role.direction)),
            }
        }
        Endpoint::Address(_) | Endpoint::Hypothetical(_) => Ok(None),
    }
}

/// The families in which an endpoint can be spoken to, IPv4 first.
fn families(network: &Network<'_>, endpoint: &Endpoint, interface: Option<&NetworkInterface>) -> [bool; 2] {
    match (endpoint, interface) {
        (Endpoint::Address(address), _) => [address.is_ipv4(), address.is_ipv6()],
        (Endpoint::Hypothetical(it), _) => [false, true].map(|v6| sample(network, it, v6).is_some()),
        (_, Some(interface)) => [false, true].map(|v6| primary(interface, v6).is_some()),
        (_, None) => [false, false],
    }
}

/// The first address that AWS gives out in a subnet: it keeps the first four for itself.
fn sample(network: &Network<'_>, it: &Hypothetical, v6: bool) -> Option<IpAddr> {
    let subnet = network.snapshot().subnets.get(&it.subnet)?;
    if v6 {
        let block = subnet.ipv6_cidr_block_association_set.iter().find_map(|block| block.ipv6_cidr_block)?;
        return block.hosts().nth(4).map(IpAddr::V6);
    }
    // The network's own address is no host, so the fourth host is the fifth address.
    subnet.cidr_block?.hosts().nth(3).map(IpAddr::V4)
}

/// Finds both ends.
pub(super) fn locate<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    from: &'a Endpoint,
    to: &'a Endpoint,
) -> (Option<Place<'a>>, Option<Place<'a>>) {
    let sender = named(network, trail, from, SOURCE);
    let receiver = named(network, trail, to, DESTINATION);
    let (Ok(sender), Ok(receiver)) = (sender, receiver) else { return (None, None) };
    let (from_has, to_has) = (families(network, from, sender), families(network, to, receiver));
    let Some(v6) =
        [false, true].into_iter().find(|v6| from_has[usize::from(*v6)] && to_has[usize::from(*v6)])
    else {
        // What has no address at all is missing, not mismatched.
        for (endpoint, has, role) in [(from, from_has, SOURCE), (to, to_has, DESTINATION)] {
            if has == [false, false] {
                let (document, id) = match endpoint {
                    Endpoint::Hypothetical(it) => (Document::Subnets, it.subnet.to_string()),
                    other => (Document::NetworkInterfaces, other.to_string()),
                };
                trail.missing(network, document, &id, role.direction);
                return (None, None);
            }
        }
        let detail = format!("{from} and {to} have no address of the same family");
        let component = sender.map_or("", |interface| interface.network_interface_id.as_str());
        trail.block(PathCode::AddressFamilyMismatch, component, None, Direction::Forward, detail);
        return (None, None);
    };
    let source = place(network, trail, from, sender, v6, SOURCE, None);
    let destination =
        place(network, trail, to, receiver, v6, DESTINATION, source.as_ref().ok().map(|s| s.vpc));
    (source.ok(), destination.ok())
}

/// Finds one end. Where several interfaces own its address, the one in the VPC `near` is meant, as
/// `local` routes lead to it.
fn place<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    endpoint: &'a Endpoint,
    interface: Option<&'a NetworkInterface>,
    v6: bool,
    role: Role,
    near: Option<&str>,
) -> Result<Place<'a>, Lost> {
    let snapshot = network.snapshot();
    if let Endpoint::Hypothetical(it) = endpoint {
        let missing =
            |trail: &mut Trail| trail.missing(network, Document::Subnets, &it.subnet, role.direction);
        let Some(subnet) = snapshot.subnets.get(&it.subnet) else { return Err(missing(trail)) };
        let (Some(vpc), Some(address)) = (&subnet.vpc_id, sample(network, it, v6)) else {
            return Err(missing(trail));
        };
        let groups = it.groups.iter().map(crate::snapshot::Id::as_str).collect();
        return Ok(Place { address, interface: None, subnet: &subnet.subnet_id, vpc, groups });
    }
    if let (Some(interface), Some(address)) = (interface, interface.and_then(|i| primary(i, v6))) {
        return Place::of_interface(network, trail, interface, address, role);
    }
    let Endpoint::Address(address) = *endpoint else {
        return Err(trail.missing(network, Document::NetworkInterfaces, "", role.direction));
    };
    let owners = network.owners(address);
    if owners.is_empty() && !snapshot.has(Document::NetworkInterfaces) {
        return Err(trail.missing(network, Document::NetworkInterfaces, "", role.direction));
    }
    let nearest = || owners.iter().find(|owner| near.is_some() && owner.vpc_id.as_deref() == near);
    match owners.as_slice() {
        [] => {
            let detail = format!("no interface in the snapshot owns {address}");
            Err(trail.block(role.unowned, &address.to_string(), None, role.direction, detail))
        }
        [owner] => Place::of_interface(network, trail, owner, address, role),
        several => {
            if let Some(owner) = nearest() {
                return Place::of_interface(network, trail, owner, address, role);
            }
            let ids: Vec<&str> = several.iter().map(|owner| owner.network_interface_id.as_str()).collect();
            let detail = format!("{} all own it; name one of them", ids.join(", "));
            Err(trail.block(role.ambiguous, &address.to_string(), None, role.direction, detail))
        }
    }
}
