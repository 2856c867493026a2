//! Route tables, peering connections and transit gateways.

use aws_sdk_ec2::types as sdk;

use super::place::state;
use super::{Converted, list, needed, parsed, word};
use crate::snapshot::{
    AttachmentAssociation, PeeringBlock, PeeringIpv6Block, PeeringStatus, PeeringVpc, Route, RouteTable,
    RouteTableAssociation, TransitGateway, TransitGatewayAttachment, TransitGatewayOptions,
    TransitGatewayPeer, TransitGatewayPeeringAttachment, TransitGatewayRoute, TransitGatewayRouteAttachment,
    TransitGatewayRouteTable, TransitGatewayRouteTableLink, TransitGatewayVpcAttachment,
    VpcAttachmentOptions, VpcPeeringConnection,
};

pub(in crate::aws::live) fn route_table(source: sdk::RouteTable) -> Converted<RouteTable> {
    let association = |it: sdk::RouteTableAssociation| {
        Ok(RouteTableAssociation {
            main: it.main == Some(true),
            subnet_id: word(it.subnet_id),
            gateway_id: word(it.gateway_id),
            association_state: it.association_state.map(|it| state(it.state)).transpose()?,
        })
    };
    let route = |it: sdk::Route| {
        Ok(Route {
            destination_cidr_block: parsed(it.destination_cidr_block, "DestinationCidrBlock")?,
            destination_ipv6_cidr_block: parsed(it.destination_ipv6_cidr_block, "DestinationIpv6CidrBlock")?,
            destination_prefix_list_id: word(it.destination_prefix_list_id),
            gateway_id: word(it.gateway_id),
            instance_id: word(it.instance_id),
            nat_gateway_id: word(it.nat_gateway_id),
            network_interface_id: word(it.network_interface_id),
            transit_gateway_id: word(it.transit_gateway_id),
            vpc_peering_connection_id: word(it.vpc_peering_connection_id),
            egress_only_internet_gateway_id: word(it.egress_only_internet_gateway_id),
            local_gateway_id: word(it.local_gateway_id),
            carrier_gateway_id: word(it.carrier_gateway_id),
            core_network_arn: word(it.core_network_arn),
            odb_network_arn: word(it.odb_network_arn),
            origin: word(it.origin),
            state: word(it.state),
        })
    };
    Ok(RouteTable {
        route_table_id: needed(source.route_table_id, "RouteTableId")?,
        vpc_id: word(source.vpc_id),
        owner_id: word(source.owner_id),
        associations: list(source.associations, association)?,
        routes: list(source.routes, route)?,
    })
}

pub(in crate::aws::live) fn peering(source: sdk::VpcPeeringConnection) -> Converted<VpcPeeringConnection> {
    let end = |it: sdk::VpcPeeringConnectionVpcInfo| {
        Ok(PeeringVpc {
            vpc_id: word(it.vpc_id),
            owner_id: word(it.owner_id),
            region: word(it.region),
            cidr_block: parsed(it.cidr_block, "CidrBlock")?,
            cidr_block_set: list(it.cidr_block_set, |it| {
                Ok(PeeringBlock { cidr_block: parsed(it.cidr_block, "CidrBlock")? })
            })?,
            ipv6_cidr_block_set: list(it.ipv6_cidr_block_set, |it| {
                Ok(PeeringIpv6Block { ipv6_cidr_block: parsed(it.ipv6_cidr_block, "Ipv6CidrBlock")? })
            })?,
        })
    };
    let status = |it: sdk::VpcPeeringConnectionStateReason| {
        Ok(PeeringStatus { code: needed(it.code, "Status.Code")? })
    };
    Ok(VpcPeeringConnection {
        vpc_peering_connection_id: needed(source.vpc_peering_connection_id, "VpcPeeringConnectionId")?,
        status: source.status.map(status).transpose()?,
        accepter_vpc_info: source.accepter_vpc_info.map(end).transpose()?,
        requester_vpc_info: source.requester_vpc_info.map(end).transpose()?,
    })
}

pub(in crate::aws::live) fn transit_gateway(source: sdk::TransitGateway) -> Converted<TransitGateway> {
    Ok(TransitGateway {
        transit_gateway_id: needed(source.transit_gateway_id, "TransitGatewayId")?,
        owner_id: word(source.owner_id),
        state: word(source.state),
        options: source.options.map(|it| TransitGatewayOptions {
            association_default_route_table_id: word(it.association_default_route_table_id),
            propagation_default_route_table_id: word(it.propagation_default_route_table_id),
            security_group_referencing_support: word(it.security_group_referencing_support),
        }),
    })
}

pub(in crate::aws::live) fn transit_attachment(
    source: sdk::TransitGatewayAttachment,
) -> Converted<TransitGatewayAttachment> {
    Ok(TransitGatewayAttachment {
        transit_gateway_attachment_id: needed(
            source.transit_gateway_attachment_id,
            "TransitGatewayAttachmentId",
        )?,
        transit_gateway_id: needed(source.transit_gateway_id, "TransitGatewayId")?,
        resource_type: word(source.resource_type),
        resource_id: word(source.resource_id),
        state: word(source.state),
        association: source.association.map(|it| AttachmentAssociation {
            transit_gateway_route_table_id: word(it.transit_gateway_route_table_id),
            state: word(it.state),
        }),
    })
}

pub(in crate::aws::live) fn transit_vpc_attachment(
    source: sdk::TransitGatewayVpcAttachment,
) -> Converted<TransitGatewayVpcAttachment> {
    Ok(TransitGatewayVpcAttachment {
        transit_gateway_attachment_id: needed(
            source.transit_gateway_attachment_id,
            "TransitGatewayAttachmentId",
        )?,
        transit_gateway_id: word(source.transit_gateway_id),
        vpc_id: word(source.vpc_id),
        vpc_owner_id: word(source.vpc_owner_id),
        state: word(source.state),
        subnet_ids: list(source.subnet_ids, |it| needed(Some(it), "SubnetId"))?,
        options: source.options.map(|it| VpcAttachmentOptions {
            ipv6_support: word(it.ipv6_support),
            appliance_mode_support: word(it.appliance_mode_support),
            security_group_referencing_support: word(it.security_group_referencing_support),
        }),
    })
}

pub(in crate::aws::live) fn transit_peering_attachment(
    source: sdk::TransitGatewayPeeringAttachment,
) -> Converted<TransitGatewayPeeringAttachment> {
    let end = |it: sdk::PeeringTgwInfo| TransitGatewayPeer {
        transit_gateway_id: word(it.transit_gateway_id),
        owner_id: word(it.owner_id),
        region: word(it.region),
    };
    Ok(TransitGatewayPeeringAttachment {
        transit_gateway_attachment_id: needed(
            source.transit_gateway_attachment_id,
            "TransitGatewayAttachmentId",
        )?,
        requester_tgw_info: source.requester_tgw_info.map(end),
        accepter_tgw_info: source.accepter_tgw_info.map(end),
        state: word(source.state),
    })
}

pub(in crate::aws::live) fn transit_route_table(
    source: sdk::TransitGatewayRouteTable,
) -> Converted<TransitGatewayRouteTable> {
    Ok(TransitGatewayRouteTable {
        transit_gateway_route_table_id: needed(
            source.transit_gateway_route_table_id,
            "TransitGatewayRouteTableId",
        )?,
        transit_gateway_id: word(source.transit_gateway_id),
        state: word(source.state),
    })
}

pub(in crate::aws::live) fn association(
    source: sdk::TransitGatewayRouteTableAssociation,
) -> TransitGatewayRouteTableLink {
    TransitGatewayRouteTableLink {
        transit_gateway_attachment_id: word(source.transit_gateway_attachment_id),
        resource_id: word(source.resource_id),
        resource_type: word(source.resource_type),
        state: word(source.state),
    }
}

pub(in crate::aws::live) fn propagation(
    source: sdk::TransitGatewayRouteTablePropagation,
) -> TransitGatewayRouteTableLink {
    TransitGatewayRouteTableLink {
        transit_gateway_attachment_id: word(source.transit_gateway_attachment_id),
        resource_id: word(source.resource_id),
        resource_type: word(source.resource_type),
        state: word(source.state),
    }
}

pub(in crate::aws::live) fn transit_route(
    source: sdk::TransitGatewayRoute,
) -> Converted<TransitGatewayRoute> {
    let attachment = |it: sdk::TransitGatewayRouteAttachment| {
        Ok(TransitGatewayRouteAttachment {
            transit_gateway_attachment_id: word(it.transit_gateway_attachment_id),
            resource_id: word(it.resource_id),
            resource_type: word(it.resource_type),
        })
    };
    Ok(TransitGatewayRoute {
        destination_cidr_block: parsed(source.destination_cidr_block, "DestinationCidrBlock")?,
        prefix_list_id: word(source.prefix_list_id),
        transit_gateway_attachments: list(source.transit_gateway_attachments, attachment)?,
        r#type: word(source.r#type),
        state: word(source.state),
    })
}
