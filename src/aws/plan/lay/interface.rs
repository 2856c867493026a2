//! Network interfaces and the groups that they carry.

use super::super::reference::{Whose, Within};
use super::{Laying, Step, is_to_come};
use crate::snapshot::{Aspect, Attachment, GroupIdentifier, Id, NetworkInterface, Pending, PrivateIpAddress};

const GROUP: &[&str] = &["sg"];
const INTERFACE: &[&str] = &["eni"];

/// The groups that an attribute gives an interface.
pub(super) struct Carried {
    groups: Vec<Id>,
    /// Whether there may be more than these.
    more: bool,
}

impl Laying<'_> {
    pub(super) fn delete_interface(&mut self, step: &Step<'_>) {
        if let Some(id) = Self::had(step) {
            self.snapshot.network_interfaces.remove(&id);
        }
    }

    pub(super) fn put_interface(&mut self, step: &Step<'_>) {
        let Some(id) = Self::own(step) else { return };
        let fresh = step.is_made() || !self.snapshot.network_interfaces.contains_key(&id);
        if fresh {
            let interface = NetworkInterface {
                network_interface_id: id.clone(),
                status: Some("available".into()),
                interface_type: step.text("interface_type"),
                description: step.text("description"),
                ..NetworkInterface::default()
            };
            let subnet = self.place_interface(step, interface, "private_ips");
            if is_to_come(step) && step.after.texts("private_ips").is_err() {
                self.tell(step, "private_ips", Pending::Interface(subnet));
            }
            self.attach_block(step, &id);
        } else if !step.is_changed() {
            return;
        }
        if fresh || step.differs("security_groups") {
            let carried = self.carried(step, "security_groups", &id);
            self.carry(step, &id, carried, "security_groups");
        }
    }

    /// What a new interface's `attachment` block says.
    fn attach_block(&mut self, step: &Step<'_>, id: &Id) {
        let (instance, index) = match step.after.objects("attachment") {
            Ok(blocks) => {
                let Some(block) = blocks.first() else { return };
                (block.text("instance").map(Id::from), block.number("device_index"))
            }
            Err(_) if self.resolver.is_set(step.change, "attachment") == Some(false) => return,
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

    /// Puts a new interface where its resource says; gives back its subnet.
    pub(super) fn place_interface(
        &mut self,
        step: &Step<'_>,
        mut interface: NetworkInterface,
        addresses: &str,
    ) -> Option<Id> {
        let subnet = self.settled(step, "subnet_id", &["subnet"]);
        let vpc =
            subnet.as_ref().and_then(|it| self.snapshot.subnets.get(it)).and_then(|it| it.vpc_id.clone());
        let main = step.after.text("private_ip").and_then(|it| it.parse().ok());
        let listed = step.after.texts(addresses).unwrap_or_default();
        let listed = listed.into_iter().flatten().filter_map(|it| it.parse().ok());
        for address in main.into_iter().chain(listed) {
            let primary = interface.private_ip_addresses.is_empty();
            let had = interface.private_ip_addresses.iter().any(|it| it.private_ip_address == Some(address));
            if !had {
                let private_ip_address = Some(address);
                interface.private_ip_addresses.push(PrivateIpAddress { private_ip_address, primary });
            }
        }
        interface.private_ip_address =
            interface.private_ip_addresses.first().and_then(|it| it.private_ip_address);
        interface.subnet_id.clone_from(&subnet);
        interface.vpc_id = vpc;
        self.snapshot.network_interfaces.insert(interface.network_interface_id.clone(), interface);
        subnet
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
        let vpc = self.snapshot.network_interfaces.get(interface).and_then(|it| it.vpc_id.as_ref());
        let group = self.snapshot.security_groups.values().find(|it| {
            it.group_name.as_deref() == Some("default") && vpc.is_some() && it.vpc_id.as_ref() == vpc
        });
        Carried { groups: group.map(|it| it.group_id.clone()).into_iter().collect(), more: group.is_none() }
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

    pub(super) fn attach(&mut self, interface: &Id, instance: Option<Id>, index: Option<i32>) {
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

    pub(super) fn detach(&mut self, interface: &str) {
        if let Some(it) = self.snapshot.network_interfaces.get_mut(interface) {
            it.status = Some("available".into());
            it.attachment = None;
        }
    }

    /// What an interface is attached to is not known, if it is to anything.
    pub(super) fn leave_interface_open(&mut self, step: &Step<'_>, whose: Whose, what: &str) {
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

    pub(super) fn delete_attachment(&mut self, step: &Step<'_>) {
        self.detach(step.before.text("network_interface_id").unwrap_or_default());
    }

    pub(super) fn put_attachment(&mut self, step: &Step<'_>) {
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
