//! `spec: inputs:` and `$[[ inputs.NAME ]]` (GitLab, CI/CD inputs).

use std::sync::{Arc, OnceLock};

use crate::document::align::{Run, align};
use crate::document::{Entry, Node, Scalar, Span, Style, Value};

/// What a file's inputs stand for: those that were given, else their defaults.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    values: Vec<(Arc<str>, Arc<Node>)>,
}

impl Inputs {
    pub(super) fn new(header: Option<&Node>, given: &[Entry]) -> Self {
        let declared = header.and_then(|root| root.get("spec")?.get("inputs")?.map()).unwrap_or_default();
        let value = |entry: &Entry| {
            let given = given.iter().find(|one| one.key == entry.key).map(|one| &one.node);
            let value = given.or_else(|| entry.node.get("default"))?;
            Some((Arc::clone(&entry.key), Arc::clone(value)))
        };
        Self { values: declared.iter().filter_map(value).collect() }
    }

    fn get(&self, name: &str) -> Option<&Arc<Node>> {
        self.values.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }

    /// The configuration with its inputs put in. What no value is known for is left as it is written.
    pub(super) fn interpolate(&self, node: &Arc<Node>, source: &str) -> Arc<Node> {
        if self.values.is_empty() || !source.contains("$[[") {
            return Arc::clone(node);
        }
        self.node(node, source).unwrap_or_else(|| Arc::clone(node))
    }

    /// `None` where nothing changes.
    fn node(&self, node: &Arc<Node>, source: &str) -> Option<Arc<Node>> {
        let value = match &node.value {
            Value::Scalar(scalar) => return self.scalar(node, scalar, source),
            Value::List(items) => {
                let made: Vec<_> = items.iter().map(|item| self.node(item, source)).collect();
                if made.iter().all(Option::is_none) {
                    return None;
                }
                Value::List(
                    made.into_iter()
                        .zip(items)
                        .map(|(made, item)| made.unwrap_or_else(|| Arc::clone(item)))
                        .collect(),
                )
            }
            Value::Map(entries) => {
                let made: Vec<_> = entries
                    .iter()
                    .map(|entry| (self.replaced(&entry.key), self.node(&entry.node, source)))
                    .collect();
                if made.iter().all(|(key, node)| key.is_none() && node.is_none()) {
                    return None;
                }
                let entries = made.into_iter().zip(entries).map(|((key, node), entry)| Entry {
                    key: key.map_or_else(|| Arc::clone(&entry.key), Arc::from),
                    key_span: entry.key_span,
                    node: node.unwrap_or_else(|| Arc::clone(&entry.node)),
                });
                Value::Map(entries.collect())
            }
        };
        Some(Arc::new(Node { span: node.span, tag: node.tag.clone(), value }))
    }

    fn scalar(&self, node: &Node, scalar: &Scalar, source: &str) -> Option<Arc<Node>> {
        let blocks = blocks(&scalar.text);
        if blocks.is_empty() {
            return None;
        }
        // A whole value keeps its type: a list of tags, a number, a boolean.
        if let [block] = blocks.as_slice()
            && block.start == 0
            && block.end == scalar.text.len()
        {
            let value = self.value(block.inner)?;
            if value.scalar().is_none() {
                return Some(Arc::clone(value));
            }
        }
        let original = align(source, node.span, scalar);
        let mut text = String::new();
        let mut runs = Vec::new();
        let mut from = 0;
        for block in &blocks {
            let Some(value) = self.value(block.inner).and_then(|value| value.scalar()) else { continue };
            copy(&original, (from, block.start), text.len(), &mut runs);
            text.push_str(scalar.text.get(from..block.start).unwrap_or_default());
            let span = Run::locate(&original, block.start).unwrap_or(node.span);
            let last = Run::locate(&original, block.end.saturating_sub(1)).unwrap_or(span);
            let span = Span { end: last.end.max(span.start), ..span };
            runs.push(Run { text: number(text.len()), span, exact: false });
            text.push_str(&value.text);
            from = block.end;
        }
        if from == 0 {
            return None;
        }
        copy(&original, (from, scalar.text.len()), text.len(), &mut runs);
        text.push_str(scalar.text.get(from..).unwrap_or_default());
        let scalar = Scalar {
            text: text.into(),
            style: if scalar.style == Style::Plain { Style::Plain } else { scalar.style },
            indent: scalar.indent,
            runs: OnceLock::from(Box::from(runs)),
        };
        Some(Arc::new(Node { span: node.span, tag: node.tag.clone(), value: Value::Scalar(scalar) }))
    }

    /// A text with its inputs put in; `None` where there are none.
    fn replaced(&self, text: &str) -> Option<String> {
        let mut made = String::new();
        let mut from = 0;
        for block in blocks(text) {
            let Some(value) = self.value(block.inner).and_then(|value| value.text()) else { continue };
            made.push_str(text.get(from..block.start).unwrap_or_default());
            made.push_str(value);
            from = block.end;
        }
        (from > 0).then(|| made + text.get(from..).unwrap_or_default())
    }

    /// The value of `inputs.NAME`, and of `inputs.NAME | expand_vars`, which the runner's variables are
    /// expanded in anyway. What else a function makes of it is not known.
    fn value(&self, inner: &str) -> Option<&Arc<Node>> {
        let mut parts = inner.split('|').map(str::trim);
        let name = parts.next()?.strip_prefix("inputs.")?;
        if parts.any(|function| function != "expand_vars") {
            return None;
        }
        self.get(name)
    }
}

/// `$[[ … ]]` in a text.
struct Block<'a> {
    start: usize,
    end: usize,
    inner: &'a str,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("$[[")).map(|at| from + at) {
        let Some(inner) =
            text.get(start + 3..).and_then(|rest| rest.split_once("]]")).map(|(inner, _)| inner)
        else {
            break;
        };
        let end = start + 3 + inner.len() + 2;
        found.push(Block { start, end, inner });
        from = end;
    }
    found
}

/// Copies the runs of a part of a text to where the part stands now.
fn copy(original: &[Run], (from, to): (usize, usize), at: usize, runs: &mut Vec<Run>) {
    let (from, to) = (number(from), number(to));
    for (index, run) in original.iter().enumerate() {
        let end = original.get(index + 1).map_or(u32::MAX, |next| next.text);
        let (start, end) = (run.text.max(from), end.min(to));
        if start < end {
            let mut span = run.span;
            if run.exact {
                span.start = (span.start + (start - run.text)).min(span.end);
            }
            runs.push(Run { text: number(at) + (start - from), span, exact: run.exact });
        }
    }
}

fn number(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
