//! The reader's words: sources and destinations of the policy, names of subnets, groups and interfaces.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::{Addresses, Id, Party, PartyKind, Policy, Snapshot, Target, TargetKind};
use crate::change::AddressRange;
use crate::network::space::{address_ranges, addresses, family, number};
use crate::snapshot::{NetworkInterface, Tag};

/// A range wider than this many addresses of IPv4 that holds public ones is the internet.
const WIDE: u128 = 1 << 24;

/// What a name of the policy stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Source,
    Network,
}

/// What the policy and two snapshots call things; the later one is asked first.
pub(super) struct Names<'a> {
    snapshots: [&'a Snapshot; 2],
    /// Names of the policy with their addresses, sources before networks.
    policy: Vec<(&'a str, Addresses, Kind)>,
    /// Addresses of the policy's destinations.
    destinations: Vec<(&'a str, IpAddr)>,
    /// Subnets by their blocks, the first address and the last.
    subnets: BTreeMap<u128, (u128, &'a str, String)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(policy: &'a Policy, snapshots: [&'a Snapshot; 2]) -> Self {
        let sources = policy
            .sources
            .iter()
            .map(|(name, it)| (name.as_str(), addresses(it.subnets.iter().copied()), Kind::Source));
        let networks = policy
            .networks
            .iter()
            .map(|(name, it)| (name.as_str(), addresses(it.iter().copied()), Kind::Network));
        let destinations = policy.destinations.iter().filter_map(|(name, it)| {
            Some((name.as_str(), it.address.resolved.as_ref()?.trim().parse().ok()?))
        });
        let mut subnets = BTreeMap::new();
        for subnet in snapshots.iter().flat_map(|snapshot| snapshot.subnets.values()) {
            let v6 = subnet.ipv6_cidr_block_association_set.iter().filter_map(|it| it.ipv6_cidr_block);
            for block in subnet.cidr_block.map(IpNet::V4).into_iter().chain(v6.map(IpNet::V6)) {
                let name = tag(&subnet.tags).unwrap_or(&subnet.subnet_id).to_owned();
                let last = number(block.broadcast());
                subnets.insert(number(block.network()), (last, subnet.subnet_id.as_str(), name));
            }
        }
        Self {
            snapshots,
            policy: sources.chain(networks).collect(),
            destinations: destinations.collect(),
            subnets,
        }
    }

    fn interface(&self, id: &str) -> Option<&'a NetworkInterface> {
        let [before, after] = self.snapshots;
        after.network_interfaces.get(id).or_else(|| before.network_interfaces.get(id))
    }

    /// Who begins, apart by name.
    pub(super) fn parties(&self, kind: PartyKind, addresses: &Addresses) -> Vec<Party> {
        let mut found: BTreeMap<(String, Option<String>), Vec<AddressRange>> = BTreeMap::new();
        for (first, last) in joined(address_ranges(addresses)) {
            let mut begin = number(first);
            let end = number(last);
            // What one name does not hold whole is cut where interfaces' names end; others' ranges stay whole.
            while begin <= end {
                let (name, id, until) = self.name(kind, begin, end);
                let range = AddressRange {
                    first: crate::network::space::address(begin),
                    last: crate::network::space::address(until),
                };
                let name = name.unwrap_or_else(|| range.to_string());
                found.entry((name, id)).or_default().push(range);
                let Some(next) = until.checked_add(1) else { break };
                begin = next;
            }
        }
        let parties = found.into_iter().map(|((name, id), ranges)| Party { kind, name, id, ranges });
        parties.collect()
    }

    /// The name of a range from `begin` on, the id that it stands for, and how far it goes.
    fn name(&self, kind: PartyKind, begin: u128, end: u128) -> (Option<String>, Option<String>, u128) {
        let whole: Addresses = [begin..=end].into_iter().collect();
        let sources = self.policy.iter().find(|(_, addresses, _)| whole.is_subset(addresses));
        let subnet = self.subnets.range(..=begin).next_back().filter(|(_, (last, ..))| begin <= *last);
        match (sources, subnet) {
            // A network of the policy is wider than a subnet, so the subnet's name says more.
            (Some((name, addresses, kind)), Some((first, (last, id, subnet)))) if *last >= end => {
                let block: Addresses = [*first..=*last].into_iter().collect();
                if block.is_subset(addresses) && *kind == Kind::Network {
                    (Some(subnet.clone()), Some((*id).to_owned()), end)
                } else {
                    (Some((*name).to_owned()), None, end)
                }
            }
            (Some((name, ..)), _) => (Some((*name).to_owned()), None, end),
            (None, Some((_, (last, id, subnet)))) if *last >= end => {
                (Some(subnet.clone()), Some((*id).to_owned()), end)
            }
            (None, Some((_, (last, id, subnet)))) if kind == PartyKind::Interfaces => {
                (Some(subnet.clone()), Some((*id).to_owned()), *last)
            }
            _ => (is_internet(begin, end).then(|| "internet".to_owned()), None, end),
        }
    }

    /// A group that whoever begins carries.
    pub(super) fn group(&self, id: &Id) -> Party {
        let name = self.group_name(id);
        Party { kind: PartyKind::Group, name, id: Some(id.to_string()), ranges: Vec::new() }
    }

    fn group_name(&self, id: &str) -> String {
        let [before, after] = self.snapshots;
        let group = after.security_groups.get(id).or_else(|| before.security_groups.get(id));
        let name = group.and_then(|group| tag(&group.tags).or(group.group_name.as_deref()));
        name.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"))
    }

    /// A group that no interface carries.
    pub(super) fn group_target(&self, id: &Id) -> Target {
        let name = self.group_name(id);
        Target { kind: TargetKind::Group, name, interfaces: Vec::new(), groups: vec![id.to_string()] }
    }

    /// Interfaces apart by what the reader calls them.
    pub(super) fn targets(&self, ids: &[Id]) -> Vec<(Target, Vec<Id>)> {
        let mut found: BTreeMap<(String, Vec<String>), Vec<Id>> = BTreeMap::new();
        for id in ids {
            let Some(interface) = self.interface(id) else { continue };
            let mut groups: Vec<String> = interface.groups.iter().map(|it| it.group_id.to_string()).collect();
            groups.sort_unstable();
            groups.dedup();
            let held = crate::network::space::held_by(interface);
            let destination = self.destinations.iter().find(|(_, address)| held.contains(number(*address)));
            let name = destination.map(|(name, _)| (*name).to_owned());
            found.entry((name.unwrap_or_default(), groups)).or_default().push(id.clone());
        }
        let target =
            |(name, groups)| Target { kind: TargetKind::Interfaces, name, interfaces: Vec::new(), groups };
        found.into_iter().map(|(key, ids)| (target(key), ids)).collect()
    }

    /// Names what nobody has named by its groups, or by itself.
    pub(super) fn count(&self, target: &mut Target) {
        if !target.name.is_empty() {
            return;
        }
        target.name = match (target.interfaces.as_slice(), target.groups.as_slice()) {
            ([one], _) => {
                let name = self.interface(one).and_then(|interface| tag(&interface.tag_set));
                name.unwrap_or(one).to_owned()
            }
            (several, []) => format!("{} interfaces", several.len()),
            (several, groups) => {
                let groups: Vec<String> = groups.iter().map(|id| self.group_name(id)).collect();
                format!("{} interfaces with {}", several.len(), groups.join(", "))
            }
        };
    }
}

/// Without the gap that IPv4 leaves in the numbers of IPv6.
fn joined(ranges: Vec<(IpAddr, IpAddr)>) -> Vec<(IpAddr, IpAddr)> {
    let mut joined: Vec<(IpAddr, IpAddr)> = Vec::new();
    for (first, last) in ranges {
        let gap = number(first).checked_sub(1 << 32).and_then(|it| it.checked_sub(1));
        match joined.last_mut() {
            Some(before) if first.is_ipv6() && before.0.is_ipv6() && Some(number(before.1)) == gap => {
                let between = crate::network::space::address(number(before.1) + 1);
                if between.is_ipv4() {
                    before.1 = last;
                } else {
                    joined.push((first, last));
                }
            }
            _ => joined.push((first, last)),
        }
    }
    joined
}

/// The value of the tag `Name`, unless it is empty.
fn tag(tags: &[Tag]) -> Option<&str> {
    tags.iter().find(|tag| tag.key == "Name").map(|tag| tag.value.as_str()).filter(|name| !name.is_empty())
}

/// Whether a range is wide, and no private one.
fn is_internet(begin: u128, end: u128) -> bool {
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
    let private = addresses(private.iter().filter_map(|it| it.parse().ok()));
    let range: Addresses = [begin..=end].into_iter().collect();
    let public = &range - &private;
    let v4 = family(false);
    let wide = if range.is_subset(&v4) { WIDE } else { 1 << 100 };
    !public.is_empty() && end - begin >= wide
}
