//! Whether Tailscale's own resolver answers.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::net::NetError;
use hickory_resolver::proto::ProtoError;
use hickory_resolver::proto::op::{DnsResponse, Message, Query};
use hickory_resolver::proto::rr::{Name, RecordType};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::DNS_PORT;
use super::reply::{self, Failure, Reply};
use super::socket::connected_socket;
use crate::fact::name::{Answer, MagicDnsFact, MagicDnsReply};

/// What is asked: the name that tailscaled itself answers with its resolver's address
/// (`dnsSymbolicFQDN` in tailscale's `net/dns/resolver/tsdns.go`), so nothing is asked of anyone else.
/// Any other resolver that happens to live there sees a fixed name that says nothing of who asks.
const SYMBOLIC_NAME: [&str; 2] = ["magicdns", "localhost-tailscale-daemon"];

/// Longest wait. Where tailscaled is, it is on this very machine or on its node, and answers within a few
/// milliseconds; in a VPC, where it is not, nothing ever comes back, and every run would wait in vain.
const LONGEST: Duration = Duration::from_millis(300);

/// Octets kept of a datagram. Without EDNS none may be longer than 512 (RFC 1035, 4.2.1).
const LONGEST_DATAGRAM: usize = 4096;

/// Whether these addresses answer DNS at all, [`MAGICDNS`](crate::fact::name::MAGICDNS) as a rule. All
/// are asked at once over UDP, once more after half the time; the whole takes `timeout` or 300 ms,
/// whichever is shorter. One fact an address, in the order given.
pub async fn probe_magicdns(nameservers: &[IpAddr], timeout: Duration) -> Vec<MagicDnsFact> {
    let servers: Vec<SocketAddr> = nameservers.iter().map(|ip| SocketAddr::new(*ip, DNS_PORT)).collect();
    probe_magicdns_at(&servers, timeout).await
}

/// [`probe_magicdns`] with ports.
pub async fn probe_magicdns_at(servers: &[SocketAddr], timeout: Duration) -> Vec<MagicDnsFact> {
    let deadline = Instant::now() + timeout.min(LONGEST);
    let mut asking = JoinSet::new();
    for (place, server) in servers.iter().copied().enumerate() {
        asking.spawn(async move { (place, fact(server, deadline).await) });
    }
    let mut facts = asking.join_all().await;
    facts.sort_by_key(|(place, _)| *place);
    facts.into_iter().map(|(_, fact)| fact).collect()
}

async fn fact(server: SocketAddr, deadline: Instant) -> MagicDnsFact {
    let start = Instant::now();
    let reply = reply(server, deadline).await;
    MagicDnsFact { nameserver: server.ip(), reply, elapsed: start.elapsed() }
}

async fn reply(server: SocketAddr, deadline: Instant) -> MagicDnsReply {
    let start = Instant::now();
    let record_type = if server.is_ipv4() { RecordType::A } else { RecordType::AAAA };
    let name = match Name::from_labels(SYMBOLIC_NAME.map(str::as_bytes)) {
        Ok(name) => name,
        Err(error) => return MagicDnsReply::Unreachable(error.to_string()),
    };
    let query = Query::query(name, record_type);
    let mut again = Some(start + deadline.saturating_duration_since(start) / 2);
    let mut questions = JoinSet::new();
    questions.spawn(ask(query.clone(), server));
    loop {
        tokio::select! {
            biased;
            Some(ended) = questions.join_next() => return match ended {
                Ok(Ok(Reply::Answer(answer))) => MagicDnsReply::Answered(answer),
                Ok(Ok(Reply::Truncated)) => answered_badly("truncated answer".to_owned()),
                Ok(Err(Failure::Malformed(error))) => answered_badly(format!("malformed answer ({error})")),
                Ok(Err(Failure::Network(error))) => MagicDnsReply::Unreachable(error),
                Err(error) => MagicDnsReply::Unreachable(error.to_string()),
            },
            () = sleep_until(again.unwrap_or(deadline)) => {
                if again.take().is_none() {
                    return MagicDnsReply::Silent;
                }
                questions.spawn(ask(query.clone(), server));
            }
        }
    }
}

/// Asks once over UDP and listens until dropped. Not through hickory: its UDP passes over responses
/// without the question or to another one, and here whatever responds is there.
async fn ask(query: Query, server: SocketAddr) -> Result<Reply, Failure> {
    let mut question = Message::query();
    question.metadata.recursion_desired = true;
    question.add_query(query.clone());
    let bytes = question.to_vec().map_err(|error| Failure::Network(format!("not asked: {error}")))?;
    let network = |error| Failure::network(&error);
    let socket = connected_socket(server).await.map_err(network)?;
    socket.send(&bytes).await.map_err(network)?;
    let mut buffer = vec![0; LONGEST_DATAGRAM];
    loop {
        let length = socket.recv(&mut buffer).await.map_err(network)?;
        let received = &buffer[..length];
        if received.first_chunk::<2>().is_none_or(|id| u16::from_be_bytes(*id) != question.metadata.id) {
            continue;
        }
        match DnsResponse::from_buffer(received.to_vec()) {
            Err(ProtoError::NotAResponse) => {}
            response => return reply::reply(&query, response.map_err(NetError::from)),
        }
    }
}

fn answered_badly(words: String) -> MagicDnsReply {
    MagicDnsReply::Answered(Answer::Failed(words))
}
