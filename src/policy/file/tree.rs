//! YAML text → a tree in which every key and value knows its bytes.
//!
//! The tree knows nothing of policies. It exists so that a wrong type does not hide the faults after
//! it: a typed reading stops at the first.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, NonFiniteFloatPolicy, Options, Spanned};

use super::fault::{Draft, Faults, quoted};
use super::syntax::syntax_fault;

/// How deep lists and maps may lie in each other; a policy needs five.
pub(super) const DEEPEST: usize = 16;
/// Values of a policy, those repeated by aliases included. Each costs a few hundred bytes on the way.
pub(super) const MOST_NODES: usize = 50_000;

/// A value and the bytes it stands on. A block map or list stands on the empty range where it begins.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: Range<usize>,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a map with its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_at: Range<usize>,
    pub(super) node: Node,
}

/// Reads one YAML 1.2 document. Bad syntax ends the reading; keys given twice are reported and the
/// first is kept.
pub(super) fn parse_tree(text: &str, faults: &mut Faults) -> Option<Node> {
    match serde_saphyr::from_str_with_options::<Spanned<Value>>(text, options()) {
        Ok(root) => {
            let mut root = Node::from(root);
            drop_repeated_keys(&mut root, faults);
            Some(root)
        }
        Err(error) => {
            faults.add(syntax_fault(&error, text));
            None
        }
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: MOST_NODES,
            max_events: MOST_NODES * 3,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MOST_NODES },
        // Every key given twice is reported, not the first alone.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        // YAML 1.2's core schema: `no` is a text, and so are `019` and `1_0`.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        reject_unsupported_tags: true,
        with_snippet: false,
        emit_comments: false,
    }
}

fn drop_repeated_keys(node: &mut Node, faults: &mut Faults) {
    match &mut node.value {
        Value::List(items) => {
            for item in items {
                drop_repeated_keys(item, faults);
            }
        }
        Value::Map(entries) => {
            let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
            entries.retain(|entry| match seen.get(&entry.key) {
                Some(first) => {
                    let message = format!("{} is given twice", quoted(&entry.key));
                    let draft = Draft::new(&entry.key_at, message).label("given again here");
                    faults.add(draft.note(first, "first given here").help("keep one of them"));
                    false
                }
                None => seen.insert(entry.key.clone(), entry.key_at.clone()).is_none(),
            });
            for entry in entries {
                drop_repeated_keys(&mut entry.node, faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

/// The bytes that a value stands on.
pub(super) fn value_bytes(location: Location) -> Option<Range<usize>> {
    let span = location.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    Some(start..start.saturating_add(usize::try_from(span.byte_len()?).ok()?))
}

impl From<Spanned<Value>> for Node {
    fn from(spanned: Spanned<Value>) -> Self {
        // `defined` and not `referenced`: a fault in an anchor is mended there.
        Self { at: value_bytes(spanned.defined).unwrap_or_default(), value: spanned.value }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, number, true, false, list or map")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("the number is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Value>>()? {
            list.push(item.into());
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some((key, node)) = items.next_entry::<Spanned<String>, Spanned<Value>>()? {
            let key_at = value_bytes(key.defined).unwrap_or_default();
            map.push(Entry { key: key.value, key_at, node: node.into() });
        }
        Ok(Value::Map(map))
    }
}
