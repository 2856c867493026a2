//! Whose packets have to be followed to a target, and over which ways; what is found for one target serves the next.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Comparison;
use super::directory::{disputed, names_disputed};
use super::named::Named;
use super::target::{End, Target};
use crate::network::origin::Origin;
use crate::network::place::Place;
use crate::network::security_group::{is_filtered, undecided_groups};
use crate::network::survey::Roads;

/// The ways from where an origin stands to where a target does.
#[derive(Debug)]
pub(super) struct Lane {
    /// In each snapshot; `None` where not both are there.
    pub roads: [Option<Roads>; 2],
    /// Whether they are not the same in both.
    differs: bool,
    /// Whether nothing passes in either for certain, whatever stands at the ends.
    pub closed: bool,
    /// Whether what denies may follow from what is not so.
    disputed: bool,
}

/// Whom a target's groups may admit, before or after; nobody else, for certain.
enum Admitted {
    Anyone,
    /// Places of origins, each list in order.
    These(Vec<Rc<[usize]>>),
}

impl Admitted {
    fn has(&self, at: usize) -> bool {
        match self {
            Self::Anyone => true,
            Self::These(lists) => lists.iter().any(|list| list.binary_search(&at).is_ok()),
        }
    }
}

/// What was found so far.
pub(super) struct Work<'c, 'a> {
    comparison: &'c Comparison<'a>,
    disputed: HashSet<&'a str>,
    /// By where origin and target stand.
    lanes: HashMap<(usize, usize), Rc<Lane>>,
    /// By side and group: the origins that its rules name, in order; `None` where they may name anyone.
    named: HashMap<(usize, &'a str), Option<Rc<[usize]>>>,
}

impl<'c, 'a> Work<'c, 'a> {
    pub(super) fn new(comparison: &'c Comparison<'a>) -> Self {
        let disputed = disputed(comparison.sides);
        Self { comparison, disputed, lanes: HashMap::new(), named: HashMap::new() }
    }

    /// The places of the origins whose packets may fare differently towards the target, in order: something of them,
    /// of the target or of the way between is not the same in both snapshots, and the target's groups may admit them.
    /// `named` are those whom only one snapshot's rules name; `None` is anyone.
    pub(super) fn candidates(
        &mut self,
        target: &Target<'a>,
        ends: &[End<'a>; 2],
        named: Option<&Named<'a>>,
    ) -> Vec<usize> {
        let comparison = self.comparison;
        let (origins, directory) = (&comparison.origins.all, &comparison.directory);
        let admitted = self.admitted(ends);
        let may = |at: &usize| admitted.has(*at) || directory.is_doubtful(*at);
        let mut found: Vec<usize> = Vec::new();
        if target.changed.itself {
            match &admitted {
                Admitted::Anyone => return (0..origins.len()).collect(),
                Admitted::These(lists) => found.extend(lists.iter().flat_map(|list| list.iter())),
            }
            found.extend(&directory.doubtful);
        } else {
            match named {
                Some(named) => found.extend(directory.named(named)),
                None => found.extend(0..origins.len()),
            }
            found.extend(directory.moved.iter().filter(|at| may(at)));
        }
        if comparison.changed.ways || !self.disputed.is_empty() {
            for stand in &directory.by_stand {
                let lane = self.lane(&origins[stand[0]], target, ends);
                if target.changed.itself || lane.differs {
                    found.extend(stand.iter().filter(|at| lane.disputed || may(at)));
                } else if lane.disputed {
                    found.extend(stand.iter().filter(|at| origins[**at].moved));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn admitted(&mut self, ends: &[End<'a>; 2]) -> Admitted {
        let mut lists = Vec::new();
        for (side, end) in ends.iter().enumerate() {
            let place = match end {
                End::Absent => continue,
                End::Lost(_) => return Admitted::Anyone,
                End::There(place) => place,
            };
            let network = self.comparison.sides[side];
            let open = undecided_groups(network, place).is_some();
            if open || place.groups.is_empty() || !is_filtered(network, place) || self.is_disputed(place) {
                return Admitted::Anyone;
            }
            for group in &place.groups {
                match self.named(side, group) {
                    Some(list) => lists.push(list),
                    None => return Admitted::Anyone,
                }
            }
        }
        Admitted::These(lists)
    }

    /// Whether what denies at the place may follow from what is not so.
    pub(super) fn is_disputed(&self, place: &Place<'a>) -> bool {
        let ids = [place.interface.map(|it| it.network_interface_id.as_str()), place.instance()];
        let mut ids = ids.into_iter().flatten().chain(place.groups.iter().copied());
        let sides = self.comparison.sides;
        !self.disputed.is_empty()
            && (ids.any(|id| self.disputed.contains(id))
                || place.groups.iter().any(|id| names_disputed(sides, id, &self.disputed)))
    }

    fn named(&mut self, side: usize, group: &'a str) -> Option<Rc<[usize]>> {
        let comparison = self.comparison;
        let found = self.named.entry((side, group)).or_insert_with(|| {
            let named = Named::by_group(comparison.sides[side], group)?;
            Some(comparison.directory.named(&named).into())
        });
        found.clone()
    }

    /// The ways from an origin to a target.
    pub(super) fn lane(&mut self, origin: &Origin<'a>, target: &Target<'a>, ends: &[End<'a>; 2]) -> Rc<Lane> {
        let key = (origin.stand.unwrap_or(usize::MAX), target.stand);
        let (comparison, disputed) = (self.comparison, !self.disputed.is_empty());
        let lane = self.lanes.entry(key).or_insert_with(|| {
            let roads = [0, 1].map(|side| {
                let network = comparison.sides[side];
                let (Some(from), End::There(to)) = (origin.place(network, side), &ends[side]) else {
                    return None;
                };
                Some(Roads::find(network, &from, to, comparison.translation))
            });
            let closed = |side: usize| match (&ends[side], &roads[side]) {
                (End::Absent, _) => true,
                (_, Some(roads)) => roads.are_closed(),
                _ => false,
            };
            Rc::new(Lane {
                differs: roads[0] != roads[1],
                closed: closed(0) && closed(1),
                // Of a way that is not there it is not known whether the filters at its end are disputed.
                disputed: disputed
                    && roads.iter().any(|roads| roads.as_ref().is_none_or(Roads::are_disputed)),
                roads,
            })
        });
        Rc::clone(lane)
    }
}
