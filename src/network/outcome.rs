//! What becomes of everything that can be sent from one place to another.

use std::collections::BTreeMap;

use super::answer::{Blocker, Direction};
use super::code::{PathCode, Weight};
use super::space::Services;
use super::trail::Trail;
use crate::snapshot::Undecided;

/// Why something is not decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// What is wrong.
    pub code: PathCode,
    /// The AWS id of what is not known; empty where it is a whole document.
    pub component: String,
    /// The rest, for a person; empty where it would tell one address from another.
    pub detail: String,
}

/// What passes and what is not decided; the rest is denied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// What passes, and its answers too.
    pub open: Services,
    /// What is not decided, by every reason there is.
    pub unknown: BTreeMap<Reason, Services>,
}

impl Outcome {
    /// Nothing of it is decided.
    pub(super) fn undecided(reason: Reason) -> Self {
        let unknown = BTreeMap::from([(reason, Services::everything())]);
        Self { open: Services::new(), unknown }
    }

    /// All that is not decided.
    pub fn doubtful(&self) -> Services {
        self.unknown.values().fold(Services::new(), |all, services| &all | services)
    }
}

impl Reason {
    /// That a plan leaves something of a thing open.
    pub(super) fn open(it: &Undecided, component: &str, direction: Direction) -> Self {
        let mut trail = Trail::default();
        trail.undecided(it, component, direction);
        let found = trail.blockers.first().map(Self::of);
        found.unwrap_or_else(|| Self {
            code: PathCode::SnapshotPlanUnknown,
            component: component.to_owned(),
            detail: String::new(),
        })
    }

    pub(super) fn of(blocker: &Blocker) -> Self {
        // Of these the detail says which document is missing, and how to read it, or what a plan leaves open.
        let told = matches!(
            blocker.code,
            PathCode::SnapshotIncomplete
                | PathCode::SnapshotConflict
                | PathCode::SnapshotPlanUnknown
                | PathCode::SnapshotPlanUnsupported
        );
        Self {
            code: blocker.code,
            component: blocker.component.clone(),
            detail: if told { blocker.detail.clone() } else { String::new() },
        }
    }
}

/// An outcome in the making: what denies, and what is in doubt, as it is found on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tally {
    denied: Services,
    doubts: BTreeMap<Reason, Services>,
    /// Where two files disagree, or a plan changes what is not modelled, even what denies may follow from what is
    /// not so.
    conflicts: Services,
}

impl Tally {
    pub(super) fn deny(&mut self, services: &Services) {
        self.denied = &self.denied | services;
    }

    pub(super) fn doubt(&mut self, reason: Reason, services: &Services) {
        if services.is_empty() {
            return;
        }
        if matches!(reason.code, PathCode::SnapshotConflict | PathCode::SnapshotPlanUnsupported) {
            self.conflicts = &self.conflicts | services;
        }
        let had = self.doubts.entry(reason).or_default();
        *had = &*had | services;
    }

    /// What is in the way of everything.
    pub(super) fn absorb(&mut self, trail: &Trail) {
        self.absorb_for(trail, &Services::everything());
    }

    /// What is in the way of these.
    pub(super) fn absorb_for(&mut self, trail: &Trail, services: &Services) {
        for blocker in &trail.blockers {
            match blocker.code.weight() {
                Weight::Denies => self.deny(services),
                Weight::Undecided => self.doubt(Reason::of(blocker), services),
                Weight::Warns => {}
            }
        }
    }

    /// Whether all is denied for certain, whatever else is found, unless files disagree about it.
    pub(super) fn is_closed(&self) -> bool {
        self.denied == Services::everything()
    }

    /// Whether files disagree about some of it, or a plan changes it in a way that is not modelled.
    pub(super) fn is_disputed(&self) -> bool {
        !self.conflicts.is_empty()
    }

    /// One of several possibilities, of which it is not known which: what all agree on holds.
    pub(super) fn absorb_agreed(&mut self, possible: &[Self], otherwise: Reason) {
        let everything = Services::everything();
        let outcomes: Vec<Outcome> = possible.iter().map(Self::outcome).collect();
        let doubtful: Vec<Services> = outcomes.iter().map(Outcome::doubtful).collect();
        let all =
            |sets: &mut dyn Iterator<Item = Services>| sets.fold(everything.clone(), |all, it| &all & &it);
        let open = all(&mut outcomes.iter().map(|outcome| outcome.open.clone()));
        let unknown = all(&mut doubtful.iter().cloned());
        let closed = |(outcome, doubtful): (&Outcome, &Services)| &(&everything - &outcome.open) - doubtful;
        let denied = all(&mut outcomes.iter().zip(&doubtful).map(closed));
        for outcome in &outcomes {
            for (reason, services) in &outcome.unknown {
                self.doubt(reason.clone(), &(services & &unknown));
            }
        }
        let differ = &(&(&everything - &open) - &unknown) - &denied;
        self.deny(&denied);
        self.doubt(otherwise, &differ);
    }

    /// What it comes to: denied by one known blocker, however much else is in doubt.
    pub(super) fn outcome(&self) -> Outcome {
        let certain = &self.denied - &self.conflicts;
        let mut open = &Services::everything() - &self.denied;
        let mut unknown = BTreeMap::new();
        for (reason, services) in &self.doubts {
            open = &open - services;
            let left = services - &certain;
            if !left.is_empty() {
                unknown.insert(reason.clone(), left);
            }
        }
        Outcome { open, unknown }
    }
}
