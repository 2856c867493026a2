//! The report as one page to read: no script, nothing from anywhere else, and a policy (CSP) that says so.
//!
//! It works from a file, printed, in the dark, with a keyboard alone and read aloud.

#[cfg(feature = "static")]
mod boxes;
#[cfg(feature = "static")]
pub(super) mod diff;
mod finding;
#[cfg(feature = "static")]
mod map;
mod page;

use std::io::{self, Write};

use maud::{Markup, html};

use crate::code::Area;
use crate::exit::Exit;
use crate::finding::{Finding, Report, Verdict};

use super::printable;
use super::style::Style;
use super::summary::{attention, checks, counted, duration, status};
use page::{Page, Room};

/// Writes the report as HTML.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (verdict, meaning) = status(report);
    let attention = attention(report);
    let map = map_of(report);
    let page = Page {
        title: format!("reachgate {}: {meaning}", report.mode.word()),
        heading: format!("reachgate {}", report.mode.word()),
        verdict,
        meaning: meaning.to_owned(),
        about: about(report),
        sections: html! {
            @if !attention.is_empty() {
                section aria-labelledby="attention" {
                    h2 id="attention" { "Needs attention" }
                    (finding::all(&attention))
                }
            }
            @if let Some(map) = map {
                section aria-labelledby="map" {
                    h2 id="map" { "Map" }
                    (map)
                }
            }
            section aria-labelledby="checks" {
                h2 id="checks" { "All checks" }
                (areas(&report.findings))
            }
        },
    };
    out.write_all(page.render().into_string().as_bytes())
}

#[cfg(feature = "static")]
fn map_of(report: &Report) -> Option<Markup> {
    let map = report.map.as_ref().filter(|map| !map.charts.is_empty())?;
    Some(html! { (map::legend(None)) (map::map(map, None, "")) })
}

#[cfg(not(feature = "static"))]
fn map_of(_: &Report) -> Option<Markup> {
    None
}

fn about(report: &Report) -> Markup {
    let counts: Vec<_> = counted(report.findings.iter()).collect();
    let taken = report.taken_at.round(jiff::Unit::Second).unwrap_or(report.taken_at).to_string();
    html! {
        p {
            (checks(report.findings.len())) " in " (duration(report.elapsed))
            @for (at, (verdict, count, word)) in counts.iter().enumerate() {
                (if at == 0 { ": " } else { ", " }) span.(verdict.word()) { (count) " " (word) }
            }
            "; exit " (Exit::of(report).code())
        }
        p.soft {
            "Policy " (printable::line(&report.policy.name)) " (" (printable::line(&report.policy.origin)) "), "
            time datetime=(taken) { (taken) }
            ", reachgate " (super::VERSION)
        }
    }
}

/// Every check, an area a fold; open where something is not well.
pub(super) fn areas(findings: &[Finding]) -> Markup {
    let areas = Area::ALL.into_iter().filter_map(|area| {
        let own: Vec<&Finding> = findings.iter().filter(|finding| finding.area() == area).collect();
        (!own.is_empty()).then_some((area, own))
    });
    let mut room = Room::of_checks();
    html! {
        @if findings.is_empty() { p { "None." } }
        @for (area, own) in areas {
            @let well = own.iter().all(|finding| matches!(finding.verdict, Verdict::Pass | Verdict::Skip));
            details.area open[!well] {
                summary {
                    span.name { (area.word()) }
                    @for (verdict, count, word) in counted(own.iter().copied()) {
                        " " span.count.(verdict.word()) { (count) " " (word) }
                    }
                }
                (finding::table(area.word(), &own, &mut room))
            }
        }
    }
}
