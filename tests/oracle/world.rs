//! Small random networks: VPCs, subnets, groups, ACLs, routes, peerings, transit gateways, gaps.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reachgate::flow::Port;
use reachgate::network::{Endpoint, Question, Traffic, Translation};
use reachgate::snapshot::*;

use crate::dice::Dice;

fn id(text: impl AsRef<str>) -> Id {
    text.as_ref().into()
}

fn word(text: &str) -> Option<Id> {
    Some(text.into())
}

fn v4(text: &str) -> Ipv4Net {
    text.parse().unwrap()
}

fn v6(text: &str) -> Ipv6Net {
    text.parse().unwrap()
}

/// A network under construction.
struct Builder<'d> {
    dice: &'d mut Dice,
    s: Snapshot,
    /// VPC id and the number in its addresses.
    vpcs: Vec<(Id, usize)>,
    subnets: Vec<(Id, Id)>,
    groups: Vec<Id>,
    lists: Vec<Id>,
    peerings: Vec<Id>,
    gateways: Vec<Id>,
}

/// A random network.
pub fn build(dice: &mut Dice) -> Snapshot {
    let mut b = Builder {
        dice,
        s: Snapshot { documents: Document::ALL.iter().copied().collect(), ..Snapshot::default() },
        vpcs: vec![],
        subnets: vec![],
        groups: vec![],
        lists: vec![],
        peerings: vec![],
        gateways: vec![],
    };
    b.lists();
    for _ in 0..=b.dice.below(3) {
        b.vpc();
    }
    b.groups();
    b.peerings();
    b.gateways();
    b.gateway_routes();
    b.acls();
    b.tables();
    b.interfaces();
    if b.dice.once_in(5) {
        let gone = *b.dice.pick(Document::ALL);
        remove(&mut b.s, gone);
    }
    b.s
}

/// Takes a whole kind of document away.
pub fn remove(s: &mut Snapshot, document: Document) {
    s.documents.remove(&document);
    match document {
        Document::NetworkInterfaces => s.network_interfaces.clear(),
        Document::Instances => s.instances.clear(),
        Document::SecurityGroups => s.security_groups.clear(),
        Document::SecurityGroupRules => s.security_group_rules.clear(),
        Document::SecurityGroupVpcAssociations => s.security_group_vpc_associations.clear(),
        Document::StaleSecurityGroups => s.stale_security_groups.clear(),
        Document::Subnets => s.subnets.clear(),
        Document::Vpcs => s.vpcs.clear(),
        Document::VpcEndpoints => s.vpc_endpoints.clear(),
        Document::RouteTables => s.route_tables.clear(),
        Document::NetworkAcls => s.network_acls.clear(),
        Document::VpcPeeringConnections => s.vpc_peering_connections.clear(),
        Document::PrefixLists => s.prefix_lists.clear(),
        Document::PrefixListEntries => s.prefix_list_entries.clear(),
        Document::TransitGateways => s.transit_gateways.clear(),
        Document::TransitGatewayAttachments => s.transit_gateway_attachments.clear(),
        Document::TransitGatewayVpcAttachments => s.transit_gateway_vpc_attachments.clear(),
        Document::TransitGatewayPeeringAttachments => s.transit_gateway_peering_attachments.clear(),
        Document::TransitGatewayRouteTables => s.transit_gateway_route_tables.clear(),
        Document::TransitGatewayAssociations => s.transit_gateway_associations.clear(),
        Document::TransitGatewayPropagations => s.transit_gateway_propagations.clear(),
        Document::TransitGatewayRoutes => s.transit_gateway_routes.clear(),
        Document::TransitGatewayPrefixListReferences => s.transit_gateway_prefix_list_references.clear(),
        Document::Cluster => s.clusters.clear(),
    }
}

impl Builder<'_> {
    fn lists(&mut self) {
        for number in 0..2 {
            let list = id(format!("pl-{number}"));
            if !self.dice.once_in(6) {
                let blocks = [
                    "10.0.0.0/8",
                    "10.1.0.0/16",
                    "10.2.1.0/24",
                    "10.2.0.0/15",
                    "10.2.0.0/16",
                    "fd00::/16",
                    "10.1.1.11/32",
                ];
                let entries = (0..self.dice.below(3))
                    .map(|_| PrefixListEntry { cidr: self.dice.pick(&blocks).parse().unwrap() });
                let entries = entries.collect();
                self.s.prefix_list_entries.insert(list.clone(), entries);
            }
            self.lists.push(list);
        }
    }

    fn vpc(&mut self) {
        let number = self.vpcs.len() + 1;
        let vpc = id(format!("vpc-{number}"));
        // Now and then two VPCs overlap.
        let at = if number > 1 && self.dice.once_in(8) { 1 } else { number };
        let state = |state| Some(State { state: id(state) });
        let mut blocks = vec![Ipv4Block {
            cidr_block: v4(&format!("10.{at}.0.0/16")),
            cidr_block_state: state("associated"),
        }];
        if self.dice.once_in(2) {
            blocks.push(Ipv4Block {
                cidr_block: v4(&format!("100.64.{at}.0/24")),
                cidr_block_state: state(self.dice.mostly("associated", &["disassociated"])),
            });
        }
        let six = if self.dice.once_in(3) { format!("2600:{at}::") } else { format!("fd00:{at}::") };
        self.s.vpcs.insert(
            vpc.clone(),
            Vpc {
                vpc_id: vpc.clone(),
                cidr_block: Some(blocks[0].cidr_block),
                cidr_block_association_set: blocks.clone(),
                ipv6_cidr_block_association_set: vec![Ipv6Block {
                    ipv6_cidr_block: Some(v6(&format!("{six}/56"))),
                    ipv6_cidr_block_state: state("associated"),
                }],
                ..Vpc::default()
            },
        );
        for place in 0..=self.dice.below(2) {
            let subnet = id(format!("subnet-{number}{place}"));
            let secondary = place == 1 && blocks.len() > 1;
            let zone = self.dice.below(2);
            self.s.subnets.insert(
                subnet.clone(),
                Subnet {
                    subnet_id: subnet.clone(),
                    vpc_id: Some(vpc.clone()),
                    cidr_block: Some(v4(&if secondary {
                        format!("100.64.{at}.0/24")
                    } else {
                        format!("10.{at}.{}.0/24", place + 1)
                    })),
                    ipv6_cidr_block_association_set: vec![Ipv6Block {
                        ipv6_cidr_block: Some(v6(&format!("{six}/64"))),
                        ipv6_cidr_block_state: None,
                    }],
                    availability_zone_id: Some(id(format!("az{zone}"))),
                    ..Subnet::default()
                },
            );
            self.subnets.push((subnet, vpc.clone()));
        }
        self.vpcs.push((vpc, at));
    }

    fn some_v4(&mut self) -> Ipv4Net {
        let n = 1 + self.dice.below(3);
        let blocks = [
            "0.0.0.0/0".to_owned(),
            "0.0.0.0/0".to_owned(),
            "10.0.0.0/8".to_owned(),
            format!("10.{n}.0.0/16"),
            format!("10.{n}.1.0/24"),
            format!("10.{n}.1.11/32"),
            "100.64.0.0/10".to_owned(),
        ];
        v4(self.dice.pick(&blocks).as_str())
    }

    fn some_v6(&mut self) -> Ipv6Net {
        v6(*self.dice.pick(&["::/0", "::/0", "fd00::/16", "fd00:1::/48", "2600::/16"]))
    }

    fn ports(&mut self) -> (i32, i32) {
        *self.dice.pick(&[
            (22, 22),
            (0, 65535),
            (443, 443),
            (22, 443),
            (8, 0),
            (8, -1),
            (-1, -1),
            (128, 0),
            (9, 8),
        ])
    }

    fn permission(&mut self) -> IpPermission {
        let protocol = *self
            .dice
            .pick(&["-1", "-1", "-1", "tcp", "tcp", "6", "udp", "17", "icmp", "icmpv6", "58", "50"]);
        let (from, to) = self.ports();
        let mut it = IpPermission { ip_protocol: id(protocol), ..IpPermission::default() };
        if protocol != "-1" {
            (it.from_port, it.to_port) = (Some(from), Some(to));
        }
        for _ in 0..=self.dice.below(2) {
            match self.dice.below(7) {
                0 | 1 => it.ip_ranges.push(Ipv4Range { cidr_ip: self.some_v4() }),
                2 => it.ipv6_ranges.push(Ipv6Range { cidr_ipv6: self.some_v6() }),
                3 if self.dice.once_in(2) => {
                    let prefix_list_id = self.dice.pick(&self.lists).clone();
                    it.prefix_list_ids.push(PrefixListReference { prefix_list_id });
                }
                _ => {
                    let group_id = Some(id(format!("sg-{}{}", 1 + self.dice.below(3), self.dice.below(2))));
                    let peering_status = if self.dice.once_in(3) {
                        word(self.dice.mostly("active", &["deleted"]))
                    } else {
                        None
                    };
                    it.user_id_group_pairs.push(GroupPair {
                        group_id,
                        peering_status,
                        ..GroupPair::default()
                    });
                }
            }
        }
        it
    }

    fn groups(&mut self) {
        for number in 1..=self.vpcs.len() {
            for place in 0..2 {
                let group = id(format!("sg-{number}{place}"));
                let mut it = SecurityGroup { group_id: group.clone(), ..SecurityGroup::default() };
                it.ip_permissions = (0..self.dice.below(4)).map(|_| self.permission()).collect();
                it.ip_permissions_egress = (0..self.dice.below(4)).map(|_| self.permission()).collect();
                if self.dice.once_in(3) {
                    it.ip_permissions_egress.push(IpPermission {
                        ip_protocol: id("-1"),
                        ip_ranges: vec![Ipv4Range { cidr_ip: v4("0.0.0.0/0") }],
                        ipv6_ranges: vec![Ipv6Range { cidr_ipv6: v6("::/0") }],
                        ..IpPermission::default()
                    });
                }
                if self.dice.once_in(6) {
                    // Out by reference alone.
                    let sg = id(format!("sg-{}{}", 1 + self.dice.below(3), self.dice.below(2)));
                    let pair = GroupPair { group_id: Some(sg), ..GroupPair::default() };
                    it.ip_permissions_egress = vec![IpPermission {
                        ip_protocol: id("-1"),
                        user_id_group_pairs: vec![pair],
                        ..IpPermission::default()
                    }];
                }
                if self.dice.once_in(12) {
                    self.s.stale_security_groups.insert(
                        group.clone(),
                        StaleSecurityGroup {
                            group_id: group.clone(),
                            stale_ip_permissions: it.ip_permissions.clone(),
                            ..StaleSecurityGroup::default()
                        },
                    );
                }
                if !self.dice.once_in(25) {
                    self.s.security_groups.insert(group.clone(), it);
                }
                self.groups.push(group);
            }
        }
    }

    fn peerings(&mut self) {
        for one in 0..self.vpcs.len() {
            for other in 0..one {
                let peering = id(format!("pcx-{one}{other}"));
                let region = match self.dice.below(8) {
                    0 => [word("r0"), word("r1")],
                    1 => [None, None],
                    _ => [word("r0"), word("r0")],
                };
                let [accepter, requester] = [(one, &region[0]), (other, &region[1])].map(|(at, region)| {
                    let (vpc, n) = &self.vpcs[at];
                    Some(PeeringVpc {
                        vpc_id: Some(vpc.clone()),
                        region: region.clone(),
                        cidr_block_set: vec![PeeringBlock {
                            cidr_block: Some(v4(&format!("10.{n}.0.0/16"))),
                        }],
                        ..PeeringVpc::default()
                    })
                });
                let code = id(self.dice.mostly("active", &["deleted", "pending-acceptance", "provisioning"]));
                if self.dice.once_in(2) {
                    self.s.vpc_peering_connections.insert(
                        peering.clone(),
                        VpcPeeringConnection {
                            vpc_peering_connection_id: peering.clone(),
                            status: Some(PeeringStatus { code }),
                            accepter_vpc_info: accepter,
                            requester_vpc_info: requester,
                        },
                    );
                    self.peerings.push(peering);
                }
            }
        }
    }

    fn gateways(&mut self) {
        for number in 0..self.dice.below(3) {
            let gateway = id(format!("tgw-{number}"));
            let option = |dice: &mut Dice, usual| word(dice.mostly(usual, &["enable", "disable"]));
            self.s.transit_gateways.insert(
                gateway.clone(),
                TransitGateway {
                    transit_gateway_id: gateway.clone(),
                    options: Some(TransitGatewayOptions {
                        security_group_referencing_support: if self.dice.once_in(2) {
                            word("enable")
                        } else {
                            None
                        },
                        ..TransitGatewayOptions::default()
                    }),
                    ..TransitGateway::default()
                },
            );
            let table = id(format!("tgw-rtb-{number}"));
            self.s.transit_gateway_route_tables.insert(
                table.clone(),
                TransitGatewayRouteTable {
                    transit_gateway_route_table_id: table.clone(),
                    transit_gateway_id: Some(gateway.clone()),
                    ..TransitGatewayRouteTable::default()
                },
            );
            for at in 0..self.vpcs.len() {
                let vpc = self.vpcs[at].0.clone();
                let attachment = id(format!("tgw-attach-{number}{}", at + 1));
                let mut subnets: Vec<Id> = self
                    .subnets
                    .iter()
                    .filter(|(_, of)| *of == vpc)
                    .map(|(subnet, _)| subnet.clone())
                    .collect();
                if self.dice.once_in(3) {
                    subnets.remove(0);
                }
                if subnets.is_empty() || self.dice.once_in(5) {
                    continue;
                }
                let state = word(self.dice.mostly("available", &["deleted", "modifying"]));
                let sg = option(self.dice, "enable");
                self.s.transit_gateway_vpc_attachments.insert(
                    attachment.clone(),
                    TransitGatewayVpcAttachment {
                        transit_gateway_attachment_id: attachment.clone(),
                        transit_gateway_id: Some(gateway.clone()),
                        vpc_id: Some(vpc.clone()),
                        state: state.clone(),
                        subnet_ids: subnets,
                        options: Some(VpcAttachmentOptions {
                            ipv6_support: option(self.dice, "enable"),
                            appliance_mode_support: word(if self.dice.once_in(3) {
                                "enable"
                            } else {
                                "disable"
                            }),
                            security_group_referencing_support: if self.dice.once_in(6) { None } else { sg },
                        }),
                        ..TransitGatewayVpcAttachment::default()
                    },
                );
                self.attach(&attachment, &gateway, &table, "vpc", &vpc, state);
            }
            self.gateways.push(gateway);
        }
        if self.gateways.len() == 2 && !self.dice.once_in(3) {
            let attachment = id("tgw-attach-peer");
            let state = word(self.dice.mostly("available", &["deleting", "modifying"]));
            for (here, there) in [(0, 1), (1, 0)] {
                let (gateway, table) = (self.gateways[here].clone(), id(format!("tgw-rtb-{here}")));
                let other = self.gateways[there].clone();
                self.attach(&attachment, &gateway, &table, "peering", &other, state.clone());
            }
        }
    }

    /// An attachment is in one document or the other, or both, or forgotten.
    fn attach(
        &mut self,
        attachment: &Id,
        gateway: &Id,
        table: &Id,
        kind: &str,
        resource: &Id,
        state: Option<Id>,
    ) {
        let association = AttachmentAssociation {
            transit_gateway_route_table_id: Some(table.clone()),
            state: word(self.dice.mostly("associated", &["associating", "associated"])),
        };
        let forgotten = self.dice.once_in(12);
        if !self.dice.once_in(6) {
            self.s.transit_gateway_attachments.entry(attachment.clone()).or_default().insert(
                gateway.clone(),
                TransitGatewayAttachment {
                    transit_gateway_attachment_id: attachment.clone(),
                    transit_gateway_id: gateway.clone(),
                    resource_type: word(kind),
                    resource_id: Some(resource.clone()),
                    state,
                    association: if forgotten { None } else { Some(association.clone()) },
                },
            );
        }
        if self.dice.once_in(3) && !forgotten {
            let links = self.s.transit_gateway_associations.entry(table.clone()).or_default();
            links.push(TransitGatewayRouteTableLink {
                transit_gateway_attachment_id: Some(attachment.clone()),
                state: association.state,
                ..TransitGatewayRouteTableLink::default()
            });
        }
    }

    fn gateway_routes(&mut self) {
        for number in 0..self.gateways.len() {
            let table = id(format!("tgw-rtb-{number}"));
            let complete = self.dice.once_in(3);
            let (mut routes, mut links) = (vec![], vec![]);
            for at in 0..self.vpcs.len() {
                let (vpc, n) = self.vpcs[at].clone();
                let onward = TransitGatewayRouteAttachment {
                    transit_gateway_attachment_id: Some(id(format!("tgw-attach-{number}{}", at + 1))),
                    resource_id: Some(vpc.clone()),
                    resource_type: word("vpc"),
                };
                for block in [format!("10.{n}.0.0/16"), format!("100.64.{n}.0/24"), format!("fd00:{n}::/56")]
                {
                    if complete && !self.dice.once_in(9) {
                        routes.push(self.transit_route(&block, "propagated", onward.clone()));
                    }
                }
                if self.dice.once_in(5) {
                    let block = if self.dice.once_in(2) {
                        format!("10.{n}.1.11/32")
                    } else {
                        format!("10.{n}.1.0/24")
                    };
                    routes.push(self.transit_route(&block, "static", onward.clone()));
                }
                if !self.dice.once_in(6) {
                    let state = word(self.dice.mostly("enabled", &["disabled", "enabling"]));
                    links.push(TransitGatewayRouteTableLink {
                        transit_gateway_attachment_id: onward.transit_gateway_attachment_id.clone(),
                        resource_id: Some(vpc),
                        resource_type: word("vpc"),
                        state,
                    });
                }
            }
            if self.dice.once_in(9) {
                links.push(TransitGatewayRouteTableLink {
                    transit_gateway_attachment_id: word("tgw-attach-vpn"),
                    resource_id: word("vpn-1"),
                    resource_type: word("vpn"),
                    state: word("enabled"),
                });
            }
            if self.gateways.len() == 2 && !self.dice.once_in(4) {
                let n = 1 + self.dice.below(2);
                // Narrow routes on both sides make a circle.
                let blocks = [
                    format!("10.{n}.1.0/24"),
                    format!("10.{n}.0.0/17"),
                    "10.0.0.0/8".to_owned(),
                    format!("10.{n}.0.0/16"),
                    "0.0.0.0/0".to_owned(),
                ];
                let block = self.dice.pick(&blocks).clone();
                routes.push(self.transit_route(
                    &block,
                    "static",
                    TransitGatewayRouteAttachment {
                        transit_gateway_attachment_id: word("tgw-attach-peer"),
                        resource_id: Some(self.gateways[1 - number].clone()),
                        resource_type: word("peering"),
                    },
                ));
            }
            let more = self.dice.once_in(20);
            self.s
                .transit_gateway_routes
                .insert(table.clone(), TransitGatewayRoutes { routes, additional_routes_available: more });
            if !self.dice.once_in(12) {
                self.s.transit_gateway_propagations.insert(table, links);
            }
        }
    }

    fn transit_route(
        &mut self,
        block: &str,
        kind: &str,
        onward: TransitGatewayRouteAttachment,
    ) -> TransitGatewayRoute {
        TransitGatewayRoute {
            destination_cidr_block: Some(block.parse().unwrap()),
            prefix_list_id: if kind == "static" && self.dice.once_in(6) { word("pl-9") } else { None },
            transit_gateway_attachments: vec![onward],
            r#type: word(kind),
            state: word(self.dice.mostly("active", &["blackhole", "pending", "deleted"])),
        }
    }

    fn acls(&mut self) {
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

    fn acl_entry(&mut self, egress: bool, six: bool, number: i32, action: &str, every: bool) -> AclEntry {
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

    fn route(&mut self, block: &str, at: usize) -> Option<Route> {
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
                route.transit_gateway_id = Some(self.dice.pick(&gateways).clone())
            }
            0..5 if !pairs.is_empty() => {
                route.vpc_peering_connection_id = Some(self.dice.pick(&pairs).clone())
            }
            5 if self.dice.once_in(2) => route.gateway_id = word("igw-1"),
            6 if self.dice.once_in(2) => route.nat_gateway_id = word("nat-1"),
            7 if self.dice.once_in(3) => route.network_interface_id = word("eni-mid"),
            _ if !gateways.is_empty() => route.transit_gateway_id = Some(self.dice.pick(&gateways).clone()),
            _ => return None,
        }
        Some(route)
    }

    fn tables(&mut self) {
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
                        gateway_id: word(*self.dice.pick(&["vpce-1", "vpce-2"])),
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

    fn interfaces(&mut self) {
        let mut number = 0;
        for (subnet, vpc) in self.subnets.clone() {
            let block = self.s.subnets[&subnet].cidr_block.unwrap();
            let six = self.s.subnets[&subnet].ipv6_cidr_block_association_set[0].ipv6_cidr_block.unwrap();
            for host in 0..2 {
                number += 1;
                let eni = id(format!("eni-{number}"));
                let at = |n: u32| block.hosts().nth(n as usize - 1).unwrap();
                let shared = number > 1 && self.dice.once_in(10);
                let instance = id(format!("i-{}", if shared { number - 1 } else { number }));
                let kind = self
                    .dice
                    .mostly("interface", &["interface", "branch", "lambda", "network_load_balancer"]);
                let carried = if kind == "network_load_balancer" || self.dice.once_in(40) {
                    0
                } else {
                    1 + self.dice.below(2)
                };
                let own: Vec<Id> = self.groups.iter().filter(|g| g[3..4] == vpc[4..5]).cloned().collect();
                let groups = (0..carried).map(|_| {
                    let pool = if self.dice.once_in(6) { &self.groups } else { &own };
                    GroupIdentifier { group_id: self.dice.pick(pool).clone(), group_name: None }
                });
                let groups = groups.collect();
                let attached = kind == "interface" && !self.dice.once_in(12);
                self.s.network_interfaces.insert(
                    eni.clone(),
                    NetworkInterface {
                        network_interface_id: eni.clone(),
                        interface_type: word(kind),
                        status: word(
                            self.dice.mostly("in-use", &["in-use", "in-use", "available", "detaching"]),
                        ),
                        vpc_id: Some(vpc.clone()),
                        subnet_id: Some(subnet.clone()),
                        private_ip_address: Some(at(11 + host)),
                        private_ip_addresses: vec![
                            PrivateIpAddress { private_ip_address: Some(at(11 + host)), primary: true },
                            PrivateIpAddress { private_ip_address: Some(at(21 + host)), primary: false },
                        ],
                        ipv4_prefixes: if self.dice.once_in(3) {
                            vec![Ipv4Prefix {
                                ipv4_prefix: Some(Ipv4Net::new(at(32 + 16 * host), 28).unwrap()),
                            }]
                        } else {
                            vec![]
                        },
                        ipv6_addresses: if self.dice.once_in(3) {
                            vec![]
                        } else {
                            let unique = u128::from(six.network()) + 0x100 + number as u128;
                            vec![Ipv6Address { ipv6_address: Some(unique.into()), is_primary_ipv6: false }]
                        },
                        groups,
                        attachment: attached.then(|| Attachment {
                            instance_id: Some(instance.clone()),
                            device_index: Some(i32::from(shared)),
                            ..Attachment::default()
                        }),
                        ..NetworkInterface::default()
                    },
                );
                if attached && !shared && !self.dice.once_in(25) {
                    let name = id(self.dice.mostly("running", &["running", "stopped", "terminated"]));
                    self.s.instances.insert(
                        instance.clone(),
                        Instance {
                            instance_id: instance,
                            state: Some(InstanceState { name }),
                            ..Instance::default()
                        },
                    );
                }
            }
        }
    }
}

/// A random question about a network.
pub fn ask(dice: &mut Dice, s: &Snapshot) -> Question {
    let end = |dice: &mut Dice| {
        let enis: Vec<&NetworkInterface> = s.network_interfaces.values().collect();
        if enis.is_empty() || dice.once_in(60) {
            return Endpoint::Address("10.9.9.9".parse().unwrap());
        }
        let eni = *dice.pick(&enis);
        match dice.below(12) {
            0 => Endpoint::Interface(eni.network_interface_id.clone()),
            1 => match eni.attachment.as_ref().and_then(|a| a.instance_id.clone()) {
                Some(instance) => Endpoint::Instance(instance),
                None => Endpoint::Interface("eni-none".into()),
            },
            2 => Endpoint::Address(eni.private_ip_addresses[1].private_ip_address.unwrap().into()),
            3 => match eni.ipv4_prefixes.first().and_then(|p| p.ipv4_prefix) {
                Some(prefix) => Endpoint::Address(prefix.hosts().nth(3).unwrap().into()),
                None => Endpoint::Address(eni.private_ip_address.unwrap().into()),
            },
            4..=6 => match eni.ipv6_addresses.first() {
                Some(address) => Endpoint::Address(IpAddr::V6(address.ipv6_address.unwrap())),
                None => Endpoint::Address(eni.private_ip_address.unwrap().into()),
            },
            _ => Endpoint::Address(eni.private_ip_address.unwrap().into()),
        }
    };
    let (from, mut to) = (end(dice), end(dice));
    // A mismatch of families is soon decided; most questions should go further.
    for _ in 0..8 {
        match (&from, &to) {
            (Endpoint::Address(one), Endpoint::Address(other)) if one.is_ipv4() != other.is_ipv4() => {
                to = end(dice)
            }
            _ => break,
        }
    }
    let port = Port::new(*dice.pick(&[22, 22, 443, 53, 9999])).unwrap();
    let traffic = match dice.below(6) {
        0 => Traffic::Icmp,
        1 => Traffic::Udp(port),
        _ => Traffic::Tcp(port),
    };
    let translation = *dice.pick(&[Translation::Unknown, Translation::Node, Translation::None]);
    Question { from, to, traffic, translation }
}
