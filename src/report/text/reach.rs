//! Who reaches some interfaces, for people.

use std::io::{self, Write};

use super::diff::{boxes, gaps, verdict_line};
use super::layout::Page;
use crate::exit::Exit;
use crate::finding::Verdict;
use crate::report::VERSION;
use crate::report::reach::ReachReport;
use crate::report::style::Style;

/// Writes it as text.
///
/// # Errors
///
/// What the writer gives.
pub(in crate::report) fn write(report: &ReachReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, style);
    let exposure = &report.exposure;
    let named = format!("{} ({})", report.policy.name, report.policy.origin);
    let text = format!("reachgate {VERSION}: who reaches {}, named by policy {named}", report.to);
    let dim = page.style.dim();
    let heading = page.one_line(&text).into_owned();
    page.paragraph("", "  ", &format!("{dim}{heading}{dim:#}"))?;
    page.blank()?;
    boxes("reached by", Verdict::Pass, &exposure.open, &mut page)?;
    boxes("undecided", Verdict::Unknown, &exposure.undecided, &mut page)?;
    gaps(&exposure.gaps, &mut page)?;
    let counted = match (exposure.open.len(), report.exit()) {
        (0, Exit::Met) => "nobody reaches it".to_owned(),
        (0, _) => "nobody is known to reach it".to_owned(),
        (1, _) => "1 way in".to_owned(),
        (open, _) => format!("{open} ways in"),
    };
    page.paragraph("", "  ", &counted)?;
    let (verdict, meaning) = match report.exit() {
        Exit::Met => (Verdict::Pass, "that is all there is"),
        _ => (Verdict::Unknown, "not everything could be decided"),
    };
    verdict_line(verdict, meaning, report.exit(), &mut page)
}
