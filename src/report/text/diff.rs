//! A change for people: what it opens and closes, what is undecided, what becomes of the policy.

use std::io::{self, Write};

use super::layout::Page;
use crate::change::{Change, ChangedBox, Doubt, PartyKind, TargetKind};
use crate::exit::Exit;
use crate::finding::{Finding, Verdict};
use crate::report::diff::DiffReport;
use crate::report::style::Style;
use crate::report::{VERSION, explain};

/// Address ranges, or ids, that a line shows at most; JSON has them all.
const SHOWN: usize = 6;

/// Writes a change as text.
///
/// # Errors
///
/// What the writer gives.
pub(in crate::report) fn write(report: &DiffReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, style);
    let change = &report.change;
    let text = format!(
        "reachgate {VERSION}: diff of {} to {} by policy {} ({})",
        report.before.join(", "),
        report.after.join(", "),
        report.policy.name,
        report.policy.origin
    );
    let dim = page.style.dim();
    let heading = page.one_line(&text).into_owned();
    page.paragraph("", "  ", &format!("{dim}{heading}{dim:#}"))?;
    page.blank()?;
    if change.narrowed {
        page.paragraph("", "  ", "compared is what the policy leads to: both sides were read no further")?;
        page.blank()?;
    }
    boxes("opened", Verdict::Warn, &change.opened, &mut page)?;
    boxes("closed", Verdict::Warn, &change.closed, &mut page)?;
    boxes("undecided", Verdict::Unknown, &change.undecided, &mut page)?;
    gaps(&change.gaps, &mut page)?;
    findings("broken", change.broken(), &mut page)?;
    findings("mended", change.mended(), &mut page)?;
    summary(report, &mut page)
}

pub(super) fn gaps(gaps: &[Doubt], page: &mut Page<'_>) -> io::Result<()> {
    if gaps.is_empty() {
        return Ok(());
    }
    page.underlined("not known of the whole")?;
    for gap in gaps {
        line(Verdict::Unknown, &told(gap), Some(gap.code.id()), page)?;
        page.command("explain", &explain(gap.code))?;
    }
    page.blank()
}

pub(super) fn boxes(
    heading: &str,
    verdict: Verdict,
    boxes: &[ChangedBox],
    page: &mut Page<'_>,
) -> io::Result<()> {
    if boxes.is_empty() {
        return Ok(());
    }
    page.underlined(heading)?;
    for changed in boxes {
        let services: Vec<String> = changed.services.iter().map(ToString::to_string).collect();
        let text = format!("{} to {}: {}", changed.from.name, changed.to.name, services.join(", "));
        line(verdict, &text, None, page)?;
        page.detail("from", &page.one_line(&from(changed)))?;
        page.detail("to", &page.one_line(&to(changed)))?;
        for (at, doubt) in changed.doubts.iter().enumerate() {
            page.detail(if at == 0 { "why" } else { "" }, &page.one_line(&told(doubt)))?;
        }
    }
    page.blank()
}

pub(in crate::report) fn from(changed: &ChangedBox) -> String {
    let from = &changed.from;
    let id = from.id.as_ref().filter(|id| **id != from.name).map_or_else(String::new, |id| format!("{id}: "));
    let ranges = few(from.ranges.iter().map(ToString::to_string));
    match from.kind {
        PartyKind::Range => format!("{id}whoever else is in {ranges}"),
        PartyKind::Interfaces => format!("{id}{ranges}"),
        PartyKind::Group => format!("{id}whoever carries it"),
    }
}

pub(in crate::report) fn to(changed: &ChangedBox) -> String {
    let to = &changed.to;
    let groups = to.groups.join(", ");
    match to.kind {
        TargetKind::Interfaces if groups.is_empty() => few(to.interfaces.iter().cloned()),
        TargetKind::Interfaces => format!("{} with {groups}", few(to.interfaces.iter().cloned())),
        TargetKind::Group => format!("{groups}, which no interface carries"),
    }
}

/// The first of them, and how many more.
fn few(items: impl ExactSizeIterator<Item = String>) -> String {
    let count = items.len();
    let shown: Vec<String> = items.take(SHOWN).collect();
    match count {
        count if count > SHOWN => format!("{} and {} more", shown.join(", "), count - SHOWN),
        _ => shown.join(", "),
    }
}

pub(in crate::report) fn told(doubt: &Doubt) -> String {
    match (doubt.component.as_str(), doubt.detail.as_str()) {
        ("", detail) => detail.to_owned(),
        (component, "") => component.to_owned(),
        (component, detail) => format!("{component}: {detail}"),
    }
}

fn findings(heading: &str, findings: Vec<&Finding>, page: &mut Page<'_>) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    page.underlined(heading)?;
    for finding in findings {
        if heading == "mended" {
            let text = format!("{}: was: {}", finding.subject, finding.observed);
            line(Verdict::Pass, &text, Some(finding.code.id()), page)?;
        } else {
            super::sentence(finding, page)?;
            page.detail("next", &finding.hint)?;
            page.command("explain", &explain(finding.code))?;
        }
    }
    page.blank()
}

/// `2 opened, 1 closed`.
pub(in crate::report) fn reach(change: &Change) -> String {
    if change.is_unchanged() {
        return "no change in reachability".to_owned();
    }
    let parts = [(&change.opened, "opened"), (&change.closed, "closed"), (&change.undecided, "undecided")];
    let counted = parts.iter().filter(|(boxes, _)| !boxes.is_empty());
    let counted: Vec<String> = counted.map(|(boxes, word)| format!("{} {word}", boxes.len())).collect();
    if counted.is_empty() { "not all is known".to_owned() } else { counted.join(", ") }
}

/// What the exit code means, and how that looks.
pub(in crate::report) fn status(report: &DiffReport) -> (Verdict, &'static str) {
    match report.exit() {
        Exit::Met => (Verdict::Pass, "nothing in it fails"),
        Exit::Broken => (Verdict::Fail, "the change fails"),
        Exit::Unknown | Exit::Usage => {
            (Verdict::Unknown, "not everything could be decided, which is no pass")
        }
    }
}

fn summary(report: &DiffReport, page: &mut Page<'_>) -> io::Result<()> {
    let change = &report.change;
    let (exit, reach) = (report.exit(), reach(change));
    let after = super::summary::counts(&change.after.iter().collect::<Vec<_>>(), page.style);
    page.paragraph("", "  ", &format!("{reach}; the policy after: {after}"))?;
    let (verdict, meaning) = status(report);
    verdict_line(verdict, meaning, exit, page)
}

/// What the exit code means, last of all.
pub(super) fn verdict_line(
    verdict: Verdict,
    meaning: &str,
    exit: Exit,
    page: &mut Page<'_>,
) -> io::Result<()> {
    let (paint, bold) = (page.style.of(verdict), page.style.bold());
    let (glyph, hang, code) = (page.glyph(verdict), page.hang(), exit.code());
    page.paragraph(
        "",
        &hang,
        &format!("{paint}{glyph}{paint:#} {bold}{meaning}{bold:#} {paint}(exit {code}){paint:#}"),
    )
}

fn line(verdict: Verdict, text: &str, code: Option<&str>, page: &mut Page<'_>) -> io::Result<()> {
    let (paint, dim) = (page.style.of(verdict), page.style.dim());
    let (glyph, hang) = (page.glyph(verdict), page.hang());
    let text = page.one_line(text).into_owned();
    let code = code.map_or_else(String::new, |code| format!("  {dim}[{code}]{dim:#}"));
    page.paragraph("", &hang, &format!("{paint}{glyph}{paint:#} {text}{code}"))
}
