//! `--only` and `--skip`: what is left out is shown as skipped, never missing.

use crate::cli::Shared;
use crate::code::{Area, Code};
use crate::finding::{Finding, Verdict};

/// Whether anything of the area was asked for, so whether it is worth gathering.
pub fn wants(shared: &Shared, area: Area) -> bool {
    Code::ALL.iter().any(|code| code.area() == area && left_out(shared, *code).is_none())
}

/// Turns the findings that were not asked for into skipped ones.
pub fn apply(shared: &Shared, findings: &mut [Finding]) {
    for finding in findings {
        if let Some(option) = left_out(shared, finding.code) {
            finding.verdict = Verdict::Skip;
            finding.reason = format!("Left out by {option}.");
            finding.hint = String::new();
        }
    }
}

/// An interruption is always said: it is no check that could be left out.
fn left_out(shared: &Shared, code: Code) -> Option<&'static str> {
    if code.area() == Area::Run {
        None
    } else if !shared.only.is_empty() && !shared.only.iter().any(|selection| selection.holds(code)) {
        Some("--only")
    } else {
        shared.skip.iter().any(|selection| selection.holds(code)).then_some("--skip")
    }
}
