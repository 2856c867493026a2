//! TCP connected: how the greeting went, in words.

use super::words::Words;
use super::{Code, Finding, Greeting, Verdict};
use crate::fact::port::{Exchange, Proof, Step};
use crate::untrusted::Untrusted;

impl Words<'_> {
    pub(super) fn greeted(&self, exchange: &Exchange) -> Finding {
        let port = self.port();
        let is_ssh = self.fact.target.greeting == Greeting::Ssh;
        match exchange {
            Exchange::Completed(proof) => self.open(proof),
            Exchange::Silent { waited } => self
                .finding(Code::PortSilent, Verdict::Fail)
                .observed(format!("connects, then says nothing for {:.1} s", waited.as_secs_f64()))
                .reason("A connect is not a pass: no service spoke.")
                .hint(format!(
                    "Look at the service behind {port} on the server: `ss -ltn` shows a full queue in \
                        Recv-Q."
                )),
            Exchange::Stalled { after, identification, waited } => {
                let mut finding = self
                    .finding(Code::PortStalled, Verdict::Fail)
                    .observed(format!("{}, then nothing for {:.1} s", step(*after), waited.as_secs_f64()))
                    .reason(
                        "Small packets pass, large ones seem not to: a path-MTU black hole is \
                        likelier than a rule that blocks.",
                    )
                    .hint(format!(
                        "`ping -M do -s 1472 {}`, smaller until it passes; admit ICMP type 3 \
                        code 4 on the way.",
                        self.fact.target.address
                    ));
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
                    .reason(
                        "TCP is fine; sshd limits connections (MaxStartups) or penalises this source \
                        (PerSourcePenalties).",
                    )
                    .hint(
                        "Wait a minute and run again; many pods may share one source address behind \
                        NAT.",
                    );
                if let Some(said) = said {
                    finding = finding.evidence("said", said.as_str());
                }
                finding
            }
            Exchange::Closed { after, reset, said } => {
                let mut finding = self
                    .finding(Code::PortDropped, Verdict::Fail)
                    .observed(format!(
                        "{}, then the peer {}",
                        step(*after),
                        if *reset {
                            "reset the \
                        connection"
                        } else {
                            "closed"
                        }
                    ))
                    .reason("Something accepted the connection and gave up on it.")
                    .hint(
                        "Look at the service's log, and for a proxy or load balancer without a healthy \
                        backend.",
                    );
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

/// What OpenSSH says to a connection that it does not serve: `PerSourcePenalties` (9.8) and `MaxStartups`
/// (9.9); see `sshd_config(5)`. Anything else before the identification is another service's word.
fn turns_away(said: &Untrusted) -> bool {
    [
        "Not allowed at this time",
        "Exceeded \
        MaxStartups",
    ]
    .iter()
    .any(|known| said.as_str().starts_with(known))
}
