//! One short file per command: load → gather facts → judge → report.

#[cfg(feature = "static")]
mod configuration;
#[cfg(feature = "static")]
mod diff;
mod explain;
#[cfg(feature = "static")]
mod gate;
#[cfg(all(feature = "gitlab", feature = "lint"))]
mod gitlab;
#[cfg(feature = "lint")]
mod lint;
mod manual;
#[cfg(feature = "static")]
mod path;
mod policy;
mod probe;
mod progress;
#[cfg(feature = "static")]
mod reach;
mod schema;
mod selection;
mod signal;
#[cfg(feature = "static")]
mod snapshot;
#[cfg(feature = "static")]
mod static_mode;
mod wait;

use std::io::{self, IsTerminal as _, Write};

use crate::cli::{Cli, Command, Shared};
use crate::exit::Exit;
use crate::report::{Site, Style};

/// Runs the command and says how it ended. Diagnostics go to standard error, the asked-for format alone
/// to standard output.
pub fn run(cli: &Cli) -> Exit {
    let outcome = match &cli.command {
        command if cli.shared.fail_on.is_of_diff() && !command.is_diff() => Err(Failure::FailOn),
        Command::Probe(options) => probe::run(options, &cli.shared),
        #[cfg(feature = "static")]
        Command::Static(options) => static_mode::run(options, &cli.shared),
        #[cfg(feature = "static")]
        Command::Gate(options) => gate::run(options, &cli.shared),
        #[cfg(feature = "static")]
        Command::Path(options) => path::run(options, &cli.shared),
        #[cfg(feature = "static")]
        Command::Reach(options) => reach::run(options, &cli.shared),
        #[cfg(feature = "static")]
        Command::Diff(options) => diff::run(options, &cli.shared),
        #[cfg(feature = "static")]
        Command::Snapshot(options) => snapshot::run(options, &cli.shared),
        #[cfg(feature = "lint")]
        Command::Lint(options) => lint::run(options, &cli.shared),
        Command::Explain { code } => explain::run(code.as_deref(), &cli.shared),
        Command::Policy(command) => policy::run(command, &cli.shared),
        Command::Schema { document } => schema::run(*document),
        Command::Man { page } => manual::run(page.as_deref()),
        Command::Completions { shell } => completions(*shell),
    };
    outcome.unwrap_or_else(|failure| {
        complain(&failure);
        Exit::Usage
    })
}

/// Why nothing was judged: a message that names the input and the fix.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The policy is wrong; the message shows every fault at its line.
    #[error(transparent)]
    Policy(#[from] crate::policy::file::PolicyError),
    /// A report's file cannot be written.
    #[error(transparent)]
    Output(#[from] crate::report::OutputError),
    /// A snapshot's files are wrong; the message names every one.
    #[cfg(feature = "static")]
    #[error(transparent)]
    Snapshot(#[from] crate::aws::files::SnapshotError),
    /// A plan is wrong, or is none; the message names the place, or the command that makes one.
    #[cfg(feature = "static")]
    #[error(transparent)]
    Plan(#[from] crate::aws::plan::PlanError),
    /// AWS itself cannot be read; the message names the next step.
    #[cfg(feature = "aws")]
    #[error("{0}; or give --snapshot PATH to read files")]
    Fetch(#[from] crate::aws::live::FetchError),
    /// There is nothing to read AWS's configuration from.
    #[cfg(all(feature = "static", not(feature = "aws")))]
    #[error(
        "this build does not read AWS itself; give --snapshot PATH: a folder of AWS CLI output (aws ec2 \
         describe-… > FILE.json), or a file written by `reachgate snapshot`"
    )]
    NoLive,
    /// The snapshot cannot be written.
    #[cfg(feature = "static")]
    #[error("the snapshot cannot be written to {}: {error}; name a file that can be written", .path.display())]
    Capture {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A repository cannot be read; the message names the path.
    #[cfg(feature = "lint")]
    #[error(transparent)]
    Repository(#[from] crate::repository::RepositoryError),
    /// A path cannot be asked about like this.
    #[cfg(feature = "static")]
    #[error("{0}")]
    Question(&'static str),
    /// A path is not written in this format.
    #[cfg(feature = "static")]
    #[error("a path is not written as {0}; use text or json")]
    PathFormat(crate::report::Format),
    /// A report of another job cannot be joined.
    #[cfg(feature = "static")]
    #[error(transparent)]
    Join(#[from] gate::JoinError),
    /// There is no such manual page.
    #[error("there is no manual page `{0}`; use one of {1}")]
    Page(String, String),
    /// A diff is not written in this format.
    #[cfg(feature = "static")]
    #[error("a diff is not written as {0}; use text, json, markdown, html or svg")]
    DiffFormat(crate::report::Format),
    /// Who reaches something is not written in this format.
    #[cfg(feature = "static")]
    #[error("who reaches something is not written as {0}; use text or json")]
    ReachFormat(crate::report::Format),
    /// What `--fail-on` names does not happen here.
    #[error("--fail-on broken, opened and closed are for diff; use fail or warn")]
    FailOn,
    /// GitLab cannot be asked like this.
    #[cfg(feature = "gitlab")]
    #[error(transparent)]
    GitLab(#[from] crate::gitlab::ClientError),
    /// There is no such code.
    #[error(transparent)]
    Code(#[from] crate::code::UnknownCode),
    /// The machine cannot run the probe at all.
    #[error("cannot start: {0}")]
    Start(#[source] io::Error),
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
}

impl Failure {
    /// Whether AWS was not read because nobody gave the means to: no credentials, no region, or not in this build.
    #[cfg(feature = "static")]
    fn is_without_means(&self) -> bool {
        #[cfg(feature = "aws")]
        {
            use crate::aws::live::FetchError;
            matches!(self, Self::Fetch(FetchError::NoCredentials { .. } | FetchError::NoRegion))
        }
        #[cfg(not(feature = "aws"))]
        matches!(self, Self::NoLive)
    }

    /// Whether it is AWS itself that was not read, for whatever reason.
    #[cfg(feature = "static")]
    fn is_of_aws(&self) -> bool {
        #[cfg(feature = "aws")]
        {
            matches!(self, Self::Fetch(_))
        }
        #[cfg(not(feature = "aws"))]
        matches!(self, Self::NoLive)
    }
}

/// Standard output for commands that print text of their own. A reader that has gone away is no failure.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Exit, Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Stdout(error)),
        _ => Ok(Exit::Met),
    }
}

fn complain(failure: &Failure) {
    // When standard error is closed there is nobody left to tell.
    let text = failure.to_string();
    let _ = writeln!(io::stderr(), "reachgate: {}", crate::report::printable::lines(&text));
}

fn completions(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut <Cli as clap::CommandFactory>::command(), "reachgate", &mut script);
    print(|out| out.write_all(&script))
}

/// How standard output looks: colour, glyphs, width.
fn style(shared: &Shared) -> Style {
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let style = Style::detect(shared.color.into(), io::stdout().is_terminal(), &environment, width);
    let site = Site::detect(shared.explain_url.clone(), &environment, std::env::current_dir().ok());
    Style { verbose: shared.verbose, site, ..style }
}

/// The process's environment; a value that is not UTF-8 counts with its odd bytes replaced.
fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}
