//! A change as a page: what it opens, closes and breaks, and the map before and after.

use std::io::{self, Write};

use maud::{Markup, html};

use super::page::{Page, Room, left_out, mark};
use super::{areas, boxes, finding, map};
use crate::finding::{Finding, Verdict};
use crate::report::diff::DiffReport;
use crate::report::map::CHANGED;
use crate::report::printable;
use crate::report::summary::counted;
use crate::report::text::diff::{reach, status, told};

/// Doubts about the whole that are told, and what is mended, before the rest is counted.
const SHOWN: usize = 200;

/// Writes a change as HTML.
///
/// # Errors
///
/// What the writer gives.
pub(in crate::report) fn write(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let (verdict, meaning) = status(report);
    let change = &report.change;
    let mut room = Room::of_boxes();
    let page = Page {
        title: format!("reachgate diff: {meaning}"),
        heading: "reachgate diff".to_owned(),
        verdict,
        meaning: format!("{meaning}: {}", reach(change)),
        about: about(report),
        sections: html! {
            (boxes::section("opened", "Opened", &change.opened, &mut room))
            (boxes::section("closed", "Closed", &change.closed, &mut room))
            (boxes::section("undecided", "Undecided", &change.undecided, &mut room))
            @if !change.gaps.is_empty() {
                section aria-labelledby="gaps" {
                    h2 id="gaps" { "Not known of the whole" }
                    ul { @for gap in change.gaps.iter().take(SHOWN) { li { (line(&told(gap))) " " code { (gap.code.id()) } } } }
                    (left_out(change.gaps.len().saturating_sub(SHOWN)))
                }
            }
            (findings("breaks", "Breaks", &change.broken()))
            (findings("mends", "Mends", &change.mended()))
            (maps(report))
            section aria-labelledby="checks" {
                h2 id="checks" { "All checks after the change" }
                (areas(&change.after))
            }
        },
    };
    out.write_all(page.render().into_string().as_bytes())
}

fn about(report: &DiffReport) -> Markup {
    let counts: Vec<_> = counted(report.change.after.iter()).collect();
    html! {
        p {
            "The policy after: "
            @for (at, (verdict, count, word)) in counts.iter().enumerate() {
                @if at > 0 { ", " }
                span.(verdict.word()) { (count) " " (word) }
            }
            "; exit " (report.exit().code())
        }
        p.soft {
            "From " (line(&report.before.join(", "))) " to " (line(&report.after.join(", "))) ", by policy "
            (line(&report.policy.name)) " (" (line(&report.policy.origin)) ")"
        }
    }
}

fn findings(id: &str, heading: &str, findings: &[&Finding]) -> Markup {
    html! {
        @if !findings.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (heading) }
                @if id == "mends" {
                    @for finding in findings.iter().take(SHOWN) {
                        p { (mark(Verdict::Pass)) strong { (line(&finding.subject)) } ": was: " (line(&finding.observed)) " " code { (finding.code.id()) } }
                    }
                    (left_out(findings.len().saturating_sub(SHOWN)))
                } @else { (finding::all(findings)) }
            }
        }
    }
}

/// Both maps, one at a time; printed, both.
fn maps(report: &DiffReport) -> Markup {
    let [before, after] = &report.maps;
    html! {
        @if !before.charts.is_empty() || !after.charts.is_empty() {
            section aria-labelledby="map" {
                h2 id="map" { "Map" }
                fieldset.switch {
                    legend.unseen { "Which configuration the map shows" }
                    label { input id="show-before" type="radio" name="state"; "before" }
                    label { input id="show-after" type="radio" name="state" checked; "after" }
                }
                (map::legend(Some(CHANGED)))
                div.state.before { h3 { "Before the change" } (map::map(before, Some(after), "before")) }
                div.state.after { h3 { "After the change" } (map::map(after, Some(before), "after")) }
            }
        }
    }
}

fn line(text: &str) -> String {
    printable::line(text).into_owned()
}
