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
use super::path::{Guise, guise, node_of};
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

/// What lies between two places, for everything that can be sent: the way there and back, and the network ACLs on both.
/// It follows from their addresses, subnets and VPCs alone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Road {
    tally: Tally,
    /// Whether references to groups reach over it, out of the one and into the other.
    out: Reach,
    into: Reach,
}

impl Road {
    fn find(network: &Network<'_>, from: &Place<'_>, to: &Place<'_>, client: RangeInclusive<u16>) -> Self {
        let mut tally = Tally::default();
        let forward = if from.subnet == to.subnet {
            Ok(Way::Local)
        } else {
            let there = travel(network, &mut tally, from, to, Direction::Forward, &Asked::There);
            let _ = travel(network, &mut tally, to, from, Direction::Reply, &Asked::Answers(client));
            there
        };
        let [out, into] = [Direction::Egress, Direction::Ingress]
            .map(|direction| reach(network, from, to, forward.as_ref(), direction));
        Self { tally, out, into }
    }
}

/// In which guise a sender's packets come to another, and over which roads.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Roads {
    Own(Road),
    Node(Road),
    /// Its own or its node's; which is not known.
    Either(Road, Road),
    /// Perhaps its node's, which is not known.
    Hidden(Road),
}

impl Roads {
    pub(super) fn find(network: &Network<'_>, from: &Place<'_>, to: &Place<'_>, by: Translation) -> Self {
        let own = || Road::find(network, from, to, LINUX_PORTS);
        let as_node = |node: &Place<'_>| Road::find(network, node, to, TRANSLATED_PORTS);
        match guise(network, from, to, by) {
            Guise::Own => Self::Own(own()),
            Guise::Node(node) => Self::Node(as_node(&node)),
            Guise::Either(node) => Self::Either(own(), as_node(&node)),
            Guise::Hidden => Self::Hidden(own()),
        }
    }

    fn each(&self) -> impl Iterator<Item = &Road> {
        let (one, other) = match self {
            Self::Own(road) | Self::Node(road) | Self::Hidden(road) => (road, None),
            Self::Either(own, node) => (own, Some(node)),
        };
        [one].into_iter().chain(other)
    }

    /// Whether nothing passes any of them for certain, whatever stands at their ends.
    pub(super) fn are_closed(&self) -> bool {
        self.each().all(|road| road.tally.is_closed() && !road.tally.is_disputed())
    }

    /// Whether files disagree about one of them, or a plan changes it in a way that is not modelled.
    pub(super) fn are_disputed(&self) -> bool {
        self.each().any(|road| road.tally.is_disputed())
    }
}

/// What passes from an address to another interface's over these roads, which [`Roads::find`] gives for the two or for
/// others in the same places. Packets that stay on one instance are not its matter.
pub(super) fn between(network: &Network<'_>, roads: &Roads, from: &Place<'_>, to: &Place<'_>) -> Outcome {
    let mut tally = Tally::default();
    match (roads, node_of(network, from)) {
        (Roads::Own(road), _) => return walk(network, road, from, to).outcome(),
        (Roads::Node(road), Some(node)) => return walk(network, road, &node, to).outcome(),
        (Roads::Either(own, nodes), Some(node)) => {
            let both = [walk(network, own, from, to), walk(network, nodes, &node, to)];
            let (code, component) = (PathCode::TranslationUndecided, from.id().to_owned());
            tally.absorb_agreed(&both, Reason { code, component, detail: String::new() });
        }
        (Roads::Hidden(road) | Roads::Node(road) | Roads::Either(road, _), _) => {
            tally = walk(network, road, from, to);
            let mut trail = Trail::default();
            let instance = from.instance().unwrap_or_default();
            trail.missing(network, Document::NetworkInterfaces, instance, Direction::Egress);
            tally.absorb(&trail);
        }
    }
    tally.outcome()
}

fn walk(network: &Network<'_>, road: &Road, from: &Place<'_>, to: &Place<'_>) -> Tally {
    let mut tally = road.tally.clone();
    let mut trail = Trail::default();
    for (place, role) in [(from, SOURCE), (to, DESTINATION)] {
        if let Some(interface) = place.interface {
            trail.uses(network, &interface.network_interface_id, role.direction);
        }
        state::check(network, &mut trail, place, role);
    }
    tally.absorb(&trail);
    if network.is_certain() && tally.is_closed() {
        return tally;
    }
    if is_filtered(network, from) {
        filter::check(network, &mut tally, from, to, Direction::Egress, &road.out);
    }
    if is_filtered(network, to) {
        filter::check(network, &mut tally, to, from, Direction::Ingress, &road.into);
    }
    tally
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
