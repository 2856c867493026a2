//! Where routes lead a packet.

use super::*;

impl<'a> Oracle<'a> {
    pub(super) fn private(ip: IpAddr) -> bool {
        let ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
        ranges.iter().any(|range| range.parse::<IpNet>().unwrap().contains(&ip))
    }

    /// The best route's target, in a word; `No` if packets are dropped.
    pub(super) fn route(&self, subnet: &str, vpc: &str, ip: IpAddr) -> Result<String, Truth> {
        let tables = || self.0.route_tables.values();
        let own =
            tables().find(|table| table.associations.iter().any(|a| a.subnet_id.as_deref() == Some(subnet)));
        let main = tables()
            .find(|table| table.vpc_id.as_deref() == Some(vpc) && table.associations.iter().any(|a| a.main));
        let table = own.or(main).ok_or(Maybe)?;
        // Prefix length, then 2 for static, 1 for prefix list, 0 for propagated.
        let mut matching: Vec<(u8, u8, String, String)> = Vec::new();
        let mut hidden: Vec<(String, String)> = Vec::new();
        for route in &table.routes {
            let named = [
                &route.vpc_peering_connection_id,
                &route.transit_gateway_id,
                &route.nat_gateway_id,
                &route.network_interface_id,
                &route.gateway_id,
            ];
            let target = named.into_iter().flatten().next().unwrap().to_string();
            let state = route.state.as_ref().unwrap().to_string();
            let direct = route
                .destination_cidr_block
                .map(IpNet::V4)
                .or(route.destination_ipv6_cidr_block.map(IpNet::V6));
            let class = if route.origin.as_deref() == Some("EnableVgwRoutePropagation") { 0 } else { 2 };
            if let Some(block) = direct.filter(|block| block.contains(&ip)) {
                matching.push((block.prefix_len(), class, target.clone(), state.clone()));
            }
            if let Some(list) = &route.destination_prefix_list_id {
                match self.list(list) {
                    Some(entries) => matching.extend(
                        entries
                            .iter()
                            .filter(|e| e.contains(&ip))
                            .map(|entry| (entry.prefix_len(), 1, target.clone(), state.clone())),
                    ),
                    None => {
                        let gateway =
                            self.0.vpc_endpoints.get(target.as_str()).is_some_and(|endpoint| {
                                endpoint.vpc_endpoint_type.as_deref() == Some("Gateway")
                            });
                        if !(gateway && Self::private(ip)) {
                            hidden.push((target, state));
                        }
                    }
                }
            }
        }
        match self.0.vpcs.get(vpc) {
            Some(vpc) => {
                for block in vpc.blocks().filter(|block| block.contains(&ip)) {
                    if !matching.iter().any(|it| it.0 == block.prefix_len() && it.1 == 2) {
                        matching.push((block.prefix_len(), 2, "local".to_owned(), "active".to_owned()));
                    }
                }
            }
            None => {
                let longest = matching.iter().max_by_key(|it| (it.0, it.1));
                if longest.is_none_or(|it| it.2 != "local") {
                    return Err(Maybe);
                }
            }
        }
        matching.sort_by_key(|it| std::cmp::Reverse((it.0, it.1)));
        let Some(best) = matching.first().cloned() else {
            return Err(if hidden.is_empty() { No } else { Maybe });
        };
        if hidden.iter().any(|it| *it != (best.2.clone(), best.3.clone())) {
            return Err(Maybe);
        }
        let equal = matching.iter().filter(|it| (it.0, it.1) == (best.0, best.1));
        if equal.clone().any(|it| (&it.2, &it.3) != (&best.2, &best.3)) {
            return Err(Maybe);
        }
        match best.3.as_str() {
            "active" => {}
            "blackhole" => return Err(No),
            _ => return Err(Maybe),
        }
        let kind = best.2.split('-').next().unwrap();
        match kind {
            "local" | "pcx" | "tgw" => Ok(best.2),
            "igw" | "nat" if ip.is_ipv6() && !Self::private(ip) => Err(Maybe),
            "nat" if best.0 > 0 => Err(Maybe),
            "igw" | "nat" => Err(No),
            _ => Err(Maybe),
        }
    }

    pub(super) fn way(&self, from: End<'a>, to: End<'a>) -> Result<Way<'a>, Truth> {
        let target = self.route(from.subnet(), from.vpc(), to.ip)?;
        if target == "local" {
            return if from.vpc() == to.vpc() { Ok(Way::Inside) } else { Err(No) };
        }
        if target.starts_with("pcx") {
            let peering = self.0.vpc_peering_connections.get(target.as_str()).ok_or(Maybe)?;
            match peering.status.as_ref().unwrap().code.as_str() {
                "active" => {}
                "provisioning" => return Err(Maybe),
                _ => return Err(No),
            }
            let ends =
                [peering.accepter_vpc_info.as_ref().unwrap(), peering.requester_vpc_info.as_ref().unwrap()];
            let ids = ends.map(|end| end.vpc_id.as_deref().unwrap());
            if ids != [from.vpc(), to.vpc()] && ids != [to.vpc(), from.vpc()] {
                return Err(No);
            }
            let blocks: Vec<IpNet> = match self.0.vpcs.get(to.vpc()) {
                Some(vpc) => vpc.blocks().collect(),
                None => {
                    let far = ends[usize::from(ids[0] != to.vpc())];
                    far.cidr_block_set.iter().filter_map(|block| block.cidr_block).map(IpNet::V4).collect()
                }
            };
            if blocks.is_empty() {
                return Err(Maybe);
            }
            return if blocks.iter().any(|block| block.contains(&to.ip)) {
                Ok(Way::Peering(peering))
            } else {
                Err(No)
            };
        }
        self.gateways(self.0.transit_gateways_named(&target), from, to)
    }
}

/// The snapshot's own spelling of a gateway's id, from wherever it stands.
trait Named {
    fn transit_gateways_named(&self, id: &str) -> Option<&str>;
}

impl Named for Snapshot {
    fn transit_gateways_named(&self, id: &str) -> Option<&str> {
        assert!(self.has(Document::RouteTables), "a route led here");
        let mut routes = self.route_tables.values().flat_map(|table| &table.routes);
        routes.find_map(|route| route.transit_gateway_id.as_deref().filter(|it| *it == id))
    }
}
