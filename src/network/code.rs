//! What can stand in a path's way.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a code does to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The packet does not pass: denied.
    Denies,
    /// It could not be decided: unknown, unless something else denies.
    Undecided,
    /// It passes, but not always.
    Warns,
}

macro_rules! path_codes {
    ($($weight:ident { $($(#[$meta:meta])* $variant:ident $id:literal,)+ })+) => {
        /// A blocker's stable id.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum PathCode {
            $($(
                $(#[$meta])*
                $variant,
            )+)+
        }

        impl PathCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// The id, e.g. `group-ingress-missing`.
            pub fn id(self) -> &'static str {
                match self { $($(Self::$variant => $id,)+)+ }
            }

            /// What it does to the answer.
            pub fn weight(self) -> Weight {
                match self { $($(Self::$variant)|+ => Weight::$weight,)+ }
            }
        }
    };
}

path_codes! {
    Denies {
        /// The source's instance is not running.
        SourceNotRunning "source-not-running",
        /// The source's interface is attached to nothing.
        SourceDetached "source-detached",
        /// The destination's instance is not running.
        DestinationNotRunning "destination-not-running",
        /// The destination's interface is attached to nothing.
        DestinationDetached "destination-detached",
        /// One end has no address of the other's family.
        AddressFamilyMismatch "address-family-mismatch",
        /// None of the source's groups lets it out.
        GroupEgressMissing "group-egress-missing",
        /// None of the destination's groups lets it in.
        GroupIngressMissing "group-ingress-missing",
        /// A rule would admit it, but its group reference lost its peering.
        ReferenceStale "reference-stale",
        /// A network ACL denies it.
        AclDenies "acl-denies",
        /// A network ACL denies every reply.
        AclReplyDenied "acl-reply-denied",
        /// No route matches.
        RouteMissing "route-missing",
        /// The best route is a blackhole.
        RouteBlackhole "route-blackhole",
        /// The best route leads to the internet.
        RouteToInternet "route-to-internet",
        /// The best route leads to another VPC than the address's.
        RouteElsewhere "route-elsewhere",
        /// The peering connection is not active.
        PeeringInactive "peering-inactive",
        /// The peering connection joins other VPCs; peering does not pass through a third.
        PeeringNotTransitive "peering-not-transitive",
        /// The address is outside the peer's CIDR blocks.
        PeeringAddressOutside "peering-address-outside",
        /// The attachment is not available.
        TransitGatewayAttachmentUnavailable "transit-gateway-attachment-unavailable",
        /// The attachment has no subnet in the sender's availability zone.
        TransitGatewayZoneMissing "transit-gateway-zone-missing",
        /// The attachment is associated with no route table.
        TransitGatewayUnassociated "transit-gateway-unassociated",
        /// No route of the transit gateway's table matches.
        TransitGatewayRouteMissing "transit-gateway-route-missing",
        /// The transit gateway's best route is a blackhole.
        TransitGatewayRouteBlackhole "transit-gateway-route-blackhole",
        /// The transit gateway's best route leads to another VPC than the address's.
        TransitGatewayRouteElsewhere "transit-gateway-route-elsewhere",
        /// The transit gateways pass the packet round in a circle.
        TransitGatewayLoop "transit-gateway-loop",
        /// The attachment does not carry IPv6.
        TransitGatewayIpv6Off "transit-gateway-ipv6-off",
    }
    Undecided {
        /// Nothing in the snapshot owns the source's address.
        SourceUnowned "source-unowned",
        /// Several interfaces own the source's address.
        SourceAmbiguous "source-ambiguous",
        /// The source is an AWS service's interface, whose behaviour is not modelled.
        SourceService "source-service",
        /// Nothing in the snapshot owns the destination's address.
        DestinationUnowned "destination-unowned",
        /// Several interfaces own the destination's address.
        DestinationAmbiguous "destination-ambiguous",
        /// The destination is an AWS service's interface; whether it answers depends on more than the path.
        DestinationService "destination-service",
        /// A document, or a thing in one, is missing.
        SnapshotIncomplete "snapshot-incomplete",
        /// Two files describe a thing differently.
        SnapshotConflict "snapshot-conflict",
        /// A plan changes a thing, to what is known only after apply.
        SnapshotPlanUnknown "snapshot-plan-unknown",
        /// A plan changes a thing in a way that is not modelled.
        SnapshotPlanUnsupported "snapshot-plan-unsupported",
        /// Something is being changed at this moment.
        StateChanging "state-changing",
        /// The route leads to something that is not modelled.
        RouteTargetUnmodelled "route-target-unmodelled",
        /// AWS does not say which of two routes is taken.
        RouteAmbiguous "route-ambiguous",
        /// Whether a group reference matches over this way is not known.
        ReferenceUndecided "reference-undecided",
        /// Which of several attachment subnets the packet passes is not known, and they differ.
        TransitGatewaySubnetAmbiguous "transit-gateway-subnet-ambiguous",
        /// Whether the node's address replaces the pod's is not known, and the answer depends on it.
        TranslationUndecided "translation-undecided",
    }
    Warns {
        /// A network ACL denies replies to some of the client's ports.
        AclReplyPartial "acl-reply-partial",
    }
}

impl fmt::Display for PathCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for PathCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
