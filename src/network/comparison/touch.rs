//! Whom a change of rules can touch at all, so that nobody else's way need be worked out.

use std::collections::HashSet;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::network::index::Network;
use crate::network::origin::Origin;
use crate::network::place::{Place, primary};
use crate::network::space::{Addresses, number, ranges_of};
use crate::snapshot::{Aspect, GroupPair, IpPermission, NetworkInterface, Undecided};

/// Who is named by inbound rules that only one of two snapshots has.
#[derive(Debug, Default)]
pub(super) struct Touch<'a> {
    /// Disjoint, in order.
    addresses: Vec<RangeInclusive<u128>>,
    groups: HashSet<&'a str>,
}

impl<'a> Touch<'a> {
    /// Those that the rules name which the groups of one place have and the other's have not. `None` where that is
    /// not told by the rules alone.
    pub(super) fn between(sides: [&'a Network<'a>; 2], places: [&Place<'a>; 2]) -> Option<Self> {
        let (mut touch, mut addresses) = (Self::default(), Addresses::new());
        if places[0].groups != places[1].groups {
            return None;
        }
        for id in &places[0].groups {
            let [one, other] = sides.map(|side| side.snapshot().security_groups.get(*id));
            let open = |side: &Network<'a>| -> Vec<&'a Undecided> { side.undecided_of(id).collect() };
            if open(sides[0]) != open(sides[1]) || one.is_none() != other.is_none() {
                return None;
            }
            let (Some(one), Some(other)) = (one, other) else { continue };
            let (one, other) = (&one.ip_permissions, &other.ip_permissions);
            for (these, those) in [(one, other), (other, one)] {
                for permission in these.iter().filter(|it| !those.contains(it)) {
                    addresses |= touch.add(sides, permission, those)?;
                }
            }
        }
        touch.addresses = addresses.ranges().collect();
        Some(touch)
    }

    /// Adds the groups that a rule names and no rule for the same services does, and gives such addresses.
    fn add(
        &mut self,
        sides: [&Network<'a>; 2],
        permission: &'a IpPermission,
        those: &[IpPermission],
    ) -> Option<Addresses> {
        let alike = |it: &&IpPermission| {
            it.ip_protocol == permission.ip_protocol
                && it.from_port == permission.from_port
                && it.to_port == permission.to_port
        };
        let alike: Vec<&IpPermission> = those.iter().filter(alike).collect();
        let had: HashSet<_> = alike.iter().flat_map(|it| ranges_of(it)).collect();
        let ranges = ranges_of(permission).filter(|range| !had.contains(range));
        let mut ranges: Vec<_> = ranges.collect();
        for list in &permission.prefix_list_ids {
            for side in sides {
                ranges.extend(side.entries(&list.prefix_list_id)?);
            }
        }
        let same = |pair: &&GroupPair| !alike.iter().any(|it| it.user_id_group_pairs.contains(pair));
        for pair in permission.user_id_group_pairs.iter().filter(same) {
            self.groups.insert(pair.group_id.as_deref()?);
        }
        let ranges = ranges.into_iter().map(|range| number(range.network())..=number(range.broadcast()));
        Some(ranges.collect())
    }

    /// Whether packets of the origin may be among them, in its own guise or its node's.
    pub(super) fn reaches(&self, sides: [&Network<'a>; 2], origin: &Origin<'a>) -> bool {
        // Whoever may carry any group may carry one that a rule names.
        let open = |interface: &NetworkInterface| {
            let id = interface.network_interface_id.as_str();
            let it = |side: &Network<'_>| side.undecided_of(id).any(|it| it.aspect == Aspect::Groups);
            sides.into_iter().any(it)
        };
        let named = |interface: &NetworkInterface| {
            let mut groups = interface.groups.iter();
            !self.groups.is_empty()
                && (groups.any(|group| self.groups.contains(group.group_id.as_str())) || open(interface))
        };
        let within = |first: IpAddr, last: IpAddr| {
            let after = self.addresses.partition_point(|range| *range.end() < number(first));
            self.addresses.get(after).is_some_and(|range| *range.start() <= number(last))
        };
        let own =
            origin.interfaces().any(named) || origin.ranges.iter().any(|(first, last)| within(*first, *last));
        own || origin
            .nodes
            .iter()
            .flatten()
            .any(|node| named(node) || primary(node, false).is_some_and(|address| within(address, address)))
    }
}
