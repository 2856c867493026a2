//! What stands in a path's way, in the words of the one list of codes.

use crate::code::Code;
use crate::network::PathCode;

/// The code of a blocker. Total: a new [`PathCode`] does not compile until it has its story.
pub fn code_of(code: PathCode) -> Code {
    macro_rules! same {
        ($($name:ident)+) => { match code { $(PathCode::$name => Code::$name,)+ } };
    }
    same! {
        SourceNotRunning SourceDetached SourceUnowned SourceAmbiguous SourceService
        DestinationNotRunning DestinationDetached DestinationUnowned DestinationAmbiguous DestinationService
        AddressFamilyMismatch
        GroupEgressMissing GroupIngressMissing ReferenceStale ReferenceUndecided
        AclDenies AclReplyDenied AclReplyPartial
        RouteMissing RouteBlackhole RouteToInternet RouteElsewhere RouteTargetUnmodelled RouteAmbiguous
        PeeringInactive PeeringNotTransitive PeeringAddressOutside
        TransitGatewayAttachmentUnavailable TransitGatewayZoneMissing TransitGatewayUnassociated
        TransitGatewayRouteMissing TransitGatewayRouteBlackhole TransitGatewayRouteElsewhere
        TransitGatewayLoop TransitGatewayIpv6Off TransitGatewaySubnetAmbiguous
        SnapshotIncomplete SnapshotConflict SnapshotPlanUnknown SnapshotPlanUnsupported
        StateChanging TranslationUndecided
    }
}

#[cfg(test)]
mod tests {
    use super::code_of;
    use crate::network::PathCode;

    #[test]
    fn both_lists_spell_alike() {
        for code in PathCode::ALL {
            assert_eq!(code.id(), code_of(*code).id());
        }
    }
}
