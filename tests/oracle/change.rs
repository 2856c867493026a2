//! A random change of a random network: parts of another one take the place of its own.

use reachgate::snapshot::{Attachment, Id, IpPermission, NetworkInterface, SecurityGroup, Snapshot};

use crate::dice::Dice;
use crate::world;

/// The network after a change.
pub fn change(dice: &mut Dice, before: &Snapshot) -> Snapshot {
    let mut after = before.clone();
    let mut other = world::build(&mut Dice::new(dice.below(1 << 30) as u64));
    macro_rules! some_of {
        ($($field:ident)+) => {{ $(
            for (id, thing) in std::mem::take(&mut other.$field) {
                if dice.once_in(3) {
                    after.$field.insert(id, thing);
                }
            }
        )+ }};
    }
    macro_rules! less {
        ($($field:ident)+) => {{ $(
            if let Some(id) = after.$field.keys().next().cloned().filter(|_| dice.once_in(2)) {
                after.$field.remove(&id);
            }
        )+ }};
    }
    for _ in 0..=dice.below(2) {
        match dice.below(9) {
            0 | 1 => some_of!(security_groups),
            2 => some_of!(network_interfaces),
            3 => some_of!(instances),
            // A subnet stays with its one network ACL and its one table.
            4 => {
                for (id, acl) in &mut after.network_acls {
                    if let Some(theirs) = other.network_acls.remove(id).filter(|_| dice.once_in(2)) {
                        acl.entries = theirs.entries;
                    }
                }
            }
            5 => {
                for (id, table) in &mut after.route_tables {
                    if let Some(theirs) = other.route_tables.remove(id).filter(|_| dice.once_in(2)) {
                        table.routes = theirs.routes;
                    }
                }
                some_of!(prefix_list_entries);
            }
            6 => some_of!(vpc_peering_connections transit_gateway_routes transit_gateway_vpc_attachments),
            7 => less!(network_interfaces security_groups instances),
            _ => some_of!(stale_security_groups subnets),
        }
    }
    after
}

/// The network after a change of one group's rules alone, in one direction.
pub fn rules(dice: &mut Dice, before: &Snapshot) -> Snapshot {
    let mut after = before.clone();
    let ids: Vec<Id> = before.security_groups.keys().cloned().collect();
    if ids.len() < 2 {
        return after;
    }
    let egress = dice.once_in(2);
    let rules = |it: &mut SecurityGroup| -> Vec<IpPermission> {
        std::mem::take(if egress { &mut it.ip_permissions_egress } else { &mut it.ip_permissions })
    };
    let (one, other) = (dice.pick(&ids).clone(), dice.pick(&ids).clone());
    let theirs = after.security_groups.get(&other).cloned().map(|mut it| rules(&mut it)).unwrap_or_default();
    let Some(group) = after.security_groups.get_mut(&one) else { return after };
    let mut own = rules(group);
    match dice.below(5) {
        0 => own = theirs,
        1 => own.extend(theirs),
        2 => drop(own.pop()),
        // Who is named changes, and what for does not.
        3 => {
            for pair in own.iter_mut().flat_map(|it| &mut it.user_id_group_pairs) {
                pair.group_id = Some(dice.pick(&ids).clone());
            }
        }
        _ => {
            for permission in &mut own {
                permission.ip_ranges.pop();
                permission.prefix_list_ids.pop();
            }
        }
    }
    *(if egress { &mut group.ip_permissions_egress } else { &mut group.ip_permissions }) = own;
    after
}

/// Puts a second interface of a VPC on the instance of a first, whose pods have its addresses then.
pub fn share_a_node(dice: &mut Dice, snapshot: &mut Snapshot) {
    let on_instance = |it: &&NetworkInterface| it.attachment.is_some();
    let enis: Vec<NetworkInterface> =
        snapshot.network_interfaces.values().filter(on_instance).cloned().collect();
    if enis.is_empty() {
        return;
    }
    let node = dice.pick(&enis);
    let beside: Vec<&NetworkInterface> = enis.iter().filter(|it| it.vpc_id == node.vpc_id).collect();
    let id = dice.pick(&beside).network_interface_id.clone();
    if id == node.network_interface_id {
        return;
    }
    let (instance, index) = (node.attachment.as_ref().unwrap().instance_id.clone(), Some(1));
    let attachment = Attachment { instance_id: instance, device_index: index, ..Attachment::default() };
    snapshot.network_interfaces.get_mut(&id).unwrap().attachment = Some(attachment);
}
