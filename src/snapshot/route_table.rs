//! A VPC's route tables.

use ipnet::{Ipv4Net, Ipv6Net};

use super::Id;
use super::noun::noun;

noun! {
    /// A route table (`ec2 describe-route-tables`).
    RouteTable {
        route_table_id: Id,
        ;
        vpc_id: Option<Id>,
        owner_id: Option<Id>,
        associations: Vec<RouteTableAssociation>,
        routes: Vec<Route>,
    }

    /// What uses a table: a subnet, a gateway, or as the main one every subnet that has none of its own.
    RouteTableAssociation {
        ;
        main: bool,
        subnet_id: Option<Id>,
        gateway_id: Option<Id>,
        association_state: Option<State>,
    }

    /// A state in one word.
    State { state: Id, ; }

    /// A route: one destination, one target.
    Route {
        ;
        destination_cidr_block: Option<Ipv4Net>,
        destination_ipv6_cidr_block: Option<Ipv6Net>,
        destination_prefix_list_id: Option<Id>,
        gateway_id: Option<Id>,
        instance_id: Option<Id>,
        nat_gateway_id: Option<Id>,
        network_interface_id: Option<Id>,
        transit_gateway_id: Option<Id>,
        vpc_peering_connection_id: Option<Id>,
        egress_only_internet_gateway_id: Option<Id>,
        local_gateway_id: Option<Id>,
        carrier_gateway_id: Option<Id>,
        core_network_arn: Option<Id>,
        odb_network_arn: Option<Id>,
        origin: Option<Id>,
        state: Option<Id>,
    }
}
