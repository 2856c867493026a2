//! Opens the place that a report goes to.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::report::Format;

use super::{Destination, OutputFault};

/// Links followed before a loop is assumed (Linux's own limit, `path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// An opened place.
#[derive(Debug)]
pub(super) enum Place {
    /// The standard output.
    Stdout,
    /// The standard error.
    Stderr,
    /// What cannot be renamed over.
    AsItIs(File),
    /// A regular file: written beside its place, renamed into it at the end.
    Beside {
        /// The file beside.
        file: NamedTempFile,
        /// Its place, links followed.
        target: PathBuf,
    },
}

/// What tells whether two places are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    Stdout,
    Stderr,
    Regular(PathBuf),
    Special {
        device: u64,
        inode: u64,
    },
    /// A character device such as `/dev/null`, which anything may share.
    CharacterDevice,
}

impl Identity {
    /// Whether only one report may go there.
    pub(super) fn is_exclusive(&self) -> bool {
        *self != Self::CharacterDevice
    }
}

/// Opens a destination for writing. A regular file that is there is neither changed nor truncated.
pub(super) fn open(format: Format, destination: &Destination) -> Result<(Place, Identity), OutputFault> {
    let path = match destination {
        Destination::Stdout => return Ok((Place::Stdout, Identity::Stdout)),
        Destination::File(path) => path,
    };
    let failed = |error| OutputFault::Open { format, path: path.clone(), error };
    match follow(path).map_err(failed)? {
        Followed::Descriptor(1) => Ok((Place::Stdout, Identity::Stdout)),
        Followed::Descriptor(2) => Ok((Place::Stderr, Identity::Stderr)),
        // A descriptor may be a regular file that someone else is writing to as well.
        Followed::Descriptor(_) => as_it_is(path).map_err(failed),
        Followed::Path(target) => match fs::metadata(&target) {
            Ok(there) if there.is_dir() => Err(OutputFault::Directory { format, path: path.clone() }),
            Ok(there) if !there.is_file() => as_it_is(&target).map_err(failed),
            Ok(there) => {
                // Renaming asks nothing of the file itself, but a read-only one is not to be replaced.
                OpenOptions::new().write(true).open(&target).map_err(failed)?;
                beside(target, Some(there.permissions())).map_err(failed)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let directory = parent(&target);
                if !directory.is_dir() {
                    return Err(OutputFault::NoDirectory {
                        format,
                        path: path.clone(),
                        directory: directory.to_owned(),
                    });
                }
                beside(target, None).map_err(failed)
            }
            Err(error) => Err(failed(error)),
        },
    }
}

fn as_it_is(path: &Path) -> io::Result<(Place, Identity)> {
    let file = OpenOptions::new().append(true).open(path)?;
    let metadata = file.metadata()?;
    let identity = if metadata.file_type().is_char_device() {
        Identity::CharacterDevice
    } else {
        Identity::Special { device: metadata.dev(), inode: metadata.ino() }
    };
    Ok((Place::AsItIs(file), identity))
}

fn beside(target: PathBuf, permissions: Option<Permissions>) -> io::Result<(Place, Identity)> {
    let directory = parent(&target).canonicalize()?;
    let name = target.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let identity = Identity::Regular(directory.join(name));
    // open(2) takes the umask off these, as it does for any new file; tempfile's own default is 0600.
    let file = tempfile::Builder::new()
        .prefix(".reachgate-")
        .suffix(".part")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(&directory)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    Ok((Place::Beside { file, target }, identity))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Where a path leads.
enum Followed {
    /// To one of the process's own descriptors.
    Descriptor(u32),
    /// To a path that is no link; there may be nothing there yet.
    Path(PathBuf),
}

/// Follows links as open(2) does, but stops at the process's own descriptors, which look like links to
/// files and must not be renamed over (`/dev/stdout`, `proc_pid_fd(5)`).
fn follow(path: &Path) -> io::Result<Followed> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if let Some(descriptor) = descriptor(&path) {
            return Ok(Followed::Descriptor(descriptor));
        }
        match fs::read_link(&path) {
            Ok(next) => path = parent(&path).join(next),
            Err(_) => return Ok(Followed::Path(path)),
        }
    }
    Err(io::Error::from_raw_os_error(nix::errno::Errno::ELOOP as i32))
}

fn descriptor(path: &Path) -> Option<u32> {
    let path = path.to_str()?;
    match path {
        "/dev/stdout" => Some(1),
        "/dev/stderr" => Some(2),
        _ => ["/dev/fd/", "/proc/self/fd/"]
            .iter()
            .find_map(|directory| path.strip_prefix(directory))
            .and_then(|number| number.parse().ok()),
    }
}
