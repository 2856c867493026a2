//! One leg, the way there or the way back: its routes, and the network ACLs that it passes.

use super::answer::{Answer, Direction};
use super::code::PathCode;
use super::index::Network;
use super::network_acl::{self, Check, Leg};
use super::peering;
use super::place::Place;
use super::route::{self, Target};
use super::trail::{Lost, Trail};
use super::transit_gateway::{self, Transit};
use crate::snapshot::{TransitGatewayVpcAttachment, VpcPeeringConnection};

/// How a packet gets from one subnet to another.
#[derive(Debug)]
pub(super) enum Way<'a> {
    Local,
    Peering(&'a VpcPeeringConnection),
    Transit(Box<Transit<'a>>),
}

/// The network ACLs that a leg passes.
#[derive(Debug)]
pub(super) enum Course<'a> {
    /// These.
    One(Vec<Check<'a>>),
    /// Those of one of several arrivals, and what is in its way beside them; all have to agree.
    Several(&'a TransitGatewayVpcAttachment, Vec<(&'a str, Trail, Vec<Check<'a>>)>),
}

/// Goes from one subnet to another.
pub(super) fn travel<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    from: &Place<'a>,
    to: &Place<'a>,
    direction: Direction,
    leg: &Leg,
) -> Result<Way<'a>, Lost> {
    let (way, course) = course(network, trail, from, to, direction);
    match course {
        Course::One(checks) => network_acl::check(network, trail, &checks, leg),
        Course::Several(last, arrivals) => arrive(network, trail, last, arrivals, direction, leg),
    }
    way
}

/// Finds the way from one subnet to another, and the network ACLs on it.
pub(super) fn course<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    from: &Place<'a>,
    to: &Place<'a>,
    direction: Direction,
) -> (Result<Way<'a>, Lost>, Course<'a>) {
    let way = way(network, trail, from, to, direction);
    let mut checks = vec![Check { subnet: from.subnet, egress: true, far: to.address }];
    let arrival = Check { subnet: to.subnet, egress: false, far: from.address };
    let course = match &way {
        Ok(Way::Transit(transit)) => {
            checks.push(Check { subnet: transit.entry, egress: false, far: from.address });
            let arrivals = transit.exits.iter().map(|exit| {
                let (mut own, mut checks) = (Trail::default(), checks.clone());
                // In the attachment's own subnet no route is looked up, and no ACL rule evaluated
                // (AWS: vpc/tgw/tgw-nacls).
                if *exit != to.subnet {
                    deliver(network, &mut own, exit, to, direction);
                    checks.push(Check { subnet: exit, egress: true, far: to.address });
                    checks.push(arrival.clone());
                }
                (*exit, own, checks)
            });
            Course::Several(transit.last, arrivals.collect())
        }
        // Whether it passes the far subnet's ACL depends on the way: a transit gateway may skip it.
        Err(Lost::Undecided) if from.vpc != to.vpc => Course::One(checks),
        _ => {
            checks.push(arrival);
            Course::One(checks)
        }
    };
    (way, course)
}

/// Finds the way from one subnet to another by its routes.
fn way<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    from: &Place<'a>,
    to: &Place<'a>,
    direction: Direction,
) -> Result<Way<'a>, Lost> {
    let (target, table) = route::next(network, trail, from.subnet, from.vpc, to.address, direction)?;
    match target {
        Target::Peering(id) => {
            peering::cross(network, trail, id, from.vpc, to.vpc, to.address, direction).map(Way::Peering)
        }
        Target::TransitGateway(id) => {
            let transit = transit_gateway::cross(network, trail, id, from, to, direction)?;
            Ok(Way::Transit(Box::new(transit)))
        }
        _ if from.vpc == to.vpc => Ok(Way::Local),
        _ => {
            let detail =
                format!("the local route keeps {} in {}, and it is in {}", to.address, from.vpc, to.vpc);
            Err(trail.block(PathCode::RouteElsewhere, table, None, direction, detail))
        }
    }
}

/// From the attachment subnet onward. Where it may be one of several, all have to agree.
fn arrive<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    last: &TransitGatewayVpcAttachment,
    arrivals: Vec<(&str, Trail, Vec<Check<'a>>)>,
    direction: Direction,
    leg: &Leg,
) {
    let exits: Vec<&str> = arrivals.iter().map(|(exit, ..)| *exit).collect();
    let mut arrivals = arrivals.into_iter().map(|(_, mut own, checks)| {
        network_acl::check(network, &mut own, &checks, leg);
        own
    });
    let Some(first) = arrivals.next() else { return };
    let others: Vec<Trail> = arrivals.collect();
    if others.iter().any(|other| other.answer() != first.answer()) {
        let exits = exits.join(", ");
        let detail = format!("which of {exits} is passed is not known, and not all let it pass");
        let id = &last.transit_gateway_attachment_id;
        trail.block(PathCode::TransitGatewaySubnetAmbiguous, id, None, direction, detail);
        return;
    }
    if first.answer() == Answer::Allowed {
        // The hops of one of them stand for all.
        trail.hops.extend(first.hops.iter().cloned());
    }
    for own in std::iter::once(first).chain(others) {
        for it in own.blockers.into_iter().chain(own.warnings) {
            trail.adopt(it);
        }
    }
}

/// The attachment subnet's own table has to lead on to the address.
fn deliver<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    exit: &'a str,
    to: &Place<'a>,
    direction: Direction,
) {
    match route::next(network, trail, exit, to.vpc, to.address, direction) {
        Ok((Target::Local, _)) | Err(_) => {}
        Ok((_, table)) => {
            let detail = format!("the table of {exit} leads {} out of {} again", to.address, to.vpc);
            trail.block(PathCode::RouteElsewhere, table, None, direction, detail);
        }
    }
}
