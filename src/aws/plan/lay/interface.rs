//! Network interfaces and the groups that they carry.

mod address;
mod attachment;

use super::super::reference::{Whose, Within};
use super::adopt::default_group;
use super::{Laying, Step};
use crate::snapshot::{Aspect, GroupIdentifier, Id, NetworkInterface, Pending};

pub(super) use address::INSTANCE;

const GROUP: &[&str] = &["sg"];
const INTERFACE: &[&str] = &["eni"];

/// The groups that an attribute gives an interface.
pub(super) struct Carried {
    pub groups: Vec<Id>,
    /// Whether there may be more than these.
    pub more: bool,
}

impl Laying<'_> {
    pub(super) fn delete_interface(&mut self, step: &Step<'_>) {
        if let Some(id) = step.had() {
            self.snapshot.network_interfaces.remove(&id);
        }
    }

    pub(super) fn put_interface(&mut self, step: &Step<'_>) {
        let Some(id) = self.own(step) else { return };
        let fresh = step.is_made() || !self.snapshot.network_interfaces.contains_key(&id);
        if fresh {
            let interface = NetworkInterface {
                network_interface_id: id.clone(),
                status: Some("available".into()),
                interface_type: step.text("interface_type"),
                description: step.text("description"),
                ..NetworkInterface::default()
            };
            let subnet = self.place_interface(step, interface, &address::INTERFACE);
            if step.is_to_come() && address::INTERFACE.is_open(step) {
                self.tell(step, "private_ips", Pending::Interface(subnet));
            }
            self.attach_block(step, &id);
        } else if !step.is_changed() {
            return;
        } else {
            self.change_addresses(step, &id, &address::INTERFACE);
            if step.differs("attachment") {
                self.detach(&id);
                self.attach_block(step, &id);
            }
        }
        if fresh || step.differs("security_groups") {
            let carried = self.carried(step, "security_groups", &id);
            self.carry(step, &id, carried, "security_groups");
        }
    }

    /// The groups after apply. What is not configured when it is made is the VPC's default group.
    pub(super) fn carried(&self, step: &Step<'_>, attribute: &str, interface: &Id) -> Carried {
        let Ok(texts) = step.after.texts(attribute) else {
            if step.is_made() && self.resolver.is_set(step.change, attribute) == Some(false) {
                return self.default_groups(interface);
            }
            return match self.resolver.unknown(step.change, attribute, GROUP, Within::Attribute) {
                // The plan does not tell what stands beside it.
                Whose::One(id) => Carried { groups: vec![id], more: true },
                Whose::None => Carried { groups: Vec::new(), more: false },
                Whose::Among(_) | Whose::Any => Carried { groups: Vec::new(), more: true },
            };
        };
        let unknown = texts.contains(&None);
        let mut groups: Vec<Id> = texts.into_iter().flatten().map(Id::from).collect();
        let mut more = unknown;
        if unknown
            && let Whose::One(id) = self.resolver.unknown(step.change, attribute, GROUP, Within::Attribute)
        {
            groups.push(id);
            more = false;
        }
        Carried { groups, more }
    }

    fn default_groups(&self, interface: &Id) -> Carried {
        let vpc = self.vpc_of(interface);
        let group = vpc.and_then(|vpc| default_group(&self.snapshot, vpc));
        Carried { more: group.is_none(), groups: group.into_iter().collect() }
    }

    /// The VPC of an interface.
    pub(super) fn vpc_of(&self, interface: &Id) -> Option<&Id> {
        self.snapshot.network_interfaces.get(interface)?.vpc_id.as_ref()
    }

    pub(super) fn carry(&mut self, step: &Step<'_>, interface: &Id, carried: Carried, what: &str) {
        if let Some(it) = self.snapshot.network_interfaces.get_mut(interface) {
            let named = |group_id| GroupIdentifier { group_id, ..GroupIdentifier::default() };
            it.groups = carried.groups.into_iter().map(named).collect();
        }
        if carried.more {
            self.open_one(interface, &Aspect::Groups, step, what);
        }
    }

    pub(super) fn delete_group_attachment(&mut self, step: &Step<'_>) {
        let interface = step.before.text("network_interface_id").unwrap_or_default();
        let group = step.before.text("security_group_id");
        if let Some(it) = self.snapshot.network_interfaces.get_mut(interface) {
            it.groups.retain(|had| Some(had.group_id.as_str()) != group);
        }
    }

    pub(super) fn put_group_attachment(&mut self, step: &Step<'_>) {
        if !step.is_made() {
            return;
        }
        let Some(interface) = self.one(step, "network_interface_id", INTERFACE, &Aspect::Groups) else {
            return;
        };
        let whose = self.resolver.whose(step.change, &step.after, "security_group_id", GROUP);
        let Whose::One(group_id) = whose else {
            self.open_one(&interface, &Aspect::Groups, step, "security_group_id");
            return;
        };
        if let Some(it) = self.snapshot.network_interfaces.get_mut(&interface)
            && !it.groups.iter().any(|had| had.group_id == group_id)
        {
            it.groups.push(GroupIdentifier { group_id, ..GroupIdentifier::default() });
        }
    }
}
