//! Who reaches some interfaces, as text or as the JSON of `reachgate.reach/v1`.

use std::io::{self, Write};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::diff::{BoxV1, DoubtV1};
use super::json::{PolicyV1, Tool, VerdictV1, milliseconds, write_json};
use super::style::Style;
use super::{Format, VERSION, text};
use crate::change::Exposure;
use crate::exit::Exit;
use crate::finding::PolicyName;

/// The format's name and version.
pub const REACH_SCHEMA: &str = "reachgate.reach/v1";

/// Who reaches some interfaces, and where that was read.
#[derive(Debug)]
pub struct ReachReport {
    /// Who does.
    pub exposure: Exposure,
    /// Whom they reach, as it was asked.
    pub to: String,
    /// The interfaces that are meant, in order.
    pub interfaces: Vec<String>,
    /// Which policy names things.
    pub policy: PolicyName,
    /// When it was asked.
    pub taken_at: jiff::Timestamp,
    /// How long it took.
    pub elapsed: Duration,
}

impl ReachReport {
    /// How the run ends: 3 where anything is undecided, else 0.
    pub fn exit(&self) -> Exit {
        let Exposure { undecided, gaps, .. } = &self.exposure;
        if undecided.is_empty() && gaps.is_empty() { Exit::Met } else { Exit::Unknown }
    }

    /// Whether it is written as this format at all.
    pub fn is_written_as(format: Format) -> bool {
        matches!(format, Format::Text | Format::Json)
    }

    /// Writes it; every format but JSON is text.
    ///
    /// # Errors
    ///
    /// What the writer gives.
    pub fn write(&self, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => write_json(&ReachV1::from(self), out),
            _ => text::reach::write(self, style, out),
        }
    }
}

/// Who reaches some interfaces. Fields are only ever added to v1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "reachgate.reach/v1")]
pub struct ReachV1 {
    /// Always `reachgate.reach/v1`.
    #[schemars(extend("const" = REACH_SCHEMA))]
    pub schema: String,
    /// What wrote it.
    pub tool: Tool,
    /// Whom they reach, as it was asked.
    pub to: String,
    /// The ids of the interfaces that are meant; none where there is none that was read.
    pub interfaces: Vec<String>,
    /// Which policy names sources, networks and destinations.
    pub policy: PolicyV1,
    /// `unknown` where anything is undecided, else `pass`.
    pub verdict: VerdictV1,
    /// The process's exit code: 0 or 3.
    pub exit_code: u8,
    /// When it was asked, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub taken_at: String,
    /// How long the run took, in milliseconds.
    pub elapsed_ms: u64,
    /// What passes.
    pub open: Vec<BoxV1>,
    /// What is not decided.
    pub undecided: Vec<BoxV1>,
    /// What is not known of the whole.
    pub gaps: Vec<DoubtV1>,
}

/// Writes the JSON Schema (draft 2020-12) of [`ReachV1`].
///
/// # Errors
///
/// What the writer gives.
pub fn write_reach_schema(out: &mut dyn Write) -> io::Result<()> {
    write_json(&schemars::schema_for!(ReachV1), out)
}

impl From<&ReachReport> for ReachV1 {
    fn from(report: &ReachReport) -> Self {
        let (Exposure { open, undecided, gaps }, exit) = (&report.exposure, report.exit());
        Self {
            schema: REACH_SCHEMA.to_owned(),
            tool: Tool { name: "reachgate".to_owned(), version: VERSION.to_owned() },
            to: report.to.clone(),
            interfaces: report.interfaces.clone(),
            policy: PolicyV1::from(&report.policy),
            verdict: if exit == Exit::Met { VerdictV1::Pass } else { VerdictV1::Unknown },
            exit_code: exit.code(),
            taken_at: report.taken_at.to_string(),
            elapsed_ms: milliseconds(report.elapsed),
            open: open.iter().map(BoxV1::from).collect(),
            undecided: undecided.iter().map(BoxV1::from).collect(),
            gaps: gaps.iter().map(DoubtV1::from).collect(),
        }
    }
}
