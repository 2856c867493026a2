//! Texts whose every part knows where it is written.

use std::ops::Range;

use crate::document::{Files, Node, Span};

/// Stands in a text for what only a run would tell.
pub(super) const UNKNOWN: char = '\u{fffc}';
/// Values that a word may have at once.
pub(super) const MOST_VALUES: usize = 16;
/// A value is cut here: no name or address is as long.
const LONGEST: usize = 64 * 1024;

/// A text and where its parts come from.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    pub(super) text: String,
    pieces: Vec<Piece>,
}

/// A part of a value.
#[derive(Debug, Clone)]
struct Piece {
    start: usize,
    origin: Origin,
}

/// Where a part is written.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The bytes that it is written with.
    pub(super) span: Span,
    /// The variable that carried it, and where that is used.
    pub(super) via: Option<(String, Span)>,
    /// Whether a `$VARIABLE` in its place would be expanded.
    pub(super) expands: bool,
}

impl Value {
    pub(super) fn push(&mut self, text: &str, origin: Origin) {
        if self.text.len() + text.len() <= LONGEST {
            self.pieces.push(Piece { start: self.text.len(), origin });
            self.text.push_str(text);
        }
    }

    pub(super) fn push_unknown(&mut self, span: Span) {
        self.push(UNKNOWN.encode_utf8(&mut [0; 4]), Origin { span, via: None, expands: false });
    }

    /// Adds a variable's value, used at `span`.
    pub(super) fn push_value(&mut self, value: &Self, name: &str, span: Span) {
        if self.text.len() + value.text.len() > LONGEST {
            return;
        }
        let base = self.text.len();
        self.text.push_str(&value.text);
        for piece in &value.pieces {
            let mut origin = piece.origin.clone();
            // The variable that it is written in, and where the last one that carried it is used.
            let written = origin.via.map_or_else(|| name.to_owned(), |(written, _)| written);
            origin.via = Some((written, span));
            self.pieces.push(Piece { start: base + piece.start, origin });
        }
    }

    /// The same value, in which no variable would be expanded.
    pub(super) fn without_expansion(mut self) -> Self {
        for piece in &mut self.pieces {
            piece.origin.expands = false;
        }
        self
    }

    /// Where a part of the text is written. A part that is put together from several is where its first is; then
    /// the span is that piece's alone.
    pub(super) fn origin(&self, at: &Range<usize>) -> Option<Origin> {
        let index = self.pieces.partition_point(|piece| piece.start <= at.start).checked_sub(1)?;
        let piece = self.pieces.get(index)?;
        let end = self.pieces.get(index + 1).map_or(self.text.len(), |next| next.start);
        let mut origin = piece.origin.clone();
        // The bytes stand as they are only where nothing was escaped.
        if (origin.span.end - origin.span.start) as usize == end - piece.start {
            let offset = |at: usize| u32::try_from(at - piece.start).unwrap_or(u32::MAX);
            let start = origin.span.start;
            origin.span.start = start.saturating_add(offset(at.start));
            origin.span.end = start.saturating_add(offset(at.end.min(end)));
        }
        Some(origin)
    }

    /// Whether a part comes from one place and stands there as it is.
    pub(super) fn is_verbatim(&self, at: &Range<usize>, files: &Files) -> Option<Span> {
        let origin = self.origin(at)?;
        let written = files.text(origin.span).get(origin.span.bytes())?;
        (Some(written) == self.text.get(at.clone())).then_some(origin.span)
    }

    /// The words of it, as an unquoted variable is split.
    pub(super) fn split(&self) -> Vec<Self> {
        let mut words = Vec::new();
        let mut from = None;
        for (at, character) in self.text.char_indices().chain([(self.text.len(), ' ')]) {
            match (character.is_whitespace(), from) {
                (false, None) => from = Some(at),
                (true, Some(start)) => {
                    words.push(self.part(start..at));
                    from = None;
                }
                _ => {}
            }
        }
        words
    }

    /// A part of it as a value of its own.
    pub(super) fn part(&self, at: Range<usize>) -> Self {
        let mut made =
            Self { text: self.text.get(at.clone()).unwrap_or_default().to_owned(), pieces: Vec::new() };
        for (index, piece) in self.pieces.iter().enumerate() {
            let end = self.pieces.get(index + 1).map_or(self.text.len(), |next| next.start);
            let (start, end) = (piece.start.max(at.start), end.min(at.end));
            if start < end
                && let Some(origin) = self.origin(&(start..end))
            {
                made.pieces.push(Piece { start: start - at.start, origin });
            }
        }
        made
    }
}

/// What stands for the variables of a text that GitLab expands.
pub(super) trait Lookup {
    /// The values that a variable may have; none where only a run would tell.
    fn values(&mut self, name: &str) -> Vec<Value>;
}

/// A node's text with `$NAME` and `${NAME}` put in, `$$` being a `$` (GitLab, CI/CD variables, "Use CI/CD variables
/// in other variables").
pub(super) fn expand_node(node: &Node, files: &Files, lookup: &mut dyn Lookup) -> Vec<Value> {
    let text = node.text().unwrap_or_default();
    let source = files.text(node.span);
    let span = |from: usize, to: usize| node.part(source, from, to);
    let mut values = vec![Value::default()];
    let mut from = 0;
    let plain = |values: &mut Vec<Value>, from: usize, to: usize| {
        if let Some(part) = text.get(from..to).filter(|part| !part.is_empty()) {
            let origin = Origin { span: span(from, to), via: None, expands: true };
            for value in values {
                value.push(part, origin.clone());
            }
        }
    };
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('$')).map(|at| from + at) {
        let rest = text.get(at + 1..).unwrap_or_default();
        let name = rest.strip_prefix('{').map_or_else(
            || rest.split(|c: char| !is_name(c)).next().unwrap_or_default(),
            |inner| inner.split_once('}').map_or("", |(name, _)| name),
        );
        let braces = if rest.starts_with('{') { 2 } else { 0 };
        plain(&mut values, from, at);
        if rest.starts_with('$') {
            plain(&mut values, at + 1, at + 2);
            from = at + 2;
        } else if rest.starts_with("[[") {
            let end = rest.find("]]").map_or(text.len(), |end| at + 1 + end + 2);
            for value in &mut values {
                value.push_unknown(span(at, end));
            }
            from = end;
        } else if name.is_empty() || !name.chars().all(is_name) {
            plain(&mut values, at, at + 1);
            from = at + 1;
        } else {
            let end = at + 1 + name.len() + braces;
            values = with_variable(&values, &lookup.values(name), name, span(at, end));
            from = end;
        }
    }
    plain(&mut values, from, text.len());
    values
}

/// Each of the values with each of the variable's behind it.
pub(super) fn with_variable(values: &[Value], found: &[Value], name: &str, span: Span) -> Vec<Value> {
    let mut made = Vec::new();
    for value in values {
        if found.is_empty() {
            let mut value = value.clone();
            value.push_unknown(span);
            made.push(value);
        }
        for one in found {
            let mut value = value.clone();
            value.push_value(one, name, span);
            made.push(value);
        }
    }
    made.truncate(MOST_VALUES);
    made
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
