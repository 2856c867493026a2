//! Instances and their primary interfaces.

use serde_json::Value;

use super::super::reference::{Resolver, Whose, Within};
use super::super::value::Attribute;
use super::{Laying, Step, is_to_come};
use crate::snapshot::{Aspect, Id, Instance, InstanceState, NetworkInterface, Pending};

impl Laying<'_> {
    /// The primary interface goes with its instance; others stay, attached to nothing
    /// (AWS: ec2/scenarios-enis, "Termination behavior").
    pub(super) fn delete_instance(&mut self, step: &Step<'_>) {
        let Some(id) = Self::had(step) else { return };
        self.snapshot.instances.remove(&id);
        let attached: Vec<(Id, Option<i32>)> = self
            .snapshot
            .network_interfaces
            .values()
            .filter_map(|it| {
                let attachment = it.attachment.as_ref()?;
                let own = attachment.instance_id.as_ref() == Some(&id);
                own.then(|| (it.network_interface_id.clone(), attachment.device_index))
            })
            .collect();
        // An interface with a resource of its own was given to the instance, and outlives it.
        let given: Vec<Id> = match step.before.objects("network_interface") {
            Ok(blocks) => {
                blocks.iter().filter_map(|it| it.text("network_interface_id").map(Id::from)).collect()
            }
            Err(_) => Vec::new(),
        };
        for (interface, index) in attached {
            if index == Some(0) && !given.contains(&interface) {
                self.snapshot.network_interfaces.remove(&interface);
            } else {
                self.detach(&interface);
            }
        }
    }

    pub(super) fn put_instance(&mut self, step: &Step<'_>) {
        let Some(id) = Self::own(step) else { return };
        let fresh = step.is_made() || !self.snapshot.instances.contains_key(&id);
        if !fresh {
            if step.is_changed() {
                self.update_instance(step, &id);
            }
            return;
        }
        let subnet_id = self.settled(step, "subnet_id", &["subnet"]);
        let vpc_id =
            subnet_id.as_ref().and_then(|it| self.snapshot.subnets.get(it)).and_then(|it| it.vpc_id.clone());
        // The provider waits until it runs.
        let state = step.after.text("instance_state").or(is_to_come(step).then_some("running"));
        self.snapshot.instances.insert(
            id.clone(),
            Instance {
                instance_id: id.clone(),
                state: state.map(|name| InstanceState { name: name.into() }),
                vpc_id,
                subnet_id,
                ..Instance::default()
            },
        );
        if self.attach_given(step, &id) {
            return;
        }
        let named = step.text("primary_network_interface_id");
        let interface = named.unwrap_or_else(|| Resolver::to_come("eni", step.change));
        if !step.is_made() && self.snapshot.network_interfaces.contains_key(&interface) {
            return;
        }
        let new = NetworkInterface { network_interface_id: interface.clone(), ..NetworkInterface::default() };
        let subnet = self.place_interface(step, new, "secondary_private_ips");
        if step.is_made() && step.after.is_unknown("private_ip") {
            self.tell(step, "private_ip", Pending::Interface(subnet));
        }
        self.attach(&interface, Some(id), Some(0));
        let carried = self.carried(step, "vpc_security_group_ids", &interface);
        // A launch template may give it groups.
        let template = step.after.get("launch_template") != Attribute::Null
            && !matches!(step.after.get("launch_template"), Attribute::Known(Value::Array(it)) if it.is_empty());
        let set = self.resolver.is_set(step.change, "vpc_security_group_ids") != Some(false);
        self.carry(step, &interface, carried, "vpc_security_group_ids");
        if step.is_made() && template && !set {
            self.open_one(&interface, &Aspect::Groups, step, "launch_template");
        }
    }

    /// Attaches interfaces with resources of their own; says whether the primary one is among them.
    fn attach_given(&mut self, step: &Step<'_>, id: &Id) -> bool {
        let Ok(blocks) = step.after.objects("network_interface") else { return false };
        for block in &blocks {
            let unknown = || self.resolver.unknown(step.change, "network_interface", &["eni"], Within::Block);
            let whose = match block.get("network_interface_id") {
                Attribute::Unknown => unknown(),
                _ => block.text("network_interface_id").map_or(Whose::None, |it| Whose::One(it.into())),
            };
            if let Whose::One(interface) = whose {
                self.attach(&interface, Some(id.clone()), block.number("device_index"));
            } else {
                self.leave_interface_open(step, whose, "network_interface");
            }
        }
        !blocks.is_empty()
    }

    fn update_instance(&mut self, step: &Step<'_>, id: &Id) {
        if step.differs("vpc_security_group_ids") {
            let primary = |it: &&NetworkInterface| {
                let attachment = it.attachment.as_ref();
                attachment.is_some_and(|it| it.instance_id.as_ref() == Some(id) && it.device_index == Some(0))
            };
            let found = self.snapshot.network_interfaces.values().find(primary);
            let interface = found.map(|it| it.network_interface_id.clone());
            let interface =
                interface.or_else(|| step.before.text("primary_network_interface_id").map(Id::from));
            if let Some(interface) = interface {
                let carried = self.carried(step, "vpc_security_group_ids", &interface);
                self.carry(step, &interface, carried, "vpc_security_group_ids");
            }
        }
    }

    /// `aws_ec2_instance_state`: what the provider waits for.
    pub(super) fn put_instance_state(&mut self, step: &Step<'_>) {
        if !step.is_made() && !step.is_changed() {
            return;
        }
        let whose = self.resolver.whose(step.change, &step.after, "instance_id", &["i"]);
        let (ids, state, what) = match whose {
            Whose::None => return,
            Whose::One(id) => (vec![id], step.text("state"), "state"),
            Whose::Among(ids) => (ids, None, "instance_id"),
            Whose::Any => (self.snapshot.instances.keys().cloned().collect(), None, "instance_id"),
        };
        for id in &ids {
            if let Some(instance) = self.snapshot.instances.get_mut(id) {
                instance.state = state.clone().map(|name| InstanceState { name });
            }
        }
        if state.is_none() {
            self.open(Whose::Among(ids), &Aspect::Whole, step, what);
        }
    }
}
