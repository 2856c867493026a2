//! Which things two snapshots describe differently, so that the rest need not be looked at.

use std::collections::{BTreeMap, HashSet};

use crate::snapshot::{Aspect, Id, IpPermission, NetworkInterface, SecurityGroup, Snapshot};

/// What differs, by id.
#[derive(Debug, Default)]
pub(super) struct Changed<'a> {
    /// Interfaces, and those that share an instance with one.
    pub interfaces: HashSet<&'a str>,
    /// Groups by their rules inbound.
    pub ingress: HashSet<&'a str>,
    /// Groups by their rules outbound.
    pub egress: HashSet<&'a str>,
    /// Routes, network ACLs, prefix lists, or what was read at all: anything may fare differently.
    pub roads: bool,
}

impl<'a> Changed<'a> {
    pub(super) fn between(before: &'a Snapshot, after: &'a Snapshot) -> Self {
        let mut instances = differing(&before.instances, &after.instances, |it| &it.state);
        let mut interfaces = differing(&before.network_interfaces, &after.network_interfaces, |it| it);
        let open = Open::between(before, after);
        interfaces.extend(&open.interfaces);
        for interface in of(before, &interfaces).chain(of(after, &interfaces)) {
            instances.extend(instance(interface));
        }
        for interface in before.network_interfaces.values().chain(after.network_interfaces.values()) {
            if instance(interface).is_some_and(|id| instances.contains(id)) {
                interfaces.insert(&interface.network_interface_id);
            }
        }
        let groups = |rules: fn(&SecurityGroup) -> &Vec<IpPermission>| {
            differing(&before.security_groups, &after.security_groups, rules)
        };
        let mut ingress = groups(|group| &group.ip_permissions);
        ingress.extend(open.ingress);
        let mut egress = groups(|group| &group.ip_permissions_egress);
        egress.extend(open.egress);
        Self { interfaces, ingress, egress, roads: open.roads || roads(before, after) }
    }

    /// Whether packets of the interface may fare differently, towards one that did not change.
    pub(super) fn moves(&self, interface: &NetworkInterface) -> bool {
        self.roads
            || self.interfaces.contains(interface.network_interface_id.as_str())
            || interface.groups.iter().any(|group| self.egress.contains(group.group_id.as_str()))
    }

    /// Whether packets to the interface may fare differently, from wherever they come.
    pub(super) fn reaches(&self, interface: &NetworkInterface) -> bool {
        self.roads
            || self.interfaces.contains(interface.network_interface_id.as_str())
            || interface.groups.iter().any(|group| self.ingress.contains(group.group_id.as_str()))
    }
}

/// What a plan leaves open on one side only.
#[derive(Default)]
struct Open<'a> {
    interfaces: HashSet<&'a str>,
    ingress: HashSet<&'a str>,
    egress: HashSet<&'a str>,
    roads: bool,
}

impl<'a> Open<'a> {
    fn between(before: &'a Snapshot, after: &'a Snapshot) -> Self {
        let mut open = Self::default();
        for (one, other) in [(before, after), (after, before)] {
            for it in one.undecided.iter().filter(|it| !other.undecided.contains(it)) {
                match (&it.aspect, &it.of) {
                    (Aspect::Rule(rule), Some(id)) if rule.egress => drop(open.egress.insert(id)),
                    (Aspect::Rule(_), Some(id)) => drop(open.ingress.insert(id)),
                    (Aspect::Groups, Some(id)) => drop(open.interfaces.insert(id)),
                    _ => open.roads = true,
                }
            }
        }
        open
    }
}

fn instance(interface: &NetworkInterface) -> Option<&str> {
    interface.attachment.as_ref()?.instance_id.as_deref()
}

fn of<'s>(snapshot: &'s Snapshot, ids: &HashSet<&str>) -> std::vec::IntoIter<&'s NetworkInterface> {
    let found: Vec<_> = ids.iter().filter_map(|id| snapshot.network_interfaces.get(*id)).collect();
    found.into_iter()
}

/// The ids of what only one has, or what differs in `part`.
fn differing<'a, T, P: PartialEq + ?Sized>(
    before: &'a BTreeMap<Id, T>,
    after: &'a BTreeMap<Id, T>,
    part: fn(&T) -> &P,
) -> HashSet<&'a str> {
    let gone = before.iter().filter(|(id, it)| after.get(*id).is_none_or(|now| part(now) != part(it)));
    let come = after.keys().filter(|id| !before.contains_key(*id));
    gone.map(|(id, _)| id.as_str()).chain(come.map(Id::as_str)).collect()
}

fn roads(before: &Snapshot, after: &Snapshot) -> bool {
    macro_rules! any_differs {
        ($($field:ident)+) => { $(before.$field != after.$field)||+ };
    }
    any_differs! {
        documents unread conflicts stale_security_groups subnets vpcs vpc_endpoints route_tables network_acls
        vpc_peering_connections prefix_lists prefix_list_entries transit_gateways transit_gateway_attachments
        transit_gateway_vpc_attachments transit_gateway_peering_attachments transit_gateway_route_tables
        transit_gateway_associations transit_gateway_propagations transit_gateway_routes
        transit_gateway_prefix_list_references
    }
}
