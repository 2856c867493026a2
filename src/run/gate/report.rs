//! Reports that other jobs made, if they may be joined.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::finding::{Finding, Mode, PolicyName};
use crate::policy::Policy;
use crate::report::json::{ReadError, parse_report};
use crate::report::printable;

/// How far two machines' clocks may be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Why a report cannot be joined. Each message names the file and the next step.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The file cannot be read.
    #[error("{}: {error}; give the artifact of the job that made it", shown(.path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is no report.
    #[error("{}: {error}", shown(.path))]
    NoReport {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: ReadError,
    },
    /// It is of another command.
    #[error("{}: a report of `reachgate {}` is wanted here, and this is one of `reachgate {}`", shown(.path), .wanted.word(), printable::line(.found))]
    OtherMode {
        /// The file.
        path: PathBuf,
        /// What it should be of.
        wanted: Mode,
        /// What it is of.
        found: String,
    },
    /// It was judged by another policy.
    #[error("{}: judged by policy {}, and this run is by {}: judge all by one policy (--policy FILE)",
        shown(.path), named(.found), named(.own))]
    OtherPolicy {
        /// The file.
        path: PathBuf,
        /// Its policy.
        found: Box<PolicyName>,
        /// This run's.
        own: Box<PolicyName>,
    },
    /// Its time cannot be read.
    #[error("{}: taken_at `{}` is no time (RFC 3339)", shown(.path), printable::line(.text))]
    NoTime {
        /// The file.
        path: PathBuf,
        /// What it says.
        text: String,
    },
    /// It is too old.
    #[error("{}: made {age:#} ago, and --max-age is {max_age:#}: run that job again, or allow it longer", shown(.path))]
    TooOld {
        /// The file.
        path: PathBuf,
        /// How old it is.
        age: SignedDuration,
        /// How old it may be.
        max_age: SignedDuration,
    },
    /// It comes from the future.
    #[error("{}: made at {made}, which is yet to come here: set the clocks right", shown(.path))]
    FromTheFuture {
        /// The file.
        path: PathBuf,
        /// When it says that it was made.
        made: Timestamp,
    },
}

fn shown(path: &Path) -> String {
    printable::line(&path.to_string_lossy()).into_owned()
}

/// A policy's name and origin, and enough of its digest to tell two apart.
fn named(policy: &PolicyName) -> String {
    let digest: String = policy.digest.chars().take(12).collect();
    printable::line(&format!("{} ({}, SHA-256 {digest})", policy.name, policy.origin)).into_owned()
}

/// Reads the findings of another job's report.
///
/// # Errors
///
/// When it is no report of this mode, by this policy, of late enough.
pub(super) fn load_report(
    path: &Path,
    mode: Mode,
    policy: &Policy,
    max_age: Duration,
) -> Result<Vec<Finding>, JoinError> {
    let owned = || path.to_path_buf();
    let text =
        std::fs::read_to_string(path).map_err(|error| JoinError::Unreadable { path: owned(), error })?;
    let report = parse_report(&text).map_err(|error| JoinError::NoReport { path: owned(), error })?;
    if report.mode != mode.word() {
        return Err(JoinError::OtherMode { path: owned(), wanted: mode, found: report.mode });
    }
    if report.policy.digest != policy.digest {
        return Err(JoinError::OtherPolicy {
            path: owned(),
            found: Box::new(PolicyName {
                name: report.policy.name,
                origin: report.policy.origin,
                digest: report.policy.digest,
            }),
            own: Box::new(PolicyName {
                name: policy.name.clone(),
                origin: policy.origin.clone(),
                digest: policy.digest.clone(),
            }),
        });
    }
    let Ok(taken_at) = report.taken_at.parse::<Timestamp>() else {
        return Err(JoinError::NoTime { path: owned(), text: report.taken_at });
    };
    let age = Timestamp::now().duration_since(taken_at);
    if age < -SKEW {
        return Err(JoinError::FromTheFuture { path: owned(), made: taken_at });
    }
    let max_age = SignedDuration::try_from(max_age).unwrap_or(SignedDuration::MAX);
    if age > max_age {
        let age = SignedDuration::from_secs(age.as_secs());
        return Err(JoinError::TooOld { path: owned(), age, max_age });
    }
    let findings = report.findings.into_iter().map(Finding::try_from).collect::<Result<_, _>>();
    findings.map_err(|error| JoinError::NoReport { path: owned(), error })
}
