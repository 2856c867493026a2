//! Whom inbound rules name.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use ipnet::IpNet;

use crate::network::changed::Changed;
use crate::network::index::Network;
use crate::network::space::{Addresses, number, ranges_of};
use crate::snapshot::{Aspect, GroupPair, IpPermission, SecurityGroup};

/// Addresses, and groups of whoever carries one.
#[derive(Debug, Default)]
pub(super) struct Named<'a> {
    /// Disjoint, in order.
    pub addresses: Vec<RangeInclusive<u128>>,
    pub groups: HashSet<&'a str>,
}

/// A rule's protocol and ports.
type Service<'a> = (&'a str, Option<i32>, Option<i32>);

/// All that rules of one service name.
#[derive(Debug, Default)]
struct Entries<'a> {
    ranges: HashSet<IpNet>,
    lists: HashSet<&'a str>,
    pairs: HashSet<[Option<&'a str>; 3]>,
}

impl<'a> Named<'a> {
    /// All that a group's rules name in one snapshot: they admit nothing of anybody else, for certain. `None` where
    /// they may name anyone.
    pub(super) fn by_group(network: &Network<'a>, id: &str) -> Option<Self> {
        let group = network.snapshot().security_groups.get(id)?;
        let open = |aspect: &Aspect| matches!(aspect, Aspect::Rule(rule) if !rule.egress);
        if network.undecided_of(id).any(|it| open(&it.aspect)) {
            return None;
        }
        let mut found = Gathering::default();
        for permission in &group.ip_permissions {
            found.ranges.extend(ranges_of(permission));
            for list in &permission.prefix_list_ids {
                found.list(network, &list.prefix_list_id)?;
            }
            for pair in &permission.user_id_group_pairs {
                found.groups.insert(pair.group_id.as_deref()?);
            }
        }
        Some(found.finish())
    }

    /// Those that the groups' rules of some service name in one of two snapshots and not in the other. `None` where
    /// that is not told by the rules alone.
    pub(super) fn differently(
        sides: [&Network<'a>; 2],
        changed: &Changed<'a>,
        groups: &[&'a str],
    ) -> Option<Self> {
        let mut found = Gathering::default();
        for id in groups.iter().filter(|id| changed.ingress.contains(*id)) {
            if changed.loose.contains(id) {
                return None;
            }
            match sides.map(|side| side.snapshot().security_groups.get(*id)) {
                [Some(before), Some(after)] => {
                    let [one, other] = [before, after].map(by_service);
                    found.add(sides, changed, &one, &other)?;
                    found.add(sides, changed, &other, &one)?;
                }
                [None, None] => {}
                _ => return None,
            }
        }
        Some(found.finish())
    }
}

fn by_service(group: &SecurityGroup) -> HashMap<Service<'_>, Entries<'_>> {
    let mut found: HashMap<Service<'_>, Entries<'_>> = HashMap::new();
    for it in &group.ip_permissions {
        let IpPermission { ip_protocol, from_port, to_port, prefix_list_ids, user_id_group_pairs, .. } = it;
        let entries = found.entry((ip_protocol, *from_port, *to_port)).or_default();
        entries.ranges.extend(ranges_of(it));
        entries.lists.extend(prefix_list_ids.iter().map(|it| it.prefix_list_id.as_str()));
        let pairs = user_id_group_pairs.iter();
        entries.pairs.extend(pairs.map(
            |GroupPair { group_id, vpc_peering_connection_id, peering_status }| {
                [group_id, vpc_peering_connection_id, peering_status].map(|id| id.as_deref())
            },
        ));
    }
    found
}

#[derive(Debug, Default)]
struct Gathering<'a> {
    ranges: Vec<IpNet>,
    groups: HashSet<&'a str>,
}

impl<'a> Gathering<'a> {
    /// What one of two has for a service and the other has not.
    fn add(
        &mut self,
        sides: [&Network<'a>; 2],
        changed: &Changed<'a>,
        one: &HashMap<Service<'a>, Entries<'a>>,
        other: &HashMap<Service<'a>, Entries<'a>>,
    ) -> Option<()> {
        let none = Entries::default();
        for (service, entries) in one {
            let had = other.get(service).unwrap_or(&none);
            self.ranges.extend(entries.ranges.difference(&had.ranges));
            let lists = entries.lists.iter();
            for list in lists.filter(|it| !had.lists.contains(*it) || changed.lists.contains(*it)) {
                for side in sides {
                    self.list(side, list)?;
                }
            }
            for [group, ..] in entries.pairs.difference(&had.pairs) {
                self.groups.insert((*group)?);
            }
        }
        Some(())
    }

    /// What a list has in one snapshot; `None` where that is not certain.
    fn list(&mut self, network: &Network<'a>, id: &str) -> Option<()> {
        if network.is_disputed(id) {
            return None;
        }
        self.ranges.extend(network.entries(id)?);
        Some(())
    }

    fn finish(self) -> Named<'a> {
        let ranges = self.ranges.into_iter();
        let ranges = ranges.map(|range| number(range.network())..=number(range.broadcast()));
        Named { addresses: ranges.collect::<Addresses>().ranges().collect(), groups: self.groups }
    }
}
