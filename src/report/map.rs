//! A map, drawn: boxes for what is passed, lines for what passes, and the same as a list.

mod cell;
mod compare;
mod draw;
mod layout;
mod list;
mod settle;
mod wire;

pub(super) use cell::{Cells, Since, cells};
pub(super) use compare::{CHANGED, counterpart};
pub(super) use draw::{Drawing, draw};
pub(super) use list::list;

use crate::finding::Verdict;
use crate::finding::map::{Chart, Lane, Part, PartKind, Passage, Wish};

use super::printable;

/// Ids that a list names at most; the rest are counted.
const NAMED: usize = 6;

/// What the lines mean: their classes, and words. Colour is never all that tells two apart.
pub(super) const KEYS: [(&str, &str); 6] = [
    ("allowed", "passes"),
    ("denied", "does not pass"),
    ("unknown", "not known"),
    ("beyond", "not reached"),
    ("pass allowed", "thin and green: as the policy wants"),
    ("fail allowed", "thick and red: against it"),
];

/// The class that a verdict's colour hangs on.
pub(super) fn tone(verdict: Verdict) -> &'static str {
    verdict.word()
}

/// Names that are safe to print: the first of many, and how many more.
fn named(ids: &[String], most: usize) -> String {
    let shown: Vec<_> = ids.iter().take(most).map(|id| printable::line(id).into_owned()).collect();
    match ids.len() {
        count if count > most => format!("{} and {} more", shown.join(", "), count - most),
        _ => shown.join(", "),
    }
}

/// `ssh 22, https 443`.
fn services(lane: &Lane) -> String {
    let one = |sent: &crate::finding::map::Sent| {
        let port = sent.port.split('/').next().unwrap_or_default();
        printable::line(&format!("{} {port}", sent.name)).into_owned()
    };
    lane.services.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `3 interfaces`, `1 interface`.
fn interfaces(count: usize) -> String {
    if count == 1 { "1 interface".to_owned() } else { format!("{count} interfaces") }
}

/// What a part is called; of its name so many letters.
fn title(part: &Part, from: &str, to: &str, letters: usize) -> String {
    let noun = part.kind.noun(part.ids.len());
    match (part.kind, &part.name) {
        (PartKind::Source, _) => {
            let on = match part.nodes.len() {
                0 => String::new(),
                1 => " on 1 node".to_owned(),
                count => format!(" on {count} nodes"),
            };
            format!("{}: {}{on}", printable::line(from), interfaces(part.interfaces))
        }
        (PartKind::Destination, _) => printable::line(to).into_owned(),
        (_, Some(name)) => format!("{noun} {}", draw::short(&printable::line(name), letters)),
        (_, None) => noun.to_owned(),
    }
}

/// Each service of a chart, with what it comes to at worst.
pub(super) fn worst(chart: &Chart) -> Vec<(String, Verdict)> {
    let of = |service: &String| {
        let sends = |lane: &&Lane| lane.services.iter().any(|sent| sent.name == *service);
        let verdict = chart.lanes.iter().filter(sends).map(|lane| lane.verdict).max()?;
        Some((printable::line(service).into_owned(), verdict))
    };
    chart.services.iter().filter_map(of).collect()
}

/// What a lane comes to, in words.
fn outcome(lane: &Lane) -> &'static str {
    match (lane.wish, lane.passage, lane.verdict) {
        (_, Passage::Unknown, _) => "not known, which is no pass",
        (Wish::Open, Passage::Allowed, Verdict::Pass) => "allowed",
        (Wish::Open, Passage::Allowed, Verdict::Warn) => "allowed, but not always",
        (Wish::Open, Passage::Allowed, _) => "allowed, but not as the policy wants",
        (Wish::Open, Passage::Denied, _) => "denied",
        (Wish::Closed, Passage::Allowed, _) => "allowed, and should not be",
        (Wish::Closed, Passage::Denied, _) => "denied, as it should be",
    }
}
