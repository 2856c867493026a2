//! Addresses that fare alike in two snapshots: same owner but for its name, same side of every cut.

mod class;
mod segment;

use std::collections::HashMap;
use std::net::IpAddr;

use super::changed::Changed;
use super::index::Network;
use super::path::{may_be_pod, node_of};
use super::place::{Place, SOURCE};
use super::space::Cuts;
use super::trail::Trail;
use crate::snapshot::{NetworkInterface, Undecided};

pub(super) use class::{Classes, Numbers};
pub(super) use segment::{addresses_of, blocks};

/// Who has an address.
#[derive(Debug, Clone)]
pub(super) enum Owner<'a> {
    Nobody,
    /// An interface that the other snapshot has, and that this one leaves open.
    Open(&'a Undecided),
    One(&'a NetworkInterface),
    Several(Vec<&'a str>),
}

impl<'a> Owner<'a> {
    fn ids(&self) -> Vec<&'a str> {
        match self {
            Self::Nobody | Self::Open(_) => Vec::new(),
            Self::One(interface) => vec![&interface.network_interface_id],
            Self::Several(ids) => ids.clone(),
        }
    }
}

/// Whose address it is, as far as that matters in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Kind<'a> {
    Nobody,
    Open(&'a str),
    Several(Vec<&'a str>),
    /// The class, whether it may be a pod's, and the interval that its address is in.
    One(usize, bool, usize),
}

/// Where packets begin in one snapshot: all that the way to another place follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Spot<'a> {
    pub subnet: &'a str,
    pub vpc: &'a str,
    /// That of the address.
    pub interval: usize,
}

/// A spot, and where a pod's node stands that may send in its place: `Some(None)` where that is not known.
type Stand<'a> = (Spot<'a>, Option<Option<Spot<'a>>>);

/// Addresses that fare alike.
#[derive(Debug)]
pub(super) struct Origin<'a> {
    /// Each of one family.
    pub ranges: Vec<(IpAddr, IpAddr)>,
    pub v6: bool,
    /// In each snapshot.
    pub owners: [Owner<'a>; 2],
    /// Which of the kinds of each snapshot it is, wherever no node may stand for it.
    pub coarse: [usize; 2],
    /// Which it is, told apart by node.
    pub fine: [usize; 2],
    /// In each snapshot: the main interface of the node that may stand for it.
    pub nodes: [Option<&'a NetworkInterface>; 2],
    /// From all that stand alike the ways to another place are the same. `None` where no one interface has it.
    pub stand: Option<usize>,
    /// Whether it may fare differently in the one than in the other, over the same way to an interface that did not
    /// change.
    pub moved: bool,
}

impl<'a> Origin<'a> {
    /// The interfaces that have it, of those that have it alone, and their nodes'.
    pub(super) fn interfaces(&self) -> impl Iterator<Item = &'a NetworkInterface> {
        let one = |owner: &Owner<'a>| match owner {
            Owner::One(interface) => Some(*interface),
            _ => None,
        };
        self.owners.iter().filter_map(one).chain(self.nodes.into_iter().flatten())
    }

    /// Where its first address is in one snapshot, if one interface has it there.
    pub(super) fn place(&self, network: &Network<'a>, side: usize) -> Option<Place<'a>> {
        let (Owner::One(interface), Some((first, _))) = (&self.owners[side], self.ranges.first()) else {
            return None;
        };
        Place::of_interface(network, &mut Trail::default(), interface, *first, SOURCE).ok()
    }
}

/// Every address that an interface has in one of two snapshots.
#[derive(Debug, Default)]
pub(super) struct Origins<'a> {
    pub all: Vec<Origin<'a>>,
}

impl<'a> Origins<'a> {
    /// Cuts by everything that routes and network ACLs tell addresses apart by.
    pub(super) fn new(
        sides: [&Network<'a>; 2],
        cuts: &Cuts,
        classes: &mut Classes<'a>,
        changed: &Changed<'a>,
    ) -> Self {
        let (mut coarse, mut fine) = (Numbers::default(), Numbers::default());
        let mut stands: Numbers<[Option<Stand<'a>>; 2]> = Numbers::default();
        let mut found: HashMap<([usize; 2], bool, bool), Origin<'a>> = HashMap::new();
        for (first, last) in segment::segments(sides) {
            let owners = owners(sides, first);
            for (interval, first, last) in cuts.split(first, last) {
                let sights = [0, 1].map(|side| {
                    let class = |it| classes.of(sides[side], side, it);
                    Sight::of(sides[side], &owners[side], first, interval, class, cuts)
                });
                let nodes = [0, 1].map(|side| sights[side].node);
                // A pod leaves its VPC by its node's rules.
                let moved = changed.everything
                    || owners.iter().any(|owner| has_moved(owner, changed))
                    || !same(&owners[0], &owners[1])
                    || nodes.iter().flatten().any(|node| changed.moves(node));
                let standing = sights.each_ref().map(|sight| sight.stand);
                let kinds = sights.map(|sight| sight.kind);
                let numbers = [0, 1].map(|side| {
                    fine.of((kinds[side].clone(), nodes[side].map(|it| it.network_interface_id.as_str())))
                });
                let origin = found.entry((numbers, moved, first.is_ipv6())).or_insert_with(|| Origin {
                    ranges: Vec::new(),
                    v6: first.is_ipv6(),
                    owners: owners.clone(),
                    coarse: kinds.map(|kind| coarse.of(kind)),
                    fine: numbers,
                    nodes,
                    stand: standing.iter().any(Option::is_some).then(|| stands.of(standing)),
                    moved,
                });
                origin.ranges.push((first, last));
            }
        }
        let mut all: Vec<Origin<'a>> = found.into_values().collect();
        all.sort_by_key(|origin| origin.ranges.first().copied());
        Self { all }
    }
}

fn has_moved<'a>(owner: &Owner<'a>, changed: &Changed<'a>) -> bool {
    match owner {
        Owner::Nobody => false,
        Owner::Open(_) => true,
        Owner::Several(ids) => ids.iter().any(|id| changed.interfaces.contains(id)),
        Owner::One(interface) => changed.moves(interface),
    }
}

fn same(one: &Owner<'_>, other: &Owner<'_>) -> bool {
    match (one, other) {
        (Owner::Nobody, Owner::Nobody) => true,
        (Owner::One(one), Owner::One(other)) => one.network_interface_id == other.network_interface_id,
        (Owner::Several(one), Owner::Several(other)) => one == other,
        _ => false,
    }
}

/// Who has an address in each snapshot.
pub(super) fn owners<'a>(sides: [&Network<'a>; 2], address: IpAddr) -> [Owner<'a>; 2] {
    let mut owners = sides.map(|side| owner(side, address));
    let had: Vec<&str> = owners.iter().flat_map(Owner::ids).collect();
    for (owner, side) in owners.iter_mut().zip(sides) {
        if let (Owner::Nobody, Some(it)) = (&owner, had.iter().find_map(|id| side.whole_of(id))) {
            *owner = Owner::Open(it);
        }
    }
    owners
}

fn owner<'a>(network: &Network<'a>, address: IpAddr) -> Owner<'a> {
    match network.owners(address).as_slice() {
        [] => Owner::Nobody,
        [one] => Owner::One(one),
        several => Owner::Several(several.iter().map(|it| it.network_interface_id.as_str()).collect()),
    }
}

/// An address in one snapshot.
struct Sight<'a> {
    kind: Kind<'a>,
    node: Option<&'a NetworkInterface>,
    stand: Option<Stand<'a>>,
}

impl<'a> Sight<'a> {
    fn of(
        network: &Network<'a>,
        owner: &Owner<'a>,
        address: IpAddr,
        interval: usize,
        class: impl FnOnce(&'a NetworkInterface) -> usize,
        cuts: &Cuts,
    ) -> Self {
        let plain = |kind| Self { kind, node: None, stand: None };
        let interface = match owner {
            Owner::Nobody => return plain(Kind::Nobody),
            Owner::Open(it) => return plain(Kind::Open(it.of.as_deref().unwrap_or_default())),
            Owner::Several(ids) => return plain(Kind::Several(ids.clone())),
            Owner::One(interface) => *interface,
        };
        let Ok(place) = Place::of_interface(network, &mut Trail::default(), interface, address, SOURCE)
        else {
            return plain(Kind::One(class(interface), false, interval));
        };
        let spot =
            |it: &Place<'a>| Spot { subnet: it.subnet, vpc: it.vpc, interval: cuts.interval(it.address) };
        let (pod, own) = (may_be_pod(&place), Spot { subnet: place.subnet, vpc: place.vpc, interval });
        let node = pod.then(|| node_of(network, &place));
        let main = node.as_ref().map(|node| node.as_ref().and_then(|it| it.interface).unwrap_or(interface));
        Self {
            kind: Kind::One(class(interface), pod, interval),
            node: main,
            stand: Some((own, node.map(|node| node.as_ref().map(spot)))),
        }
    }
}
