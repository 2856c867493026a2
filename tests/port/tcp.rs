//! TCP's own handshake.

use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use reachgate::fact::port::{Connect, ConnectError, Exchange, Proof, Role, Step};
use reachgate::flow::Greeting;
use reachgate::probe::conversation::Conversation;
use reachgate::probe::port::probe_ports;
use reachgate::probe::ssh::probe_ssh;
use reachgate::probe::tcp::probe_tcp;

use crate::server::{
    TIMEOUT, blackhole, nobody, probe, probe_one, say, serve, serve_on, target, wait, with_role,
};

#[test]
fn refused_is_a_rst_and_no_icmp() {
    let fact = probe_one(target(nobody(), Greeting::Tcp));
    assert!(
        matches!(fact.connect, Connect::Failed { error: ConnectError::Refused, icmp: None, .. }),
        "{fact:?}"
    );
    assert_eq!(fact.source, Some(Ipv4Addr::LOCALHOST.into()));
    assert_eq!((fact.exchange, fact.attempts), (None, 1));
}

#[test]
fn silence_is_waited_out_and_no_longer() {
    let (address, _guard) = blackhole();
    let fact = probe_one(target(address, Greeting::Ssh));
    let Connect::Silent { waited } = fact.connect else { panic!("{fact:?}") };
    assert!((TIMEOUT..TIMEOUT * 2).contains(&waited), "{waited:?}");
    assert_eq!(fact.source, Some(Ipv4Addr::LOCALHOST.into()));
    assert_eq!(fact.exchange, None);
}

#[test]
fn a_connect_is_proof_only_where_no_greeting_is_asked() {
    let fact = probe_one(target(say(""), Greeting::Tcp));
    assert!(matches!(fact.connect, Connect::Established { .. }));
    assert_eq!(fact.exchange, Some(Exchange::Completed(Proof::Tcp)));
}

#[test]
fn ipv6_and_mapped_ipv4_are_dialled_as_what_they_are() {
    let server = serve_on(SocketAddr::from((Ipv6Addr::LOCALHOST, 0)), |mut stream| drop(wait(&mut stream)));
    let fact = probe_one(target(server, Greeting::Tcp));
    assert_eq!(fact.source, Some(Ipv6Addr::LOCALHOST.into()));
    let mapped = SocketAddr::new(Ipv4Addr::LOCALHOST.to_ipv6_mapped().into(), say("").port());
    let fact = probe_one(target(mapped, Greeting::Tcp));
    assert_eq!(fact.source, Some(Ipv4Addr::LOCALHOST.into()));
    assert_eq!(fact.exchange, Some(Exchange::Completed(Proof::Tcp)));
    assert_eq!(fact.target.address, mapped.ip());
}

#[test]
fn a_port_that_must_be_closed_is_not_greeted() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let server = serve(move |mut stream| sender.send(wait(&mut stream)).unwrap());
    let closed = with_role(Role::Closed("ssh".to_owned()), target(server, Greeting::Ssh));
    let fact = probe_one(closed);
    assert!(matches!(fact.connect, Connect::Established { .. }));
    assert_eq!(fact.exchange, None);
    assert_eq!(receiver.recv().unwrap(), b"");
}

#[test]
fn a_rst_behind_the_handshake_is_closed_not_refused() {
    let server = serve(|stream| {
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    for greeting in [Greeting::Ssh, Greeting::Tls, Greeting::Http] {
        let fact = probe_one(target(server, greeting));
        assert!(matches!(fact.connect, Connect::Established { .. }));
        let after = if greeting == Greeting::Ssh { Step::Connect } else { Step::Request };
        assert_eq!(fact.exchange, Some(Exchange::Closed { after, reset: true, said: None }));
    }
}

#[test]
fn a_rst_that_came_before_anyone_looked_is_not_refused_either() {
    let server = serve(|mut stream| {
        stream.write_all(b"Not allowed at this time\r\n").unwrap();
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let exchange = runtime.block_on(async {
        // The sleep holds up the whole runtime, after the SYN.
        let late = async { std::thread::sleep(Duration::from_millis(100)) };
        let (dialled, ()) = tokio::join!(probe_tcp(server, tokio::time::sleep(TIMEOUT)), late);
        assert!(matches!(dialled.connect, Connect::Established { .. }), "{:?}", dialled.connect);
        probe_ssh(Conversation::new(dialled.connection.unwrap(), TIMEOUT)).await
    });
    let said = Some("Not allowed at this time".into());
    assert_eq!(exchange, Exchange::Closed { after: Step::Connect, reset: true, said });
}

#[test]
fn every_target_is_dialled_at_once() {
    let (address, _guard) = blackhole();
    let targets = vec![target(address, Greeting::Ssh); 50];
    let (facts, elapsed) = probe(&targets, TIMEOUT);
    assert!(facts.iter().all(|fact| matches!(fact.connect, Connect::Silent { .. })));
    assert_eq!(facts.len(), 50);
    assert!(elapsed < TIMEOUT * 2, "{elapsed:?}");
}

#[test]
fn a_run_cut_short_keeps_what_it_knows() {
    let (silent, _guard) = blackhole();
    let targets =
        [target(silent, Greeting::Ssh), target(nobody(), Greeting::Ssh), target(say(""), Greeting::Tcp)];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = Instant::now();
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let ended = runtime
        .block_on(async { tokio::time::timeout(TIMEOUT / 2, probe_ports(&targets, TIMEOUT, &sender)).await });
    assert!(ended.is_err());
    assert!(started.elapsed() < TIMEOUT);
    drop((runtime, sender));
    let mut known = Vec::new();
    while let Some(fact) = receiver.blocking_recv() {
        known.push(fact.target.port);
    }
    known.sort();
    let mut expected = [targets[1].port, targets[2].port];
    expected.sort();
    assert_eq!(known, expected);
}
