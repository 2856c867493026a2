//! Whom packets are sent to: interfaces that fare alike in two snapshots, by addresses that do.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::network::answer::Direction;
use crate::network::changed::Changed;
use crate::network::index::Network;
use crate::network::origin::{Classes, Numbers, Spot, addresses_of};
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
    pub addresses: Vec<RangeInclusive<u128>>,
    /// To all that stand alike the ways from another place are the same.
    pub stand: usize,
    pub changed: How,
    /// Addresses that are its own instance's, where it is one instance's.
    pub own: Addresses,
}

/// What of a target differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct How {
    /// It is another, or something else than rules that it is judged by.
    pub itself: bool,
    /// Its groups' rules inbound.
    pub rules: bool,
    /// Its subnet's own blocks or network ACL.
    pub subnet: bool,
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

/// Where a target is in one snapshot, as far as that decides of the ways to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Standing<'a> {
    Absent,
    Lost,
    There(Spot<'a>),
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

/// Cuts of the addresses of targets: what ways tell addresses apart by, and what groups do outbound.
pub(super) struct Marks<'c> {
    pub ways: &'c Cuts,
    pub all: Cuts,
}

/// Interfaces with something to compare, those alike together. Of those that did not change themselves there is
/// something where `elsewhere`: senders did, or what lies between.
pub(super) fn targets<'a>(
    sides: [&Network<'a>; 2],
    marks: &Marks<'_>,
    classes: &mut Classes<'a>,
    changed: &Changed<'a>,
    elsewhere: bool,
    only: Option<&BTreeSet<&str>>,
) -> Vec<Target<'a>> {
    type Kinds = [Option<(usize, usize)>; 2];
    let of = |side: usize, id: &str| sides[side].snapshot().network_interfaces.get(id);
    let mut ids: Vec<&'a str> =
        sides.iter().flat_map(|side| side.snapshot().network_interfaces.keys()).map(Id::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| only.is_none_or(|only| only.contains(id)));
    let mut stands: Numbers<[Standing<'a>; 2]> = Numbers::default();
    let mut found: Vec<Target<'a>> = Vec::new();
    // Family, what differs, of which kind on each side; its id where a side leaves it open.
    let mut places: HashMap<(bool, How, Kinds, Option<&'a str>), usize> = HashMap::new();
    for id in ids {
        let both = [of(0, id), of(1, id)];
        let how = how(changed, both);
        if !(how.itself || how.rules || how.subnet || elsewhere) {
            continue;
        }
        let had = both.map(|it| it.map(addresses_of).unwrap_or_default());
        let open = [0, 1].map(|side| sides[side].whole_of(id).filter(|_| both[side].is_none()));
        let named = open.iter().any(Option::is_some).then_some(id);
        let numbers = [0, 1].map(|side| both[side].map(|it| classes.of(sides[side], side, it)));
        for (first, last) in pieces(&had) {
            for (interval, first, last) in marks.all.split(first, last) {
                let ends = [0, 1].map(|side| {
                    both[side].filter(|_| had[side].contains(number(first))).map(|it| (it, first))
                });
                let kinds = [0, 1].map(|side| Some((ends[side].and(numbers[side])?, interval)));
                let at = *places.entry((first.is_ipv6(), how, kinds, named)).or_insert_with(|| {
                    found.push(Target {
                        interfaces: Vec::new(),
                        ends,
                        open,
                        v6: first.is_ipv6(),
                        addresses: Vec::new(),
                        stand: stands.of(standing(ends, open, marks.ways)),
                        changed: how,
                        own: Addresses::new(),
                    });
                    found.len() - 1
                });
                let target = &mut found[at];
                target.addresses.push(number(first)..=number(last));
                if target.interfaces.last() != Some(&id) {
                    target.interfaces.push(id);
                }
            }
        }
    }
    for target in &mut found {
        target.own = own(sides, &target.interfaces);
    }
    found
}

fn how<'a>(changed: &Changed<'a>, both: [Option<&'a NetworkInterface>; 2]) -> How {
    let any = |is: &dyn Fn(&NetworkInterface) -> bool| both.into_iter().flatten().any(is);
    let subnet =
        |it: &NetworkInterface| it.subnet_id.as_deref().is_some_and(|id| changed.subnets.contains(id));
    How { itself: any(&|it| changed.has(it)), rules: any(&|it| changed.admits(it)), subnet: any(&subnet) }
}

fn standing<'a>(
    ends: [Option<(&'a NetworkInterface, IpAddr)>; 2],
    open: [Option<&Undecided>; 2],
    ways: &Cuts,
) -> [Standing<'a>; 2] {
    [0, 1].map(|side| match ends[side] {
        None if open[side].is_some() => Standing::Lost,
        None => Standing::Absent,
        Some((interface, address)) => match (&interface.subnet_id, &interface.vpc_id) {
            (Some(subnet), Some(vpc)) => {
                Standing::There(Spot { subnet, vpc, interval: ways.interval(address) })
            }
            _ => Standing::Lost,
        },
    })
}

/// Ranges that each of the two has whole, or has nothing of.
fn pieces(had: &[Addresses; 2]) -> Vec<(IpAddr, IpAddr)> {
    if had[0] == had[1] {
        return address_ranges(&had[0]);
    }
    let both = &had[0] & &had[1];
    let parts = [&had[0] - &both, &had[1] - &both, both];
    parts.iter().flat_map(address_ranges).collect()
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
