//! What differs between two outcomes, and what that comes to for a target.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::rc::Rc;

use crate::network::outcome::{Outcome, Reason};
use crate::network::space::{Addresses, Services, Space};
use crate::snapshot::Id;

/// What differs, of packets from one origin.
#[derive(Debug, Default)]
pub(super) struct Delta {
    opened: Services,
    closed: Services,
    /// Disjoint, by all reasons that there are, in either.
    undecided: BTreeMap<BTreeSet<Reason>, Services>,
}

impl Delta {
    /// Undecided both before and after is no difference where it is so for the same reasons.
    pub(super) fn between([before, after]: &[Outcome; 2]) -> Self {
        if before == after {
            return Self::default();
        }
        let doubts = [before.doubtful(), after.doubtful()];
        let both = &doubts[0] & &doubts[1];
        let mut unsure = &(&doubts[0] | &doubts[1]) - &both;
        let none = Services::new();
        for reason in before.unknown.keys().chain(after.unknown.keys()) {
            let [one, other] = [before, after].map(|it| it.unknown.get(reason).unwrap_or(&none));
            let differ = &(one - other) | &(other - one);
            unsure = &unsure | &(&differ & &both);
        }
        Self {
            opened: &(&after.open - &before.open) - &doubts[0],
            closed: &(&before.open - &after.open) - &doubts[1],
            undecided: by_reasons(unsure, [before, after]),
        }
    }

    fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.closed.is_empty() && self.undecided.is_empty()
    }
}

/// Some services apart by all their reasons.
fn by_reasons(services: Services, outcomes: [&Outcome; 2]) -> BTreeMap<BTreeSet<Reason>, Services> {
    let mut cells = vec![(BTreeSet::new(), services)];
    for (reason, of) in outcomes.into_iter().flat_map(|outcome| &outcome.unknown) {
        cells = cells
            .into_iter()
            .flat_map(|(reasons, services)| {
                let (inside, outside) = (&services & of, &services - of);
                let mut more = reasons.clone();
                more.insert(reason.clone());
                [(more, inside), (reasons, outside)]
            })
            .filter(|(_, services)| !services.is_empty())
            .collect();
    }
    let mut found: BTreeMap<BTreeSet<Reason>, Services> = BTreeMap::new();
    for (reasons, services) in cells.into_iter().filter(|(_, services)| !services.is_empty()) {
        let had = found.entry(reasons).or_default();
        *had = &*had | &services;
    }
    found
}

/// Deltas and the addresses that they are of.
#[derive(Debug, Default)]
pub(super) struct Gathering(HashMap<*const Delta, (Rc<Delta>, Vec<RangeInclusive<u128>>)>);

impl Gathering {
    pub(super) fn add(&mut self, range: RangeInclusive<u128>, delta: &Rc<Delta>) {
        if !delta.is_empty() {
            let found = self.0.entry(Rc::as_ptr(delta)).or_insert_with(|| (Rc::clone(delta), Vec::new()));
            found.1.push(range);
        }
    }

    fn parts(&self, without: &Addresses) -> Vec<(Addresses, &Delta)> {
        let parts = self
            .0
            .values()
            .map(|(delta, ranges)| (ranges.iter().cloned().collect::<Addresses>() - without, delta.as_ref()));
        parts.filter(|(addresses, _)| !addresses.is_empty()).collect()
    }
}

/// Packets from interfaces of the snapshots, and from whoever else there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Halves {
    /// From addresses that an interface has, before or after: the whole path was evaluated.
    pub interfaces: Space,
    /// From addresses that no interface has. Those that one has are not left out of its ranges, but are not
    /// meant.
    pub others: Space,
}

impl Halves {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.interfaces.is_empty() && self.others.is_empty()
    }
}

/// What differs towards interfaces that fare alike. What one of them sends to its own instance is not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Their ids, in order.
    pub interfaces: Vec<Id>,
    /// Which of their addresses fare so: an interface may have several differences, by address.
    pub addresses: Addresses,
    /// Closed before and open after.
    pub opened: Halves,
    /// Open before and closed after.
    pub closed: Halves,
    /// Undecided before or after, or both for different reasons; disjoint.
    pub undecided: BTreeMap<BTreeSet<Reason>, Halves>,
}

impl Difference {
    pub(super) fn new(
        (ids, targeted): (Vec<Id>, Addresses),
        interfaces: &Gathering,
        others: &Gathering,
        own: &Addresses,
    ) -> Self {
        let (inside, outside) = (interfaces.parts(own), others.parts(&Addresses::new()));
        let halves = |services: fn(&Delta) -> &Services| {
            let space = |parts: &[(Addresses, &Delta)]| {
                Space::collect(parts.iter().map(|(addresses, delta)| (addresses, services(delta))))
            };
            Halves { interfaces: space(&inside), others: space(&outside) }
        };
        let reasons: BTreeSet<&BTreeSet<Reason>> =
            inside.iter().chain(&outside).flat_map(|(_, delta)| delta.undecided.keys()).collect();
        let undecided = reasons.into_iter().map(|reasons| {
            let space = |parts: &[(Addresses, &Delta)]| {
                let found = parts
                    .iter()
                    .filter_map(|(addresses, delta)| Some((addresses, delta.undecided.get(reasons)?)));
                Space::collect(found)
            };
            (reasons.clone(), Halves { interfaces: space(&inside), others: space(&outside) })
        });
        Self {
            interfaces: ids,
            addresses: targeted,
            undecided: undecided.collect(),
            opened: halves(|delta| &delta.opened),
            closed: halves(|delta| &delta.closed),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.closed.is_empty() && self.undecided.is_empty()
    }
}
