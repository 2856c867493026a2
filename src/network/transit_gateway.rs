//! Transit gateways: attachments, availability zones, associations, peered gateways
//! (AWS: vpc/tgw/how-transit-gateways-work, vpc/tgw/tgw-peering).

use super::answer::{Direction, Step};
use super::code::PathCode;
use super::index::Network;
use super::place::Place;
use super::trail::{Lost, Trail};
use super::transit_route;
use crate::snapshot::{Document, Subnet, TransitGatewayVpcAttachment, VpcAttachmentOptions};

/// The way through one transit gateway or several.
#[derive(Debug, Clone)]
pub(super) struct Transit<'a> {
    /// In the order in which they are passed.
    pub gateways: Vec<&'a str>,
    /// The attachment of the VPC that the packet leaves.
    pub first: &'a TransitGatewayVpcAttachment,
    /// The attachment of the VPC that the packet enters.
    pub last: &'a TransitGatewayVpcAttachment,
    /// The attachment subnet that the packet leaves by.
    pub entry: &'a str,
    /// The attachment subnets that it may arrive in.
    pub exits: Vec<&'a str>,
}

/// Passes from `from`'s VPC through a gateway to `to`.
pub(super) fn cross<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    gateway: &'a str,
    from: &Place<'a>,
    to: &Place<'a>,
    direction: Direction,
) -> Result<Transit<'a>, Lost> {
    let records = network.vpc_attachments(gateway, from.vpc);
    // A VPC has one attachment to a gateway; records of former ones stay a while.
    let available = records.iter().find(|it| it.state.as_deref() == Some("available"));
    let Some(first) = available.or_else(|| records.first()).copied() else {
        return Err(trail.missing(network, Document::TransitGatewayVpcAttachments, gateway, direction));
    };
    usable(network, trail, first, to.address.is_ipv6(), direction)?;
    let entry = entry(network, trail, first, from, direction)?;
    let mut gateways = vec![gateway];
    let mut attachment = first.transit_gateway_attachment_id.as_str();
    let last = loop {
        let gateway = gateways.last().copied().unwrap_or(gateway);
        let table = association(network, trail, attachment, gateway, direction)?;
        let onward = transit_route::next(network, trail, table, to.address, direction)?;
        match onward.kind {
            "vpc" if onward.resource != to.vpc => {
                let detail = format!("{} is in {}, not in {}", to.address, to.vpc, onward.resource);
                let code = PathCode::TransitGatewayRouteElsewhere;
                return Err(trail.block(code, table, None, direction, detail));
            }
            "vpc" => {
                let attachments = &network.snapshot().transit_gateway_vpc_attachments;
                let Some(last) = attachments.get(onward.attachment) else {
                    let document = Document::TransitGatewayVpcAttachments;
                    return Err(trail.missing(network, document, onward.attachment, direction));
                };
                break last;
            }
            "peering" => {
                peered(network, trail, onward.attachment, gateway, direction)?;
                if gateways.contains(&onward.resource) {
                    let detail = format!("{} leads back to {}", onward.attachment, onward.resource);
                    return Err(trail.block(PathCode::TransitGatewayLoop, table, None, direction, detail));
                }
                gateways.push(onward.resource);
                attachment = onward.attachment;
            }
            kind => {
                let detail = format!("the route leads to a {kind}, which is not modelled");
                return Err(trail.block(PathCode::RouteTargetUnmodelled, table, None, direction, detail));
            }
        }
    };
    usable(network, trail, last, to.address.is_ipv6(), direction)?;
    let exits = exits(network, last, entry);
    if exits.is_empty() {
        let (document, id) = (Document::TransitGatewayVpcAttachments, &last.transit_gateway_attachment_id);
        return Err(trail.missing(network, document, id, direction));
    }
    Ok(Transit { gateways, first, last, entry, exits })
}

/// Whether a VPC's attachment takes packets of this family.
fn usable(
    network: &Network<'_>,
    trail: &mut Trail,
    attachment: &TransitGatewayVpcAttachment,
    v6: bool,
    direction: Direction,
) -> Result<(), Lost> {
    let id = &attachment.transit_gateway_attachment_id;
    trail.uses(network, id, direction);
    available(network, trail, id, attachment.state.as_deref(), direction)?;
    let option = |get: fn(&VpcAttachmentOptions) -> Option<&str>| attachment.options.as_ref().and_then(get);
    if v6 {
        match option(|options| options.ipv6_support.as_deref()) {
            Some("enable") => {}
            Some(_) => {
                let detail = "the attachment does not carry IPv6".to_owned();
                return Err(trail.block(PathCode::TransitGatewayIpv6Off, id, None, direction, detail));
            }
            None => {
                return Err(trail.missing(network, Document::TransitGatewayVpcAttachments, id, direction));
            }
        }
    }
    trail.pass(Step::TransitGatewayAttachment, id, None, direction, String::new());
    Ok(())
}

fn available(
    network: &Network<'_>,
    trail: &mut Trail,
    id: &str,
    state: Option<&str>,
    direction: Direction,
) -> Result<(), Lost> {
    match state {
        Some("available") => Ok(()),
        Some("modifying") => {
            let detail = "the attachment is being changed".to_owned();
            Err(trail.block(PathCode::StateChanging, id, None, direction, detail))
        }
        Some(state) => {
            let detail = format!("the attachment is {state}");
            let code = PathCode::TransitGatewayAttachmentUnavailable;
            Err(trail.block(code, id, None, direction, detail))
        }
        None => Err(trail.missing(network, Document::TransitGatewayVpcAttachments, id, direction)),
    }
}

/// Whether a peering attachment is available, by whichever document says so.
fn peered(
    network: &Network<'_>,
    trail: &mut Trail,
    id: &str,
    gateway: &str,
    direction: Direction,
) -> Result<(), Lost> {
    trail.uses(network, id, direction);
    let snapshot = network.snapshot();
    let listed = snapshot.transit_gateway_attachments.get(id).and_then(|ends| ends.get(gateway));
    let own = snapshot.transit_gateway_peering_attachments.get(id).and_then(|it| it.state.as_deref());
    let state = listed.and_then(|it| it.state.as_deref()).or(own);
    if state.is_none() {
        return Err(trail.missing(network, Document::TransitGatewayPeeringAttachments, id, direction));
    }
    available(network, trail, id, state, direction)?;
    trail.pass(Step::TransitGatewayAttachment, id, None, direction, "to a peered gateway".to_owned());
    Ok(())
}

/// The table that packets from an attachment are looked up in.
fn association<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    attachment: &'a str,
    gateway: &'a str,
    direction: Direction,
) -> Result<&'a str, Lost> {
    let snapshot = network.snapshot();
    trail.uses(network, attachment, direction);
    let listed = snapshot.transit_gateway_attachments.get(attachment).and_then(|ends| ends.get(gateway));
    let own = listed.and_then(|it| it.association.as_ref()).and_then(|association| {
        Some((association.transit_gateway_route_table_id.as_deref()?, association.state.as_deref()))
    });
    // Both ends of a peering attachment share their id, so only tables of this gateway count.
    let of_gateway = |table: &str| {
        let gateway_of = snapshot.transit_gateway_route_tables.get(table);
        gateway_of.and_then(|it| it.transit_gateway_id.as_deref()) == Some(gateway)
    };
    let linked = || {
        let tables = snapshot.transit_gateway_associations.iter().filter(|(table, _)| of_gateway(table));
        tables.flat_map(|(table, links)| links.iter().map(move |link| (table, link))).find_map(
            |(table, link)| {
                let same = link.transit_gateway_attachment_id.as_deref() == Some(attachment);
                same.then(|| (table.as_str(), link.state.as_deref()))
            },
        )
    };
    match own.or_else(linked) {
        Some((table, None | Some("associated"))) => Ok(table),
        Some((table, Some(state))) if state != "disassociated" => {
            let detail = format!("its association with {attachment} is {state}");
            Err(trail.block(PathCode::StateChanging, table, None, direction, detail))
        }
        _ if listed.is_none() => {
            Err(trail.missing(network, Document::TransitGatewayAttachments, attachment, direction))
        }
        _ => {
            let detail = format!("associated with no route table of {gateway}");
            Err(trail.block(PathCode::TransitGatewayUnassociated, attachment, None, direction, detail))
        }
    }
}

/// The attachment subnet in the sender's zone: a resource in a zone without one cannot reach the gateway.
fn entry<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    attachment: &'a TransitGatewayVpcAttachment,
    from: &Place<'a>,
    direction: Direction,
) -> Result<&'a str, Lost> {
    let subnets = &network.snapshot().subnets;
    trail.uses(network, from.subnet, direction);
    // An attachment in the very subnet needs no zone to be known.
    if let Some(same) = attachment.subnet_ids.iter().find(|id| id.as_str() == from.subnet) {
        return Ok(same);
    }
    let Some(home) = subnets.get(from.subnet) else {
        return Err(trail.missing(network, Document::Subnets, from.subnet, direction));
    };
    let mut unknown = None;
    for id in &attachment.subnet_ids {
        trail.uses(network, id, direction);
        match subnets.get(id).map(|subnet| same_zone(home, subnet)) {
            Some(Some(true)) => return Ok(id),
            Some(Some(false)) => {}
            Some(None) | None => unknown = Some(id),
        }
    }
    if let Some(id) = unknown {
        return Err(trail.missing(network, Document::Subnets, id, direction));
    }
    let zone = home.availability_zone.as_deref().or(home.availability_zone_id.as_deref()).unwrap_or_default();
    let detail = format!("no attachment subnet in {zone}, where {} is", from.subnet);
    let id = &attachment.transit_gateway_attachment_id;
    Err(trail.block(PathCode::TransitGatewayZoneMissing, id, None, direction, detail))
}

/// The attachment subnets that a packet may arrive in: the gateway keeps it in its zone where it can,
/// unless appliance mode spreads flows.
fn exits<'a>(network: &Network<'a>, last: &'a TransitGatewayVpcAttachment, entry: &str) -> Vec<&'a str> {
    let subnets = &network.snapshot().subnets;
    let appliance = last.options.as_ref().and_then(|options| options.appliance_mode_support.as_deref());
    let kept = || {
        let home = subnets.get(entry)?;
        last.subnet_ids.iter().find(|id| {
            // A name means the same zone only within one account.
            subnets.get(id.as_str()).is_some_and(|subnet| {
                (subnet.availability_zone_id.is_some() || subnet.owner_id == home.owner_id)
                    && same_zone(home, subnet) == Some(true)
            })
        })
    };
    match kept() {
        Some(same) if appliance != Some("enable") => vec![same],
        _ => last.subnet_ids.iter().map(crate::snapshot::Id::as_str).collect(),
    }
}

/// Whether two subnets are in one zone, by the zone's id or else its name; `None` if that is not said.
fn same_zone(one: &Subnet, other: &Subnet) -> Option<bool> {
    match (&one.availability_zone_id, &other.availability_zone_id) {
        (Some(one), Some(other)) => Some(one == other),
        _ => Some(one.availability_zone.as_ref()? == other.availability_zone.as_ref()?),
    }
}
