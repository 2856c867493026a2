//! Two snapshots → what the one lets pass and the other does not, exactly, as sets.
//!
//! Each packet is closed, open or undecided in each snapshot. From an interface's address that is what
//! [`evaluate_path`](super::evaluate_path) answers; from an address that no interface of the snapshot has, it
//! is what the filters at the far end admit. What stays on one instance, before or after, passes no filter there and
//! is left out.
//!
//! Only those packets are followed of which something differs: who sends, whom they are sent to, what lies between. And
//! of these only such as a group of the receiver may admit, for groups deny by default.

mod delta;
mod directory;
mod group;
mod named;
mod target;
mod work;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::ops::Range;
use std::rc::Rc;

use ipnet::IpNet;

use super::answer::Direction;
use super::changed::Changed;
use super::code::PathCode;
use super::index::Network;
use super::origin::{Classes, Origin, Origins, Owner, blocks, owners};
use super::outcome::{Outcome, Reason};
use super::place::{Place, SOURCE};
use super::question::Translation;
use super::space::{Addresses, Cuts, address_ranges, family, number, ranges_of};
use super::survey::{self, Roads};
use super::trail::Trail;
use crate::snapshot::Id;

use delta::{Delta, Gathering};
pub use delta::{Difference, Halves};
use directory::Directory;
pub use group::GroupDifference;
use named::Named;
use target::{End, Marks, Target, targets};
use work::{Lane, Work};

/// Two snapshots, and what there is to compare.
#[derive(Debug)]
pub struct Comparison<'a> {
    sides: [&'a Network<'a>; 2],
    translation: Translation,
    changed: Changed<'a>,
    origins: Origins<'a>,
    directory: Directory<'a>,
    targets: Vec<Target<'a>>,
}

/// The packets of an origin to a target, told apart by kind in each snapshot and by interval.
type Key = (usize, usize, usize);

impl<'a> Comparison<'a> {
    /// Finds what may differ. Building it takes time in proportion to the snapshots.
    pub fn new(before: &'a Network<'a>, after: &'a Network<'a>, translation: Translation) -> Self {
        let sides = [before, after];
        let changed = Changed::between(before.snapshot(), after.snapshot());
        Self::of(sides, translation, changed, None)
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
        Self::of([nothing, network], translation, changed, Some(interfaces))
    }

    fn of(
        sides: [&'a Network<'a>; 2],
        translation: Translation,
        changed: Changed<'a>,
        only: Option<&BTreeSet<&str>>,
    ) -> Self {
        let mut comparison = Self {
            sides,
            translation,
            changed,
            origins: Origins::default(),
            directory: Directory::default(),
            targets: Vec::new(),
        };
        if comparison.changed.is_nothing() {
            return comparison;
        }
        let changed = &comparison.changed;
        let ways = Cuts::new(sides[0], &[]).and(&Cuts::new(sides[1], &[]));
        let mut classes = Classes::default();
        let origins = Origins::new(sides, &ways, &mut classes, changed);
        let directory = Directory::new(sides, &origins.all);
        let outward = sides.iter().flat_map(|side| side.snapshot().security_groups.values());
        let outward = outward.flat_map(|group| &group.ip_permissions_egress).flat_map(ranges_of);
        let marks = Marks { all: Cuts::of(outward).and(&ways), ways: &ways };
        let elsewhere = changed.ways || !directory.moved.is_empty();
        comparison.targets = targets(sides, &marks, &mut classes, changed, elsewhere, only);
        comparison.origins = origins;
        comparison.directory = directory;
        comparison
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
        let mut work = Work::new(self);
        let each = targets.iter().map(|target| self.difference(target, &mut work));
        each.filter(|it| !it.is_empty()).collect()
    }

    fn difference(&self, target: &Target<'a>, work: &mut Work<'_, 'a>) -> Difference {
        let ends = target.ends(self.sides);
        let named = self.named_differently(target, &ends);
        let candidates = work.candidates(target, &ends, named.as_ref());
        let strangers = strangers(target, named);
        let (mut interfaces, mut others) = (Gathering::default(), Gathering::default());
        if !candidates.is_empty() || !strangers.is_empty() {
            let cuts = self.cuts(&ends);
            interfaces = self.of_interfaces(target, &ends, &cuts, &candidates, work);
            for (first, last) in strangers {
                for (_, first, last) in cuts.split(first, last) {
                    let outcomes = [0, 1].map(|side| self.outcome(&Owner::Nobody, first, &ends, side, None));
                    others.add(number(first)..=number(last), &Rc::new(Delta::between(&outcomes)));
                }
            }
        }
        let ids = target.interfaces.iter().map(|id| Id::from(*id)).collect();
        Difference::new((ids, target.addresses.iter().cloned().collect()), &interfaces, &others, &target.own)
    }

    /// From the origins that the candidates are.
    fn of_interfaces(
        &self,
        target: &Target<'a>,
        ends: &[End<'a>; 2],
        cuts: &Cuts,
        candidates: &[usize],
        work: &mut Work<'_, 'a>,
    ) -> Gathering {
        let mut cache: HashMap<Key, Rc<Delta>> = HashMap::new();
        let mut found = Gathering::default();
        let sure = !ends.iter().any(|end| matches!(end, End::There(place) if work.is_disputed(place)));
        for at in candidates {
            let origin = &self.origins.all[*at];
            if origin.v6 != target.v6 {
                continue;
            }
            let lane = work.lane(origin, target, ends);
            if lane.closed && sure && !self.directory.is_doubtful(*at) {
                continue;
            }
            let [one, other] = [0, 1].map(|side| self.kind_of(origin, side, &ends[side]));
            for (first, last) in &origin.ranges {
                for (interval, first, last) in cuts.split(*first, *last) {
                    let delta = cache.entry((one, other, interval)).or_insert_with(|| {
                        // Whether an address is its interface's own or a pod's is its very owner's matter.
                        let owners = owners(self.sides, first);
                        let outcomes =
                            [0, 1].map(|side| self.outcome(&owners[side], first, ends, side, Some(&lane)));
                        Rc::new(Delta::between(&outcomes))
                    });
                    found.add(number(first)..=number(last), delta);
                }
            }
        }
        found
    }

    /// Whom only one snapshot's rules name, of the target's groups; `None` where that is not told by the rules alone.
    fn named_differently(&self, target: &Target<'a>, ends: &[End<'a>; 2]) -> Option<Named<'a>> {
        match ends {
            _ if !target.changed.rules => Some(Named::default()),
            [End::There(before), End::There(after)] if before.groups == after.groups => {
                Named::differently(self.sides, &self.changed, &before.groups)
            }
            _ => None,
        }
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

    fn outcome(
        &self,
        owner: &Owner<'a>,
        address: IpAddr,
        ends: &[End<'a>; 2],
        side: usize,
        lane: Option<&Lane>,
    ) -> Outcome {
        let network = self.sides[side];
        let place = match &ends[side] {
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
                let Ok(from) = Place::of_interface(network, &mut trail, interface, address, SOURCE) else {
                    let reason = trail.blockers.first().map(Reason::of);
                    return reason.map_or_else(Outcome::default, Outcome::undecided);
                };
                let known = lane.and_then(|lane| lane.roads[side].as_ref());
                let find = || Cow::Owned(Roads::find(network, &from, place, self.translation));
                let roads = known.map_or_else(find, Cow::Borrowed);
                survey::between(network, &roads, &from, place)
            }
        }
    }
}

/// The ranges from which packets that no interface sends may fare differently.
fn strangers(target: &Target<'_>, named: Option<Named<'_>>) -> Vec<(IpAddr, IpAddr)> {
    match named {
        Some(named) if !(target.changed.itself || target.changed.subnet) => {
            let named: Addresses = named.addresses.into_iter().collect();
            address_ranges(&(named & family(target.v6)))
        }
        _ => address_ranges(&family(target.v6)),
    }
}
