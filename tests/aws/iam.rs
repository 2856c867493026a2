//! The documented permissions are those that are used: not one more, not one less.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::Test;
use crate::moto::{Moto, everything, fetch, request};
use crate::wire::Fate;

pub const TESTS: &[Test] = &[
    ("iam::calls_are_policy_and_model", calls_are_policy_and_model),
    ("iam::policy_reads_only", reads_only),
];

fn policy() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/iam-policy.json");
    serde_json::from_slice(&std::fs::read(path).expect("the policy")).expect("JSON")
}

fn allowed() -> Vec<String> {
    let policy = policy();
    let statements = policy["Statement"].as_array().expect("statements");
    let actions = statements.iter().flat_map(|statement| {
        assert_eq!(statement["Effect"], "Allow");
        statement["Action"].as_array().expect("a list of actions")
    });
    actions.map(|action| action.as_str().expect("an action").to_owned()).collect()
}

/// Every call of every kind of reading, over worlds that lead everywhere: the policy has them all and no
/// other, and AWS's own model has their filters and page sizes.
fn calls_are_policy_and_model(moto: &Moto) {
    // Moto does not say over which peering a rule refers to a group, so no reference could be stale.
    let refer = |text: String| {
        text.replace("<groups><item>", "<groups><item><vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId>")
    };
    let wire = moto.wire(move |call| match call.action.as_str() {
        "ec2:DescribeSecurityGroups" => Fate::Edit(refer),
        _ => Fate::Pass,
    });
    for name in ["healthy", "prefix-list", "peered", "transit"] {
        let world = moto.world(name);
        fetch(&request(world, wire.address)).expect("moto is read");
        fetch(&everything(world, wire.address)).expect("moto is read");
    }
    let called: BTreeSet<String> = wire.actions().into_keys().collect();
    let listed = allowed();
    let mut sorted = listed.clone();
    sorted.sort();
    assert_eq!(sorted.iter().collect::<BTreeSet<_>>().len(), listed.len(), "an action stands twice");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), called);
    let bodies: Vec<String> = wire.calls().into_iter().map(|call| call.body).collect();
    let faults = Moto::model(&bodies.join("\n"));
    assert!(faults.is_empty(), "{faults}");
}

fn reads_only(_: &Moto) {
    for action in allowed() {
        let verb = action.split_once(':').expect("service:action").1;
        assert!(["Describe", "Get", "Search"].iter().any(|word| verb.starts_with(word)), "{action}");
        assert!(!action.contains('*'), "{action}");
    }
}
