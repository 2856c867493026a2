//! What can be wrong with the files of a snapshot.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::snapshot::Document;

/// Every fault that was found; nothing was loaded.
#[derive(Debug)]
pub struct SnapshotError {
    /// At least one.
    pub faults: Vec<Fault>,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, fault) in self.faults.iter().enumerate() {
            if count > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for SnapshotError {}

/// One fault of one file.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The operating system does not let it be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is larger than any document that is read.
    #[error("{}: larger than {limit} bytes; capture fewer things a document", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read.
        limit: u64,
    },
    /// It is neither UTF-8 nor UTF-16.
    #[error("{}: not text in UTF-8 or UTF-16", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
    },
    /// It is not JSON to its end, or a known field has another type than AWS gives it.
    #[error("{}: at {at}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where, e.g. `SecurityGroups[3].IpPermissions[0].IpRanges[1].CidrIp`; `.` is the whole.
        at: String,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// It is JSON, but none of the AWS CLI's documents.
    #[error("{}: not an AWS CLI document: {found}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it has instead.
        found: String,
    },
    /// It says nowhere which list or table it is about.
    #[error("{}: {document} names no list or table in its output; name the file {document}.<{id}…>.json",
        path.display())]
    Nameless {
        /// The file.
        path: PathBuf,
        /// The kind of document.
        document: Document,
        /// How the id begins.
        id: &'static str,
    },
    /// Its list goes on in a page that is not there.
    #[error("{}: NextToken is set, so the list goes on, and no last page of {document} is beside it", path.display())]
    Unfinished {
        /// The file.
        path: PathBuf,
        /// The kind of document.
        document: Document,
    },
    /// A folder without a document.
    #[error("{}: no .json document there", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// Folders in folders without end.
    #[error("{}: too many folders deep", path.display())]
    Deep {
        /// The folder.
        path: PathBuf,
    },
}
