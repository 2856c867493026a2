//! The oracle: sends one packet after another through a snapshot's plain documents, and looks what happens.
//!
//! It shares nothing with the evaluator: no index, no interval arithmetic, no early end. It is slow and
//! says as little as it can; where it and the evaluator differ, one of them is wrong.

#[path = "filter.rs"]
mod filter;
#[path = "gateway.rs"]
mod gateway;
#[path = "road.rs"]
mod road;
#[path = "stranger.rs"]
mod stranger;

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
                    self.acl(
                        subnet,
                        out,
                        far,
                        traffic,
                        traffic.port().map_or(0, reachgate::flow::Port::number),
                        false,
                    )
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
}
