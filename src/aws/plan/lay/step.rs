//! One resource's object before and after.

use serde_json::{Map, Value};

use crate::aws::plan::format::{Action, ResourceChange};
use crate::aws::plan::reference::prefix;
use crate::aws::plan::value::Object;
use crate::snapshot::Id;

/// A resource's object before and after, and what is done to it.
#[derive(Clone, Copy)]
pub(super) struct Step<'p> {
    pub change: &'p ResourceChange,
    pub before: Object<'p>,
    pub after: Object<'p>,
    done: Done,
}

/// What is done to an object that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    /// Nothing: it is as it was.
    Nothing,
    /// It is changed in place.
    Changed,
    /// It is made, perhaps in place of one that was.
    Made,
}

impl<'p> Step<'p> {
    /// What apply does.
    pub(super) fn new(change: &'p ResourceChange) -> Self {
        let done = match (change.has(&Action::Create), change.has(&Action::Update)) {
            (true, _) => Done::Made,
            (false, true) => Done::Changed,
            (false, false) => Done::Nothing,
        };
        let after = Object::new(&change.change.after, &change.change.after_unknown);
        Self { change, before: Object::whole(&change.change.before), after, done }
    }

    /// The object as it is before apply does anything; `None` if it is not there.
    pub(super) fn as_it_was(change: &'p ResourceChange) -> Option<Self> {
        let idle = change.change.actions == [Action::NoOp];
        let before = Some(&change.change.before).filter(|it| !it.is_empty());
        let before =
            Object::whole(before.or(Some(&change.change.after).filter(|it| idle && !it.is_empty()))?);
        Some(Self { change, before, after: before, done: Done::Nothing })
    }

    /// It is made, perhaps in place of one that was.
    pub(super) fn is_made(&self) -> bool {
        self.done == Done::Made
    }

    pub(super) fn is_changed(&self) -> bool {
        self.done == Done::Changed
    }

    pub(super) fn is_as_it_was(&self) -> bool {
        self.done == Done::Nothing
    }

    /// Whether an attribute is another after than it was before.
    pub(super) fn differs(&self, attribute: &str) -> bool {
        let change = &self.change.change;
        let value = |object: &'p Map<String, Value>| object.get(attribute).filter(|it| !it.is_null());
        let open = change.after_unknown.get(attribute).is_some_and(has_unknown);
        match self.done {
            Done::Nothing => false,
            Done::Made => true,
            Done::Changed => open || value(&change.before) != value(&change.after),
        }
    }

    pub(super) fn text(&self, attribute: &str) -> Option<Id> {
        self.after.text(attribute).map(Id::from)
    }

    /// The id that the thing had.
    pub(super) fn had(&self) -> Option<Id> {
        self.before.text("id").map(Id::from)
    }

    /// Whether the thing is still to come.
    pub(super) fn is_to_come(&self) -> bool {
        self.after.is_unknown("id") && prefix(&self.change.r#type).is_some()
    }
}

/// Whether anything in it is not known.
pub(in crate::aws::plan) fn has_unknown(value: &Value) -> bool {
    match value {
        Value::Bool(unknown) => *unknown,
        Value::Array(values) => values.iter().any(has_unknown),
        Value::Object(fields) => fields.values().any(has_unknown),
        _ => false,
    }
}
