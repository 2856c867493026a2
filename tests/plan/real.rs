//! Every case of `tests/plan/real`: what was there, Terraform's plan, and what was there after apply
//! (`tests/plan/terraform/make.py` made them with Terraform and a moto server).
//!
//! Every flow between all addresses is asked of the plan laid over what was there, and of what was there after.
//! Both have to answer alike, except where a case of `expected.yaml` says that the plan leaves a flow open.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use reachgate::aws::files::load_snapshot;
use reachgate::aws::plan::{lay_plan, load_plan};
use reachgate::flow::Port;
use reachgate::network::{Answer, Endpoint, Network, Question, Traffic, evaluate_path};
use reachgate::snapshot::{Planned, Snapshot};
use serde::Deserialize;

use super::folder;

/// The ports that some rule of some case tells apart, and one that none does.
const PORTS: [u16; 8] = [20, 22, 443, 5432, 8079, 8080, 8081, 9000];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// Flows that were decided and are answered otherwise after, each as `from to port answer`.
    #[serde(default)]
    changed: BTreeSet<String>,
    /// How many flows the plan leaves open that are decided after apply: an address that goes is nobody's, too.
    #[serde(default)]
    open: usize,
    /// `action address` of each change.
    #[serde(default)]
    changes: BTreeSet<String>,
    /// `address attribute` of what is known only after apply.
    #[serde(default)]
    unknown: BTreeSet<String>,
}

fn answers(snapshot: &Snapshot, addresses: &BTreeSet<String>) -> BTreeMap<String, Answer> {
    let network = Network::new(snapshot);
    let mut all = BTreeMap::new();
    for from in addresses {
        for to in addresses.iter().filter(|to| *to != from) {
            for port in PORTS {
                let end = |text: &str| text.parse::<Endpoint>().expect("an address");
                let traffic = Traffic::Tcp(Port::new(port).expect("a port"));
                let result = evaluate_path(&network, &Question::new(end(from), end(to), traffic));
                all.insert(format!("{from} {to} {port}"), result.verdict);
            }
        }
    }
    all
}

fn addresses(snapshot: &Snapshot) -> BTreeSet<String> {
    let all = snapshot.network_interfaces.values();
    all.filter_map(|it| it.private_ip_address).map(|it| it.to_string()).collect()
}

fn load(case: &Path, moment: &str) -> Snapshot {
    load_snapshot(&[case.join(moment)]).unwrap_or_else(|error| panic!("{error}"))
}

fn told(planned: &Planned) -> (BTreeSet<String>, BTreeSet<String>) {
    let changes = planned.changes.iter().map(|it| format!("{} {}", it.action.word(), it.address)).collect();
    (changes, planned.unknown.iter().map(|it| format!("{} {}", it.address, it.what)).collect())
}

#[test]
fn a_plan_that_is_laid_answers_as_its_apply_does() {
    let expected: BTreeMap<String, Expected> =
        serde_saphyr::from_str(&fs::read_to_string(folder("expected.yaml")).expect("the expectations"))
            .unwrap_or_else(|error| panic!("{error}"));
    let mut wrong = Vec::new();
    let cases: BTreeSet<String> = fs::read_dir(folder("real"))
        .expect("cases")
        .map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        cases,
        expected.keys().cloned().collect(),
        "each case is expected, and each expectation a case"
    );
    for (name, expected) in &expected {
        let case = folder("real").join(name);
        let (before, after) = (load(&case, "before"), load(&case, "after"));
        let plan = load_plan(&case.join("plan.json")).unwrap_or_else(|error| panic!("{error}"));
        let laid = lay_plan(before.clone(), &plan);
        let all: BTreeSet<String> = addresses(&before).union(&addresses(&after)).cloned().collect();
        let was = answers(&before, &all);
        let (is, will) = (answers(&after, &all), answers(&laid.snapshot, &all));
        let mut open = 0;
        let mut changed = BTreeSet::new();
        for (flow, real) in &is {
            let laid = will[flow];
            if laid == Answer::Unknown && *real != Answer::Unknown {
                open += 1;
            } else if laid != *real {
                wrong.push(format!("{name}: {flow}: the plan says {laid}, and it came to be {real}"));
            }
            if laid != was[flow] && laid != Answer::Unknown && was[flow] != Answer::Unknown {
                changed.insert(format!("{flow} {laid}"));
            }
        }
        if open != expected.open {
            wrong.push(format!("{name}: {open} flows are open, not {}", expected.open));
        }
        if changed != expected.changed {
            wrong.push(format!("{name}: changed: {}", serde_json::json!(changed)));
        }
        assert!(laid.planned.unsupported.is_empty() && laid.planned.unfinished.is_empty(), "{name}");
        let (made, unknown) = told(&laid.planned);
        if made != expected.changes {
            wrong.push(format!("{name}: changes: {}", serde_json::json!(made)));
        }
        if unknown != expected.unknown {
            wrong.push(format!("{name}: unknown: {}", serde_json::json!(unknown)));
        }
    }
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

/// A plan says enough for a path, without a snapshot; nothing counts as read. Nor does what it says depend on a
/// snapshot that has it already.
#[test]
fn a_plan_alone_answers_what_it_knows() {
    let mut wrong = Vec::new();
    let mut decided = 0;
    for case in fs::read_dir(folder("real")).expect("cases").map(|it| it.expect("an entry").path()) {
        let plan = load_plan(&case.join("plan.json")).unwrap_or_else(|error| panic!("{error}"));
        let laid = lay_plan(Snapshot::default(), &plan);
        assert!(laid.snapshot.documents.is_empty(), "{:?}", laid.snapshot.documents);
        let after = load(&case, "after");
        let all: BTreeSet<String> = addresses(&laid.snapshot).union(&addresses(&after)).cloned().collect();
        let real = answers(&after, &all);
        for (flow, answer) in &answers(&laid.snapshot, &all) {
            decided += usize::from(*answer != Answer::Unknown);
            if *answer != Answer::Unknown && *answer != real[flow] {
                wrong.push(format!("{}: {flow}: {answer}, not {}", case.display(), real[flow]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(decided, 1384, "flows that a plan alone decides");
}
