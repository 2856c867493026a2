//! A change, as text, as the JSON of `reachgate.diff/v1`, as Markdown, as a page or as a picture.

mod json;

use std::io::{self, Write};
use std::time::Duration;

use super::style::Style;
use super::{Format, html, markdown, svg, text};
use crate::change::{Change, FailOn};
use crate::exit::Exit;
use crate::finding::{Map, PolicyName, Verdict};

pub use json::{BoxV1, DIFF_SCHEMA, DiffV1, DoubtV1, write_diff_schema};

/// A change, and what it is a change of.
#[derive(Debug)]
pub struct DiffReport {
    /// What it does.
    pub change: Change,
    /// Where the configuration before was read from, as a person would say it.
    pub before: Vec<String>,
    /// Where the configuration after was read from.
    pub after: Vec<String>,
    /// Which policy both were judged by.
    pub policy: PolicyName,
    /// The ways that the policy asks for, before and after.
    pub maps: [Map; 2],
    /// From what on it fails.
    pub fail_on: FailOn,
    /// When it was made.
    pub taken_at: jiff::Timestamp,
    /// How long it took.
    pub elapsed: Duration,
}

impl DiffReport {
    /// How the run ends: 1 by `fail_on`; else 3 where anything is undecided, the policy after it too; else 0.
    pub fn exit(&self) -> Exit {
        let unknown = self.change.after.iter().any(|finding| finding.verdict == Verdict::Unknown);
        if self.change.fails(self.fail_on) {
            Exit::Broken
        } else if self.change.is_undecided() || unknown {
            Exit::Unknown
        } else {
            Exit::Met
        }
    }

    /// Whether a diff is written as this format at all.
    pub fn is_written_as(format: Format) -> bool {
        matches!(format, Format::Text | Format::Json | Format::Markdown | Format::Html | Format::Svg)
    }

    /// Writes it; as text where there is no such format of it.
    ///
    /// # Errors
    ///
    /// What the writer gives.
    pub fn write(&self, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => json::write(self, out),
            Format::Markdown => markdown::diff::write(self, out),
            Format::Html => html::diff::write(self, out),
            Format::Svg => svg::diff::write(self, out),
            _ => text::diff::write(self, style, out),
        }
    }
}
