//! Route tables and their routes.

mod association;

use ipnet::IpNet;

use super::super::reference::{Whose, Within};
use super::super::value::{Attribute, Object};
use super::{Laying, Step};
use crate::snapshot::{Aspect, Document, Id, Route, RouteTable, RouteTableAssociation};

const TABLE: &[&str] = &["rtb"];
const LIST: &[&str] = &["pl"];

/// A route's targets as the provider spells them, how their ids begin, and where each goes.
const TARGETS: &[Target] = &[
    ("gateway_id", &["igw", "vgw"], |it| &mut it.gateway_id),
    ("nat_gateway_id", &["nat"], |it| &mut it.nat_gateway_id),
    ("transit_gateway_id", &["tgw"], |it| &mut it.transit_gateway_id),
    ("vpc_peering_connection_id", &["pcx"], |it| &mut it.vpc_peering_connection_id),
    ("network_interface_id", &["eni"], |it| &mut it.network_interface_id),
    ("instance_id", &["i"], |it| &mut it.instance_id),
    ("egress_only_gateway_id", &["eigw"], |it| &mut it.egress_only_internet_gateway_id),
    ("vpc_endpoint_id", &["vpce"], |it| &mut it.gateway_id),
    ("local_gateway_id", &["lgw"], |it| &mut it.local_gateway_id),
    ("carrier_gateway_id", &["cagw"], |it| &mut it.carrier_gateway_id),
    ("core_network_arn", &[], |it| &mut it.core_network_arn),
    ("odb_network_arn", &[], |it| &mut it.odb_network_arn),
];
type Target = (&'static str, &'static [&'static str], fn(&mut Route) -> &mut Option<Id>);

/// How a resource type spells a route's destination.
struct Spelling {
    v4: &'static str,
    v6: &'static str,
    list: &'static str,
    /// The attribute whose expression stands for all of a block's.
    block: Option<&'static str>,
}

/// `route` of `aws_route_table`.
const BLOCK: Spelling = Spelling {
    v4: "cidr_block",
    v6: "ipv6_cidr_block",
    list: "destination_prefix_list_id",
    block: Some("route"),
};
/// `aws_route`.
const RESOURCE: Spelling = Spelling {
    v4: "destination_cidr_block",
    v6: "destination_ipv6_cidr_block",
    list: "destination_prefix_list_id",
    block: None,
};

/// A route that works, of this origin.
pub(super) fn active(origin: &str) -> Route {
    Route { origin: Some(origin.into()), state: Some("active".into()), ..Route::default() }
}

/// What is not known of a route.
struct Open {
    what: String,
    destination: Option<IpNet>,
}

impl Laying<'_> {
    /// Reads one route. A target that is not known leaves the route open, and so does a destination.
    fn route(&self, step: &Step<'_>, object: &Object<'_>, spelling: &Spelling) -> Result<Route, Open> {
        let is_set = |attribute: &str| {
            spelling.block.is_some() || self.resolver.is_set(step.change, attribute) != Some(false)
        };
        let whose = |attribute: &str, kinds: &[&str]| match spelling.block {
            Some(block) => self.resolver.unknown(step.change, block, kinds, Within::Block),
            None => self.resolver.unknown(step.change, attribute, kinds, Within::Attribute),
        };
        let mut route = active("CreateRoute");
        let open =
            |attribute: &str, destination: Option<IpNet>| Open { what: attribute.to_owned(), destination };
        for attribute in [spelling.v4, spelling.v6] {
            if object.is_unknown(attribute) && is_set(attribute) {
                return Err(open(attribute, None));
            }
            match object.text(attribute).map(str::parse) {
                Some(Ok(IpNet::V4(range))) => route.destination_cidr_block = Some(range.trunc()),
                Some(Ok(IpNet::V6(range))) => route.destination_ipv6_cidr_block = Some(range.trunc()),
                Some(Err(_)) => return Err(open(attribute, None)),
                None => {}
            }
        }
        match object.get(spelling.list) {
            Attribute::Unknown if is_set(spelling.list) => match whose(spelling.list, LIST) {
                Whose::One(id) => route.destination_prefix_list_id = Some(id),
                _ => return Err(open(spelling.list, None)),
            },
            _ => route.destination_prefix_list_id = object.text(spelling.list).map(Id::from),
        }
        let destination = destination(&route);
        let mut unknown = None;
        let mut found = false;
        for (attribute, kinds, place) in TARGETS {
            let id = match object.get(attribute) {
                Attribute::Unknown if is_set(attribute) => {
                    let id = if let Whose::One(id) = whose(attribute, kinds) { Some(id) } else { None };
                    unknown = if id.is_none() { Some(*attribute) } else { unknown };
                    id
                }
                _ => object.text(attribute).map(Id::from),
            };
            if let Some(id) = id {
                found = true;
                *place(&mut route) = Some(id);
            }
        }
        match unknown {
            // A route has one target: what the provider computes besides is that one's.
            Some(attribute) if !found => Err(open(attribute, destination)),
            _ => Ok(route),
        }
    }

    pub(super) fn delete_route_table(&mut self, step: &Step<'_>) {
        if let Some(id) = step.had() {
            self.snapshot.route_tables.remove(&id);
        }
    }

    pub(super) fn put_route_table(&mut self, step: &Step<'_>) {
        let adopts = step.change.r#type == "aws_default_route_table" && step.is_made();
        let Some(id) = self.own(step) else {
            if adopts {
                self.open(Whose::Any, &Aspect::Route { destination: None }, step, "default_route_table_id");
            }
            return;
        };
        let known = self.snapshot.route_tables.contains_key(&id);
        let fresh = step.is_made() && !adopts || !known;
        if fresh {
            let vpc_id = self.settled(step, "vpc_id", &["vpc"]);
            let is_main = step.change.r#type == "aws_default_route_table";
            let main = RouteTableAssociation { main: true, ..RouteTableAssociation::default() };
            let table = RouteTable {
                route_table_id: id.clone(),
                associations: if is_main { vec![main] } else { Vec::new() },
                routes: vpc_id.as_ref().map_or_else(Vec::new, |vpc| self.local_routes(vpc)),
                vpc_id,
                ..RouteTable::default()
            };
            self.snapshot.route_tables.insert(id.clone(), table);
        } else if !step.is_changed() && !adopts {
            return;
        } else if adopts && let Some(table) = self.snapshot.route_tables.get_mut(&id) {
            // Adopting it takes all its routes away but the local ones (`aws_default_route_table`, create).
            table.routes.retain(|it| it.gateway_id.as_deref() == Some("local"));
        }
        if fresh || adopts || step.differs("propagating_vgws") {
            self.leave_propagation_open(step, &id);
        }
        if !fresh && !adopts && !step.differs("route") {
            return;
        }
        let Ok(after) = step.after.objects("route") else {
            if !(step.is_made() && self.resolver.is_set(step.change, "route") == Some(false)) {
                self.open_one(&id, &Aspect::Route { destination: None }, step, "route");
            }
            return;
        };
        if !fresh && !adopts {
            let before = step.before.objects("route").unwrap_or_default();
            for object in &before {
                if let Ok(route) = self.route(step, object, &BLOCK) {
                    self.remove_route(&id, &route);
                }
            }
        }
        for object in &after {
            let route = self.route(step, object, &BLOCK);
            self.add_route(step, &id, route);
        }
    }

    /// Which routes a virtual private gateway hands on to a table is not the plan's to say.
    fn leave_propagation_open(&mut self, step: &Step<'_>, id: &Id) {
        const GATEWAYS: &str = "propagating_vgws";
        let none = |object: &Object<'_>| object.texts(GATEWAYS).is_ok_and(|all| all.is_empty());
        let unset = step.is_made() && self.resolver.is_set(step.change, GATEWAYS) == Some(false);
        if !(unset || none(&step.after) && (step.is_made() || none(&step.before))) {
            self.open_one(id, &Aspect::Route { destination: None }, step, GATEWAYS);
        }
    }

    fn add_route(&mut self, step: &Step<'_>, table: &Id, route: Result<Route, Open>) {
        match route {
            Ok(route) => {
                self.remove_route(table, &route);
                if let Some(table) = self.snapshot.route_tables.get_mut(table) {
                    table.routes.push(route);
                }
            }
            Err(Open { what, destination }) => {
                self.open_one(table, &Aspect::Route { destination }, step, &what);
            }
        }
    }

    /// A table has one route to a destination; one that is propagated is not the plan's.
    fn remove_route(&mut self, table: &Id, route: &Route) {
        let same = |it: &Route| {
            it.destination_cidr_block == route.destination_cidr_block
                && it.destination_ipv6_cidr_block == route.destination_ipv6_cidr_block
                && it.destination_prefix_list_id == route.destination_prefix_list_id
                && it.origin.as_deref() != Some("EnableVgwRoutePropagation")
        };
        if let Some(table) = self.snapshot.route_tables.get_mut(table) {
            table.routes.retain(|it| !same(it));
        }
    }

    pub(super) fn delete_route(&mut self, step: &Step<'_>) {
        let table = Id::from(step.before.text("route_table_id").unwrap_or_default());
        if let Ok(route) = self.route(step, &step.before, &RESOURCE) {
            self.remove_route(&table, &route);
        }
    }

    pub(super) fn put_route(&mut self, step: &Step<'_>) {
        let fill = |laying: &Self| !laying.has(Document::RouteTables);
        if step.is_as_it_was() && !fill(self) {
            return;
        }
        let route = self.route(step, &step.after, &RESOURCE);
        let whose = self.resolver.whose(step.change, &step.after, "route_table_id", TABLE);
        let Whose::One(table) = whose else {
            let destination = route.map_or_else(|open| open.destination, |route| destination(&route));
            self.open(whose, &Aspect::Route { destination }, step, "route_table_id");
            return;
        };
        self.add_route(step, &table, route);
    }
}

fn destination(route: &Route) -> Option<IpNet> {
    let v4 = route.destination_cidr_block.map(IpNet::V4);
    v4.or(route.destination_ipv6_cidr_block.map(IpNet::V6))
}
