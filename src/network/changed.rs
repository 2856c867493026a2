//! Which things two snapshots describe differently, so that the rest need not be looked at.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::snapshot::{
    Aspect, GroupIdentifier, Id, Instance, IpPermission, NetworkAcl, NetworkInterface, PrefixList,
    SecurityGroup, Snapshot, Subnet, Undecided, Vpc,
};

/// What differs, by id.
#[derive(Debug, Default)]
pub(super) struct Changed<'a> {
    /// Interfaces, and those that share an instance with one.
    pub interfaces: HashSet<&'a str>,
    /// Groups by what their rules let in: the rules, the lists that they name, and what is known of both.
    pub ingress: HashSet<&'a str>,
    /// Groups by what their rules let out.
    pub egress: HashSet<&'a str>,
    /// Groups of which something else differs than rules and lists that can be held against each other.
    pub loose: HashSet<&'a str>,
    /// Prefix lists.
    pub lists: HashSet<&'a str>,
    /// Subnets by their own blocks and by the network ACL that guards them.
    pub subnets: HashSet<&'a str>,
    /// Routes, network ACLs, or whatever else lies between two subnets.
    pub ways: bool,
    /// What was read at all, or what a plan leaves open of any thing: whatever there is may fare differently.
    pub everything: bool,
    instances: HashSet<&'a str>,
    /// Whatever files disagree about, or a plan changes in a way that is not modelled, on one side only.
    disputed: HashSet<&'a str>,
}

impl<'a> Changed<'a> {
    pub(super) fn between(before: &'a Snapshot, after: &'a Snapshot) -> Self {
        let mut changed = Self {
            everything: before.documents != after.documents || before.unread != after.unread,
            ways: ways(before, after),
            ..Self::default()
        };
        changed.interfaces.extend(differing(&before.network_interfaces, &after.network_interfaces, alike));
        let state = |one: &Instance, other: &Instance| one.state == other.state;
        changed.instances.extend(differing(&before.instances, &after.instances, state));
        changed.groups(before, after);
        let blocks = |one: &Subnet, other: &Subnet| untagged(one) == untagged(other);
        changed.subnets.extend(differing(&before.subnets, &after.subnets, blocks));
        changed.guards(before, after);
        changed.open(before, after);
        changed.disputed_all(before, after);
        changed.of_lists([before, after]);
        changed.beside([before, after]);
        changed
    }

    /// Whether nothing differs that any packet fares by.
    pub(super) fn is_nothing(&self) -> bool {
        let sets = [&self.interfaces, &self.ingress, &self.egress, &self.subnets];
        !self.ways && !self.everything && sets.into_iter().all(HashSet::is_empty)
    }

    /// Whether the interface is another, or something else than rules that it is judged by.
    pub(super) fn has(&self, interface: &NetworkInterface) -> bool {
        self.everything || self.interfaces.contains(interface.network_interface_id.as_str())
    }

    /// Whether packets of the interface may fare differently, over the same way to one that did not change.
    pub(super) fn moves(&self, interface: &NetworkInterface) -> bool {
        self.has(interface) || any_of(&self.egress, interface)
    }

    /// Whether the rules of the interface's groups may let in what they did not, or the reverse.
    pub(super) fn admits(&self, interface: &NetworkInterface) -> bool {
        any_of(&self.ingress, interface)
    }

    /// Rules, and what is stale of them.
    fn groups(&mut self, before: &'a Snapshot, after: &'a Snapshot) {
        let rules = |of: fn(&SecurityGroup) -> &Vec<IpPermission>| {
            let same = move |one: &SecurityGroup, other: &SecurityGroup| of(one) == of(other);
            differing(&before.security_groups, &after.security_groups, same)
        };
        self.ingress.extend(rules(|group| &group.ip_permissions));
        self.egress.extend(rules(|group| &group.ip_permissions_egress));
        for id in differing(&before.stale_security_groups, &after.stale_security_groups, PartialEq::eq) {
            self.group(id);
        }
        let cidrs = |one: &PrefixList, other: &PrefixList| one.cidrs == other.cidrs;
        self.lists.extend(differing(&before.prefix_lists, &after.prefix_lists, cidrs));
        let entries = differing(&before.prefix_list_entries, &after.prefix_list_entries, PartialEq::eq);
        self.lists.extend(entries);
        self.ways |= !self.lists.is_empty();
    }

    fn group(&mut self, id: &'a str) {
        self.ingress.insert(id);
        self.egress.insert(id);
        self.loose.insert(id);
    }

    /// The subnets that a network ACL guards otherwise.
    fn guards(&mut self, before: &'a Snapshot, after: &'a Snapshot) {
        let rules = |one: &NetworkAcl, other: &NetworkAcl| {
            one.entries == other.entries && one.associations == other.associations
        };
        let ids: Vec<&str> = differing(&before.network_acls, &after.network_acls, rules).collect();
        for id in ids {
            self.guarded([before, after], id);
        }
    }

    fn guarded(&mut self, sides: [&'a Snapshot; 2], acl: &str) {
        let acls = sides.into_iter().filter_map(|side| side.network_acls.get(acl));
        self.subnets.extend(acls.flat_map(|acl| &acl.associations).filter_map(|it| it.subnet_id.as_deref()));
    }

    /// What a plan leaves open on one side, and not so on the other.
    fn open(&mut self, before: &'a Snapshot, after: &'a Snapshot) {
        let [one, other] = [before, after].map(|side| by(&side.undecided, |it| it.of.as_deref()));
        for (these, those) in [(&one, &other), (&other, &one)] {
            for (of, all) in these {
                let had = those.get(of).map_or(&[][..], Vec::as_slice);
                for it in all.iter().filter(|it| !had.contains(it)) {
                    self.left_open([before, after], it);
                }
            }
        }
    }

    fn left_open(&mut self, sides: [&'a Snapshot; 2], it: &'a Undecided) {
        let Some(id) = it.of.as_deref() else {
            self.everything = true;
            return;
        };
        match &it.aspect {
            Aspect::Rule(_) => self.group(id),
            Aspect::Groups => drop(self.interfaces.insert(id)),
            Aspect::Entry { .. } => {
                self.guarded(sides, id);
                self.ways = true;
            }
            Aspect::NetworkAcl => {
                self.subnets.insert(id);
                self.ways = true;
            }
            Aspect::Route { .. } | Aspect::RouteTable => self.ways = true,
            Aspect::Whole | Aspect::Changed => self.disputed(sides, id),
        }
    }

    /// What files disagree about on one side, and not so on the other.
    fn disputed_all(&mut self, before: &'a Snapshot, after: &'a Snapshot) {
        let [one, other] = [before, after].map(|side| by(&side.conflicts, |it| it.id.as_str()));
        for id in one.keys().chain(other.keys()).filter(|id| one.get(*id) != other.get(*id)) {
            self.disputed([before, after], id);
        }
    }

    /// Whatever the thing is.
    fn disputed(&mut self, sides: [&'a Snapshot; 2], id: &'a str) {
        self.group(id);
        for set in [&mut self.interfaces, &mut self.instances, &mut self.disputed, &mut self.subnets] {
            set.insert(id);
        }
        self.guarded(sides, id);
        self.ways = true;
    }

    /// The groups that name a list that differs.
    fn of_lists(&mut self, sides: [&'a Snapshot; 2]) {
        if self.lists.is_empty() && self.disputed.is_empty() {
            return;
        }
        for group in sides.into_iter().flat_map(|side| side.security_groups.values()) {
            let id = group.group_id.as_str();
            if names(&group.ip_permissions, &self.lists) {
                self.ingress.insert(id);
            }
            if names(&group.ip_permissions_egress, &self.lists) {
                self.egress.insert(id);
            }
            if names(&group.ip_permissions, &self.disputed)
                || names(&group.ip_permissions_egress, &self.disputed)
            {
                self.group(id);
            }
        }
    }

    /// The interfaces that share an instance with one that differs, or whose instance does.
    fn beside(&mut self, sides: [&'a Snapshot; 2]) {
        if self.interfaces.is_empty() && self.instances.is_empty() {
            return;
        }
        for side in sides {
            let records = self.interfaces.iter().filter_map(|id| side.network_interfaces.get(*id));
            self.instances.extend(records.filter_map(instance));
        }
        for interface in sides.into_iter().flat_map(|side| side.network_interfaces.values()) {
            if instance(interface).is_some_and(|id| self.instances.contains(id)) {
                self.interfaces.insert(&interface.network_interface_id);
            }
        }
    }
}

/// Whether some of the rules are for one of the lists.
fn names(rules: &[IpPermission], lists: &HashSet<&str>) -> bool {
    let named = rules.iter().flat_map(|it| &it.prefix_list_ids);
    named.map(|it| it.prefix_list_id.as_str()).any(|id| lists.contains(id))
}

fn any_of(groups: &HashSet<&str>, interface: &NetworkInterface) -> bool {
    !groups.is_empty() && interface.groups.iter().any(|group| groups.contains(group.group_id.as_str()))
}

fn instance(interface: &NetworkInterface) -> Option<&str> {
    interface.attachment.as_ref()?.instance_id.as_deref()
}

fn by<'s, T, K: std::hash::Hash + Eq>(all: &'s [T], key: fn(&'s T) -> K) -> HashMap<K, Vec<&'s T>> {
    let mut found: HashMap<K, Vec<&T>> = HashMap::new();
    for it in all {
        found.entry(key(it)).or_default().push(it);
    }
    found
}

/// The same but for what no packet fares by: what a person wrote, and names.
fn alike(one: &NetworkInterface, other: &NetworkInterface) -> bool {
    let plain = |it: &NetworkInterface| {
        let unnamed =
            |it: &GroupIdentifier| GroupIdentifier { group_id: it.group_id.clone(), group_name: None };
        let groups = it.groups.iter().map(unnamed).collect();
        NetworkInterface { tag_set: Vec::new(), description: None, groups, ..it.clone() }
    };
    one == other || plain(one) == plain(other)
}

fn untagged(subnet: &Subnet) -> Subnet {
    Subnet { tags: Vec::new(), ..subnet.clone() }
}

/// The ids of what only one has, or what is not the same in both.
fn differing<'a, T>(
    before: &'a BTreeMap<Id, T>,
    after: &'a BTreeMap<Id, T>,
    same: impl Fn(&T, &T) -> bool,
) -> impl Iterator<Item = &'a str> {
    let (mut one, mut other) = (before.iter().peekable(), after.iter().peekable());
    // Both are in order, so a step of each finds what a search for each id would.
    std::iter::from_fn(move || {
        loop {
            let order = match (one.peek(), other.peek()) {
                (None, None) => return None,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some((id, _)), Some((now, _))) => id.cmp(now),
            };
            match order {
                std::cmp::Ordering::Less => return one.next().map(|(id, _)| id.as_str()),
                std::cmp::Ordering::Greater => return other.next().map(|(id, _)| id.as_str()),
                std::cmp::Ordering::Equal => {
                    let ((id, it), (_, now)) = (one.next()?, other.next()?);
                    if !same(it, now) {
                        return Some(id.as_str());
                    }
                }
            }
        }
    })
}

fn ways(before: &Snapshot, after: &Snapshot) -> bool {
    macro_rules! any_differs {
        ($($field:ident)+) => { $(before.$field != after.$field)||+ };
    }
    let subnets = |one: &Subnet, other: &Subnet| untagged(one) == untagged(other);
    let vpcs = |one: &Vpc, other: &Vpc| {
        let plain = |it: &Vpc| Vpc { tags: Vec::new(), ..it.clone() };
        plain(one) == plain(other)
    };
    differing(&before.subnets, &after.subnets, subnets).next().is_some()
        || differing(&before.vpcs, &after.vpcs, vpcs).next().is_some()
        || any_differs! {
            vpc_endpoints route_tables network_acls vpc_peering_connections transit_gateways
            transit_gateway_attachments transit_gateway_vpc_attachments transit_gateway_peering_attachments
            transit_gateway_route_tables transit_gateway_associations transit_gateway_propagations
            transit_gateway_routes transit_gateway_prefix_list_references
        }
}
