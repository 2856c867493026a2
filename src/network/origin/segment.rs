//! The addresses of interfaces, in pieces that one owner has whole.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use ipnet::IpNet;

use crate::network::index::Network;
use crate::network::place::primary;
use crate::network::space::{Addresses, address, address_ranges, number};
use crate::snapshot::{NetworkInterface, Subnet};

/// The blocks of a subnet.
pub(in crate::network) fn blocks(subnet: &Subnet) -> impl Iterator<Item = IpNet> + '_ {
    let v6 = subnet.ipv6_cidr_block_association_set.iter().filter_map(|block| block.ipv6_cidr_block);
    subnet.cidr_block.map(IpNet::V4).into_iter().chain(v6.map(IpNet::V6))
}

/// All addresses of an interface, its pods' too.
pub(in crate::network) fn addresses_of(interface: &NetworkInterface) -> Addresses {
    ranges_of(interface).collect()
}

/// The same, neither disjoint nor in order.
fn ranges_of(interface: &NetworkInterface) -> impl Iterator<Item = RangeInclusive<u128>> + '_ {
    let listed = interface.private_ip_addresses.iter().filter_map(|it| it.private_ip_address);
    let v4 = interface.private_ip_address.into_iter().chain(listed).map(IpAddr::V4);
    let v6 = interface.ipv6_addresses.iter().filter_map(|it| it.ipv6_address).map(IpAddr::V6);
    let prefixes = interface.ipv4_prefixes.iter().filter_map(|it| it.ipv4_prefix).map(IpNet::V4);
    let prefixes =
        prefixes.chain(interface.ipv6_prefixes.iter().filter_map(|it| it.ipv6_prefix).map(IpNet::V6));
    let single = v4.chain(v6).map(|address| number(address)..=number(address));
    single.chain(prefixes.map(|it| number(it.network())..=number(it.broadcast())))
}

/// The ranges of owned addresses, cut where an owner begins or ends, and around an interface's primary address, which
/// is no pod's.
pub(super) fn segments(sides: [&Network<'_>; 2]) -> Vec<(IpAddr, IpAddr)> {
    let mut owned: Vec<RangeInclusive<u128>> = Vec::new();
    let mut ends: Vec<u128> = Vec::new();
    for interface in sides.iter().flat_map(|side| side.snapshot().network_interfaces.values()) {
        let mut ranges: Vec<RangeInclusive<u128>> = ranges_of(interface).collect();
        ranges.sort_unstable_by_key(|range| *range.start());
        // Addresses in a row, of which AWS gives many, are one range.
        ranges.dedup_by(|range, before| {
            let joined = *range.start() <= before.end().saturating_add(1);
            if joined {
                *before = *before.start()..=*before.end().max(range.end());
            }
            joined
        });
        ends.extend(ranges.iter().map(|range| *range.start()));
        ends.extend(ranges.iter().filter_map(|range| range.end().checked_add(1)));
        owned.append(&mut ranges);
        let own = primary(interface, false).map(number);
        ends.extend(own.into_iter().flat_map(|own| [own, own + 1]));
    }
    ends.sort_unstable();
    ends.dedup();
    let mut segments = Vec::new();
    for (first, last) in address_ranges(&owned.into_iter().collect()) {
        let (mut begin, end) = (number(first), number(last));
        let from = ends.partition_point(|cut| *cut <= begin);
        for cut in ends[from..].iter().take_while(|cut| **cut <= end) {
            segments.push((address(begin), address(cut - 1)));
            begin = *cut;
        }
        segments.push((address(begin), last));
    }
    segments
}
