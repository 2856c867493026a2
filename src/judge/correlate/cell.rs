//! What the probe saw × what the configuration says → one diagnosis, as a table.

use crate::code::Code;
use crate::finding::Verdict;

/// What the probe saw of a service that must be reachable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seen {
    /// The service proved itself.
    Open,
    /// TCP connects, and what follows is not the service's greeting.
    GreetingWrong,
    /// The greeting began, and full-size packets do not pass.
    Stalled,
    /// Refused: an answer came back.
    Closed,
    /// Silence.
    Filtered,
    /// ICMP says that it is administratively prohibited.
    Prohibited,
    /// No route, or no host.
    Unreachable,
    /// The packet never left this machine.
    BlockedLocally,
    /// It could not be decided.
    Unknown,
}

impl Seen {
    /// All of them, in the order of the table's rows.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::GreetingWrong,
        Self::Stalled,
        Self::Closed,
        Self::Filtered,
        Self::Prohibited,
        Self::Unreachable,
        Self::BlockedLocally,
        Self::Unknown,
    ];
}

/// What AWS's configuration says of the pod's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Configured {
    /// Admitted, by the cluster security group where the policy asks for it.
    AsAsked,
    /// Admitted by another security group than the policy asks for.
    ByOtherGroup,
    /// Admitted by addresses alone, where the policy asks for the cluster security group.
    ByCidrOnly,
    /// Something denies it.
    Denied,
    /// It could not be decided, or was not read.
    Unknown,
}

impl Configured {
    /// All of them, in the order of the table's columns.
    pub const ALL: [Self; 5] =
        [Self::AsAsked, Self::ByOtherGroup, Self::ByCidrOnly, Self::Denied, Self::Unknown];
}

/// What both together mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Diagnosis {
    /// Both say that it may pass, and it does.
    Open,
    /// It passes, by another group than the policy asks for.
    OpenByOtherGroup,
    /// It passes, by addresses alone.
    OpenByCidr,
    /// It passes; why is not known.
    Unconfirmed,
    /// An answer came by a way that the configuration does not show.
    PathUnexplained,
    /// The configuration denies it, and nothing came back.
    BlockedByConfiguration,
    /// The configuration admits it, and nothing came back.
    BlockedElsewhere,
    /// Nothing came back; whether the configuration denies it is not known.
    BlockerUnknown,
    /// The way is open and nothing listens.
    ServiceDown,
    /// The way is open and another service answers, or one that is not well.
    ServiceWrong,
    /// Small packets pass and large ones do not.
    PathMtu,
    /// A firewall that is not AWS's says no.
    FirewallRejects,
    /// Nobody is there, or no route leads there.
    HostUnreachable,
    /// This machine itself forbids it.
    BlockedInPod,
    /// Something outside AWS says no, and AWS's configuration would deny it too.
    BlockedTwice,
    /// The configuration denies it; the probe could not tell.
    DeniedUnseen,
    /// Neither could tell, or one could not and the other admits it.
    Undecided,
    /// A service that must be closed is neither admitted nor reachable.
    Closed,
    /// A service that must be closed answers.
    Exposed,
    /// A service that must be closed is admitted, and only does not answer at the moment.
    ExposedUnanswered,
}

use Diagnosis as D;

/// A row a sight; the columns are [`Configured::ALL`].
///
/// Security groups and network ACLs deny in silence, and never by RST or ICMP (Amazon VPC User Guide): so a
/// refusal, a greeting or an ICMP error that comes from beyond them means that they let the packet pass.
const TABLE: [(Seen, [Diagnosis; 5]); 9] = [
    (Seen::Open, [D::Open, D::OpenByOtherGroup, D::OpenByCidr, D::PathUnexplained, D::Unconfirmed]),
    (
        Seen::GreetingWrong,
        [D::ServiceWrong, D::ServiceWrong, D::ServiceWrong, D::PathUnexplained, D::ServiceWrong],
    ),
    (Seen::Stalled, [D::PathMtu, D::PathMtu, D::PathMtu, D::PathUnexplained, D::PathMtu]),
    (Seen::Closed, [D::ServiceDown, D::ServiceDown, D::ServiceDown, D::PathUnexplained, D::ServiceDown]),
    (
        Seen::Filtered,
        [
            D::BlockedElsewhere,
            D::BlockedElsewhere,
            D::BlockedElsewhere,
            D::BlockedByConfiguration,
            D::BlockerUnknown,
        ],
    ),
    (
        Seen::Prohibited,
        [D::FirewallRejects, D::FirewallRejects, D::FirewallRejects, D::BlockedTwice, D::FirewallRejects],
    ),
    (
        Seen::Unreachable,
        [D::HostUnreachable, D::HostUnreachable, D::HostUnreachable, D::BlockedTwice, D::HostUnreachable],
    ),
    (
        Seen::BlockedLocally,
        [D::BlockedInPod, D::BlockedInPod, D::BlockedInPod, D::BlockedTwice, D::BlockedInPod],
    ),
    (Seen::Unknown, [D::Undecided, D::Undecided, D::Undecided, D::DeniedUnseen, D::Undecided]),
];

/// What both witnesses together mean for a service that must be reachable.
pub fn diagnose(seen: Seen, configured: Configured) -> Diagnosis {
    let row = TABLE.iter().find(|(row, _)| *row == seen).map(|(_, row)| row);
    let column = Configured::ALL.iter().position(|column| *column == configured);
    match (row, column) {
        (Some(row), Some(column)) => row.get(column).copied().unwrap_or(D::Undecided),
        _ => D::Undecided,
    }
}

/// What a witness says of a service that must not be reachable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shut {
    /// It is shut.
    Yes,
    /// It is open.
    No,
    /// It could not be decided.
    Unknown,
}

impl Shut {
    /// All of them, in the order of the table's rows and columns.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Unknown];
}

/// A row what the probe saw; the columns are what the configuration says: shut, open, unknown.
const SHUT: [(Shut, [Diagnosis; 3]); 3] = [
    (Shut::Yes, [D::Closed, D::ExposedUnanswered, D::Undecided]),
    (Shut::No, [D::PathUnexplained, D::Exposed, D::Exposed]),
    (Shut::Unknown, [D::Undecided, D::ExposedUnanswered, D::Undecided]),
];

/// What both witnesses together mean for a service that must not be reachable.
pub fn diagnose_shut(seen: Shut, configured: Shut) -> Diagnosis {
    let row = SHUT.iter().find(|(row, _)| *row == seen).map(|(_, row)| row);
    let column = Shut::ALL.iter().position(|column| *column == configured);
    match (row, column) {
        (Some(row), Some(column)) => row.get(column).copied().unwrap_or(D::Undecided),
        _ => D::Undecided,
    }
}

impl Diagnosis {
    /// Its code.
    pub fn code(self) -> Code {
        match self {
            D::Open => Code::GateOpen,
            D::OpenByOtherGroup => Code::GateOpenByOtherGroup,
            D::OpenByCidr => Code::GateOpenByCidr,
            D::Unconfirmed => Code::GateUnconfirmed,
            D::PathUnexplained => Code::GatePathUnexplained,
            D::BlockedByConfiguration => Code::GateBlockedByConfiguration,
            D::BlockedElsewhere => Code::GateBlockedElsewhere,
            D::BlockerUnknown => Code::GateBlockerUnknown,
            D::ServiceDown => Code::GateServiceDown,
            D::ServiceWrong => Code::GateServiceWrong,
            D::PathMtu => Code::GatePathMtu,
            D::FirewallRejects => Code::GateFirewallRejects,
            D::HostUnreachable => Code::GateHostUnreachable,
            D::BlockedInPod => Code::GateBlockedInPod,
            D::BlockedTwice => Code::GateBlockedTwice,
            D::DeniedUnseen => Code::GateDeniedUnseen,
            D::Undecided => Code::GateUndecided,
            D::Closed => Code::GateClosed,
            D::Exposed => Code::GateExposed,
            D::ExposedUnanswered => Code::GateExposedUnanswered,
        }
    }

    /// How it is judged. What the probe only warned of, or could not decide, is no worse here.
    pub fn verdict(self, probe: Verdict) -> Verdict {
        match self {
            D::Open | D::Closed => Verdict::Pass,
            D::OpenByOtherGroup | D::OpenByCidr | D::ExposedUnanswered => Verdict::Warn,
            D::Unconfirmed | D::Undecided => Verdict::Unknown,
            D::ServiceWrong => probe,
            _ => Verdict::Fail,
        }
    }
}
