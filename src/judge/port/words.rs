//! One port's fact, as a finding in words.

use super::{Code, Connect, Finding, Greeting, Port, PortFact, Role, Verdict, expected, subject};
use crate::fact::port::{ConnectError, Exchange, IcmpError, Proof, Step};
use crate::untrusted::Untrusted;

/// Puts one port's fact into words.
pub(super) struct Words<'a> {
    /// The subnet that the job runs in, or all of them.
    pub(super) from: String,
    /// What the port did.
    pub(super) fact: &'a PortFact,
    /// A port of the same address that connected in the same run.
    pub(super) neighbour: Option<Port>,
}

impl Words<'_> {
    fn finding(&self, code: Code, verdict: Verdict) -> Finding {
        let fact = self.fact;
        let mut finding = Finding::new(code, verdict, subject(&fact.target))
            .expected(expected(&fact.target))
            .elapsed(fact.elapsed)
            .evidence("address", fact.target.address.to_string())
            .evidence("port", fact.target.port.number())
            .evidence("destination", fact.target.destination.as_str())
            .evidence("attempts", fact.attempts);
        if let Role::Reach(service) | Role::Closed(service) = &fact.target.role {
            finding = finding.evidence("service", service.as_str());
        }
        if let Some(source) = fact.source {
            finding = finding.evidence("source_before_nat", source.to_string());
        }
        if let Connect::Established { after } = fact.connect {
            finding = finding.evidence("connect_ms", milliseconds(after));
            if fact.exchange.is_some() {
                finding = finding.evidence("greeting_ms", milliseconds(fact.elapsed.saturating_sub(after)));
            }
        }
        finding
    }

    /// The port as `tcp/443`.
    fn port(&self) -> String {
        format!("tcp/{}", self.fact.target.port)
    }

    pub(super) fn control(&self) -> Finding {
        match &self.fact.connect {
            Connect::Established { .. } => self
                .finding(Code::PortControlConnected, Verdict::Unknown)
                .observed("connects, although nothing serves it")
                .reason("Something on the way accepts every connection, so a connect from here proves nothing.")
                .hint("Leave the runner namespace out of sidecar injection (`sidecar.istio.io/inject: \"false\"`), or look for a transparent proxy."),
            Connect::Failed { error: ConnectError::LocalResources { errno } | ConnectError::Other { errno }, .. } => self.local(*errno),
            _ => self.finding(Code::PortControlQuiet, Verdict::Pass).observed("does not connect, as it should be"),
        }
    }

    pub(super) fn closed(&self) -> Finding {
        let port = self.port();
        match &self.fact.connect {
            Connect::Established { .. } => self
                .finding(Code::PortExposed, Verdict::Fail)
                .observed(format!("{port} connects"))
                .reason(format!("The policy wants it closed to {}.", self.from))
                .hint(format!("Remove the security group rule that admits {port} from {}, or let the service listen on 127.0.0.1.", self.from)),
            Connect::Failed { error: ConnectError::LocalResources { errno } | ConnectError::Other { errno }, .. } => self.local(*errno),
            Connect::Failed { error, .. } => self
                .finding(Code::PortNotOpen, Verdict::Pass)
                .observed(format!("{port} is not reachable ({})", errno_name(*error))),
            Connect::Silent { .. } => self.finding(Code::PortNotOpen, Verdict::Pass).observed(format!("{port} is not reachable: nothing comes back")),
        }
    }

    pub(super) fn reach(&self) -> Finding {
        match (&self.fact.connect, &self.fact.exchange) {
            (Connect::Established { .. }, Some(exchange)) => self.greeted(exchange),
            (Connect::Established { .. }, None) => self
                .finding(Code::PortUndecided, Verdict::Unknown)
                .observed("connected, and no greeting was asked for")
                .reason("A connect is not a pass."),
            (Connect::Silent { waited }, _) => self.filtered(*waited),
            (Connect::Failed { error, icmp, .. }, _) => self.failed(*error, *icmp),
        }
    }

    fn filtered(&self, waited: std::time::Duration) -> Finding {
        let (port, address) = (self.port(), self.fact.target.address);
        self.finding(Code::PortFiltered, Verdict::Fail)
            .observed(format!("no answer from {address} in {:.1} s", waited.as_secs_f64()))
            .reason(match self.neighbour {
                Some(neighbour) => format!(
                    "Dropped in silence, as security groups and network ACLs deny. tcp/{neighbour} of the same address answers, \
                     so the server runs and the routes are there: what is missing is a rule for {port}."
                ),
                None => "Dropped in silence, as security groups and network ACLs deny; a stopped server or a missing return \
                         route looks the same."
                    .to_owned(),
            })
            .hint(format!(
                "Let the dev server's security group admit {port} from the EKS cluster security group (pods in {}); `reachgate static` names what blocks.",
                self.from
            ))
            .evidence("waited_ms", milliseconds(waited))
    }

    fn failed(&self, error: ConnectError, icmp: Option<IcmpError>) -> Finding {
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
            ConnectError::LocalResources { errno } | ConnectError::Other { errno } => return self.local(errno),
            ConnectError::Refused => self
                .finding(Code::PortClosed, Verdict::Fail)
                .observed(if icmp.is_some() { format!("refused{by} (ICMP port unreachable)") } else { "refused (RST)".to_owned() })
                .reason("An answer came back, so security groups and network ACLs let it through: the service is down, or a firewall on the server rejects.")
                .hint(format!("On the server: `ss -ltn sport = :{}` must show a listener on 0.0.0.0, [::] or {address}.", self.fact.target.port)),
            _ if prohibited => self
                .finding(Code::PortProhibited, Verdict::Fail)
                .observed(format!("administratively prohibited{by} (ICMP)"))
                .reason("AWS's security groups and network ACLs deny in silence: a firewall on the server or an appliance on the way says this.")
                .hint(format!("Open {port} for {} in the firewall{by}.", self.from)),
            ConnectError::NotPermitted => self
                .finding(Code::PortBlockedLocally, Verdict::Fail)
                .observed("forbidden on this machine (EPERM)")
                .reason("The packet never left: a NetworkPolicy agent, eBPF programme or output rule denies it here.")
                .hint(format!("Allow egress to {address} {port} in the NetworkPolicies that select the runner pods.")),
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
                .observed(if icmp.is_some() { format!("network unreachable, said{by}") } else { "no route from this machine".to_owned() })
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

    fn local(&self, errno: i32) -> Finding {
        self.finding(Code::PortUndecided, Verdict::Unknown)
            .observed(format!("could not be dialled (errno {errno})"))
            .reason("This machine failed before the network was asked.")
            .hint("Run it again; raise the container's open-files limit if it is EMFILE (24).")
            .evidence("errno", errno)
    }

    fn greeted(&self, exchange: &Exchange) -> Finding {
        let port = self.port();
        let is_ssh = self.fact.target.greeting == Greeting::Ssh;
        match exchange {
            Exchange::Completed(proof) => self.open(proof),
            Exchange::Silent { waited } => self
                .finding(Code::PortSilent, Verdict::Fail)
                .observed(format!("connects, then says nothing for {:.1} s", waited.as_secs_f64()))
                .reason("A connect is not a pass: no service spoke.")
                .hint(format!(
                    "Look at the service behind {port} on the server: `ss -ltn` shows a full queue in Recv-Q."
                )),
            Exchange::Stalled { after, identification, waited } => {
                let mut finding = self
                    .finding(Code::PortStalled, Verdict::Fail)
                    .observed(format!("{}, then nothing for {:.1} s", step(*after), waited.as_secs_f64()))
                    .reason("Small packets pass, large ones seem not to: a path-MTU black hole is likelier than a rule that blocks.")
                    .hint(format!("`ping -M do -s 1472 {}`, smaller until it passes; admit ICMP type 3 code 4 on the way.", self.fact.target.address));
                if let Some(identification) = identification {
                    finding = finding.evidence("identification", identification.as_str());
                }
                finding
            }
            Exchange::Closed { after: Step::Connect, said, .. }
                if is_ssh && said.as_ref().is_none_or(turns_away) =>
            {
                let mut finding = self
                    .finding(Code::PortThrottled, Verdict::Warn)
                    .observed(match said {
                        Some(said) => format!("sshd turned the connection away: \"{said}\""),
                        None => "closed before the SSH identification".to_owned(),
                    })
                    .reason("TCP is fine; sshd limits connections (MaxStartups) or penalises this source (PerSourcePenalties).")
                    .hint("Wait a minute and run again; many pods may share one source address behind NAT.");
                if let Some(said) = said {
                    finding = finding.evidence("said", said.as_str());
                }
                finding
            }
            Exchange::Closed { after, reset, said } => {
                let mut finding = self
                    .finding(Code::PortDropped, Verdict::Fail)
                    .observed(format!("{}, then the peer {}", step(*after), if *reset { "reset the connection" } else { "closed" }))
                    .reason("Something accepted the connection and gave up on it.")
                    .hint("Look at the service's log, and for a proxy or load balancer without a healthy backend.");
                if let Some(said) = said {
                    finding = finding.evidence("said", said.as_str());
                }
                finding
            }
            Exchange::Wrong { received, problem } => self
                .finding(Code::PortWrongService, Verdict::Fail)
                .observed(format!("{problem}: \"{received}\""))
                .reason(format!(
                    "The port is reachable, but what answers is not {}.",
                    self.fact.target.greeting
                ))
                .hint("Check that the address is the server's, and which service has the port.")
                .evidence("received", received.as_str()),
            Exchange::Alert { alert } => self
                .finding(Code::PortTlsAlert, Verdict::Unknown)
                .observed(format!("TLS answers with the alert {alert}"))
                .reason("TCP and TLS are there, but the handshake did not complete.")
                .hint("Set server_name in the policy to the name that jobs use.")
                .evidence("alert", alert.as_str()),
        }
    }

    fn open(&self, proof: &Proof) -> Finding {
        let finding = self.finding(Code::PortOpen, Verdict::Pass);
        let took = format!("in {:.1} ms", self.fact.elapsed.as_secs_f64() * 1000.0);
        match proof {
            Proof::Ssh { identification, key_exchange_bytes } => finding
                .observed(format!("answers as {identification} {took}"))
                .evidence("identification", identification.as_str())
                .evidence("key_exchange_bytes", *key_exchange_bytes),
            Proof::Tls { version, .. } => finding
                .observed(format!("completes a {version} handshake {took}"))
                .evidence("tls_version", version.as_str()),
            Proof::Http { status_line, status } => {
                finding.observed(format!("answers {status_line} {took}")).evidence("status", *status)
            }
            Proof::Tcp => finding.observed(format!("connects {took} (no greeting asked for)")),
        }
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Connect => "connected",
        Step::Identification => "the SSH identification came",
        Step::Request => "the request was sent",
        Step::Handshake => "the handshake began",
    }
}

/// "Prohibited" codes: RFC 792 and RFC 1812 (5.2.7.1) for ICMP, RFC 4443 (3.1) for ICMPv6.
fn is_prohibited(icmp: IcmpError) -> bool {
    matches!((icmp.v6, icmp.kind, icmp.code), (false, 3, 9 | 10 | 13) | (true, 1, 1 | 5 | 6))
}

/// A blackhole route gives its local senders this errno (ip-route(8)).
const EINVAL: i32 = 22;

/// What OpenSSH says to a connection that it does not serve: `PerSourcePenalties` (9.8) and `MaxStartups`
/// (9.9); see `sshd_config(5)`. Anything else before the identification is another service's word.
fn turns_away(said: &Untrusted) -> bool {
    ["Not allowed at this time", "Exceeded MaxStartups"].iter().any(|known| said.as_str().starts_with(known))
}

fn errno_name(error: ConnectError) -> &'static str {
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

/// Milliseconds to the microsecond.
fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
