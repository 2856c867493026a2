//! Were the files read, and is there anything in them to judge?

use super::{Lint, is_judged};
use crate::code::Code;
use crate::document::{Contents, File, kind};
use crate::finding::{Finding, Location, Verdict};

/// Files that are named in the evidence.
const SHOWN: usize = 100;

/// Files that cannot be read, and those that hold nothing to judge.
pub(super) fn judge_files(lint: &Lint<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut left = Vec::new();
    let mut judged = 0_usize;
    for (_, file) in lint.files.iter() {
        let matters = file.named || kind::is_suspected(&file.path, &file.text) || file.text.is_empty();
        match &file.contents {
            Contents::Broken(fault) if matters => {
                let place = file.place(fault.at);
                let location = Location { path: file.path.clone(), line: place.line, column: place.column };
                findings.push(
                    Finding::new(Code::DocumentUnreadable, Verdict::Unknown, file.path.clone())
                        .expected("a file that can be read")
                        .observed(fault.what.clone())
                        .reason("Nothing in it was judged.")
                        .hint("Mend it, or leave it out of the paths that are given.")
                        .at(location),
                );
            }
            _ if is_read(file) => judged += 1,
            _ => left.push(file.path.clone()),
        }
    }
    if judged == 0 && findings.is_empty() {
        findings.push(
            Finding::new(Code::DocumentNone, Verdict::Unknown, "files")
                .expected("at least one file to judge")
                .observed("none holds anything that is judged")
                .reason("Kinds of files are told by what they hold, not by their names alone.")
                .hint("Name the repository's root, or the files themselves."),
        );
    }
    if !left.is_empty() {
        let count = left.len();
        left.truncate(SHOWN);
        let noun = if count == 1 {
            "1 file is left alone".to_owned()
        } else {
            format!("{count} files are left alone")
        };
        findings.push(
            Finding::new(Code::DocumentLeftAlone, Verdict::Skip, "files")
                .expected("files that are judged")
                .observed(noun)
                .reason("They hold nothing that is judged.")
                .evidence("files", count)
                .evidence("left_alone", left),
        );
    }
    findings
}

fn is_read(file: &File) -> bool {
    match &file.contents {
        Contents::Yaml(documents) => documents.iter().any(|document| is_judged(document.kind)),
        Contents::Text(kind) => is_judged(*kind),
        Contents::Broken(_) => false,
    }
}
