//! Small random networks: VPCs, subnets, groups, ACLs, routes, peerings, transit gateways, gaps.

#[path = "world_ends.rs"]
mod ends;
#[path = "world_gateways.rs"]
mod gateways;
#[path = "world_tables.rs"]
mod tables;

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reachgate::flow::Port;
use reachgate::network::{Endpoint, Question, Traffic, Translation};
use reachgate::snapshot::*;

use crate::dice::Dice;

pub use ends::ask;

fn id(text: impl AsRef<str>) -> Id {
    text.as_ref().into()
}

#[expect(clippy::unnecessary_wraps, reason = "nearly every field of AWS's may be absent")]
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
        const BLOCKS: [&str; 5] = ["::/0", "::/0", "fd00::/16", "fd00:1::/48", "2600::/16"];
        v6(BLOCKS[self.dice.below(BLOCKS.len())])
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
}
