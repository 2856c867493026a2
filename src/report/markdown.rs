//! The report as a comment on a merge request: the verdict first, then what to do, the rest folded.
//!
//! GitLab takes up to 1,000,000 characters (GitLab's docs, "Application limits"), GitHub 65,536; nobody reads so
//! much, so everything here has a limit, and what is left out is counted.

#[cfg(feature = "static")]
pub(super) mod diff;
mod escape;

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::code::Area;
use crate::exit::Exit;
use crate::finding::{Finding, Report, Verdict};

use super::style::{Glyphs, Style};
use super::summary::{advice, attention, checks, counted, duration, status};
use escape::{code, fenced, text, texts};

/// Findings, or rows, before the rest is folded.
const UNFOLDED: usize = 5;
/// Bytes after which no further finding is told, and after which the table has no further row.
const TOLD: usize = 30_000;
const WHOLE: usize = 55_000;
/// Characters of a phrase in a row, and of a paragraph.
const PHRASE: usize = 120;
const PARAGRAPH: usize = 500;
/// Characters of a command, or of Terraform, that is shown; a cut one could not be used.
const BLOCK: usize = 1_000;

/// Writes the report as Markdown.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = String::new();
    heading(report, &mut page);
    let attention = attention(report);
    if !attention.is_empty() {
        page.push_str("#### Needs attention\n\n");
        listed(&attention, "", ("finding", TOLD), &mut page, |finding, page| told(finding, page));
    }
    table(&report.findings, &mut page);
    out.write_all(page.as_bytes())
}

/// What it came to, in one look.
fn heading(report: &Report, page: &mut String) {
    let (verdict, meaning) = status(report);
    let (glyph, mode, exit) = (glyph(verdict), report.mode.word(), Exit::of(report).code());
    let _ = writeln!(page, "### {glyph} reachgate {mode}: {meaning}\n");
    let counts = counted(report.findings.iter()).map(|(verdict, count, word)| match verdict {
        Verdict::Pass | Verdict::Skip => format!("{count} {word}"),
        _ => format!("**{count} {word}**"),
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    let (checks, time) = (checks(report.findings.len()), duration(report.elapsed));
    let separator = if counts.is_empty() { "" } else { ": " };
    let policy = text(&format!("{} ({})", report.policy.name, report.policy.origin), PHRASE);
    let _ = writeln!(page, "{checks} in {time}{separator}{counts}. Policy {policy}; exit {exit}.\n");
}

/// The first of many things, and the rest in a fold, each under this head; as many as fit into so many bytes of the
/// page, and how many there are besides.
fn listed<T>(
    things: &[T],
    head: &str,
    (noun, limit): (&str, usize),
    page: &mut String,
    tell: impl Fn(&T, &mut String),
) {
    let (first, rest) = things.split_at(things.len().min(UNFOLDED));
    let mut left = things.len();
    let mut some = |things: &[T], page: &mut String| {
        page.push_str(head);
        for thing in things {
            if page.len() >= limit {
                break;
            }
            tell(thing, page);
            left -= 1;
        }
        // A table and a list end with an empty line, as findings do.
        page.push_str(if page.ends_with("\n\n") { "" } else { "\n" });
        left
    };
    let left = some(first, page);
    if rest.is_empty() || page.len() >= limit {
        return left_out(left, noun, page);
    }
    let _ = writeln!(page, "<details><summary>{} more {}</summary>\n", rest.len(), plural(noun, rest.len()));
    let left = some(rest, page);
    left_out(left, noun, page);
    page.push_str("</details>\n\n");
}

/// A finding with all that a reader needs to act.
fn told(finding: &Finding, page: &mut String) {
    let _ = writeln!(page, "{}\n", sentence(finding));
    let advice = advice(finding);
    let location = finding.location.as_ref().map(ToString::to_string).unwrap_or_default();
    let parts = [
        ("at", location.as_str()),
        ("expected", finding.expected.as_str()),
        ("why", finding.reason.as_str()),
        ("next", advice.sentence),
    ];
    for (label, part) in parts {
        let part = texts(part, PARAGRAPH);
        if !part.is_empty() {
            let _ = writeln!(page, "- **{label}** {part}");
        }
    }
    let _ = writeln!(page, "- **explain** {}\n", code(&super::explain(finding.code), PHRASE));
    if let Some(cli) = advice.cli {
        block("sh", cli, page);
    }
    if let Some(terraform) = advice.terraform {
        page.push_str("<details><summary>As Terraform</summary>\n\n");
        block("hcl", terraform, page);
        page.push_str("</details>\n\n");
    }
}

fn block(language: &str, text: &str, page: &mut String) {
    if text.chars().count() > BLOCK {
        page.push_str("(Too long for here; the JSON report has it.)\n\n");
    } else {
        let _ = writeln!(page, "{}\n", fenced(language, text));
    }
}

/// `**× subject**: observed` and the code.
fn sentence(finding: &Finding) -> String {
    let (glyph, id) = (glyph(finding.verdict), code(finding.code.id(), PHRASE));
    let (subject, observed) = (text(&finding.subject, PHRASE), text(&finding.observed, PARAGRAPH));
    match (subject.as_str(), observed.as_str()) {
        (noun, "") => format!("**{glyph} {noun}** {id}"),
        ("", seen) => format!("**{glyph}** {seen} {id}"),
        (noun, seen) => format!("**{glyph} {noun}**: {seen} {id}"),
    }
}

/// All checks, folded.
fn table(findings: &[Finding], page: &mut String) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(page, "<details><summary>All {}</summary>\n", checks(findings.len()));
    page.push_str("| | check | seen | code |\n|---|---|---|---|\n");
    let of = |area| findings.iter().filter(move |finding| finding.area() == area);
    let by_area: Vec<&Finding> = Area::ALL.into_iter().flat_map(of).collect();
    let mut left = by_area.iter();
    while page.len() < WHOLE
        && let Some(finding) = left.next()
    {
        let (glyph, id) = (glyph(finding.verdict), code(finding.code.id(), PHRASE));
        let (subject, observed) = (text(&finding.subject, PHRASE), text(&finding.observed, PHRASE));
        let _ = writeln!(page, "| {glyph} | {subject} | {observed} | {id} |");
    }
    page.push('\n');
    left_out(left.len(), "check", page);
    page.push_str("</details>\n");
}

/// How many more there are than are shown.
fn left_out(more: usize, noun: &str, page: &mut String) {
    if more > 0 {
        let noun = plural(noun, more);
        let _ = writeln!(page, "{more} more {noun} left out here; the JSON report has all.\n");
    }
}

fn plural(noun: &str, count: usize) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

fn glyph(verdict: Verdict) -> &'static str {
    Glyphs::Unicode.of(verdict)
}
