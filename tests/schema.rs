//! The JSON Schemas in `docs/schemas/`: in step with the code, printed by the binary, and true of what is really
//! written, to the last field.
//!
//! After a wanted change of a format, `UPDATE_DOCS=1 cargo test --test schema` writes them anew.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reachgate::snapshot::Snapshot;
use serde_json::{Map, Value, json};

const FORMATS: [&str; 5] = ["report", "path", "reach", "diff", "snapshot"];

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What the binary writes, in an environment of its own, and how it ends.
fn reachgate(arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachgate"));
    command.current_dir(root("tests/static")).env_clear().env("DEV_SERVER_IP", "10.1.20.15");
    let output = command.args(arguments).stdin(Stdio::null()).output().expect("the binary runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    (String::from_utf8(output.stdout).expect("UTF-8"), output.status.code())
}

fn schema(format: &str) -> Value {
    serde_json::from_str(&reachgate(&["schema", format]).0).expect("JSON")
}

#[test]
fn committed_schemas_are_in_step() {
    for format in FORMATS {
        let path = root(&format!("docs/schemas/{format}.v1.schema.json"));
        let (text, exit) = reachgate(&["schema", format]);
        assert_eq!(exit, Some(0));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, &text).expect("docs can be written");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "{} is out of step: UPDATE_DOCS=1 cargo test --test schema",
            path.display()
        );
    }
}

#[test]
fn they_are_schemas() {
    for format in FORMATS {
        let schema = schema(format);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["title"], format!("reachgate.{format}/v1"));
        assert!(jsonschema::meta::is_valid(&schema), "{format}");
    }
}

/// The schema, but with no field allowed that it does not name: readers are to ignore such fields, and there are to
/// be none.
fn closed(mut schema: Value) -> Value {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                members.values_mut().for_each(close);
                if members.get("properties").is_some_and(Value::is_object) && members.contains_key("type") {
                    members.insert("additionalProperties".to_owned(), Value::Bool(false));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    schema
}

#[track_caller]
fn validates(format: &str, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).expect("JSON");
    let validator = jsonschema::draft202012::new(&closed(schema(format))).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    value
}

#[test]
fn reports_are_as_their_schema_says() {
    for (snapshot, exit) in [("before", 1), ("after", 0)] {
        let arguments = ["static", "--format", "json", "--snapshot", "platform", "--snapshot", snapshot];
        let (text, code) = reachgate(&arguments);
        assert_eq!(code, Some(exit));
        let report = validates("report", &text);
        assert_eq!(report["exit_code"], exit);
    }
    let (text, code) =
        reachgate(&["static", "--format", "json", "--snapshot", "platform", "--only", "quota-near"]);
    assert_eq!(code, Some(3), "all skipped");
    validates("report", &text);
    let golden = fs::read_to_string(root("tests/report/golden/rich.json")).unwrap();
    let report = validates("report", &golden);
    assert!(report["findings"].as_array().unwrap().iter().any(|finding| !finding["location"].is_null()));
}

#[test]
fn paths_are_as_their_schema_says() {
    for (snapshot, to, what, verdict) in [
        ("before", "10.1.20.15", &["--port", "22"][..], "denied"),
        ("after", "10.1.20.15", &["--port", "22"], "allowed"),
        ("after", "i-0a1b2c3d4e5f6de01", &["--protocol", "udp", "--port", "53"], "denied"),
        ("after", "10.1.20.15", &["--protocol", "icmp"], "denied"),
        ("after", "8.8.8.8", &["--port", "443"], "unknown"),
        ("after", "eni-0fffffffffffffff0", &["--port", "443"], "unknown"),
    ] {
        let mut arguments =
            vec!["path", "--format", "json", "--snapshot", "platform", "--snapshot", snapshot];
        arguments.extend(["--from", "10.1.34.23", "--to", to]);
        arguments.extend(what);
        let path = validates("path", &reachgate(&arguments).0);
        assert_eq!(path["verdict"], verdict, "{arguments:?}: {path:#}");
    }
}

#[test]
fn diffs_are_as_their_schema_says() {
    let plan = "../plan/hand/unknown.json";
    for (arguments, exit, part) in [
        (&["--before", "before", "--after", "platform", "--after", "after"][..], 0, "opened"),
        (&["--before", "after", "--after", "platform", "--after", "before"], 1, "broken"),
        (&["--before", "before", "--plan", plan], 3, "gaps"),
        (&["--before", "before", "--plan", plan], 3, "undecided"),
    ] {
        let mut all = vec!["diff", "--format", "json", "--before", "platform"];
        all.extend(arguments);
        let (text, code) = reachgate(&all);
        assert_eq!(code, Some(exit), "{text}");
        let diff = validates("diff", &text);
        assert_ne!(diff[part].as_array().map(Vec::len), Some(0), "{part}");
    }
}

#[test]
fn who_reaches_it_is_as_its_schema_says() {
    let plan = "../plan/hand/unknown.json";
    for (arguments, exit, part) in [
        (&["--snapshot", "after"][..], 0, "open"),
        (&["--snapshot", "before", "--plan", plan], 3, "undecided"),
        (&["--snapshot", "before", "--plan", plan], 3, "gaps"),
    ] {
        let mut all = vec!["reach", "--format", "json", "--to", "10.1.20.15", "--snapshot", "platform"];
        all.extend(arguments);
        let (text, code) = reachgate(&all);
        assert_eq!(code, Some(exit), "{text}");
        let report = validates("reach", &text);
        assert_ne!(report[part].as_array().map(Vec::len), Some(0), "{part}");
    }
}

#[test]
fn snapshots_are_as_their_schema_says() {
    let (text, code) =
        reachgate(&["snapshot", "--all", "--snapshot", "platform", "--snapshot", "before", "--out", "-"]);
    assert_eq!(code, Some(0));
    let snapshot = validates("snapshot", &text);
    for part in
        ["NetworkInterfaces", "SecurityGroups", "SecurityGroupRules", "Clusters", "RouteTables", "Documents"]
    {
        assert!(!snapshot[part].is_null(), "{part}");
    }
}

/// A value with everything in it that the schema names.
fn full(schema: &Value, root: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return full(root.pointer(reference.trim_start_matches('#')).expect(reference), root);
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(options) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return full(&options[0], root);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind.unwrap_or_else(|| panic!("{schema} has no type")) {
        "object" => {
            let mut members = Map::new();
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                members.insert(name.clone(), full(property, root));
            }
            if let Some(of) = schema.get("additionalProperties").filter(|of| of.is_object()) {
                let key = schema.get("propertyNames").map_or(json!("key"), |names| full(names, root));
                members.insert(key.as_str().unwrap().to_owned(), full(of, root));
            }
            Value::Object(members)
        }
        "array" => json!([full(&schema["items"], root)]),
        "boolean" => json!(true),
        "integer" => json!(7),
        "string" => match (schema["description"].as_str().unwrap_or_default(), schema["format"].as_str()) {
            (about, _) if about.starts_with("An IPv6 CIDR") => json!("2001:db8::/56"),
            (about, _) if about.contains("CIDR block") => json!("10.0.0.0/8"),
            (_, Some("ipv6")) => json!("2001:db8::1"),
            (_, Some("ipv4" | "ip")) => json!("10.0.0.1"),
            _ => json!("text"),
        },
        other => panic!("{other} in a snapshot"),
    }
}

/// Every field that the schema names is read under that name, and written again under it: had the schema a name that
/// serde has not, it would be gone.
#[test]
fn a_snapshots_schema_names_what_is_read_and_written() {
    let schema = schema("snapshot");
    let full = full(&schema, &schema);
    let snapshot: Snapshot = serde_json::from_value(full.clone()).expect("what the schema says can be read");
    assert_eq!(serde_json::to_value(&snapshot).unwrap(), full);
    let count = |value: &Value| value.to_string().matches("\":").count();
    assert!(count(&full) > 200, "only {} fields", count(&full));
}

/// What a field that must be there is missing from is no such document, and neither is one of another version.
#[test]
fn schemas_refuse_what_is_not_whole() {
    let snapshot = reachgate(&["snapshot", "--all", "--snapshot", "platform", "--out", "-"]).0;
    let report = reachgate(&["static", "--format", "json", "--snapshot", "platform"]).0;
    let question = [
        "path",
        "--format",
        "json",
        "--snapshot",
        "platform",
        "--from",
        "10.1.34.23",
        "--to",
        "10.1.20.15",
        "--port",
        "22",
    ];
    let path = reachgate(&question).0;
    let diff = reachgate(&["diff", "--format", "json", "--before", "platform", "--after", "platform"]).0;
    let reach = reachgate(&["reach", "--format", "json", "--snapshot", "platform", "--to", "10.1.20.15"]).0;
    for (format, text) in
        [("snapshot", snapshot), ("report", report), ("path", path), ("reach", reach), ("diff", diff)]
    {
        let validator = jsonschema::draft202012::new(&schema(format)).expect("a schema");
        let whole: Value = serde_json::from_str(&text).unwrap();
        assert!(validator.is_valid(&whole), "{format}");
        let mut other = whole.clone();
        other["schema"] = json!(format!("reachgate.{format}/v2"));
        assert!(!validator.is_valid(&other), "{format} v2");
        let mut added = whole.clone();
        added["added_later"] = json!(1);
        assert!(validator.is_valid(&added), "{format} with a new field");
        for required in schema(format)["required"].as_array().unwrap() {
            let mut lacking = whole.clone();
            lacking.as_object_mut().unwrap().remove(required.as_str().unwrap()).expect("it was there");
            assert!(!validator.is_valid(&lacking), "{format} without {required}");
        }
    }
    let basis = &schema("path")["$defs"]["Basis"];
    let validator = jsonschema::draft202012::new(basis).expect("a schema");
    for (kind, is_one) in [("cidr", true), ("prefix-list", true), ("group", true), ("other", false)] {
        assert_eq!(validator.is_valid(&json!({ "kind": kind, "value": "pl-1" })), is_one, "{kind}");
    }
    let rule =
        json!({ "schema": "reachgate.snapshot/v1", "SecurityGroups": { "sg-1": { "GroupName": "no id" } } });
    let validator = jsonschema::draft202012::new(&schema("snapshot")).expect("a schema");
    assert!(!validator.is_valid(&rule));
}
