//! The lines between boxes: one for all lanes that look the same on it.

use std::collections::BTreeMap;
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

/// What makes lanes one line.
type Key = ((usize, usize), (usize, usize), Reached, Passage, Verdict);

/// Where lines leave and enter: the middle of each cell, by part and cell.
pub(super) type Ports = BTreeMap<(usize, usize), f64>;

/// All lines, the broken ones last and so on top.
pub(super) fn wires(chart: &Chart, cells: &[Vec<Cell>], layout: &Layout, ports: &Ports) -> Vec<Wire> {
    let mut seen: BTreeMap<Key, usize> = BTreeMap::new();
    let mut wires: Vec<(Verdict, Reached, Wire)> = Vec::new();
    for (number, lane) in chart.lanes.iter().enumerate() {
        let cell_of = |part: usize| {
            cells.get(part).and_then(|cells| cells.iter().position(|cell| cell.lanes.contains(&number)))
        };
        let mut reached = Reached::Yes;
        for pair in lane.stops.windows(2) {
            let [one, other] = pair else { continue };
            if ends(one) {
                reached = Reached::No;
            }
            let (Some(from), Some(to)) = (cell_of(one.part), cell_of(other.part)) else { continue };
            let (from, to) = ((one.part, from), (other.part, to));
            if seen.insert((from, to, reached, lane.passage, lane.verdict), 0).is_some() {
                continue;
            }
            let beside = wires.len() % 5;
            if let Some((path, tip)) = path(layout, ports, from, to, beside) {
                let beyond = if reached == Reached::No { " beyond" } else { "" };
                let class = format!("wire {} {}{beyond}", tone(lane.verdict), lane.passage.word());
                wires.push((lane.verdict, reached, Wire { path, tip, class }));
            }
        }
    }
    wires.sort_by_key(|(verdict, reached, _)| (std::cmp::Reverse(*reached), *verdict));
    wires.into_iter().map(|(_, _, wire)| wire).collect()
}

fn path(
    layout: &Layout,
    ports: &Ports,
    from: (usize, usize),
    to: (usize, usize),
    beside: usize,
) -> Option<(String, (f64, f64))> {
    let (one, other) = (layout.frames.get(from.0)?, layout.frames.get(to.0)?);
    let start = (*ports.get(&from)?, one.y + one.height);
    let end = (*ports.get(&to)?, other.y);
    let shift = f64::from(u32::try_from(beside).unwrap_or(0)) * APART - 2.0 * APART;
    let bends = layout.bends.get(&(from.0, to.0)).map_or(&[] as &[(f64, f64)], Vec::as_slice);
    let mut path = format!("M{:.1} {:.1}", start.0, start.1);
    if one.below > start.1 {
        let _ = write!(path, "V{:.1}", one.below);
    }
    let mut last = (start.0, one.below);
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
    Some((path, end))
}
