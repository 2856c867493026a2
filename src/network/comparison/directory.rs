//! Origins by what a rule may name them by.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use super::named::Named;
use crate::network::index::Network;
use crate::network::origin::{Origin, Owner};
use crate::network::place::primary;
use crate::network::space::number;
use crate::snapshot::{Aspect, NetworkInterface};

/// Where to find the origins, by their places in the list of all.
#[derive(Debug, Default)]
pub(super) struct Directory<'a> {
    by_group: HashMap<&'a str, Vec<usize>>,
    /// In order; of one origin each.
    by_address: Vec<(u128, u128, usize)>,
    /// By the address of a node that may send in their place, in order.
    by_node: Vec<(u128, usize)>,
    /// Those that may carry any group.
    open: Vec<usize>,
    /// Those that moved.
    pub moved: Vec<usize>,
    /// Those of which it is not certain that who is not admitted is denied: whose they are, or what of them is so,
    /// is in doubt. In order.
    pub doubtful: Vec<usize>,
    /// By where they stand.
    pub by_stand: Vec<Vec<usize>>,
}

impl<'a> Directory<'a> {
    pub(super) fn new(sides: [&Network<'a>; 2], origins: &[Origin<'a>]) -> Self {
        let mut found = Self::default();
        let disputed = disputed(sides);
        for (at, origin) in origins.iter().enumerate() {
            let interfaces: Vec<&'a NetworkInterface> = origin.interfaces().collect();
            let mut groups: Vec<&'a str> =
                interfaces.iter().flat_map(|it| &it.groups).map(|it| it.group_id.as_str()).collect();
            groups.sort_unstable();
            groups.dedup();
            if groups.iter().chain(&ids(&interfaces)).any(|id| disputed.contains(id))
                || (0..2).any(|side| is_doubtful(origin, side, sides[side]))
                || groups.iter().any(|id| names_disputed(sides, id, &disputed))
            {
                found.doubtful.push(at);
            }
            if interfaces.iter().any(|it| may_carry_any(sides, it)) {
                found.open.push(at);
            }
            for group in groups {
                found.by_group.entry(group).or_default().push(at);
            }
            let ranges = origin.ranges.iter().map(|(first, last)| (number(*first), number(*last), at));
            found.by_address.extend(ranges);
            let nodes = origin.nodes.iter().flatten().filter_map(|it| primary(it, false));
            found.by_node.extend(nodes.map(|address| (number(address), at)));
            if origin.moved {
                found.moved.push(at);
            }
            if let Some(stand) = origin.stand {
                if found.by_stand.len() <= stand {
                    found.by_stand.resize(stand + 1, Vec::new());
                }
                found.by_stand[stand].push(at);
            }
        }
        found.by_address.sort_unstable();
        found.by_node.sort_unstable();
        found
    }

    /// Whether the origin is one of those of which what denies is not certain.
    pub(super) fn is_doubtful(&self, origin: usize) -> bool {
        self.doubtful.binary_search(&origin).is_ok()
    }

    /// Those that the rules may name, in their own guise or their node's. In order.
    pub(super) fn named(&self, named: &Named<'a>) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for group in &named.groups {
            found.extend(self.by_group.get(group).into_iter().flatten());
        }
        if !named.groups.is_empty() {
            found.extend(&self.open);
        }
        for range in &named.addresses {
            self.within(range, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn within(&self, range: &RangeInclusive<u128>, found: &mut Vec<usize>) {
        let from = self.by_address.partition_point(|(_, last, _)| last < range.start());
        let own = self.by_address[from..].iter().take_while(|(first, ..)| first <= range.end());
        found.extend(own.map(|(.., at)| *at));
        let from = self.by_node.partition_point(|(address, _)| address < range.start());
        let nodes = self.by_node[from..].iter().take_while(|(address, _)| address <= range.end());
        found.extend(nodes.map(|(_, at)| *at));
    }
}

/// What files disagree about on either side, or a plan changes in a way that is not modelled.
pub(super) fn disputed<'a>(sides: [&Network<'a>; 2]) -> HashSet<&'a str> {
    let of = |side: &Network<'a>| {
        let changed = side.snapshot().undecided.iter().filter(|it| it.aspect == Aspect::Changed);
        let conflicts = side.snapshot().conflicts.iter().map(|it| it.id.as_str());
        conflicts.chain(changed.filter_map(|it| it.of.as_deref()))
    };
    sides.into_iter().flat_map(of).collect()
}

/// Whether some rule of the group is for a disputed list.
pub(super) fn names_disputed(sides: [&Network<'_>; 2], group: &str, disputed: &HashSet<&str>) -> bool {
    if disputed.is_empty() {
        return false;
    }
    let groups = sides.into_iter().filter_map(|side| side.snapshot().security_groups.get(group));
    let rules = groups.flat_map(|it| it.ip_permissions.iter().chain(&it.ip_permissions_egress));
    rules.flat_map(|it| &it.prefix_list_ids).any(|it| disputed.contains(it.prefix_list_id.as_str()))
}

fn ids<'a>(interfaces: &[&'a NetworkInterface]) -> Vec<&'a str> {
    let instance = |it: &'a NetworkInterface| it.attachment.as_ref()?.instance_id.as_deref();
    let each = interfaces.iter().flat_map(|it| [Some(it.network_interface_id.as_str()), instance(it)]);
    each.flatten().collect()
}

/// Whether a side does not say whose it is.
fn is_doubtful(origin: &Origin<'_>, side: usize, network: &Network<'_>) -> bool {
    match origin.owners[side] {
        Owner::Nobody => false,
        Owner::Open(_) | Owner::Several(_) => true,
        Owner::One(_) => origin.place(network, side).is_none(),
    }
}

fn may_carry_any(sides: [&Network<'_>; 2], interface: &NetworkInterface) -> bool {
    let id = interface.network_interface_id.as_str();
    sides.iter().any(|side| side.undecided_of(id).any(|it| it.aspect == Aspect::Groups))
}
