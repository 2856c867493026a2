//! Transit gateways of a random network.

use super::*;

impl Builder<'_> {
    pub(super) fn gateways(&mut self) {
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
    pub(super) fn attach(
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

    pub(super) fn gateway_routes(&mut self) {
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

    pub(super) fn transit_route(
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
}
