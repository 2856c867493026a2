//! A transit gateway's routes: longest prefix, then static, prefix list, and propagated by what propagates
//! (AWS: vpc/tgw/how-transit-gateways-work, route evaluation order).

use std::net::IpAddr;

use ipnet::IpNet;

use super::answer::{Direction, Step};
use super::code::PathCode;
use super::index::Network;
use super::trail::{Lost, Trail};
use crate::snapshot::{Document, TransitGatewayRoute};

/// The attachment that a route leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Onward<'a> {
    pub attachment: &'a str,
    pub kind: &'a str,
    pub resource: &'a str,
}

#[derive(Debug, Clone, Copy)]
struct Candidate<'a> {
    destination: IpNet,
    class: u8,
    state: &'a str,
    /// `None` where the route names none, or several.
    onward: Option<Onward<'a>>,
}

impl Candidate<'_> {
    fn rank(&self) -> (u8, u8) {
        (self.destination.prefix_len(), self.class)
    }
}

const STATIC: u8 = 6;
const PREFIX_LIST: u8 = 5;

/// Propagated routes of one length, the best first: VPC, Direct Connect, Connect, VPN.
fn propagated(kind: &str) -> u8 {
    match kind {
        "vpc" => 4,
        "direct-connect-gateway" => 3,
        "connect" => 2,
        "vpn" => 1,
        _ => 0,
    }
}

/// Where a table sends packets for `address`.
pub(super) fn next<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    table: &'a str,
    address: IpAddr,
    direction: Direction,
) -> Result<Onward<'a>, Lost> {
    trail.uses(network, table, direction);
    let mut candidates = Vec::new();
    let doubt = gather(network, trail, table, address, direction, &mut candidates)?;
    let best = candidates.iter().max_by_key(|candidate| candidate.rank()).copied();
    let host = if address.is_ipv4() { 32 } else { 128 };
    if !doubt.blockers.is_empty() && best.is_none_or(|best| best.rank() != (host, STATIC)) {
        for it in doubt.blockers {
            trail.block(it.code, &it.component, it.rule, it.direction, it.detail);
        }
        return Err(Lost::Undecided);
    }
    let Some(best) = best else {
        let detail = format!("no route of the table matches {address}");
        return Err(trail.block(PathCode::TransitGatewayRouteMissing, table, None, direction, detail));
    };
    let rule = Some(best.destination.to_string());
    let mut equal = candidates.iter().filter(|other| other.rank() == best.rank());
    if equal.any(|other| other.onward != best.onward || other.state != best.state) {
        let detail = format!("AWS does not say which of the equal routes for {} is taken", best.destination);
        return Err(trail.block(PathCode::RouteAmbiguous, table, rule, direction, detail));
    }
    match best.state {
        "active" => {}
        "blackhole" => {
            let detail = format!("the route that matches {address} best is a blackhole");
            return Err(trail.block(PathCode::TransitGatewayRouteBlackhole, table, rule, direction, detail));
        }
        state => {
            let detail = format!("the route that matches {address} best is {state}");
            return Err(trail.block(PathCode::StateChanging, table, rule, direction, detail));
        }
    }
    let Some(onward) = best.onward else {
        let detail = "the route names no attachment, or several".to_owned();
        return Err(trail.block(PathCode::RouteAmbiguous, table, rule, direction, detail));
    };
    let detail = format!("{address} by {}", onward.attachment);
    trail.pass(Step::TransitGatewayRouteTable, table, rule, direction, detail);
    Ok(onward)
}

/// Collects the matching routes. What is returned says which others there may be.
fn gather<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    table: &'a str,
    address: IpAddr,
    direction: Direction,
    candidates: &mut Vec<Candidate<'a>>,
) -> Result<Trail, Lost> {
    let snapshot = network.snapshot();
    let Some(found) = snapshot.transit_gateway_routes.get(table) else {
        return Err(trail.missing(network, Document::TransitGatewayRoutes, table, direction));
    };
    let mut doubt = Trail::default();
    let incomplete = |doubt: &mut Trail, detail: String| {
        doubt.block(PathCode::SnapshotIncomplete, table, None, direction, detail);
    };
    if found.additional_routes_available {
        incomplete(&mut doubt, "the search says that there are more routes than it lists".to_owned());
    }
    candidates.extend(found.routes.iter().filter_map(|route| searched(route, address)));
    let references = snapshot.transit_gateway_prefix_list_references.get(table);
    for reference in references.into_iter().flatten() {
        let Some(list) = &reference.prefix_list_id else { continue };
        if found.routes.iter().any(|route| route.prefix_list_id.as_ref() == Some(list)) {
            continue;
        }
        let Some(entries) = network.entries(list) else {
            doubt.missing(network, Document::PrefixListEntries, list, direction);
            continue;
        };
        let state = if reference.blackhole { "blackhole" } else { "active" };
        let onward = reference.transit_gateway_attachment.as_ref().map(onward);
        for destination in entries.into_iter().filter(|entry| entry.contains(&address)) {
            candidates.push(Candidate { destination, class: PREFIX_LIST, state, onward });
        }
    }
    // A search for static routes alone is told by its having no propagated one. The routes of VPCs follow
    // from their blocks; what is learnt over BGP does not follow from anything.
    if found.routes.iter().any(|route| route.r#type.as_deref() == Some("propagated")) {
        return Ok(doubt);
    }
    let Some(propagations) = snapshot.transit_gateway_propagations.get(table) else {
        doubt.missing(network, Document::TransitGatewayPropagations, table, direction);
        return Ok(doubt);
    };
    for link in propagations {
        let (kind, resource) = (
            link.resource_type.as_deref().unwrap_or_default(),
            link.resource_id.as_deref().unwrap_or_default(),
        );
        let attachment = link.transit_gateway_attachment_id.as_deref().unwrap_or_default();
        match link.state.as_deref() {
            Some("disabled") => continue,
            Some("enabled") => {}
            _ => {
                let detail = format!("propagation from {attachment} is changing");
                doubt.block(PathCode::StateChanging, table, None, direction, detail);
                continue;
            }
        }
        if kind != "vpc" {
            let advice = "search it for static and propagated routes";
            incomplete(
                &mut doubt,
                format!("{kind} {attachment} propagates routes that are not listed; {advice}"),
            );
            continue;
        }
        let Some(vpc) = snapshot.vpcs.get(resource) else {
            doubt.missing(network, Document::Vpcs, resource, direction);
            continue;
        };
        doubt.uses(network, resource, direction);
        let onward = Some(Onward { attachment, kind, resource });
        for destination in vpc.blocks().filter(|block| block.contains(&address)) {
            candidates.push(Candidate { destination, class: propagated(kind), state: "active", onward });
        }
    }
    Ok(doubt)
}

/// A route that a search lists, if it matches.
fn searched(route: &TransitGatewayRoute, address: IpAddr) -> Option<Candidate<'_>> {
    let destination = route.destination_cidr_block.filter(|block| block.contains(&address))?;
    let state = route.state.as_deref().unwrap_or("unstated");
    if state == "deleted" {
        return None;
    }
    let onward = match route.transit_gateway_attachments.as_slice() {
        [one] => Some(onward(one)),
        _ => None,
    };
    let kind = route.transit_gateway_attachments.first().and_then(|it| it.resource_type.as_deref());
    let class = match route.r#type.as_deref() {
        Some("propagated") => propagated(kind.unwrap_or_default()),
        _ if route.prefix_list_id.is_some() => PREFIX_LIST,
        _ => STATIC,
    };
    Some(Candidate { destination, class, state, onward })
}

fn onward(attachment: &crate::snapshot::TransitGatewayRouteAttachment) -> Onward<'_> {
    Onward {
        attachment: attachment.transit_gateway_attachment_id.as_deref().unwrap_or_default(),
        kind: attachment.resource_type.as_deref().unwrap_or_default(),
        resource: attachment.resource_id.as_deref().unwrap_or_default(),
    }
}
