//! Asks nameservers for names, one nameserver, one name and one record type at a time, so that every
//! answer stays what it was: no hosts file, no search list but our own, no cache, no other server's
//! answer in its place. getaddrinfo(3) is asked beside them and kept apart.

mod exchange;
mod magicdns;
mod message;
mod reply;
mod search;
mod socket;
mod system;

use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::{Name, RecordType};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

pub use self::magicdns::{probe_magicdns, probe_magicdns_at};

use self::exchange::{Wanted, ask};
use self::search::{Candidate, candidates, sibling};
use crate::fact::name::{Answer, Lookup, NameFact, NameQuestion, SystemAnswer};
use crate::fact::runner::{ResolverConfig, USED_NAMESERVERS};
use crate::untrusted::Untrusted;

/// The port of DNS (RFC 1035, 4.2).
const DNS_PORT: u16 = 53;

/// Lookups (candidate at nameserver) asked for one name at most.
const MOST_LOOKUPS: usize = 64;

/// Questions on the wire at once, each with up to three sockets: a job's limit is often 1,024 files.
const MOST_AT_ONCE: usize = 128;

/// A stub resolver (RFC 9499, 6): whom to ask, and for which names.
#[derive(Debug, Clone)]
pub struct StubResolver {
    /// Whom to ask. All are asked, each for everything.
    pub nameservers: Vec<SocketAddr>,
    /// The search list, in order.
    pub search: Vec<String>,
    /// With fewer dots than this a name is searched for before it is asked as it is.
    pub ndots: u8,
    /// The system's own view of a name. Blocks; called in a thread of its own.
    pub system: fn(&str) -> SystemAnswer,
}

impl StubResolver {
    /// As this machine's `resolv.conf` says: its first three nameservers on port 53, since no resolver
    /// of a job asks more (`MAXNS`, resolv.conf(5)), none of them twice.
    pub fn new(config: &ResolverConfig) -> Self {
        let mut nameservers: Vec<SocketAddr> = Vec::new();
        for address in config.nameservers.iter().take(USED_NAMESERVERS) {
            let server = on_port_53(*address);
            if !nameservers.contains(&server) {
                nameservers.push(server);
            }
        }
        Self { nameservers, search: config.search.clone(), ndots: config.ndots, system: system::resolve }
    }

    /// See [`probe_names`].
    pub async fn probe_names(
        &self,
        questions: &[NameQuestion],
        timeout: Duration,
        sink: &UnboundedSender<NameFact>,
    ) {
        let deadline = Instant::now() + timeout;
        let turn = Arc::new(Semaphore::new(MOST_AT_ONCE));
        let mut asking = JoinSet::new();
        for question in questions {
            let run = Run { resolver: self.clone(), turn: Arc::clone(&turn), deadline };
            let (question, sink) = (question.clone(), sink.clone());
            asking.spawn(async move {
                // Nobody listens any more: the run was called off, and the fact with it.
                let _ = sink.send(run.fact(question).await);
            });
        }
        asking.join_all().await;
    }
}

/// Asks every name of every nameserver, A and AAAA, all at once, and getaddrinfo(3) too. Each fact goes
/// into `sink` as soon as it is complete; the whole takes no longer than `timeout`.
///
/// A question goes over UDP, over UDP again after a third of the time or 1 s, then over TCP after two
/// thirds or 2 s. For a name that resolves, a random label beside it is asked in the time that is left.
/// Address literals are never asked. A name that cannot be asked, and lookups past the 64th, are in the
/// fact as [`Answer::Failed`]. Dropping the future ends it at once, save for threads in getaddrinfo:
/// shut the runtime down without waiting for them.
pub async fn probe_names(
    questions: &[NameQuestion],
    resolver: &ResolverConfig,
    timeout: Duration,
    sink: &UnboundedSender<NameFact>,
) {
    StubResolver::new(resolver).probe_names(questions, timeout, sink).await;
}

/// One run's means.
#[derive(Debug, Clone)]
struct Run {
    resolver: StubResolver,
    turn: Arc<Semaphore>,
    deadline: Instant,
}

impl Run {
    async fn fact(&self, question: NameQuestion) -> NameFact {
        let NameQuestion { name, role } = question;
        if let Ok(literal) = name.parse::<IpAddr>() {
            let system = SystemAnswer::Addresses(vec![literal.to_canonical()]);
            return NameFact { name, role, lookups: Vec::new(), system };
        }
        let candidates = candidates(&name, &self.resolver.search, self.resolver.ndots);
        let itself = candidates.iter().find(|candidate| candidate.search_domain.is_none());
        let (lookups, system) = if let Some(why) = itself.and_then(|itself| itself.name.as_ref().err()) {
            (self.not_asked(&name, why), SystemAnswer::Failed(why.clone()))
        } else {
            let system = system::system_answer(name.clone(), self.resolver.system, self.deadline);
            tokio::join!(self.lookups(&candidates), system)
        };
        NameFact { name, role, lookups, system }
    }

    /// A malformed name, at each nameserver.
    fn not_asked(&self, name: &str, why: &str) -> Vec<Lookup> {
        let servers = self.resolver.nameservers.iter().take(MOST_LOOKUPS);
        servers.map(|server| unasked(Untrusted::from(name).to_string(), None, *server, why)).collect()
    }

    async fn lookups(&self, candidates: &[Candidate]) -> Vec<Lookup> {
        let servers = &self.resolver.nameservers;
        let total = candidates.len() * servers.len();
        let mut left = None;
        let mut asking = JoinSet::new();
        for place in 0..total {
            let candidate = candidates[place / servers.len()].clone();
            let server = servers[place % servers.len()];
            if place == MOST_LOOKUPS {
                left = Some((candidate, server));
                break;
            }
            let run = self.clone();
            asking.spawn(async move { (place, run.lookup(candidate, server).await) });
        }
        let mut lookups = asking.join_all().await;
        lookups.sort_by_key(|(place, _)| *place);
        let mut lookups: Vec<Lookup> = lookups.into_iter().map(|(_, lookup)| lookup).collect();
        if let Some((candidate, server)) = left {
            let why = format!("not asked: {total} lookups for one name, the first {MOST_LOOKUPS} were asked");
            lookups.push(unasked(candidate.asked, candidate.search_domain, server, &why));
        }
        lookups
    }

    async fn lookup(&self, candidate: Candidate, server: SocketAddr) -> Lookup {
        let Candidate { asked, search_domain, name } = candidate;
        let name = match name {
            Ok(name) => name,
            Err(why) => {
                return unasked(Untrusted::from(asked.as_str()).to_string(), search_domain, server, &why);
            }
        };
        let (a, aaaa) = tokio::join!(
            self.answer_and_sibling(&name, RecordType::A, server),
            self.answer_and_sibling(&name, RecordType::AAAA, server),
        );
        Lookup {
            asked,
            search_domain,
            nameserver: server.ip(),
            elapsed: a.elapsed.max(aaaa.elapsed),
            random_sibling: worse(a.sibling, aaaa.sibling),
            a: a.answer,
            aaaa: aaaa.answer,
        }
    }

    /// The answer, and as soon as it has addresses, what the same nameserver says of a name that cannot
    /// be there: not after the other type's answer, which may not come.
    async fn answer_and_sibling(&self, name: &Name, record_type: RecordType, server: SocketAddr) -> Asked {
        let start = Instant::now();
        let answer = self.answer(name.clone(), record_type, server).await;
        let elapsed = start.elapsed();
        if answer.addresses().is_empty() {
            return Asked { answer, sibling: None, elapsed };
        }
        let sibling = match random_label().and_then(|label| sibling(name, &label)) {
            Ok(sibling) => self.answer(sibling, record_type, server).await,
            Err(why) => Answer::Failed(why),
        };
        Asked { answer, sibling: Some(sibling), elapsed }
    }

    async fn answer(&self, name: Name, record_type: RecordType, server: SocketAddr) -> Answer {
        match timeout_at(self.deadline, self.turn.acquire()).await {
            Ok(Ok(_turn)) => ask(Wanted { name, record_type }, server, self.deadline).await,
            Ok(Err(_)) | Err(_) => {
                Answer::Failed(format!("not asked in time: {MOST_AT_ONCE} other questions had no answer yet"))
            }
        }
    }
}

/// What came of one question.
struct Asked {
    answer: Answer,
    sibling: Option<Answer>,
    elapsed: Duration,
}

/// Of what A and AAAA say of the sibling: addresses, else what is undecided, else what is negative.
fn worse(a: Option<Answer>, aaaa: Option<Answer>) -> Option<Answer> {
    let weight = |answer: &Answer| match answer {
        Answer::Addresses { .. } => 2,
        answer if answer.is_negative() => 0,
        _ => 1,
    };
    // max_by_key gives the last of equals: A's.
    aaaa.into_iter().chain(a).max_by_key(weight)
}

/// A lookup that was not made.
fn unasked(asked: String, search_domain: Option<String>, server: SocketAddr, why: &str) -> Lookup {
    Lookup {
        asked,
        search_domain,
        nameserver: server.ip(),
        a: Answer::Failed(why.to_owned()),
        aaaa: Answer::Failed(why.to_owned()),
        random_sibling: None,
        elapsed: Duration::ZERO,
    }
}

/// Sixteen random hexadecimal digits: no zone has that name unless it has all names.
fn random_label() -> Result<String, String> {
    let mut bytes = [0; 8];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| "not asked: this machine gave no randomness".to_owned())?;
    Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
}

/// A link-local address needs its interface too, and resolv.conf's facts do not keep it. Where only one
/// interface has a link-local address, as in a pod, it is that one; else asking gives EINVAL, and says so.
fn on_port_53(address: IpAddr) -> SocketAddr {
    match address {
        IpAddr::V6(address) if address.is_unicast_link_local() => {
            SocketAddrV6::new(address, DNS_PORT, 0, link_local_scope().unwrap_or(0)).into()
        }
        address => SocketAddr::new(address, DNS_PORT),
    }
}

fn link_local_scope() -> Option<u32> {
    let interfaces = nix::ifaddrs::getifaddrs().ok()?;
    let mut scopes: Vec<u32> = interfaces
        .filter_map(|interface| interface.address?.as_sockaddr_in6().copied())
        .filter(|address| address.ip().is_unicast_link_local())
        .map(|address| address.scope_id())
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    match scopes.as_slice() {
        [scope] => Some(*scope),
        _ => None,
    }
}
