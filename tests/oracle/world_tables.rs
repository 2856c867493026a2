//! ACLs and route tables of a random network.

use super::*;

impl Builder<'_> {
    pub(super) fn acls(&mut self) {
        for number in 1..=self.vpcs.len() {
            for place in 0..2 {
                let acl = id(format!("acl-{number}{place}"));
                let mut entries = vec![];
                for egress in [false, true] {
                    for (six, last) in [(false, 32767), (true, 32768)] {
                        entries.push(self.acl_entry(egress, six, last, "deny", true));
                        if place == 0 || !self.dice.once_in(3) {
                            entries.push(self.acl_entry(egress, six, 900 + i32::from(six), "allow", true));
                        }
                    }
                    for rule in 0..self.dice.below(3) {
                        let action = *self.dice.pick(&["allow", "deny"]);
                        let (six, number) = (self.dice.once_in(4), i32::try_from(10 * (3 - rule)).unwrap());
                        entries.push(self.acl_entry(egress, six, number, action, false));
                    }
                }
                // Half of the client's ports here, the other half elsewhere: together they leave none.
                for egress in [false, true] {
                    if self.dice.once_in(3) {
                        let mut half = self.acl_entry(egress, false, 5, "deny", true);
                        let (from, to) = *self.dice.pick(&[(1024, 45000), (45001, 65535)]);
                        half.protocol = id(*self.dice.pick(&["6", "17"]));
                        half.port_range = Some(PortRange { from: Some(from), to: Some(to) });
                        entries.push(half);
                    }
                }
                self.s.network_acls.insert(
                    acl.clone(),
                    NetworkAcl { network_acl_id: acl, entries, ..NetworkAcl::default() },
                );
            }
        }
        for (subnet, vpc) in self.subnets.clone() {
            let acl = id(format!("acl-{}{}", &vpc[4..], self.dice.mostly(0, &[1, 1])));
            if !self.dice.once_in(25)
                && let Some(acl) = self.s.network_acls.get_mut(&acl)
            {
                acl.associations.push(AclAssociation { subnet_id: Some(subnet) });
            }
        }
    }

    pub(super) fn acl_entry(
        &mut self,
        egress: bool,
        six: bool,
        number: i32,
        action: &str,
        every: bool,
    ) -> AclEntry {
        let protocol = if every { "-1" } else { *self.dice.pick(&["-1", "6", "6", "6", "17", "1", "58"]) };
        let ranges = [
            (22, 22),
            (0, 65535),
            (1024, 65535),
            (32768, 60999),
            (40000, 50000),
            (1024, 45000),
            (45001, 65535),
            (443, 443),
        ];
        let (from, to) = *self.dice.pick(&ranges);
        AclEntry {
            rule_number: number,
            protocol: id(protocol),
            rule_action: id(action),
            egress,
            cidr_block: (!six).then(|| if every { v4("0.0.0.0/0") } else { self.some_v4() }),
            ipv6_cidr_block: six.then(|| if every { v6("::/0") } else { self.some_v6() }),
            port_range: ["6", "17"]
                .contains(&protocol)
                .then_some(PortRange { from: Some(from), to: Some(to) }),
            icmp_type_code: ["1", "58"].contains(&protocol).then(|| {
                let (kind, code) = *self.dice.pick(&[(-1, -1), (8, 0), (0, -1), (128, 0), (129, 0)]);
                IcmpTypeCode { r#type: Some(kind), code: Some(code) }
            }),
        }
    }

    pub(super) fn route(&mut self, block: &str, at: usize) -> Option<Route> {
        let mut route =
            Route { state: word(self.dice.mostly("active", &["blackhole", "filtered"])), ..Route::default() };
        match block.parse().unwrap() {
            IpNet::V4(block) => route.destination_cidr_block = Some(block),
            IpNet::V6(block) => route.destination_ipv6_cidr_block = Some(block),
        }
        let pairs: Vec<Id> =
            self.peerings.iter().filter(|it| it.contains(&at.to_string())).cloned().collect();
        let gateways = self.gateways.clone();
        match self.dice.below(8) {
            0..3 if !gateways.is_empty() => {
                route.transit_gateway_id = Some(self.dice.pick(&gateways).clone());
            }
            0..5 if !pairs.is_empty() => {
                route.vpc_peering_connection_id = Some(self.dice.pick(&pairs).clone());
            }
            5 if self.dice.once_in(2) => route.gateway_id = word("igw-1"),
            6 if self.dice.once_in(2) => route.nat_gateway_id = word("nat-1"),
            7 if self.dice.once_in(3) => route.network_interface_id = word("eni-mid"),
            _ if !gateways.is_empty() => route.transit_gateway_id = Some(self.dice.pick(&gateways).clone()),
            _ => return None,
        }
        Some(route)
    }

    pub(super) fn tables(&mut self) {
        for endpoint in [("vpce-1", "Gateway"), ("vpce-2", "GatewayLoadBalancer")] {
            self.s.vpc_endpoints.insert(
                id(endpoint.0),
                VpcEndpoint {
                    vpc_endpoint_id: id(endpoint.0),
                    vpc_endpoint_type: word(endpoint.1),
                    vpc_id: None,
                },
            );
        }
        for at in 0..self.vpcs.len() {
            let (vpc, n) = self.vpcs[at].clone();
            for place in 0..2 {
                let table = id(format!("rtb-{}{place}", at + 1));
                let mut routes = vec![];
                if !self.dice.once_in(4) {
                    routes.push(Route {
                        destination_cidr_block: Some(v4(&format!("10.{n}.0.0/16"))),
                        gateway_id: word("local"),
                        origin: word("CreateRouteTable"),
                        state: word("active"),
                        ..Route::default()
                    });
                }
                for other in 0..self.vpcs.len() {
                    let m = self.vpcs[other].1;
                    for block in
                        [format!("10.{m}.0.0/16"), format!("100.64.{m}.0/24"), format!("fd00:{m}::/48")]
                    {
                        if m != n && !self.dice.once_in(6) {
                            routes.extend(self.route(&block, at));
                        }
                    }
                }
                if self.dice.once_in(3) {
                    let block =
                        *self.dice.pick(&["0.0.0.0/0", "::/0", "10.0.0.0/8", "10.1.1.0/24", "10.2.1.11/32"]);
                    routes.extend(self.route(block, at));
                }
                let lists = if self.dice.once_in(4) { self.lists.clone() } else { vec![] };
                for list in lists {
                    if let Some(mut route) = self.route("10.0.0.0/8", at) {
                        route.destination_cidr_block = None;
                        route.destination_prefix_list_id = Some(list);
                        routes.push(route);
                    }
                }
                if self.dice.once_in(8) {
                    routes.push(Route {
                        destination_prefix_list_id: Some(self.dice.pick(&self.lists).clone()),
                        gateway_id: word(if self.dice.once_in(2) { "vpce-1" } else { "vpce-2" }),
                        state: word("active"),
                        ..Route::default()
                    });
                }
                // One destination is in a table once.
                let mut seen = BTreeMap::new();
                for route in routes {
                    let key = format!(
                        "{:?}{:?}{:?}",
                        route.destination_cidr_block,
                        route.destination_ipv6_cidr_block,
                        route.destination_prefix_list_id
                    );
                    seen.entry(key).or_insert(route);
                }
                let main = RouteTableAssociation { main: true, ..RouteTableAssociation::default() };
                self.s.route_tables.insert(
                    table.clone(),
                    RouteTable {
                        route_table_id: table,
                        vpc_id: Some(vpc.clone()),
                        associations: if place == 0 && !self.dice.once_in(25) { vec![main] } else { vec![] },
                        routes: seen.into_values().collect(),
                        ..RouteTable::default()
                    },
                );
            }
        }
        for (subnet, vpc) in self.subnets.clone() {
            if self.dice.once_in(3) {
                let table = self.s.route_tables.get_mut(&id(format!("rtb-{}1", &vpc[4..]))).unwrap();
                table.associations.push(RouteTableAssociation {
                    subnet_id: Some(subnet),
                    ..RouteTableAssociation::default()
                });
            }
        }
    }
}
