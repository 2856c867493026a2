//! Two thousand targets at once, within the descriptors and the memory there are. Each test runs itself
//! again in a process of its own, whose limits and memory are its own.

use std::fs;
use std::time::Duration;

use reachgate::fact::port::Connect;
use reachgate::flow::Greeting;

use crate::namespace::is_inside;
use crate::server::{blackhole, probe, target};

const MANY: usize = 2000;
const TIMEOUT: Duration = Duration::from_millis(700);

/// Dials the blackhole 2,000 times over; how long it took. Every one must be silent, none out of sockets.
fn dial_many() -> Duration {
    let (address, _guard) = blackhole();
    let (facts, elapsed) = probe(&vec![target(address, Greeting::Ssh); MANY], TIMEOUT);
    assert_eq!(facts.len(), MANY);
    for fact in facts {
        assert!(matches!(fact.connect, Connect::Silent { waited } if waited >= TIMEOUT), "{fact:?}");
    }
    elapsed
}

/// The most memory this process ever had resident, in MiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[test]
fn two_thousand_silent_ports_take_one_timeout() {
    // The soft limit is too low, the hard one is not.
    let low = "ulimit -S -n 256";
    if !is_inside("limit::two_thousand_silent_ports_take_one_timeout", &[], low) {
        return;
    }
    let elapsed = dial_many();
    assert!(elapsed < TIMEOUT * 2, "{elapsed:?}");
    assert!(peak() <= 20, "{} MiB", peak());
}

#[test]
fn too_few_descriptors_make_them_wait_not_fail() {
    let low = "ulimit -n 1100";
    if !is_inside("limit::too_few_descriptors_make_them_wait_not_fail", &[], low) {
        return;
    }
    let elapsed = dial_many();
    assert!((TIMEOUT * 2..TIMEOUT * 3).contains(&elapsed), "{elapsed:?}");
}
