//! What a plan leaves open: the sets against the evaluator's answers, and against the oracle's once it has come out
//! one way or another.

use std::collections::{BTreeMap, BTreeSet};

use reachgate::network::{Answer, Comparison, Network, PathCode, Translation, evaluate_path};
use reachgate::snapshot::{Aspect, Snapshot};

use crate::dice::Dice;
use crate::difference::{Sent, asked, found, holds, primary, sent, stays, truth};
use crate::packet::Oracle;
use crate::{change, open, world};

const CHANGES: u64 = 900;
const PACKETS: u64 = 40;
/// Ways in which each side may come out.
const WAYS: usize = 4;

/// What the evaluator says; `None` where it is not asked: of addresses that no interface has.
fn evaluated(snapshot: &Snapshot, network: &Network<'_>, sent: &Sent, by: Translation) -> Option<Answer> {
    let whole = |id: &str| {
        snapshot.undecided.iter().any(|it| it.aspect == Aspect::Whole && it.of.as_deref() == Some(id))
    };
    match snapshot.network_interfaces.get(sent.to.as_str()) {
        None if whole(&sent.to) => return Some(Answer::Unknown),
        None => return Some(Answer::Denied),
        Some(eni) if primary(eni, sent.from.is_ipv6()) != Some(sent.at) => return Some(Answer::Denied),
        Some(_) => {}
    }
    if Oracle(snapshot).owners_of(sent.from).is_empty() {
        return None;
    }
    Some(evaluate_path(network, &asked(sent, by)).verdict)
}

#[test]
fn what_is_left_open_is_neither_opened_nor_closed() {
    let mut seen: BTreeMap<(Answer, Answer), u32> = BTreeMap::new();
    let (mut settled, mut strangers, mut aspects) = (0, 0, BTreeMap::new());
    let mut codes = BTreeSet::new();
    for seed in 0..CHANGES {
        let mut dice = Dice::new(7_000_000 + seed);
        let was = world::build(&mut dice);
        let will = if dice.once_in(3) { was.clone() } else { change::change(&mut dice, &was) };
        let mut sides = [was.clone(), will.clone()];
        let which = dice.below(6).min(1);
        for _ in 0..=dice.below(3) {
            open::leave(&mut dice, &mut sides[which]);
        }
        for it in &sides[which].undecided {
            let word = format!("{:?}", it.aspect);
            let word: String = word.chars().take_while(char::is_ascii_alphabetic).collect();
            *aspects.entry(word).or_insert(0) += 1;
        }
        let translation = *dice.pick(&[Translation::Unknown, Translation::Node, Translation::None]);
        let networks = [Network::new(&sides[0]), Network::new(&sides[1])];
        let comparison = Comparison::new(&networks[0], &networks[1], translation);
        let differences = comparison.differences(0..comparison.len());
        let reasons = differences.iter().flat_map(|it| it.undecided.keys()).flatten();
        codes.extend(reasons.map(|reason| reason.code));
        let outcomes: Vec<Snapshot> =
            (0..WAYS).map(|_| open::settle(&mut dice, &sides[which], [&was, &will][which])).collect();
        for _ in 0..PACKETS {
            let Some(sent) = sent(&mut dice, [&was, &will]) else { continue };
            if [&was, &will].iter().any(|snapshot| stays(snapshot, &sent)) {
                continue;
            }
            let owned = sides.iter().any(|snapshot| !Oracle(snapshot).owners_of(sent.from).is_empty());
            let here = || found(&differences, &sent);
            let opened = here().any(|it| holds(&it.opened, owned, &sent));
            let closed = here().any(|it| holds(&it.closed, owned, &sent));
            let undecided = here().any(|it| it.undecided.values().any(|it| holds(it, owned, &sent)));
            let told = || {
                format!(
                    "change {seed}, side {which}: {sent:?} by {translation:?}\nopen {:?}\n{:?}\n{:?}\n{}\n{}",
                    sides[which].undecided,
                    networks
                        .each_ref()
                        .map(|network| evaluate_path(network, &asked(&sent, translation)).blockers),
                    found(&differences, &sent).collect::<Vec<_>>(),
                    serde_json::to_string(&sides[0]).unwrap(),
                    serde_json::to_string(&sides[1]).unwrap(),
                )
            };
            let answers = [0, 1].map(|at| evaluated(&sides[at], &networks[at], &sent, translation));
            if let [Some(one), Some(other)] = answers {
                *seen.entry((one, other)).or_default() += 1;
                let expected = (
                    one == Answer::Denied && other == Answer::Allowed,
                    one == Answer::Allowed && other == Answer::Denied,
                );
                assert_eq!((opened, closed), expected, "{answers:?} {}", told());
                match (one == Answer::Unknown, other == Answer::Unknown) {
                    (true, true) => {}
                    (false, false) => assert!(!undecided, "{answers:?} {}", told()),
                    _ => assert!(undecided, "{answers:?} {}", told()),
                }
            }
            if undecided || opened && closed {
                continue;
            }
            // However it comes out, what was decided is so.
            let decided = truth(&sides[1 - which], &sent, translation);
            for way in &outcomes {
                if owned == Oracle(way).owners_of(sent.from).is_empty() && !owned {
                    continue;
                }
                let mut pair = [decided, truth(way, &sent, translation)];
                if which == 0 {
                    pair.reverse();
                }
                let opens = pair == [Answer::Denied, Answer::Allowed];
                let shuts = pair == [Answer::Allowed, Answer::Denied];
                settled += 1;
                strangers += u32::from(!owned);
                assert_eq!(
                    (opens, shuts),
                    (opened, closed),
                    "it came out {pair:?} {}\n{}",
                    told(),
                    serde_json::to_string(way).unwrap()
                );
            }
        }
    }
    for one in [Answer::Allowed, Answer::Denied, Answer::Unknown] {
        let count = seen.get(&(one, Answer::Unknown)).copied().unwrap_or_default();
        assert!(count > 50, "{seen:?}");
    }
    assert!(settled > 20_000 && strangers > 4_000, "{settled} came out, {strangers} of strangers");
    assert!(codes.contains(&PathCode::SnapshotPlanUnknown), "{codes:?}");
    assert!(codes.contains(&PathCode::SnapshotPlanUnsupported), "{codes:?}");
    assert!(aspects.len() == 8 && aspects.values().all(|count| *count > 30), "{aspects:?}");
}
