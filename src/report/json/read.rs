//! A report of another run, read again.

use std::time::Duration;

use serde::Deserialize;

use super::{FindingV1, ReportV1, SCHEMA, VerdictV1};
use crate::code::UnknownCode;
use crate::finding::{Finding, Location, Verdict};
use crate::report::printable;

/// Why a text is not a report that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON, or not of the format's shape; serde's message names line and column.
    #[error("not a {SCHEMA} document: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is of another format or version.
    #[error("this is a `{}` document, and only {SCHEMA} can be read; write it with this version of reachgate", printable::line(.0))]
    OtherSchema(String),
    /// It has a finding that this version does not know.
    #[error("a newer reachgate wrote it: there is no code {}", printable::line(&.0.0))]
    Code(#[from] UnknownCode),
}

impl TryFrom<FindingV1> for Finding {
    type Error = ReadError;

    fn try_from(told: FindingV1) -> Result<Self, ReadError> {
        Ok(Self {
            code: told.code.parse()?,
            verdict: told.verdict.into(),
            subject: told.subject,
            expected: told.expected,
            observed: told.observed,
            reason: told.reason,
            hint: told.hint,
            elapsed: Duration::from_millis(told.elapsed_ms),
            evidence: told.evidence,
            location: told.location.map(|place| Location {
                path: place.path,
                line: place.line,
                column: place.column,
            }),
        })
    }
}

impl From<VerdictV1> for Verdict {
    fn from(verdict: VerdictV1) -> Self {
        match verdict {
            VerdictV1::Pass => Self::Pass,
            VerdictV1::Warn => Self::Warn,
            VerdictV1::Fail => Self::Fail,
            VerdictV1::Unknown => Self::Unknown,
            VerdictV1::Skip => Self::Skip,
        }
    }
}

/// Reads a report that another run wrote. Its text is not safe to print as it is.
///
/// # Errors
///
/// When the text is not `reachgate.report/v1`.
pub fn parse_report(text: &str) -> Result<ReportV1, ReadError> {
    #[derive(Deserialize)]
    struct Named {
        schema: String,
    }
    let named: Named = serde_json::from_str(text)?;
    if named.schema != SCHEMA {
        return Err(ReadError::OtherSchema(named.schema));
    }
    Ok(serde_json::from_str(text)?)
}
