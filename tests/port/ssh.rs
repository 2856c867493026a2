//! SSH.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use reachgate::fact::port::{Exchange, Proof, Step};
use reachgate::flow::Greeting::Ssh;
use reachgate::untrusted::Untrusted;

use crate::server::{TIMEOUT, exchange, probe, probe_one, say, say_and_close, serve, target, wait};

const IDENTIFICATION: &str = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7";

fn packet(payload: &[u8]) -> Vec<u8> {
    let total = (payload.len() + 9).next_multiple_of(8);
    let mut packet = u32::try_from(total - 4).unwrap().to_be_bytes().to_vec();
    packet.push(u8::try_from(total - payload.len() - 5).unwrap());
    packet.extend(payload);
    packet.resize(total, 0);
    packet
}

fn string(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat()
}

fn key_exchange() -> Vec<u8> {
    let mut payload = vec![20; 17];
    (0..10).for_each(|_| payload.extend(string("curve25519-sha256,ecdh-sha2-nistp256")));
    payload.extend([0; 5]);
    packet(&payload)
}

fn completed(address: SocketAddr) {
    let proof = Proof::Ssh {
        identification: Untrusted::from(IDENTIFICATION),
        key_exchange_bytes: key_exchange().len(),
    };
    assert_eq!(exchange(address, Ssh), Exchange::Completed(proof));
}

#[test]
fn identification_and_key_exchange_are_the_proof() {
    completed(say([format!("{IDENTIFICATION}\r\n").as_bytes(), &key_exchange()].concat()));
    let preamble = format!("Authorized use only.\r\n\r\n{IDENTIFICATION}\n");
    let ignored = packet(&[2, 0, 0, 0, 1, 9]);
    completed(say([preamble.as_bytes(), &ignored, &key_exchange()].concat()));
}

#[test]
fn it_speaks_at_once_takes_leave_and_comes_once() {
    let (sender, receiver) = std::sync::mpsc::channel();
    completed(serve(move |mut stream| {
        // Says nothing before the client did, as some servers do.
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        stream.write_all(format!("{IDENTIFICATION}\r\n").as_bytes()).unwrap();
        stream.write_all(&key_exchange()).unwrap();
        let mut farewell = Vec::new();
        let end = reader.read_to_end(&mut farewell);
        sender.send((line, farewell, end.is_ok())).unwrap();
    }));
    let (line, farewell, fin) = receiver.recv().unwrap();
    assert_eq!(line, concat!("SSH-2.0-reachgate_", env!("CARGO_PKG_VERSION"), "\r\n"));
    let reason = string("reachability check done");
    assert_eq!(farewell, packet(&[&[1, 0, 0, 0, 11][..], &reason, &string("")].concat()));
    assert!(fin);
    assert!(receiver.try_recv().is_err());
}

#[test]
fn a_packet_that_comes_in_bytes_is_whole_in_the_end() {
    completed(serve(|mut stream| {
        stream.write_all(b"SSH-2.0-Ope").unwrap();
        thread::sleep(Duration::from_millis(20));
        stream.write_all(&IDENTIFICATION.as_bytes()[11..]).unwrap();
        stream.write_all(b"\r\n").unwrap();
        for chunk in key_exchange().chunks(61) {
            thread::sleep(Duration::from_millis(5));
            stream.write_all(chunk).unwrap();
        }
        wait(&mut stream);
    }));
}

#[test]
fn being_turned_away_keeps_what_was_said() {
    for said in ["Not allowed at this time", "Exceeded MaxStartups"] {
        assert_eq!(
            exchange(say_and_close(format!("{said}\r\n")), Ssh),
            Exchange::Closed { after: Step::Connect, reset: false, said: Some(Untrusted::from(said)) }
        );
    }
    let silently = Exchange::Closed { after: Step::Connect, reset: false, said: None };
    assert_eq!(exchange(say_and_close(""), Ssh), silently);
}

#[test]
fn a_refusal_before_a_rst_is_still_read() {
    let server = serve(|mut stream| {
        stream.write_all(b"Not allowed at this time\r\n").unwrap();
        thread::sleep(Duration::from_millis(50));
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let said = Some(Untrusted::from("Not allowed at this time"));
    assert_eq!(exchange(server, Ssh), Exchange::Closed { after: Step::Connect, reset: true, said });
}

#[test]
fn leaving_after_the_identification_is_closed() {
    let identification = format!("{IDENTIFICATION}\r\n");
    let closed =
        |after, said: &str| Exchange::Closed { after, reset: false, said: Some(Untrusted::from(said)) };
    let server = say_and_close(identification.clone());
    assert_eq!(exchange(server, Ssh), closed(Step::Identification, IDENTIFICATION));
    let server = say_and_close([identification.as_bytes(), &key_exchange()[..100]].concat());
    assert_eq!(exchange(server, Ssh), closed(Step::Handshake, IDENTIFICATION));
    let disconnect = packet(&[&[1, 0, 0, 0, 2][..], &string("Too many\x1b[2J"), &string("")].concat());
    let server = say([identification.as_bytes(), &disconnect].concat());
    assert_eq!(exchange(server, Ssh), closed(Step::Identification, "Too many\u{1b}[2J"));
}

#[test]
fn silence_is_told_by_where_it_began() {
    assert!(matches!(exchange(say(""), Ssh), Exchange::Silent { waited } if waited >= TIMEOUT));
    let stalled = |bytes: Vec<u8>| match exchange(say(bytes), Ssh) {
        Exchange::Stalled { after, identification, waited } => {
            assert!(waited >= TIMEOUT);
            (after, identification)
        }
        other => panic!("{other:?}"),
    };
    let line = format!("{IDENTIFICATION}\r\n").into_bytes();
    let identification = Some(Untrusted::from(IDENTIFICATION));
    assert_eq!(stalled(line.clone()), (Step::Identification, identification.clone()));
    assert_eq!(stalled([&line, &key_exchange()[..100]].concat()), (Step::Handshake, identification));
    assert_eq!(stalled(line[..20].to_vec()), (Step::Connect, None));
}

#[test]
fn another_service_is_wrong() {
    for (said, received) in [
        ("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("220 mail.example ESMTP\r\n", "220 mail.example ESMTP"),
        ("SSH-1.5-1.2.27\r\n", "SSH-1.5-1.2.27"),
        ("\x15\x03\x01\0\x02\x02\x46", "\x15\x03\x01\0\x02\x02\x46"),
    ] {
        for server in [say(said), say_and_close(said)] {
            let Exchange::Wrong { received: seen, .. } = exchange(server, Ssh) else { panic!("{said}") };
            assert_eq!(seen, Untrusted::from(received));
        }
    }
    let server = say([format!("{IDENTIFICATION}\r\n").as_bytes(), &[0xff; 64]].concat());
    assert!(matches!(exchange(server, Ssh), Exchange::Wrong { .. }));
}

#[test]
fn hostile_text_is_made_harmless() {
    let server = say([&b"SSH-2.0-\x1b]0;owned\x07\x1b[2J\r\n"[..], &key_exchange()].concat());
    let Exchange::Completed(Proof::Ssh { identification, .. }) = exchange(server, Ssh) else { panic!() };
    assert_eq!(identification.as_str(), "SSH-2.0-\\u{1b}]0;owned\\u{7}\\u{1b}[2J");
}

#[test]
fn ten_megabytes_with_no_newline_end_early() {
    for endless in [say(vec![b'a'; 10_000_000]), say(b"a line\r\n".repeat(1_000_000))] {
        let fact = probe_one(target(endless, Ssh));
        assert!(fact.elapsed < TIMEOUT, "{:?}", fact.elapsed);
        let Some(Exchange::Wrong { received, .. }) = fact.exchange else { panic!("{fact:?}") };
        assert!(received.as_str().chars().count() <= 256);
    }
}

#[test]
fn a_dribble_does_not_outlast_the_deadline() {
    let dribble = |bytes: &'static str| {
        serve(move |mut stream| {
            for byte in bytes.bytes().cycle() {
                if stream.write_all(&[byte]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(10));
            }
        })
    };
    let targets = [target(dribble("SSH-2.0-slow-and-steady"), Ssh), target(dribble("a\n"), Ssh)];
    let (facts, elapsed) = probe(&targets, TIMEOUT);
    assert!(elapsed < TIMEOUT * 2, "{elapsed:?}");
    for fact in facts {
        let exchange = fact.exchange.unwrap();
        if fact.target == targets[0] {
            assert!(matches!(exchange, Exchange::Stalled { after: Step::Connect, .. }), "{exchange:?}");
        } else {
            assert!(matches!(exchange, Exchange::Wrong { .. }), "{exchange:?}");
        }
    }
}
