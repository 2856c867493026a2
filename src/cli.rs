//! The command line: clap types only.

#[cfg(feature = "static")]
mod configuration;
#[cfg(feature = "lint")]
mod lint;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::code::{Area, Code};
use crate::report::{CodesPage, ColorChoice, Format, OutputSpec};

#[cfg(feature = "static")]
pub use configuration::*;
#[cfg(feature = "lint")]
pub use lint::*;

/// Says whether a CI runner pod can reach its dev server, why not, and what to change
#[derive(Debug, Parser)]
#[command(name = "reachgate", version, propagate_version = true, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// What every command takes
    #[command(flatten)]
    pub shared: Shared,
}

const EXIT_CODES: &str = "\
Exit codes: 0 every expectation met; 1 at least one broken; 2 bad usage, policy or input, nothing was
judged; 3 nothing broken, something unknown.";

/// What every command takes.
#[derive(Debug, Args)]
pub struct Shared {
    /// The policy to judge by [default: the embedded cwiq-dev.yaml]
    #[arg(long, global = true, value_name = "FILE", env = "REACHGATE_POLICY")]
    pub policy: Option<PathBuf>,
    /// What standard output carries
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", value_parser = format_parser())]
    pub format: Format,
    /// Also write a report to a file, e.g. junit=probe.xml; may be given several times
    #[arg(long, global = true, value_name = "FORMAT=FILE")]
    pub output: Vec<OutputSpec>,
    /// The page that explains the codes, docs/codes.md as you publish it; reports link to it
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "REACHGATE_EXPLAIN_URL",
        default_value = "",
        hide_default_value = true
    )]
    pub explain_url: CodesPage,
    /// Judge only these codes or areas; the rest is shown as skipped
    #[arg(long, global = true, value_name = "CODE-OR-AREA", value_delimiter = ',')]
    pub only: Vec<Selection>,
    /// Leave out these codes or areas; they are shown as skipped
    #[arg(long, global = true, value_name = "CODE-OR-AREA", value_delimiter = ',')]
    pub skip: Vec<Selection>,
    /// From what on the exit code is 1
    #[arg(long, global = true, value_name = "VERDICT", default_value = "fail")]
    pub fail_on: FailOn,
    /// When to colour text
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Show passing checks' evidence too
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask the network, from inside the pod
    Probe(Probe),
    /// Ask AWS's configuration whether it admits what the policy expects
    #[cfg(feature = "static")]
    Static(Static),
    /// Do both at once and join their answers: one diagnosis a flow, with the culprit's name
    #[cfg(feature = "static")]
    Gate(Gate),
    /// Ask AWS's configuration one question: can this send to that, and get the answer back?
    #[cfg(feature = "static")]
    Path(Path),
    /// Ask AWS's configuration who can reach something, and on what
    #[cfg(feature = "static")]
    Reach(Reach),
    /// Compare two configurations: what a change opens and closes, and what becomes of the policy
    #[cfg(feature = "static")]
    Diff(Diff),
    /// Capture AWS's configuration into one file, to be read anywhere
    #[cfg(feature = "static")]
    Snapshot(Capture),
    /// Ask a repository's files: is there a wrong address, name, tag or selector in them?
    #[cfg(feature = "lint")]
    Lint(Lint),
    /// Tell a code's whole story: what it means, why it happens, what to do
    Explain {
        /// The code, e.g. port-filtered; without one, all codes are listed
        #[arg(value_name = "CODE")]
        code: Option<String>,
    },
    /// Look after policy files
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Print the JSON Schema of what reachgate writes
    Schema {
        /// What is written
        document: Document,
    },
    /// Print a manual page, to be read with `man -l -`
    Man {
        /// The command it is of; without one, reachgate's own
        #[arg(value_name = "COMMAND")]
        page: Option<String>,
    },
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What `probe` takes.
#[derive(Debug, Args)]
pub struct Probe {
    /// Ask again until all is well, at most this long, e.g. 2m; only what can heal is asked again
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub wait: Option<Duration>,
    /// How long one step may take: a connect, a greeting, a DNS answer. A resent SYN needs 3s
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = parse_duration)]
    pub timeout: Duration,
}

/// What `policy` does.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check a policy file; every fault is shown at its line
    Check {
        /// The file [default: --policy, else the embedded one]
        file: Option<PathBuf>,
    },
    /// Print the policy with its variables resolved
    Show {
        /// The file [default: --policy, else the embedded one]
        file: Option<PathBuf>,
    },
    /// Print the JSON Schema of policy files
    Schema,
}

/// A versioned format that scripts read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Document {
    /// reachgate.report/v1, `--format json`
    Report,
    /// reachgate.path/v1, `path --format json`
    #[cfg(feature = "static")]
    Path,
    /// reachgate.reach/v1, `reach --format json`
    #[cfg(feature = "static")]
    Reach,
    /// reachgate.diff/v1, `diff --format json`
    #[cfg(feature = "static")]
    Diff,
    /// reachgate.snapshot/v1, `snapshot --out FILE`
    #[cfg(feature = "static")]
    Snapshot,
}

/// From which verdict on the exit code is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Only broken expectations
    Fail,
    /// Warnings too
    Warn,
    /// diff: only what the change breaks, not what was broken before
    Broken,
    /// diff: broken expectations, and anything that the change opens
    Opened,
    /// diff: broken expectations, and anything that the change closes
    Closed,
}

impl FailOn {
    /// Whether it is about a change.
    pub fn is_of_diff(self) -> bool {
        matches!(self, Self::Broken | Self::Opened | Self::Closed)
    }
}

impl Command {
    /// Whether it is `diff`.
    pub fn is_diff(&self) -> bool {
        #[cfg(feature = "static")]
        if matches!(self, Self::Diff(_)) {
            return true;
        }
        false
    }
}

/// When to colour text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal and in GitLab's job log, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<FailOn> for crate::finding::FailOn {
    fn from(choice: FailOn) -> Self {
        match choice {
            FailOn::Warn => Self::Warn,
            FailOn::Fail | FailOn::Broken | FailOn::Opened | FailOn::Closed => Self::Fail,
        }
    }
}

#[cfg(feature = "static")]
impl From<FailOn> for crate::change::FailOn {
    fn from(choice: FailOn) -> Self {
        match choice {
            FailOn::Fail => Self::Fail,
            FailOn::Warn => Self::Warn,
            FailOn::Broken => Self::Broken,
            FailOn::Opened => Self::Opened,
            FailOn::Closed => Self::Closed,
        }
    }
}

impl From<Color> for ColorChoice {
    fn from(choice: Color) -> Self {
        match choice {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// A code or a whole area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// One code.
    Code(Code),
    /// All codes of an area.
    Area(Area),
}

impl Selection {
    /// Whether the code is meant.
    pub fn holds(self, code: Code) -> bool {
        match self {
            Self::Code(selected) => selected == code,
            Self::Area(selected) => selected == code.area(),
        }
    }
}

impl std::str::FromStr for Selection {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        if let Some(area) = Area::ALL.iter().copied().find(|area| area.word() == word) {
            return Ok(Self::Area(area));
        }
        word.parse().map(Self::Code).map_err(|_| {
            let areas = Area::ALL.map(Area::word).join(", ");
            format!("it is neither an area ({areas}) nor a code; `reachgate explain` lists the codes")
        })
    }
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    let words = Format::ALL
        .iter()
        .map(|format| clap::builder::PossibleValue::new(format.word()).help(format.about()));
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Format>())
}

/// A duration such as `500ms`, `3s`, `2m` or `1m30s`; at least a millisecond, at most a day.
fn parse_duration(text: &str) -> Result<Duration, String> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| "use a number and a unit, e.g. 500ms, 3s, 2m or 1m30s".to_owned())?;
    let duration = Duration::try_from(span).map_err(|_| "it must not be negative".to_owned())?;
    if duration < Duration::from_millis(1) || duration > DAY {
        return Err("it must be between 1ms and 24h".to_owned());
    }
    Ok(duration)
}
