//! A change as a page: what it opens, closes and breaks, and the map before and after.

use std::io::{self, Write};

use maud::{Markup, html};

use super::page::{Page, mark};
use super::{areas, finding, map};
use crate::change::ChangedBox;
use crate::finding::{Finding, Verdict};
use crate::report::diff::DiffReport;
use crate::report::map::CHANGED;
use crate::report::printable;
use crate::report::summary::counted;
use crate::report::text::diff::{from, reach, status, to, told};

/// Rows of a table before the rest is folded.
const UNFOLDED: usize = 30;
/// Boxes of a list at most.
const SHOWN: usize = 2_000;

/// Writes a change as HTML.
///
/// # Errors
///
/// What the writer gives.
pub(in crate::report) fn write(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let (verdict, meaning) = status(report);
    let change = &report.change;
    let page = Page {
        title: format!("reachgate diff: {meaning}"),
        heading: "reachgate diff".to_owned(),
        verdict,
        meaning: format!("{meaning}: {}", reach(change)),
        about: about(report),
        sections: html! {
            (boxes("opened", "Opened", &change.opened))
            (boxes("closed", "Closed", &change.closed))
            (boxes("undecided", "Undecided", &change.undecided))
            @if !change.gaps.is_empty() {
                section aria-labelledby="gaps" {
                    h2 id="gaps" { "Not known of the whole" }
                    ul { @for gap in change.gaps.iter().take(SHOWN) { li { (line(&told(gap))) " " code { (gap.code.id()) } } } }
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

/// Boxes as a table; many are folded.
fn boxes(id: &str, heading: &str, boxes: &[ChangedBox]) -> Markup {
    let (first, rest) = boxes.split_at(boxes.len().min(UNFOLDED));
    let more = rest.len().saturating_sub(SHOWN);
    html! {
        @if !boxes.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (heading) }
                (table(heading, first))
                @if !rest.is_empty() {
                    details {
                        summary { (rest.len()) " more" span.unseen { " " (id) } }
                        (table(heading, rest.get(..SHOWN).unwrap_or(rest)))
                        @if more > 0 { p { (more) " more left out here; the JSON report has all." } }
                    }
                }
            }
        }
    }
}

fn table(heading: &str, boxes: &[ChangedBox]) -> Markup {
    let doubtful = boxes.iter().any(|changed| !changed.doubts.is_empty());
    html! {
        div.scroll tabindex="0" role="region" aria-label={ "Table: " (heading) } {
            table.boxes {
                caption.unseen { (heading) }
                thead { tr {
                    th scope="col" { "from" } th scope="col" { "to" } th scope="col" { "service" }
                    @if doubtful { th scope="col" { "why" } }
                } }
                tbody {
                    @for changed in boxes {
                        tr {
                            td { strong { (line(&changed.from.name)) } br; span.soft { (line(&from(changed))) } }
                            td { strong { (line(&changed.to.name)) } br; span.soft { (line(&to(changed))) } }
                            td { @for service in &changed.services { (service.to_string()) br; } }
                            @if doubtful { td { @for doubt in &changed.doubts { (line(&told(doubt))) br; } } }
                        }
                    }
                }
            }
        }
    }
}

fn findings(id: &str, heading: &str, findings: &[&Finding]) -> Markup {
    html! {
        @if !findings.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (heading) }
                @if id == "mends" {
                    @for finding in findings {
                        p { (mark(Verdict::Pass)) strong { (line(&finding.subject)) } ": was: " (line(&finding.observed)) " " code { (finding.code.id()) } }
                    }
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
