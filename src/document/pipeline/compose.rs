//! Files → one configuration: includes followed, inputs put in, one laid over the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Unresolved;
use super::include::{Include, Target, parse_includes};
use super::input::Inputs;
use super::merge::Merged;
use crate::document::{FileId, Files, Kind, Node, Span};

/// Files that one pipeline may be made of, each counted as often as it is included. GitLab allows 150.
const MOST_FILES: usize = 1_000;
/// Includes in includes.
const DEEPEST: usize = 100;

/// What some files come to.
#[derive(Debug, Default)]
pub(super) struct Composed {
    pub(super) config: Merged,
    pub(super) files: BTreeSet<FileId>,
    pub(super) unresolved: Vec<Unresolved>,
    laid: usize,
}

/// The include that a pipeline's own file would be.
pub(super) fn include_of(files: &Files, id: FileId) -> Include {
    let path = files.get(id).map_or("", |file| file.local.as_deref().unwrap_or(&file.path));
    Include {
        span: Span { file: id, start: 0, end: 0 },
        target: Target::Local(path.to_owned()),
        inputs: Vec::new(),
    }
}

/// Lays the includes one over the other.
pub(super) fn compose(files: &Files, includes: &[Include]) -> Composed {
    let mut composed = Composed::default();
    let mut stack = Vec::new();
    for include in includes {
        composed.include(files, include, &mut stack);
    }
    composed
}

impl Composed {
    fn include(&mut self, files: &Files, include: &Include, stack: &mut Vec<FileId>) {
        self.unresolved.extend(unresolved(files, include));
        for id in targets(files, include) {
            self.laid += 1;
            if stack.contains(&id) || stack.len() >= DEEPEST || self.laid > MOST_FILES {
                self.unresolved.push(Unresolved {
                    span: include.span,
                    what: "include".to_owned(),
                    reason: "It includes itself, or more files than GitLab takes.".to_owned(),
                });
                continue;
            }
            self.files.insert(id);
            let Some((root, source)) = root(files, id, include) else { continue };
            let inputs = Inputs::new(header(files, id), &include.inputs);
            let root = inputs.interpolate(root, source);
            stack.push(id);
            for nested in parse_includes(&root) {
                self.include(files, &nested, stack);
            }
            stack.pop();
            self.config.lay(&root);
        }
    }
}

fn root<'a>(files: &'a Files, id: FileId, _include: &Include) -> Option<(&'a Arc<Node>, &'a str)> {
    let file = files.get(id)?;
    let documents = file.documents();
    // A header, and the configuration after it; GitLab reads nothing further.
    let document = documents.iter().find(|document| document.kind != Kind::PipelineHeader)?;
    Some((&document.root, &file.text))
}

fn header(files: &Files, id: FileId) -> Option<&Node> {
    let first = files.get(id)?.documents().first()?;
    (first.kind == Kind::PipelineHeader).then_some(&*first.root)
}

/// The files that an include names; none where it is not a local one, or not there.
fn targets(files: &Files, include: &Include) -> Vec<FileId> {
    match &include.target {
        // A file's own include is found even outside of the root.
        Target::Local(_) if include.span.start == include.span.end && include.span.end == 0 => {
            vec![include.span.file]
        }
        Target::Local(pattern) => files.included(pattern).unwrap_or_default().to_vec(),
        Target::Elsewhere(..) | Target::Unclear(_) => Vec::new(),
    }
}

/// The first file of some includes.
pub(super) fn first_file(files: &Files, includes: &[Include]) -> Option<FileId> {
    includes.iter().find_map(|include| targets(files, include).first().copied())
}

/// Why an include is not resolved; `None` where it is.
pub(super) fn unresolved(files: &Files, include: &Include) -> Option<Unresolved> {
    let (what, reason) = match &include.target {
        Target::Local(path) if targets(files, include).is_empty() => {
            let reason = if path.contains('$') {
                "Its variables have values only in GitLab."
            } else {
                "There is no such file below the repository's root."
            };
            (format!("include of local file {path}"), reason)
        }
        Target::Local(_) => {
            let broken = |id: &FileId| root(files, *id, include).is_none();
            if !targets(files, include).iter().any(broken) {
                return None;
            }
            ("included file".to_owned(), "It cannot be read, or is empty.")
        }
        Target::Elsewhere("artifact", name) => {
            (format!("include of artifact {name}"), "It is made when the pipeline runs.")
        }
        Target::Elsewhere(keyword, name) => {
            (format!("include of {keyword} {name}"), "It is in no file of this repository.")
        }
        Target::Unclear(keys) => (format!("include with {keys}"), "It names no file in a way that is known."),
    };
    Some(Unresolved { span: include.span, what, reason: reason.to_owned() })
}

/// Every include of every pipeline that is known so far, child pipelines' too.
fn every_include(files: &Files) -> Vec<Include> {
    let mut found = Vec::new();
    let given: Vec<(FileId, Include)> = Vec::new();
    let mut queue = given;
    for (id, file) in files.iter().filter(|(_, file)| file.holds(Kind::Pipeline)) {
        if !file.text.contains("include") {
            continue;
        }
        queue.push((id, include_of(files, id)));
    }
    let mut seen = BTreeSet::new();
    while let Some((id, include)) = queue.pop() {
        let key = (id, include.span, include.inputs.len());
        if seen.len() >= MOST_FILES * 10 || !seen.insert(key) {
            continue;
        }
        let Some((root, source)) = root(files, id, &include) else { continue };
        if !source.contains("include") {
            continue;
        }
        let root = Inputs::new(header(files, id), &include.inputs).interpolate(root, source);
        let mut nested = parse_includes(&root);
        for entry in root.map().unwrap_or_default() {
            if let Some(trigger) = entry.node.get("trigger") {
                nested.extend(parse_includes(trigger));
            }
        }
        for include in nested {
            queue.extend(targets(files, &include).into_iter().map(|id| (id, include.clone())));
            found.push(include);
        }
    }
    found
}

/// The local files, or patterns with `*`, that some pipeline includes and that nobody has looked for yet.
pub fn wanted_files(files: &Files) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for include in every_include(files) {
        if let Target::Local(pattern) = include.target
            && !pattern.contains('$')
            && files.included(&pattern).is_none()
        {
            wanted.insert(pattern);
        }
    }
    wanted
}

/// The files that some other one includes or triggers.
pub(super) fn included_files(files: &Files) -> BTreeSet<FileId> {
    every_include(files).iter().flat_map(|include| targets(files, include)).collect()
}
