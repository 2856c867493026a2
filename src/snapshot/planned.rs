//! What a plan does to a snapshot, besides the snapshot that comes of it.

use super::Id;

/// A plan's account of itself, after it was laid over a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planned {
    /// What the plan does to things of the network that are modelled, in the plan's order.
    pub changes: Vec<PlannedChange>,
    /// What is known only after apply.
    pub unknown: Vec<PlanUnknown>,
    /// What touches the network and is not modelled.
    pub unsupported: Vec<PlanUnsupported>,
    /// Why the plan is not all that an apply will do: it ended in an error, or defers changes. Sentences.
    pub unfinished: Vec<String>,
}

/// What the plan does to one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedChange {
    /// The resource's address.
    pub address: String,
    /// Its type, e.g. `aws_security_group`.
    pub kind: String,
    /// What is done.
    pub action: PlannedAction,
    /// The thing's id: AWS's own; for one to come its kind's prefix and the address, e.g.
    /// `sg-aws_security_group.server`. `None` for what has no id in a snapshot.
    pub id: Option<Id>,
}

/// What is done to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlannedAction {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is unmade, and one like it made.
    Replace,
    /// It is unmade.
    Delete,
}

impl PlannedAction {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }
}

/// Something that is known only after apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanUnknown {
    /// The resource's address.
    pub address: String,
    /// What of it: an attribute's name.
    pub what: String,
    /// What kind of thing is not known.
    pub pending: Pending,
}

/// What is known only after apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pending {
    /// A value of something that is there, or that the snapshot shows as open.
    Value,
    /// An interface to come whose address AWS has still to choose; in this subnet, where that is known.
    Interface(Option<Id>),
}

/// A resource that touches the network and is not modelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanUnsupported {
    /// The resource's address.
    pub address: String,
    /// Its type.
    pub kind: String,
    /// What is done to it, in the plan's own words, e.g. `create`.
    pub actions: String,
    /// What of the network it may change.
    pub extent: Extent,
}

/// What of the network a resource may change that is not modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// It makes something new; what is there stays as it is.
    New,
    /// Things that the snapshot marks as changed.
    Named,
    /// Anything.
    Anything,
}
