//! The calls, one function for each kind of document, every list to its last page.

use aws_sdk_ec2::types::Filter;
use aws_sdk_eks::operation::describe_cluster::DescribeClusterError;

use super::call::{Read, Trouble, trouble, unread};
use super::convert::{self, Malformed};
use super::narrow::Narrow;
use crate::snapshot::{self as nouns, Document, Id, UnreadCause};

/// The clients, and what messages call them.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub ec2: aws_sdk_ec2::Client,
    pub eks: aws_sdk_eks::Client,
    /// The region that is read.
    pub region: String,
    /// The endpoint, or the region where it is AWS's own.
    pub endpoint: String,
}

/// Collects a call's pages. A list that breaks off is not a shorter list: nothing is kept of it.
macro_rules! collect {
    ($reader:ident $document:ident $call:expr, $convert:expr, $into:ident) => {{
        let mut items = $call.into_paginator().items().send();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| trouble($reader, Document::$document, &error))?;
            let item = $convert(item).map_err(|wrong| malformed(Document::$document, &wrong))?;
            $into.extend(item);
        }
    }};
}

macro_rules! lists {
    ($($name:ident $document:ident $page:literal -> $noun:ident $convert:expr;)+) => {
        /// Lists that filters narrow.
        impl Reader {$(
            pub(super) async fn $name(&self, narrow: Narrow) -> Read<nouns::$noun> {
                let calls = narrow.calls();
                let mut found = Vec::new();
                for filters in &calls {
                    let call = self.ec2.$name().set_filters(filters.clone()).max_results($page);
                    collect!(self $document call, $convert, found);
                }
                Ok((!calls.is_empty()).then_some(found))
            }
        )+}
    };
}

// The largest page that each call gives (EC2 API reference, MaxResults).
lists! {
    describe_network_interfaces NetworkInterfaces 1000 -> NetworkInterface one(convert::network_interface);
    describe_instances Instances 1000 -> Instance convert::reservation;
    describe_security_groups SecurityGroups 1000 -> SecurityGroup one(convert::security_group);
    describe_security_group_rules SecurityGroupRules 1000 -> SecurityGroupRule
        one(convert::security_group_rule);
    describe_security_group_vpc_associations SecurityGroupVpcAssociations 1000 -> SecurityGroupVpcAssociation
        one(convert::vpc_association);
    describe_subnets Subnets 1000 -> Subnet one(convert::subnet);
    describe_vpcs Vpcs 1000 -> Vpc one(convert::vpc);
    describe_route_tables RouteTables 100 -> RouteTable one(convert::route_table);
    describe_network_acls NetworkAcls 1000 -> NetworkAcl one(convert::network_acl);
    describe_vpc_peering_connections VpcPeeringConnections 1000 -> VpcPeeringConnection one(convert::peering);
    describe_managed_prefix_lists PrefixLists 100 -> PrefixList one(convert::prefix_list);
    describe_transit_gateways TransitGateways 1000 -> TransitGateway one(convert::transit_gateway);
    describe_transit_gateway_attachments TransitGatewayAttachments 1000 -> TransitGatewayAttachment
        one(convert::transit_attachment);
    describe_transit_gateway_vpc_attachments TransitGatewayVpcAttachments 1000 -> TransitGatewayVpcAttachment
        one(convert::transit_vpc_attachment);
    describe_transit_gateway_peering_attachments TransitGatewayPeeringAttachments 1000
        -> TransitGatewayPeeringAttachment one(convert::transit_peering_attachment);
    describe_transit_gateway_route_tables TransitGatewayRouteTables 1000 -> TransitGatewayRouteTable
        one(convert::transit_route_table);
}

/// Lists of one thing, by its id.
impl Reader {
    pub(super) async fn stale_security_groups(&self, vpc: Id) -> Read<nouns::StaleSecurityGroup> {
        let mut found = Vec::new();
        let call = self.ec2.describe_stale_security_groups().vpc_id(vpc).max_results(255);
        collect!(self StaleSecurityGroups call, one(convert::stale_security_group), found);
        Ok(Some(found))
    }

    pub(super) async fn prefix_list_entries(&self, list: Id) -> Read<nouns::PrefixListEntry> {
        let mut found = Vec::new();
        let call = self.ec2.get_managed_prefix_list_entries().prefix_list_id(list).max_results(100);
        collect!(self PrefixListEntries call, one(convert::prefix_list_entry), found);
        convert::sort(&mut found);
        Ok(Some(found))
    }

    pub(super) async fn transit_associations(&self, table: Id) -> Read<nouns::TransitGatewayRouteTableLink> {
        let mut found = Vec::new();
        let call = self.ec2.get_transit_gateway_route_table_associations();
        let call = call.transit_gateway_route_table_id(table).max_results(1000);
        collect!(self TransitGatewayAssociations call, |it| Ok(Some(convert::association(it))), found);
        convert::sort(&mut found);
        Ok(Some(found))
    }

    pub(super) async fn transit_propagations(&self, table: Id) -> Read<nouns::TransitGatewayRouteTableLink> {
        let mut found = Vec::new();
        let call = self.ec2.get_transit_gateway_route_table_propagations();
        let call = call.transit_gateway_route_table_id(table).max_results(1000);
        collect!(self TransitGatewayPropagations call, |it| Ok(Some(convert::propagation(it))), found);
        convert::sort(&mut found);
        Ok(Some(found))
    }

    /// Every route of a table; the search wants a filter, and these are all the states of a route that acts.
    pub(super) async fn transit_routes(&self, table: Id) -> Read<nouns::TransitGatewayRoutes> {
        let mut routes = Vec::new();
        let mut more = false;
        let states = Filter::builder().name("state").values("active").values("blackhole").build();
        let search = self.ec2.search_transit_gateway_routes().transit_gateway_route_table_id(table);
        // A thousand a page is what a search gives that says nothing of its pages.
        let mut pages = search.filters(states).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| trouble(self, Document::TransitGatewayRoutes, &error))?;
            // A search that goes on in a further page is not one that was cut.
            more = page.additional_routes_available == Some(true)
                && page.next_token.as_deref().unwrap_or_default().is_empty();
            for route in page.routes.unwrap_or_default() {
                let route = convert::transit_route(route);
                routes.push(route.map_err(|wrong| malformed(Document::TransitGatewayRoutes, &wrong))?);
            }
        }
        convert::sort(&mut routes);
        Ok(Some(vec![nouns::TransitGatewayRoutes { routes, additional_routes_available: more }]))
    }

    /// A cluster by name; an empty list where there is none of that name.
    pub(super) async fn cluster(&self, name: &str) -> Read<nouns::Cluster> {
        match self.eks.describe_cluster().name(name).send().await {
            Ok(answer) => {
                let cluster = answer.cluster.map(|cluster| convert::cluster(name, cluster));
                // An answer without the cluster says nothing about it.
                let wrong = || malformed(Document::Cluster, &Malformed::without("cluster"));
                Ok(Some(vec![cluster.ok_or_else(wrong)?]))
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribeClusterError::is_resource_not_found_exception) =>
            {
                Ok(Some(Vec::new()))
            }
            Err(error) => Err(trouble(self, Document::Cluster, &error)),
        }
    }
}

/// A conversion of one thing to one thing.
fn one<S, D>(convert: impl Fn(S) -> Result<D, Malformed>) -> impl Fn(S) -> Result<Option<D>, Malformed> {
    move |source| convert(source).map(Some)
}

fn malformed(document: Document, wrong: &Malformed) -> Trouble {
    unread(document, UnreadCause::Failed, &wrong.to_string())
}
