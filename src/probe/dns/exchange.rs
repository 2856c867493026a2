//! One question to one nameserver: over UDP, over UDP again, then over TCP (RFC 7766).
//!
//! hickory-resolver asks, by the connections of its [`ConnectionProvider`], one for each question and
//! transport. What it builds upon them would blur what a probe is to tell apart. Its `Resolver` says
//! 127.0.0.1 for `localhost` and NXDOMAIN for all of `invalid` and `onion` without asking anyone (RFC
//! 6761); where a CNAME leads to nothing, it asks again for the target and drops the CNAME. Its
//! `NameServerPool`, which the `Resolver` stands on, makes `NoConnections` of every I/O error, so that
//! the errno is lost, and puts a second question with the first while that is under way.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, ProtocolConfig, ResolverOpts};
use hickory_resolver::net::NetError;
use hickory_resolver::net::xfer::{DnsHandle, FirstAnswer};
use hickory_resolver::proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query};
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::{ConnectionProvider, PoolContext, TlsConfig};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::reply::{Failure, Reply, reply};
use super::socket::Connections;
use crate::fact::name::Answer;

/// The first retry comes after a third of the time, and not later than this.
const UDP_AGAIN: Duration = Duration::from_secs(1);

/// TCP is tried after two thirds of the time, and not later than this.
const THEN_TCP: Duration = Duration::from_secs(2);

/// How long TCP may take where UDP was refused: such a nameserver is most likely not there at all.
const TCP_AFTER_REFUSAL: Duration = Duration::from_secs(1);

/// How much later than ours the resolver's own timeouts are: ours decide.
const LATER: Duration = Duration::from_secs(1);

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The name.
    pub(super) name: Name,
    /// `A` or `AAAA`.
    pub(super) record_type: RecordType,
}

/// Asks until `deadline`. The first answer on any transport counts, late ones to the first question too.
pub(super) async fn ask(wanted: Wanted, server: SocketAddr, deadline: Instant) -> Answer {
    let start = Instant::now();
    let budget = deadline.saturating_duration_since(start);
    let udp_again = start + UDP_AGAIN.min(budget / 3);
    let then_tcp = start + THEN_TCP.min(budget * 2 / 3);
    let query = Query::query(wanted.name, wanted.record_type);
    let over = |transport| over(transport, query.clone(), server, budget + LATER);
    let mut end = deadline;
    let mut next = Next::UdpAgain;
    let mut failures: Vec<String> = Vec::new();
    let mut transports = JoinSet::new();
    transports.spawn(over(Transport::Udp));
    loop {
        let due = match next {
            Next::UdpAgain => udp_again.min(end),
            Next::Tcp => then_tcp.min(end),
            Next::Nothing => end,
        };
        tokio::select! {
            biased;
            Some(ended) = transports.join_next() => {
                match ended {
                    Ok((_, Ok(Reply::Answer(answer)))) => return answer,
                    Ok((transport, Ok(Reply::Truncated))) => {
                        failures.push(format!("{}: truncated answer", transport.name()));
                    }
                    Ok((transport, Err(failure))) => {
                        end = end.min(Instant::now() + TCP_AFTER_REFUSAL);
                        failures.push(failure.words(transport.name()));
                    }
                    Err(error) => failures.push(error.to_string()),
                }
                if next != Next::Nothing {
                    next = Next::Nothing;
                    transports.spawn(over(Transport::Tcp));
                } else if transports.is_empty() {
                    return Answer::Failed(failures.join("; "));
                }
            }
            () = sleep_until(due) => match next {
                Next::UdpAgain => {
                    // From a new port: a conntrack entry that leads the first one astray (a race, or an
                    // endpoint that is gone) does the same to all that follow it.
                    transports.spawn(over(Transport::Udp));
                    next = Next::Tcp;
                }
                Next::Tcp => {
                    transports.spawn(over(Transport::Tcp));
                    next = Next::Nothing;
                }
                Next::Nothing if failures.is_empty() => return Answer::TimedOut,
                Next::Nothing => return Answer::Failed(format!("{}; then no answer", failures.join("; "))),
            }
        }
    }
}

/// The step that comes next if nothing else does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    UdpAgain,
    Tcp,
    Nothing,
}

/// How a question goes.
#[derive(Debug, Clone, Copy)]
enum Transport {
    Udp,
    Tcp,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        }
    }

    fn protocol(self) -> ProtocolConfig {
        match self {
            Self::Udp => ProtocolConfig::Udp,
            Self::Tcp => ProtocolConfig::Tcp,
        }
    }
}

/// Asks once over one transport, from a socket of its own.
async fn over(
    transport: Transport,
    query: Query,
    server: SocketAddr,
    timeout: Duration,
) -> (Transport, Result<Reply, Failure>) {
    let response = response(transport, query.clone(), server, timeout).await;
    (transport, reply(&query, response))
}

async fn response(
    transport: Transport,
    query: Query,
    server: SocketAddr,
    timeout: Duration,
) -> Result<DnsResponse, NetError> {
    let mut config = ConnectionConfig::new(transport.protocol());
    config.port = server.port();
    let mut options = ResolverOpts::default();
    options.timeout = timeout;
    let context = PoolContext::new(options, TlsConfig::new()?);
    // The tasks behind a connection end when this is dropped.
    let connections = Connections::to(server);
    let connection = connections.new_connection(server.ip(), &config, &context)?.await?;
    // Without EDNS, as glibc asks unless told otherwise: every resolver answers that, old ones that say
    // FORMERR to an OPT record too, and what does not fit into 512 bytes is truncated and asked again
    // over TCP, so no fragments can be lost.
    let mut plain = DnsRequestOptions::default();
    plain.use_edns = false;
    plain.recursion_desired = true;
    connection.send(DnsRequest::from_query(query, plain)).first_answer().await
}
