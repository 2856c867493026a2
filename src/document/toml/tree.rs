//! TOML's tables while they are put together.

use std::sync::Arc;

use crate::document::node::{Entry, Node, Scalar, Span, Value};

/// A value.
pub(super) enum Item {
    Scalar(Scalar, Span),
    List(Vec<Self>, Span),
    Table(Table),
    /// The tables of `[[…]]`.
    Tables(Vec<Table>),
}

/// A table.
pub(super) struct Table {
    span: Span,
    entries: Vec<(Arc<str>, Span, Item)>,
}

impl Table {
    pub(super) fn new(span: Span) -> Self {
        Self { span, entries: Vec::new() }
    }

    /// The table of this name, made where there is none; of several, the last.
    pub(super) fn open(&mut self, path: &[(Arc<str>, Span)]) -> Option<&mut Self> {
        let Some(((key, span), rest)) = path.split_first() else { return Some(self) };
        self.child(key, *span)?.open(rest)
    }

    /// Adds a table to those of this name.
    pub(super) fn append(&mut self, path: &[(Arc<str>, Span)]) {
        let Some(((key, span), parents)) = path.split_last() else { return };
        let Some(parent) = self.open(parents) else { return };
        let new = Self::new(*span);
        let tables = parent.entries.iter_mut().rev().find_map(|(had, _, item)| match item {
            Item::Tables(tables) if had == key => Some(tables),
            _ => None,
        });
        match tables {
            Some(tables) => tables.push(new),
            None => parent.entries.push((Arc::clone(key), *span, Item::Tables(vec![new]))),
        }
    }

    /// Puts a value at a dotted key; one without a key is lost.
    pub(super) fn put(&mut self, path: &[(Arc<str>, Span)], item: Item) {
        if let Some(((key, span), parents)) = path.split_last()
            && let Some(parent) = self.open(parents)
        {
            parent.entries.push((Arc::clone(key), *span, item));
        }
    }

    fn child(&mut self, key: &Arc<str>, span: Span) -> Option<&mut Self> {
        let is_table = |item: &Item| matches!(item, Item::Table(_) | Item::Tables(_));
        let known = self.entries.iter().rposition(|(had, _, item)| had == key && is_table(item));
        let at = known.unwrap_or_else(|| {
            self.entries.push((Arc::clone(key), span, Item::Table(Self::new(span))));
            self.entries.len() - 1
        });
        match self.entries.get_mut(at) {
            Some((.., Item::Table(table))) => Some(table),
            Some((.., Item::Tables(tables))) => tables.last_mut(),
            _ => None,
        }
    }

    pub(super) fn into_node(self, span: Span) -> Arc<Node> {
        let entry =
            |(key, key_span, item): (Arc<str>, Span, Item)| Entry { key, key_span, node: item.into_node() };
        let entries = self.entries.into_iter().map(entry).collect();
        Arc::new(Node { span, tag: None, value: Value::Map(entries) })
    }
}

impl Item {
    fn into_node(self) -> Arc<Node> {
        match self {
            Self::Scalar(scalar, span) => Arc::new(Node { span, tag: None, value: Value::Scalar(scalar) }),
            Self::List(items, span) => {
                let items = items.into_iter().map(Self::into_node).collect();
                Arc::new(Node { span, tag: None, value: Value::List(items) })
            }
            Self::Table(table) => {
                let span = table.span;
                table.into_node(span)
            }
            Self::Tables(tables) => {
                let nowhere = Span { file: crate::document::FileId::default(), start: 0, end: 0 };
                let span = tables.first().map_or(nowhere, |it| it.span);
                let own = |table: Table| {
                    let span = table.span;
                    table.into_node(span)
                };
                let items = tables.into_iter().map(own).collect();
                Arc::new(Node { span, tag: None, value: Value::List(items) })
            }
        }
    }
}
