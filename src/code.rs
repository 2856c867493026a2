//! The one list of codes. A code is a finding's stable id: scripts rely on it, so it is never renamed
//! and never reused. Its story is kept beside it, an area a file, and `reachgate explain` and
//! `docs/codes.md` both come from there.

mod acl;
mod address;
mod certificate;
mod cluster;
mod destination;
mod dns;
mod document;
mod executor;
mod gate;
mod gitlab;
mod group;
mod network_policy;
mod node;
mod path;
mod peering;
mod pipeline;
mod pod_group;
mod port;
mod review;
mod route;
mod run;
mod runner;
mod snapshot;
mod source;
mod transit_gateway;
mod vpc;

use std::fmt;
use std::str::FromStr;

macro_rules! areas {
    ($($area:ident $word:literal [$($prefix:literal),+] $about:literal,)+) => {
        /// What a finding is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Area {
            $(
                #[doc = $about]
                $area,
            )+
        }

        impl Area {
            /// All of them, in the order they are shown.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$area,)+];

            /// The word for it, in reports and for `--only` and `--skip`.
            pub fn word(self) -> &'static str {
                match self { $(Self::$area => $word,)+ }
            }

            /// The words that its codes begin with; no other area's do.
            pub fn prefixes(self) -> &'static [&'static str] {
                match self { $(Self::$area => &[$($prefix),+],)+ }
            }
        }
    };
}

areas! {
    Runner "runner" ["runner"] "The machine the probe runs on; the runners' network interfaces.",
    Address "address" ["address"] "The destination's address.",
    Dns "dns" ["dns"] "Names and resolvers.",
    Port "port" ["port"] "Ports and their greetings.",
    Certificate "certificate" ["certificate"] "TLS certificates.",
    Cluster "cluster" ["cluster"] "The EKS cluster and its security group.",
    Vpc "vpc" ["vpc"] "The VPC's own networks.",
    Source "source" ["source"] "The interface that a path begins at.",
    Destination "destination" ["destination"] "The interface that a path ends at.",
    Path "path" ["path", "state", "translation"] "A path as a whole.",
    Group "group" ["group", "reference"] "Security groups in a path's way.",
    Acl "acl" ["acl"] "Network ACLs in a path's way.",
    Route "route" ["route"] "Route tables in a path's way.",
    Peering "peering" ["peering"] "VPC peering connections in a path's way.",
    TransitGateway "transit-gateway" ["transit-gateway"] "Transit gateways in a path's way.",
    Review "review" ["ingress", "rule", "quota", "review"] "What a reviewer of security groups would remark.",
    Snapshot "snapshot" ["snapshot"] "The configuration that was read.",
    Gate "gate" ["gate"] "Both witnesses together: what the probe saw, and what the configuration says of it.",
    GitLab "gitlab" ["gitlab"] "What GitLab gives to jobs: variables and runners.",
    Pipeline "pipeline" ["pipeline"] "GitLab pipelines.",
    Executor "executor" ["executor"] "How GitLab Runner makes its job pods.",
    Node "node" ["nodeclass", "nodepool", "selector"] "Karpenter's node classes and pools.",
    NetworkPolicy "network-policy" ["network-policy"] "Kubernetes' network policies.",
    PodGroup "pod-group" ["pod-group"] "Security groups that pods have of their own.",
    Document "document" ["document", "allowance"] "The files that are linted, and what they allow.",
    Run "run" ["run"] "The run itself.",
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The whole story of a code.
#[derive(Debug, Clone, Copy)]
pub struct Story {
    /// One sentence: what was seen.
    pub summary: &'static str,
    /// What that means for a job.
    pub meaning: &'static str,
    /// Likely causes, the likeliest first; empty for codes that pass.
    pub causes: &'static [&'static str],
    /// What to change; empty for codes that pass.
    pub remedy: &'static str,
}

macro_rules! codes {
    ($($area:ident $module:ident { $($variant:ident $id:literal $story:ident,)+ })+) => {
        /// A finding's stable id.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(
                #[doc = concat!("`", $id, "`")]
                $variant,
            )+)+
        }

        impl Code {
            /// Every code, by area.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// The id, e.g. `port-filtered`.
            pub fn id(self) -> &'static str {
                match self { $($(Self::$variant => $id,)+)+ }
            }

            /// The area that it belongs to.
            pub fn area(self) -> Area {
                match self { $($(Self::$variant)|+ => Area::$area,)+ }
            }

            /// What it means, why it happens and what to do.
            pub fn story(self) -> &'static Story {
                match self { $($(Self::$variant => &$module::$story,)+)+ }
            }
        }
    };
}

codes! {
    Runner runner {
        RunnerInSubnet "runner-in-subnet" IN_SUBNET,
        RunnerOutsideSubnets "runner-outside-subnets" OUTSIDE_SUBNETS,
        RunnerInPod "runner-in-pod" IN_POD,
        RunnerNotInPod "runner-not-in-pod" NOT_IN_POD,
        RunnerTailscaleAbsent "runner-tailscale-absent" TAILSCALE_ABSENT,
        RunnerTailscalePresent "runner-tailscale-present" TAILSCALE_PRESENT,
        RunnerProxyAbsent "runner-proxy-absent" PROXY_ABSENT,
        RunnerProxySet "runner-proxy-set" PROXY_SET,
        RunnerActive "runner-active" ACTIVE,
        RunnerRetired "runner-retired" RETIRED,
        RunnerTierHeavy "runner-tier-heavy" TIER_HEAVY,
        RunnerUnlisted "runner-unlisted" UNLISTED,
        RunnerUnidentified "runner-unidentified" UNIDENTIFIED,
        RunnerInterfacesFound "runner-interfaces-found" INTERFACES_FOUND,
        RunnerInterfacesAbsent "runner-interfaces-absent" INTERFACES_ABSENT,
        RunnerInterfaceHasClusterGroup "runner-interface-has-cluster-group" INTERFACE_HAS_CLUSTER_GROUP,
        RunnerInterfaceLacksClusterGroup "runner-interface-lacks-cluster-group" INTERFACE_LACKS_CLUSTER_GROUP,
        RunnerSubnetMissing "runner-subnet-missing" SUBNET_MISSING,
    }
    Address address {
        AddressInVpc "address-in-vpc" IN_VPC,
        AddressUnset "address-unset" UNSET,
        AddressNotAnIp "address-not-an-ip" NOT_AN_IP,
        AddressPadded "address-padded" PADDED,
        AddressTailnet "address-tailnet" TAILNET,
        AddressOutsideVpc "address-outside-vpc" OUTSIDE_VPC,
        AddressReserved "address-reserved" RESERVED,
        AddressLoopback "address-loopback" LOOPBACK,
        AddressSpecialPurpose "address-special-purpose" SPECIAL_PURPOSE,
        AddressOwn "address-own" OWN,
        AddressInRunnerSubnet "address-in-runner-subnet" IN_RUNNER_SUBNET,
        AddressRangesOverlap "address-ranges-overlap" RANGES_OVERLAP,
        AddressFamilyMismatch "address-family-mismatch" FAMILY_MISMATCH,
    }
    Dns dns {
        DnsControlResolved "dns-control-resolved" CONTROL_RESOLVED,
        DnsControlFailed "dns-control-failed" CONTROL_FAILED,
        DnsNameUnresolvable "dns-name-unresolvable" NAME_UNRESOLVABLE,
        DnsNameResolves "dns-name-resolves" NAME_RESOLVES,
        DnsNotTailnet "dns-not-tailnet" NOT_TAILNET,
        DnsTailnetAnswer "dns-tailnet-answer" TAILNET_ANSWER,
        DnsWildcard "dns-wildcard" WILDCARD,
        DnsUndecided "dns-undecided" UNDECIDED,
        DnsViewsDiffer "dns-views-differ" VIEWS_DIFFER,
        DnsNameUnset "dns-name-unset" NAME_UNSET,
        DnsResolverMissing "dns-resolver-missing" RESOLVER_MISSING,
        DnsMagicdnsAbsent "dns-magicdns-absent" MAGICDNS_ABSENT,
        DnsMagicdnsResolver "dns-magicdns-resolver" MAGICDNS_RESOLVER,
    }
    Port port {
        PortOpen "port-open" OPEN,
        PortClosed "port-closed" CLOSED,
        PortFiltered "port-filtered" FILTERED,
        PortProhibited "port-prohibited" PROHIBITED,
        PortUnreachable "port-unreachable" UNREACHABLE,
        PortBlockedLocally "port-blocked-locally" BLOCKED_LOCALLY,
        PortStalled "port-stalled" STALLED,
        PortSilent "port-silent" SILENT,
        PortDropped "port-dropped" DROPPED,
        PortWrongService "port-wrong-service" WRONG_SERVICE,
        PortThrottled "port-throttled" THROTTLED,
        PortTlsAlert "port-tls-alert" TLS_ALERT,
        PortControlQuiet "port-control-quiet" CONTROL_QUIET,
        PortControlConnected "port-control-connected" CONTROL_CONNECTED,
        PortIntercepted "port-intercepted" INTERCEPTED,
        PortNotOpen "port-not-open" NOT_OPEN,
        PortExposed "port-exposed" EXPOSED,
        PortUndecided "port-undecided" UNDECIDED,
        PortNotAsked "port-not-asked" NOT_ASKED,
    }
    Certificate certificate {
        CertificateValid "certificate-valid" VALID,
        CertificateNameMismatch "certificate-name-mismatch" NAME_MISMATCH,
        CertificateExpired "certificate-expired" EXPIRED,
        CertificateNotYetValid "certificate-not-yet-valid" NOT_YET_VALID,
        CertificateExpiresSoon "certificate-expires-soon" EXPIRES_SOON,
        CertificateUnreadable "certificate-unreadable" UNREADABLE,
        CertificateNotAsked "certificate-not-asked" NOT_ASKED,
    }
    Cluster cluster {
        ClusterGroupFound "cluster-group-found" GROUP_FOUND,
        ClusterGroupMissing "cluster-group-missing" GROUP_MISSING,
    }
    Vpc vpc {
        VpcCidrMatches "vpc-cidr-matches" CIDR_MATCHES,
        VpcCidrDiffers "vpc-cidr-differs" CIDR_DIFFERS,
    }
    Source source {
        SourceNotRunning "source-not-running" NOT_RUNNING,
        SourceDetached "source-detached" DETACHED,
        SourceUnowned "source-unowned" UNOWNED,
        SourceAmbiguous "source-ambiguous" AMBIGUOUS,
        SourceService "source-service" SERVICE,
    }
    Destination destination {
        DestinationFound "destination-found" FOUND,
        DestinationNotRunning "destination-not-running" NOT_RUNNING,
        DestinationDetached "destination-detached" DETACHED,
        DestinationUnowned "destination-unowned" UNOWNED,
        DestinationAmbiguous "destination-ambiguous" AMBIGUOUS,
        DestinationService "destination-service" SERVICE,
    }
    Path path {
        PathAllowed "path-allowed" ALLOWED,
        PathClosed "path-closed" CLOSED,
        PathExposed "path-exposed" EXPOSED,
        PathUndecided "path-undecided" UNDECIDED,
        PathNotAsked "path-not-asked" NOT_ASKED,
        StateChanging "state-changing" STATE_CHANGING,
        TranslationUndecided "translation-undecided" TRANSLATION_UNDECIDED,
    }
    Group group {
        GroupIngressByClusterGroup "group-ingress-by-cluster-group" INGRESS_BY_CLUSTER_GROUP,
        GroupIngressByCidrOnly "group-ingress-by-cidr-only" INGRESS_BY_CIDR_ONLY,
        GroupIngressByOtherGroup "group-ingress-by-other-group" INGRESS_BY_OTHER_GROUP,
        GroupIngressMissing "group-ingress-missing" INGRESS_MISSING,
        GroupEgressMissing "group-egress-missing" EGRESS_MISSING,
        ReferenceStale "reference-stale" REFERENCE_STALE,
        ReferenceUndecided "reference-undecided" REFERENCE_UNDECIDED,
    }
    Acl acl {
        AclDenies "acl-denies" DENIES,
        AclReplyDenied "acl-reply-denied" REPLY_DENIED,
        AclReplyPartial "acl-reply-partial" REPLY_PARTIAL,
    }
    Route route {
        RouteMissing "route-missing" MISSING,
        RouteBlackhole "route-blackhole" BLACKHOLE,
        RouteToInternet "route-to-internet" TO_INTERNET,
        RouteElsewhere "route-elsewhere" ELSEWHERE,
        RouteTargetUnmodelled "route-target-unmodelled" TARGET_UNMODELLED,
        RouteAmbiguous "route-ambiguous" AMBIGUOUS,
    }
    Peering peering {
        PeeringInactive "peering-inactive" INACTIVE,
        PeeringNotTransitive "peering-not-transitive" NOT_TRANSITIVE,
        PeeringAddressOutside "peering-address-outside" ADDRESS_OUTSIDE,
    }
    TransitGateway transit_gateway {
        TransitGatewayAttachmentUnavailable "transit-gateway-attachment-unavailable" ATTACHMENT_UNAVAILABLE,
        TransitGatewayZoneMissing "transit-gateway-zone-missing" ZONE_MISSING,
        TransitGatewayUnassociated "transit-gateway-unassociated" UNASSOCIATED,
        TransitGatewayRouteMissing "transit-gateway-route-missing" ROUTE_MISSING,
        TransitGatewayRouteBlackhole "transit-gateway-route-blackhole" ROUTE_BLACKHOLE,
        TransitGatewayRouteElsewhere "transit-gateway-route-elsewhere" ROUTE_ELSEWHERE,
        TransitGatewayLoop "transit-gateway-loop" LOOP,
        TransitGatewayIpv6Off "transit-gateway-ipv6-off" IPV6_OFF,
        TransitGatewaySubnetAmbiguous "transit-gateway-subnet-ambiguous" SUBNET_AMBIGUOUS,
    }
    Review review {
        IngressWorldClosed "ingress-world-closed" WORLD_CLOSED,
        IngressWorldOpen "ingress-world-open" WORLD_OPEN,
        IngressAdministrationOpen "ingress-administration-open" ADMINISTRATION_OPEN,
        IngressSourcesExpected "ingress-sources-expected" SOURCES_EXPECTED,
        IngressUnexpectedSource "ingress-unexpected-source" UNEXPECTED_SOURCE,
        IngressByBroadCidrOnly "ingress-by-broad-cidr-only" BY_BROAD_CIDR_ONLY,
        RuleNoneRedundant "rule-none-redundant" NONE_REDUNDANT,
        RuleRedundant "rule-redundant" REDUNDANT,
        RuleMergeable "rule-mergeable" MERGEABLE,
        RuleAdmitsNobody "rule-admits-nobody" ADMITS_NOBODY,
        QuotaAmple "quota-ample" QUOTA_AMPLE,
        QuotaNear "quota-near" QUOTA_NEAR,
        ReviewGroupsAttached "review-groups-attached" GROUPS_ATTACHED,
        ReviewGroupUnattached "review-group-unattached" GROUP_UNATTACHED,
        ReviewAllowUnused "review-allow-unused" ALLOW_UNUSED,
        ReviewAllowExpired "review-allow-expired" ALLOW_EXPIRED,
    }
    Snapshot snapshot {
        SnapshotIncomplete "snapshot-incomplete" INCOMPLETE,
        SnapshotConflict "snapshot-conflict" CONFLICT,
        SnapshotPlanLaid "snapshot-plan-laid" PLAN_LAID,
        SnapshotPlanUnknown "snapshot-plan-unknown" PLAN_UNKNOWN,
        SnapshotPlanUnsupported "snapshot-plan-unsupported" PLAN_UNSUPPORTED,
    }
    Gate gate {
        GatePodLocated "gate-pod-located" POD_LOCATED,
        GatePodUnlocated "gate-pod-unlocated" POD_UNLOCATED,
        GateOpen "gate-open" OPEN,
        GateOpenByOtherGroup "gate-open-by-other-group" OPEN_BY_OTHER_GROUP,
        GateOpenByCidr "gate-open-by-cidr" OPEN_BY_CIDR,
        GateUnconfirmed "gate-unconfirmed" UNCONFIRMED,
        GatePathUnexplained "gate-path-unexplained" PATH_UNEXPLAINED,
        GateBlockedByConfiguration "gate-blocked-by-configuration" BLOCKED_BY_CONFIGURATION,
        GateBlockedElsewhere "gate-blocked-elsewhere" BLOCKED_ELSEWHERE,
        GateBlockerUnknown "gate-blocker-unknown" BLOCKER_UNKNOWN,
        GateBlockedTwice "gate-blocked-twice" BLOCKED_TWICE,
        GateBlockedInPod "gate-blocked-in-pod" BLOCKED_IN_POD,
        GateServiceDown "gate-service-down" SERVICE_DOWN,
        GateServiceWrong "gate-service-wrong" SERVICE_WRONG,
        GatePathMtu "gate-path-mtu" PATH_MTU,
        GateFirewallRejects "gate-firewall-rejects" FIREWALL_REJECTS,
        GateHostUnreachable "gate-host-unreachable" HOST_UNREACHABLE,
        GateDeniedUnseen "gate-denied-unseen" DENIED_UNSEEN,
        GateUndecided "gate-undecided" UNDECIDED,
        GateWitnessesDiffer "gate-witnesses-differ" WITNESSES_DIFFER,
        GateClosed "gate-closed" CLOSED,
        GateExposed "gate-exposed" EXPOSED,
        GateExposedUnanswered "gate-exposed-unanswered" EXPOSED_UNANSWERED,
    }
    GitLab gitlab {
        GitLabVariableSet "gitlab-variable-set" VARIABLE_SET,
        GitLabVariableMissing "gitlab-variable-missing" VARIABLE_MISSING,
        GitLabVariableHidden "gitlab-variable-hidden" VARIABLE_HIDDEN,
        GitLabVariableFile "gitlab-variable-file" VARIABLE_FILE,
        GitLabVariableProtected "gitlab-variable-protected" VARIABLE_PROTECTED,
        GitLabVariableScoped "gitlab-variable-scoped" VARIABLE_SCOPED,
        GitLabVariableMasked "gitlab-variable-masked" VARIABLE_MASKED,
        GitLabRunnerReady "gitlab-runner-ready" RUNNER_READY,
        GitLabRunnerMissing "gitlab-runner-missing" RUNNER_MISSING,
        GitLabRunnerPaused "gitlab-runner-paused" RUNNER_PAUSED,
        GitLabRunnerOffline "gitlab-runner-offline" RUNNER_OFFLINE,
        GitLabRunnerUntagged "gitlab-runner-untagged" RUNNER_UNTAGGED,
        GitLabRunnerProtected "gitlab-runner-protected" RUNNER_PROTECTED,
        GitLabRunnerRetired "gitlab-runner-retired" RUNNER_RETIRED,
        GitLabRunnerUnretired "gitlab-runner-unretired" RUNNER_UNRETIRED,
        GitLabUnread "gitlab-unread" UNREAD,
    }
    Pipeline pipeline {
        PipelineClean "pipeline-clean" CLEAN,
        PipelineTagRetired "pipeline-tag-retired" TAG_RETIRED,
        PipelineTagUnknown "pipeline-tag-unknown" TAG_UNKNOWN,
        PipelineTagConflict "pipeline-tag-conflict" TAG_CONFLICT,
        PipelineTagAbsent "pipeline-tag-absent" TAG_ABSENT,
        PipelineTagUndecided "pipeline-tag-undecided" TAG_UNDECIDED,
        PipelineTierHeavy "pipeline-tier-heavy" TIER_HEAVY,
        PipelineTailnetAddress "pipeline-tailnet-address" TAILNET_ADDRESS,
        PipelineMagicdnsName "pipeline-magicdns-name" MAGICDNS_NAME,
        PipelineTailnetName "pipeline-tailnet-name" TAILNET_NAME,
        PipelineAddressLiteral "pipeline-address-literal" ADDRESS_LITERAL,
        PipelineIncludeUnresolved "pipeline-include-unresolved" INCLUDE_UNRESOLVED,
        PipelineReferenceUnresolved "pipeline-reference-unresolved" REFERENCE_UNRESOLVED,
        PipelineScriptUnread "pipeline-script-unread" SCRIPT_UNREAD,
    }
    Executor executor {
        ExecutorClean "executor-clean" CLEAN,
        ExecutorTagRetired "executor-tag-retired" TAG_RETIRED,
        ExecutorTagUnknown "executor-tag-unknown" TAG_UNKNOWN,
        ExecutorTailscaleDns "executor-tailscale-dns" TAILSCALE_DNS,
        ExecutorTailscaleHostAlias "executor-tailscale-host-alias" TAILSCALE_HOST_ALIAS,
        ExecutorTailscaleProxy "executor-tailscale-proxy" TAILSCALE_PROXY,
        ExecutorTailscaleSidecar "executor-tailscale-sidecar" TAILSCALE_SIDECAR,
        ExecutorDnsOutsideCluster "executor-dns-outside-cluster" DNS_OUTSIDE_CLUSTER,
        ExecutorHostNetwork "executor-host-network" HOST_NETWORK,
        ExecutorNodepoolMissing "executor-nodepool-missing" NODEPOOL_MISSING,
        ExecutorUndecided "executor-undecided" UNDECIDED,
        ExecutorUnreadable "executor-unreadable" UNREADABLE,
    }
    Node node {
        NodeclassClean "nodeclass-clean" CLASS_CLEAN,
        NodeclassLacksClusterGroup "nodeclass-lacks-cluster-group" CLASS_LACKS_CLUSTER_GROUP,
        NodeclassSubnetOutsideRunners "nodeclass-subnet-outside-runners" CLASS_SUBNET_OUTSIDE_RUNNERS,
        NodeclassSubnetsNotAsked "nodeclass-subnets-not-asked" CLASS_SUBNETS_NOT_ASKED,
        NodeclassInvalid "nodeclass-invalid" CLASS_INVALID,
        NodeclassUndecided "nodeclass-undecided" CLASS_UNDECIDED,
        NodepoolClean "nodepool-clean" POOL_CLEAN,
        NodepoolClassMissing "nodepool-class-missing" POOL_CLASS_MISSING,
        SelectorMatchesNothing "selector-matches-nothing" SELECTOR_MATCHES_NOTHING,
    }
    NetworkPolicy network_policy {
        NetworkPolicyClean "network-policy-clean" CLEAN,
        NetworkPolicyDenies "network-policy-denies" DENIES,
        NetworkPolicyInvalid "network-policy-invalid" INVALID,
        NetworkPolicyUndecided "network-policy-undecided" UNDECIDED,
        NetworkPolicyNotAsked "network-policy-not-asked" NOT_ASKED,
    }
    PodGroup pod_group {
        PodGroupClean "pod-group-clean" CLEAN,
        PodGroupLacksClusterGroup "pod-group-lacks-cluster-group" LACKS_CLUSTER_GROUP,
        PodGroupInvalid "pod-group-invalid" INVALID,
        PodGroupUndecided "pod-group-undecided" UNDECIDED,
        PodGroupNotAsked "pod-group-not-asked" NOT_ASKED,
    }
    Document document {
        DocumentUnreadable "document-unreadable" UNREADABLE,
        DocumentNone "document-none" NONE,
        DocumentLeftAlone "document-left-alone" LEFT_ALONE,
        AllowanceUnused "allowance-unused" ALLOWANCE_UNUSED,
        AllowanceExpired "allowance-expired" ALLOWANCE_EXPIRED,
        AllowanceMalformed "allowance-malformed" ALLOWANCE_MALFORMED,
    }
    Run run {
        RunInterrupted "run-interrupted" INTERRUPTED,
    }
}

impl Code {
    /// Whether asking again later can give another answer. A wrong address does not heal.
    pub fn heals(self) -> bool {
        matches!(
            self,
            Self::DnsControlFailed
                | Self::DnsUndecided
                | Self::DnsResolverMissing
                | Self::PortClosed
                | Self::PortFiltered
                | Self::PortProhibited
                | Self::PortUnreachable
                | Self::PortStalled
                | Self::PortSilent
                | Self::PortDropped
                | Self::PortThrottled
                | Self::PortTlsAlert
                | Self::PortUndecided
        )
    }
}

impl Code {
    /// What a policy's `review.allow` may accept for a time: what a review says of one group or of a rule of it.
    pub const ALLOWABLE: &'static [Self] = &[
        Self::IngressWorldOpen,
        Self::IngressAdministrationOpen,
        Self::IngressUnexpectedSource,
        Self::IngressByBroadCidrOnly,
        Self::RuleRedundant,
        Self::RuleMergeable,
        Self::RuleAdmitsNobody,
        Self::ReferenceStale,
        Self::QuotaNear,
        Self::ReviewGroupUnattached,
    ];
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// There is no code of this id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no code {0}; `reachgate explain` lists them all")]
pub struct UnknownCode(pub String);

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|code| code.id() == id).ok_or_else(|| UnknownCode(id.to_owned()))
    }
}
