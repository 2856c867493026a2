//! Reports in every format: their exact text, what no text in a report can do to them, and where they
//! are written.
//!
//! After a wanted change of a format, `REACHGATE_UPDATE_GOLDEN=1 cargo test --test report golden` writes the
//! golden files anew; `git diff` then shows the change.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where it fails, in its helper functions too"
)]

#[path = "report/gitlab.rs"]
mod gitlab;
#[path = "report/golden.rs"]
mod golden;
#[path = "report/hostile.rs"]
mod hostile;
#[path = "report/markdown.rs"]
mod markdown;
#[path = "report/meaning.rs"]
mod meaning;
#[path = "report/output.rs"]
mod output;
#[path = "report/readers.rs"]
mod readers;
#[path = "report/sample.rs"]
mod sample;

use reachgate::finding::Report;
use reachgate::report::{Format, Style};

/// A report as one format writes it.
fn written(format: Format, report: &Report, style: &Style) -> String {
    let mut out = Vec::new();
    format.write(report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
