//! YAML text → documents.
//!
//! Merge keys are taken as GitLab's own reader (Ruby's Psych) takes them: in the order of the file, the
//! later wins, so a `<<` after a key overrides it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde_saphyr::granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span as Bytes, Tag};

use super::files::{Fault, FileId};
use super::node::{Entry, Node, Scalar, Span, Style, Value};

/// Values that a file may come to, aliases and merge keys counted as they expand. The largest pipelines have some
/// 100,000.
const MOST_NODES: usize = 2_000_000;

/// Reads every document of a file.
///
/// # Errors
///
/// What is not YAML, and where.
pub fn parse_documents(text: &str, file: FileId) -> Result<Vec<Arc<Node>>, Fault> {
    let mut options =
        serde_saphyr::granit_parser::options! { block_nesting_limit: 128, flow_nesting_limit: 128 };
    options.set_emit_comments(false);
    let mut builder =
        Builder { file, weight: 0, anchors: HashMap::new(), open: Vec::new(), roots: Vec::new() };
    let mut last = 0;
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, bytes) = next.map_err(|error| fault(text, &error))?;
        last = offset(bytes.start).max(last);
        builder.take(event, bytes).map_err(|what| Fault { at: last, what: what.to_owned() })?;
    }
    Ok(builder.roots)
}

/// A list or map whose end is not there yet.
struct Open {
    span: Span,
    tag: Option<Box<str>>,
    anchor: usize,
    parts: Parts,
    /// Values in it so far.
    weight: usize,
}

enum Parts {
    List(Vec<Arc<Node>>),
    Map { entries: Vec<Entry>, index: HashMap<Arc<str>, usize>, key: Option<Arc<Node>> },
}

struct Builder {
    file: FileId,
    weight: usize,
    anchors: HashMap<usize, (Arc<Node>, usize)>,
    open: Vec<Open>,
    roots: Vec<Arc<Node>>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, bytes: Bytes) -> Result<(), &'static str> {
        let span = Span { file: self.file, start: offset(bytes.start), end: offset(bytes.end) };
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let text: Arc<str> = if span.start == span.end { "".into() } else { (&*text).into() };
                let indent = u32::try_from(bytes.start.col()).unwrap_or(u32::MAX);
                let scalar = Scalar { text, style: style_of(style), indent, runs: OnceLock::new() };
                self.add(Node { span, tag: local(tag.as_deref()), value: Value::Scalar(scalar) }, anchor, 1)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                let parts = Parts::List(Vec::new());
                self.open.push(Open { span, tag: local(tag.as_deref()), anchor, parts, weight: 1 });
            }
            Event::MappingStart(_, anchor, tag) => {
                let parts = Parts::Map { entries: Vec::new(), index: HashMap::new(), key: None };
                self.open.push(Open { span, tag: local(tag.as_deref()), anchor, parts, weight: 1 });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { mut span, tag, anchor, parts, weight }) = self.open.pop() {
                    let value = match parts {
                        Parts::List(items) => Value::List(items),
                        Parts::Map { entries, .. } => Value::Map(entries),
                    };
                    // A flow list or map stands on its brackets; a block has none.
                    if span.end > span.start {
                        span.end = offset(bytes.end);
                    }
                    self.add(Node { span, tag, value }, anchor, weight)?;
                }
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).ok_or("the alias stands inside of what it repeats")?;
                let (node, weight) = (Arc::clone(&node.0), node.1);
                self.attach(node, weight)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize, weight: usize) -> Result<(), &'static str> {
        let node = Arc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, (Arc::clone(&node), weight));
        }
        self.attach(node, weight)
    }

    fn attach(&mut self, node: Arc<Node>, weight: usize) -> Result<(), &'static str> {
        let total = match self.open.last_mut() {
            Some(open) => &mut open.weight,
            None => &mut self.weight,
        };
        *total = total.saturating_add(weight);
        if *total > MOST_NODES {
            return Err("the file comes to more than 2,000,000 values");
        }
        match self.open.last_mut().map(|open| &mut open.parts) {
            None => self.roots.push(node),
            Some(Parts::List(items)) => items.push(node),
            Some(Parts::Map { entries, index, key }) => match key.take() {
                None => *key = Some(node),
                Some(name) if is_merge(&name) && merges(&node) => {
                    merge(entries, index, &node);
                }
                Some(name) => {
                    let text = name.scalar().map_or_else(|| Arc::from(""), |scalar| Arc::clone(&scalar.text));
                    put(entries, index, Entry { key: text, key_span: name.span, node });
                }
            },
        }
        Ok(())
    }
}

fn is_merge(key: &Node) -> bool {
    key.scalar().is_some_and(|scalar| scalar.style == Style::Plain && &*scalar.text == "<<")
}

fn merges(node: &Node) -> bool {
    node.map().is_some() || node.list().is_some_and(|items| items.iter().all(|item| item.map().is_some()))
}

/// In a list of maps the earlier wins (YAML's merge key type).
fn merge(entries: &mut Vec<Entry>, index: &mut HashMap<Arc<str>, usize>, node: &Node) {
    if let Some(items) = node.list() {
        for item in items.iter().rev() {
            merge(entries, index, item);
        }
    }
    for entry in node.map().unwrap_or_default() {
        put(entries, index, entry.clone());
    }
}

fn put(entries: &mut Vec<Entry>, index: &mut HashMap<Arc<str>, usize>, entry: Entry) {
    if let Some(known) = index.get(&entry.key).and_then(|at| entries.get_mut(*at)) {
        *known = entry;
    } else {
        index.insert(Arc::clone(&entry.key), entries.len());
        entries.push(entry);
    }
}

fn local(tag: Option<&Tag>) -> Option<Box<str>> {
    let (handle, suffix) = tag?.parts();
    (handle == "!" && !suffix.is_empty()).then(|| suffix.into())
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
        ScalarStyle::Plain => Style::Plain,
    }
}

fn offset(marker: Marker) -> u32 {
    marker.byte_offset().and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX)
}

fn fault(text: &str, error: &ScanError) -> Fault {
    let marker = error.marker();
    let line = text.split_inclusive('\n').take(marker.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let rest = text.get(line..).unwrap_or_default();
    let column = rest.char_indices().nth(marker.col()).map_or(rest.len(), |(at, _)| at);
    let at = marker.byte_offset().unwrap_or(line + column);
    Fault { at: u32::try_from(at).unwrap_or(u32::MAX), what: error.info().clone() }
}
