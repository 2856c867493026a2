//! The lines between boxes: one for all lanes that look the same on it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::finding::Verdict;
use crate::finding::map::{Chart, Passage};

use super::cell::{Cell, Reached, ends};
use super::layout::Layout;
use super::tone;

/// How far a line runs straight on out of a box.
const STRAIGHT: f64 = 30.0;
/// Between lines that go past the same boxes.
const APART: f64 = 5.0;

/// A line from one box's cell to another's.
#[derive(Debug)]
pub(super) struct Wire {
    /// An SVG path.
    pub path: String,
    /// The point of the arrow.
    pub tip: (f64, f64),
    /// Its classes: the verdict, the passage, whether anything gets here.
    pub class: String,
}

/// Between lines of different looks that leave or enter by one cell.
const ABREAST: f64 = 9.0;

/// A cell: its part, and which of it.
type Place = (usize, usize);

/// How a line looks: whether anything gets here, what the configuration does, what that comes to.
type Look = (Reached, Passage, Verdict);

/// Where lines leave and enter: the middle of each cell.
pub(super) type Ports = BTreeMap<Place, f64>;

/// The looks of the lines at each cell's lower and upper edge: each has a place of its own there, or one would hide
/// the other.
type Edge = BTreeMap<Place, BTreeSet<Look>>;

/// All lines, the broken ones last and so on top.
pub(super) fn wires(chart: &Chart, cells: &[Vec<Cell>], layout: &Layout, ports: &Ports) -> Vec<Wire> {
    let steps = steps(chart, cells);
    let (mut leaving, mut entering) = (Edge::new(), Edge::new());
    for (from, to, look) in &steps {
        leaving.entry(*from).or_default().insert(*look);
        entering.entry(*to).or_default().insert(*look);
    }
    let mut wires: Vec<(Look, Wire)> = Vec::new();
    for (number, (from, to, look)) in steps.into_iter().enumerate() {
        let (Some(one), Some(other)) = (layout.frames.get(from.0), layout.frames.get(to.0)) else { continue };
        let (Some(start), Some(end)) = (at(from, look, ports, &leaving), at(to, look, ports, &entering))
        else {
            continue;
        };
        let (path, tip) =
            path(layout, (from.0, to.0), [(start, one.y + one.height), (end, other.y)], number % 5);
        let beyond = if look.0 == Reached::No { " beyond" } else { "" };
        let class = format!("wire {} {}{beyond}", tone(look.2), look.1.word());
        wires.push((look, Wire { path, tip, class }));
    }
    wires.sort_by_key(|((reached, _, verdict), _)| (std::cmp::Reverse(*reached), *verdict));
    wires.into_iter().map(|(_, wire)| wire).collect()
}

/// From which cell to which lanes go, once for all that look the same.
fn steps(chart: &Chart, cells: &[Vec<Cell>]) -> Vec<(Place, Place, Look)> {
    let mut steps = Vec::new();
    for (number, lane) in chart.lanes.iter().enumerate() {
        let cell_of = |part: usize| {
            let own = cells.get(part)?.iter().position(|cell| cell.lanes.contains(&number))?;
            Some((part, own))
        };
        let mut reached = Reached::Yes;
        for pair in lane.stops.windows(2) {
            let [one, other] = pair else { continue };
            if ends(one) {
                reached = Reached::No;
            }
            let (Some(from), Some(to)) = (cell_of(one.part), cell_of(other.part)) else { continue };
            let step = (from, to, (reached, lane.passage, lane.verdict));
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
    }
    steps
}

/// Where a line of this look leaves or enters by a cell.
fn at(place: Place, look: Look, ports: &Ports, edge: &Edge) -> Option<f64> {
    let looks = edge.get(&place)?;
    let (own, all) = (looks.iter().position(|other| *other == look)?, looks.len());
    let count = |number: usize| u32::try_from(number).map_or(0.0, f64::from);
    Some(ports.get(&place)? + (count(own) - (count(all) - 1.0) / 2.0) * ABREAST)
}

fn path(
    layout: &Layout,
    parts: (usize, usize),
    [start, end]: [(f64, f64); 2],
    beside: usize,
) -> (String, (f64, f64)) {
    let shift = f64::from(u32::try_from(beside).unwrap_or(0)) * APART - 2.0 * APART;
    let bends = layout.bends.get(&parts).map_or(&[] as &[(f64, f64)], Vec::as_slice);
    let mut path = format!("M{:.1} {:.1}", start.0, start.1);
    let below = layout.frames.get(parts.0).map_or(start.1, |frame| frame.below);
    if below > start.1 {
        let _ = write!(path, "V{below:.1}");
    }
    let mut last = (start.0, below);
    let points = bends.iter().map(|(x, y)| (x + shift, *y)).chain([end]);
    for point in points {
        if (point.0 - last.0).abs() < 0.5 {
            let _ = write!(path, "V{:.1}", point.1);
        } else {
            let straight = STRAIGHT.min((point.1 - last.1).abs() * 0.6);
            let (low, high) = (last.1 + straight, point.1 - straight);
            let _ = write!(
                path,
                "C{:.1} {low:.1} {:.1} {high:.1} {:.1} {:.1}",
                last.0, point.0, point.0, point.1
            );
        }
        last = point;
    }
    (path, end)
}
