//! An object's attributes after apply: known, null, or known only then.

use serde_json::{Map, Value};

/// An object and what of it is not known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'a> {
    known: Option<&'a Map<String, Value>>,
    unknown: Option<&'a Value>,
}

/// One attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Attribute<'a> {
    Null,
    Known(&'a Value),
    Unknown,
}

impl<'a> Object<'a> {
    pub(super) fn new(known: &'a Map<String, Value>, unknown: &'a Value) -> Self {
        Self { known: Some(known), unknown: Some(unknown) }
    }

    /// One whose every attribute is known.
    pub(super) fn whole(known: &'a Map<String, Value>) -> Self {
        Self { known: Some(known), unknown: None }
    }

    pub(super) fn get(&self, name: &str) -> Attribute<'a> {
        if self.unknown.is_some_and(|it| *it == Value::Bool(true) || it.get(name) == Some(&Value::Bool(true)))
        {
            return Attribute::Unknown;
        }
        match self.known.and_then(|it| it.get(name)) {
            None | Some(Value::Null) => Attribute::Null,
            Some(value) => Attribute::Known(value),
        }
    }

    /// A text; empty is none, as providers write it.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        match self.get(name) {
            Attribute::Known(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    pub(super) fn number(&self, name: &str) -> Option<i32> {
        match self.get(name) {
            Attribute::Known(Value::Number(number)) => number.as_i64().and_then(|it| i32::try_from(it).ok()),
            Attribute::Known(Value::String(text)) => text.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Attribute::Known(Value::Bool(flag)) => Some(*flag),
            Attribute::Known(Value::String(text)) => text.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn is_unknown(&self, name: &str) -> bool {
        self.get(name) == Attribute::Unknown
    }

    /// A list's texts, `None` for each that is not known; `Err` if the whole list is not known.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<Option<&'a str>>, NotKnown> {
        let values = match self.get(name) {
            Attribute::Unknown => return Err(NotKnown),
            Attribute::Known(Value::Array(values)) => values.as_slice(),
            _ => &[],
        };
        let open = self.unknown.and_then(|it| it.get(name)).and_then(Value::as_array);
        let length = values.len().max(open.map_or(0, Vec::len));
        let each = (0..length).map(|at| {
            let unknown = open.and_then(|it| it.get(at)) == Some(&Value::Bool(true));
            values.get(at).filter(|_| !unknown).and_then(Value::as_str)
        });
        Ok(each.collect())
    }

    /// A list's objects; `Err` if the whole list is not known.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Object<'a>>, NotKnown> {
        let values = match self.get(name) {
            Attribute::Unknown => return Err(NotKnown),
            Attribute::Known(Value::Array(values)) => values.as_slice(),
            _ => &[],
        };
        let open = self.unknown.and_then(|it| it.get(name)).and_then(Value::as_array);
        let length = values.len().max(open.map_or(0, Vec::len));
        let each = (0..length).map(|at| Object {
            known: values.get(at).and_then(Value::as_object),
            unknown: open.and_then(|it| it.get(at)),
        });
        Ok(each.collect())
    }
}

/// A value that is known only after apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotKnown;
