//! The JSON Schema says what the reader says, as far as a schema can.

use std::fs;
use std::path::Path;

use reachgate::policy::file::write_schema;

use super::{folder, invalid, same_as_committed, valid};

/// Faults that a JSON Schema cannot express.
const BEYOND_THE_SCHEMA: &[&str] = &[
    // They lie between two values: references, contradictions, networks in each other.
    "allow-twice",
    "control-port-of-default-served",
    "control-port-served",
    "destination-undefined",
    "line-very-long",
    "name-listed-twice",
    "name-unresolvable-and-control",
    "name-unresolvable-and-never-tailnet",
    "name-unresolvable-by-variable",
    "runner-id-active-and-retired",
    "runner-light-of-none-active",
    "runner-light-retired",
    "runner-light-undefined",
    "runner-tag-active-and-retired",
    "service-expected-twice",
    "service-in-reach-and-closed",
    "service-in-reach-and-closed-elsewhere",
    "service-not-expected",
    "service-port-twice",
    "service-undefined",
    "source-undefined",
    "subnet-outside-vpc",
    "via-without-cluster",
    "vpc-is-tailscales-own",
    "vpc-is-the-tailnet",
    "within-undefined",
    // They lie in a calendar, or in which of two numbers is the greater.
    "allow-expires-is-no-day",
    "allow-traffic-wrong-way-round",
    // They lie in an address's bits.
    "cidr-host-bits",
    "cidr-mapped",
    // They lie in the environment, or in a default.
    "name-variable-is-no-dns-name",
    "network-default-wrong",
    "network-variable-empty",
    "network-variable-hostile",
    "network-variable-padded",
    "network-variable-unset",
    "network-variable-with-yaml",
    "network-variable-wrong",
    // JSON has one number for 19, 19.0 and 019.
    "number-has-a-leading-zero",
    "runner-id-fraction",
    "version-is-a-fraction",
    // They are gone when a schema sees the file: comments, and keys that are the same as texts.
    "bidi-override",
    "key-given-twice-in-two-spellings",
];

/// Files that are not YAML, or that a YAML reader gives up on: no schema is ever asked.
const NO_YAML: &[&str] = &[
    "alias-bomb",
    "alias-of-itself",
    "alias-unknown",
    "at-sign",
    "binary",
    "bracket-not-closed",
    "colon-in-a-value",
    "colon-missing",
    "escape-character",
    "key-given-twice",
    "key-indented-by-mistake",
    "key-is-a-list",
    "nested-too-deep",
    "nested-too-deep-in-blocks",
    "nul-character",
    "quote-not-closed",
    "tab-indented",
    "two-documents",
    "utf-16-big-endian",
    "utf-16-little-endian",
    "utf-16-unmarked",
    "utf-8-invalid",
    "variable-unquoted-in-braces",
];

#[test]
fn the_schema_agrees_with_the_reader() {
    let schema: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder("policies/policy.schema.json")).unwrap()).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let json = |path: &Path| -> Option<serde_json::Value> {
        serde_saphyr::from_str(std::str::from_utf8(&fs::read(path).unwrap()).ok()?).ok()
    };
    for (name, path) in valid() {
        let errors: Vec<String> = validator
            .iter_errors(&json(&path).unwrap())
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    let mut wrong = Vec::new();
    for (name, path) in invalid() {
        let (found, listed) = (json(&path).map(|json| validator.is_valid(&json)), name.as_str());
        let expected = match (NO_YAML.contains(&listed), BEYOND_THE_SCHEMA.contains(&listed)) {
            (true, false) => None,
            (false, passes) => Some(passes),
            (true, true) => panic!("{name} is in both lists"),
        };
        if found != expected {
            wrong.push(format!("{name}: valid by the schema: {found:?}, listed: {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for name in BEYOND_THE_SCHEMA.iter().chain(NO_YAML) {
        assert!(invalid().contains_key(*name), "{name} is no fixture");
    }
}

#[test]
fn the_committed_schema_is_in_step() {
    let mut out = Vec::new();
    write_schema(&mut out).unwrap();
    let found = String::from_utf8(out).unwrap();
    same_as_committed(&folder("policies/policy.schema.json"), &found).unwrap();
}

/// Every keyword of the schema is one that the reader knows what to do with.
#[test]
fn the_reader_knows_every_keyword() {
    const WALKED: &[&str] = &[
        "$ref",
        "type",
        "properties",
        "additionalProperties",
        "items",
        "required",
        "oneOf",
        "const",
        "minimum",
        "maximum",
    ];
    const CHECKED: &[&str] = &[
        "pattern",
        "propertyNames",
        "minItems",
        "minProperties",
        "uniqueItems",
        "anyOf",
        "dependentRequired",
    ];
    const TOLD: &[&str] = &["$schema", "$defs", "title", "description", "examples", "default"];
    fn keywords(schema: &serde_json::Value, unknown: &mut Vec<String>) {
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            if ![WALKED, CHECKED, TOLD].iter().any(|known| known.contains(&keyword.as_str())) {
                unknown.push(keyword.clone());
            }
            match keyword.as_str() {
                "properties" | "$defs" => {
                    value.as_object().unwrap().values().for_each(|schema| keywords(schema, unknown));
                }
                "items" | "additionalProperties" | "propertyNames" => keywords(value, unknown),
                "oneOf" | "anyOf" => {
                    value.as_array().unwrap().iter().for_each(|schema| keywords(schema, unknown));
                }
                _ => {}
            }
        }
    }
    let schema =
        serde_json::from_str(&fs::read_to_string(folder("policies/policy.schema.json")).unwrap()).unwrap();
    let mut unknown = Vec::new();
    keywords(&schema, &mut unknown);
    assert!(unknown.is_empty(), "{unknown:?}");
}
