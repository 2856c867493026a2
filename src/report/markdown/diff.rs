//! A change as a comment on the merge request that makes it: what it opens first, then what it breaks.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::escape::{code, text};
use super::{PARAGRAPH, PHRASE, glyph, left_out, sentence, table, told};
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
        let mut left = change.gaps.iter();
        while page.len() < UNDECIDED
            && let Some(gap) = left.next()
        {
            let _ = writeln!(
                page,
                "- {} {} {}",
                glyph(Verdict::Unknown),
                doubt(gap),
                code(gap.code.id(), PHRASE)
            );
        }
        page.push('\n');
        left_out(left.len(), "doubt", &mut page);
    }
    let (broken, mended) = (change.broken(), change.mended());
    if !broken.is_empty() {
        page.push_str("#### Breaks\n\n");
        let mut left = broken.iter();
        while page.len() < BROKEN
            && let Some(finding) = left.next()
        {
            told(finding, &mut page);
        }
        left_out(left.len(), "finding", &mut page);
    }
    if !mended.is_empty() {
        page.push_str("#### Mends\n\n");
        let mut left = mended.iter();
        while page.len() < MENDED
            && let Some(finding) = left.next()
        {
            let _ = writeln!(page, "- was: {}", sentence(finding));
        }
        page.push('\n');
        left_out(left.len(), "finding", &mut page);
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
    let why = if reasons { [" why |", "---|"] } else { ["", ""] };
    let _ = writeln!(page, "| from | to | service |{}\n|---|---|---|{}", why[0], why[1]);
    let mut left = boxes.iter();
    while page.len() < limit
        && let Some(changed) = left.next()
    {
        let services: Vec<String> = changed.services.iter().map(ToString::to_string).collect();
        let (who, whom) = (text(&changed.from.name, PHRASE), text(&changed.to.name, PHRASE));
        let (ranges, interfaces) = (text(&from(changed), PARAGRAPH), text(&to(changed), PARAGRAPH));
        let service = text(&services.join(", "), PHRASE);
        let _ = write!(page, "| **{who}**<br>{ranges} | **{whom}**<br>{interfaces} | {service} |");
        if reasons {
            let why = changed.doubts.iter().take(3).map(doubt).collect::<Vec<_>>().join("<br>");
            let _ = write!(page, " {why} |");
        }
        page.push('\n');
    }
    page.push('\n');
    left_out(left.len(), "row", page);
}

fn doubt(doubt: &Doubt) -> String {
    text(&doubtful(doubt), PHRASE)
}
