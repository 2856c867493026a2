//! TCP did not connect: what says so, in words.

use super::words::{Words, milliseconds};
use super::{Code, Finding, Verdict};
use crate::fact::port::{ConnectError, IcmpError};

impl Words<'_> {
    pub(super) fn filtered(&self, waited: std::time::Duration) -> Finding {
        let (port, address) = (self.port(), self.fact.target.address);
        self.finding(Code::PortFiltered, Verdict::Fail)
            .observed(format!("no answer from {address} in {:.1} s", waited.as_secs_f64()))
            .reason(match self.neighbour {
                Some(neighbour) => format!(
                    "Dropped in silence, as security groups and network ACLs deny. tcp/{neighbour} of the \
                        same address answers, \
                     so the server runs and the routes are there: what is missing is a rule for {port}."
                ),
                None => "Dropped in silence, as security groups and network ACLs deny; a stopped server \
                    or a missing return \
                         route looks the same."
                    .to_owned(),
            })
            .hint(format!(
                "Let the dev server's security group admit {port} from the EKS cluster security group \
                    (pods in {}); `reachgate static` names what blocks.",
                self.from
            ))
            .evidence("waited_ms", milliseconds(waited))
    }

    pub(super) fn failed(&self, error: ConnectError, icmp: Option<IcmpError>) -> Finding {
        let (port, address) = (self.port(), self.fact.target.address);
        // An ICMP error that carries the socket's own address came from this machine's kernel, which has
        // given up on ARP or obeys a firewall rule here.
        let here = icmp.is_some_and(|icmp| icmp.from.is_some() && icmp.from == self.fact.source);
        let by = match icmp.and_then(|icmp| icmp.from) {
            Some(_) if here => " by this machine".to_owned(),
            Some(from) => format!(" by {from}"),
            None => String::new(),
        };
        let prohibited = icmp.is_some_and(is_prohibited);
        let finding = match error {
            ConnectError::Other { errno: EINVAL } => self
                .finding(Code::PortUnreachable, Verdict::Fail)
                .observed("swallowed by a blackhole route of this machine (EINVAL)")
                .reason("The packet never left.")
                .hint(format!("`ip route get {address}` in the job shows the route.")),
            ConnectError::LocalResources { errno } | ConnectError::Other { errno } => {
                return self.local(errno);
            }
            ConnectError::Refused => self
                .finding(Code::PortClosed, Verdict::Fail)
                .observed(if icmp.is_some() {
                    format!(
                        "refused{by} (ICMP port \
                    unreachable)"
                    )
                } else {
                    "refused (RST)".to_owned()
                })
                .reason(
                    "An answer came back, so security groups and network ACLs let it through: the \
                    service is down, or a firewall on the server rejects.",
                )
                .hint(format!(
                    "On the server: `ss -ltn sport = :{}` must show a listener on 0.0.0.0, [::] \
                    or {address}.",
                    self.fact.target.port
                )),
            _ if prohibited => self
                .finding(Code::PortProhibited, Verdict::Fail)
                .observed(format!("administratively prohibited{by} (ICMP)"))
                .reason(
                    "AWS's security groups and network ACLs deny in silence: a firewall on the server \
                    or an appliance on the way says this.",
                )
                .hint(format!("Open {port} for {} in the firewall{by}.", self.from)),
            ConnectError::NotPermitted => self
                .finding(Code::PortBlockedLocally, Verdict::Fail)
                .observed("forbidden on this machine (EPERM)")
                .reason(
                    "The packet never left: a NetworkPolicy agent, eBPF programme or output rule \
                    denies it here.",
                )
                .hint(format!(
                    "Allow egress to {address} {port} in the NetworkPolicies that select the \
                    runner pods."
                )),
            ConnectError::AccessDenied => self
                .finding(Code::PortBlockedLocally, Verdict::Fail)
                .observed("forbidden by a route of this machine (EACCES)")
                .reason("A `prohibit` route denies it; the packet never left.")
                .hint(format!("`ip route get {address}` in the job shows the route.")),
            ConnectError::HostUnreachable => self
                .finding(Code::PortUnreachable, Verdict::Fail)
                .observed(if icmp.is_some() && !here {
                    format!("host unreachable, said{by}")
                } else {
                    "host unreachable: nobody in the local subnet has the address".to_owned()
                })
                .reason("No machine answers for the address, or a firewall pretends so.")
                .hint(format!("Check that {address} is the server's address now, and that it runs.")),
            ConnectError::NetworkUnreachable => self
                .finding(Code::PortUnreachable, Verdict::Fail)
                .observed(if icmp.is_some() {
                    format!("network unreachable, said{by}")
                } else {
                    "no route \
                    from this machine"
                        .to_owned()
                })
                .reason("There is no route to the address.")
                .hint(format!("`ip route get {address}` in the job; then the subnet's route table.")),
        };
        let finding = finding.evidence("errno", errno_name(error));
        match icmp {
            Some(icmp) => finding
                .evidence(
                    "icmp",
                    format!(
                        "type {} code {}{}",
                        icmp.kind,
                        icmp.code,
                        if icmp.v6 { " (ICMPv6)" } else { "" }
                    ),
                )
                .evidence("icmp_from", icmp.from.map(|from| from.to_string())),
            None => finding,
        }
    }
}

/// "Prohibited" codes: RFC 792 and RFC 1812 (5.2.7.1) for ICMP, RFC 4443 (3.1) for ICMPv6.
fn is_prohibited(icmp: IcmpError) -> bool {
    matches!((icmp.v6, icmp.kind, icmp.code), (false, 3, 9 | 10 | 13) | (true, 1, 1 | 5 | 6))
}

/// A blackhole route gives its local senders this errno (ip-route(8)).
const EINVAL: i32 = 22;

pub(super) fn errno_name(error: ConnectError) -> &'static str {
    match error {
        ConnectError::Refused => "ECONNREFUSED",
        ConnectError::HostUnreachable => "EHOSTUNREACH",
        ConnectError::NetworkUnreachable => "ENETUNREACH",
        ConnectError::AccessDenied => "EACCES",
        ConnectError::NotPermitted => "EPERM",
        ConnectError::Other { errno: EINVAL } => "EINVAL",
        ConnectError::LocalResources { .. } | ConnectError::Other { .. } => "other",
    }
}
