//! Sets of packets: whose address begins them, and what they are.
//!
//! A [`Space`] maps ranges of addresses to [`Services`], both canonical: sets that hold the same packets are
//! equal, however they were put together.

mod cut;
mod service;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use range_set_blaze::{RangeMapBlaze, RangeSetBlaze};

use crate::snapshot::NetworkInterface;
pub use cut::{Cuts, ranges_of};

pub(super) use service::protocol_number;
pub use service::{Packet, Services};

/// A set of addresses as numbers: IPv4 where IPv6 has its mapped addresses (RFC 4291, 2.5.5.2), which no
/// packet carries.
pub type Addresses = RangeSetBlaze<u128>;

/// The first of the numbers that are IPv4 addresses.
const MAPPED: u128 = 0xffff_0000_0000;
/// The last of them.
const LAST_MAPPED: u128 = MAPPED | u32::MAX as u128;

/// An address as a number.
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => MAPPED | u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The address that a number is.
pub fn address(number: u128) -> IpAddr {
    match u32::try_from(number ^ MAPPED) {
        Ok(v4) => IpAddr::V4(Ipv4Addr::from(v4)),
        Err(_) => IpAddr::V6(Ipv6Addr::from(number)),
    }
}

/// Every address of one family.
pub fn family(v6: bool) -> Addresses {
    let v4 = Addresses::from_iter([MAPPED..=LAST_MAPPED]);
    if v6 { !v4 } else { v4 }
}

/// The addresses of some blocks.
pub fn addresses(blocks: impl IntoIterator<Item = IpNet>) -> Addresses {
    let (v4, v6): (Vec<IpNet>, Vec<IpNet>) = blocks.into_iter().partition(|block| block.addr().is_ipv4());
    let set = |blocks: Vec<IpNet>| -> Addresses {
        blocks.into_iter().map(|block| number(block.network())..=number(block.broadcast())).collect()
    };
    set(v4) | (set(v6) & family(true))
}

/// All addresses of an interface, its pods' too.
pub fn held_by(interface: &NetworkInterface) -> Addresses {
    super::origin::addresses_of(interface)
}

/// First and last address of every range of a set, IPv4 before IPv6, no range of both families.
pub fn address_ranges(set: &Addresses) -> Vec<(IpAddr, IpAddr)> {
    let of = |v6| set & &family(v6);
    let (v4, v6) = (of(false), of(true));
    v4.ranges().chain(v6.ranges()).map(|range| (address(*range.start()), address(*range.end()))).collect()
}

/// A set of packets by the address that begins them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Space(RangeMapBlaze<u128, Services>);

impl Space {
    /// No packet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every combination of an address and a service.
    pub fn product(addresses: &Addresses, services: &Services) -> Self {
        if services.is_empty() {
            return Self::new();
        }
        Self(addresses.ranges().map(|range| (range, services.clone())).collect())
    }

    /// Disjoint address sets, each with its services.
    pub fn collect<'s>(parts: impl IntoIterator<Item = (&'s Addresses, &'s Services)>) -> Self {
        let parts = parts.into_iter().filter(|(_, services)| !services.is_empty());
        Self(
            parts
                .flat_map(|(addresses, services)| {
                    addresses.ranges().map(move |range| (range, services.clone()))
                })
                .collect(),
        )
    }

    /// Whether it holds no packet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What may be sent from an address.
    pub fn services(&self, address: IpAddr) -> Services {
        self.0.get(number(address)).cloned().unwrap_or_default()
    }

    /// Whether it holds the packet.
    pub fn contains(&self, address: IpAddr, packet: Packet) -> bool {
        self.0.get(number(address)).is_some_and(|services| services.contains(packet))
    }

    /// What either holds.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.join(other, |one, other| one | other)
    }

    /// What both hold.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.join(other, |one, other| one & other)
    }

    /// What it holds and the other does not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.join(other, |one, other| one - other)
    }

    /// What begins at one of the addresses.
    #[must_use]
    pub fn within(&self, addresses: &Addresses) -> Self {
        Self(&self.0 & addresses)
    }

    /// The services and the addresses that have exactly these: disjoint, in the order of their first address.
    pub fn boxes(&self) -> Vec<(Addresses, Services)> {
        let mut boxes: Vec<(Vec<_>, &Services)> = Vec::new();
        let mut place: std::collections::HashMap<&Services, usize> = std::collections::HashMap::new();
        for (range, services) in self.0.range_values() {
            let at = *place.entry(services).or_insert_with(|| {
                boxes.push((Vec::new(), services));
                boxes.len() - 1
            });
            boxes[at].0.push(range);
        }
        boxes.into_iter().map(|(ranges, services)| (ranges.into_iter().collect(), services.clone())).collect()
    }

    fn join(&self, other: &Self, combine: impl Fn(&Services, &Services) -> Services) -> Self {
        let none = Services::new();
        let mut joined =
            self.0.full_join(&other.0, |one, other| combine(one.unwrap_or(&none), other.unwrap_or(&none)));
        joined.ranges_retain(|_, services| !services.is_empty());
        Self(joined)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Packet, Services, Space, address, address_ranges, addresses, number};

    fn space() -> impl Strategy<Value = Space> {
        let block = prop::sample::select(vec![
            "0.0.0.0/0",
            "10.0.0.0/8",
            "10.0.0.0/9",
            "10.128.0.0/9",
            "10.1.34.0/24",
            "::/0",
            "fd00::/8",
        ]);
        let services = (prop::sample::select(vec![1_u8, 6, 17, 50]), 0_u16..60, 0_u16..60);
        let part = (block, services).prop_map(|(block, (protocol, from, more))| {
            let blocks = [block.parse().expect("a block")];
            Space::product(&addresses(blocks), &Services::ports(protocol, from..=from + more))
        });
        prop::collection::vec(part, 0..5)
            .prop_map(|parts| parts.iter().fold(Space::new(), |all, part| all.union(part)))
    }

    fn packets() -> Vec<(std::net::IpAddr, Packet)> {
        let from = ["9.9.9.9", "10.1.34.7", "10.200.0.1", "::1", "fd00::1"].map(|it| it.parse().expect("it"));
        let sent = (0..120).flat_map(|port| {
            [
                Packet::Tcp(port),
                Packet::Udp(port),
                Packet::Other(50),
                Packet::Icmp { v6: false, kind: 0, code: 7 },
            ]
        });
        let sent: Vec<Packet> = sent.collect();
        from.into_iter().flat_map(|from| sent.iter().map(move |sent| (from, *sent))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn sets_of_packets_are_sets(one in space(), other in space()) {
            let (union, both, less) = (one.union(&other), one.intersection(&other), one.difference(&other));
            for (from, packet) in packets() {
                let [here, there] = [&one, &other].map(|it| it.contains(from, packet));
                prop_assert_eq!(union.contains(from, packet), here || there);
                prop_assert_eq!(both.contains(from, packet), here && there);
                prop_assert_eq!(less.contains(from, packet), here && !there);
            }
            // Equal however they were put together.
            prop_assert_eq!(less.union(&both), one.clone());
            prop_assert_eq!(union, other.union(&one));
            prop_assert!(one.difference(&one).is_empty());
            let boxes = one.boxes();
            prop_assert_eq!(Space::collect(boxes.iter().map(|(from, services)| (from, services))), one);
        }
    }

    #[test]
    fn addresses_of_both_families_are_numbers_and_back() {
        for text in ["0.0.0.0", "255.255.255.255", "10.1.34.23", "::", "fd00::1", "::1:0:0:0"] {
            let it = text.parse().expect("an address");
            assert_eq!(address(number(it)), it);
        }
        let everything = addresses(["0.0.0.0/0", "::/0"].map(|it| it.parse().expect("a block")));
        let shown: Vec<String> =
            address_ranges(&everything).iter().map(|(first, last)| format!("{first} {last}")).collect();
        assert_eq!(shown[0], "0.0.0.0 255.255.255.255");
        assert_eq!(shown.len(), 3);
    }
}
