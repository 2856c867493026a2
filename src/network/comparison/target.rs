//! Whom packets are sent to: interfaces that fare alike in two snapshots, by addresses that do.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::network::answer::Direction;
use crate::network::changed::Changed;
use crate::network::index::Network;
use crate::network::origin::{Class, addresses_of};
use crate::network::outcome::Reason;
use crate::network::place::{DESTINATION, Place};
use crate::network::space::{Addresses, Cuts, address_ranges, number};
use crate::network::trail::Trail;
use crate::snapshot::{Id, NetworkInterface, Undecided};

/// Interfaces that fare alike in both, by addresses that do.
#[derive(Debug)]
pub(super) struct Target<'a> {
    pub interfaces: Vec<&'a str>,
    /// In each snapshot: one of them, and one of its addresses; `None` where they are not there.
    ends: [Option<(&'a NetworkInterface, IpAddr)>; 2],
    /// In each snapshot: what a plan leaves open of whether they are there.
    open: [Option<&'a Undecided>; 2],
    pub v6: bool,
    pub addresses: Vec<std::ops::RangeInclusive<u128>>,
    /// Whether it may fare differently whoever begins.
    pub reached: bool,
    /// Whether nothing changed but rules.
    pub steady: bool,
    /// Addresses that are its own instance's, where it is one instance's.
    pub own: Addresses,
}

/// A target in one snapshot.
#[derive(Debug)]
pub(super) enum End<'a> {
    /// It is not there: nothing reaches it.
    Absent,
    /// Where it is is not known.
    Lost(Option<Reason>),
    There(Place<'a>),
}

impl<'a> Target<'a> {
    /// Where it is in each snapshot.
    pub(super) fn ends(&self, sides: [&Network<'a>; 2]) -> [End<'a>; 2] {
        [0, 1].map(|side| match self.ends[side] {
            None => self.open[side].map_or(End::Absent, |it| {
                let id = it.of.as_deref().unwrap_or_default();
                End::Lost(Some(Reason::open(it, id, Direction::Ingress)))
            }),
            Some((interface, address)) => {
                let mut trail = Trail::default();
                match Place::of_interface(sides[side], &mut trail, interface, address, DESTINATION) {
                    Ok(place) => End::There(place),
                    Err(_) => End::Lost(trail.blockers.first().map(Reason::of)),
                }
            }
        })
    }
}

/// Interfaces with something to compare, those alike together.
pub(super) fn targets<'a>(
    sides: [&'a Network<'a>; 2],
    cuts: &Cuts,
    changed: &Changed<'a>,
    moved: bool,
    only: Option<&BTreeSet<&str>>,
) -> Vec<Target<'a>> {
    type Kind<'a> = Option<(Class<'a>, usize)>;
    /// Family, whether it is reached, of which kind on each side; its id where a side leaves it open.
    type Alike<'a> = (bool, bool, [Kind<'a>; 2], Option<&'a str>);
    let of = |side: usize, id: &str| sides[side].snapshot().network_interfaces.get(id);
    let mut ids: Vec<&'a str> =
        sides.iter().flat_map(|side| side.snapshot().network_interfaces.keys()).map(Id::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| only.is_none_or(|only| only.contains(id)));
    let settled = |id: &str| !changed.roads && !changed.interfaces.contains(id);
    let mut found: BTreeMap<Alike<'a>, Target<'a>> = BTreeMap::new();
    for id in ids {
        let both = [of(0, id), of(1, id)];
        let reached = both.iter().flatten().any(|interface| changed.reaches(interface));
        if !(reached || moved) {
            continue;
        }
        let all = both.iter().flatten().map(|it| addresses_of(it)).fold(Addresses::new(), |all, it| all | it);
        let had = both.map(|it| it.map(addresses_of).unwrap_or_default());
        let open = [0, 1].map(|side| sides[side].whole_of(id).filter(|_| both[side].is_none()));
        let named = open.iter().any(Option::is_some).then_some(id);
        let classes = [0, 1].map(|side| both[side].map(|it| Class::of(sides[side], it)));
        for (first, last) in pieces(&all, &had) {
            for (interval, first, last) in cuts.split(first, last) {
                let ends = [0, 1].map(|side| {
                    both[side].filter(|_| had[side].contains(number(first))).map(|it| (it, first))
                });
                let kinds = [0, 1].map(|side| Some((ends[side].and(classes[side].clone())?, interval)));
                let target =
                    found.entry((first.is_ipv6(), reached, kinds, named)).or_insert_with(|| Target {
                        interfaces: Vec::new(),
                        ends,
                        open,
                        v6: first.is_ipv6(),
                        addresses: Vec::new(),
                        reached,
                        steady: true,
                        own: Addresses::new(),
                    });
                target.steady &= settled(id);
                target.addresses.push(number(first)..=number(last));
                if target.interfaces.last() != Some(&id) {
                    target.interfaces.push(id);
                }
            }
        }
    }
    let mut targets: Vec<Target<'a>> = found.into_values().collect();
    for target in &mut targets {
        target.own = own(sides, &target.interfaces);
    }
    targets
}

/// Ranges that one of the two has whole, or has nothing of.
fn pieces(all: &Addresses, had: &[Addresses; 2]) -> Vec<(IpAddr, IpAddr)> {
    let both = &had[0] & &had[1];
    let parts = [both.clone(), &had[0] - &both, &had[1] - &both];
    parts.iter().flat_map(|part| address_ranges(&(all & part))).collect()
}

/// The addresses of the one instance that all of them are on, or of the one interface; else none.
fn own(sides: [&Network<'_>; 2], interfaces: &[&str]) -> Addresses {
    let mut own = Addresses::new();
    for side in sides {
        let records = interfaces.iter().filter_map(|id| side.snapshot().network_interfaces.get(*id));
        let records: Vec<&NetworkInterface> = records.collect();
        let instance = |it: &NetworkInterface| it.attachment.as_ref().and_then(|it| it.instance_id.clone());
        let Some(first) = records.first() else { continue };
        let home = instance(first);
        if records.len() > 1 && (home.is_none() || records.iter().any(|it| instance(it) != home)) {
            return Addresses::new();
        }
        let beside = home.as_deref().map_or(&[][..], |id| side.attached_to(id));
        own |= beside
            .iter()
            .copied()
            .chain([*first])
            .map(addresses_of)
            .fold(Addresses::new(), |all, it| all | it);
    }
    own
}
