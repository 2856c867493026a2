//! A chart as SVG. Looks are left to the style sheet; here are places and classes.

use maud::{Markup, PreEscaped, html};

use crate::finding::map::{Chart, Part, PartKind};
use crate::report::style::Glyphs;

use super::cell::{Cell, Cells, Reached, Sign, Since};
use super::layout::{Frame, Layout, place};
use super::wire::{Ports, Wire, wires};
use super::{CHANGED, named, title, tone};

/// Round the drawing.
const MARGIN: f64 = 12.0;
/// Within a box.
const PADDING: f64 = 10.0;
/// A line of text, and the row of cells.
const LINE: f64 = 17.0;
const CELL: f64 = 40.0;
/// The width of a letter in each of the four sizes of text. No font is measured: a wide letter is assumed.
const TITLE: f64 = 8.0;
const SENT: f64 = 7.1;
const MONO: f64 = 7.3;
const SMALL: f64 = 6.7;
/// Letters that a line has at most, and the name of a thing.
const LETTERS: usize = 44;
const NAME: usize = 20;
/// The least and the most that a cell is wide. The longest code fits.
const NARROW: f64 = 92.0;
const WIDE: f64 = 290.0;
/// What a badge takes beside its letters.
const BADGE: f64 = 16.0;

/// A chart's drawing.
#[derive(Debug)]
pub(in crate::report) struct Drawing {
    /// The inside of an `svg` element.
    pub markup: Markup,
    /// In CSS pixels.
    pub width: f64,
    /// In CSS pixels.
    pub height: f64,
}

/// Draws a chart with its cells.
pub(in crate::report) fn draw(chart: &Chart, cells: &Cells) -> Drawing {
    let sizes: Vec<(f64, f64)> =
        chart.parts.iter().zip(cells).map(|(part, cells)| size(chart, part, cells)).collect();
    let layout = place(chart, &sizes);
    let mut ports = Ports::new();
    for (number, (frame, cells)) in layout.frames.iter().zip(cells).enumerate() {
        for (at, (x, width)) in columns(frame, cells).into_iter().enumerate() {
            ports.insert((number, at), x + width / 2.0);
        }
    }
    let wires = wires(chart, cells, &layout, &ports);
    let markup = html! {
        g transform=(format!("translate({MARGIN} {MARGIN})")) {
            @for wire in &wires { (line(wire)) }
            @for ((part, frame), cells) in chart.parts.iter().zip(&layout.frames).zip(cells) {
                (boxed(chart, part, frame, cells))
            }
        }
    };
    Drawing { markup, width: layout.width + 2.0 * MARGIN, height: height(&layout) }
}

fn height(layout: &Layout) -> f64 {
    layout.height + 2.0 * MARGIN
}

fn line(wire: &Wire) -> Markup {
    let (x, y) = wire.tip;
    let tip = format!("M{:.1} {:.1}h10l-5 8z", x - 5.0, y - 8.0);
    html! {
        path class=(wire.class) d=(wire.path) {}
        path class={ "tip " (wire.class) } d=(tip) {}
    }
}

/// The lines at the head of a box: what it is, which it is, where it is.
fn head(chart: &Chart, part: &Part) -> [String; 3] {
    // Two ids fit into a line; of more, one does, with their number.
    let few = |ids: &[String]| named(ids, if ids.len() > 2 { 1 } else { 2 });
    let which = match (part.kind, part.nodes.as_slice()) {
        (PartKind::Source, nodes) => few(nodes),
        (_, [node]) if part.ids.len() == 1 => {
            format!("{} of {}", few(&part.ids), few(std::slice::from_ref(node)))
        }
        _ => few(&part.ids),
    };
    let what = title(part, &chart.from, &chart.to, NAME);
    [what, which, named(&part.places, 1)].map(|line| short(&line, LETTERS))
}

/// What a box is marked with: the worst of its cells, those that are reached before others.
fn badge(cells: &[Cell]) -> Option<(Sign, Reached, String)> {
    let signs = cells.iter().filter_map(|cell| cell.sign.map(|sign| (std::cmp::Reverse(cell.reached), sign)));
    let (std::cmp::Reverse(reached), sign) = signs.filter(|(_, sign)| *sign > Sign::Keeps).max()?;
    let words = match (sign, reached) {
        (Sign::Ends, Reached::Yes) => "in the way",
        (Sign::Ends, Reached::No) => "in the way too",
        (Sign::Admits, _) => "admits wrongly",
        (Sign::Undecided, _) => "not known",
        (Sign::Partly | Sign::Keeps, _) => "not always",
    };
    Some((sign, reached, format!("{} {words}", Glyphs::Unicode.of(sign.tone()))))
}

fn badge_width(words: &str) -> f64 {
    wide(words, SMALL) + BADGE
}

fn size(chart: &Chart, part: &Part, cells: &[Cell]) -> (f64, f64) {
    let [what, which, place] = head(chart, part);
    let badge = badge(cells).map_or(0.0, |(.., words)| badge_width(&words) + PADDING);
    let text = [wide(&what, TITLE) + badge, wide(&which, MONO), wide(&place, SMALL)];
    let lines = [&what, &which, &place].iter().filter(|line| !line.is_empty()).count();
    let row: f64 = cells.iter().map(cell_width).sum::<f64>() + gaps(cells);
    let width = text.into_iter().fold(row, f64::max) + 2.0 * PADDING;
    (width, 2.0 * PADDING + LINE * count(lines) + CELL + 2.0)
}

fn gaps(cells: &[Cell]) -> f64 {
    6.0 * count(cells.len().saturating_sub(1))
}

fn wide(line: &str, letter: f64) -> f64 {
    count(line.chars().count()) * letter
}

fn cell_width(cell: &Cell) -> f64 {
    let most = wide(&cell.services, SENT) + 20.0 + changed_width(cell);
    most.max(wide(&cell.why, SMALL)).clamp(NARROW - 16.0, WIDE - 16.0) + 16.0
}

/// What the mark of a change takes.
fn changed_width(cell: &Cell) -> f64 {
    if cell.since == Since::Changed { 14.0 } else { 0.0 }
}

/// The left edge and width of each cell; together they fill the box.
fn columns(frame: &Frame, cells: &[Cell]) -> Vec<(f64, f64)> {
    let room = frame.width - 2.0 * PADDING - gaps(cells);
    let wanted: f64 = cells.iter().map(cell_width).sum();
    let stretch = if wanted > 0.0 { room / wanted } else { 1.0 };
    let mut x = frame.x + PADDING;
    let column = |cell: &Cell| {
        let width = cell_width(cell) * stretch;
        let at = x;
        x += width + 6.0;
        (at, width)
    };
    cells.iter().map(column).collect()
}

fn boxed(chart: &Chart, part: &Part, frame: &Frame, cells: &[Cell]) -> Markup {
    let [what, which, place] = head(chart, part);
    let badge = badge(cells);
    let class = match (&badge, part.kind) {
        (Some((sign, Reached::Yes, _)), _) => format!("box marked {}", tone(sign.tone())),
        (_, PartKind::Source | PartKind::Destination) => "box end".to_owned(),
        _ => "box".to_owned(),
    };
    let mut y = frame.y + PADDING + 12.0;
    let mut next = || {
        let at = y;
        y += LINE;
        format!("{at:.1}")
    };
    let x = format!("{:.1}", frame.x + PADDING);
    html! {
        g {
            rect class=(class) x=(px(frame.x)) y=(px(frame.y)) width=(px(frame.width)) height=(px(frame.height))
                rx="7" {}
            @if let Some(badge) = &badge { (badged(badge, frame)) }
            text.what x=(x) y=(next()) { (what) }
            @if !which.is_empty() { text.which x=(x) y=(next()) { (which) } }
            @if !place.is_empty() { text.place x=(x) y=(next()) { (place) } }
            @for (cell, (left, width)) in cells.iter().zip(columns(frame, cells)) {
                (celled(cell, left, frame.y + frame.height - PADDING - CELL, width))
            }
        }
    }
}

/// In a box's right upper corner, so that it is seen before anything is read.
fn badged((sign, reached, words): &(Sign, Reached, String), frame: &Frame) -> Markup {
    let width = badge_width(words);
    let x = frame.x + frame.width - PADDING - width;
    let beyond = if *reached == Reached::No { " beyond" } else { "" };
    html! {
        g class={ "badge " (tone(sign.tone())) (beyond) } {
            rect x=(px(x)) y=(px(frame.y + 7.0)) width=(px(width)) height="18" rx="9" {}
            text x=(px(x + width / 2.0)) y=(px(frame.y + 20.0)) { (words) }
        }
    }
}

fn celled(cell: &Cell, x: f64, y: f64, width: f64) -> Markup {
    let beyond = if cell.reached == Reached::No { " beyond" } else { "" };
    let marked = if cell.sign.is_some() { " marked" } else { "" };
    let letters = fitting(width - 28.0 - changed_width(cell), SENT);
    let notes = cell.notes.iter().map(String::as_str).collect::<Vec<_>>().join("; ");
    html! {
        g class=(format!("cell {}{marked}{beyond}", tone(cell.mark))) {
            @if !notes.is_empty() { title { (cell.why) ": " (notes) } }
            rect x=(px(x)) y=(px(y)) width=(px(width)) height=(px(CELL)) rx="4" {}
            text.mark x=(px(x + 8.0)) y=(px(y + 16.0)) { (cell.glyph()) }
            text.sent x=(px(x + 22.0)) y=(px(y + 16.0)) { (short(&cell.services, letters)) }
            @if cell.since == Since::Changed {
                text.changed x=(px(x + width - 8.0)) y=(px(y + 16.0)) { (CHANGED) title { "changed" } }
            }
            text.why x=(px(x + 8.0)) y=(px(y + 32.0)) { (short(&cell.why, fitting(width - 14.0, SMALL))) }
        }
    }
}

/// How many letters fit.
fn fitting(width: f64, letter: f64) -> usize {
    let mut letters = 0;
    while count(letters + 1) * letter <= width + 0.5 {
        letters += 1;
    }
    letters
}

pub(super) fn short(line: &str, letters: usize) -> String {
    if line.chars().count() <= letters {
        return line.to_owned();
    }
    line.chars().take(letters.saturating_sub(1)).chain(['…']).collect()
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

fn px(length: f64) -> PreEscaped<String> {
    PreEscaped(format!("{length:.1}"))
}
