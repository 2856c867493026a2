//! Property tests: the evaluator against an oracle that sends packets one by one, over random networks.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test fails it")]
#![expect(clippy::single_match_else, reason = "two cases read best side by side")]

#[path = "oracle/change.rs"]
mod change;
#[path = "oracle/dice.rs"]
mod dice;
#[path = "oracle/difference.rs"]
mod difference;
#[path = "oracle/everything.rs"]
mod everything;
#[path = "oracle/open.rs"]
mod open;
#[path = "oracle/packet.rs"]
mod packet;
#[path = "oracle/undecided.rs"]
mod undecided;
#[path = "oracle/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};

use reachgate::network::{Answer, Network, PathCode, evaluate_path};
use reachgate::snapshot::{Conflict, Document};

use dice::Dice;
use packet::Oracle;

const NETWORKS: u64 = 4_000;
const FLOWS: u64 = 25;

#[test]
fn evaluator_and_oracle_agree_on_100_000_flows() {
    let mut codes: BTreeSet<PathCode> = BTreeSet::new();
    let mut answers: BTreeMap<Answer, u32> = BTreeMap::new();
    for seed in 0..NETWORKS {
        let mut dice = Dice::new(seed);
        let snapshot = world::build(&mut dice);
        let network = Network::new(&snapshot);
        for flow in 0..FLOWS {
            let question = world::ask(&mut dice, &snapshot);
            let found = evaluate_path(&network, &question);
            let truth = Oracle(&snapshot).answer(&question);
            assert_eq!(
                found.verdict,
                truth,
                "network {seed}, flow {flow}: {question:?}\n{}\n{}",
                serde_json::to_string_pretty(&found).unwrap(),
                serde_json::to_string(&snapshot).unwrap(),
            );
            *answers.entry(found.verdict).or_default() += 1;
            codes.extend(found.blockers.iter().chain(&found.warnings).map(|blocker| blocker.code));
        }
    }
    println!("{answers:?}");
    // Conflicts, and what a plan leaves open, are put in by tests of their own.
    let apart =
        [PathCode::SnapshotConflict, PathCode::SnapshotPlanUnknown, PathCode::SnapshotPlanUnsupported];
    let never: Vec<PathCode> =
        PathCode::ALL.iter().copied().filter(|code| !codes.contains(code) && !apart.contains(code)).collect();
    assert!(never.is_empty(), "the networks never come to {never:?}");
    for answer in [Answer::Allowed, Answer::Denied, Answer::Unknown] {
        let share = answers.get(&answer).copied().unwrap_or_default();
        assert!(share > 5_000, "only {share} of the flows are {answer}");
    }
}

#[test]
fn what_is_missing_never_turns_an_answer_round() {
    // What these say is said elsewhere too; without them a stale reference is not told from a good one.
    let hints = [Document::StaleSecurityGroups, Document::TransitGatewayPrefixListReferences];
    for seed in 0..400 {
        let mut dice = Dice::new(1_000_000 + seed);
        let snapshot = world::build(&mut dice);
        let network = Network::new(&snapshot);
        let questions: Vec<_> = (0..10).map(|_| world::ask(&mut dice, &snapshot)).collect();
        let answers: Vec<_> = questions.iter().map(|question| evaluate_path(&network, question)).collect();
        for document in Document::ALL.iter().filter(|document| !hints.contains(document)) {
            let mut less = snapshot.clone();
            world::remove(&mut less, *document);
            let network = Network::new(&less);
            for (question, before) in questions.iter().zip(&answers) {
                let after = evaluate_path(&network, question);
                assert!(
                    after.verdict == before.verdict || after.verdict == Answer::Unknown,
                    "network {seed} without {document}: {question:?} was {}, is {}\n{}\n{}",
                    before.verdict,
                    after.verdict,
                    serde_json::to_string_pretty(&after).unwrap(),
                    serde_json::to_string(&snapshot).unwrap(),
                );
            }
        }
    }
}

#[test]
fn nothing_is_allowed_over_what_two_files_disagree_about() {
    let mut seen = 0;
    for seed in 0..1_000 {
        let mut dice = Dice::new(2_000_000 + seed);
        let snapshot = world::build(&mut dice);
        let network = Network::new(&snapshot);
        for _ in 0..10 {
            let question = world::ask(&mut dice, &snapshot);
            let before = evaluate_path(&network, &question);
            if before.verdict != Answer::Allowed {
                continue;
            }
            let ends = [before.source.as_ref().unwrap(), before.destination.as_ref().unwrap()];
            let mut ids: BTreeSet<String> = before.hops.iter().map(|hop| hop.component.clone()).collect();
            ids.extend(ends.iter().filter_map(|end| end.interface.clone()));
            for id in ids.iter().filter(|id| !id.starts_with("subnet-")) {
                let mut doubtful = snapshot.clone();
                doubtful.conflicts.push(Conflict {
                    id: id.as_str().into(),
                    document: Document::Vpcs,
                    path: ".X".into(),
                    first: "a.json".into(),
                    second: "b.json".into(),
                });
                let after = evaluate_path(&Network::new(&doubtful), &question);
                assert_eq!(after.verdict, Answer::Unknown, "network {seed}: {question:?} uses {id}");
                assert!(after.blockers.iter().any(|it| it.code == PathCode::SnapshotConflict));
                seen += 1;
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}
