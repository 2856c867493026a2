//! VPC peering: active, between exactly two VPCs (AWS: vpc/peering/vpc-peering-basics).

use std::net::IpAddr;

use ipnet::IpNet;

use super::answer::{Direction, Step};
use super::code::PathCode;
use super::index::Network;
use super::trail::{Lost, Trail};
use crate::snapshot::{Document, PeeringVpc, VpcPeeringConnection};

/// Whether both ends are in one region; `None` if that is not said.
pub(super) fn same_region(peering: &VpcPeeringConnection) -> Option<bool> {
    let region = |end: &Option<PeeringVpc>| end.as_ref()?.region.clone();
    Some(region(&peering.accepter_vpc_info)? == region(&peering.requester_vpc_info)?)
}

pub(super) fn is_active(peering: &VpcPeeringConnection) -> bool {
    peering.status.as_ref().is_some_and(|status| status.code == "active")
}

/// The end that is not `vpc`; `None` if neither end is.
fn peer<'a>(peering: &'a VpcPeeringConnection, vpc: &str) -> Option<&'a PeeringVpc> {
    let (one, other) = (peering.accepter_vpc_info.as_ref()?, peering.requester_vpc_info.as_ref()?);
    if one.vpc_id.as_deref() == Some(vpc) {
        Some(other)
    } else if other.vpc_id.as_deref() == Some(vpc) {
        Some(one)
    } else {
        None
    }
}

/// An active connection between two VPCs, if the snapshot has one.
pub(super) fn between<'a>(network: &Network<'a>, one: &str, other: &str) -> Option<&'a VpcPeeringConnection> {
    let mut peerings = network.snapshot().vpc_peering_connections.values();
    peerings.find(|it| is_active(it) && peer(it, one).is_some_and(|far| far.vpc_id.as_deref() == Some(other)))
}

/// Passes from `from` over a connection to an address in `to`.
pub(super) fn cross<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    id: &'a str,
    from: &str,
    to: &str,
    address: IpAddr,
    direction: Direction,
) -> Result<&'a VpcPeeringConnection, Lost> {
    let Some(peering) = network.snapshot().vpc_peering_connections.get(id) else {
        return Err(trail.missing(network, Document::VpcPeeringConnections, id, direction));
    };
    trail.uses(network, id, direction);
    let status = peering.status.as_ref().map(|status| status.code.as_str());
    match status {
        Some("active") => {}
        Some("provisioning") => {
            let detail = "the peering connection is being set up".to_owned();
            return Err(trail.block(PathCode::StateChanging, id, None, direction, detail));
        }
        Some(status) => {
            let detail = format!("the peering connection is {status}");
            return Err(trail.block(PathCode::PeeringInactive, id, None, direction, detail));
        }
        None => return Err(trail.missing(network, Document::VpcPeeringConnections, id, direction)),
    }
    let Some(far) = peer(peering, from) else {
        let detail = format!("the peering connection does not join {from}");
        return Err(trail.block(PathCode::PeeringNotTransitive, id, None, direction, detail));
    };
    let Some(far_vpc) = far.vpc_id.as_deref() else {
        return Err(trail.missing(network, Document::VpcPeeringConnections, id, direction));
    };
    if far_vpc != to {
        let detail = format!("it joins {from} and {far_vpc}, and {address} is in {to}");
        return Err(trail.block(PathCode::PeeringNotTransitive, id, None, direction, detail));
    }
    let inside = match network.snapshot().vpcs.get(far_vpc) {
        Some(vpc) => {
            trail.uses(network, far_vpc, direction);
            vpc.blocks().any(|block| block.contains(&address))
        }
        None if blocks(far).next().is_none() => {
            return Err(trail.missing(network, Document::Vpcs, far_vpc, direction));
        }
        None => blocks(far).any(|block| block.contains(&address)),
    };
    if !inside {
        let detail = format!("{address} is outside the CIDR blocks of {far_vpc}");
        return Err(trail.block(PathCode::PeeringAddressOutside, id, None, direction, detail));
    }
    trail.pass(Step::Peering, id, None, direction, format!("{from} to {far_vpc}"));
    Ok(peering)
}

fn blocks(end: &PeeringVpc) -> impl Iterator<Item = IpNet> + '_ {
    let v4 = end.cidr_block_set.iter().filter_map(|block| block.cidr_block);
    let v6 = end.ipv6_cidr_block_set.iter().filter_map(|block| block.ipv6_cidr_block);
    end.cidr_block.into_iter().chain(v4).map(IpNet::V4).chain(v6.map(IpNet::V6))
}
