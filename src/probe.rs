//! Asks the network, and says what it saw: one protocol a file, each giving facts.

pub mod conversation;
pub mod dns;
pub mod http;
pub mod port;
pub mod runner;
pub mod ssh;
pub mod tcp;
pub mod tls;

use std::future::Future;
use std::net::IpAddr;
use std::time::Duration;

use tokio::sync::mpsc::unbounded_channel;

use crate::fact::name::{MagicDnsFact, NameFact, NameQuestion};
use crate::fact::port::{PortFact, Target};
use crate::fact::runner::ResolverConfig;

/// What to ask in one round.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Names to ask for.
    pub questions: Vec<NameQuestion>,
    /// Tailscale's resolver addresses to ask.
    pub magicdns: Vec<IpAddr>,
    /// Ports to dial.
    pub targets: Vec<Target>,
}

/// What came of a round, as far as it got.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Names, in the order they were decided.
    pub names: Vec<NameFact>,
    /// Tailscale's resolver addresses; empty when the round was stopped before all of them were known.
    pub magicdns: Vec<MagicDnsFact>,
    /// Ports, in the order they were decided.
    pub ports: Vec<PortFact>,
}

/// Asks everything of the plan at once. `timeout` bounds each step: a connect, a greeting, a DNS answer.
/// When `stop` comes first, what is known by then is given with what `stop` said.
pub async fn probe_all<S>(
    plan: &Plan,
    resolver: Option<&ResolverConfig>,
    timeout: Duration,
    stop: impl Future<Output = S>,
) -> (Answers, Option<S>) {
    let (port_sink, mut port_facts) = unbounded_channel();
    let (name_sink, mut name_facts) = unbounded_channel();
    let mut magicdns = Vec::new();
    let stopped = {
        let names = async {
            if let Some(resolver) = resolver {
                dns::probe_names(&plan.questions, resolver, timeout, &name_sink).await;
            }
        };
        let tailscale = async { magicdns = dns::probe_magicdns(&plan.magicdns, timeout).await };
        let everything =
            async { tokio::join!(port::probe_ports(&plan.targets, timeout, &port_sink), names, tailscale) };
        tokio::select! {
            biased;
            said = stop => Some(said),
            _ = everything => None,
        }
    };
    let mut answers = Answers { magicdns, ..Answers::default() };
    while let Ok(fact) = port_facts.try_recv() {
        answers.ports.push(fact);
    }
    while let Ok(fact) = name_facts.try_recv() {
        answers.names.push(fact);
    }
    (answers, stopped)
}
