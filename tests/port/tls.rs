//! TLS.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use rcgen::{
    CertificateParams, CustomExtension, KeyPair, PublicKeyData as _, SigningKey as _, date_time_ymd,
};
use reachgate::fact::port::{Certificate, Chain, Exchange, Proof, Step};
use reachgate::flow::Greeting::Tls;
use reachgate::untrusted::Untrusted;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use crate::server::{
    Identity, TIMEOUT, TlsEnd, exchange, probe_one, say, say_and_close, serve, serve_tls, target, wait,
};

/// Handshakes with a server that has `identity`, asking for `name`.
fn handshake(identity: Identity, name: Option<&str>) -> Exchange {
    let (server, _) = serve_tls(identity, &[&TLS13]);
    let mut target = target(server, Tls);
    target.server_name = name.map(str::to_owned);
    probe_one(target).exchange.unwrap()
}

fn certificate(exchange: Exchange) -> Certificate {
    match exchange {
        Exchange::Completed(Proof::Tls { certificate: Some(certificate), .. }) => certificate,
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_versions_complete_with_the_name_sent_and_a_goodbye() {
    for (versions, expected) in [([&TLS13], "TLSv1.3"), ([&TLS12], "TLSv1.2")] {
        let (server, ends) = serve_tls(Identity::named(&["dev.example", "127.0.0.1"]), &versions);
        let mut target = target(server, Tls);
        target.server_name = Some("dev.example".to_owned());
        let exchange = probe_one(target).exchange.unwrap();
        let Exchange::Completed(Proof::Tls { version, .. }) = &exchange else { panic!("{exchange:?}") };
        assert_eq!(version, expected);
        let certificate = certificate(exchange);
        assert_eq!(certificate.names, [Untrusted::from("dev.example"), Untrusted::from("127.0.0.1")]);
        assert_eq!(certificate.matches_name, Some(true));
        assert_eq!(certificate.chain, Chain::SelfSigned);
        assert_eq!(certificate.subject, certificate.issuer);
        let end = ends.recv_timeout(Duration::from_secs(5)).unwrap();
        assert_eq!(end, TlsEnd { server_name: Some("dev.example".to_owned()), polite: true });
    }
}

#[test]
fn no_flight_waits_for_a_delayed_acknowledgement() {
    // The least of several, since a busy machine only ever adds.
    let (server, _) = serve_tls(Identity::named(&["dev.example"]), &[&TLS12]);
    let least = (0..8).map(|_| probe_one(target(server, Tls)).elapsed).min().unwrap();
    assert!(least < Duration::from_millis(35), "{least:?}");
}

#[test]
fn without_a_configured_name_none_is_sent_and_none_is_matched() {
    let (server, ends) = serve_tls(Identity::named(&["dev.example"]), &[&TLS13, &TLS12]);
    assert_eq!(certificate(exchange(server, Tls)).matches_name, None);
    assert_eq!(ends.recv_timeout(Duration::from_secs(5)).unwrap().server_name, None);
}

#[test]
fn a_wrong_name_or_an_old_date_is_no_failure() {
    assert_eq!(
        certificate(handshake(Identity::named(&["a.example"]), Some("b.example"))).matches_name,
        Some(false)
    );
    let mut params = CertificateParams::new(vec!["dev.example".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2021, 1, 1);
    let expired = certificate(handshake(Identity::self_signed(&params), Some("dev.example")));
    assert_eq!(expired.not_after, "2021-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(expired.chain, Chain::SelfSigned);
}

#[test]
fn an_unknown_issuer_is_told_from_a_self_signed_certificate() {
    let (authority, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = rcgen::Issuer::new(params, authority);
    let leaf =
        CertificateParams::new(vec!["dev.example".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let chain = certificate(handshake(Identity::new(vec![leaf.der().clone()], &key), None)).chain;
    assert!(matches!(chain, Chain::UnknownIssuer | Chain::NoTrustStore), "{chain:?}");
}

#[test]
fn a_peer_that_does_not_hold_the_key_is_wrong() {
    let certificate = CertificateParams::default().self_signed(&KeyPair::generate().unwrap()).unwrap();
    for version in [&TLS13, &TLS12] {
        let thief = Identity::new(vec![certificate.der().clone()], &KeyPair::generate().unwrap());
        let (server, _) = serve_tls(thief, &[version]);
        let exchange = exchange(server, Tls);
        assert!(matches!(exchange, Exchange::Wrong { .. }), "{exchange:?}");
    }
}

/// A self-signed certificate of version 1, as `openssl x509 -req` makes without extensions; rcgen does not.
fn version_one(key: &KeyPair) -> CertificateDer<'static> {
    fn der(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
        let content = contents.concat();
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], &content[..]].concat()
    }
    let common_name = der(0x30, &[&[6, 3, 0x55, 4, 3], &der(0x0c, &[b"old.example"])]);
    let name = der(0x30, &[&der(0x31, &[&common_name])]);
    let ecdsa_with_sha256 = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let validity = der(0x30, &[&der(0x17, &[b"200101000000Z"]), &der(0x17, &[b"400101000000Z"])]);
    let serial = [2, 1, 1];
    let public_key = key.subject_public_key_info();
    let body = der(0x30, &[&serial, &ecdsa_with_sha256, &name, &validity, &name, &public_key]);
    let signature = der(0x03, &[&[0], &key.sign(&body).unwrap()]);
    CertificateDer::from(der(0x30, &[&body, &ecdsa_with_sha256, &signature]))
}

#[test]
fn a_certificate_of_version_one_is_read_and_its_key_proved() {
    for version in [&TLS13, &TLS12] {
        let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let (server, _) = serve_tls(Identity::new(vec![version_one(&key)], &key), &[version]);
        let read = certificate(exchange(server, Tls));
        assert_eq!(read.subject.as_str(), "CN=old.example");
        assert_eq!(read.chain, Chain::SelfSigned);
        let (thief, _) = serve_tls(Identity::new(vec![version_one(&key)], &other), &[version]);
        let exchange = exchange(thief, Tls);
        assert!(matches!(exchange, Exchange::Wrong { .. }), "{exchange:?}");
    }
}

#[test]
fn a_certificate_that_nothing_can_read_is_none() {
    let junk = || {
        Identity::new(vec![CertificateDer::from(vec![0x30, 0x82, 1, 2, 3])], &KeyPair::generate().unwrap())
    };
    for version in [&TLS13, &TLS12] {
        let (server, _) = serve_tls(junk(), &[version]);
        let exchange = exchange(server, Tls);
        assert!(
            matches!(exchange, Exchange::Completed(Proof::Tls { certificate: None, .. })),
            "{exchange:?}"
        );
    }
}

#[test]
fn a_huge_certificate_is_bounded() {
    let sized = |bytes: usize| {
        let mut params = CertificateParams::new(vec!["dev.example".to_owned()]).unwrap();
        params.custom_extensions =
            vec![CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 32473, 1], vec![4; bytes])];
        handshake(Identity::self_signed(&params), None)
    };
    assert_eq!(certificate(sized(60_000)).names.len(), 1);
    let exchange = sized(2_000_000);
    assert!(matches!(exchange, Exchange::Wrong { .. }), "{exchange:?}");
}

#[test]
fn silence_is_told_by_where_it_began() {
    let stalled = |bytes: Vec<u8>| match exchange(say(bytes), Tls) {
        Exchange::Stalled { after, identification: None, waited } if waited >= TIMEOUT => after,
        other => panic!("{other:?}"),
    };
    assert_eq!(stalled(vec![]), Step::Request);
    assert_eq!(stalled(vec![0x16, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3]), Step::Handshake);
}

#[test]
fn an_alert_is_named() {
    let alert = |code| Exchange::Alert { alert: code };
    let server = say([0x15, 3, 3, 0, 2, 2, 40]);
    assert_eq!(exchange(server, Tls), alert("handshake_failure".to_owned()));
    let exchange = handshake(Identity::named(&["dev.example"]), Some("unknown.example"));
    assert!(matches!(exchange, Exchange::Alert { .. }), "{exchange:?}");
}

#[test]
fn plaintext_is_wrong_and_is_kept() {
    for (said, received) in [
        ("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("SSH-2.0-OpenSSH_9.2p1\r\n", "SSH-2.0-OpenSSH_9.2p1"),
        ("+OK", "+OK"),
        ("\x1b[2J", "\x1b[2J"),
    ] {
        for server in [say(said), say_and_close(said)] {
            let expected = Exchange::Wrong {
                received: Untrusted::from(received),
                problem: "this is not TLS".to_owned(),
            };
            assert_eq!(exchange(server, Tls), expected);
        }
    }
}

#[test]
fn a_close_is_told_by_where_it_came() {
    let closed = |after| Exchange::Closed { after, reset: false, said: None };
    assert_eq!(exchange(say_and_close(""), Tls), closed(Step::Request));
    assert_eq!(exchange(say_and_close([0x16, 3, 3, 0, 122, 2]), Tls), closed(Step::Handshake));
}

#[test]
fn garbage_ends_early() {
    let record = [&[0x16, 3, 3, 0x40, 0][..], &[0xaa; 0x4000]].concat();
    for garbage in [record.repeat(500), [0x16, 3, 3, 0, 0].repeat(1_000_000), vec![0x16; 10_000_000]] {
        // At the deadline it would be stalled.
        let exchange = exchange(say(garbage), Tls);
        assert!(matches!(exchange, Exchange::Wrong { .. }), "{exchange:?}");
    }
}

#[test]
fn a_dribble_does_not_outlast_the_deadline() {
    let server = serve(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        for byte in [0x16, 3, 3, 0x40, 0].into_iter().chain(std::iter::repeat(2)) {
            if stream.write_all(&[byte]).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        wait(&mut stream);
    });
    let started = Instant::now();
    let exchange = exchange(server, Tls);
    assert!(started.elapsed() < TIMEOUT * 2);
    assert!(!matches!(exchange, Exchange::Completed(_)), "{exchange:?}");
}
