//! Transit gateways, what is attached to them, and their route tables.

use ipnet::IpNet;

use super::Id;
use super::noun::noun;

noun! {
    /// A transit gateway (`ec2 describe-transit-gateways`).
    TransitGateway {
        transit_gateway_id: Id,
        ;
        owner_id: Option<Id>,
        state: Option<Id>,
        options: Option<TransitGatewayOptions>,
    }

    /// A transit gateway's options, each `enable` or `disable`.
    TransitGatewayOptions {
        ;
        association_default_route_table_id: Option<Id>,
        propagation_default_route_table_id: Option<Id>,
        security_group_referencing_support: Option<Id>,
    }

    /// Something attached to a transit gateway (`ec2 describe-transit-gateway-attachments`).
    TransitGatewayAttachment {
        transit_gateway_attachment_id: Id,
        transit_gateway_id: Id,
        ;
        resource_type: Option<Id>,
        resource_id: Option<Id>,
        state: Option<Id>,
        association: Option<AttachmentAssociation>,
    }

    /// The route table that traffic from an attachment is looked up in.
    AttachmentAssociation { ; transit_gateway_route_table_id: Option<Id>, state: Option<Id>, }

    /// A VPC's attachment (`ec2 describe-transit-gateway-vpc-attachments`).
    TransitGatewayVpcAttachment {
        transit_gateway_attachment_id: Id,
        ;
        transit_gateway_id: Option<Id>,
        vpc_id: Option<Id>,
        vpc_owner_id: Option<Id>,
        state: Option<Id>,
        subnet_ids: Vec<Id>,
        options: Option<VpcAttachmentOptions>,
    }

    /// A VPC attachment's options, each `enable` or `disable`.
    VpcAttachmentOptions {
        ;
        ipv6_support: Option<Id>,
        appliance_mode_support: Option<Id>,
        security_group_referencing_support: Option<Id>,
    }

    /// Two transit gateways joined (`ec2 describe-transit-gateway-peering-attachments`).
    TransitGatewayPeeringAttachment {
        transit_gateway_attachment_id: Id,
        ;
        requester_tgw_info: Option<TransitGatewayPeer>,
        accepter_tgw_info: Option<TransitGatewayPeer>,
        state: Option<Id>,
    }

    /// One end of a peering attachment.
    TransitGatewayPeer { ; transit_gateway_id: Option<Id>, owner_id: Option<Id>, region: Option<Id>, }

    /// A transit gateway route table (`ec2 describe-transit-gateway-route-tables`).
    TransitGatewayRouteTable {
        transit_gateway_route_table_id: Id,
        ;
        transit_gateway_id: Option<Id>,
        state: Option<Id>,
    }

    /// An attachment associated with a table, or propagating its routes into it.
    TransitGatewayRouteTableLink {
        ;
        transit_gateway_attachment_id: Option<Id>,
        resource_id: Option<Id>,
        resource_type: Option<Id>,
        state: Option<Id>,
    }

    /// What a search of a table found (`ec2 search-transit-gateway-routes`).
    TransitGatewayRoutes { ; routes: Vec<TransitGatewayRoute>, additional_routes_available: bool, }

    /// A route of a transit gateway route table.
    TransitGatewayRoute {
        ;
        destination_cidr_block: Option<IpNet>,
        prefix_list_id: Option<Id>,
        transit_gateway_attachments: Vec<TransitGatewayRouteAttachment>,
        r#type: Option<Id>,
        state: Option<Id>,
    }

    /// Where a route leads.
    TransitGatewayRouteAttachment {
        ;
        transit_gateway_attachment_id: Option<Id>,
        resource_id: Option<Id>,
        resource_type: Option<Id>,
    }

    /// A prefix list whose entries are routes (`ec2 get-transit-gateway-prefix-list-references`).
    TransitGatewayPrefixListReference {
        ;
        transit_gateway_route_table_id: Option<Id>,
        prefix_list_id: Option<Id>,
        state: Option<Id>,
        blackhole: bool,
        transit_gateway_attachment: Option<TransitGatewayRouteAttachment>,
    }
}
