//! Findings: what was expected, what was seen, why, and what to change.

pub mod map;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::code::{Area, Code};

pub use map::Map;

/// One judged expectation.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which of the known outcomes this is.
    pub code: Code,
    /// Whether it is good.
    pub verdict: Verdict,
    /// What it is about, stable from run to run, e.g. `dev-server 22/ssh` or `dev.cwiq.io`.
    pub subject: String,
    /// What the policy expects, a phrase.
    pub expected: String,
    /// What was seen, a phrase.
    pub observed: String,
    /// Why the verdict follows, or why the check was skipped; a sentence. Empty where `observed` says it all.
    pub reason: String,
    /// The next step, concrete: the port, the subnet, the variable, the command. Empty when all is well.
    pub hint: String,
    /// How long the check behind it took.
    pub elapsed: Duration,
    /// What was measured, by name; text that came from the network is already safe to print.
    pub evidence: BTreeMap<String, serde_json::Value>,
    /// Where in a file it is; `None` for what no file says.
    pub location: Option<Location>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file, as it was named to the run, relative where it was given so, with `/` between its parts.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

impl Finding {
    /// A finding that has yet to say what was expected and seen.
    pub fn new(code: Code, verdict: Verdict, subject: impl Into<String>) -> Self {
        Self {
            code,
            verdict,
            subject: subject.into(),
            expected: String::new(),
            observed: String::new(),
            reason: String::new(),
            hint: String::new(),
            elapsed: Duration::ZERO,
            evidence: BTreeMap::new(),
            location: None,
        }
    }

    /// Says what the policy expects.
    #[must_use]
    pub fn expected(mut self, phrase: impl Into<String>) -> Self {
        self.expected = phrase.into();
        self
    }

    /// Says what was seen.
    #[must_use]
    pub fn observed(mut self, phrase: impl Into<String>) -> Self {
        self.observed = phrase.into();
        self
    }

    /// Says why the verdict follows.
    #[must_use]
    pub fn reason(mut self, sentence: impl Into<String>) -> Self {
        self.reason = sentence.into();
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, sentence: impl Into<String>) -> Self {
        self.hint = sentence.into();
        self
    }

    /// Says how long the check took.
    #[must_use]
    pub fn elapsed(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Adds a measurement.
    #[must_use]
    pub fn evidence(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.evidence.insert(name.to_owned(), value.into());
        self
    }

    /// Says where in a file it is.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// The code's area.
    pub fn area(&self) -> Area {
        self.code.area()
    }
}

/// How a finding was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// As expected.
    Pass,
    /// Not asked; the finding's reason says why.
    Skip,
    /// As expected, but something is about to go wrong.
    Warn,
    /// It could not be decided. Never a pass.
    Unknown,
    /// Not as expected.
    Fail,
}

impl Verdict {
    /// All of them, best first.
    pub const ALL: [Self; 5] = [Self::Pass, Self::Skip, Self::Warn, Self::Unknown, Self::Fail];

    /// The word for it in every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Skip => "skip",
        }
    }
}

/// From which verdict on a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailOn {
    /// Only `fail`.
    #[default]
    Fail,
    /// `warn` too.
    Warn,
}

/// What was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The network was asked, from inside the pod.
    Probe,
    /// AWS's configuration was asked.
    Static,
    /// Both, and their answers joined.
    Gate,
    /// A repository's files were read.
    Lint,
}

impl Mode {
    /// The word for it in every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Static => "static",
            Self::Gate => "gate",
            Self::Lint => "lint",
        }
    }
}

/// Everything one run found.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was run.
    pub mode: Mode,
    /// Which policy it was judged by.
    pub policy: PolicyName,
    /// In the order they are shown: by area, then as the policy lists them.
    pub findings: Vec<Finding>,
    /// From which verdict on the run fails.
    pub fail_on: FailOn,
    /// When it was made.
    pub taken_at: jiff::Timestamp,
    /// How long it took.
    pub elapsed: Duration,
    /// The ways through AWS's configuration; `None` where only the network was asked.
    pub map: Option<Map>,
}

/// Which policy a report was judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyName {
    /// The policy's name.
    pub name: String,
    /// Where it was read from.
    pub origin: String,
    /// SHA-256 of its text.
    pub digest: String,
}

impl Report {
    /// The run's verdict. A run in which nothing was decided is `unknown`, never `pass`.
    pub fn verdict(&self) -> Verdict {
        let worst = self.findings.iter().map(|finding| finding.verdict).max();
        match worst {
            None | Some(Verdict::Skip) if !self.has(Verdict::Pass) => Verdict::Unknown,
            None | Some(Verdict::Pass | Verdict::Skip) => Verdict::Pass,
            Some(worst) => worst,
        }
    }

    /// How many findings have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    fn has(&self, verdict: Verdict) -> bool {
        self.findings.iter().any(|finding| finding.verdict == verdict)
    }
}
