//! A wire that fails now and then is asked again; one that always fails is an error with a next step.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use reachgate::aws::live::FetchError;

use crate::Test;
use crate::equal::captured;
use crate::moto::{Moto, fetch, request};
use crate::wire::{Call, Fate, ec2_error, eks_error};

pub const TESTS: &[Test] = &[
    ("fault::throttled_once_each", throttled),
    ("fault::failing_once_each", failing),
    ("fault::cut_once_each", cut),
    ("fault::codes_of_sessions", sessions),
    ("fault::everything_fails", everything_fails),
    ("fault::silence", silence),
    ("fault::nobody_listens", nobody_listens),
    ("fault::another_region", another_region),
];

/// Readings that share the actions out between them: one that is throttled at every turn slows down to a crawl.
const SHARES: usize = 4;

/// The first call of each action meets this fate, each action's in one of several readings; what is read is the
/// same as without.
fn once(moto: &Moto, fate: impl Fn(&Call) -> Fate + Send + Sync + Copy + 'static) {
    let world = moto.world("prefix-list");
    let plain = moto.wire(|_| Fate::Pass);
    let whole = captured(&fetch(&request(world, plain.address)).expect("moto is read"));
    let mut shares = vec![BTreeSet::new(); SHARES];
    for (number, action) in plain.actions().into_keys().enumerate() {
        shares[number % SHARES].insert(action);
    }
    assert!(shares.iter().all(|share| share.len() > 2), "{shares:?}");
    thread::scope(|scope| {
        for share in shares {
            let whole = &whole;
            scope.spawn(move || {
                let meant = share.clone();
                let wire = moto.wire(move |call| {
                    if call.before == 0 && meant.contains(&call.action) { fate(call) } else { Fate::Pass }
                });
                let again = fetch(&request(world, wire.address)).expect("moto is read in the end");
                assert_eq!(&captured(&again), whole);
                let calls = wire.actions();
                let single: Vec<_> = share.iter().filter(|action| calls[*action] < 2).collect();
                assert!(single.is_empty(), "not asked again: {single:?}");
            });
        }
    });
}

fn throttled(moto: &Moto) {
    once(moto, |call| {
        if call.action.starts_with("eks:") {
            eks_error(429, "ThrottlingException")
        } else {
            ec2_error(503, "RequestLimitExceeded")
        }
    });
}

fn failing(moto: &Moto) {
    once(moto, |call| {
        if call.action.starts_with("eks:") {
            eks_error(500, "ServerException")
        } else {
            ec2_error(500, "InternalError")
        }
    });
}

fn cut(moto: &Moto) {
    once(moto, |call| match call.action.len() % 2 {
        0 if call.action.starts_with("ec2:") => Fate::Cut,
        _ => Fate::CutShort,
    });
}

fn sessions(moto: &Moto) {
    let world = moto.world("healthy");
    for (code, expired) in [
        ("RequestExpired", true),
        ("ExpiredToken", true),
        ("AuthFailure", false),
        ("InvalidClientTokenId", false),
        ("SignatureDoesNotMatch", false),
    ] {
        let wire = moto.wire(move |_| ec2_error(400, code));
        let error = fetch(&request(world, wire.address)).expect_err("no snapshot");
        let message = error.to_string();
        assert!(message.contains(code), "{message}");
        match error {
            FetchError::Expired { .. } => assert!(expired && message.contains("sign in again"), "{message}"),
            FetchError::Rejected { .. } => assert!(!expired && message.contains(&world.region), "{message}"),
            other => panic!("{code}: {other}"),
        }
    }
}

fn everything_fails(moto: &Moto) {
    let world = moto.world("healthy");
    let wire = moto.wire(|_| Fate::Answer(500, "text/html", "<html>broken".to_owned()));
    let error = fetch(&request(world, wire.address)).expect_err("no snapshot");
    assert!(matches!(error, FetchError::Failing { .. }), "{error}");
    assert!(error.to_string().contains(&wire.address.to_string()), "{error}");
}

fn silence(moto: &Moto) {
    let world = moto.world("healthy");
    let wire = moto.wire(|_| Fate::Silence);
    let mut request = request(world, wire.address);
    request.timeout = Duration::from_secs(3);
    let begun = Instant::now();
    let error = fetch(&request).expect_err("no snapshot");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(matches!(error, FetchError::TimedOut { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains(&wire.address.to_string()) && message.contains("--timeout"), "{message}");
}

fn nobody_listens(moto: &Moto) {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let error = fetch(&request(moto.world("healthy"), closed)).expect_err("no snapshot");
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains(&closed.to_string()) && message.contains("AWS_ENDPOINT_URL"), "{message}");
}

fn another_region(moto: &Moto) {
    let mut request = request(moto.world("healthy"), moto.address());
    request.session.region = Some("ca-central-1".to_owned());
    let error = fetch(&request).expect_err("no snapshot");
    assert!(matches!(error, FetchError::Elsewhere { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains("ca-central-1") && message.contains("10.1.34.0/24"), "{message}");
}
