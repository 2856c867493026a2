//! Where the boxes go: rows from top to bottom by what is passed first, and in each row the order with the
//! fewest crossings (rust-sugiyama).

use std::collections::{BTreeMap, BTreeSet};

use rust_sugiyama::configure::{Config, CrossingMinimization, RankingType};

use crate::finding::map::Chart;

use super::settle::settle;

/// Between boxes side by side.
const BESIDE: f64 = 26.0;
/// Between rows, the least and the most; and how much of the way that a line goes aside it falls at least, so that
/// lines that cross can be told apart.
const BELOW: f64 = 46.0;
const FAR_BELOW: f64 = 96.0;
const FALL: f64 = 0.16;
/// The width that a line needs beside a box.
const LINE: f64 = 14.0;

/// A box's size, and where it goes: its left upper corner.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frame {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    /// Where the highest box of its row ends: until there a line runs straight on.
    pub below: f64,
}

/// All boxes in their places.
#[derive(Debug)]
pub(super) struct Layout {
    /// By the part's number.
    pub frames: Vec<Frame>,
    /// The points that lines from one part to another, rows further down, go through.
    pub bends: BTreeMap<(usize, usize), Vec<(f64, f64)>>,
    pub width: f64,
    pub height: f64,
}

/// Something in a row: a box, or a line that goes past.
#[derive(Debug, Clone, Copy)]
struct Item {
    row: usize,
    width: f64,
    centre: f64,
}

/// Places boxes of these sizes.
pub(super) fn place(chart: &Chart, sizes: &[(f64, f64)]) -> Layout {
    let steps = steps(chart);
    let rows = rows(sizes.len(), &steps);
    let mut items: Vec<Item> = sizes
        .iter()
        .zip(&rows)
        .map(|((width, _), row)| Item { row: *row, width: *width, centre: 0.0 })
        .collect();
    let mut links: Vec<(usize, usize)> = Vec::new();
    let mut through: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (one, other) in &steps {
        let (from, to) = (rows.get(*one).copied().unwrap_or(0), rows.get(*other).copied().unwrap_or(0));
        let mut last = *one;
        for row in from + 1..to {
            items.push(Item { row, width: LINE, centre: 0.0 });
            links.push((last, items.len() - 1));
            last = items.len() - 1;
            through.entry((*one, *other)).or_default().push(last);
        }
        links.push((last, *other));
    }
    centre(&mut items, &links);
    order_alike(&mut items, &links, sizes.len());
    draw_near(&mut items, &links);
    finish(sizes, &items, &links, &through)
}

/// Which part follows which on any lane.
fn steps(chart: &Chart) -> BTreeSet<(usize, usize)> {
    let pairs = chart.lanes.iter().flat_map(|lane| lane.stops.windows(2));
    pairs
        .filter_map(|pair| match pair {
            [one, other] => Some((one.part, other.part)),
            _ => None,
        })
        .collect()
}

/// The row of every part: one below the lowest of those before it. Parts are numbered in the order in which they
/// are passed, so one look at each is enough.
fn rows(count: usize, steps: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut rows = vec![0; count];
    for (one, other) in steps {
        let below = rows.get(*one).map_or(0, |row| row + 1);
        if let Some(row) = rows.get_mut(*other) {
            *row = below.max(*row);
        }
    }
    rows
}

/// Asks the library for every item's centre.
fn centre(items: &mut [Item], links: &[(usize, usize)]) {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let vertices: Vec<(u32, (f64, f64))> =
        items.iter().enumerate().map(|(at, item)| (number(at), (item.width, 10.0))).collect();
    let edges: Vec<(u32, u32)> = links.iter().map(|(one, other)| (number(*one), number(*other))).collect();
    let config = Config {
        minimum_length: 1,
        vertex_spacing: BESIDE,
        dummy_vertices: false,
        ranking_type: RankingType::MinimizeEdgeLength,
        c_minimization: CrossingMinimization::Barycenter,
        transpose: true,
        ..Config::default()
    };
    let mut left = 0.0;
    for (placed, _, _) in rust_sugiyama::from_vertices_and_edges(&vertices, &edges, &config) {
        let edge =
            |at: usize, x: f64, sign: f64| x + sign * items.get(at).map_or(0.0, |item| item.width / 2.0);
        let least = placed.iter().map(|(at, (x, _))| edge(*at, *x, -1.0)).fold(f64::INFINITY, f64::min);
        let most = placed.iter().map(|(at, (x, _))| edge(*at, *x, 1.0)).fold(f64::NEG_INFINITY, f64::max);
        for (at, (x, _)) in &placed {
            if let Some(item) = items.get_mut(*at) {
                item.centre = x - least + left;
            }
        }
        left += most - least + BESIDE;
    }
}

/// Boxes with the same neighbours may change places: they stand in the order of their numbers, so that the things
/// of one subnet stand below each other.
fn order_alike(items: &mut [Item], links: &[(usize, usize)], boxes: usize) {
    let mut alike: BTreeMap<(usize, Vec<usize>, Vec<usize>), Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate().take(boxes) {
        let before = links.iter().filter(|(_, other)| *other == at).map(|(one, _)| *one).collect();
        let behind = links.iter().filter(|(one, _)| *one == at).map(|(_, other)| *other).collect();
        alike.entry((item.row, before, behind)).or_default().push(at);
    }
    for members in alike.into_values().filter(|members| members.len() > 1) {
        let mut centres: Vec<f64> =
            members.iter().filter_map(|at| items.get(*at)).map(|item| item.centre).collect();
        centres.sort_by(f64::total_cmp);
        for (at, centre) in members.into_iter().zip(centres) {
            if let Some(item) = items.get_mut(at) {
                item.centre = centre;
            }
        }
    }
}

/// Moves everything near to what it is linked to. The library keeps lines straight, which sets boxes of many widths far
/// apart; the order that it found in each row stays.
fn draw_near(items: &mut [Item], links: &[(usize, usize)]) {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        rows.resize(rows.len().max(item.row + 1), Vec::new());
        rows[item.row].push(at);
    }
    for row in &mut rows {
        row.sort_by(|one, other| items[*one].centre.total_cmp(&items[*other].centre));
    }
    let widths: Vec<f64> = items.iter().map(|item| item.width).collect();
    let mut centres: Vec<f64> = items.iter().map(|item| item.centre).collect();
    settle(&rows, &widths, links, BESIDE, &mut centres);
    for (item, centre) in items.iter_mut().zip(centres) {
        item.centre = centre;
    }
}

/// Rows below each other, the farther apart the farther lines between them go aside.
fn finish(
    sizes: &[(f64, f64)],
    items: &[Item],
    links: &[(usize, usize)],
    through: &BTreeMap<(usize, usize), Vec<usize>>,
) -> Layout {
    let count = items.iter().map(|item| item.row + 1).max().unwrap_or(0);
    let mut heights = vec![0.0_f64; count];
    for (item, (_, height)) in items.iter().zip(sizes) {
        if let Some(tallest) = heights.get_mut(item.row) {
            *tallest = tallest.max(*height);
        }
    }
    let mut gaps = vec![BELOW; count];
    for (one, other) in links {
        let fall = (items[*one].centre - items[*other].centre).abs() * FALL;
        gaps[items[*one].row] = fall.clamp(gaps[items[*one].row], FAR_BELOW);
    }
    let mut tops = Vec::with_capacity(count);
    let mut top = 0.0;
    for (height, gap) in heights.iter().zip(&gaps) {
        tops.push(top);
        top += height + gap;
    }
    let bottom = top - gaps.last().copied().unwrap_or(0.0);
    let left = items.iter().map(|item| item.centre - item.width / 2.0).fold(f64::INFINITY, f64::min);
    let left = if left.is_finite() { left } else { 0.0 };
    let row = |item: &Item| {
        let top = tops.get(item.row).copied().unwrap_or(0.0);
        (top, heights.get(item.row).copied().unwrap_or(0.0))
    };
    let frames: Vec<Frame> = items
        .iter()
        .zip(sizes)
        .map(|(item, (width, height))| {
            let (top, tallest) = row(item);
            let x = item.centre - item.width / 2.0 - left;
            Frame { x, y: top, width: *width, height: *height, below: top + tallest }
        })
        .collect();
    let points = |at: &usize| {
        let (top, height) = items.get(*at).map_or((0.0, 0.0), row);
        let x = items.get(*at).map_or(0.0, |item| item.centre - left);
        [(x, top), (x, top + height)]
    };
    let bends =
        through.iter().map(|(step, items)| (*step, items.iter().flat_map(points).collect())).collect();
    let right = items.iter().map(|item| item.centre + item.width / 2.0 - left).fold(0.0, f64::max);
    Layout { frames, bends, width: right, height: bottom }
}
