//! A VPC's routes: longest prefix, then static, prefix list, propagated
//! (AWS: vpc/route-tables-priority).

use std::net::IpAddr;

use ipnet::IpNet;

use super::answer::{Direction, Step};
use super::code::PathCode;
use super::index::Network;
use super::prefix_list::is_private;
use super::trail::{Lost, Trail};
use crate::snapshot::{Aspect, Document, Route, RouteTable};

/// Where a route leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// Anywhere in the VPC itself.
    Local,
    /// A VPC peering connection.
    Peering(&'a str),
    /// A transit gateway.
    TransitGateway(&'a str),
    /// An internet gateway, an egress-only one or a NAT gateway.
    Internet(&'a str),
    /// Something else.
    Other(&'a str),
}

/// A route that matches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub destination: IpNet,
    /// Among equally long prefixes: 2 static, 1 prefix list, 0 propagated.
    class: u8,
    pub target: Target<'a>,
    state: &'a str,
}

impl Candidate<'_> {
    fn rank(&self) -> (u8, u8) {
        (self.destination.prefix_len(), self.class)
    }
}

/// Finds where packets for `address` go from a subnet.
pub(super) fn next<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    subnet: &'a str,
    vpc: &'a str,
    address: IpAddr,
    direction: Direction,
) -> Result<(Target<'a>, &'a str), Lost> {
    trail.stand_at(Step::RouteTable, subnet);
    let found = find(network, trail, subnet, vpc, address, direction);
    trail.leave();
    found
}

fn find<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    subnet: &'a str,
    vpc: &'a str,
    address: IpAddr,
    direction: Direction,
) -> Result<(Target<'a>, &'a str), Lost> {
    if let Some(it) = network.undecided_of(subnet).find(|it| it.aspect == Aspect::RouteTable) {
        return Err(trail.undecided(it, subnet, direction));
    }
    let Some((table, settled)) = network.table_of(subnet, vpc) else {
        return Err(trail.missing(network, Document::RouteTables, subnet, direction));
    };
    let id = table.route_table_id.as_str();
    trail.uses(network, id, direction);
    if !settled {
        let detail = format!("its association with {subnet} is changing");
        return Err(trail.block(PathCode::StateChanging, id, None, direction, detail));
    }
    let may_match = |aspect: &Aspect| match aspect {
        Aspect::Route { destination } => destination.is_none_or(|it| it.contains(&address)),
        _ => false,
    };
    if let Some(it) = network.undecided_of(id).find(|it| may_match(&it.aspect)) {
        return Err(trail.undecided(it, id, direction));
    }
    let Some(best) = select(network, trail, table, vpc, address, direction)? else {
        let detail = format!("no route of {subnet}'s table matches {address}");
        return Err(trail.block(PathCode::RouteMissing, id, None, direction, detail));
    };
    let rule = Some(best.destination.to_string());
    match best.state {
        "active" => {}
        "blackhole" => {
            let detail = format!("the route that matches {address} best is a blackhole");
            return Err(trail.block(PathCode::RouteBlackhole, id, rule, direction, detail));
        }
        state => {
            let detail = format!("the route that matches {address} best is {state}");
            return Err(trail.block(PathCode::StateChanging, id, rule, direction, detail));
        }
    }
    let unmodelled = |trail: &mut Trail, target: &str, rule| {
        let detail =
            format!("the route that matches {address} best leads to {target}, which is not modelled");
        Err(trail.block(PathCode::RouteTargetUnmodelled, id, rule, direction, detail))
    };
    match best.target {
        // The internet does lead to a public IPv6 address. A NAT gateway's own subnet may lead on to where
        // a narrower route meant for it points.
        Target::Internet(target) if address.is_ipv6() && !is_private(address) => {
            unmodelled(trail, target, rule)
        }
        Target::Internet(target) if target.starts_with("nat-") && best.destination.prefix_len() > 0 => {
            unmodelled(trail, target, rule)
        }
        Target::Internet(target) => {
            let detail =
                format!("the route that matches {address} best leads to {target}, so to the internet");
            Err(trail.block(PathCode::RouteToInternet, id, rule, direction, detail))
        }
        Target::Other(target) => unmodelled(trail, target, rule),
        target => {
            let to = match target {
                Target::Peering(id) | Target::TransitGateway(id) => id,
                _ => "local",
            };
            trail.pass(Step::RouteTable, id, rule, direction, format!("{address} by {to}"));
            Ok((target, id))
        }
    }
}

/// The best route; `None` if none matches.
fn select<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    table: &'a RouteTable,
    vpc: &'a str,
    address: IpAddr,
    direction: Direction,
) -> Result<Option<Candidate<'a>>, Lost> {
    let mut candidates = Vec::new();
    let mut unread = Vec::new();
    for route in &table.routes {
        let (target, state) = (target(route), route.state.as_deref().unwrap_or("active"));
        let class = match route.origin.as_deref() {
            Some("EnableVgwRoutePropagation" | "Advertisement") => 0,
            _ => 2,
        };
        let v4 = route.destination_cidr_block.map(IpNet::V4);
        let direct = v4.into_iter().chain(route.destination_ipv6_cidr_block.map(IpNet::V6));
        for destination in direct.filter(|it| it.contains(&address)) {
            candidates.push(Candidate { destination, class, target, state });
        }
        if let Some(list) = &route.destination_prefix_list_id {
            trail.uses(network, list, direction);
            match network.entries(list) {
                Some(entries) => {
                    for destination in entries.into_iter().filter(|entry| entry.contains(&address)) {
                        candidates.push(Candidate { destination, class: 1, target, state });
                    }
                }
                None if is_gateway_endpoint(network, target) && is_private(address) => {}
                None => unread.push((list, target, state)),
            }
        }
    }
    add_local(network, trail, vpc, address, direction, &mut candidates)?;
    let best = candidates.iter().max_by_key(|candidate| candidate.rank()).copied();
    if let Some((list, ..)) = unread
        .iter()
        .find(|(_, target, state)| best.is_none_or(|best| best.target != *target || best.state != *state))
    {
        return Err(trail.missing(network, Document::PrefixListEntries, list, direction));
    }
    if let Some(best) = best {
        let equal = candidates.iter().filter(|other| other.rank() == best.rank());
        if equal.clone().any(|other| other.target != best.target || other.state != best.state) {
            let detail =
                format!("AWS does not say which of the equal routes for {} is taken", best.destination);
            let rule = Some(best.destination.to_string());
            let code = PathCode::RouteAmbiguous;
            return Err(trail.block(code, &table.route_table_id, rule, direction, detail));
        }
    }
    Ok(best)
}

/// `local` covers every associated block of the VPC, whether or not the table spells it out.
fn add_local<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    vpc: &'a str,
    address: IpAddr,
    direction: Direction,
    candidates: &mut Vec<Candidate<'a>>,
) -> Result<(), Lost> {
    trail.uses(network, vpc, direction);
    let Some(vpc) = network.snapshot().vpcs.get(vpc) else {
        let best = candidates.iter().max_by_key(|candidate| candidate.rank());
        if best.is_some_and(|best| best.target == Target::Local) {
            return Ok(());
        }
        return Err(trail.missing(network, Document::Vpcs, vpc, direction));
    };
    for destination in vpc.blocks().filter(|block| block.contains(&address)) {
        // A route for the very block replaces it: traffic is then sent through an appliance.
        if !candidates.iter().any(|had| had.destination == destination && had.class == 2) {
            candidates.push(Candidate { destination, class: 2, target: Target::Local, state: "active" });
        }
    }
    Ok(())
}

fn is_gateway_endpoint(network: &Network<'_>, target: Target<'_>) -> bool {
    // Its lists hold the public addresses of S3 or DynamoDB.
    let Target::Other(id) = target else { return false };
    let endpoint = network.snapshot().vpc_endpoints.get(id);
    endpoint.is_some_and(|endpoint| endpoint.vpc_endpoint_type.as_deref() == Some("Gateway"))
}

fn target(route: &Route) -> Target<'_> {
    if let Some(id) = &route.vpc_peering_connection_id {
        return Target::Peering(id);
    }
    if let Some(id) = &route.transit_gateway_id {
        return Target::TransitGateway(id);
    }
    if let Some(id) = route.nat_gateway_id.as_ref().or(route.egress_only_internet_gateway_id.as_ref()) {
        return Target::Internet(id);
    }
    // An instance's route names its interface too; whatever else it names, it is no local route.
    let appliance = route.network_interface_id.as_ref().or(route.instance_id.as_ref());
    let elsewhere =
        [&route.local_gateway_id, &route.carrier_gateway_id, &route.core_network_arn, &route.odb_network_arn];
    if let Some(id) = appliance.or_else(|| elsewhere.into_iter().flatten().next()) {
        return Target::Other(id);
    }
    match route.gateway_id.as_deref() {
        Some("local") => Target::Local,
        Some(id) if id.starts_with("igw-") => Target::Internet(id),
        Some(id) => Target::Other(id),
        None => Target::Other("an unnamed target"),
    }
}
