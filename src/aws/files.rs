//! Reads AWS's configuration from files: folders of AWS CLI output in any layout, or a snapshot's own file.
//!
//! A document is recognised by its top-level key. Three kinds of output name neither their list nor their
//! table, so the id stands in the file's name: `get-managed-prefix-list-entries.<pl-id>.json`,
//! `search-transit-gateway-routes.<tgw-rtb-id>.json`,
//! `get-transit-gateway-route-table-propagations.<tgw-rtb-id>.json` (and `…-associations…`).
//! Several accounts' files are merged by id, since a shared VPC repeats things.

mod assemble;
mod contents;
mod fault;
mod merge;
pub(super) mod text;

use std::fs;
use std::path::{Path, PathBuf};

use crate::snapshot::Snapshot;

pub use fault::{Fault, SnapshotError};

/// Folders below a given one that are still looked into; deeper ones, such as a link to itself, are not.
const DEEPEST: usize = 16;

/// Reads every document below `paths`, each a folder or a file.
///
/// In a folder only names that end in `.json` are documents. Every file that cannot be read, is truncated
/// or foreign is named in the error, all of them at once.
pub fn load_snapshot(paths: &[PathBuf]) -> Result<Snapshot, SnapshotError> {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        let before = files.len() + faults.len();
        list(path, 0, &mut files, &mut faults);
        if files.len() + faults.len() == before {
            faults.push(Fault::Empty { path: path.clone() });
        }
    }
    if paths.is_empty() {
        faults.push(Fault::Empty { path: PathBuf::new() });
    }
    let mut assembly = assemble::Assembly::default();
    for file in files {
        let read = text::load(&file).and_then(|text| contents::parse(&file, &text));
        match read {
            Ok(contents) => assembly.add(&file, contents, &mut faults),
            Err(fault) => faults.push(fault),
        }
    }
    let snapshot = assembly.finish(&mut faults);
    if faults.is_empty() { Ok(snapshot) } else { Err(SnapshotError { faults }) }
}

/// Adds the documents at or below `path`, in the order of their names.
fn list(path: &Path, depth: usize, files: &mut Vec<PathBuf>, faults: &mut Vec<Fault>) {
    let unreadable = |path: &Path, source| Fault::Read { path: path.to_owned(), source };
    let kind = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(source) => return faults.push(unreadable(path, source)),
    };
    if !kind.is_dir() {
        let named = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        if depth == 0 || named {
            files.push(path.to_owned());
        }
        return;
    }
    if depth > DEEPEST {
        return faults.push(Fault::Deep { path: path.to_owned() });
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match entries {
        Ok(mut entries) => {
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                list(&entry.path(), depth + 1, files, faults);
            }
        }
        Err(source) => faults.push(unreadable(path, source)),
    }
}
