//! Addresses that no rule tells apart.
//!
//! Every range that a filter or a route on the way may hold the source's address against cuts the address
//! space. Between two cuts all addresses fare alike, so one of them stands for all: ten thousand interfaces
//! with fifty pods each come down to a few questions, and none of the pods is left out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::network::Network;
use crate::snapshot::{Aspect, IpPermission};

/// An address as a number, IPv4 before IPv6.
type Point = (bool, u128);

/// The places at which addresses begin to fare differently, in order.
#[derive(Debug, Clone)]
pub struct Cuts(Vec<Point>);

impl Cuts {
    /// All ranges of network ACLs, routes, prefix lists and VPCs, and those of the groups at the far end.
    pub fn new(network: &Network<'_>, groups: &[String]) -> Self {
        let mut ranges: Vec<IpNet> = Vec::new();
        let snapshot = network.snapshot();
        for entry in snapshot.network_acls.values().flat_map(|acl| &acl.entries) {
            ranges.extend(entry.cidr_block.map(IpNet::V4));
            ranges.extend(entry.ipv6_cidr_block.map(IpNet::V6));
        }
        for route in snapshot.route_tables.values().flat_map(|table| &table.routes) {
            ranges.extend(route.destination_cidr_block.map(IpNet::V4));
            ranges.extend(route.destination_ipv6_cidr_block.map(IpNet::V6));
        }
        ranges.extend(snapshot.undecided.iter().filter_map(|it| match it.aspect {
            Aspect::Route { destination } => destination,
            _ => None,
        }));
        for routes in snapshot.transit_gateway_routes.values() {
            ranges.extend(routes.routes.iter().filter_map(|route| route.destination_cidr_block));
        }
        ranges.extend(snapshot.prefix_list_entries.values().flatten().map(|entry| entry.cidr));
        ranges.extend(snapshot.prefix_lists.values().flat_map(|list| list.cidrs.iter().flatten()));
        ranges.extend(snapshot.vpcs.values().flat_map(crate::snapshot::Vpc::blocks));
        for peering in snapshot.vpc_peering_connections.values() {
            for end in peering.accepter_vpc_info.iter().chain(&peering.requester_vpc_info) {
                ranges.extend(end.cidr_block.map(IpNet::V4));
                ranges.extend(end.cidr_block_set.iter().filter_map(|block| block.cidr_block).map(IpNet::V4));
                let v6 = end.ipv6_cidr_block_set.iter();
                ranges.extend(v6.filter_map(|block| block.ipv6_cidr_block).map(IpNet::V6));
            }
        }
        for group in groups.iter().filter_map(|id| snapshot.security_groups.get(id.as_str())) {
            ranges.extend(group.ip_permissions.iter().flat_map(ranges_of));
        }
        // Private or not decides where an internet gateway leads.
        let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
        ranges.extend(private.iter().filter_map(|range| range.parse::<IpNet>().ok()));
        Self::of(ranges)
    }

    /// Where some ranges begin and end.
    pub fn of(ranges: impl IntoIterator<Item = IpNet>) -> Self {
        let ends = ranges.into_iter().flat_map(|range| [Some(first(&range)), after(&range)]);
        let mut cuts: Vec<Point> = ends.flatten().collect();
        cuts.sort_unstable();
        cuts.dedup();
        Self(cuts)
    }

    /// The cuts of both.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.0.extend(&other.0);
        self.0.sort_unstable();
        self.0.dedup();
        self
    }

    /// A range of one family in pieces, each with the interval that it is in.
    pub fn split(&self, first: IpAddr, last: IpAddr) -> Vec<(usize, IpAddr, IpAddr)> {
        let (begin, end) = (point(first), point(last));
        let from = self.0.partition_point(|cut| *cut <= begin);
        let mut pieces = Vec::new();
        let mut start = begin;
        for (at, cut) in self.0.iter().enumerate().skip(from).take_while(|(_, cut)| **cut <= end) {
            pieces.push((at, address(start), address((cut.0, cut.1 - 1))));
            start = *cut;
        }
        let interval = self.0.partition_point(|cut| *cut <= start);
        pieces.push((interval, address(start), last));
        pieces
    }

    /// Which of the intervals an address is in.
    pub fn interval(&self, address: IpAddr) -> usize {
        let point = point(address);
        self.0.partition_point(|cut| *cut <= point)
    }

    /// One address of each interval that the range has a part in.
    pub fn samples(&self, range: IpNet) -> Vec<IpAddr> {
        let begin = first(&range);
        let from = self.0.partition_point(|cut| *cut <= begin);
        let end = after(&range);
        let inside =
            self.0[from..].iter().take_while(|cut| cut.0 == begin.0 && end.is_none_or(|end| **cut < end));
        std::iter::once(begin).chain(inside.copied()).map(address).collect()
    }
}

/// The address ranges that a permission names, prefix lists aside.
pub fn ranges_of(permission: &IpPermission) -> impl Iterator<Item = IpNet> + '_ {
    let v4 = permission.ip_ranges.iter().map(|range| IpNet::V4(range.cidr_ip));
    v4.chain(permission.ipv6_ranges.iter().map(|range| IpNet::V6(range.cidr_ipv6)))
}

fn point(address: IpAddr) -> Point {
    match address {
        IpAddr::V4(address) => (false, u128::from(u32::from(address))),
        IpAddr::V6(address) => (true, u128::from(address)),
    }
}

fn first(range: &IpNet) -> Point {
    point(range.network())
}

/// The first address behind the range; `None` where the family ends with it.
fn after(range: &IpNet) -> Option<Point> {
    let (v6, last) = point(range.broadcast());
    let most = if v6 { u128::MAX } else { u128::from(u32::MAX) };
    (last < most).then(|| (v6, last + 1))
}

fn address((v6, number): Point) -> IpAddr {
    match u32::try_from(number) {
        Ok(number) if !v6 => IpAddr::V4(Ipv4Addr::from(number)),
        _ => IpAddr::V6(Ipv6Addr::from(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::Cuts;
    use crate::network::Network;
    use crate::snapshot::Snapshot;

    #[test]
    fn every_interval_of_a_range_has_its_sample() {
        let json = r#"{"schema": "reachgate.snapshot/v1", "SecurityGroups": {"sg-1": {"GroupId": "sg-1", "IpPermissions":
            [{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.1.34.18/32"}, {"CidrIp": "10.1.34.24/29"}]}]}}}"#;
        let snapshot: Snapshot = serde_json::from_str(json).expect("a snapshot");
        let network = Network::new(&snapshot);
        let cuts = Cuts::new(&network, &["sg-1".to_owned()]);
        let samples: Vec<String> =
            cuts.samples("10.1.34.16/28".parse().expect("a range")).iter().map(ToString::to_string).collect();
        assert_eq!(samples, ["10.1.34.16", "10.1.34.18", "10.1.34.19", "10.1.34.24"]);
        let at = |text: &str| cuts.interval(text.parse().expect("an address"));
        assert_eq!(at("10.1.34.19"), at("10.1.34.23"));
        assert_ne!(at("10.1.34.18"), at("10.1.34.19"));
        assert_ne!(at("10.1.34.23"), at("10.1.34.24"));
        assert_ne!(at("0.0.0.1"), at("::1"));
    }
}
