//! A finding: in full where it needs attention, as a row of a table elsewhere.

use maud::{Markup, html};
use serde_json::Value;

use super::page::{Room, left_out, mark};
use crate::finding::Finding;
use crate::report::summary::advice;
use crate::report::{explain, printable};

/// Findings that are told in full, and those that have a line each, before the rest is folded.
const TOLD: usize = 3;
const LISTED: usize = 7;
/// How many of a list of ids, or of anything else, evidence shows.
const SHOWN: usize = 12;

/// Findings with their reasons and next steps: of many, the first in full, more with a line each to unfold.
pub(in crate::report) fn all(findings: &[&Finding]) -> Markup {
    let (told, rest) = findings.split_at(findings.len().min(TOLD));
    let (listed, rest) = rest.split_at(rest.len().min(LISTED));
    html! {
        @for finding in told { (told_in_full(finding)) }
        @for finding in listed { (folded(finding)) }
        @if !rest.is_empty() {
            @let shown = Room::of_findings().fill(rest.iter().map(|finding| folded(finding)));
            details {
                summary { (rest.len()) " more" }
                @for finding in &shown { (finding) }
                (left_out(rest.len() - shown.len()))
            }
        }
    }
}

fn told_in_full(finding: &Finding) -> Markup {
    html! {
        article.(finding.verdict.word()) {
            h3 { (mark(finding.verdict)) (line(&finding.subject)) }
            p { (line(&finding.observed)) " " code { (finding.code.id()) } }
            (behind(finding))
        }
    }
}

/// A line, and the rest for who unfolds it.
fn folded(finding: &Finding) -> Markup {
    html! {
        article.folded.(finding.verdict.word()) {
            details {
                summary {
                    h3 { (mark(finding.verdict)) (line(&finding.subject)) }
                    (line(&finding.observed)) " " code { (finding.code.id()) }
                }
                (behind(finding))
            }
        }
    }
}

/// What lies behind a finding, and what to do.
fn behind(finding: &Finding) -> Markup {
    let advice = advice(finding);
    html! {
        (parts(finding))
        @if let Some(cli) = advice.cli { (block(cli)) }
        @if let Some(terraform) = advice.terraform {
            details.terraform { summary { "As Terraform" } (block(terraform)) }
        }
    }
}

/// A command or resource to copy. Long lines are wrapped, and are still one when copied.
fn block(text: &str) -> Markup {
    html! { pre { code { (printable::lines(text)) } } }
}

/// What lies behind a finding.
fn parts(finding: &Finding) -> Markup {
    let location = finding.location.as_ref().map(ToString::to_string).unwrap_or_default();
    let hint = advice(finding).sentence;
    let parts = [
        ("at", location.as_str()),
        ("expected", finding.expected.as_str()),
        ("why", finding.reason.as_str()),
        ("next", hint),
    ];
    html! {
        dl {
            @for (label, text) in parts.iter().filter(|(_, text)| !text.is_empty()) {
                dt { (label) }
                dd { @for (at, text) in text.lines().enumerate() { @if at > 0 { br; } (line(text)) } }
            }
            dt { "explain" }
            dd { code { (explain(finding.code)) } }
        }
    }
}

/// Findings of one area as a table.
pub(in crate::report) fn table(area: &str, findings: &[&Finding], room: &mut Room) -> Markup {
    let rows = room.fill(findings.iter().map(|finding| row(finding)));
    html! {
        @if !rows.is_empty() {
            div.scroll tabindex="0" role="region" aria-label={ "Checks: " (area) } {
                table {
                    caption.unseen { "Checks: " (area) }
                    thead { tr { th scope="col" { span.unseen { "verdict" } } th scope="col" { "check" } th scope="col" { "seen" } th scope="col" { "code" } } }
                    tbody { @for row in &rows { (row) } }
                }
            }
        }
        (left_out(findings.len() - rows.len()))
    }
}

fn row(finding: &Finding) -> Markup {
    html! {
        tr.(finding.verdict.word()) {
            td { (mark(finding.verdict)) }
            th scope="row" { (line(&finding.subject)) }
            td {
                (line(&finding.observed))
                details {
                    summary { "more" span.unseen { " on " (line(&finding.subject)) ", " (finding.code.id()) } }
                    (parts(finding))
                    (evidence(finding))
                }
            }
            td { code { (finding.code.id()) } }
        }
    }
}

/// What was measured.
fn evidence(finding: &Finding) -> Markup {
    let remedy = |name: &str| name.starts_with("remedy");
    let told: Vec<_> = finding.evidence.iter().filter(|(name, _)| !remedy(name)).collect();
    html! {
        @if !told.is_empty() {
            dl.evidence {
                @for (name, value) in told { dt { (line(name)) } dd { (shown(value)) } }
            }
        }
    }
}

/// A value in a line or a few; long lists are counted.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => line(text),
        Value::Array(items) => some(items.len(), items.iter().take(SHOWN).map(shown)),
        Value::Object(members) => some(
            members.len(),
            members.iter().take(SHOWN).map(|(name, value)| format!("{}: {}", line(name), shown(value))),
        ),
        other => other.to_string(),
    }
}

fn some(count: usize, shown: impl Iterator<Item = String>) -> String {
    let shown = shown.collect::<Vec<_>>().join(", ");
    if count > SHOWN { format!("{shown} and {} more", count - SHOWN) } else { shown }
}

fn line(text: &str) -> String {
    printable::line(text).into_owned()
}
