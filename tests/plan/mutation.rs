//! Plans that were cut short or damaged: read or refused, laid or not, never a panic; and whatever is unknown in one
//! never turns into an answer that the whole plan does not give.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use reachgate::aws::files::load_snapshot;
use reachgate::aws::plan::{Plan, lay_plan, parse_plan};
use reachgate::flow::Port;
use reachgate::network::{Answer, Endpoint, Network, Question, Traffic, evaluate_path};
use reachgate::snapshot::Snapshot;
use serde_json::Value;

use super::{folder, plan_of};

fn text(case: &str) -> String {
    fs::read_to_string(folder("real").join(case).join("plan.json")).expect("a plan")
}

fn before(case: &str) -> Snapshot {
    load_snapshot(&[folder("real").join(case).join("before")]).unwrap_or_else(|error| panic!("{error}"))
}

fn answer(snapshot: &Snapshot, from: &str, to: &str, port: u16) -> Answer {
    let end = |text: &str| text.parse::<Endpoint>().expect("an address");
    let traffic = Traffic::Tcp(Port::new(port).expect("a port"));
    evaluate_path(&Network::new(snapshot), &Question::new(end(from), end(to), traffic)).verdict
}

fn lay(snapshot: &Snapshot, plan: &Plan) -> Snapshot {
    let laid = lay_plan(snapshot.clone(), plan);
    let _ = evaluate_everything(&laid.snapshot);
    laid.snapshot
}

fn evaluate_everything(snapshot: &Snapshot) -> Vec<Answer> {
    let ends = ["10.1.34.23", "10.1.20.15", "10.1.20.16", "10.1.20.17", "10.1.21.9"];
    ends.iter().flat_map(|from| ends.map(|to| answer(snapshot, from, to, 22))).collect()
}

/// Every place in a value, as a path of keys.
fn places(value: &Value, at: &mut Vec<String>, into: &mut Vec<Vec<String>>) {
    into.push(at.clone());
    let each: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, it)| (key.clone(), it)).collect(),
        Value::Array(values) => values.iter().enumerate().map(|(key, it)| (key.to_string(), it)).collect(),
        _ => Vec::new(),
    };
    for (key, it) in each {
        at.push(key);
        places(it, at, into);
        at.pop();
    }
}

fn pointer(path: &[String]) -> String {
    let keys: Vec<String> = path.iter().map(|key| key.replace('~', "~0").replace('/', "~1")).collect();
    if keys.is_empty() { String::new() } else { format!("/{}", keys.join("/")) }
}

fn damaged() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(Value::Bool(true)),
        Just(Value::from(-1)),
        Just(Value::from(u64::MAX)),
        Just(Value::from("")),
        Just(Value::from("sg-")),
        Just(Value::from("10.0.0.0/99")),
        Just(Value::from("\u{1b}[2J[\"]..")),
        Just(Value::Array(vec![Value::Null, Value::Bool(true)])),
        Just(Value::Object(serde_json::Map::new())),
    ]
}

const CASES: [&str; 6] = [
    "module-for-each",
    "defaults-adopted",
    "group-rule-and-attachment",
    "interface-made",
    "acl-rule-changed",
    "routes-changed",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_that_ends_early_is_refused(case in 0..CASES.len(), cut in 0.0..1.0_f64) {
        let text = text(CASES[case]);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a text")]
        let at = (text.trim_end().len() as f64 * cut) as usize;
        prop_assert!(parse_plan(Path::new("plan.json"), &text.as_bytes()[..at]).is_err());
    }

    #[test]
    fn a_damaged_plan_is_refused_or_laid(case in 0..CASES.len(), places_at in proptest::collection::vec((any::<prop::sample::Index>(), damaged()), 1..6)) {
        let mut value: Value = serde_json::from_str(&text(CASES[case])).expect("JSON");
        let mut all = Vec::new();
        places(&value, &mut Vec::new(), &mut all);
        for (index, with) in places_at {
            let place: &Vec<String> = index.get(&all);
            if let Some(it) = value.pointer_mut(&pointer(place)) {
                *it = with;
            }
        }
        if let Ok(plan) = parse_plan(Path::new("plan.json"), value.to_string().as_bytes()) {
            lay(&before(CASES[case]), &plan);
            lay(&Snapshot::default(), &plan);
        }
    }

    /// Whatever attribute comes to be known only after apply: the answer stays, or is unknown.
    #[test]
    fn what_becomes_unknown_never_changes_an_answer(case in 0..CASES.len(), chosen in any::<prop::sample::Index>()) {
        let mut value: Value = serde_json::from_str(&text(CASES[case])).expect("JSON");
        let snapshot = before(CASES[case]);
        let whole = evaluate_everything(&lay(&snapshot, &plan_of(&value)));
        let mut attributes = Vec::new();
        for (at, change) in value["resource_changes"].as_array().expect("changes").iter().enumerate() {
            let is_made = change["change"]["actions"][0] != "no-op";
            let after = change["change"]["after"].as_object();
            for name in after.into_iter().flat_map(serde_json::Map::keys).filter(|_| is_made) {
                if !after.is_some_and(|it| it[name].is_null()) {
                    attributes.push((at, name.clone()));
                }
            }
        }
        let (at, name) = chosen.get(&attributes).clone();
        let change = &mut value["resource_changes"][at]["change"];
        change["after"].as_object_mut().expect("an object").remove(&name);
        change["after_unknown"][&name] = Value::Bool(true);
        // What it comes from is a local value, which the configuration does not show.
        let configured = serde_json::json!({ "references": ["local.later"] });
        let kind = value["resource_changes"][at]["type"].clone();
        let resource = value["resource_changes"][at]["name"].clone();
        configure(&mut value["configuration"]["root_module"], &kind, &resource, &name, &configured);
        let open = evaluate_everything(&lay(&snapshot, &plan_of(&value)));
        for (open, whole) in open.iter().zip(&whole) {
            prop_assert!(*open == Answer::Unknown || open == whole, "{at} {name}: {whole} became {open}");
        }
    }
}

fn configure(module: &mut Value, kind: &Value, name: &Value, attribute: &str, expression: &Value) {
    for resource in module["resources"].as_array_mut().into_iter().flatten() {
        if resource["type"] == *kind && resource["name"] == *name {
            resource["expressions"][attribute] = expression.clone();
        }
    }
    for call in module["module_calls"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        configure(&mut call["module"], kind, name, attribute, expression);
    }
}
