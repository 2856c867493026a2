//! Reads a repository's files → [`Files`]. What they hold is told by [`document`](crate::document).

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use crate::document::pipeline::wanted_files;
use crate::document::{FileId, Files};

/// A file's bytes at most. The largest pipelines have some hundred kilobytes.
const LARGEST: u64 = 8 * 1024 * 1024;

/// What of a folder is read.
const EXTENSIONS: [&str; 3] = ["yml", "yaml", "toml"];

/// Why a repository cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// A path that was named is not there, or cannot be looked into.
    #[error("{} cannot be read: {error}; name files or folders of the repository", .path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {error}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A folder cannot be walked.
    #[error("{} cannot be walked: {error}", .path.display())]
    Walk {
        /// The folder.
        path: PathBuf,
        /// What the walk said.
        error: ignore::Error,
    },
}

/// Reads the files that are named and, of the folders that are, every `.yml`, `.yaml` and `.toml` file, hidden ones
/// too. What `.gitignore` leaves out is left out.
///
/// `root` is where `include: local:` begins; without it the nearest folder above the first path that holds `.git`,
/// else the first path itself or its folder. A file that is there but cannot be read is kept, with the reason.
///
/// # Errors
///
/// A path is not there or cannot be looked into.
pub fn load_repository(paths: &[PathBuf], root: Option<&Path>) -> Result<Files, RepositoryError> {
    let place = Place::find(paths, root)?;
    let mut files = Files::default();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
        if metadata.is_dir() {
            for found in walk(path)? {
                place.add(&mut files, &found, Named::Found);
            }
        } else {
            place.add(&mut files, path, Named::Named);
        }
    }
    follow_includes(&mut files, &place);
    Ok(files)
}

/// Reads what the pipelines include, and what that includes.
fn follow_includes(files: &mut Files, place: &Place) {
    let mut all = None;
    loop {
        let wanted = wanted_files(files);
        if wanted.is_empty() {
            return;
        }
        for pattern in wanted {
            let found = if pattern.contains('*') {
                let all = all.get_or_insert_with(|| walk(&place.root).unwrap_or_default());
                matching(&pattern, all, &place.root)
            } else {
                let path = place.root.join(&pattern);
                let inside = fs::canonicalize(&path).is_ok_and(|path| path.starts_with(&place.root));
                if inside && path.is_file() { vec![path] } else { Vec::new() }
            };
            let ids = found.iter().map(|path| place.add(files, path, Named::Found)).collect();
            files.include(pattern, ids);
        }
    }
}

/// The files that a pattern names.
fn matching(pattern: &str, all: &[PathBuf], root: &Path) -> Vec<PathBuf> {
    let named =
        |path: &&PathBuf| path.strip_prefix(root).is_ok_and(|local| is_match(pattern, &slashed(local)));
    all.iter().filter(named).cloned().collect()
}

/// Whether a path is one that `include: local:` names: `*` is anything but `/`, `**` is anything (GitLab, "Use
/// `include:local` with wildcard file paths").
fn is_match(pattern: &str, path: &str) -> bool {
    let path = path.as_bytes();
    // Which beginnings of the path the pattern matches so far, by their length.
    let mut ends = vec![false; path.len() + 1];
    if let Some(first) = ends.first_mut() {
        *first = true;
    }
    let mut rest = pattern.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let deep = *byte == b'*' && after.first() == Some(&b'*');
        rest = if deep { after.get(1..).unwrap_or_default() } else { after };
        let mut next = vec![false; path.len() + 1];
        for (at, reached) in next.iter_mut().enumerate() {
            let here = ends.get(at).copied().unwrap_or_default();
            let before = at.checked_sub(1).and_then(|before| path.get(before));
            *reached =
                if *byte == b'*' { here } else { before == Some(byte) && ends.get(at - 1) == Some(&true) };
        }
        if *byte == b'*' {
            for at in 1..next.len() {
                let passes = deep || path.get(at - 1) != Some(&b'/');
                let before = next.get(at - 1).copied().unwrap_or_default();
                if let Some(reached) = next.get_mut(at) {
                    *reached |= before && passes;
                }
            }
        }
        ends = next;
    }
    ends.last() == Some(&true)
}

/// Writes a file's new text in its place, whole or not at all, with the permissions that it had.
///
/// # Errors
///
/// The folder or the file cannot be written.
pub fn write_file(path: &Path, text: &str) -> Result<(), RepositoryError> {
    let failed = |error: std::io::Error| RepositoryError::Write { path: path.to_owned(), error };
    let whole = fs::canonicalize(path).map_err(failed)?;
    let folder = whole.parent().unwrap_or(Path::new("."));
    let permissions = fs::metadata(&whole).map_err(failed)?.permissions();
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    fs::set_permissions(file.path(), permissions).map_err(failed)?;
    file.persist(&whole).map_err(|error| failed(error.error))?;
    Ok(())
}

/// How a file came to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Named,
    Found,
}

/// Where the run stands and where the repository begins, both canonical.
struct Place {
    here: PathBuf,
    root: PathBuf,
}

impl Place {
    fn find(paths: &[PathBuf], root: Option<&Path>) -> Result<Self, RepositoryError> {
        let here = fs::canonicalize(".").unwrap_or_default();
        if let Some(root) = root {
            let root = fs::canonicalize(root).map_err(|error| unreadable(root, error))?;
            return Ok(Self { here, root });
        }
        let first = paths.first().map_or(Path::new("."), PathBuf::as_path);
        let canonical = fs::canonicalize(first).map_err(|error| unreadable(first, error))?;
        let folder =
            if canonical.is_dir() { canonical.as_path() } else { canonical.parent().unwrap_or(&canonical) };
        let root = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder);
        Ok(Self { root: root.to_owned(), here })
    }

    fn add(&self, files: &mut Files, path: &Path, named: Named) -> FileId {
        let canonical = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let shown = canonical.strip_prefix(&self.here).map_or_else(|_| cleaned(path), Path::to_owned);
        let local = canonical.strip_prefix(&self.root).ok().map(slashed);
        files.add(slashed(&shown), local, read(path), named == Named::Named)
    }
}

/// Every file of a folder that may hold something, in a steady order.
fn walk(folder: &Path) -> Result<Vec<PathBuf>, RepositoryError> {
    let mut walk = WalkBuilder::new(folder);
    walk.hidden(false).require_git(false).sort_by_file_path(Path::cmp);
    walk.filter_entry(|entry| entry.file_name() != ".git");
    let mut found = Vec::new();
    for entry in walk.build() {
        let entry = entry.map_err(|error| RepositoryError::Walk { path: folder.to_owned(), error })?;
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let extension = entry.path().extension().and_then(|extension| extension.to_str());
        if is_file && extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

/// A file's text, or a phrase that says why there is none.
fn read(path: &Path) -> Result<String, String> {
    let phrase = |error: std::io::Error| format!("it cannot be read: {error}");
    let file = fs::File::open(path).map_err(phrase)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(phrase)?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is larger than 8 MiB".to_owned());
    }
    String::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 from byte {} on", error.utf8_error().valid_up_to()))
}

/// The path without `.` and what `..` undoes, as it was given otherwise.
fn cleaned(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

fn unreadable(path: &Path, error: std::io::Error) -> RepositoryError {
    RepositoryError::Path { path: path.to_owned(), error }
}
