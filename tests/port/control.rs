//! The control port, which nothing serves.

use std::time::Duration;

use reachgate::fact::port::{Connect, PortFact, Role, Target};
use reachgate::flow::Greeting;

use crate::server::{TIMEOUT, blackhole, nobody, probe, say, target, with_role};

fn control(facts: &[PortFact]) -> &PortFact {
    facts.iter().find(|fact| fact.target.role == Role::Control).unwrap()
}

fn controlled(others: &[Target], control: Target) -> Vec<Target> {
    // First of all, as the worst order.
    let mut targets = vec![with_role(Role::Control, control)];
    targets.extend_from_slice(others);
    targets
}

#[test]
fn a_silent_control_is_given_up_soon_after_the_others_are_done() {
    let (silent, _guard) = blackhole();
    let targets = controlled(&[target(say(""), Greeting::Tcp)], target(silent, Greeting::Tcp));
    let (facts, elapsed) = probe(&targets, TIMEOUT);
    let Connect::Silent { waited } = control(&facts).connect else { panic!("{facts:?}") };
    assert!((Duration::from_millis(5)..TIMEOUT / 2).contains(&waited), "{waited:?}");
    assert!(elapsed < TIMEOUT, "{elapsed:?}");
}

#[test]
fn a_silent_control_is_waited_out_when_nothing_connected() {
    let (silent, _guard) = blackhole();
    for other in [silent, nobody()] {
        let targets = controlled(&[target(other, Greeting::Ssh)], target(silent, Greeting::Tcp));
        let (facts, _) = probe(&targets, TIMEOUT);
        assert!(matches!(control(&facts).connect, Connect::Silent { waited } if waited >= TIMEOUT));
    }
    let (facts, _) = probe(&controlled(&[], target(silent, Greeting::Tcp)), TIMEOUT);
    assert!(matches!(control(&facts).connect, Connect::Silent { waited } if waited >= TIMEOUT));
}

#[test]
fn a_silent_control_is_waited_for_while_others_go_on() {
    let (silent, _guard) = blackhole();
    // Connects at once, then says nothing until the deadline.
    let others = [target(say(""), Greeting::Ssh), target(say(""), Greeting::Tcp)];
    let (facts, _) = probe(&controlled(&others, target(silent, Greeting::Tcp)), TIMEOUT);
    assert!(matches!(control(&facts).connect, Connect::Silent { waited } if waited >= TIMEOUT.mul_f32(0.99)));
}

#[test]
fn a_control_that_connects_is_said_to() {
    let targets = controlled(&[target(say(""), Greeting::Tcp)], target(say(""), Greeting::Tcp));
    let (facts, _) = probe(&targets, TIMEOUT);
    assert!(matches!(control(&facts).connect, Connect::Established { .. }));
    assert_eq!(control(&facts).exchange, None);
}

#[test]
fn a_refused_control_is_said_to_be() {
    let targets = controlled(&[target(say(""), Greeting::Tcp)], target(nobody(), Greeting::Tcp));
    let (facts, elapsed) = probe(&targets, TIMEOUT);
    assert!(matches!(control(&facts).connect, Connect::Failed { .. }));
    assert!(elapsed < TIMEOUT, "{elapsed:?}");
}
