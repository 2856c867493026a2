//! The map as a list: all that the drawing says, for those who do not see it.

use maud::{Markup, html};

use crate::finding::map::{Chart, Lane, Stop};
use crate::report::printable;
use crate::report::style::Glyphs;

use super::cell::{Cells, Since};
use super::{CHANGED, NAMED, interfaces, named, outcome, services, title};

/// Letters of a name: AWS lets a security group's have 255.
const LETTERS: usize = 255;

/// Every lane with all that it passes.
pub(in crate::report) fn list(chart: &Chart, cells: &Cells) -> Markup {
    html! {
        ul.lanes {
            @for (number, lane) in chart.lanes.iter().enumerate() {
                li {
                    p {
                        span.glyph.(super::tone(lane.verdict)) aria-hidden="true" { (Glyphs::Unicode.of(lane.verdict)) }
                        " " strong { (services(lane)) } " from " (begin(lane)) ": " (outcome(lane))
                        @for sent in lane.services.iter() {
                            @if let Some(probed) = sent.probed {
                                "; the probe of " (printable::line(&sent.name)) ": " (probed.word())
                            }
                        }
                    }
                    ol {
                        @for stop in &lane.stops {
                            (passed(chart, stop, since(cells, stop, number)))
                        }
                    }
                }
            }
        }
    }
}

/// `3 interfaces (eni-1, eni-2 and 1 more)`.
fn begin(lane: &Lane) -> String {
    let examples: Vec<_> = lane.examples.iter().map(|id| printable::line(id).into_owned()).collect();
    let more = lane.interfaces.saturating_sub(examples.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{} ({}{more})", interfaces(lane.interfaces), examples.join(", "))
}

/// Whether what a stop says of a lane has changed.
fn since(cells: &Cells, stop: &Stop, lane: usize) -> Since {
    let own = cells.get(stop.part).and_then(|cells| cells.iter().find(|cell| cell.lanes.contains(&lane)));
    own.map_or(Since::Same, |cell| cell.since)
}

fn passed(chart: &Chart, stop: &Stop, since: Since) -> Markup {
    let Some(part) = chart.parts.get(stop.part) else { return html! {} };
    let rules = stop.rules.join(", ");
    html! {
        li {
            span.glyph.(super::tone(stop.verdict)) aria-hidden="true" { (Glyphs::Unicode.of(stop.verdict)) }
            " " (title(part, &chart.from, &chart.to, LETTERS))
            @if !part.nodes.is_empty() { " " code { (named(&part.nodes, NAMED)) } }
            @if !part.ids.is_empty() { " " code { (named(&part.ids, NAMED)) } }
            @if !part.places.is_empty() { " in " code { (named(&part.places, NAMED)) } }
            @if !rules.is_empty() { ": " (printable::line(&rules)) }
            @for (at, code) in stop.codes.iter().enumerate() {
                @if at == 0 { ": " (stop.verdict.word()) }
                ", " code { (code.id()) }
            }
            @for note in &stop.notes { "; " (printable::line(note)) }
            @if since == Since::Changed { " " strong.changed { (CHANGED) " changed" } }
        }
    }
}
