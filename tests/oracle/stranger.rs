//! Packets from an address that no interface has: what the filters at the far end do.

use super::*;

impl Oracle<'_> {
    /// Whether an interface's own filters admit the packet, and its answer.
    pub fn admitted(&self, ip: IpAddr, to: &str, traffic: Traffic) -> Answer {
        let Some(eni) = self.0.network_interfaces.get(to) else { return Answer::Denied };
        let Some(own) = Self::primary(eni, ip.is_ipv6()) else { return Answer::Denied };
        // What answers for a service is not the filters' matter.
        let plain = NetworkInterface { interface_type: None, ..eni.clone() };
        let mut truth = self.there(End { eni: &plain, ip: own }, false);
        let subnet = eni.subnet_id.as_deref().unwrap();
        let inside = self.0.subnets.get(subnet).map(|subnet| {
            let v6 = subnet.ipv6_cidr_block_association_set.iter().filter_map(|it| it.ipv6_cidr_block);
            let v4 = subnet.cidr_block.map(IpNet::V4);
            v4.into_iter().chain(v6.map(IpNet::V6)).any(|block| block.contains(&ip))
        });
        let port = traffic.port().map_or(0, reachgate::flow::Port::number);
        let back = self.telling_ports(32768, 60999).into_iter();
        let back = back.map(|port| self.acl(subnet, true, ip, traffic, port, true)).fold(No, Truth::or);
        let filtered = self.acl(subnet, false, ip, traffic, port, false).and(back);
        truth = truth.and(match inside {
            Some(true) => Yes,
            Some(false) => filtered,
            None if filtered == Yes => Yes,
            None => Maybe,
        });
        let nobody = NetworkInterface::default();
        let (from, to) = (End { eni: &nobody, ip }, End { eni, ip: own });
        let truth = truth.and(self.groups(to, from, traffic, false, &Ok(Way::Inside), from, to));
        match truth {
            Yes => Answer::Allowed,
            No => Answer::Denied,
            Maybe => Answer::Unknown,
        }
    }

    /// How many interfaces have the address.
    pub fn owners_of(&self, ip: IpAddr) -> Vec<&NetworkInterface> {
        self.owners(ip)
    }
}
