//! From one place to another, with everything at once: what [`evaluate_path`](super::evaluate_path) answers for
//! one packet, as sets of services.
//!
//! The roads are the evaluator's own. Group rules and network ACLs, which alone tell services apart, are
//! worked out as sets.

mod filter;

use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::answer::Direction;
use super::code::PathCode;
use super::index::Network;
use super::leg::{self, Course, Way};
use super::network_acl::{Check, undecided_entry, undecided_filter};
use super::outcome::{Outcome, Reason, Tally};
use super::path::{Guise, guise};
use super::place::{DESTINATION, Place, SOURCE};
use super::question::{LINUX_PORTS, TRANSLATED_PORTS, Translation};
use super::reference::reach;
use super::security_group::{Reach, is_filtered};
use super::space::Services;
use super::state;
use super::trail::{Lost, Trail};
use crate::snapshot::Document;

/// What packets are asked for: those there, or the answers to a client's ports.
#[derive(Debug, Clone)]
enum Asked {
    There,
    Answers(RangeInclusive<u16>),
}

/// What passes from an address to another interface's. Packets that stay on one instance are not its matter.
pub(super) fn between(
    network: &Network<'_>,
    from: &Place<'_>,
    to: &Place<'_>,
    translation: Translation,
) -> Outcome {
    let mut tally = Tally::default();
    let own = || walk(network, from, to, LINUX_PORTS);
    match guise(network, from, to, translation) {
        Guise::Own => return own().outcome(),
        Guise::Node(node) => return walk(network, &node, to, TRANSLATED_PORTS).outcome(),
        Guise::Hidden => {
            tally = own();
            let mut trail = Trail::default();
            let instance = from.instance().unwrap_or_default();
            trail.missing(network, Document::NetworkInterfaces, instance, Direction::Egress);
            tally.absorb(&trail);
        }
        Guise::Either(node) => {
            let as_node = walk(network, &node, to, TRANSLATED_PORTS);
            let (code, component) = (PathCode::TranslationUndecided, from.id().to_owned());
            tally.absorb_agreed(&[own(), as_node], Reason { code, component, detail: String::new() });
        }
    }
    tally.outcome()
}

fn walk<'a>(network: &Network<'a>, from: &Place<'a>, to: &Place<'a>, client: RangeInclusive<u16>) -> Tally {
    let mut tally = Tally::default();
    let mut trail = Trail::default();
    for (place, role) in [(from, SOURCE), (to, DESTINATION)] {
        if let Some(interface) = place.interface {
            trail.uses(network, &interface.network_interface_id, role.direction);
        }
        state::check(network, &mut trail, place, role);
    }
    tally.absorb(&trail);
    let certain = network.is_certain();
    if certain && tally.is_closed() {
        return tally;
    }
    let forward = if from.subnet == to.subnet {
        Ok(Way::Local)
    } else {
        let there = travel(network, &mut tally, from, to, Direction::Forward, &Asked::There);
        if certain && tally.is_closed() {
            return tally;
        }
        let _ = travel(network, &mut tally, to, from, Direction::Reply, &Asked::Answers(client));
        there
    };
    if certain && tally.is_closed() {
        return tally;
    }
    if is_filtered(network, from) {
        let out = reach(network, from, to, forward.as_ref(), Direction::Egress);
        filter::check(network, &mut tally, from, to, Direction::Egress, &out);
    }
    if is_filtered(network, to) {
        let into = reach(network, from, to, forward.as_ref(), Direction::Ingress);
        filter::check(network, &mut tally, to, from, Direction::Ingress, &into);
    }
    tally
}

/// What an interface's groups admit from each of some places, if references to groups reach, if they do not and if
/// that is not known.
pub(super) fn admissions(network: &Network<'_>, from: &[Place<'_>], to: &Place<'_>) -> Vec<Outcome> {
    let reaches = [Reach::Yes, Reach::No(""), Reach::Undecided("")];
    let each = from.iter().flat_map(|from| reaches.clone().map(|reach| (from, reach)));
    each.map(|(from, reach)| {
        let mut tally = Tally::default();
        filter::check(network, &mut tally, to, from, Direction::Ingress, &reach);
        tally.outcome()
    })
    .collect()
}

/// What the filters at an interface admit from an address that no interface of the snapshot has. How such
/// packets come there is not in the snapshot, nor is what answers for a service's interface.
pub(super) fn admitted(network: &Network<'_>, far: IpAddr, to: &Place<'_>) -> Outcome {
    let mut tally = Tally::default();
    let mut trail = Trail::default();
    if let Some(interface) = to.interface {
        trail.uses(network, &interface.network_interface_id, Direction::Ingress);
    }
    state::check(network, &mut trail, to, DESTINATION);
    trail.blockers.retain(|blocker| blocker.code != PathCode::DestinationService);
    tally.absorb(&trail);
    let subnet = network.snapshot().subnets.get(to.subnet);
    let blocks = || {
        let subnet = subnet.into_iter();
        subnet.flat_map(super::origin::blocks).any(|block| block.contains(&far))
    };
    if subnet.is_none() {
        let mut filtered = Tally::default();
        acls_of(network, &mut filtered, to.subnet, far);
        // Inside the subnet no network ACL is passed, and which addresses are inside is not known.
        let mut trail = Trail::default();
        trail.missing(network, Document::Subnets, to.subnet, Direction::Ingress);
        let outcome = filtered.outcome();
        let open = outcome.open.clone();
        let closed = &Services::everything() - &open;
        tally.absorb_for(&trail, &closed);
    } else if !blocks() {
        acls_of(network, &mut tally, to.subnet, far);
    }
    let stranger = Place { address: far, interface: None, subnet: "", vpc: "", groups: Vec::new() };
    if is_filtered(network, to) {
        filter::check(network, &mut tally, to, &stranger, Direction::Ingress, &Reach::Yes);
    }
    tally.outcome()
}

fn acls_of(network: &Network<'_>, tally: &mut Tally, subnet: &str, far: IpAddr) {
    acls(network, tally, &[Check { subnet, egress: false, far }], &Asked::There);
    acls(network, tally, &[Check { subnet, egress: true, far }], &Asked::Answers(LINUX_PORTS));
}

fn travel<'a>(
    network: &Network<'a>,
    tally: &mut Tally,
    from: &Place<'a>,
    to: &Place<'a>,
    direction: Direction,
    asked: &Asked,
) -> Result<Way<'a>, Lost> {
    let mut trail = Trail::default();
    let (way, course) = leg::course(network, &mut trail, from, to, direction);
    tally.absorb(&trail);
    match course {
        Course::One(checks) => acls(network, tally, &checks, asked),
        Course::Several(last, arrivals) => {
            let possible: Vec<Tally> = arrivals
                .into_iter()
                .map(|(_, trail, checks)| {
                    let mut own = Tally::default();
                    own.absorb(&trail);
                    acls(network, &mut own, &checks, asked);
                    own
                })
                .collect();
            let component = last.transit_gateway_attachment_id.to_string();
            let code = PathCode::TransitGatewaySubnetAmbiguous;
            tally.absorb_agreed(&possible, Reason { code, component, detail: String::new() });
        }
    }
    way
}

/// A packet has to pass every network ACL, an answer has to find one port that passes them all.
fn acls(network: &Network<'_>, tally: &mut Tally, checks: &[Check<'_>], asked: &Asked) {
    let mut common = Services::everything();
    for check in checks {
        let direction = if check.egress { Direction::Egress } else { Direction::Ingress };
        let mut trail = Trail::default();
        if let Some(it) = undecided_filter(network, check) {
            tally.doubt(Reason::open(it, check.subnet, direction), &Services::everything());
            continue;
        }
        match network.filter_of(check.subnet) {
            Some(filter) => {
                trail.uses(network, filter.id, direction);
                let open = undecided_entry(network, filter, check);
                let (mut passing, left) =
                    filter.services(check.egress, check.far, open.map(|(number, _)| number));
                if let Some((_, it)) = open {
                    let unsure = match asked {
                        Asked::There => left.clone(),
                        // Without those that are not answered, whatever passes.
                        Asked::Answers(client) => &left.answered(client) - &Services::new().answered(client),
                    };
                    tally.doubt(Reason::open(it, filter.id, direction), &unsure);
                    passing = &passing | &left;
                    if let Asked::Answers(client) = asked {
                        // Which of a client's ports it leaves is not known, so it narrows none of them.
                        passing = &passing | &left.on_all(client);
                    }
                }
                common = &common & &passing;
            }
            None => {
                trail.missing(network, Document::NetworkAcls, check.subnet, direction);
            }
        }
        tally.absorb(&trail);
    }
    let passing = match asked {
        Asked::There => common,
        Asked::Answers(client) => common.answered(client),
    };
    tally.deny(&(&Services::everything() - &passing));
}
