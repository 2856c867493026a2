//! A change as a comment on the merge request that makes it: what it opens first, then what it breaks.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::escape::{code, text};
use super::{PARAGRAPH, PHRASE, glyph, listed, sentence, table, told};
use crate::change::{ChangedBox, Doubt};
use crate::finding::Verdict;
use crate::report::diff::DiffReport;
use crate::report::summary::counted;
use crate::report::text::diff::{from, reach, status, to, told as doubtful};

/// Bytes after which each part has no further row.
const OPENED: usize = 18_000;
const CLOSED: usize = 26_000;
const UNDECIDED: usize = 34_000;
const BROKEN: usize = 44_000;
const MENDED: usize = 48_000;
/// Doubts of one row.
const DOUBTS: usize = 3;

/// Writes a change as Markdown.
///
/// # Errors
///
/// What the writer gives.
pub(in crate::report) fn write(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let mut page = String::new();
    let change = &report.change;
    heading(report, &mut page);
    boxes("Opened", &change.opened, OPENED, &mut page);
    boxes("Closed", &change.closed, CLOSED, &mut page);
    boxes("Undecided", &change.undecided, UNDECIDED, &mut page);
    if !change.gaps.is_empty() {
        page.push_str("#### Not known of the whole\n\n");
        listed(&change.gaps, "", ("doubt", UNDECIDED), &mut page, |gap, page| {
            let (glyph, id) = (glyph(Verdict::Unknown), code(gap.code.id(), PHRASE));
            let _ = writeln!(page, "- {glyph} {} {id}", doubt(gap));
        });
    }
    let (broken, mended) = (change.broken(), change.mended());
    if !broken.is_empty() {
        page.push_str("#### Breaks\n\n");
        listed(&broken, "", ("finding", BROKEN), &mut page, |finding, page| told(finding, page));
    }
    if !mended.is_empty() {
        page.push_str("#### Mends\n\n");
        listed(&mended, "", ("finding", MENDED), &mut page, |finding, page| {
            let _ = writeln!(page, "- was: {}", sentence(finding));
        });
    }
    table(&change.after, &mut page);
    out.write_all(page.as_bytes())
}

fn heading(report: &DiffReport, page: &mut String) {
    let (verdict, meaning) = status(report);
    let (glyph, reach, exit) = (glyph(verdict), reach(&report.change), report.exit().code());
    let _ = writeln!(page, "### {glyph} reachgate diff: {meaning}\n");
    let counts = counted(report.change.after.iter()).map(|(_, count, word)| format!("{count} {word}"));
    let counts = counts.collect::<Vec<_>>().join(", ");
    let policy = text(&format!("{} ({})", report.policy.name, report.policy.origin), PHRASE);
    let [before, after] = [&report.before, &report.after].map(|side| text(&side.join(", "), PHRASE));
    let _ = writeln!(page, "**{reach}**; the policy after: {counts}. Exit {exit}.\n");
    let _ = writeln!(page, "From {before} to {after}, by policy {policy}.\n");
}

/// Boxes as a table: who, to whom, what.
fn boxes(heading: &str, boxes: &[ChangedBox], limit: usize, page: &mut String) {
    if boxes.is_empty() {
        return;
    }
    let _ = writeln!(page, "#### {heading}\n");
    // Only what is undecided has a reason.
    let reasons = boxes.iter().any(|changed| !changed.doubts.is_empty());
    let [word, rule] = if reasons { [" why |", "---|"] } else { ["", ""] };
    let head = format!("| from | to | service |{word}\n|---|---|---|{rule}\n");
    listed(boxes, &head, ("row", limit), page, |changed, page| {
        let services: Vec<String> = changed.services.iter().map(ToString::to_string).collect();
        let (who, whom) = (text(&changed.from.name, PHRASE), text(&changed.to.name, PHRASE));
        let (ranges, interfaces) = (text(&from(changed), PARAGRAPH), text(&to(changed), PARAGRAPH));
        let service = text(&services.join(", "), PHRASE);
        let _ = write!(page, "| **{who}**<br>{ranges} | **{whom}**<br>{interfaces} | {service} |");
        if reasons {
            let _ = write!(page, " {} |", why(&changed.doubts));
        }
        page.push('\n');
    });
}

/// The first doubts, and how many more.
fn why(doubts: &[Doubt]) -> String {
    let mut shown: Vec<String> = doubts.iter().take(DOUBTS).map(doubt).collect();
    if doubts.len() > DOUBTS {
        shown.push(format!("and {} more", doubts.len() - DOUBTS));
    }
    shown.join("<br>")
}

fn doubt(doubt: &Doubt) -> String {
    text(&doubtful(doubt), PHRASE)
}
