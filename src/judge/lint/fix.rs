//! What `--fix` writes: the findings' own replacements, and nothing else.
//!
//! A rule says so by two evidences: `replaces`, the bytes that stand at the finding's place, and `fix`, what to write
//! there. It does so only where the edit is right whatever else the file holds.

use std::collections::BTreeMap;

use crate::document::File;
use crate::finding::{Finding, Verdict};

/// A file's new text and how many places of it changed; `None` where nothing is to be changed. What is allowed or
/// left out is left as it is.
pub fn fixed_text(file: &File, findings: &[Finding]) -> Option<(String, usize)> {
    let mut edits: BTreeMap<usize, (&str, &str)> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !matches!(finding.verdict, Verdict::Skip | Verdict::Pass))
    {
        let Some(at) = finding.location.as_ref().filter(|at| at.path == file.path) else { continue };
        let text = |name: &str| finding.evidence.get(name).and_then(|value| value.as_str());
        let (Some(old), Some(new)) = (text("replaces"), text("fix")) else { continue };
        let Some(start) = file.offset(at.line, at.column) else { continue };
        if file.text.get(start..).is_some_and(|rest| rest.starts_with(old)) {
            edits.insert(start, (old, new));
        }
    }
    let mut made = String::with_capacity(file.text.len());
    let (mut from, mut count) = (0, 0);
    for (start, (old, new)) in edits {
        // Two edits of the same bytes cannot both be right.
        if start < from {
            continue;
        }
        made.push_str(file.text.get(from..start)?);
        made.push_str(new);
        from = start + old.len();
        count += 1;
    }
    made.push_str(file.text.get(from..)?);
    (count > 0).then_some((made, count))
}
