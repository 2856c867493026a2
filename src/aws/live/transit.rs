//! Transit gateways: from the routes that lead to them to what they know, and on to their peers.

use std::collections::BTreeSet;

use super::error::FetchError;
use super::follow::{Capture, keep};
use super::narrow::Narrow;
use super::reader::Reader;
use crate::snapshot::{Document, Id, TransitGatewayPeeringAttachment};

/// Gateways one behind the other that are followed; further ones are missing in the snapshot.
const FARTHEST: usize = 8;

/// Reads every gateway that a route of the route tables leads to.
pub(super) async fn read(capture: &mut Capture<'_>) -> Result<(), FetchError> {
    let routes = capture.snapshot.route_tables.values().flat_map(|table| &table.routes);
    let mut next: BTreeSet<Id> = routes.filter_map(|route| route.transit_gateway_id.clone()).collect();
    let mut seen = BTreeSet::new();
    for _ in 0..FARTHEST {
        if next.is_empty() && !(capture.all && seen.is_empty()) {
            break;
        }
        gateways(capture, &next).await?;
        seen.append(&mut next);
        let peers = capture.snapshot.transit_gateway_peering_attachments.values().flat_map(ends);
        next = peers.filter(|id| !seen.contains(id)).collect();
        if capture.all {
            break;
        }
    }
    tables(capture).await?;
    destinations(capture).await
}

fn ends(peering: &TransitGatewayPeeringAttachment) -> impl Iterator<Item = Id> + use<> {
    let id = |end: &Option<crate::snapshot::TransitGatewayPeer>| end.as_ref()?.transit_gateway_id.clone();
    [id(&peering.requester_tgw_info), id(&peering.accepter_tgw_info)].into_iter().flatten()
}

/// The gateways, their attachments and the ids of their tables.
async fn gateways(capture: &mut Capture<'_>, ids: &BTreeSet<Id>) -> Result<(), FetchError> {
    let reader = capture.reader;
    let of = || capture.narrow("transit-gateway-id", ids);
    let (gateways, attachments, of_vpcs, peerings, tables) = tokio::join!(
        reader.describe_transit_gateways(of()),
        reader.describe_transit_gateway_attachments(of()),
        reader.describe_transit_gateway_vpc_attachments(of()),
        reader.describe_transit_gateway_peering_attachments(of()),
        reader.describe_transit_gateway_route_tables(of()),
    );
    keep!(capture.transit_gateways, TransitGateways, gateways, transit_gateway_id);
    for item in capture.settle(Document::TransitGatewayAttachments, attachments)? {
        let ends = &mut capture.snapshot.transit_gateway_attachments;
        let ends = ends.entry(item.transit_gateway_attachment_id.clone()).or_default();
        ends.insert(item.transit_gateway_id.clone(), item);
    }
    keep!(
        capture.transit_gateway_vpc_attachments,
        TransitGatewayVpcAttachments,
        of_vpcs,
        transit_gateway_attachment_id
    );
    keep!(
        capture.transit_gateway_peering_attachments,
        TransitGatewayPeeringAttachments,
        peerings,
        transit_gateway_attachment_id
    );
    keep!(
        capture.transit_gateway_route_tables,
        TransitGatewayRouteTables,
        tables,
        transit_gateway_route_table_id
    );
    Ok(())
}

/// What each table associates, propagates and routes.
async fn tables(capture: &mut Capture<'_>) -> Result<(), FetchError> {
    let ids: Vec<Id> = capture.snapshot.transit_gateway_route_tables.keys().cloned().collect();
    let call = |reader: Reader, table: Id| async move { reader.transit_associations(table).await };
    let found = capture.each(Document::TransitGatewayAssociations, ids.clone(), call).await?;
    capture.snapshot.transit_gateway_associations.extend(found);
    let call = |reader: Reader, table: Id| async move { reader.transit_propagations(table).await };
    let found = capture.each(Document::TransitGatewayPropagations, ids.clone(), call).await?;
    capture.snapshot.transit_gateway_propagations.extend(found);
    let call = |reader: Reader, table: Id| async move { reader.transit_routes(table).await };
    for (table, mut found) in capture.each(Document::TransitGatewayRoutes, ids, call).await? {
        if let Some(routes) = found.pop() {
            capture.snapshot.transit_gateway_routes.insert(table, routes);
        }
    }
    Ok(())
}

/// The VPCs whose blocks the tables propagate. Those of other accounts are not shown.
async fn destinations(capture: &mut Capture<'_>) -> Result<(), FetchError> {
    if capture.all {
        return Ok(());
    }
    let attached = capture.snapshot.transit_gateway_vpc_attachments.values();
    let attached: BTreeSet<Id> = attached.filter_map(|it| it.vpc_id.clone()).collect();
    let unread = attached.iter().filter(|id| !capture.snapshot.vpcs.contains_key(*id));
    let vpcs = capture.reader.describe_vpcs(Narrow::to("vpc-id", unread)).await;
    keep!(capture.vpcs, Vpcs, vpcs, vpc_id);
    Ok(())
}
