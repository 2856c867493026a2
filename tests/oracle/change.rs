//! A random change of a random network: parts of another one take the place of its own.

use reachgate::snapshot::Snapshot;

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
