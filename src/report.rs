//! Report → writer, one format a file.
//!
//! A format is a module with one function, `write(report, style, out)`, and one line in the list
//! below. [`output`] is the only part that touches files; [`style`] decides how text looks;
//! [`printable`] is the boundary at which every writer makes text safe.
//!
//! Which phrases of a [`Finding`](crate::finding::Finding) end up where is told at
//! `text::sentence`.

pub mod json;
pub mod junit;
pub mod openmetrics;
pub mod output;
#[cfg(feature = "static")]
pub mod path;
pub mod printable;
pub mod style;
pub mod text;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::code::Code;
use crate::finding::Report;

pub use output::{OutputError, OutputSpec, Outputs};
#[cfg(feature = "static")]
pub use path::PathReport;
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

            /// Writes the report. Only [`Format::Text`] looks at the style.
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
    OpenMetrics openmetrics "openmetrics" "OpenMetrics text, for Prometheus and GitLab's metrics report",
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

/// The command that tells a code's whole story.
fn explain(code: Code) -> String {
    explain_id(code.id())
}

fn explain_id(code: &str) -> String {
    format!("reachgate explain {code}")
}
