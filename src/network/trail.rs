//! What is found along the way: passes, blockers and warnings.

use super::answer::{Admission, Answer, Blocker, Direction, Hop, Spot, Step};
use super::code::{PathCode, Weight};
use super::index::Network;
use crate::snapshot::{Aspect, Document, Undecided};
use crate::untrusted::Untrusted;

/// Why a part of the path came to no end; the blocker is in the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// It is known to end.
    Blocked,
    /// Where it goes is not known.
    Undecided,
}

/// Everything found along one flow's way.
#[derive(Debug, Default, Clone)]
pub(super) struct Trail {
    pub hops: Vec<Hop>,
    pub blockers: Vec<Blocker>,
    pub warnings: Vec<Blocker>,
    pub admitted_out: Vec<Admission>,
    pub admitted_in: Vec<Admission>,
    spot: Option<Spot>,
}

impl Trail {
    /// Says where what is noted next is.
    pub(super) fn stand_at(&mut self, step: Step, subnet: &str) {
        self.spot = Some(Spot { step, subnet: printable(subnet.to_owned()) });
    }

    /// Says that what is noted next is nowhere in particular.
    pub(super) fn leave(&mut self) {
        self.spot = None;
    }

    /// Notes what another trail found, where it found it.
    pub(super) fn adopt(&mut self, found: Blocker) {
        self.spot = found.spot;
        self.block(found.code, &found.component, found.rule, found.direction, found.detail);
        self.leave();
    }

    /// Notes what lets the packet pass.
    pub(super) fn pass(
        &mut self,
        step: Step,
        component: &str,
        rule: Option<String>,
        direction: Direction,
        detail: String,
    ) {
        let (component, rule, detail) = (printable(component.into()), rule.map(printable), printable(detail));
        self.hops.push(Hop { step, component, rule, direction, detail, spot: self.spot.clone() });
    }

    /// Notes what is in the way, once.
    pub(super) fn block(
        &mut self,
        code: PathCode,
        component: &str,
        rule: Option<String>,
        direction: Direction,
        detail: String,
    ) -> Lost {
        let (component, rule, detail) = (printable(component.into()), rule.map(printable), printable(detail));
        let blocker = Blocker { code, component, rule, direction, detail, spot: self.spot.clone() };
        let (found, lost) = match code.weight() {
            Weight::Denies => (&mut self.blockers, Lost::Blocked),
            Weight::Undecided => (&mut self.blockers, Lost::Undecided),
            Weight::Warns => (&mut self.warnings, Lost::Undecided),
        };
        if !found.contains(&blocker) {
            found.push(blocker);
        }
        lost
    }

    /// Notes that a thing, or the whole kind of document, is not in the snapshot.
    pub(super) fn missing(
        &mut self,
        network: &Network<'_>,
        document: Document,
        component: &str,
        direction: Direction,
    ) -> Lost {
        let open = network.snapshot().undecided.iter();
        if let Some(it) =
            open.filter(|it| it.of.as_deref() == Some(component)).find(|it| it.aspect == Aspect::Whole)
        {
            return self.undecided(it, component, direction);
        }
        let detail = if network.snapshot().has(document) {
            format!("no {document} document says enough of {component}; is an account or a region missing?")
        } else if let Some(unread) = network.snapshot().unread.get(&document) {
            format!("{document} was not read: {} gave {}", unread.action, unread.code)
        } else {
            format!("{document} was not read; it takes {}", document.action())
        };
        self.block(PathCode::SnapshotIncomplete, component, None, direction, detail)
    }

    /// Notes what a plan leaves open until it is applied.
    pub(super) fn undecided(&mut self, it: &Undecided, component: &str, direction: Direction) -> Lost {
        let detail = format!("{} is known only after apply: {} of the plan's {}", about(it), it.what, it.by);
        self.block(PathCode::SnapshotPlanUnknown, component, Some(it.by.clone()), direction, detail)
    }

    /// Notes that two files disagree about a thing that the answer depends on.
    pub(super) fn uses(&mut self, network: &Network<'_>, id: &str, direction: Direction) {
        for conflict in network.conflicts_of(id) {
            let detail = format!(
                "{} and {} disagree about its {}",
                conflict.first.display(),
                conflict.second.display(),
                conflict.path.trim_start_matches('.'),
            );
            self.block(PathCode::SnapshotConflict, id, None, direction, detail);
        }
        for it in network.undecided_of(id).filter(|it| it.aspect == Aspect::Changed && it.of.is_some()) {
            let detail = format!("the plan's {} changes it, which is not modelled", it.by);
            self.block(PathCode::SnapshotPlanUnsupported, id, Some(it.by.clone()), direction, detail);
        }
    }

    /// Denied by one known blocker, however much else is unknown. But where two files disagree about a
    /// thing on the way, or a plan changes it in a way that is not modelled, what denies may follow from
    /// what is not so.
    pub(super) fn answer(&self) -> Answer {
        let denies = self.blockers.iter().any(|blocker| blocker.code.weight() == Weight::Denies);
        let conflict = self.blockers.iter().any(|blocker| {
            matches!(blocker.code, PathCode::SnapshotConflict | PathCode::SnapshotPlanUnsupported)
        });
        match self.blockers.is_empty() {
            true => Answer::Allowed,
            false if denies && !conflict => Answer::Denied,
            false => Answer::Unknown,
        }
    }
}

/// What of a thing is undecided, in words.
fn about(it: &Undecided) -> String {
    match &it.aspect {
        Aspect::Rule(rule) if rule.egress => "an outbound rule".to_owned(),
        Aspect::Rule(_) => "an inbound rule".to_owned(),
        Aspect::Groups => "which groups it carries".to_owned(),
        Aspect::Entry { number: Some(number), .. } => format!("rule {number}"),
        Aspect::Entry { number: None, .. } => "a rule".to_owned(),
        Aspect::Route { destination: Some(destination) } => format!("the route to {destination}"),
        Aspect::Route { destination: None } => "a route".to_owned(),
        Aspect::RouteTable => "which route table it uses".to_owned(),
        Aspect::NetworkAcl => "which network ACL guards it".to_owned(),
        Aspect::Whole | Aspect::Changed => "it".to_owned(),
    }
}

/// Files come from anywhere: what a terminal would obey is escaped.
pub(in crate::network) fn printable(text: String) -> String {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        text
    } else {
        Untrusted::from(text.as_str()).to_string()
    }
}
