//! Every case of `by_hand.yaml`: a plan in a few lines over the platform of the static tests, in the format that
//! Terraform writes, for what its own plans do not show: what is known only after apply, and what is rare.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use reachgate::aws::files::load_snapshot;
use reachgate::aws::plan::lay_plan;
use reachgate::flow::Port;
use reachgate::judge::configuration::{StaticOptions, judge_plan, judge_static};
use reachgate::network::{Network, PathResult, Question, Traffic, evaluate_path};
use reachgate::policy::file::load_policy;
use reachgate::snapshot::{Snapshot, write_snapshot};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{folder, plan_of};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    /// `before` (without tcp/22) or `after`; `none` for a plan alone.
    #[serde(default = "after")]
    snapshot: String,
    /// What AWS describes besides, as a file of it.
    #[serde(default)]
    described: Value,
    /// The plan's objects; what is left out of each is as [`whole`] makes it.
    changes: Vec<Value>,
    /// The configuration's expressions by `address`, or by `module.NAME.address`: references each.
    #[serde(default)]
    references: BTreeMap<String, Map<String, Value>>,
    /// Top-level keys besides.
    #[serde(default)]
    plan: Map<String, Value>,
    /// Flows and their answers, of TCP, `udp/PORT` or `icmp`: `from to port: answer`, or `answer code code…` with all that is in the way.
    #[serde(default)]
    flows: BTreeMap<String, String>,
    /// Findings of the static mode that do not pass, `code verdict`.
    #[serde(default)]
    findings: Option<BTreeSet<String>>,
    #[serde(default)]
    unknown: Option<BTreeSet<String>>,
    #[serde(default)]
    unsupported: BTreeSet<String>,
    #[serde(default)]
    says: Vec<String>,
}

fn after() -> String {
    "after".to_owned()
}

fn read(name: &str) -> Vec<Case> {
    let ids = fs::read_to_string(folder("../static/ids.yaml")).expect("the ids");
    let ids: BTreeMap<String, String> = serde_saphyr::from_str(&ids).expect("a map of ids");
    let mut text = fs::read_to_string(folder(name)).expect("the cases");
    for (short, id) in ids {
        text = text.replace(&format!("<{short}>"), &id);
    }
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// One change as Terraform writes it. `unknown` names the attributes that are known only after apply.
fn whole(change: &Value) -> Value {
    let address = change["address"].as_str().expect("an address");
    let (module, own) =
        match address.rfind("module.").and_then(|at| address[at..].find(".aws_").map(|it| at + it)) {
            Some(at) => (&address[..at], &address[at + 1..]),
            None => ("", address),
        };
    let own = own.strip_prefix("data.").unwrap_or(own);
    let (kind, name) = own.split_once('.').expect("type.name");
    let (name, index) = match name.split_once('[') {
        Some((name, index)) => (name, serde_json::from_str(index.trim_end_matches(']')).expect("an index")),
        None => (name, Value::Null),
    };
    let mut unknown = Map::new();
    for attribute in change["unknown"].as_array().into_iter().flatten() {
        unknown.insert(attribute.as_str().expect("a name").to_owned(), Value::Bool(true));
    }
    if let Some(open) = change["after_unknown"].as_object() {
        unknown.extend(open.clone());
    }
    let actions = match &change["actions"] {
        Value::String(one) => json!([one]),
        Value::Null => json!(["create"]),
        other => other.clone(),
    };
    let mut object = json!({
        "address": address,
        "mode": if address.contains("data.") { "data" } else { "managed" },
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": actions, "before": change["before"], "after": change["after"], "after_unknown": unknown,
            "before_sensitive": false, "after_sensitive": {},
        },
    });
    if !module.is_empty() {
        object["module_address"] = Value::from(module);
    }
    if !index.is_null() {
        object["index"] = index;
    }
    for key in ["deposed", "previous_address"] {
        if !change[key].is_null() {
            object[key] = change[key].clone();
        }
    }
    if !change["importing"].is_null() {
        object["change"]["importing"] = change["importing"].clone();
    }
    object
}

/// The configuration: each expression is a list of references, a constant, or an expression as it is.
fn configuration(case: &Case) -> Value {
    let mut root = json!({ "resources": [], "module_calls": {} });
    for (address, expressions) in &case.references {
        let mut module = &mut root;
        let mut rest = address.as_str();
        while let Some(inner) = rest.strip_prefix("module.") {
            let (name, further) = inner.split_once('.').unwrap_or((inner, ""));
            let calls = module["module_calls"].as_object_mut().expect("calls");
            let new = || json!({ "expressions": {}, "module": { "resources": [], "module_calls": {}, "outputs": {} } });
            let call = calls.entry(name).or_insert_with(new);
            rest = further;
            if rest.is_empty() || rest == "outputs" {
                for (name, references) in expressions {
                    let expression = json!({ "references": references });
                    if rest.is_empty() {
                        call["expressions"][name] = expression;
                    } else {
                        call["module"]["outputs"][name] = json!({ "expression": expression });
                    }
                }
                rest = "";
                module = &mut call["module"];
                break;
            }
            module = &mut call["module"];
        }
        if rest.is_empty() {
            continue;
        }
        let of = |value: &Value| match value {
            // Blocks are a list of what each says.
            Value::Array(blocks) if blocks.iter().any(Value::is_object) => value.clone(),
            Value::Array(_) => json!({ "references": value }),
            Value::Object(_) => value.clone(),
            constant => json!({ "constant_value": constant }),
        };
        let mut resource = json!({ "address": rest, "expressions": {} });
        for (name, value) in expressions {
            if name == "for_each" {
                resource["for_each_expression"] = of(value);
            } else {
                resource["expressions"][name] = of(value);
            }
        }
        module["resources"].as_array_mut().expect("a list").push(resource);
    }
    json!({ "root_module": root })
}

fn plan(case: &Case) -> Value {
    let mut plan = json!({
        "format_version": "1.2", "terraform_version": "1.11.4", "planned_values": { "root_module": {} },
        "resource_changes": case.changes.iter().map(whole).collect::<Vec<_>>(),
        "configuration": configuration(case),
    });
    for (key, value) in &case.plan {
        plan[key] = value.clone();
    }
    plan
}

fn snapshot(case: &Case) -> Snapshot {
    if case.snapshot == "none" {
        return Snapshot::default();
    }
    let mut paths: Vec<PathBuf> =
        ["platform", &case.snapshot].iter().map(|it| folder("../static").join(it)).collect();
    let place = tempfile::TempDir::new().expect("a folder");
    if !case.described.is_null() {
        let file = place.path().join("described.json");
        fs::write(&file, case.described.to_string()).expect("a file");
        paths.push(file);
    }
    load_snapshot(&paths).unwrap_or_else(|error| panic!("{error}"))
}

fn ask(network: &Network<'_>, flow: &str) -> PathResult {
    let words: Vec<&str> = flow.split(' ').collect();
    let port = |text: &str| Port::new(text.parse().expect("a port")).expect("a port");
    let traffic = match words[2].split_once('/') {
        _ if words[2] == "icmp" => Traffic::Icmp,
        Some(("udp", number)) => Traffic::Udp(port(number)),
        _ => Traffic::Tcp(port(words[2])),
    };
    let end = |text: &str| text.parse().unwrap_or_else(|error| panic!("{error}"));
    evaluate_path(network, &Question::new(end(words[0]), end(words[1]), traffic))
}

fn told(result: &PathResult, with_codes: bool) -> String {
    let mut codes: Vec<&str> = result.blockers.iter().map(|it| it.code.id()).collect();
    codes.sort_unstable();
    codes.dedup();
    if with_codes {
        [&[result.verdict.word()], &codes[..]].concat().join(" ")
    } else {
        result.verdict.word().to_owned()
    }
}

#[test]
fn every_case_is_laid_as_it_should_be() {
    let environment = |name: &str| (name == "DEV_SERVER_IP").then(|| "10.1.20.15".to_owned());
    let policy = load_policy(None, &environment).unwrap_or_else(|error| panic!("{error}"));
    let mut wrong = Vec::new();
    let cases = read("by_hand.yaml");
    assert!(cases.len() > 40, "only {} cases", cases.len());
    for case in &cases {
        let laid = lay_plan(snapshot(case), &plan_of(&plan(case)));
        let network = Network::new(&laid.snapshot);
        let mut said = format!("{:?} {:?}", laid.planned, laid.snapshot.undecided);
        for (flow, expected) in &case.flows {
            let result = ask(&network, flow);
            let answer = told(&result, expected.contains(' '));
            said.push_str(&serde_json::to_string(&result).expect("JSON"));
            if answer != *expected {
                wrong.push(format!("{}: {flow}: {} not {expected}", case.title, told(&result, true)));
            }
        }
        let mut findings = judge_static(&policy, &network, &StaticOptions::default());
        findings.extend(judge_plan(&laid.planned, &policy, &network));
        for it in &findings {
            let whole = !it.expected.is_empty() && !it.observed.is_empty();
            let advised = matches!(it.verdict.word(), "pass" | "skip") || !it.hint.is_empty();
            assert!(whole && advised, "{}: {} lacks a phrase", case.title, it.code);
            said.push_str(&[it.observed.as_str(), &it.reason, &it.hint].join(" "));
        }
        if let Some(expected) = &case.findings {
            let bad = findings.iter().filter(|it| it.verdict.word() != "pass");
            let seen: BTreeSet<String> = bad.map(|it| format!("{} {}", it.code, it.verdict.word())).collect();
            if seen != *expected {
                wrong.push(format!("{}: findings: {}", case.title, json!(seen)));
            }
        }
        let unknown: BTreeSet<String> =
            laid.planned.unknown.iter().map(|it| format!("{} {}", it.address, it.what)).collect();
        if let Some(expected) = &case.unknown
            && unknown != *expected
        {
            wrong.push(format!("{}: unknown: {}", case.title, json!(unknown)));
        }
        let unsupported: BTreeSet<String> =
            laid.planned.unsupported.iter().map(|it| format!("{} {}", it.address, it.actions)).collect();
        if unsupported != case.unsupported {
            wrong.push(format!("{}: unsupported: {}", case.title, json!(unsupported)));
        }
        for text in case.says.iter().filter(|text| !said.contains(text.as_str())) {
            wrong.push(format!("{}: nothing says {text:?}", case.title));
        }
        if said.contains("hunter2") {
            wrong.push(format!("{}: a secret is printed", case.title));
        }
    }
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

/// What a plan leaves open is written into a snapshot's own file, and read back.
#[test]
fn what_is_open_is_kept_in_a_file() {
    let cases = read("by_hand.yaml");
    let place = tempfile::TempDir::new().expect("a folder");
    let file = place.path().join("snapshot.json");
    for case in &cases {
        let laid = lay_plan(snapshot(case), &plan_of(&plan(case)));
        let mut text = Vec::new();
        write_snapshot(&laid.snapshot, &mut text).expect("memory");
        fs::write(&file, text).expect("a file");
        let read = load_snapshot(std::slice::from_ref(&file)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.undecided, laid.snapshot.undecided, "{}", case.title);
    }
}

/// Each target of a route, as a resource and as a block: the path goes there, and says so.
#[test]
fn a_route_leads_to_its_target() {
    let targets = [
        ("gateway_id", "igw-9", "denied route-to-internet"),
        ("gateway_id", "vgw-9", "unknown route-target-unmodelled"),
        ("nat_gateway_id", "nat-9", "unknown route-target-unmodelled"),
        ("egress_only_gateway_id", "eigw-9", "denied route-to-internet"),
        ("transit_gateway_id", "tgw-9", "unknown snapshot-incomplete"),
        ("vpc_peering_connection_id", "pcx-9", "unknown snapshot-incomplete"),
        ("network_interface_id", "eni-9", "unknown route-target-unmodelled"),
        ("instance_id", "i-9", "unknown route-target-unmodelled"),
        ("vpc_endpoint_id", "vpce-9", "unknown route-target-unmodelled"),
        ("local_gateway_id", "lgw-9", "unknown route-target-unmodelled"),
        ("carrier_gateway_id", "cagw-9", "unknown route-target-unmodelled"),
        ("core_network_arn", "arn:aws:networkmanager::1:core-network/c", "unknown route-target-unmodelled"),
        ("odb_network_arn", "arn:aws:odb:::odb-network/o", "unknown route-target-unmodelled"),
        ("gateway_id", "local", "allowed"),
    ];
    let ids = fs::read_to_string(folder("../static/ids.yaml")).expect("the ids");
    let ids: BTreeMap<String, String> = serde_saphyr::from_str(&ids).expect("a map of ids");
    for (attribute, target, expected) in targets {
        let route = json!({ "route_table_id": ids["rtb"], "destination_cidr_block": "10.1.20.0/24", attribute: target });
        let block =
            json!({ "id": ids["rtb"], "route": [{ "cidr_block": "10.1.20.0/24", attribute: target }] });
        for change in [
            json!({ "address": "aws_route.r", "after": route, "unknown": ["id"] }),
            json!({ "address": "aws_route_table.t", "actions": "update", "before": { "id": ids["rtb"], "route": [] }, "after": block }),
        ] {
            let case: Case =
                serde_json::from_value(json!({ "title": target, "changes": [change] })).expect("a case");
            let laid = lay_plan(snapshot(&case), &plan_of(&plan(&case)));
            let result = ask(&Network::new(&laid.snapshot), "10.1.34.23 10.1.20.15 22");
            assert_eq!(told(&result, true), expected, "{attribute} {target}");
            let said = serde_json::to_string(&result).expect("JSON");
            assert!(said.contains(target), "{attribute} {target}: {said}");
        }
    }
}
