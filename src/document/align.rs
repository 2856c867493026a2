//! Which byte of a file a byte of a scalar's text comes from.

use super::node::{Scalar, Span, Style};

/// Bytes of a scalar's text that stand in its file as they are, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first byte in the text.
    pub text: u32,
    /// Where it stands; the span of the whole run.
    pub span: Span,
    /// Whether each byte of the text is a byte of the span. Otherwise all of them come from all of it.
    pub exact: bool,
}

impl Run {
    /// The span of one byte of the text; of a run that is not exact, all of it.
    pub(super) fn locate(runs: &[Self], at: usize) -> Option<Span> {
        let at = u32::try_from(at).ok()?;
        let index = runs.partition_point(|run| run.text <= at).checked_sub(1)?;
        let run = runs.get(index)?;
        if !run.exact {
            return Some(run.span);
        }
        let start = run.span.start.saturating_add(at - run.text).min(run.span.end);
        Some(Span { file: run.span.file, start, end: start.saturating_add(1).min(run.span.end) })
    }
}

/// The runs of a scalar as it stands in its file.
pub fn align(source: &str, span: Span, scalar: &Scalar) -> Vec<Run> {
    let raw = source.get(span.bytes()).unwrap_or_default();
    let mut walk = Walk { text: &scalar.text, at: 0, span, runs: Vec::new() };
    let (body, offset) = match scalar.style {
        Style::Single | Style::Double => (raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default(), 1),
        Style::Plain | Style::Literal | Style::Folded => (raw, 0),
    };
    let mut begin = offset;
    let mut first = true;
    for line in body.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let skipped = match scalar.style {
            _ if first => 0,
            Style::Literal | Style::Folded => {
                let indent = scalar.indent as usize;
                content.bytes().take(indent).take_while(|byte| *byte == b' ').count()
            }
            _ => content.len() - content.trim_start_matches([' ', '\t']).len(),
        };
        walk.line(content.get(skipped..).unwrap_or_default(), begin + skipped, scalar.style);
        begin += line.len();
        first = false;
    }
    walk.runs
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    span: Span,
    runs: Vec<Run>,
}

impl Walk<'_> {
    /// Aligns one line of the source, which begins at byte `begin` of the scalar's own.
    fn line(&mut self, content: &str, begin: usize, style: Style) {
        if content.is_empty() {
            if style == Style::Literal && self.text.as_bytes().get(self.at) == Some(&b'\n') {
                self.push(begin, 1);
                self.at += 1;
            }
            return;
        }
        self.synchronise(content, style);
        let mut rest = content;
        while let Some(character) = rest.chars().next() {
            let here = begin + (content.len() - rest.len());
            let (raw, decoded) = match (style, character) {
                (Style::Single, '\'') => (2, 1),
                (Style::Double, '\\') => escape(rest),
                _ => (character.len_utf8(), character.len_utf8()),
            };
            if self.at >= self.text.len() {
                break;
            }
            if raw == decoded {
                self.push(here, raw);
            } else {
                self.push_whole(here, raw);
            }
            self.at += decoded;
            rest = rest.get(raw..).unwrap_or_default();
        }
        if style == Style::Literal && self.text.as_bytes().get(self.at) == Some(&b'\n') {
            self.push(begin + content.len(), 1);
            self.at += 1;
        }
    }

    /// Passes over the blanks that folding made, up to where the line's own text begins.
    fn synchronise(&mut self, content: &str, style: Style) {
        if self.at == 0 && style != Style::Literal {
            return;
        }
        let wanted = content.chars().next();
        while let Some(next) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            let blank = if style == Style::Literal { next == '\n' } else { matches!(next, ' ' | '\n') };
            if Some(next) == wanted || !blank {
                break;
            }
            self.at += 1;
        }
    }

    fn push(&mut self, here: usize, length: usize) {
        let (text, start, length) = (number(self.at), self.span.start + number(here), number(length));
        if let Some(last) = self.runs.last_mut()
            && last.exact
            && last.span.end == start
            && last.text + (last.span.end - last.span.start) == text
        {
            last.span.end += length;
            return;
        }
        let span = Span { file: self.span.file, start, end: start + length };
        self.runs.push(Run { text, span, exact: true });
    }

    fn push_whole(&mut self, here: usize, length: usize) {
        let start = self.span.start + number(here);
        let span = Span { file: self.span.file, start, end: start + number(length) };
        self.runs.push(Run { text: number(self.at), span, exact: false });
    }
}

/// Bytes of an escape in `"…"` (YAML 1.2, 5.7), and bytes of what it stands for.
fn escape(rest: &str) -> (usize, usize) {
    let digits = |count: usize| {
        let value = rest.get(2..2 + count).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        (2 + count, value.and_then(char::from_u32).map_or(1, char::len_utf8))
    };
    match rest.as_bytes().get(1) {
        Some(b'x') => digits(2),
        Some(b'u') => digits(4),
        Some(b'U') => digits(8),
        Some(b'N' | b'_') => (2, 2),
        Some(b'L' | b'P') => (2, 3),
        Some(other) if other.is_ascii() => (2, 1),
        // The line goes on in the next one.
        _ => (1, 0),
    }
}

/// Files are refused long before 4 GiB.
fn number(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
