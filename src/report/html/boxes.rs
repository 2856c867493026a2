//! Who reaches whom, as tables: a few rows in one, many in folds.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::page::{Room, left_out};
use crate::change::{ChangedBox, ServiceRange};
use crate::report::printable;
use crate::report::text::diff::{from, to, told};

/// Rows of one table that stands open; of more, each fold has its own.
const OPEN: usize = 30;
/// Rows of a fold that has no name of its own, and the most folds with one.
const SLICE: usize = 100;
/// Services that a fold names.
const NAMED: usize = 3;

/// Rows that belong together.
struct Fold<'c> {
    name: String,
    boxes: Vec<&'c ChangedBox>,
}

/// A list of boxes under its heading; nothing where there are none.
pub(super) fn section(id: &str, heading: &str, boxes: &[ChangedBox], room: &mut Room) -> Markup {
    if boxes.is_empty() {
        return html! {};
    }
    let doubtful = boxes.iter().any(|changed| !changed.doubts.is_empty());
    let mut shown = 0;
    let mut table = |name: &str, boxes: &[&ChangedBox]| {
        let rows: Vec<Markup> = room.fill(boxes.iter().map(|changed| row(changed, doubtful)));
        shown += rows.len();
        tabled(&format!("{heading}{name}"), doubtful, &rows)
    };
    let inside = if boxes.len() <= OPEN {
        table("", &boxes.iter().collect::<Vec<_>>())
    } else {
        html! {
            @for fold in folds(boxes) {
                details.area {
                    summary {
                        span.name { (fold.name) }
                        " " span.count { (rows(&fold)) ": " (services(&fold.boxes)) }
                    }
                    (table(&format!(", {}", fold.name), &fold.boxes))
                }
            }
        }
    };
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (heading) }
            (inside)
            (left_out(boxes.len() - shown))
        }
    }
}

/// Rows by whom they reach, or by who begins where those are fewer; where both are many, so many at a time.
fn folds(boxes: &[ChangedBox]) -> Vec<Fold<'_>> {
    let by = |name: fn(&ChangedBox) -> &str, words: &str| -> Vec<Fold<'_>> {
        let mut folds: Vec<(&str, Fold<'_>)> = Vec::new();
        for changed in boxes {
            match folds.iter().position(|(had, _)| *had == name(changed)) {
                Some(at) => folds[at].1.boxes.push(changed),
                // Too many to have a fold each.
                None if folds.len() > SLICE => break,
                None => {
                    let named = format!("{words} {}", line(name(changed)));
                    folds.push((name(changed), Fold { name: named, boxes: vec![changed] }));
                }
            }
        }
        folds.into_iter().map(|(_, fold)| fold).collect()
    };
    let reached = by(|changed| &changed.to.name, "to");
    let beginning = by(|changed| &changed.from.name, "from");
    let fewer = if beginning.len() < reached.len() { beginning } else { reached };
    if fewer.len() <= SLICE {
        return fewer;
    }
    let slices = boxes.chunks(SLICE).enumerate().map(|(number, boxes)| {
        let (first, last) = (number * SLICE + 1, number * SLICE + boxes.len());
        Fold { name: format!("rows {first} to {last}"), boxes: boxes.iter().collect() }
    });
    slices.collect()
}

fn rows(fold: &Fold<'_>) -> String {
    if fold.boxes.len() == 1 { "1 row".to_owned() } else { format!("{} rows", fold.boxes.len()) }
}

/// The first services of many rows, and how many more.
fn services(boxes: &[&ChangedBox]) -> String {
    let all: BTreeSet<&ServiceRange> = boxes.iter().flat_map(|changed| &changed.services).collect();
    let shown = all.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if all.len() > NAMED { format!("{shown} and {} more", all.len() - NAMED) } else { shown }
}

fn tabled(name: &str, doubtful: bool, rows: &[Markup]) -> Markup {
    if rows.is_empty() {
        return html! { p { "Left out here; the JSON report has them." } };
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label={ "Table: " (name) } {
            table.boxes {
                caption.unseen { (name) }
                thead { tr {
                    th scope="col" { "from" } th scope="col" { "to" } th scope="col" { "service" }
                    @if doubtful { th scope="col" { "why" } }
                } }
                tbody { @for row in rows { (row) } }
            }
        }
    }
}

fn row(changed: &ChangedBox, doubtful: bool) -> Markup {
    html! {
        tr {
            td { strong { (line(&changed.from.name)) } br; span.soft { (line(&from(changed))) } }
            td { strong { (line(&changed.to.name)) } br; span.soft { (line(&to(changed))) } }
            td { @for service in &changed.services { (service.to_string()) br; } }
            @if doubtful { td { @for doubt in &changed.doubts { (line(&told(doubt))) br; } } }
        }
    }
}

fn line(text: &str) -> String {
    printable::line(text).into_owned()
}
