//! What the plan does, what it leaves open and what of it is not modelled: what is told of it.

use super::{Laying, Step, is_modelled};
use crate::aws::plan::format::{Action, ResourceChange};
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
        let touch = unsupported::touch(change);
        if touch == Touch::Nothing && !odd {
            return;
        }
        self.planned.unsupported.push(PlanUnsupported {
            address: change.address.clone(),
            kind: change.r#type.clone(),
            actions: change.actions(),
            extent: match &touch {
                Touch::Things(_) => Extent::Named,
                _ if unsupported::only_adds(change) => Extent::New,
                _ => Extent::Anything,
            },
        });
        if let Touch::Things(ids) = touch {
            for id in ids {
                let by = change.address.clone();
                let (of, what) = (Some(id), change.actions());
                self.snapshot.undecided.push(Undecided { of, aspect: Aspect::Changed, by, what });
            }
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
