//! What only a person can decide: the place, and what is to be decided there.

use super::{Remedy, asked};
use crate::network::{Blocker, Direction, Network, PathCode, PathResult, Traffic};

/// Names the place of a blocker, and what to do there.
pub(super) fn remedy(
    network: &Network<'_>,
    result: &PathResult,
    traffic: Traffic,
    blocker: &Blocker,
) -> Remedy {
    let at = blocker.component.as_str();
    let rule = blocker.rule.as_deref().unwrap_or("the route");
    let toward = target(network, result, blocker.direction);
    let words = match blocker.code {
        PathCode::SnapshotPlanUnknown if blocker.rule.is_none() => {
            "Plan again once the error or the deferral is gone.".to_owned()
        }
        PathCode::SnapshotPlanUnknown => {
            format!("Give {rule} a value that is known before apply, or apply what it comes from first and plan again.")
        }
        PathCode::SnapshotPlanUnsupported => {
            format!("Review {rule} by hand, or apply it first and judge a snapshot taken after that.")
        }
        PathCode::SourceNotRunning | PathCode::DestinationNotRunning => {
            format!("Start {at}, or use the address of the instance that runs.")
        }
        PathCode::SourceDetached | PathCode::DestinationDetached => {
            format!("Attach {at} to its instance, or use the address of the instance that runs.")
        }
        PathCode::SourceUnowned | PathCode::DestinationUnowned => {
            format!("Compare {at} with EC2; if it is right, add the account or region that owns it to the snapshot.")
        }
        PathCode::SourceAmbiguous | PathCode::DestinationAmbiguous => {
            "Name the interface (eni-…) or the instance (i-…) in place of the address.".to_owned()
        }
        PathCode::SourceService | PathCode::DestinationService => {
            format!("Ask about the instance behind {at}.")
        }
        PathCode::AddressFamilyMismatch => "Use an address of the family that both ends have.".to_owned(),
        PathCode::GroupEgressMissing | PathCode::GroupIngressMissing => {
            format!("Add a rule for {} to {at}.", asked(traffic))
        }
        PathCode::ReferenceStale => {
            format!("Remove {rule} from {at}, and add it again with the group's present id; restore the peering connection first, if it is meant to be.")
        }
        PathCode::ReferenceUndecided => {
            format!("Add what {rule} of {at} depends on to the snapshot, or admit the source by its addresses.")
        }
        PathCode::AclDenies => acl(network, result, traffic, blocker, false),
        PathCode::AclReplyDenied | PathCode::AclReplyPartial => acl(network, result, traffic, blocker, true),
        PathCode::RouteMissing | PathCode::RouteToInternet => {
            format!("Decide in {at} by which peering connection or transit gateway {toward} is reached, and add that route.")
        }
        PathCode::RouteBlackhole => {
            format!("Decide in {at} where {rule} is to lead: give it a target that exists, or delete it.")
        }
        PathCode::RouteElsewhere => {
            format!("Decide in {at} where {toward} is: a route with a longer prefix wins over {rule}.")
        }
        PathCode::RouteTargetUnmodelled => {
            format!("Check in AWS where {rule} of {at} leads on to, or let `reachgate probe` ask the network itself.")
        }
        PathCode::RouteAmbiguous => format!("Remove one of the two routes of {at}, or make one of them longer."),
        PathCode::PeeringInactive => format!("Accept {at}, or make a new peering connection and change the routes."),
        PathCode::PeeringNotTransitive => {
            format!("Peer the two VPCs directly, or join them by a transit gateway: {at} joins others.")
        }
        PathCode::PeeringAddressOutside => format!("Peer with the VPC that owns the address: {at} does not reach it."),
        PathCode::TransitGatewayAttachmentUnavailable => format!("Attach the VPC to the transit gateway: {at} carries nothing."),
        PathCode::TransitGatewayZoneMissing => {
            format!("Add a subnet of the sender's availability zone to {at}.")
        }
        PathCode::TransitGatewayUnassociated => format!("Associate {at} with a transit gateway route table."),
        PathCode::TransitGatewayRouteMissing => {
            format!("Propagate the attachment of {toward} to {at}, or add a static route there.")
        }
        PathCode::TransitGatewayRouteBlackhole => {
            format!("Decide whether the two networks are meant to be apart; if not, delete the blackhole {rule} of {at}.")
        }
        PathCode::TransitGatewayRouteElsewhere => {
            format!("Decide which attachment {toward} belongs to, and correct {rule} of {at}.")
        }
        PathCode::TransitGatewayLoop => {
            format!("Remove the static route of {at} that sends the packet back.")
        }
        PathCode::TransitGatewayIpv6Off => format!("Switch IPv6 support of {at} on."),
        PathCode::TransitGatewaySubnetAmbiguous => {
            format!("Give the subnets of {at} the same network ACL and route table.")
        }
        PathCode::SnapshotIncomplete => "Allow the IAM action that is named (docs/iam-policy.json has all of them) or add the document to the \
             snapshot, and ask again.".to_owned(),
        PathCode::SnapshotConflict => "Take both files again, or remove the older one.".to_owned(),
        PathCode::StateChanging => format!("Take the snapshot again when {at} has settled."),
        PathCode::TranslationUndecided => {
            "Say `--external-snat on` or `off`, as AWS_VPC_K8S_CNI_EXTERNALSNAT of the aws-node DaemonSet does.".to_owned()
        }
    };
    Remedy::words(words)
}

/// The subnet that the packet is on its way to.
fn target(network: &Network<'_>, result: &PathResult, direction: Direction) -> String {
    let end = if direction == Direction::Reply { &result.source } else { &result.destination };
    let Some(end) = end else { return "the other end".to_owned() };
    let subnet = network.snapshot().subnets.get(end.subnet.as_str());
    let block = subnet.and_then(|subnet| subnet.cidr_block).filter(|_| !end.address.contains(':'));
    block.map_or_else(|| end.address.clone(), |block| block.to_string())
}

/// Which entry of which direction is to come before which.
fn acl(
    network: &Network<'_>,
    result: &PathResult,
    traffic: Traffic,
    blocker: &Blocker,
    reply: bool,
) -> String {
    let inbound = blocker.direction == Direction::Ingress;
    // Inbound rules are held against whom the packet comes from, outbound ones against whom it goes to.
    let from_source = inbound != reply;
    let far = if from_source {
        target(network, result, Direction::Reply)
    } else {
        let address = result.destination.as_ref().map_or("the destination", |end| end.address.as_str());
        address.to_owned()
    };
    let (way, preposition) = if inbound { ("inbound", "from") } else { ("outbound", "to") };
    let what = match traffic.port() {
        Some(_) if reply => format!("{} ports 1024-65535", traffic.protocol()),
        _ => asked(traffic),
    };
    let number = match blocker.rule.as_deref() {
        Some("*") | None => "; no rule does now".to_owned(),
        Some(number) => format!(" with a number below {number}"),
    };
    format!(
        "Decide in {} where its {way} rules are to allow {what} {preposition} {far}{number}.",
        blocker.component
    )
}
