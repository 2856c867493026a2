//! The oracle: sends one packet after another through a snapshot's plain documents, and looks what happens.
//!
//! It shares nothing with the evaluator: no index, no interval arithmetic, no early end. It is slow and
//! says as little as it can; where it and the evaluator differ, one of them is wrong.

use std::net::IpAddr;

use ipnet::IpNet;
use reachgate::network::{Answer, Endpoint, Question, Traffic, Translation};
use reachgate::snapshot::{
    AclEntry, Document, IpPermission, NetworkAcl, NetworkInterface, Snapshot, TransitGatewayVpcAttachment,
    VpcPeeringConnection,
};

/// Three-valued logic (Kleene's).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Maybe,
}
use Truth::{Maybe, No, Yes};

impl Truth {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (No, _) | (_, No) => No,
            (Maybe, _) | (_, Maybe) => Maybe,
            (Yes, Yes) => Yes,
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Yes, _) | (_, Yes) => Yes,
            (Maybe, _) | (_, Maybe) => Maybe,
            (No, No) => No,
        }
    }

    /// All of several possibilities: what they agree on.
    fn agreed(all: &[Self]) -> Self {
        if all.iter().all(|it| *it == all[0]) { all[0] } else { Maybe }
    }
}

impl From<bool> for Truth {
    fn from(it: bool) -> Self {
        if it { Yes } else { No }
    }
}

/// An interface and the address that it uses.
#[derive(Clone, Copy)]
struct End<'a> {
    eni: &'a NetworkInterface,
    ip: IpAddr,
}

impl<'a> End<'a> {
    fn vpc(&self) -> &'a str {
        self.eni.vpc_id.as_deref().unwrap()
    }
    fn subnet(&self) -> &'a str {
        self.eni.subnet_id.as_deref().unwrap()
    }
    fn instance(&self) -> Option<&'a str> {
        self.eni.attachment.as_ref()?.instance_id.as_deref()
    }
}

/// How packets go between two VPCs.
enum Way<'a> {
    Inside,
    Peering(&'a VpcPeeringConnection),
    Gateways(Vec<&'a str>, &'a TransitGatewayVpcAttachment, &'a TransitGatewayVpcAttachment, &'a str),
}

pub struct Oracle<'a>(pub &'a Snapshot);

impl<'a> Oracle<'a> {
    pub fn answer(&self, question: &Question) -> Answer {
        let truth = match self.ends(question) {
            Err(truth) => truth,
            Ok((from, to)) => self.flow(question, from, to),
        };
        match truth {
            Yes => Answer::Allowed,
            No => Answer::Denied,
            Maybe => Answer::Unknown,
        }
    }

    fn addresses(eni: &NetworkInterface) -> Vec<IpAddr> {
        let mut all: Vec<IpAddr> = eni.private_ip_address.map(IpAddr::from).into_iter().collect();
        all.extend(eni.private_ip_addresses.iter().filter_map(|a| a.private_ip_address).map(IpAddr::from));
        all.extend(eni.ipv6_addresses.iter().filter_map(|a| a.ipv6_address).map(IpAddr::from));
        all
    }

    fn owners(&self, ip: IpAddr) -> Vec<&'a NetworkInterface> {
        let owns = |eni: &&NetworkInterface| {
            Self::addresses(eni).contains(&ip)
                || eni.ipv4_prefixes.iter().any(|p| p.ipv4_prefix.is_some_and(|p| IpNet::V4(p).contains(&ip)))
        };
        self.0.network_interfaces.values().filter(owns).collect()
    }

    fn eni_of(&self, endpoint: &Endpoint) -> Result<Option<&'a NetworkInterface>, Truth> {
        match endpoint {
            Endpoint::Address(_) => Ok(None),
            Endpoint::Interface(id) => self.0.network_interfaces.get(id).map(Some).ok_or(Maybe),
            Endpoint::Instance(id) => {
                let mut attached: Vec<_> = self
                    .0
                    .network_interfaces
                    .values()
                    .filter(|eni| eni.attachment.as_ref().is_some_and(|a| a.instance_id.as_ref() == Some(id)))
                    .collect();
                attached.sort_by_key(|eni| eni.attachment.as_ref().unwrap().device_index);
                attached.first().copied().map(Some).ok_or(Maybe)
            }
            Endpoint::Hypothetical(_) => unreachable!("the oracle is not asked about these"),
        }
    }

    fn primary(eni: &NetworkInterface, v6: bool) -> Option<IpAddr> {
        Self::addresses(eni).into_iter().find(|ip| ip.is_ipv6() == v6)
    }

    fn ends(&self, question: &Question) -> Result<(End<'a>, End<'a>), Truth> {
        let (one, other) = (self.eni_of(&question.from)?, self.eni_of(&question.to)?);
        let speaks = |endpoint: &Endpoint, eni: Option<&NetworkInterface>, v6: bool| match endpoint {
            Endpoint::Address(ip) => ip.is_ipv6() == v6,
            _ => Self::primary(eni.unwrap(), v6).is_some(),
        };
        let both = |v6| speaks(&question.from, one, v6) && speaks(&question.to, other, v6);
        let v6 = [false, true].into_iter().find(|v6| both(*v6)).ok_or(No)?;
        let find = |endpoint: &Endpoint, eni: Option<&'a NetworkInterface>, near: Option<&str>| {
            if let Some(eni) = eni {
                return Ok(End { eni, ip: Self::primary(eni, v6).unwrap() });
            }
            let Endpoint::Address(ip) = *endpoint else { unreachable!() };
            match self.owners(ip).as_slice() {
                [eni] => Ok(End { eni, ip }),
                several => {
                    let eni = several.iter().find(|eni| near.is_some() && eni.vpc_id.as_deref() == near);
                    eni.map(|eni| End { eni, ip }).ok_or(Maybe)
                }
            }
        };
        let from = find(&question.from, one, None)?;
        let to = find(&question.to, other, Some(from.vpc()))?;
        Ok((from, to))
    }

    fn flow(&self, question: &Question, from: End<'a>, to: End<'a>) -> Truth {
        let plain = self.walk(question.traffic, from, to, 32768, 60999);
        let asked_by_address = matches!(question.from, Endpoint::Address(_));
        let secondary = from.ip.is_ipv4() && Self::primary(from.eni, false) != Some(from.ip);
        let Some(instance) = from.instance().filter(|_| asked_by_address && secondary) else { return plain };
        if question.translation == Translation::None || from.vpc() == to.vpc() {
            return plain;
        }
        let inside = self.0.vpcs.get(from.vpc()).map(|vpc| vpc.blocks().any(|block| block.contains(&to.ip)));
        if inside == Some(true) {
            return plain;
        }
        let main = self.0.network_interfaces.values().find(|eni| {
            eni.attachment
                .as_ref()
                .is_some_and(|a| a.instance_id.as_deref() == Some(instance) && a.device_index == Some(0))
        });
        let node = main.and_then(|eni| Some(End { eni, ip: Self::primary(eni, false)? }));
        let Some(node) = node else { return plain.and(Maybe) };
        let translated = self.walk(question.traffic, node, to, 1024, 65535);
        if question.translation == Translation::Node && inside == Some(false) {
            return translated;
        }
        Truth::agreed(&[plain, translated])
    }

    fn walk(&self, traffic: Traffic, from: End<'a>, to: End<'a>, low: u16, high: u16) -> Truth {
        let mut truth = self.there(from, true).and(self.there(to, false));
        let same = from.instance().is_some() && from.instance() == to.instance();
        if same || from.eni.network_interface_id == to.eni.network_interface_id {
            return truth;
        }
        let way = if from.subnet() == to.subnet() { Ok(Way::Inside) } else { self.way(from, to) };
        if from.subnet() != to.subnet() {
            truth = truth.and(self.each_arrival(&way, |exit| {
                self.leg(&way, exit, from, to, &mut |subnet, out, far| {
                    self.acl(subnet, out, far, traffic, traffic.port().map_or(0, |p| p.number()), false)
                })
            }));
            let back = self.way(to, from);
            truth = truth.and(self.each_arrival(&back, |exit| {
                // Only beside the ends of some rule's range can two ports fare differently.
                let each = self.telling_ports(low, high).into_iter().map(|port| {
                    self.leg(&back, exit, to, from, &mut |subnet, out, far| {
                        self.acl(subnet, out, far, traffic, port, true)
                    })
                });
                each.fold(No, Truth::or)
            }));
        }
        let out = self.groups(from, to, traffic, true, &way, from, to);
        let into = self.groups(to, from, traffic, false, &way, from, to);
        truth.and(out).and(into)
    }

    fn there(&self, end: End<'_>, sends: bool) -> Truth {
        let status = match end.eni.status.as_deref() {
            Some("in-use") => Yes,
            Some("available") => No,
            _ => Maybe,
        };
        let instance = match end.instance() {
            None => Yes,
            Some(id) => match self.0.instances.get(id).and_then(|it| it.state.as_ref()) {
                None => Maybe,
                Some(state) => (state.name == "running").into(),
            },
        };
        let service = match Self::service(end.eni) {
            None => Yes,
            Some("lambda") if sends => Yes,
            Some(_) => Maybe,
        };
        status.and(instance).and(service)
    }

    fn service(eni: &NetworkInterface) -> Option<&str> {
        eni.interface_type.as_deref().filter(|kind| !["interface", "branch"].contains(kind))
    }

    /// A packet may arrive in one of several subnets; what they agree on is so.
    fn each_arrival(&self, way: &Result<Way<'a>, Truth>, one: impl Fn(Option<&str>) -> Truth) -> Truth {
        let Ok(Way::Gateways(_, _, last, entry)) = way else { return one(None) };
        let all: Vec<Truth> = self.arrivals(last, entry).into_iter().map(|exit| one(Some(exit))).collect();
        Truth::agreed(&all)
    }

    /// The ACLs, and the routes beyond a transit gateway, of one leg; `acl` says what one ACL does.
    fn leg(
        &self,
        way: &Result<Way<'a>, Truth>,
        exit: Option<&str>,
        from: End<'a>,
        to: End<'a>,
        acl: &mut dyn FnMut(&str, bool, IpAddr) -> Truth,
    ) -> Truth {
        let out = acl(from.subnet(), true, to.ip);
        match way {
            Ok(Way::Inside | Way::Peering(_)) => out.and(acl(to.subnet(), false, from.ip)),
            Ok(Way::Gateways(_, _, _, entry)) => {
                let out = out.and(acl(entry, false, from.ip));
                let exit = exit.unwrap();
                if exit == to.subnet() {
                    return out;
                }
                let onward = match self.route(exit, to.vpc(), to.ip) {
                    Ok(target) => (target == "local").into(),
                    Err(truth) => truth,
                };
                out.and(onward).and(acl(exit, true, to.ip)).and(acl(to.subnet(), false, from.ip))
            }
            Err(No) => No,
            Err(_) if from.vpc() != to.vpc() => Maybe.and(out),
            Err(_) => Maybe.and(out).and(acl(to.subnet(), false, from.ip)),
        }
    }

    fn acl(&self, subnet: &str, out: bool, far: IpAddr, traffic: Traffic, port: u16, reply: bool) -> Truth {
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

    fn entry_matches(entry: &AclEntry, traffic: Traffic, v6: bool, port: u16, reply: bool) -> bool {
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

    fn telling_ports(&self, low: u16, high: u16) -> Vec<u16> {
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
    fn groups(
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

    fn permission_matches(permission: &IpPermission, traffic: Traffic, far: IpAddr) -> bool {
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

    fn list(&self, id: &str) -> Option<Vec<IpNet>> {
        let entries = self.0.prefix_list_entries.get(id);
        entries
            .map(|entries| entries.iter().map(|entry| entry.cidr).collect())
            .or_else(|| self.0.prefix_lists.get(id)?.cidrs.clone())
    }

    fn reference_reaches(
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

    // ------------------------------------------------------------------ routes

    fn private(ip: IpAddr) -> bool {
        let ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
        ranges.iter().any(|range| range.parse::<IpNet>().unwrap().contains(&ip))
    }

    /// The best route's target, in a word; `No` if packets are dropped.
    fn route(&self, subnet: &str, vpc: &str, ip: IpAddr) -> Result<String, Truth> {
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
        matching.sort_by(|one, other| (other.0, other.1).cmp(&(one.0, one.1)));
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

    fn way(&self, from: End<'a>, to: End<'a>) -> Result<Way<'a>, Truth> {
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

    fn carries(attachment: &TransitGatewayVpcAttachment, v6: bool) -> Result<(), Truth> {
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

    fn zone(&self, subnet: &str) -> Option<&'a str> {
        self.0.subnets.get(subnet)?.availability_zone_id.as_deref()
    }

    fn arrivals(&self, last: &'a TransitGatewayVpcAttachment, entry: &str) -> Vec<&'a str> {
        let all: Vec<&str> = last.subnet_ids.iter().map(|id| id.as_str()).collect();
        let appliance = last.options.as_ref().and_then(|options| options.appliance_mode_support.as_deref());
        let near = all.iter().find(|id| self.zone(entry).is_some() && self.zone(id) == self.zone(entry));
        match near {
            Some(near) if appliance != Some("enable") => vec![near],
            _ => all,
        }
    }

    fn gateways(&self, gateway: Option<&'a str>, from: End<'a>, to: End<'a>) -> Result<Way<'a>, Truth> {
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

    fn association(&self, attachment: &str, gateway: &str) -> Result<&'a str, Truth> {
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
    fn transit_route(&self, table: &str, ip: IpAddr) -> Result<(&'a str, &'a str, &'a str), Truth> {
        let order = |kind: &str| {
            ["vpn", "connect", "direct-connect-gateway", "vpc"].iter().position(|it| *it == kind)
        };
        let search = self.0.transit_gateway_routes.get(table).ok_or(Maybe)?;
        let mut unsure = search.additional_routes_available;
        let mut matching: Vec<(u8, usize, &str, Option<(&str, &str, &str)>)> = Vec::new();
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
        matching.sort_by(|one, other| (other.0, other.1).cmp(&(one.0, one.1)));
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
