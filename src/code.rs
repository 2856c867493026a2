//! The one list of codes. A code is a finding's stable id: scripts rely on it, so it is never renamed
//! and never reused. Its story is kept beside it, an area a file, and `reachgate explain` and
//! `docs/codes.md` both come from there.

mod address;
mod certificate;
mod dns;
mod port;
mod run;
mod runner;

use std::fmt;
use std::str::FromStr;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// The machine the probe runs on.
    Runner,
    /// The destination's address.
    Address,
    /// Names and resolvers.
    Dns,
    /// Ports and their greetings.
    Port,
    /// TLS certificates.
    Certificate,
    /// The run itself.
    Run,
}

impl Area {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 6] =
        [Self::Runner, Self::Address, Self::Dns, Self::Port, Self::Certificate, Self::Run];

    /// The word that its codes begin with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Runner => "runner",
            Self::Address => "address",
            Self::Dns => "dns",
            Self::Port => "port",
            Self::Certificate => "certificate",
            Self::Run => "run",
        }
    }
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
        RunnerUnlisted "runner-unlisted" UNLISTED,
        RunnerUnidentified "runner-unidentified" UNIDENTIFIED,
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
