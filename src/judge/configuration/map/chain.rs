//! A path as a chain of what it passes, in the order in which a packet comes by.

use std::collections::BTreeSet;

use crate::finding::map::PartKind;
use crate::network::{Blocker, Direction, End, Hop, PathCode, PathResult, Spot, Step};
use crate::snapshot::Snapshot;

/// One thing on the way, with all that the path has to say of it.
#[derive(Debug)]
pub(super) struct Link<'r> {
    pub place: Place,
    pub hops: Vec<&'r Hop>,
    pub blockers: Vec<&'r Blocker>,
    pub warnings: Vec<&'r Blocker>,
}

/// Which thing: where it stands, and what tells it from others there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub stage: Stage,
    /// Counts gateways and peerings in the order in which they are passed; 0 elsewhere.
    pub turn: usize,
    pub kind: PartKind,
    pub ids: Vec<String>,
    /// The subnet that a network ACL or route table is there for.
    pub subnet: Option<String>,
}

/// How far from the source. Both ends have the same things in opposite order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Source,
    SourceGroup,
    SourceAcl,
    SourceTable,
    /// A transit gateway's subnets in the source's VPC.
    Entry,
    Gateway,
    /// A transit gateway's subnets in the destination's VPC.
    Exit,
    DestinationTable,
    DestinationAcl,
    DestinationGroup,
    Destination,
}

/// The chain of a path. Both ends are always in it.
pub(super) fn chain<'r>(result: &'r PathResult, snapshot: &Snapshot) -> Vec<Link<'r>> {
    let way = Way { result, snapshot, gateways: gateways(result) };
    let mut links: Vec<Link<'r>> = Vec::new();
    for end in [Stage::Source, Stage::Destination] {
        links.push(Link::at(way.end(end)));
    }
    for hop in &result.hops {
        if let Some(place) = way.of_hop(hop) {
            find(&mut links, place).hops.push(hop);
        }
    }
    for blocker in &result.blockers {
        let place = way.of_blocker(blocker);
        find(&mut links, place).blockers.push(blocker);
    }
    for warning in &result.warnings {
        let place = way.of_blocker(warning);
        find(&mut links, place).warnings.push(warning);
    }
    links.sort_by(|one, other| one.place.cmp(&other.place));
    join_tables(&mut links);
    links
}

/// Where one table routes both ends, it is one thing on the way, not two.
fn join_tables(links: &mut Vec<Link<'_>>) {
    let at = |stage, links: &[Link<'_>]| links.iter().position(|link| link.place.stage == stage);
    let ends = (at(Stage::SourceTable, links), at(Stage::DestinationTable, links));
    let (Some(one), Some(other)) = ends else { return };
    let between =
        links.iter().any(|link| matches!(link.place.stage, Stage::Entry | Stage::Gateway | Stage::Exit));
    let same = links.get(one).map(|link| &link.place.ids) == links.get(other).map(|link| &link.place.ids);
    if same && !between {
        let other = links.remove(other);
        if let Some(one) = links.get_mut(one) {
            one.hops.extend(other.hops);
            one.blockers.extend(other.blockers);
            one.warnings.extend(other.warnings);
            one.place.subnet = None;
        }
    }
}

impl Link<'_> {
    fn at(place: Place) -> Self {
        Self { place, hops: Vec::new(), blockers: Vec::new(), warnings: Vec::new() }
    }
}

fn find<'l, 'r>(links: &'l mut Vec<Link<'r>>, place: Place) -> &'l mut Link<'r> {
    let at = links.iter().position(|link| link.place == place).unwrap_or_else(|| {
        links.push(Link::at(place));
        links.len() - 1
    });
    &mut links[at]
}

/// Gateways and peerings, in the order of the way there; those of the way back where they fit in.
fn gateways(result: &PathResult) -> Vec<&str> {
    let of = |back: bool| {
        let passed =
            result.hops.iter().filter(|hop| is_gateway(hop.step)).map(|hop| (hop.direction, &hop.component));
        let stopped = result.blockers.iter().filter(|it| is_gateway_id(&it.component));
        let stopped = stopped.map(|blocker| (blocker.direction, &blocker.component));
        passed
            .chain(stopped)
            .filter(move |(direction, _)| (*direction == Direction::Reply) == back)
            .map(|(_, id)| id.as_str())
            .collect::<Vec<_>>()
    };
    let mut order: Vec<&str> = Vec::new();
    for id in of(false) {
        if !order.contains(&id) {
            order.push(id);
        }
    }
    let mut at = 0;
    for id in of(true).into_iter().rev() {
        if let Some(had) = order.iter().position(|had| *had == id) {
            at = had + 1;
        } else {
            order.insert(at, id);
            at += 1;
        }
    }
    order
}

fn is_gateway(step: Step) -> bool {
    matches!(step, Step::Peering | Step::TransitGatewayAttachment | Step::TransitGatewayRouteTable)
}

fn is_gateway_id(id: &str) -> bool {
    id.starts_with("pcx-") || id.starts_with("tgw-")
}

fn gateway_kind(id: &str) -> PartKind {
    match id {
        _ if id.starts_with("pcx-") => PartKind::Peering,
        _ if id.starts_with("tgw-rtb-") => PartKind::GatewayTable,
        _ if id.starts_with("tgw-") => PartKind::Attachment,
        _ => PartKind::Other,
    }
}

/// One path, asked where things are.
struct Way<'r, 's> {
    result: &'r PathResult,
    snapshot: &'s Snapshot,
    gateways: Vec<&'r str>,
}

impl Way<'_, '_> {
    fn end(&self, stage: Stage) -> Place {
        let (end, kind, asked) = if stage == Stage::Source {
            (&self.result.source, PartKind::Source, &self.result.from)
        } else {
            (&self.result.destination, PartKind::Destination, &self.result.to)
        };
        let id = end.as_ref().and_then(|end| end.interface.clone()).unwrap_or_else(|| asked.clone());
        // Sources are told apart by the group that they are in; see `judge`.
        let ids = if stage == Stage::Source { Vec::new() } else { vec![id] };
        Place { stage, turn: 0, kind, ids, subnet: None }
    }

    fn of_hop(&self, hop: &Hop) -> Option<Place> {
        match (hop.step, &hop.spot) {
            (Step::Instance | Step::Subnet, _) => None,
            (Step::SecurityGroup | Step::NetworkAcl | Step::RouteTable, Some(spot)) => {
                Some(self.at_spot(spot, hop.direction, &hop.component))
            }
            _ => Some(self.gateway(&hop.component)),
        }
    }

    fn of_blocker(&self, blocker: &Blocker) -> Place {
        if let Some(spot) = &blocker.spot {
            return self.at_spot(spot, blocker.direction, &blocker.component);
        }
        let of = |end: &Option<End>| {
            end.as_ref().is_some_and(|end| {
                let own =
                    [end.interface.as_ref(), end.instance.as_ref(), Some(&end.address), Some(&end.subnet)];
                own.contains(&Some(&blocker.component))
            })
        };
        match (blocker.code, blocker.direction) {
            (PathCode::AddressFamilyMismatch | PathCode::TranslationUndecided, _) => self.end(Stage::Source),
            _ if is_gateway_id(&blocker.component) => self.gateway(&blocker.component),
            _ if of(&self.result.source) => self.end(Stage::Source),
            _ if of(&self.result.destination) => self.end(Stage::Destination),
            (_, Direction::Egress) => self.end(Stage::Source),
            (_, Direction::Ingress) => self.end(Stage::Destination),
            _ => self.gateway(&blocker.component),
        }
    }

    fn gateway(&self, id: &str) -> Place {
        let turn = self.gateways.iter().position(|had| *had == id).unwrap_or(self.gateways.len());
        Place { stage: Stage::Gateway, turn, kind: gateway_kind(id), ids: vec![id.to_owned()], subnet: None }
    }

    fn at_spot(&self, spot: &Spot, direction: Direction, component: &str) -> Place {
        let subnet = |end: &Option<End>| end.as_ref().is_some_and(|end| end.subnet == spot.subnet);
        let (near, far) = (subnet(&self.result.source), subnet(&self.result.destination));
        let (kind, stages) = match spot.step {
            Step::Instance => {
                return self.end(if direction == Direction::Egress {
                    Stage::Source
                } else {
                    Stage::Destination
                });
            }
            Step::SecurityGroup => {
                let (stage, end) = if direction == Direction::Egress {
                    (Stage::SourceGroup, &self.result.source)
                } else {
                    (Stage::DestinationGroup, &self.result.destination)
                };
                let carried = end.as_ref().map_or(&[] as &[String], |end| &end.groups);
                // All that the end carries is one filter: the union of their rules.
                let mut ids: BTreeSet<String> = carried.iter().cloned().collect();
                if ids.is_empty() {
                    ids.insert(component.to_owned());
                }
                let ids = ids.into_iter().collect();
                return Place { stage, turn: 0, kind: PartKind::SecurityGroup, ids, subnet: None };
            }
            Step::NetworkAcl => (PartKind::NetworkAcl, [Stage::SourceAcl, Stage::DestinationAcl]),
            _ => (PartKind::RouteTable, [Stage::SourceTable, Stage::DestinationTable]),
        };
        let stage = match (near, far) {
            (true, _) => stages[0],
            (_, true) => stages[1],
            _ if self.is_beyond(&spot.subnet) => Stage::Exit,
            _ => Stage::Entry,
        };
        // Out of the gateway the table comes before the ACL, into it behind.
        let turn = match (stage, kind) {
            (Stage::Entry, PartKind::RouteTable) | (Stage::Exit, PartKind::NetworkAcl) => 1,
            _ => 0,
        };
        Place { stage, turn, kind, ids: vec![component.to_owned()], subnet: Some(spot.subnet.clone()) }
    }

    /// Whether a subnet is in the destination's VPC and not in the source's.
    fn is_beyond(&self, subnet: &str) -> bool {
        let vpc = self.snapshot.subnets.get(subnet).and_then(|subnet| subnet.vpc_id.as_deref());
        let of = |end: &Option<End>| end.as_ref().is_some_and(|end| Some(end.vpc.as_str()) == vpc);
        of(&self.result.destination) && !of(&self.result.source)
    }
}
