//! Whether a security group's reference to another group reaches over the way between two VPCs.

use super::answer::Direction;
use super::index::Network;
use super::leg::Way;
use super::peering;
use super::place::Place;
use super::security_group::Reach;
use super::trail::Lost;
use super::transit_gateway::Transit;
use crate::snapshot::{Document, VpcPeeringConnection};

/// Whether group references match between the two ends (AWS: vpc/security-group-rules,
/// vpc/peering/vpc-peering-security-groups, vpc/tgw/tgw-vpc-attachments).
pub(super) fn reach(
    network: &Network<'_>,
    from: &Place<'_>,
    to: &Place<'_>,
    way: Result<&Way<'_>, &Lost>,
    direction: Direction,
) -> Reach {
    if from.vpc == to.vpc {
        return Reach::Yes;
    }
    let region = |peering: &VpcPeeringConnection| match peering::same_region(peering) {
        Some(true) => Reach::Yes,
        Some(false) => Reach::No("peering between regions carries no group references"),
        None => Reach::Undecided("the peering connection's regions are not stated"),
    };
    let beside = peering::between(network, from.vpc, to.vpc);
    match way {
        Ok(Way::Local) => Reach::Yes,
        Ok(Way::Peering(peering)) => region(peering),
        Ok(Way::Transit(transit)) => {
            let over = referencing(network, transit, direction);
            let unread = !network.snapshot().has(Document::VpcPeeringConnections);
            match beside.map(region) {
                Some(Reach::Yes | Reach::Undecided(_)) if over != Reach::Yes => {
                    Reach::Undecided("the VPCs are peered, but the way is over a transit gateway")
                }
                None if over != Reach::Yes && unread => Reach::Undecided(
                    "describe-vpc-peering-connections was not read; the VPCs may be peered too",
                ),
                _ => over,
            }
        }
        Err(_) => match beside.map(region) {
            Some(Reach::Yes) => Reach::Yes,
            _ => Reach::Undecided("no way between the VPCs was found that would say so"),
        },
    }
}

/// Whether a transit gateway carries group references: off by default, for inbound rules alone.
fn referencing(network: &Network<'_>, transit: &Transit<'_>, direction: Direction) -> Reach {
    let [gateway] = transit.gateways.as_slice() else {
        return Reach::No("peered transit gateways carry no group references");
    };
    if direction == Direction::Egress {
        return Reach::No("transit gateways carry group references for inbound rules alone");
    }
    let snapshot = network.snapshot();
    let Some(gateway) = snapshot.transit_gateways.get(*gateway) else {
        return if snapshot.has(Document::TransitGateways) {
            Reach::Undecided("the transit gateway is in no describe-transit-gateways document")
        } else {
            Reach::Undecided("describe-transit-gateways was not read; it takes ec2:DescribeTransitGateways")
        };
    };
    let on = gateway.options.as_ref().and_then(|it| it.security_group_referencing_support.as_deref());
    if on != Some("enable") {
        return Reach::No("security group referencing is off on the transit gateway");
    }
    let each = [transit.first, transit.last].map(|attachment| {
        attachment.options.as_ref().and_then(|it| it.security_group_referencing_support.as_deref())
    });
    if each.contains(&Some("disable")) {
        Reach::No("security group referencing is off on an attachment")
    } else if each == [Some("enable"); 2] {
        Reach::Yes
    } else {
        Reach::Undecided("an attachment does not say whether it carries group references")
    }
}
