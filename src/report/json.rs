//! The report for scripts, `reachgate.report/v1`: written, read again, and its JSON Schema.
//!
//! These types are the format. They are apart from [`Report`] so that it can change while they do not.
//! Fields are only ever added to v1; readers ignore those that they do not know.

mod read;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::finding::{Finding, Location, PolicyName, Report, Verdict};

use super::printable;
use super::style::Style;
use super::{VERSION, explain};

pub use read::{ReadError, parse_report};

/// The format's name and version.
pub const SCHEMA: &str = "reachgate.report/v1";

/// What one run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "reachgate.report/v1")]
pub struct ReportV1 {
    /// Names this format.
    pub schema: SchemaName,
    /// What wrote it.
    pub tool: Tool,
    /// What was run: `probe` asked the network, `static` asked AWS's configuration, `gate` joined both.
    pub mode: String,
    /// Which policy it was judged by.
    pub policy: PolicyV1,
    /// The worst verdict; `unknown` when nothing was decided.
    pub verdict: VerdictV1,
    /// The process's exit code: 0 met, 1 broken, 3 nothing broken but something unknown.
    pub exit_code: u8,
    /// When it was made, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub taken_at: String,
    /// How long the run took, in milliseconds.
    pub elapsed_ms: u64,
    /// How many findings have each verdict.
    pub counts: Counts,
    /// Every finding, by area, then as the policy lists them.
    pub findings: Vec<FindingV1>,
}

/// The name of this format, and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SchemaName {
    /// The first version.
    #[serde(rename = "reachgate.report/v1")]
    V1,
}

/// What wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `reachgate`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A policy's identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyV1 {
    /// The policy's name.
    pub name: String,
    /// Where it was read from.
    pub origin: String,
    /// SHA-256 of its text, lower-case hex; reports of one policy agree in it.
    pub digest: String,
}

impl From<&PolicyName> for PolicyV1 {
    fn from(policy: &PolicyName) -> Self {
        let PolicyName { name, origin, digest } = policy.clone();
        Self { name, origin, digest }
    }
}

/// How it was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VerdictV1 {
    /// As expected.
    Pass,
    /// As expected, but something is about to go wrong.
    Warn,
    /// Not as expected.
    Fail,
    /// It could not be decided. Never a pass.
    Unknown,
    /// Not asked; `reason` says why.
    Skip,
}

/// Findings by verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Findings that are `pass`.
    pub pass: usize,
    /// Findings that are `warn`.
    pub warn: usize,
    /// Findings that are `fail`.
    pub fail: usize,
    /// Findings that are `unknown`.
    pub unknown: usize,
    /// Findings that are `skip`.
    pub skip: usize,
}

/// One judged expectation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingV1 {
    /// The finding's stable id, e.g. `port-filtered`.
    pub code: String,
    /// What the code belongs to, e.g. `port`.
    pub area: String,
    /// How it was judged.
    pub verdict: VerdictV1,
    /// What it is about, stable from run to run.
    pub subject: String,
    /// What the policy expects.
    pub expected: String,
    /// What was seen.
    pub observed: String,
    /// Why the verdict follows, or why it was not asked; may be empty.
    pub reason: String,
    /// The next step; empty when all is well.
    pub hint: String,
    /// The command that tells the code's whole story.
    pub explain: String,
    /// How long the check took, in milliseconds.
    pub elapsed_ms: u64,
    /// What was measured, by name.
    pub evidence: BTreeMap<String, serde_json::Value>,
    /// Where in a file it is; absent for what no file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationV1>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LocationV1 {
    /// The file, as it was named to the run.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// Writes the report as JSON, indented, with a line break at its end.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_json(&ReportV1::from(report), out)
}

/// Writes the JSON Schema (draft 2020-12) of [`ReportV1`].
///
/// # Errors
///
/// What the writer gives.
pub fn write_report_schema(out: &mut dyn Write) -> io::Result<()> {
    write_json(&schemars::schema_for!(ReportV1), out)
}

pub(super) fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    writeln!(out, "{}", printable::json(&text))
}

impl From<&Report> for ReportV1 {
    fn from(report: &Report) -> Self {
        Self {
            schema: SchemaName::V1,
            tool: Tool { name: "reachgate".to_owned(), version: VERSION.to_owned() },
            mode: report.mode.word().to_owned(),
            policy: PolicyV1::from(&report.policy),
            verdict: report.verdict().into(),
            exit_code: Exit::of(report).code(),
            taken_at: report.taken_at.to_string(),
            elapsed_ms: milliseconds(report.elapsed),
            counts: Counts {
                pass: report.count(Verdict::Pass),
                warn: report.count(Verdict::Warn),
                fail: report.count(Verdict::Fail),
                unknown: report.count(Verdict::Unknown),
                skip: report.count(Verdict::Skip),
            },
            findings: report.findings.iter().map(FindingV1::from).collect(),
        }
    }
}

impl From<&Finding> for FindingV1 {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.id().to_owned(),
            area: finding.area().word().to_owned(),
            verdict: finding.verdict.into(),
            subject: finding.subject.clone(),
            expected: finding.expected.clone(),
            observed: finding.observed.clone(),
            reason: finding.reason.clone(),
            hint: finding.hint.clone(),
            explain: explain(finding.code),
            elapsed_ms: milliseconds(finding.elapsed),
            evidence: finding.evidence.clone(),
            location: finding.location.as_ref().map(LocationV1::from),
        }
    }
}

impl From<&Location> for LocationV1 {
    fn from(location: &Location) -> Self {
        Self { path: location.path.clone(), line: location.line, column: location.column }
    }
}

impl From<Verdict> for VerdictV1 {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Warn => Self::Warn,
            Verdict::Fail => Self::Fail,
            Verdict::Unknown => Self::Unknown,
            Verdict::Skip => Self::Skip,
        }
    }
}

pub(super) fn milliseconds(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
