//! Two snapshots → what the one lets pass and the other does not, exactly, as sets.
//!
//! Each packet is closed, open or undecided in each snapshot. From an interface's address that is what
//! [`evaluate_path`](super::evaluate_path) answers; from an address that no interface of the snapshot has, it
//! is what the filters at the far end admit. What stays on one instance passes no filter and is left out.

mod delta;
mod group;
mod target;
mod touch;

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::ops::Range;
use std::rc::Rc;

use ipnet::IpNet;

use super::answer::Direction;
use super::changed::Changed;
use super::code::PathCode;
use super::index::Network;
use super::origin::{Origin, Origins, Owner, blocks, owner, owners};
use super::outcome::{Outcome, Reason};
use super::path::{may_be_pod, node_of};
use super::place::{Place, SOURCE};
use super::question::Translation;
use super::space::{Cuts, address_ranges, family, number, ranges_of};
use super::survey;
use super::trail::Trail;
use crate::snapshot::Id;

use delta::Delta;
pub use delta::{Difference, Halves};
pub use group::GroupDifference;
use target::{End, Target, targets};
use touch::Touch;

/// Two snapshots, and what there is to compare.
#[derive(Debug)]
pub struct Comparison<'a> {
    sides: [&'a Network<'a>; 2],
    translation: Translation,
    origins: Origins<'a>,
    targets: Vec<Target<'a>>,
}

/// The packets of an origin to a target, told apart by kind in each snapshot and by interval.
type Key = (usize, usize, usize);

impl<'a> Comparison<'a> {
    /// Finds what may differ. Building it takes time in proportion to the snapshots.
    pub fn new(before: &'a Network<'a>, after: &'a Network<'a>, translation: Translation) -> Self {
        let sides = [before, after];
        let changed = Changed::between(before.snapshot(), after.snapshot());
        Self::of(sides, translation, &changed, None)
    }

    /// Finds who reaches some interfaces of a snapshot, by id: what is open towards them is what was closed in
    /// `nothing`, a snapshot of the same kinds of document that holds no thing. Building it takes time in proportion
    /// to the snapshot.
    pub fn exposure(
        nothing: &'a Network<'a>,
        network: &'a Network<'a>,
        translation: Translation,
        interfaces: &BTreeSet<&str>,
    ) -> Self {
        let changed = Changed::between(nothing.snapshot(), network.snapshot());
        Self::of([nothing, network], translation, &changed, Some(interfaces))
    }

    fn of(
        sides: [&'a Network<'a>; 2],
        translation: Translation,
        changed: &Changed<'a>,
        only: Option<&BTreeSet<&str>>,
    ) -> Self {
        let quiet = !changed.roads
            && changed.interfaces.is_empty()
            && changed.ingress.is_empty()
            && changed.egress.is_empty();
        if quiet {
            return Self { sides, translation, origins: Origins { all: Vec::new() }, targets: Vec::new() };
        }
        let cuts = Cuts::new(sides[0], &[]).and(&Cuts::new(sides[1], &[]));
        let origins = Origins::new(&sides.map(|side| side), &cuts, changed);
        let moved = origins.all.iter().any(|origin| origin.moved);
        let outward = sides.iter().flat_map(|side| side.snapshot().security_groups.values());
        let outward = outward.flat_map(|group| &group.ip_permissions_egress).flat_map(ranges_of);
        let cuts = cuts.and(&Cuts::of(outward));
        let targets = targets(sides, &cuts, changed, moved, only);
        Self { sides, translation, origins, targets }
    }

    /// How many targets there are to compare.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there is nothing to compare, so that nothing differs.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// What differs of some of the targets. Parts can be worked out at once, on several cores.
    pub fn differences(&self, part: Range<usize>) -> Vec<Difference> {
        let targets = self.targets.get(part).unwrap_or_default();
        targets.iter().map(|target| self.difference(target)).filter(|it| !it.is_empty()).collect()
    }

    fn difference(&self, target: &Target<'a>) -> Difference {
        let ends = target.ends(self.sides);
        let cuts = self.cuts(&ends);
        let touch = match &ends {
            [End::There(before), End::There(after)] if target.steady => {
                Touch::between(self.sides, [before, after])
            }
            _ => None,
        };
        let mut cache: HashMap<Key, Rc<Delta>> = HashMap::new();
        let mut interfaces = delta::Gathering::default();
        for origin in &self.origins.all {
            if !(target.reached || origin.moved) {
                continue;
            }
            let v6 = origin.ranges.first().is_some_and(|(first, _)| first.is_ipv6());
            if v6 != target.v6 {
                continue;
            }
            if !origin.moved && touch.as_ref().is_some_and(|touch| !touch.reaches(self.sides, origin)) {
                continue;
            }
            let [one, other] = [0, 1].map(|side| self.kind_of(origin, side, &ends[side]));
            for (first, last) in &origin.ranges {
                for (interval, first, last) in cuts.split(*first, *last) {
                    let delta = cache.entry((one, other, interval)).or_insert_with(|| {
                        // Whether an address is its interface's own or a pod's is its very owner's matter.
                        if target.steady && !origin.moved && self.same_filters(first, &ends) {
                            return Rc::new(Delta::default());
                        }
                        let owners = owners(&self.sides, first);
                        let outcomes =
                            [0, 1].map(|side| self.outcome(&owners[side], first, &ends[side], side));
                        Rc::new(Delta::between(&outcomes))
                    });
                    interfaces.add(number(first)..=number(last), delta);
                }
            }
        }
        let mut others = delta::Gathering::default();
        if target.reached {
            for (first, last) in address_ranges(&family(target.v6)) {
                for (_, first, last) in cuts.split(first, last) {
                    let outcomes = [0, 1].map(|side| self.outcome(&Owner::Nobody, first, &ends[side], side));
                    others.add(number(first)..=number(last), &Rc::new(Delta::between(&outcomes)));
                }
            }
        }
        let ids = target.interfaces.iter().map(|id| Id::from(*id)).collect();
        delta::Difference::new(
            (ids, target.addresses.iter().cloned().collect()),
            &interfaces,
            &others,
            &target.own,
        )
    }

    /// Whether the target's groups admit the same from an address, in whichever guise and however far their
    /// references reach. Where nothing else changed, nothing differs then.
    fn same_filters(&self, address: IpAddr, ends: &[End<'a>; 2]) -> bool {
        let [Some(before), Some(after)] = [0, 1].map(|side| {
            let (network, End::There(to)) = (self.sides[side], &ends[side]) else { return None };
            let Owner::One(interface) = owner(network, address) else { return None };
            let own = Place::of_interface(network, &mut Trail::default(), interface, address, SOURCE).ok()?;
            let mut guises = vec![own.clone()];
            if may_be_pod(&own) {
                guises.extend(node_of(network, &own));
            }
            Some(survey::admissions(network, &guises, to))
        }) else {
            return false;
        };
        before == after
    }

    /// The kind is told apart by node only where a node may stand for its pods.
    fn kind_of(&self, origin: &Origin<'_>, side: usize, end: &End<'a>) -> usize {
        let Owner::One(interface) = &origin.owners[side] else { return origin.coarse[side] * 2 };
        let inside = matches!(end, End::There(place) if interface.vpc_id.as_deref() == Some(place.vpc));
        if inside || self.translation == Translation::None {
            origin.coarse[side] * 2
        } else {
            origin.fine[side] * 2 + 1
        }
    }

    /// All that the target's own filters tell addresses apart by.
    fn cuts(&self, ends: &[End<'a>; 2]) -> Cuts {
        let mut ranges: Vec<IpNet> = Vec::new();
        for (side, end) in self.sides.iter().zip(ends) {
            let End::There(place) = end else { continue };
            let snapshot = side.snapshot();
            for group in place.groups.iter().filter_map(|id| snapshot.security_groups.get(*id)) {
                ranges.extend(group.ip_permissions.iter().flat_map(ranges_of));
                let lists = group.ip_permissions.iter().flat_map(|permission| &permission.prefix_list_ids);
                ranges.extend(lists.filter_map(|it| side.entries(&it.prefix_list_id)).flatten());
            }
            ranges.extend(
                side.filter_of(place.subnet).into_iter().flat_map(super::network_acl::Filter::ranges),
            );
            ranges.extend(snapshot.subnets.get(place.subnet).into_iter().flat_map(blocks));
        }
        Cuts::of(ranges)
    }

    fn outcome(&self, owner: &Owner<'a>, address: IpAddr, end: &End<'a>, side: usize) -> Outcome {
        let network = self.sides[side];
        let place = match end {
            End::Absent => return Outcome::default(),
            End::Lost(reason) => return reason.clone().map_or_else(Outcome::default, Outcome::undecided),
            End::There(place) => place,
        };
        match owner {
            Owner::Nobody => survey::admitted(network, address, place),
            Owner::Open(it) => {
                let id = it.of.as_deref().unwrap_or_default();
                Outcome::undecided(Reason::open(it, id, Direction::Egress))
            }
            Owner::Several(ids) => Outcome::undecided(Reason {
                code: PathCode::SourceAmbiguous,
                component: ids.join(", "),
                detail: String::new(),
            }),
            Owner::One(interface) => {
                let mut trail = Trail::default();
                if let Ok(from) = Place::of_interface(network, &mut trail, interface, address, SOURCE) {
                    survey::between(network, &from, place, self.translation)
                } else {
                    let reason = trail.blockers.first().map(Reason::of);
                    reason.map_or_else(Outcome::default, Outcome::undecided)
                }
            }
        }
    }
}
