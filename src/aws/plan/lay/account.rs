//! What the plan does, what it leaves open and what of it is not modelled: what is told of it.

use super::{Laying, Step, is_modelled};
use crate::aws::plan::format::{Action, Invocation, ResourceChange};
use crate::aws::plan::reference::Whose;
use crate::aws::plan::unsupported::{self, Touch};
use crate::snapshot::{
    Aspect, Extent, Id, Pending, PlanUnknown, PlanUnsupported, PlannedAction, PlannedChange, Undecided,
};

impl Laying<'_> {
    /// Notes what the plan does to a resource, and whether it can be laid.
    pub(super) fn account(&mut self, change: &ResourceChange) {
        let idle =
            change.change.actions.iter().all(|it| matches!(it, Action::NoOp | Action::Read | Action::Forget));
        if idle || !change.is_managed() {
            return;
        }
        let odd = change.change.actions.iter().any(|it| matches!(it, Action::Other(_)));
        if is_modelled(&change.r#type) && !odd {
            let action = match (change.has(&Action::Create), change.has(&Action::Delete)) {
                (true, true) => PlannedAction::Replace,
                (true, false) => PlannedAction::Create,
                (false, true) => PlannedAction::Delete,
                (false, false) => PlannedAction::Update,
            };
            let id = Step::new(change).before.text("id").map(Id::from);
            self.planned.changes.push(PlannedChange {
                address: change.address.clone(),
                kind: change.r#type.clone(),
                action,
                id: if change.stays() { self.resolver.id_after(change) } else { id },
            });
            return;
        }
        let odd = odd.then(|| Touch { extent: Extent::Anything, things: Vec::new() });
        if let Some(touch) = unsupported::touch(&self.resolver, change).or(odd) {
            self.name(&change.address, &change.r#type, &change.actions(), touch);
        }
    }

    /// Notes an action that apply invokes.
    pub(super) fn account_for_invocation(&mut self, invocation: &Invocation) {
        if let Some(touch) = unsupported::touch_of(invocation) {
            self.name(&invocation.address, invocation.kind(), "invoke", touch);
        }
    }

    /// Names what is not modelled, and marks what it changes.
    fn name(&mut self, address: &str, kind: &str, actions: &str, touch: Touch) {
        self.planned.unsupported.push(PlanUnsupported {
            address: address.to_owned(),
            kind: kind.to_owned(),
            actions: actions.to_owned(),
            extent: touch.extent,
        });
        for id in touch.things {
            let (by, what) = (address.to_owned(), actions.to_owned());
            self.snapshot.undecided.push(Undecided { of: Some(id), aspect: Aspect::Changed, by, what });
        }
    }

    /// Leaves a part of a thing open, and says so.
    pub(super) fn open(&mut self, whose: Whose, aspect: &Aspect, step: &Step<'_>, what: &str) {
        let of: Vec<Option<Id>> = match whose {
            Whose::None => return,
            Whose::One(id) => vec![Some(id)],
            Whose::Among(ids) => ids.into_iter().map(Some).collect(),
            Whose::Any => vec![None],
        };
        let by = &step.change.address;
        for of in of {
            let undecided = Undecided { of, aspect: aspect.clone(), by: by.clone(), what: what.to_owned() };
            if !self.snapshot.undecided.contains(&undecided) {
                self.snapshot.undecided.push(undecided);
            }
        }
        self.tell(step, what, Pending::Value);
    }

    pub(super) fn open_one(&mut self, id: &Id, aspect: &Aspect, step: &Step<'_>, what: &str) {
        self.open(Whose::One(id.clone()), aspect, step, what);
    }

    pub(super) fn tell(&mut self, step: &Step<'_>, what: &str, pending: Pending) {
        let unknown = PlanUnknown { address: step.change.address.clone(), what: what.to_owned(), pending };
        if !self.planned.unknown.contains(&unknown) {
            self.planned.unknown.push(unknown);
        }
    }
}
