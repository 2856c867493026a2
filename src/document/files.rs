//! The files of a repository that were read, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kind::{self, Kind};
use super::node::{Node, Span};
use super::yaml;

/// A file of [`Files`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// Every file that was read. Paths are as they are shown, with `/` between their parts.
#[derive(Debug, Default)]
pub struct Files {
    all: Vec<File>,
    by_path: BTreeMap<String, FileId>,
    included: BTreeMap<String, Vec<FileId>>,
}

/// A file.
#[derive(Debug)]
pub struct File {
    /// As it is shown, relative where it was named so.
    pub path: String,
    /// From the repository's root, as `include: local:` names it, without a `/` before it; `None` outside of it.
    pub local: Option<String>,
    /// Its text; empty where it could not be read.
    pub text: Arc<str>,
    /// What it holds.
    pub contents: Contents,
    /// Whether it was named itself, rather than found in a folder or included.
    pub named: bool,
    lines: Vec<u32>,
}

/// What a file holds.
#[derive(Debug)]
pub enum Contents {
    /// YAML documents, each of its kind.
    Yaml(Vec<Document>),
    /// A text of another syntax, which its rule reads itself.
    Text(Kind),
    /// It could not be read.
    Broken(Fault),
}

/// A document of a YAML file.
#[derive(Debug)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// Its value.
    pub root: Arc<Node>,
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The byte it was noticed at.
    pub at: u32,
    /// A phrase.
    pub what: String,
}

/// A place in a file, for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place<'a> {
    /// The file.
    pub path: &'a str,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

impl Files {
    /// Adds a file by what was read of it: its text, or why there is none. A path that is there already is kept.
    pub fn add(
        &mut self,
        path: String,
        local: Option<String>,
        text: Result<String, String>,
        named: bool,
    ) -> FileId {
        if let Some(known) = self.by_path.get(&path) {
            return *known;
        }
        let id = FileId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let (text, contents) = match text {
            Ok(text) => {
                let contents = contents_of(&path, &text, id);
                (Arc::from(text), contents)
            }
            Err(what) => (Arc::from(""), Contents::Broken(Fault { at: 0, what })),
        };
        let lines = line_starts(&text);
        self.by_path.insert(path.clone(), id);
        self.all.push(File { path, local, text, contents, named, lines });
        id
    }

    /// A file.
    pub fn get(&self, id: FileId) -> Option<&File> {
        self.all.get(id.0 as usize)
    }

    /// The file of this path, as it is shown.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// Every file, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &File)> {
        self.by_path.values().filter_map(|id| Some((*id, self.get(*id)?)))
    }

    /// Says which files an `include: local:` names, by its path or pattern; none where it names nothing. They
    /// are pipelines, whatever they hold.
    pub fn include(&mut self, pattern: String, ids: Vec<FileId>) {
        for id in &ids {
            let Some(file) = self.all.get_mut(id.0 as usize) else { continue };
            if let Contents::Yaml(documents) = &mut file.contents {
                for document in documents.iter_mut().filter(|document| document.kind == Kind::Other) {
                    document.kind = Kind::Pipeline;
                }
            }
        }
        self.included.insert(pattern, ids);
    }

    /// The files that an `include: local:` names; `None` where nobody has looked yet.
    pub fn included(&self, pattern: &str) -> Option<&[FileId]> {
        self.included.get(pattern).map(Vec::as_slice)
    }

    /// The text of the file that a span is in.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).map_or("", |file| &*file.text)
    }

    /// Where a span begins.
    pub fn place(&self, span: Span) -> Place<'_> {
        self.get(span.file).map_or(Place { path: "", line: 1, column: 1 }, |file| file.place(span.start))
    }
}

impl File {
    /// The place of a byte.
    pub fn place(&self, at: u32) -> Place<'_> {
        let line = self.lines.partition_point(|start| *start <= at).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or_default() as usize;
        let before = self.text.get(start..(at as usize).min(self.text.len())).unwrap_or_default();
        let column = u32::try_from(before.chars().filter(|c| *c != '\u{feff}').count()).unwrap_or(u32::MAX);
        Place {
            path: &self.path,
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: column.saturating_add(1),
        }
    }

    /// The byte of a place; `None` where there is no such place.
    pub fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let start = *self.lines.get((line as usize).checked_sub(1)?)? as usize;
        let text = self.text.get(start..)?.lines().next()?;
        let mut columns = text.char_indices().filter(|(_, c)| *c != '\u{feff}').map(|(at, _)| start + at);
        columns.nth((column as usize).checked_sub(1)?)
    }

    /// A line's text without its end, from 1; empty where there is none.
    pub fn line(&self, line: u32) -> &str {
        let Some(start) = (line as usize).checked_sub(1).and_then(|index| self.lines.get(index)) else {
            return "";
        };
        self.text.get(*start as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    }

    /// The YAML documents; none of another text.
    pub fn documents(&self) -> &[Document] {
        match &self.contents {
            Contents::Yaml(documents) => documents,
            Contents::Text(_) | Contents::Broken(_) => &[],
        }
    }

    /// Whether something in it is of this kind.
    pub fn holds(&self, kind: Kind) -> bool {
        match &self.contents {
            Contents::Yaml(documents) => documents.iter().any(|document| document.kind == kind),
            Contents::Text(known) => *known == kind,
            Contents::Broken(_) => false,
        }
    }
}

fn contents_of(path: &str, text: &str, id: FileId) -> Contents {
    if let Some(kind) = kind::recognise_text(path, text) {
        return Contents::Text(kind);
    }
    match yaml::parse_documents(text, id) {
        Err(fault) => Contents::Broken(fault),
        Ok(roots) => {
            let kinds = kind::recognise(path, &roots);
            Contents::Yaml(roots.into_iter().zip(kinds).map(|(root, kind)| Document { kind, root }).collect())
        }
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    std::iter::once(0).chain(newlines.filter_map(|(at, _)| u32::try_from(at + 1).ok())).collect()
}
