//! Where transit gateways lead a packet.

use super::*;

/// Prefix length, class, state, and where it leads: attachment, kind, resource.
type Match<'a> = (u8, usize, &'a str, Option<(&'a str, &'a str, &'a str)>);

impl<'a> Oracle<'a> {
    pub(super) fn carries(attachment: &TransitGatewayVpcAttachment, v6: bool) -> Result<(), Truth> {
        match attachment.state.as_deref().unwrap() {
            "available" => {}
            "modifying" => return Err(Maybe),
            _ => return Err(No),
        }
        let ipv6 = attachment.options.as_ref().and_then(|options| options.ipv6_support.as_deref());
        match ipv6 {
            _ if !v6 => Ok(()),
            Some("enable") => Ok(()),
            Some(_) => Err(No),
            None => Err(Maybe),
        }
    }

    pub(super) fn zone(&self, subnet: &str) -> Option<&'a str> {
        self.0.subnets.get(subnet)?.availability_zone_id.as_deref()
    }

    pub(super) fn arrivals(&self, last: &'a TransitGatewayVpcAttachment, entry: &str) -> Vec<&'a str> {
        let all: Vec<&str> = last.subnet_ids.iter().map(reachgate::snapshot::Id::as_str).collect();
        let appliance = last.options.as_ref().and_then(|options| options.appliance_mode_support.as_deref());
        let near = all.iter().find(|id| self.zone(entry).is_some() && self.zone(id) == self.zone(entry));
        match near {
            Some(near) if appliance != Some("enable") => vec![near],
            _ => all,
        }
    }

    pub(super) fn gateways(
        &self,
        gateway: Option<&'a str>,
        from: End<'a>,
        to: End<'a>,
    ) -> Result<Way<'a>, Truth> {
        let gateway = gateway.ok_or(Maybe)?;
        let first = self.0.transit_gateway_vpc_attachments.values().find(|it| {
            it.vpc_id.as_deref() == Some(from.vpc()) && it.transit_gateway_id.as_deref() == Some(gateway)
        });
        let first = first.ok_or(Maybe)?;
        Self::carries(first, to.ip.is_ipv6())?;
        let entry = if let Some(same) = first.subnet_ids.iter().find(|id| id.as_str() == from.subnet()) {
            same.as_str()
        } else {
            let home = self.zone(from.subnet()).ok_or(Maybe)?;
            let zones: Vec<_> = first.subnet_ids.iter().map(|id| (id.as_str(), self.zone(id))).collect();
            match zones.iter().find(|(_, zone)| *zone == Some(home)) {
                Some((id, _)) => *id,
                None => return Err(if zones.iter().any(|(_, zone)| zone.is_none()) { Maybe } else { No }),
            }
        };
        let mut gateways = vec![gateway];
        let mut attachment = first.transit_gateway_attachment_id.as_str();
        loop {
            let here = *gateways.last().unwrap();
            let table = self.association(attachment, here)?;
            let (next, kind, resource) = self.transit_route(table, to.ip)?;
            match kind {
                "vpc" if resource != to.vpc() => return Err(No),
                "vpc" => {
                    let last = self.0.transit_gateway_vpc_attachments.get(next).ok_or(Maybe)?;
                    Self::carries(last, to.ip.is_ipv6())?;
                    return Ok(Way::Gateways(gateways, first, last, entry));
                }
                "peering" => {
                    let listed = self.0.transit_gateway_attachments.get(next).and_then(|ends| ends.get(here));
                    let own = self.0.transit_gateway_peering_attachments.get(next);
                    let state =
                        listed.and_then(|it| it.state.as_deref()).or(own.and_then(|it| it.state.as_deref()));
                    match state {
                        None | Some("modifying") => return Err(Maybe),
                        Some("available") => {}
                        Some(_) => return Err(No),
                    }
                    if gateways.contains(&resource) {
                        return Err(No);
                    }
                    gateways.push(resource);
                    attachment = next;
                }
                _ => return Err(Maybe),
            }
        }
    }

    pub(super) fn association(&self, attachment: &str, gateway: &str) -> Result<&'a str, Truth> {
        let listed = self.0.transit_gateway_attachments.get(attachment).and_then(|ends| ends.get(gateway));
        let mut found = listed.and_then(|it| it.association.as_ref()).map(|association| {
            (association.transit_gateway_route_table_id.as_deref().unwrap(), association.state.as_deref())
        });
        for (table, links) in &self.0.transit_gateway_associations {
            let owner = self
                .0
                .transit_gateway_route_tables
                .get(table)
                .and_then(|it| it.transit_gateway_id.as_deref());
            for link in links {
                if found.is_none()
                    && owner == Some(gateway)
                    && link.transit_gateway_attachment_id.as_deref() == Some(attachment)
                {
                    found = Some((table, link.state.as_deref()));
                }
            }
        }
        match found {
            Some((table, Some("associated"))) => Ok(table),
            Some(_) => Err(Maybe),
            None => Err(if listed.is_some() { No } else { Maybe }),
        }
    }

    /// Attachment, kind and resource of a transit gateway table's best route.
    pub(super) fn transit_route(
        &self,
        table: &str,
        ip: IpAddr,
    ) -> Result<(&'a str, &'a str, &'a str), Truth> {
        let order = |kind: &str| {
            ["vpn", "connect", "direct-connect-gateway", "vpc"].iter().position(|it| *it == kind)
        };
        let search = self.0.transit_gateway_routes.get(table).ok_or(Maybe)?;
        let mut unsure = search.additional_routes_available;
        let mut matching: Vec<Match<'a>> = Vec::new();
        let mut propagated = false;
        for route in &search.routes {
            let by_propagation = route.r#type.as_deref() == Some("propagated");
            propagated |= by_propagation;
            let block = route.destination_cidr_block.unwrap();
            let onward = route.transit_gateway_attachments.first().map(|it| {
                let text = |id: &'a Option<reachgate::snapshot::Id>| id.as_deref().unwrap_or_default();
                (text(&it.transit_gateway_attachment_id), text(&it.resource_type), text(&it.resource_id))
            });
            let class = match onward {
                Some((_, kind, _)) if by_propagation => order(kind).unwrap(),
                _ if route.prefix_list_id.is_some() => 10,
                _ => 11,
            };
            if block.contains(&ip) && route.state.as_deref() != Some("deleted") {
                matching.push((block.prefix_len(), class, route.state.as_deref().unwrap(), onward));
            }
        }
        if !propagated {
            match self.0.transit_gateway_propagations.get(table) {
                None => unsure = true,
                Some(links) => {
                    for link in links.iter().filter(|link| link.state.as_deref() != Some("disabled")) {
                        let resource = link.resource_id.as_deref().unwrap();
                        let attachment = link.transit_gateway_attachment_id.as_deref().unwrap();
                        let vpc = self.0.vpcs.get(resource);
                        if link.state.as_deref() != Some("enabled")
                            || link.resource_type.as_deref() != Some("vpc")
                            || vpc.is_none()
                        {
                            unsure = true;
                            continue;
                        }
                        for block in vpc.unwrap().blocks().filter(|block| block.contains(&ip)) {
                            matching.push((
                                block.prefix_len(),
                                3,
                                "active",
                                Some((attachment, "vpc", resource)),
                            ));
                        }
                    }
                }
            }
        }
        matching.sort_by_key(|it| std::cmp::Reverse((it.0, it.1)));
        let host = if ip.is_ipv4() { 32 } else { 128 };
        let Some(best) = matching.first().copied() else { return Err(if unsure { Maybe } else { No }) };
        if unsure && (best.0, best.1) != (host, 11) {
            return Err(Maybe);
        }
        if matching.iter().any(|it| (it.0, it.1) == (best.0, best.1) && *it != best) {
            return Err(Maybe);
        }
        match best.2 {
            "active" => best.3.ok_or(Maybe),
            "blackhole" => Err(No),
            _ => Err(Maybe),
        }
    }
}
