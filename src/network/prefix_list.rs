//! Prefix lists, and which addresses are private.

use std::net::IpAddr;

use ipnet::IpNet;

use super::index::Network;

impl Network<'_> {
    /// The entries of a list's newest version; `None` if they were not read.
    pub(super) fn entries(&self, list: &str) -> Option<Vec<IpNet>> {
        let snapshot = self.snapshot();
        match snapshot.prefix_list_entries.get(list) {
            Some(entries) => Some(entries.iter().map(|entry| entry.cidr).collect()),
            None => snapshot.prefix_lists.get(list)?.cidrs.clone(),
        }
    }
}

/// Whether an address is for private use: RFC 1918, RFC 6598, RFC 4193. A VPC may well use others.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || (v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 0x40),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}
