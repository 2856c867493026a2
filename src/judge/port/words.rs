//! One port's fact, as a finding in words.

use super::refusal::errno_name;
use super::{Code, Connect, Finding, Port, PortFact, Verdict, expected, identified, subject};
use crate::fact::port::ConnectError;

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
    pub(super) fn finding(&self, code: Code, verdict: Verdict) -> Finding {
        let fact = self.fact;
        let mut finding = Finding::new(code, verdict, subject(&fact.target))
            .expected(expected(&fact.target))
            .elapsed(fact.elapsed)
            .evidence("address", fact.target.address.to_string())
            .evidence("attempts", fact.attempts);
        finding = identified(finding, &fact.target);
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
    pub(super) fn port(&self) -> String {
        format!("tcp/{}", self.fact.target.port)
    }

    pub(super) fn control(&self) -> Finding {
        match &self.fact.connect {
            Connect::Established { .. } => self
                .finding(Code::PortControlConnected, Verdict::Unknown)
                .observed("connects, although nothing serves it")
                .reason(
                    "Something on the way accepts every connection, so a connect from here proves \
                    nothing.",
                )
                .hint(
                    "Leave the runner namespace out of sidecar injection (`sidecar.istio.io/inject: \
                    \"false\"`), or look for a transparent proxy.",
                ),
            Connect::Failed {
                error: ConnectError::LocalResources { errno } | ConnectError::Other { errno },
                ..
            } => self.local(*errno),
            Connect::Failed { error, .. } => self.quiet().evidence("errno", errno_name(*error)),
            Connect::Silent { .. } => self.quiet(),
        }
    }

    fn quiet(&self) -> Finding {
        self.finding(Code::PortControlQuiet, Verdict::Pass).observed("does not connect, as it should be")
    }

    pub(super) fn closed(&self) -> Finding {
        let port = self.port();
        match &self.fact.connect {
            Connect::Established { .. } => self
                .finding(Code::PortExposed, Verdict::Fail)
                .observed(format!("{port} connects"))
                .reason(format!("The policy wants it closed to {}.", self.from))
                .hint(format!(
                    "Remove the security group rule that admits {port} from {}, or let the \
                    service listen on 127.0.0.1.",
                    self.from
                )),
            Connect::Failed {
                error: ConnectError::LocalResources { errno } | ConnectError::Other { errno },
                ..
            } => self.local(*errno),
            Connect::Failed { error, .. } => self
                .finding(Code::PortNotOpen, Verdict::Pass)
                .observed(format!("{port} is not reachable ({})", errno_name(*error))),
            Connect::Silent { .. } => self
                .finding(Code::PortNotOpen, Verdict::Pass)
                .observed(format!("{port} is not reachable: nothing comes back")),
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

    pub(super) fn local(&self, errno: i32) -> Finding {
        self.finding(Code::PortUndecided, Verdict::Unknown)
            .observed(format!("could not be dialled (errno {errno})"))
            .reason("This machine failed before the network was asked.")
            .hint("Run it again; raise the container's open-files limit if it is EMFILE (24).")
            .evidence("errno", errno)
    }
}

/// Milliseconds to the microsecond.
pub(super) fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
