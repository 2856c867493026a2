//! How GitLab lays one part of a configuration over another.

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::{Entry, Node, Value};

/// A map that is put together from others.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) entries: Vec<Entry>,
    index: HashMap<Arc<str>, usize>,
}

impl Merged {
    /// Lays a map over it: of two maps under one key the entries are joined, of anything else the later counts
    /// (GitLab, CI/CD YAML reference, `extends`, and "Use includes" under "merge method").
    pub(super) fn lay(&mut self, over: &Node) {
        for entry in over.map().unwrap_or_default() {
            self.put(entry);
        }
    }

    pub(super) fn put(&mut self, entry: &Entry) {
        if let Some(known) = self.index.get(&entry.key).and_then(|at| self.entries.get_mut(*at)) {
            known.node = merge(&known.node, &entry.node);
            known.key_span = entry.key_span;
        } else {
            self.index.insert(Arc::clone(&entry.key), self.entries.len());
            self.entries.push(entry.clone());
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.index.get(key).and_then(|at| self.entries.get(*at))
    }
}

/// The node `over`, laid over `base`.
pub(super) fn merge(base: &Arc<Node>, over: &Arc<Node>) -> Arc<Node> {
    if Arc::ptr_eq(base, over) {
        return Arc::clone(over);
    }
    let (Some(below), Some(above)) = (base.map(), over.map()) else { return Arc::clone(over) };
    let mut entries = below.to_vec();
    for entry in above {
        match entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => {
                known.node = merge(&known.node, &entry.node);
                known.key_span = entry.key_span;
            }
            None => entries.push(entry.clone()),
        }
    }
    Arc::new(Node { span: over.span, tag: over.tag.clone(), value: Value::Map(entries) })
}
