//! Report → writer, one format a file.
//!
//! A format is a module with one function, `write(report, style, out)`, and one line in the list
//! below. [`output`] is the only part that touches files; [`style`] decides how text looks;
//! [`printable`] is the boundary at which every writer makes text safe.
//!
//! Which phrases of a [`Finding`] end up where is told at
//! `text::sentence`.

pub mod annotations;
pub mod code_quality;
#[cfg(feature = "static")]
pub mod diff;
pub mod dotenv;
mod fingerprint;
pub mod html;
pub mod json;
pub mod junit;
#[cfg(feature = "static")]
mod map;
pub mod markdown;
pub mod openmetrics;
pub mod output;
#[cfg(feature = "static")]
pub mod path;
pub mod printable;
#[cfg(feature = "static")]
pub mod reach;
pub mod sarif;
pub mod site;
pub mod style;
mod summary;
pub mod svg;
pub mod text;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::code::Code;
use crate::exit::Exit;
use crate::finding::{Finding, Report, Verdict};

#[cfg(feature = "static")]
pub use diff::DiffReport;
pub use output::{OutputError, OutputSpec, Outputs};
#[cfg(feature = "static")]
pub use path::PathReport;
#[cfg(feature = "static")]
pub use reach::ReachReport;
pub use site::{CodesPage, Site};
pub use style::{ColorChoice, Style};

/// The tool's version, as every format tells it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

macro_rules! formats {
    ($($variant:ident $module:ident $word:literal $about:literal,)+) => {
        /// How a report is written.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Format {
            $(
                #[doc = $about]
                $variant,
            )+
        }

        impl Format {
            /// Every format.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word for it on the command line.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// One line on it, for help.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }

            /// Writes the report. Only [`Format::Text`] looks at how it is to look; what needs links takes
            /// the style's [`Site`].
            ///
            /// # Errors
            ///
            /// What the writer gives, e.g. `EPIPE` or `ENOSPC`.
            pub fn write(self, report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
                match self { $(Self::$variant => $module::write(report, style, out),)+ }
            }
        }
    };
}

formats! {
    Text text "text" "For people, in a terminal or a job's log",
    Json json "json" "For scripts: reachgate.report/v1",
    Junit junit "junit" "JUnit XML, for GitLab's test report",
    Markdown markdown "markdown" "Markdown, for a comment on a merge request",
    Html html "html" "One page to read, with a map",
    Svg svg "svg" "The map alone, as a picture",
    OpenMetrics openmetrics "openmetrics" "OpenMetrics text, for Prometheus and GitLab's metrics report",
    Sarif sarif "sarif" "SARIF 2.1.0, for code scanning and editors",
    CodeQuality code_quality "code-quality" "GitLab's Code Quality report, for merge requests",
    Annotations annotations "annotations" "GitLab's annotations report: links on the job's page",
    Dotenv dotenv "dotenv" "GitLab's dotenv report: variables for later jobs",
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// There is no format of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no format `{}`; use one of {}", printable::line(.0), formats_in_words())]
pub struct UnknownFormat(pub String);

fn formats_in_words() -> String {
    Format::ALL.iter().map(|format| format.word()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|format| format.word() == word);
        found.ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

/// What needs attention, the worst first.
fn attention(report: &Report) -> impl Iterator<Item = &Finding> {
    let verdicts = [Verdict::Fail, Verdict::Unknown, Verdict::Warn];
    let of = |verdict| report.findings.iter().filter(move |finding| finding.verdict == verdict);
    verdicts.into_iter().flat_map(of)
}

/// What stands in a code's place where nothing was decided: a report of problems alone would look clean.
const NOTHING_DECIDED: (&str, &str) = ("nothing-decided", "nothing was decided, which is no pass");

/// Whether the run is unknown although no finding is.
fn is_nothing_decided(report: &Report) -> bool {
    Exit::of(report) == Exit::Unknown && report.count(Verdict::Unknown) == 0
}

/// The file and line that a finding is shown at, and the run where there is none: where it is, else the policy,
/// which wants it. The path is relative to the repository; the embedded policy has a name alone.
fn place_of(finding: Option<&Finding>, report: &Report, site: &Site) -> (String, u32) {
    let (path, line) = match finding.and_then(|finding| finding.location.as_ref()) {
        Some(location) => (site.relative(&location.path), location.line.max(1)),
        None => match report.policy.origin.strip_prefix("embedded ") {
            Some(name) => (Site::default().relative(name), 1),
            None => (site.relative(&report.policy.origin), 1),
        },
    };
    (printable::line(&path).into_owned(), line)
}

/// The command that tells a code's whole story.
fn explain(code: Code) -> String {
    explain_id(code.id())
}

fn explain_id(code: &str) -> String {
    format!("reachgate explain {code}")
}
