//! Dials every port at once, and has each service greet.

mod control;
mod sockets;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::fact::port::{Connect, Exchange, PortFact, Proof, Role, Target};
use crate::flow::Greeting;
use crate::probe::conversation::Conversation;
use crate::probe::http::probe_http;
use crate::probe::ssh::probe_ssh;
use crate::probe::tcp::probe_tcp;
use crate::probe::tls::TlsProbe;
use control::Neighbours;

/// Dials all `targets` at once, each once, and sends each fact as soon as it is complete, so that a run
/// which is dropped midway keeps what it learnt. Connecting takes `timeout` at most, and so does a
/// greeting. Where the system permits fewer sockets, targets wait for one another instead of failing.
///
/// What a target's role asks: [`Role::Reach`] connects and has the service greet; [`Role::Closed`] only
/// connects; [`Role::Control`] only connects, and is given up early once all others of its address are
/// done (see the module `control`'s words in the source).
///
/// To be run within a tokio runtime with I/O and time; a current-thread one is enough.
pub async fn probe_ports(targets: &[Target], timeout: Duration, sink: &UnboundedSender<PortFact>) {
    let run = Arc::new(Run { timeout, tls: TlsProbe::default(), neighbours: neighbours(targets) });
    let sockets = Arc::new(Semaphore::new(sockets::permit_sockets(targets.len())));
    let mut dialling = JoinSet::new();
    for target in targets {
        // Closed it cannot be: nothing closes it.
        let Ok(socket) = Arc::clone(&sockets).acquire_owned().await else { break };
        let (run, target, sink) = (Arc::clone(&run), target.clone(), sink.clone());
        dialling.spawn(async move {
            let fact = run.probe(target).await;
            drop(socket);
            // Nobody listening is the caller's choice.
            let _ = sink.send(fact);
        });
    }
    while dialling.join_next().await.is_some() {}
}

/// What all targets of a run share.
struct Run {
    timeout: Duration,
    tls: TlsProbe,
    neighbours: HashMap<IpAddr, watch::Sender<Neighbours>>,
}

/// The addresses that have a control port, with how many others each has.
fn neighbours(targets: &[Target]) -> HashMap<IpAddr, watch::Sender<Neighbours>> {
    let controlled = targets.iter().filter(|target| target.role == Role::Control);
    let mut neighbours: HashMap<_, _> =
        controlled.map(|target| (address(target), watch::Sender::new(Neighbours::default()))).collect();
    for target in targets.iter().filter(|target| target.role != Role::Control) {
        if let Some(neighbours) = neighbours.get_mut(&address(target)) {
            neighbours.send_modify(|neighbours| neighbours.unfinished += 1);
        }
    }
    neighbours
}

/// The address as the wire knows it: an IPv4-mapped one is IPv4.
fn address(target: &Target) -> IpAddr {
    target.address.to_canonical()
}

impl Run {
    async fn probe(&self, target: Target) -> PortFact {
        let started = Instant::now();
        let neighbours = self.neighbours.get(&address(&target));
        // Neither clock starts before it is first asked, which is behind the SYN.
        let timeout = async { sleep(self.timeout).await };
        let dialled = match (&target.role, neighbours) {
            (Role::Control, Some(neighbours)) => {
                let enough = async { control::enough(neighbours.subscribe(), Instant::now()).await };
                let give_up = async {
                    tokio::select! { () = timeout => {}, () = enough => {} }
                };
                probe_tcp(socket_address(&target), give_up).await
            }
            _ => probe_tcp(socket_address(&target), timeout).await,
        };
        if let (Connect::Established { after }, Some(neighbours)) = (&dialled.connect, neighbours)
            && target.role != Role::Control
        {
            neighbours.send_modify(|neighbours| {
                neighbours.slowest_connect = neighbours.slowest_connect.max(Some(*after));
            });
        }
        let exchange = match (&target.role, dialled.connection) {
            // Boxed, so that a port which never connects does not pay for it.
            (Role::Reach(_), Some(connection)) => Some(Box::pin(self.greet(connection, &target)).await),
            _ => None,
        };
        if let Some(neighbours) = neighbours
            && target.role != Role::Control
        {
            neighbours.send_modify(|neighbours| neighbours.unfinished -= 1);
        }
        PortFact {
            target,
            source: dialled.source,
            connect: dialled.connect,
            exchange,
            attempts: 1,
            elapsed: started.elapsed(),
        }
    }

    async fn greet(&self, connection: TcpStream, target: &Target) -> Exchange {
        let conversation = Conversation::new(connection, self.timeout);
        match target.greeting {
            Greeting::Ssh => probe_ssh(conversation).await,
            Greeting::Tls => self.tls.probe_tls(conversation, target).await,
            Greeting::Http => probe_http(conversation, target).await,
            Greeting::Tcp => Exchange::Completed(Proof::Tcp),
        }
    }
}

fn socket_address(target: &Target) -> SocketAddr {
    SocketAddr::new(address(target), target.port.number())
}
