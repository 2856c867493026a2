//! Where AWS's configuration is read from: the one place that knows.

use std::path::PathBuf;

use super::Failure;
use crate::aws::files::load_snapshot;
use crate::cli::Configuration;
use crate::snapshot::Snapshot;

/// Where AWS's configuration is read from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// Files: folders of AWS CLI output, or a snapshot's own file.
    Files(&'a [PathBuf]),
    /// AWS itself.
    Live,
}

impl<'a> From<&'a Configuration> for Source<'a> {
    fn from(options: &'a Configuration) -> Self {
        match options.snapshot.as_slice() {
            [] => Self::Live,
            paths => Self::Files(paths),
        }
    }
}

/// Reads all of it into one snapshot.
///
/// # Errors
///
/// Every file that is wrong, or that AWS itself cannot be read.
pub fn load(source: Source<'_>) -> Result<Snapshot, Failure> {
    match source {
        Source::Files(paths) => Ok(load_snapshot(paths)?),
        Source::Live => Err(Failure::NoLive),
    }
}
