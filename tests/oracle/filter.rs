//! What filters a packet: network ACLs and security groups.

use super::*;

impl Oracle<'_> {
    pub(super) fn acl(
        &self,
        subnet: &str,
        out: bool,
        far: IpAddr,
        traffic: Traffic,
        port: u16,
        reply: bool,
    ) -> Truth {
        let guards =
            |acl: &&NetworkAcl| acl.associations.iter().any(|a| a.subnet_id.as_deref() == Some(subnet));
        let Some(acl) = self.0.network_acls.values().find(guards) else { return Maybe };
        let mut entries: Vec<&AclEntry> = acl.entries.iter().filter(|entry| entry.egress == out).collect();
        entries.sort_by_key(|entry| entry.rule_number);
        for entry in entries {
            let block = entry.cidr_block.map(IpNet::V4).or(entry.ipv6_cidr_block.map(IpNet::V6));
            if block.is_some_and(|block| block.contains(&far))
                && Self::entry_matches(entry, traffic, far.is_ipv6(), port, reply)
            {
                return (entry.rule_action == "allow").into();
            }
        }
        No
    }

    pub(super) fn entry_matches(
        entry: &AclEntry,
        traffic: Traffic,
        v6: bool,
        port: u16,
        reply: bool,
    ) -> bool {
        if entry.protocol == "-1" {
            return true;
        }
        let ports = || {
            entry.port_range.as_ref().is_none_or(|range| {
                range.from.unwrap() <= i32::from(port) && i32::from(port) <= range.to.unwrap()
            })
        };
        match traffic {
            Traffic::Tcp(_) => entry.protocol == "6" && ports(),
            Traffic::Udp(_) => entry.protocol == "17" && ports(),
            Traffic::Icmp => {
                let kind = if v6 {
                    if reply { 129 } else { 128 }
                } else if reply {
                    0
                } else {
                    8
                };
                entry.protocol == if v6 { "58" } else { "1" }
                    && entry.icmp_type_code.as_ref().is_none_or(|it| {
                        [-1, kind].contains(&it.r#type.unwrap()) && [-1, 0].contains(&it.code.unwrap())
                    })
            }
        }
    }

    pub(super) fn telling_ports(&self, low: u16, high: u16) -> Vec<u16> {
        let mut ports = vec![i32::from(low), i32::from(high)];
        for range in
            self.0.network_acls.values().flat_map(|a| &a.entries).filter_map(|e| e.port_range.as_ref())
        {
            for end in [range.from.unwrap(), range.to.unwrap()] {
                ports.extend([end - 1, end, end + 1]);
            }
        }
        ports.retain(|port| (i32::from(low)..=i32::from(high)).contains(port));
        ports.sort_unstable();
        ports.dedup();
        ports.into_iter().map(|port| u16::try_from(port).unwrap()).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "the packet and both its ends")]
    pub(super) fn groups(
        &self,
        holder: End<'_>,
        far: End<'_>,
        traffic: Traffic,
        out: bool,
        way: &Result<Way<'_>, Truth>,
        from: End<'_>,
        to: End<'_>,
    ) -> Truth {
        if holder.eni.groups.is_empty() {
            return if Self::service(holder.eni).is_some() { Yes } else { Maybe };
        }
        let mut truth = No;
        for carried in &holder.eni.groups {
            let Some(group) = self.0.security_groups.get(&carried.group_id) else {
                truth = truth.or(Maybe);
                continue;
            };
            let permissions = if out { &group.ip_permissions_egress } else { &group.ip_permissions };
            for permission in permissions.iter().filter(|p| Self::permission_matches(p, traffic, far.ip)) {
                let v4 = permission.ip_ranges.iter().map(|range| IpNet::V4(range.cidr_ip));
                let v6 = permission.ipv6_ranges.iter().map(|range| IpNet::V6(range.cidr_ipv6));
                truth = truth.or(v4.chain(v6).any(|range| range.contains(&far.ip)).into());
                for list in &permission.prefix_list_ids {
                    truth = truth.or(match self.list(&list.prefix_list_id) {
                        None => Maybe,
                        Some(entries) => entries.iter().any(|entry| entry.contains(&far.ip)).into(),
                    });
                }
                for pair in &permission.user_id_group_pairs {
                    let id = pair.group_id.as_ref().unwrap();
                    let carries = far.eni.groups.iter().any(|it| it.group_id == *id);
                    let lost = pair.peering_status.as_deref().is_some_and(|status| status != "active")
                        || self.0.stale_security_groups.get(&group.group_id).is_some_and(|stale| {
                            let stale = if out {
                                &stale.stale_ip_permissions_egress
                            } else {
                                &stale.stale_ip_permissions
                            };
                            stale
                                .iter()
                                .flat_map(|p| &p.user_id_group_pairs)
                                .any(|p| p.group_id.as_ref() == Some(id))
                        });
                    if carries && !lost {
                        truth = truth.or(self.reference_reaches(out, way, from, to));
                    }
                }
            }
        }
        truth
    }

    pub(super) fn permission_matches(permission: &IpPermission, traffic: Traffic, far: IpAddr) -> bool {
        let (low, high) = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
        let within = |port: reachgate::flow::Port| {
            low == -1 || (low <= i32::from(port.number()) && i32::from(port.number()) <= high)
        };
        match (permission.ip_protocol.as_str(), traffic) {
            ("-1", _) => true,
            ("tcp" | "6", Traffic::Tcp(port)) | ("udp" | "17", Traffic::Udp(port)) => within(port),
            ("icmp" | "1", Traffic::Icmp) if far.is_ipv4() => {
                low == -1 || low == 8 && [-1, 0].contains(&high)
            }
            ("icmpv6" | "58", Traffic::Icmp) if far.is_ipv6() => {
                low == -1 || low == 128 && [-1, 0].contains(&high)
            }
            _ => false,
        }
    }

    pub(super) fn list(&self, id: &str) -> Option<Vec<IpNet>> {
        let entries = self.0.prefix_list_entries.get(id);
        entries
            .map(|entries| entries.iter().map(|entry| entry.cidr).collect())
            .or_else(|| self.0.prefix_lists.get(id)?.cidrs.clone())
    }

    pub(super) fn reference_reaches(
        &self,
        out: bool,
        way: &Result<Way<'_>, Truth>,
        from: End<'_>,
        to: End<'_>,
    ) -> Truth {
        if from.vpc() == to.vpc() {
            return Yes;
        }
        let by_region = |peering: &VpcPeeringConnection| {
            let region = |end: &Option<reachgate::snapshot::PeeringVpc>| end.as_ref().unwrap().region.clone();
            match (region(&peering.accepter_vpc_info), region(&peering.requester_vpc_info)) {
                (Some(one), Some(other)) => (one == other).into(),
                _ => Maybe,
            }
        };
        let peered = self.0.vpc_peering_connections.values().find(|it| {
            let ids = [&it.accepter_vpc_info, &it.requester_vpc_info]
                .map(|end| end.as_ref().unwrap().vpc_id.as_deref());
            it.status.as_ref().unwrap().code == "active"
                && (ids == [Some(from.vpc()), Some(to.vpc())] || ids == [Some(to.vpc()), Some(from.vpc())])
        });
        let unread = !self.0.has(Document::VpcPeeringConnections);
        let beside = peered.map_or(if unread { Maybe } else { No }, by_region);
        match way {
            Ok(Way::Inside) => Yes,
            Ok(Way::Peering(peering)) => by_region(peering),
            Ok(Way::Gateways(gateways, first, last, _)) => {
                let on = |option: Option<&str>| match option {
                    Some("enable") => Yes,
                    Some(_) => No,
                    None => Maybe,
                };
                let attachment = |it: &TransitGatewayVpcAttachment| {
                    on(it.options.as_ref().and_then(|o| o.security_group_referencing_support.as_deref()))
                };
                let carried = match self.0.transit_gateways.get(gateways[0]) {
                    _ if out || gateways.len() > 1 => No,
                    None => Maybe,
                    Some(gateway) => {
                        let option = gateway.options.as_ref();
                        let option = option.and_then(|o| o.security_group_referencing_support.as_deref());
                        Truth::from(option == Some("enable")).and(attachment(first)).and(attachment(last))
                    }
                };
                if carried == Yes || beside == No { carried } else { Maybe }
            }
            Err(_) if beside == Yes => Yes,
            Err(_) => Maybe,
        }
    }
}
