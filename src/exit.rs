//! The exit-code table, the same for every command and format.

use std::process::ExitCode;

use crate::finding::{FailOn, Report, Verdict};

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: every expectation met (`path`: allowed).
    Met,
    /// 1: at least one expectation broken (`path`: denied).
    Broken,
    /// 2: bad usage, policy or input; nothing was judged.
    Usage,
    /// 3: nothing broken, something unknown.
    Unknown,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Met => 0,
            Self::Broken => 1,
            Self::Usage => 2,
            Self::Unknown => 3,
        }
    }

    /// The exit of a report. Broken weighs more than unknown; warnings count as `--fail-on` says.
    pub fn of(report: &Report) -> Self {
        let broken = report.count(Verdict::Fail) > 0
            || report.fail_on == FailOn::Warn && report.count(Verdict::Warn) > 0;
        match report.verdict() {
            _ if broken => Self::Broken,
            _ if report.count(Verdict::Unknown) > 0 => Self::Unknown,
            Verdict::Unknown => Self::Unknown,
            _ => Self::Met,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
