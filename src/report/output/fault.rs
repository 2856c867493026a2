//! What is wrong with the places that reports go to, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use super::Destination;
use crate::report::{Format, printable};

/// Everything that is wrong with the outputs.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct OutputError(pub Vec<OutputFault>);

/// What is wrong with one output.
#[derive(Debug, thiserror::Error)]
pub enum OutputFault {
    /// Two outputs go to one place.
    #[error("the {first} and the {second} report both go to {destination}; give each a place of its own")]
    Shared {
        /// The format that came first.
        first: Format,
        /// The one that came second.
        second: Format,
        /// Where both go.
        destination: Destination,
    },
    /// The path is a directory.
    #[error("the {format} report cannot be written to {}: it is a directory; name a file in it, such as {}",
        shown(.path), shown(&.path.join("reachgate.report")))]
    Directory {
        /// The report's format.
        format: Format,
        /// The directory.
        path: PathBuf,
    },
    /// The path's directory is not there.
    #[error("the {format} report cannot be written to {}: there is no directory {}; create it first",
        shown(.path), shown(.directory))]
    NoDirectory {
        /// The report's format.
        format: Format,
        /// The file.
        path: PathBuf,
        /// The directory that is missing.
        directory: PathBuf,
    },
    /// The file cannot be opened, or not be created in its directory.
    #[error("the {format} report cannot be written to {}: {error}; name a file that can be written, in a directory that can", shown(.path))]
    Open {
        /// The report's format.
        format: Format,
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The report could not be written to the end.
    #[error("the {format} report could not be written to {destination}: {error}; is the disk full?")]
    Write {
        /// The report's format.
        format: Format,
        /// Where it goes.
        destination: Destination,
        /// What the system said.
        error: io::Error,
    },
    /// The whole report is written, but cannot be put in its place.
    #[error("the {format} report could not be put in place at {}: {error}; is the file a mount? name one beside it", shown(.path))]
    Persist {
        /// The report's format.
        format: Format,
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

fn shown(path: &Path) -> String {
    printable::line(&path.to_string_lossy()).into_owned()
}
