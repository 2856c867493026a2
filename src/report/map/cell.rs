//! What a box says of each lane that comes through it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::code::Code;
use crate::finding::Verdict;
use crate::finding::map::{Chart, Lane, Passage, Stop, Wish};
use crate::report::printable;
use crate::report::style::Glyphs;

use super::{interfaces, services};

/// Letters of several rules that are still shown.
const READABLE: usize = 34;

/// Codes of what lets something in that the policy does not want in, or not so.
const ADMITTING: [Code; 3] =
    [Code::GroupIngressByCidrOnly, Code::GroupIngressByOtherGroup, Code::PathExposed];

/// Lanes that look the same in one box.
#[derive(Debug)]
pub(in crate::report) struct Cell {
    /// What is sent.
    pub services: String,
    /// Where the first of them stands in the policy.
    order: usize,
    /// What the box does with it, as the policy sees it.
    pub mark: Verdict,
    /// What it is marked with, if it decides.
    pub sign: Option<Sign>,
    /// What decides: rules, a code, how many interfaces.
    pub why: String,
    /// The rules and routes among them.
    rules: BTreeSet<String>,
    /// Whether it gets here at all.
    pub reached: Reached,
    /// All that there is to say, for who points at it.
    pub notes: BTreeSet<String>,
    /// The lanes, by number.
    pub lanes: Vec<usize>,
    /// Whether it stands so in the other configuration too, where two are compared.
    pub since: Since,
}

/// Whether what a cell says is the other configuration's too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Since {
    /// It is, or there is no other.
    Same,
    /// It is not.
    Changed,
}

/// The cells of every part of a chart, by its number; in a part by the policy's order of services.
pub(in crate::report) type Cells = Vec<Vec<Cell>>;

/// What a cell, and so its box, is marked with where it decides; the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Sign {
    /// It stops what the policy wants closed.
    Keeps,
    /// It does not always pass.
    Partly,
    /// Whether it passes is not known.
    Undecided,
    /// It passes, and should not, or not so.
    Admits,
    /// It ends here, and should not.
    Ends,
}

impl Sign {
    /// The verdict that it looks like.
    pub(super) fn tone(self) -> Verdict {
        match self {
            Self::Keeps => Verdict::Pass,
            Self::Partly => Verdict::Warn,
            Self::Undecided => Verdict::Unknown,
            Self::Admits | Self::Ends => Verdict::Fail,
        }
    }
}

/// Whether something before stops a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Reached {
    /// It gets here.
    Yes,
    /// It ended before, so this is what would happen next.
    No,
}

impl Cell {
    /// Whether two say the same. Cells of several services have the rules of all, so those of one are among them.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        let passed = |cell: &Self| cell.sign.is_none() && !cell.rules.is_empty();
        let among = |one: &Self, other: &Self| one.rules.is_subset(&other.rules);
        let rules = passed(self) && passed(other) && (among(self, other) || among(other, self));
        (self.mark, self.sign) == (other.mark, other.sign) && (self.why == other.why || rules)
    }

    /// `√`, `×`, `?`, `‼`.
    pub(super) fn glyph(&self) -> &'static str {
        Glyphs::Unicode.of(self.mark)
    }
}

/// The cells of a chart. With another, that of the same ends in the other configuration, what differs is noted.
pub(in crate::report) fn cells(chart: &Chart, other: Option<&Chart>) -> Cells {
    let mut cells = cells_alone(chart);
    if let Some(other) = other {
        super::compare::note_changes(chart, &mut cells, other, &cells_alone(other));
    }
    cells
}

fn cells_alone(chart: &Chart) -> Cells {
    let mut all: Cells = chart.parts.iter().map(|_| Vec::new()).collect();
    for (number, lane) in chart.lanes.iter().enumerate() {
        let mut reached = Reached::Yes;
        let last = lane.stops.len().saturating_sub(1);
        for (at, stop) in lane.stops.iter().enumerate() {
            let whole = chart.parts.get(stop.part).map_or(0, |part| part.interfaces);
            let sign = sign(lane, stop);
            let (mark, why) = match (sign, stop.codes.first()) {
                (Some(Sign::Keeps), _) => (Verdict::Pass, "stops it, as wanted".to_owned()),
                (Some(sign), Some(code)) => (sign.tone(), wrong(*code, stop.codes.len() - 1)),
                _ if at == 0 => (lane.verdict, begins(lane, whole)),
                _ if at == last => arrives(lane, reached),
                _ => (stop.verdict, rules(stop)),
            };
            let order = lane
                .services
                .first()
                .and_then(|sent| chart.services.iter().position(|service| *service == sent.name));
            let one = Cell {
                services: services(lane),
                order: order.unwrap_or(usize::MAX),
                mark,
                sign,
                why,
                rules: stop.rules.iter().cloned().collect(),
                reached,
                notes: stop.notes.iter().map(|note| printable::line(note).into_owned()).collect(),
                lanes: vec![number],
                since: Since::Same,
            };
            if let Some(cells) = all.get_mut(stop.part) {
                add(cells, one, at > 0 && at < last);
            }
            if ends(stop) {
                reached = Reached::No;
            }
        }
    }
    for cells in &mut all {
        cells.sort_by_key(|cell| cell.order);
    }
    all
}

/// What a stop is marked with. That a closed service is stopped is what the policy wants.
fn sign(lane: &Lane, stop: &Stop) -> Option<Sign> {
    let admits = stop.codes.iter().any(|code| ADMITTING.contains(code));
    match stop.verdict {
        Verdict::Fail if lane.wish == Wish::Closed && lane.verdict == Verdict::Pass => Some(Sign::Keeps),
        Verdict::Fail => Some(Sign::Ends),
        Verdict::Unknown => Some(Sign::Undecided),
        Verdict::Warn if admits && lane.passage == Passage::Allowed => Some(Sign::Admits),
        Verdict::Warn => Some(Sign::Partly),
        Verdict::Pass | Verdict::Skip => None,
    }
}

/// What is wrong with it, and how much else.
fn wrong(code: Code, more: usize) -> String {
    if more == 0 { code.id().to_owned() } else { format!("{code} +{more}") }
}

/// The rules that decide; their number where they are too long to be read.
fn rules(stop: &Stop) -> String {
    let joined = stop.rules.join(", ");
    match stop.rules.len() {
        0 => "passes".to_owned(),
        count if count > 1 && joined.chars().count() > READABLE => format!("{count} rules"),
        _ => printable::line(&joined).into_owned(),
    }
}

/// At the source: what it comes to, and for how many where that is not all.
fn begins(lane: &Lane, whole: usize) -> String {
    let word = match (lane.wish, lane.passage, lane.verdict) {
        (_, Passage::Unknown, _) => "not known",
        (Wish::Open, Passage::Allowed, Verdict::Pass) => "allowed",
        (Wish::Open, Passage::Allowed, Verdict::Warn) => "allowed, not always",
        (Wish::Open, Passage::Allowed, _) => "allowed, not as wanted",
        (Wish::Open, Passage::Denied, _) => "denied",
        (Wish::Closed, Passage::Allowed, _) => "allowed, not wanted",
        (Wish::Closed, Passage::Denied, _) => "denied, as wanted",
    };
    if lane.interfaces < whole { format!("{word}, {}", interfaces(lane.interfaces)) } else { word.to_owned() }
}

/// At the destination: whether it gets here, and what the probe saw. Who was not reached by the probe may be admitted,
/// but has not been reached.
fn arrives(lane: &Lane, reached: Reached) -> (Verdict, String) {
    let probed = lane.services.iter().filter_map(|sent| sent.probed).max();
    let comes = if probed.is_none_or(|probed| probed == Verdict::Pass) { "reached" } else { "admitted" };
    let ended = reached == Reached::No || lane.passage == Passage::Denied;
    let (mark, mut words) = match (lane.wish, lane.passage) {
        (Wish::Open, _) if ended => (Verdict::Skip, "not reached".to_owned()),
        (Wish::Closed, Passage::Denied) => (Verdict::Pass, "not reached, as wanted".to_owned()),
        (_, Passage::Unknown) => (Verdict::Unknown, format!("perhaps {comes}")),
        (Wish::Closed, _) => (lane.verdict, format!("{comes}, not wanted")),
        (Wish::Open, _) if lane.verdict == Verdict::Fail => (lane.verdict, format!("{comes}, not as wanted")),
        (Wish::Open, _) if lane.verdict == Verdict::Warn => (lane.verdict, format!("{comes}, not always")),
        (Wish::Open, _) => (Verdict::Pass, comes.to_owned()),
    };
    if let Some(probed) = probed {
        let _ = write!(words, "; probe: {}", probed.word());
    }
    (probed.map_or(mark, |probed| mark.max(probed)), words)
}

/// Whether a lane comes no further.
pub(super) fn ends(stop: &Stop) -> bool {
    stop.verdict == Verdict::Fail
}

/// Adds what a lane looks like to a box. What is only passed on the way looks alike whoever comes by, so that a box
/// has no more cells than it tells things apart.
fn add(cells: &mut Vec<Cell>, one: Cell, on_the_way: bool) {
    let passed = on_the_way && one.sign.is_none();
    let same = |cell: &&mut Cell| {
        cell.services == one.services
            && (cell.mark, cell.sign) == (one.mark, one.sign)
            && (cell.why == one.why && cell.reached == one.reached || passed)
    };
    match cells.iter_mut().find(same) {
        Some(had) => {
            if had.why != one.why {
                "by several rules".clone_into(&mut had.why);
            }
            had.rules.extend(one.rules);
            had.reached = had.reached.min(one.reached);
            had.lanes.extend(one.lanes);
            had.notes.extend(one.notes);
        }
        None => cells.push(one),
    }
}
