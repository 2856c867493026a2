//! What a box says of each lane that comes through it.

use std::collections::BTreeSet;

use crate::code::Code;
use crate::finding::Verdict;
use crate::finding::map::{Chart, Lane, Passage, Stop};
use crate::report::printable;
use crate::report::style::Glyphs;

use super::{interfaces, services};

/// Letters of several rules that are still shown.
const READABLE: usize = 34;

/// Lanes that look the same in one box.
#[derive(Debug)]
pub(super) struct Cell {
    /// What is sent.
    pub services: String,
    /// What the box does with it.
    pub verdict: Verdict,
    /// What the lanes come to in the end.
    pub tone: Verdict,
    /// What decides: rules, a code, how many interfaces.
    pub why: String,
    /// Whether it gets here at all.
    pub reached: Reached,
    /// All that there is to say, for who points at it.
    pub notes: BTreeSet<String>,
    /// The lanes, by number.
    pub lanes: Vec<usize>,
}

/// Whether something before stops a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    /// It gets here.
    Yes,
    /// It ended before, so this is what would happen next.
    No,
}

impl Cell {
    fn new(lane: &Lane, verdict: Verdict, why: String, reached: Reached) -> Self {
        let (services, tone) = (services(lane), lane.verdict);
        Self { services, verdict, tone, why, reached, notes: BTreeSet::new(), lanes: Vec::new() }
    }

    /// `√`, `×`, `?`, `‼`.
    pub(super) fn glyph(&self) -> &'static str {
        Glyphs::Unicode.of(self.verdict)
    }
}

/// The cells of every part, by its number.
pub(super) fn cells(chart: &Chart) -> Vec<Vec<Cell>> {
    let mut all: Vec<Vec<Cell>> = chart.parts.iter().map(|_| Vec::new()).collect();
    for (number, lane) in chart.lanes.iter().enumerate() {
        let mut reached = Reached::Yes;
        for (at, stop) in lane.stops.iter().enumerate() {
            let whole = chart.parts.get(stop.part).map_or(0, |part| part.interfaces);
            let (verdict, why) = match stop.codes.first() {
                Some(code) => (stop.verdict, wrong(*code, stop.codes.len() - 1)),
                None if at == 0 => (lane.verdict, begins(lane, whole)),
                None if at + 1 == lane.stops.len() => arrives(lane, reached),
                None => (stop.verdict, rules(stop)),
            };
            if let Some(cells) = all.get_mut(stop.part) {
                add(cells, number, lane, stop, Cell::new(lane, verdict, why, reached));
            }
            if ends(stop) {
                reached = Reached::No;
            }
        }
    }
    all
}

/// What is wrong with it, and how much else.
fn wrong(code: Code, more: usize) -> String {
    if more == 0 { code.id().to_owned() } else { format!("{code} and {more} more") }
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
    let word = lane.passage.word();
    if lane.interfaces < whole { format!("{word}, {}", interfaces(lane.interfaces)) } else { word.to_owned() }
}

/// At the destination: whether it gets here, and what the probe saw.
fn arrives(lane: &Lane, reached: Reached) -> (Verdict, String) {
    let probed = lane.services.iter().filter_map(|sent| sent.probed).max();
    let (verdict, word) = match (reached, lane.passage) {
        (Reached::No, _) | (_, Passage::Denied) => (Verdict::Skip, "not reached"),
        (_, Passage::Unknown) => (Verdict::Unknown, "perhaps reached"),
        (_, Passage::Allowed) => (Verdict::Pass, "reached"),
    };
    let probed = probed.map_or_else(String::new, |probed| format!("; probe: {}", probed.word()));
    (verdict, format!("{word}{probed}"))
}

/// Whether a lane comes no further.
pub(super) fn ends(stop: &Stop) -> bool {
    stop.verdict == Verdict::Fail
}

fn add(cells: &mut Vec<Cell>, number: usize, lane: &Lane, stop: &Stop, one: Cell) {
    let same = |cell: &&mut Cell| {
        cell.services == one.services
            && cell.verdict == one.verdict
            && cell.tone == one.tone
            && cell.reached == one.reached
            && (cell.why == one.why || stop.codes.is_empty() && lane.stops.first() != Some(stop))
    };
    let cell = if let Some(had) = cells.iter_mut().find(same) {
        if had.why != one.why {
            "by several rules".clone_into(&mut had.why);
        }
        had
    } else {
        cells.push(one);
        let last = cells.len() - 1;
        &mut cells[last]
    };
    cell.lanes.push(number);
    cell.notes.extend(stop.notes.iter().map(|note| printable::line(note).into_owned()));
}
