//! TOML text → the same tree as YAML's, wherever the text stands, even where it is a template of Helm's.
//!
//! What is no TOML is told of, and what stands beside it is read all the same. A table that is written several times
//! is one; a key that is given several times, as the two branches of an `{{ if }}` may, is there as often.

mod template;
mod tree;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};
use toml_parser::{ParseError, Raw, Source};

use super::align::{Run, align};
use super::manifest::is_template;
use super::node::{Node, Scalar, Span, Style, Value};
use template::mask;
use tree::{Item, Table};

/// How deep lists and tables may be in each other. Real ones are not ten deep.
const DEEPEST: usize = 64;

/// A text that was read.
#[derive(Debug)]
pub struct Toml {
    /// Its root table.
    pub root: Arc<Node>,
    /// What is no TOML, and where.
    pub faults: Vec<(Span, String)>,
    /// Where a template puts in whole lines, so that there is more than is seen.
    pub insertions: Vec<Span>,
}

/// Reads a text that is a scalar of a YAML file, or a whole file of its own.
pub fn parse_toml(source: &str, place: &Node) -> Toml {
    let Value::Scalar(scalar) = &place.value else { return parse(source, &Place::Whole(place.span)) };
    let runs = match scalar.runs.get() {
        Some(runs) => runs.to_vec(),
        None => align(source, place.span, scalar),
    };
    parse(&scalar.text, &Place::Within(runs, place.span))
}

/// Reads a whole file.
pub fn parse_toml_file(source: &str, file: super::FileId) -> Toml {
    parse(
        source,
        &Place::Whole(Span { file, start: 0, end: u32::try_from(source.len()).unwrap_or(u32::MAX) }),
    )
}

/// Where a text's bytes stand in their file.
enum Place {
    Whole(Span),
    Within(Vec<Run>, Span),
}

impl Place {
    fn span(&self, range: Range<usize>) -> Span {
        match self {
            Self::Whole(whole) => {
                let at = |byte: usize| {
                    whole.start.saturating_add(u32::try_from(byte).unwrap_or(u32::MAX)).min(whole.end)
                };
                Span { file: whole.file, start: at(range.start), end: at(range.end) }
            }
            Self::Within(runs, whole) => {
                let start = Run::locate(runs, range.start).unwrap_or(*whole);
                let last = Run::locate(runs, range.end.saturating_sub(1).max(range.start)).unwrap_or(start);
                Span { end: last.end.max(start.start), ..start }
            }
        }
    }
}

fn parse(text: &str, place: &Place) -> Toml {
    let masked = mask(text);
    let source = Source::new(&masked.text);
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
    let mut errors: Vec<ParseError> = Vec::new();
    let depth = u32::try_from(DEEPEST).unwrap_or(u32::MAX);
    parse_document(&tokens, &mut RecursionGuard::new(&mut events, depth), &mut errors);
    let mut reader =
        Reader { text, masked: &masked.text, actions: &masked.actions, place, faults: Vec::new() };
    for error in errors {
        let at = error.unexpected().or(error.context()).map_or(0..0, |span| span.start()..span.end());
        reader.fault(at, error.description());
    }
    let root = reader.document(&events);
    let insertions = masked.insertions.iter().map(|range| place.span(range.clone())).collect();
    reader.faults.sort_by_key(|(span, _)| span.start);
    Toml { root: root.into_node(place.span(0..text.len())), faults: reader.faults, insertions }
}

struct Reader<'a> {
    text: &'a str,
    masked: &'a str,
    actions: &'a [Range<usize>],
    place: &'a Place,
    faults: Vec<(Span, String)>,
}

/// A key with its place.
type Key = (Arc<str>, Span);

impl<'a> Reader<'a> {
    fn fault(&mut self, at: Range<usize>, what: &str) {
        self.faults.push((self.place.span(at), what.to_owned()));
    }

    fn document(&mut self, events: &[Event]) -> Table {
        let mut root = Table::new(self.place.span(0..0));
        let mut header: Vec<Key> = Vec::new();
        let mut keys: Vec<Key> = Vec::new();
        let mut rest = events.iter();
        while let Some(event) = rest.next() {
            let range = event.span().start()..event.span().end();
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen | EventKind::Newline => keys.clear(),
                EventKind::SimpleKey => keys.push(self.key(event, range)),
                EventKind::StdTableClose | EventKind::ArrayTableClose => {
                    header = std::mem::take(&mut keys);
                    if header.len() > DEEPEST {
                        self.fault(range, "the table's name has too many parts");
                        header.clear();
                    } else if event.kind() == EventKind::ArrayTableClose {
                        root.append(&header);
                    } else {
                        let _ = root.open(&header);
                    }
                }
                EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                    let path = std::mem::take(&mut keys);
                    let item = self.value(event, &mut rest, 0);
                    if path.len() > DEEPEST {
                        self.fault(range, "the key has too many parts");
                    } else if let Some(table) = root.open(&header) {
                        table.put(&path, item);
                    }
                }
                _ => {}
            }
        }
        root
    }

    fn value<'e>(&mut self, event: &Event, rest: &mut impl Iterator<Item = &'e Event>, depth: usize) -> Item {
        let range = event.span().start()..event.span().end();
        let span = self.place.span(range.clone());
        if depth > DEEPEST {
            return Item::List(Vec::new(), span);
        }
        match event.kind() {
            EventKind::ArrayOpen => {
                let mut items = Vec::new();
                while let Some(next) = rest.next() {
                    match next.kind() {
                        EventKind::ArrayClose => break,
                        EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                            items.push(self.value(next, rest, depth + 1));
                        }
                        _ => {}
                    }
                }
                Item::List(items, span)
            }
            EventKind::InlineTableOpen => {
                let mut table = Table::new(span);
                let mut keys = Vec::new();
                while let Some(next) = rest.next() {
                    match next.kind() {
                        EventKind::InlineTableClose => break,
                        EventKind::SimpleKey => {
                            keys.push(self.key(next, next.span().start()..next.span().end()));
                        }
                        EventKind::ValueSep => keys.clear(),
                        EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                            let item = self.value(next, rest, depth + 1);
                            let path = std::mem::take(&mut keys);
                            if path.len() <= DEEPEST {
                                table.put(&path, item);
                            }
                        }
                        _ => {}
                    }
                }
                Item::Table(table)
            }
            _ => Item::Scalar(self.scalar(event.encoding(), range), span),
        }
    }

    fn key(&mut self, event: &Event, range: Range<usize>) -> Key {
        let scalar = self.decode(event.encoding(), range.clone(), Kind::Key);
        (scalar.as_ref().into(), self.place.span(range))
    }

    fn scalar(&mut self, encoding: Option<Encoding>, range: Range<usize>) -> Scalar {
        let text = self.decode(encoding, range, Kind::Value);
        let style = if encoding.is_some() { Style::Double } else { Style::Plain };
        Scalar { text: text.as_ref().into(), style, indent: 0, runs: OnceLock::new() }
    }

    /// The text that a key or value stands for; as it is written where a template is in it.
    fn decode(&mut self, encoding: Option<Encoding>, range: Range<usize>, kind: Kind) -> Cow<'a, str> {
        let after = self.actions.partition_point(|action| action.end <= range.start);
        if self.actions.get(after).is_some_and(|action| action.start < range.end) {
            let quotes = match encoding {
                None => 0,
                Some(Encoding::BasicString | Encoding::LiteralString) => 1,
                Some(Encoding::MlBasicString | Encoding::MlLiteralString) => 3,
            };
            let inner = range.start + quotes..range.end.saturating_sub(quotes);
            return self.text.get(inner).or_else(|| self.text.get(range)).unwrap_or_default().into();
        }
        let Some(raw) = self.masked.get(range.clone()) else { return Cow::default() };
        let span = toml_parser::Span::new_unchecked(range.start, range.end);
        let raw = Raw::new_unchecked(raw, encoding, span);
        let (mut text, mut errors) = (Cow::Borrowed(""), Vec::new());
        match kind {
            Kind::Key => raw.decode_key(&mut text, &mut errors),
            Kind::Value => drop(raw.decode_scalar(&mut text, &mut errors)),
        }
        if encoding.is_none() && is_template(raw.as_str()) {
            return Cow::Borrowed(raw.as_str());
        }
        if let Some(error) = errors.first() {
            self.fault(range, error.description());
        }
        if text.is_empty() && encoding.is_none() { Cow::Borrowed(raw.as_str()) } else { text }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Key,
    Value,
}
