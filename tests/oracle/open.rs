//! What a plan leaves open of a random network, and ways in which it may come out.

use ipnet::IpNet;
use reachgate::snapshot::{
    AclAssociation, AclEntry, Aspect, GroupIdentifier, Id, IpPermission, Ipv4Range, Ipv6Range, PossibleRule,
    Route, RouteTableAssociation, Snapshot, Undecided,
};

use crate::dice::Dice;

const BLOCKS: [&str; 7] =
    ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.2.1.0/24", "10.1.1.8/29", "fd00::/8", "::/0"];

fn one<T>(dice: &mut Dice, of: &std::collections::BTreeMap<Id, T>) -> Option<Id> {
    let ids: Vec<&Id> = of.keys().collect();
    (!ids.is_empty()).then(|| (*dice.pick(&ids)).clone())
}

/// Leaves something open, and takes out of the snapshot what may not be there.
pub fn leave(dice: &mut Dice, s: &mut Snapshot) {
    let egress = dice.once_in(2);
    let (of, aspect) = match dice.below(14) {
        0..=3 => {
            let protocol = *dice.pick(&["-1", "tcp", "tcp", "udp", "icmp"]);
            let (from, to) = *dice.pick(&[(22, 22), (0, 65535), (443, 443), (8, 0), (-1, -1)]);
            let known = dice.once_in(2);
            let rule = PossibleRule {
                egress,
                ip_protocol: (!dice.once_in(4)).then(|| protocol.into()),
                from_port: known.then_some(from),
                to_port: (known || dice.once_in(5)).then_some(to),
            };
            (one(dice, &s.security_groups), Aspect::Rule(rule))
        }
        4 | 5 => (one(dice, &s.network_interfaces), Aspect::Groups),
        6 | 7 => {
            let number = (!dice.once_in(3)).then(|| *dice.pick(&[1, 15, 100, 950]));
            (one(dice, &s.network_acls), Aspect::Entry { egress, number })
        }
        8 | 9 => {
            let destination = (!dice.once_in(3)).then(|| dice.pick(&BLOCKS).parse().unwrap());
            (one(dice, &s.route_tables), Aspect::Route { destination })
        }
        10 => (one(dice, &s.subnets), Aspect::RouteTable),
        11 => (one(dice, &s.subnets), Aspect::NetworkAcl),
        12 => {
            let of = match dice.below(5) {
                0 => one(dice, &s.security_groups),
                1 => one(dice, &s.network_interfaces),
                2 => one(dice, &s.prefix_list_entries),
                3 => one(dice, &s.subnets),
                _ => one(dice, &s.instances),
            };
            if let Some(of) = &of {
                s.security_groups.remove(of);
                s.network_interfaces.remove(of);
                s.prefix_list_entries.remove(of);
                s.subnets.remove(of);
                s.instances.remove(of);
            }
            (of, Aspect::Whole)
        }
        _ => {
            let of = match dice.below(4) {
                0 => one(dice, &s.security_groups),
                1 => one(dice, &s.network_interfaces),
                2 => one(dice, &s.route_tables),
                _ => one(dice, &s.network_acls),
            };
            (of, Aspect::Changed)
        }
    };
    if of.is_none() {
        return;
    }
    // Of any thing of its kind; a whole thing, or one that is changed, has its name.
    let any = dice.once_in(12) && !matches!(aspect, Aspect::Whole | Aspect::Changed);
    let by = format!("aws_thing.number_{}", s.undecided.len());
    s.undecided.push(Undecided { of: of.filter(|_| !any), aspect, by, what: "what".to_owned() });
}

/// One way in which what is left open may come out; `was` has what may still be there.
pub fn settle(dice: &mut Dice, open: &Snapshot, was: &Snapshot) -> Snapshot {
    let mut s = open.clone();
    for it in std::mem::take(&mut s.undecided) {
        if dice.once_in(4) {
            continue;
        }
        let all = |ids: Vec<Id>, dice: &mut Dice| match &it.of {
            Some(of) => vec![of.clone()],
            None => ids.into_iter().filter(|_| dice.once_in(2)).collect(),
        };
        match &it.aspect {
            Aspect::Rule(rule) => {
                for id in all(s.security_groups.keys().cloned().collect(), dice) {
                    let found = permission(dice, rule);
                    let Some(group) = s.security_groups.get_mut(&id) else { continue };
                    let rules = if rule.egress {
                        &mut group.ip_permissions_egress
                    } else {
                        &mut group.ip_permissions
                    };
                    rules.push(found);
                }
            }
            Aspect::Groups => {
                let more = one(dice, &s.security_groups);
                for id in all(s.network_interfaces.keys().cloned().collect(), dice) {
                    let Some(eni) = s.network_interfaces.get_mut(&id) else { continue };
                    eni.groups.extend(
                        more.clone()
                            .map(|group_id| GroupIdentifier { group_id, ..GroupIdentifier::default() }),
                    );
                }
            }
            Aspect::Entry { egress, number } => {
                for id in all(s.network_acls.keys().cloned().collect(), dice) {
                    let number = number.unwrap_or(*dice.pick(&[1, 15, 100, 950]));
                    let found = entry(dice, *egress, number);
                    let Some(acl) = s.network_acls.get_mut(&id) else { continue };
                    acl.entries.retain(|it| it.egress != *egress || it.rule_number != number);
                    acl.entries.push(found);
                }
            }
            Aspect::Route { destination } => {
                for id in all(s.route_tables.keys().cloned().collect(), dice) {
                    let block = destination.unwrap_or(dice.pick(&BLOCKS).parse().unwrap());
                    let found = route(dice, &s, block);
                    let Some(table) = s.route_tables.get_mut(&id) else { continue };
                    table.routes.retain(|it| {
                        it.destination_cidr_block != found.destination_cidr_block
                            || it.destination_ipv6_cidr_block != found.destination_ipv6_cidr_block
                    });
                    table.routes.push(found);
                }
            }
            Aspect::RouteTable => {
                for id in all(s.subnets.keys().cloned().collect(), dice) {
                    let Some(to) = one(dice, &s.route_tables) else { continue };
                    for table in s.route_tables.values_mut() {
                        table.associations.retain(|it| it.subnet_id.as_ref() != Some(&id));
                    }
                    let association =
                        RouteTableAssociation { subnet_id: Some(id), ..RouteTableAssociation::default() };
                    s.route_tables.get_mut(&to).unwrap().associations.push(association);
                }
            }
            Aspect::NetworkAcl => {
                for id in all(s.subnets.keys().cloned().collect(), dice) {
                    let Some(to) = one(dice, &s.network_acls) else { continue };
                    for acl in s.network_acls.values_mut() {
                        acl.associations.retain(|it| it.subnet_id.as_ref() != Some(&id));
                    }
                    let association = AclAssociation { subnet_id: Some(id) };
                    s.network_acls.get_mut(&to).unwrap().associations.push(association);
                }
            }
            Aspect::Whole => put_back(&mut s, was, it.of.as_ref().unwrap()),
            Aspect::Changed => change(dice, &mut s, it.of.as_ref().unwrap()),
        }
    }
    s
}

fn permission(dice: &mut Dice, rule: &PossibleRule) -> IpPermission {
    let protocol = rule.ip_protocol.clone().unwrap_or_else(|| (*dice.pick(&["-1", "tcp", "udp"])).into());
    let mut it = IpPermission { ip_protocol: protocol.clone(), ..IpPermission::default() };
    if protocol != "-1" {
        let (from, to) = *dice.pick(&[(22, 22), (0, 65535), (443, 443)]);
        let known = rule.from_port.is_some() && rule.to_port.is_some();
        it.from_port = if known { rule.from_port } else { Some(from) };
        it.to_port = if known { rule.to_port } else { Some(to) };
    }
    match dice.pick(&BLOCKS).parse().unwrap() {
        IpNet::V4(cidr_ip) => it.ip_ranges.push(Ipv4Range { cidr_ip }),
        IpNet::V6(cidr_ipv6) => it.ipv6_ranges.push(Ipv6Range { cidr_ipv6 }),
    }
    it
}

fn entry(dice: &mut Dice, egress: bool, rule_number: i32) -> AclEntry {
    let (mut cidr_block, mut ipv6_cidr_block) = (None, None);
    match dice.pick(&BLOCKS).parse().unwrap() {
        IpNet::V4(block) => cidr_block = Some(block),
        IpNet::V6(block) => ipv6_cidr_block = Some(block),
    }
    AclEntry {
        rule_number,
        protocol: (*dice.pick(&["-1", "6", "17"])).into(),
        rule_action: (*dice.pick(&["allow", "deny"])).into(),
        egress,
        cidr_block,
        ipv6_cidr_block,
        ..AclEntry::default()
    }
}

fn route(dice: &mut Dice, s: &Snapshot, block: IpNet) -> Route {
    let mut route = Route { state: Some("active".into()), ..Route::default() };
    match block {
        IpNet::V4(block) => route.destination_cidr_block = Some(block),
        IpNet::V6(block) => route.destination_ipv6_cidr_block = Some(block),
    }
    match (dice.below(3), one(dice, &s.vpc_peering_connections)) {
        (0, Some(peering)) => route.vpc_peering_connection_id = Some(peering),
        (0 | 1, _) => route.gateway_id = Some("igw-1".into()),
        _ => {
            route.gateway_id = Some("igw-1".into());
            route.state = Some("blackhole".into());
        }
    }
    route
}

fn put_back(s: &mut Snapshot, was: &Snapshot, id: &Id) {
    macro_rules! put {
        ($($field:ident)+) => {{ $(
            if let Some(thing) = was.$field.get(id) {
                s.$field.insert(id.clone(), thing.clone());
            }
        )+ }};
    }
    put!(security_groups network_interfaces prefix_list_entries subnets instances);
}

/// Something of it is otherwise.
fn change(dice: &mut Dice, s: &mut Snapshot, id: &Id) {
    let group = one(dice, &s.security_groups);
    let blackhole = {
        let block = dice.pick(&BLOCKS).parse().unwrap();
        route(dice, s, block)
    };
    if let Some(it) = s.security_groups.get_mut(id) {
        std::mem::swap(&mut it.ip_permissions, &mut it.ip_permissions_egress);
    }
    if let Some(it) = s.network_interfaces.get_mut(id) {
        it.groups = group
            .into_iter()
            .map(|group_id| GroupIdentifier { group_id, ..GroupIdentifier::default() })
            .collect();
    }
    if let Some(it) = s.route_tables.get_mut(id) {
        it.routes = vec![blackhole];
    }
    if let Some(it) = s.network_acls.get_mut(id) {
        for entry in &mut it.entries {
            entry.rule_action = if entry.rule_action == "allow" { "deny".into() } else { "allow".into() };
        }
    }
}
