//! The map as a list: all that the drawing says, for those who do not see it.

use maud::{Markup, html};

use crate::finding::map::{Chart, Lane, Stop};
use crate::report::printable;
use crate::report::style::Glyphs;

use super::{NAMED, interfaces, named, outcome, services, title};

/// Every lane with all that it passes.
pub(in crate::report) fn list(chart: &Chart) -> Markup {
    html! {
        ul.lanes {
            @for lane in &chart.lanes {
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
                            (passed(chart, stop))
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

fn passed(chart: &Chart, stop: &Stop) -> Markup {
    let Some(part) = chart.parts.get(stop.part) else { return html! {} };
    let rules = stop.rules.join(", ");
    html! {
        li {
            span.glyph.(super::tone(stop.verdict)) aria-hidden="true" { (Glyphs::Unicode.of(stop.verdict)) }
            " " (title(part, &chart.from, &chart.to))
            @if !part.ids.is_empty() { " " code { (named(&part.ids, NAMED)) } }
            @if !part.places.is_empty() { " in " code { (named(&part.places, NAMED)) } }
            @if !rules.is_empty() { ": " (printable::line(&rules)) }
            @for (at, code) in stop.codes.iter().enumerate() {
                @if at == 0 { ": " (stop.verdict.word()) }
                ", " code { (code.id()) }
            }
            @for note in &stop.notes { "; " (printable::line(note)) }
        }
    }
}
