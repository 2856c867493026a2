//! Every input is described, typed, used, and bounded so that no value of it is more than a value.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::component::{Component, Kind, named};

#[test]
fn every_input_is_described_and_of_its_type() {
    for component in Component::all() {
        for (name, input) in &component.inputs {
            let place = format!("{}: {name}", component.name);
            assert!(
                input.description.len() > 15 && !input.description.ends_with('.'),
                "{place}: description"
            );
            for value in input.default.iter().chain(input.options.iter().flatten()) {
                assert!(input.kind.holds(value), "{place}: {value} is no {}", input.kind.word());
            }
            if let (Some(options), Some(default)) = (&input.options, &input.default) {
                assert!(options.contains(default), "{place}: the default is no option");
            }
        }
        // One that everybody has to give, and no more.
        let mandatory: Vec<_> = component
            .inputs
            .iter()
            .filter(|(_, input)| input.default.is_none())
            .map(|(name, _)| name)
            .collect();
        assert_eq!(mandatory, ["image"], "{}", component.name);
    }
}

#[test]
fn every_input_is_used_and_every_used_one_is_there() {
    for component in Component::all() {
        let jobs = component.text.split_once("\n---\n").unwrap().1;
        let used: BTreeSet<&str> = named(jobs).into_iter().collect();
        let there: BTreeSet<&str> = component.inputs.keys().map(String::as_str).collect();
        assert_eq!(used, there, "{}", component.name);
    }
}

/// Values go into a shell's script: a text has options, or a regular expression that lets no quote, blank line,
/// command or substitution through.
#[test]
fn no_input_can_be_more_than_a_value() {
    const HARM: &[&str] = &[
        "\"",
        "'",
        "`id`",
        "$(id)",
        "a;b",
        "a&b",
        "a|b",
        "a\nb",
        "a>b",
        "a<b",
        "a\\",
        "a\"; id; \"",
        "a*",
        "a #b",
        "$[[ inputs.x ]]",
        "a\u{e9}",
    ];
    for component in Component::all() {
        for (name, input) in component.inputs.iter().filter(|(_, input)| input.kind == Kind::String) {
            let place = format!("{}: {name}", component.name);
            let Some(pattern) = &input.regex else {
                assert!(input.options.is_some(), "{place}: neither options nor a regular expression");
                continue;
            };
            assert!(pattern.starts_with('^') && pattern.ends_with('$'), "{place}: {pattern} is not anchored");
            let schema = serde_json::json!({ "type": "string", "pattern": pattern });
            let validator = jsonschema::draft202012::new(&schema).unwrap();
            let fits = |text: &str| validator.is_valid(&Value::from(text));
            for harm in HARM {
                assert!(!fits(harm), "{place}: {harm:?} fits {pattern}");
            }
            if let Some(default) = &input.default {
                assert!(fits(default.as_str().unwrap()), "{place}: {default} does not fit {pattern}");
            }
            assert!(input.default.is_some() || fits("$CI_REGISTRY/platform/reachgate:0.1.0"), "{place}");
        }
    }
}

#[test]
fn the_same_input_is_the_same_in_every_component() {
    let all = Component::all();
    for component in &all {
        for (name, input) in &component.inputs {
            for other in all.iter().filter_map(|other| other.inputs.get(name)) {
                assert_eq!(input.regex, other.regex, "{name}");
                assert_eq!(input.options, other.options, "{name}");
                assert_eq!(input.description, other.description, "{name}");
            }
        }
    }
}
