//! Ranges of addresses.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Addresses of one family from the first to the last, both included. Shown as a CIDR block where it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// The first.
    pub first: IpAddr,
    /// The last.
    pub last: IpAddr,
}

impl AddressRange {
    /// The CIDR block that it is; `None` where it is none.
    pub fn block(self) -> Option<IpNet> {
        let (first, last, bits) = match (self.first, self.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                (u128::from(u32::from(first)), u128::from(u32::from(last)), 32)
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => (u128::from(first), u128::from(last), 128),
            _ => return None,
        };
        let host_bits = bits - same_bits(first, last, bits);
        let hosts = 1_u128.checked_shl(host_bits).map_or(u128::MAX, |size| size - 1);
        if first & hosts != 0 || first | hosts != last {
            return None;
        }
        let length = u8::try_from(bits - host_bits).ok()?;
        match self.first {
            IpAddr::V4(first) => Ipv4Net::new(first, length).ok().map(IpNet::V4),
            IpAddr::V6(first) => Ipv6Net::new(first, length).ok().map(IpNet::V6),
        }
    }

    /// Whether the address is in it.
    pub fn contains(self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4() && self.first <= address && address <= self.last
    }
}

/// How many leading bits of two numbers of `bits` bits agree.
fn same_bits(one: u128, other: u128, bits: u32) -> u32 {
    (one ^ other).leading_zeros() - (128 - bits)
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.block() {
            Some(_) if self.first == self.last => self.first.fmt(f),
            Some(block) => block.fmt(f),
            None => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AddressRange;

    #[test]
    fn a_block_is_shown_as_one() {
        let shown = |first: &str, last: &str| {
            let [first, last] = [first, last].map(|text| text.parse().expect("an address"));
            AddressRange { first, last }.to_string()
        };
        assert_eq!(shown("0.0.0.0", "255.255.255.255"), "0.0.0.0/0");
        assert_eq!(shown("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "::/0");
        assert_eq!(shown("10.0.0.1", "10.0.0.1"), "10.0.0.1");
        assert_eq!(shown("10.0.0.0", "10.0.1.255"), "10.0.0.0/23");
        assert_eq!(shown("10.0.1.0", "10.0.2.255"), "10.0.1.0-10.0.2.255");
        assert_eq!(shown("10.0.0.1", "10.0.0.2"), "10.0.0.1-10.0.0.2");
        assert_eq!(shown("fd00::", "fd00::ffff"), "fd00::/112");
    }
}
