//! Instances and their primary interfaces.

use serde_json::Value;

use super::super::reference::{GIVEN, Resolver, Whose, Within};
use super::super::value::Attribute;
use super::interface::{Carried, INSTANCE};
use super::{Laying, Step};
use crate::snapshot::{Aspect, Id, Instance, InstanceState, NetworkInterface, Pending};

/// Attributes that the provider changes by stopping and starting an instance, whatever state it was in.
const STARTED_ANEW: [&str; 4] =
    ["instance_type", "user_data", "user_data_base64", "capacity_reservation_specification"];

impl Laying<'_> {
    /// The primary interface goes with its instance; others stay, attached to nothing
    /// (AWS: ec2/scenarios-enis, "Termination behavior").
    pub(super) fn delete_instance(&mut self, step: &Step<'_>) {
        let Some(id) = step.had() else { return };
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
        let outlives = outliving(step);
        for (interface, index) in attached {
            if index == Some(0) && !outlives.contains(&interface) {
                self.snapshot.network_interfaces.remove(&interface);
            } else {
                self.detach(&interface);
            }
        }
    }

    pub(super) fn put_instance(&mut self, step: &Step<'_>) {
        let Some(id) = self.own(step) else { return };
        if step.is_changed() {
            return self.update_instance(step, &id);
        }
        if step.is_made() || !self.snapshot.instances.contains_key(&id) {
            let subnet_id = self.settled(step, "subnet_id", &["subnet"]);
            let subnet = subnet_id.as_ref().and_then(|it| self.snapshot.subnets.get(it));
            // The provider waits until it runs.
            let state = step.after.text("instance_state").or(step.is_to_come().then_some("running"));
            let instance = Instance {
                instance_id: id.clone(),
                state: state.map(|name| InstanceState { name: name.into() }),
                vpc_id: subnet.and_then(|it| it.vpc_id.clone()),
                subnet_id,
                ..Instance::default()
            };
            self.snapshot.instances.insert(id.clone(), instance);
        }
        if self.attach_given(step, &id) {
            return;
        }
        let interface = match step.text("primary_network_interface_id") {
            Some(named) => named,
            None if step.is_made() => Resolver::to_come("eni", step.change),
            None => return,
        };
        if !step.is_made() && self.snapshot.network_interfaces.contains_key(&interface) {
            return;
        }
        let new = NetworkInterface { network_interface_id: interface.clone(), ..NetworkInterface::default() };
        let subnet = self.place_interface(step, new, &INSTANCE);
        if step.is_made() && step.after.is_unknown("private_ip") {
            self.tell(step, "private_ip", Pending::Interface(subnet));
        }
        self.attach(&interface, Some(id), Some(0));
        let (carried, attribute) = self.groups_of_instance(step, &interface);
        self.carry(step, &interface, carried, attribute);
    }

    /// The groups of an instance, and the attribute that says so. In a subnet `security_groups` are ids as well
    /// (EC2 API: `RunInstances`); a launch template may give it groups too.
    fn groups_of_instance(&self, step: &Step<'_>, interface: &Id) -> (Carried, &'static str) {
        const GROUPS: &str = "vpc_security_group_ids";
        let is_unset =
            |attribute| step.is_made() && self.resolver.is_set(step.change, attribute) == Some(false);
        if !is_unset(GROUPS) {
            return (self.carried(step, GROUPS, interface), GROUPS);
        }
        if !is_unset("security_groups") {
            return (
                self.by_name(interface, self.carried(step, "security_groups", interface)),
                "security_groups",
            );
        }
        let mut carried = self.carried(step, GROUPS, interface);
        let template = match step.after.get("launch_template") {
            Attribute::Null => false,
            Attribute::Known(Value::Array(blocks)) => !blocks.is_empty(),
            _ => true,
        };
        carried.more |= template;
        (carried, if template { "launch_template" } else { GROUPS })
    }

    /// Groups by their names in the interface's VPC, but for those that are ids.
    fn by_name(&self, interface: &Id, carried: Carried) -> Carried {
        let vpc = self.vpc_of(interface);
        let mut found = Carried { groups: Vec::new(), more: carried.more };
        for group in carried.groups {
            let mut all = self.snapshot.security_groups.values();
            let named = all.find(|it| it.group_name.as_ref() == Some(&group) && it.vpc_id.as_ref() == vpc);
            match named {
                _ if group.starts_with("sg-") => found.groups.push(group),
                Some(named) if vpc.is_some() => found.groups.push(named.group_id.clone()),
                _ => found.more = true,
            }
        }
        found
    }

    /// Attaches interfaces with resources of their own; says whether there are any, the primary one among them.
    fn attach_given(&mut self, step: &Step<'_>, id: &Id) -> bool {
        let mut given = false;
        for attribute in GIVEN {
            let Ok(blocks) = step.after.objects(attribute) else { continue };
            for block in blocks {
                let whose = match block.get("network_interface_id") {
                    Attribute::Unknown => {
                        self.resolver.unknown(step.change, attribute, &["eni"], Within::Block)
                    }
                    _ => block.text("network_interface_id").map_or(Whose::None, |it| Whose::One(it.into())),
                };
                let Whose::One(interface) = whose else {
                    given |= whose != Whose::None;
                    self.leave_interface_open(step, whose, attribute);
                    continue;
                };
                // What the snapshot shows of an attachment is more than the plan knows.
                let attached = self.snapshot.network_interfaces.get(&interface);
                given |= step.is_made() || attached.is_some();
                if step.is_made() || attached.is_some_and(|it| it.attachment.is_none()) {
                    let index = block.number("device_index").or(Some(0));
                    self.attach(&interface, Some(id.clone()), index);
                }
            }
        }
        given
    }

    fn update_instance(&mut self, step: &Step<'_>, id: &Id) {
        let stopped = |it: &Instance| it.state.as_ref().is_none_or(|state| state.name != "running");
        if STARTED_ANEW.iter().any(|it| step.differs(it))
            && let Some(instance) = self.snapshot.instances.get_mut(id)
            && stopped(instance)
        {
            instance.state = None;
            self.open_one(id, &Aspect::Whole, step, "instance_state");
        }
        let primary = |it: &&NetworkInterface| {
            let attachment = it.attachment.as_ref();
            attachment.is_some_and(|it| it.instance_id.as_ref() == Some(id) && it.device_index == Some(0))
        };
        let found = self.snapshot.network_interfaces.values().find(primary);
        let interface = found.map(|it| it.network_interface_id.clone());
        let named = || step.before.text("primary_network_interface_id").map(Id::from);
        let Some(interface) = interface.or_else(named) else { return };
        self.change_addresses(step, &interface, &INSTANCE);
        if step.differs("vpc_security_group_ids") {
            let carried = self.carried(step, "vpc_security_group_ids", &interface);
            self.carry(step, &interface, carried, "vpc_security_group_ids");
        }
    }

    /// `aws_ec2_instance_state`: what the provider waits for.
    pub(super) fn put_instance_state(&mut self, step: &Step<'_>) {
        if step.is_as_it_was() {
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

/// The interfaces that an instance does not take with it: those with resources of their own, and a primary one that
/// is to stay.
fn outliving(step: &Step<'_>) -> Vec<Id> {
    let mut all = Vec::new();
    for attribute in GIVEN {
        let stays = |it: &super::super::value::Object<'_>| {
            attribute == "network_interface" || it.flag("delete_on_termination") == Some(false)
        };
        let blocks = step.before.objects(attribute).unwrap_or_default();
        let ids = blocks.iter().filter(|it| stays(it)).filter_map(|it| it.text("network_interface_id"));
        all.extend(ids.map(Id::from));
    }
    all
}
