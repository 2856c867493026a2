//! What an interface is attached to.

use super::{INTERFACE, Laying, Step};
use crate::aws::plan::reference::{Whose, Within};
use crate::snapshot::{Aspect, Attachment, Id};

impl Laying<'_> {
    /// What an interface's own `attachment` block says.
    pub(super) fn attach_block(&mut self, step: &Step<'_>, id: &Id) {
        let (instance, index) = match step.after.objects("attachment") {
            Ok(blocks) => {
                let Some(block) = blocks.first() else { return };
                (block.text("instance").map(Id::from), block.number("device_index"))
            }
            Err(_) if step.is_made() && self.resolver.is_set(step.change, "attachment") == Some(false) => {
                return;
            }
            Err(_) => (None, None),
        };
        match instance.or_else(|| self.instance_of_block(step)) {
            Some(instance) => self.attach(id, Some(instance), index),
            None => self.leave_interface_open(step, Whose::One(id.clone()), "attachment"),
        }
    }

    fn instance_of_block(&self, step: &Step<'_>) -> Option<Id> {
        match self.resolver.unknown(step.change, "attachment", &["i"], Within::Block) {
            Whose::One(id) => Some(id),
            _ => None,
        }
    }

    pub(in crate::aws::plan::lay) fn attach(
        &mut self,
        interface: &Id,
        instance: Option<Id>,
        index: Option<i32>,
    ) {
        if let Some(it) = self.snapshot.network_interfaces.get_mut(interface) {
            it.status = Some("in-use".into());
            it.attachment = Some(Attachment {
                instance_id: instance,
                device_index: index,
                status: Some("attached".into()),
                ..Attachment::default()
            });
        }
    }

    pub(in crate::aws::plan::lay) fn detach(&mut self, interface: &str) {
        if let Some(it) = self.snapshot.network_interfaces.get_mut(interface) {
            it.status = Some("available".into());
            it.attachment = None;
        }
    }

    /// What an interface is attached to is not known, if it is to anything.
    pub(in crate::aws::plan::lay) fn leave_interface_open(
        &mut self,
        step: &Step<'_>,
        whose: Whose,
        what: &str,
    ) {
        let ids = match whose {
            Whose::None => return,
            Whose::One(id) => vec![id],
            Whose::Among(ids) => ids,
            Whose::Any => self.snapshot.network_interfaces.keys().cloned().collect(),
        };
        for id in &ids {
            if let Some(it) = self.snapshot.network_interfaces.get_mut(id) {
                it.status = None;
            }
        }
        self.open(Whose::Among(ids), &Aspect::Whole, step, what);
    }

    pub(in crate::aws::plan::lay) fn delete_attachment(&mut self, step: &Step<'_>) {
        self.detach(step.before.text("network_interface_id").unwrap_or_default());
    }

    pub(in crate::aws::plan::lay) fn put_attachment(&mut self, step: &Step<'_>) {
        if !step.is_made() {
            return;
        }
        let whose = self.resolver.whose(step.change, &step.after, "network_interface_id", INTERFACE);
        let Whose::One(interface) = whose else {
            return self.leave_interface_open(step, whose, "network_interface_id");
        };
        match self.settled(step, "instance_id", &["i"]) {
            Some(instance) => self.attach(&interface, Some(instance), step.after.number("device_index")),
            None => self.leave_interface_open(step, Whose::One(interface), "instance_id"),
        }
    }
}
