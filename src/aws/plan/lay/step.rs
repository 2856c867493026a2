//! One resource's object before and after.

use serde_json::{Map, Value};

use crate::aws::plan::format::{Action, ResourceChange};
use crate::aws::plan::reference::prefix;
use crate::aws::plan::value::Object;
use crate::snapshot::Id;

/// A resource's object before and after.
#[derive(Clone, Copy)]
pub(super) struct Step<'p> {
    pub change: &'p ResourceChange,
    pub before: Object<'p>,
    pub after: Object<'p>,
}

impl<'p> Step<'p> {
    pub(super) fn new(change: &'p ResourceChange) -> Self {
        Self {
            change,
            before: Object::whole(&change.change.before),
            after: Object::new(&change.change.after, &change.change.after_unknown),
        }
    }

    /// It is made, perhaps in place of one that was.
    pub(super) fn is_made(&self) -> bool {
        self.change.has(&Action::Create)
    }

    pub(super) fn is_changed(&self) -> bool {
        self.change.has(&Action::Update)
    }

    /// Whether an attribute is another after than it was before.
    pub(super) fn differs(&self, attribute: &str) -> bool {
        let change = &self.change.change;
        let value = |object: &'p Map<String, Value>| object.get(attribute).filter(|it| !it.is_null());
        let open = change.after_unknown.get(attribute).is_some_and(has_unknown);
        self.is_made() || open || value(&change.before) != value(&change.after)
    }

    pub(super) fn text(&self, attribute: &str) -> Option<Id> {
        self.after.text(attribute).map(Id::from)
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

/// Whether a thing of the plan's is still to come.
pub(super) fn is_to_come(step: &Step<'_>) -> bool {
    step.after.is_unknown("id") && prefix(&step.change.r#type).is_some()
}
