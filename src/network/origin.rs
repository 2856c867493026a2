//! Addresses that fare alike, in one snapshot or in two: same owner but for its name, same side of every cut.

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

pub(super) use class::Class;
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
    /// The class, and the interval that its address is in.
    One(Class<'a>, bool, usize),
}

/// Addresses that fare alike.
#[derive(Debug)]
pub(super) struct Origin<'a> {
    /// Each of one family.
    pub ranges: Vec<(IpAddr, IpAddr)>,
    /// In each snapshot.
    pub owners: Vec<Owner<'a>>,
    /// Which of the kinds of each snapshot it is, wherever no node may stand for it.
    pub coarse: Vec<usize>,
    /// Which it is, told apart by node.
    pub fine: Vec<usize>,
    /// In each snapshot: the main interface of the node that may stand for it.
    pub nodes: Vec<Option<&'a NetworkInterface>>,
    /// Whether it may fare differently in the one than in the other, towards an interface that did not change.
    pub moved: bool,
}

impl<'a> Origin<'a> {
    /// The interfaces that have it, of those that have it alone.
    pub(super) fn interfaces(&self) -> impl Iterator<Item = &'a NetworkInterface> {
        let one = |owner: &Owner<'a>| match owner {
            Owner::One(interface) => Some(*interface),
            _ => None,
        };
        self.owners.iter().filter_map(one)
    }
}

/// Every address that an interface has in one of the snapshots.
#[derive(Debug)]
pub(super) struct Origins<'a> {
    pub all: Vec<Origin<'a>>,
}

/// A number for each different key, and the first of it.
struct Numbers<K>(HashMap<K, usize>);

impl<K: std::hash::Hash + Eq> Numbers<K> {
    fn of(&mut self, key: K) -> usize {
        let next = self.0.len();
        *self.0.entry(key).or_insert(next)
    }
}

impl<'a> Origins<'a> {
    /// Cuts by everything that routes and network ACLs tell addresses apart by.
    pub(super) fn new(sides: &[&Network<'a>], cuts: &Cuts, changed: &Changed<'a>) -> Self {
        let mut coarse = Numbers(HashMap::new());
        let mut fine = Numbers(HashMap::new());
        let mut found: HashMap<Vec<(usize, bool)>, Origin<'a>> = HashMap::new();
        for (first, last) in segment::segments(sides) {
            let owners: Vec<Owner<'a>> = owners(sides, first);
            for (interval, first, last) in cuts.split(first, last) {
                let kinds = sides.iter().zip(&owners).map(|(side, owner)| kind(side, owner, first, interval));
                let (kinds, nodes): (Vec<Kind<'a>>, Vec<Option<&'a NetworkInterface>>) = kinds.unzip();
                let coarse = kinds.iter().map(|kind| coarse.of(kind.clone())).collect();
                let named = nodes.iter().map(|node| node.map(|it| it.network_interface_id.as_str()));
                let fine: Vec<usize> = kinds.into_iter().zip(named).map(|it| fine.of(it)).collect();
                // A pod leaves its VPC by its node's rules.
                let moved = owners.iter().any(|owner| has_moved(owner, changed))
                    || owners.windows(2).any(|pair| !same(&pair[0], &pair[1]))
                    || nodes.iter().flatten().any(|node| changed.moves(node));
                let key = fine.iter().map(|it| (*it, moved)).collect();
                let origin = found.entry(key).or_insert_with(|| Origin {
                    ranges: Vec::new(),
                    owners: owners.clone(),
                    coarse,
                    fine,
                    nodes,
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
pub(super) fn owners<'a>(sides: &[&Network<'a>], address: IpAddr) -> Vec<Owner<'a>> {
    let mut owners: Vec<Owner<'a>> = sides.iter().map(|side| owner(side, address)).collect();
    let had: Vec<&str> = owners.iter().flat_map(Owner::ids).collect();
    let open: Vec<Option<&'a Undecided>> =
        sides.iter().map(|side| had.iter().find_map(|id| side.whole_of(id))).collect();
    for (owner, open) in owners.iter_mut().zip(open) {
        if let (Owner::Nobody, Some(it)) = (&owner, open) {
            *owner = Owner::Open(it);
        }
    }
    owners
}

pub(super) fn owner<'a>(network: &Network<'a>, address: IpAddr) -> Owner<'a> {
    match network.owners(address).as_slice() {
        [] => Owner::Nobody,
        [one] => Owner::One(one),
        several => Owner::Several(several.iter().map(|it| it.network_interface_id.as_str()).collect()),
    }
}

fn kind<'a>(
    network: &Network<'a>,
    owner: &Owner<'a>,
    address: IpAddr,
    interval: usize,
) -> (Kind<'a>, Option<&'a NetworkInterface>) {
    match owner {
        Owner::Nobody => (Kind::Nobody, None),
        Owner::Open(it) => (Kind::Open(it.of.as_deref().unwrap_or_default()), None),
        Owner::Several(ids) => (Kind::Several(ids.clone()), None),
        Owner::One(interface) => {
            let place = Place::of_interface(network, &mut Trail::default(), interface, address, SOURCE).ok();
            let pod = place.as_ref().filter(|place| may_be_pod(place));
            let node =
                pod.map(|place| node_of(network, place).and_then(|node| node.interface).unwrap_or(interface));
            (Kind::One(Class::of(network, interface), pod.is_some(), interval), node)
        }
    }
}
