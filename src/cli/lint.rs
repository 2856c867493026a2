//! What `lint` takes.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

/// What `lint` takes.
#[derive(Debug, Args)]
pub struct Lint {
    /// Files, and folders whose YAML and TOML files are read
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Where `include: local:` begins [default: the nearest folder above the first PATH that holds .git]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// A folder of AWS CLI output, or a file of `reachgate snapshot`, to put selectors to; may be given several times
    #[arg(long, value_name = "PATH")]
    pub snapshot: Vec<PathBuf>,
    /// Write what is certain into the files: tags of retired runners, the dev server's address written out
    #[arg(long)]
    pub fix: bool,
    /// Ask DNS what the names resolve to that may lead to the tailnet; only where the jobs' resolver is asked is that
    /// the jobs' answer
    #[arg(long)]
    pub resolve: bool,
    /// Also ask GitLab for this group's variables and the policy's runners, with the token of `GITLAB_TOKEN`, else of
    /// `CI_JOB_TOKEN`, which may see little
    #[cfg(feature = "gitlab")]
    #[arg(long, value_name = "GROUP")]
    pub gitlab: Option<String>,
    /// The GitLab server
    #[cfg(feature = "gitlab")]
    #[arg(long, value_name = "URL", env = "CI_SERVER_URL", default_value = "https://gitlab.com")]
    pub gitlab_url: String,
    /// The date that allowances are held against [default: today, UTC]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
}
