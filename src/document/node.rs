//! The tree of a YAML document, anchors and merge keys resolved.

use std::sync::{Arc, OnceLock};

use super::align::{Run, align};
use super::files::FileId;

/// The bytes of a file that something stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Its first byte, from 0.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
}

impl Span {
    /// The bytes as a range of the file's text.
    pub fn bytes(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it stands. An alias is the node that it repeats, so its span is where the value is
/// written; a block map or list stands on the empty range where it begins.
#[derive(Debug)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// Its local tag without the `!`, e.g. `reference`; `None` for the core schema's.
    pub tag: Option<Box<str>>,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug)]
pub enum Value {
    /// A text, number, boolean or null.
    Scalar(Scalar),
    /// A list.
    List(Vec<Arc<Node>>),
    /// A map; a key given twice counts as it was given last.
    Map(Vec<Entry>),
}

/// A scalar, as the text that it stands for.
#[derive(Debug)]
pub struct Scalar {
    /// The text, escapes and folding resolved.
    pub text: Arc<str>,
    /// How it is written.
    pub style: Style,
    /// Columns that a block scalar's lines are indented by.
    pub(super) indent: u32,
    /// Where its parts come from; worked out when first asked for.
    pub(super) runs: OnceLock<Box<[Run]>>,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: it may be a number, a boolean or null.
    Plain,
    /// In `'`.
    Single,
    /// In `"`.
    Double,
    /// After `|`.
    Literal,
    /// After `>`.
    Folded,
}

/// A key of a map with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Where the key stands; one that came by a merge key stands in the map it was merged from.
    pub key_span: Span,
    /// The value.
    pub node: Arc<Node>,
}

impl Node {
    /// The text of a scalar that is not null.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) if !self.is_null() => Some(&scalar.text),
            _ => None,
        }
    }

    /// The scalar.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether it is null: nothing, `~` or `null` (YAML 1.2, 10.2.1.1).
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar(scalar) => {
                scalar.style == Style::Plain && matches!(&*scalar.text, "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// A plain `true` or `false`.
    pub fn boolean(&self) -> Option<bool> {
        match self.scalar().filter(|scalar| scalar.style == Style::Plain).map(|scalar| &*scalar.text) {
            Some("true" | "True" | "TRUE") => Some(true),
            Some("false" | "False" | "FALSE") => Some(false),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn list(&self) -> Option<&[Arc<Node>]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map.
    pub fn map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key; `None` too where this is no map.
    pub fn get(&self, key: &str) -> Option<&Arc<Node>> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key; `None` too where this is no map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.map()?.iter().find(|entry| &*entry.key == key)
    }

    /// The items of a list, or the node itself where it is none: what GitLab and Kubernetes take for either.
    pub fn items(self: &Arc<Self>) -> &[Arc<Self>] {
        match &self.value {
            Value::List(items) => items,
            _ if self.is_null() => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The bytes of `source`, its file's text, that bytes `from..to` of a scalar's text were read from:
    /// through quotes, escapes, folding and indentation.
    pub fn part(&self, source: &str, from: usize, to: usize) -> Span {
        let Some(scalar) = self.scalar() else { return self.span };
        let runs = scalar.runs.get_or_init(|| align(source, self.span, scalar).into());
        let start = Run::locate(runs, from).unwrap_or(self.span);
        let last = Run::locate(runs, to.saturating_sub(1).max(from)).unwrap_or(start);
        let end = if to > from && last.file == start.file { last.end.max(start.start) } else { start.start };
        Span { file: start.file, start: start.start, end }
    }
}
