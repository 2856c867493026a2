//! `extends` and `!reference`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::merge::{Merged, merge};
use crate::document::{Entry, Node, Value};

/// Parents' parents (GitLab, CI/CD YAML reference, `extends`: eleven levels).
const MOST_PARENTS: usize = 11;
/// References in references (GitLab, `!reference` tags: ten levels).
const DEEPEST_REFERENCE: usize = 10;
/// Values that the references of one job may come to.
const MOST_VALUES: usize = 100_000;

/// A configuration whose entries are extended as they are asked for.
#[derive(Debug)]
pub(super) struct Extended<'a> {
    config: &'a Merged,
    known: RefCell<HashMap<Arc<str>, Whole>>,
}

/// An entry with all that it inherits, and what of that is not there.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    pub(super) node: Arc<Node>,
    pub(super) missing: Vec<String>,
}

impl<'a> Extended<'a> {
    pub(super) fn new(config: &'a Merged) -> Self {
        Self { config, known: RefCell::default() }
    }

    /// A top-level entry, extended and with its references put in.
    pub(super) fn whole(&self, name: &str) -> Option<Whole> {
        let mut whole = self.extended(self.config.get(name)?, 0);
        let mut budget = MOST_VALUES;
        if let Some(node) = self.referenced(&whole.node, 0, &mut budget, &mut whole.missing) {
            whole.node = node;
        }
        if budget == 0 {
            whole.missing.push("more values than can be read".to_owned());
        }
        Some(whole)
    }

    /// An entry, laid over those that it extends.
    fn extended(&self, entry: &Entry, depth: usize) -> Whole {
        let plain = || Whole { node: Arc::clone(&entry.node), missing: Vec::new() };
        let Some(extends) = entry.node.get("extends") else { return plain() };
        if let Some(known) = self.known.borrow().get(&entry.key) {
            return known.clone();
        }
        if depth >= MOST_PARENTS {
            let mut whole = plain();
            whole
                .missing
                .push(format!("what {} extends (it extends itself, or more than ten others)", entry.key));
            return whole;
        }
        let mut base: Option<Arc<Node>> = None;
        let mut missing = Vec::new();
        for parent in extends.items() {
            let Some(name) = parent.text() else { continue };
            match self.config.get(name) {
                Some(parent) => {
                    let parent = self.extended(parent, depth + 1);
                    missing.extend(parent.missing);
                    base = Some(
                        base.map_or_else(|| Arc::clone(&parent.node), |base| merge(&base, &parent.node)),
                    );
                }
                None => missing.push(name.to_owned()),
            }
        }
        let node = base.map_or_else(|| Arc::clone(&entry.node), |base| merge(&base, &entry.node));
        let whole = Whole { node, missing };
        // A circle is cut off at some depth, and what was cut there is no entry's own.
        if depth == 0 || whole.missing.is_empty() {
            self.known.borrow_mut().insert(Arc::clone(&entry.key), whole.clone());
        }
        whole
    }

    /// The node with its references put in; `None` where it has none.
    fn referenced(
        &self,
        node: &Arc<Node>,
        depth: usize,
        budget: &mut usize,
        missing: &mut Vec<String>,
    ) -> Option<Arc<Node>> {
        *budget = budget.saturating_sub(1);
        if *budget == 0 {
            return None;
        }
        if node.tag.as_deref() == Some("reference") {
            return Some(self.target(node, depth, budget, missing));
        }
        let value = match &node.value {
            Value::Scalar(_) => return None,
            Value::List(items) => {
                let made: Vec<_> =
                    items.iter().map(|item| self.referenced(item, depth, budget, missing)).collect();
                if made.iter().all(Option::is_none) {
                    return None;
                }
                let items = made.into_iter().zip(items);
                Value::List(items.map(|(made, item)| made.unwrap_or_else(|| Arc::clone(item))).collect())
            }
            Value::Map(entries) => {
                let made: Vec<_> = entries
                    .iter()
                    .map(|entry| self.referenced(&entry.node, depth, budget, missing))
                    .collect();
                if made.iter().all(Option::is_none) {
                    return None;
                }
                let entries = made.into_iter().zip(entries).map(|(made, entry)| Entry {
                    node: made.unwrap_or_else(|| Arc::clone(&entry.node)),
                    ..entry.clone()
                });
                Value::Map(entries.collect())
            }
        };
        Some(Arc::new(Node { span: node.span, tag: node.tag.clone(), value }))
    }

    fn target(
        &self,
        node: &Arc<Node>,
        depth: usize,
        budget: &mut usize,
        missing: &mut Vec<String>,
    ) -> Arc<Node> {
        let path: Vec<&str> = node.items().iter().filter_map(|item| item.text()).collect();
        let named = || format!("!reference [{}]", path.join(", "));
        let found = path.split_first().filter(|_| depth < DEEPEST_REFERENCE).and_then(|(first, rest)| {
            let whole = self.extended(self.config.get(first)?, 0);
            missing.extend(whole.missing);
            rest.iter().try_fold(whole.node, |node, key| node.get(key).cloned())
        });
        let Some(found) = found else {
            missing.push(named());
            return Arc::new(Node { span: node.span, tag: None, value: Value::List(Vec::new()) });
        };
        self.referenced(&found, depth + 1, budget, missing).unwrap_or(found)
    }
}
