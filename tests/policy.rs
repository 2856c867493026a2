//! Policy files: one fault a file with the exact message beside it, the shipped policies, the schema,
//! and input that means harm.
//!
//! `REACHGATE_UPDATE=1 cargo test --test policy` writes the messages and the schema anew; read the
//! difference before it is committed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use reachgate::policy::file::{Colour, load_policy, parse_policy, write_resolved, write_schema};
use reachgate::policy::{Policy, Tailscale, Value, Via, WorldOpen};

/// What the fixtures find in the environment. Nothing is taken from the real one.
fn environment(name: &str) -> Option<String> {
    match name {
        "DEV_SERVER_IP" => Some("10.1.20.15".to_owned()),
        "EMPTY" => Some(String::new()),
        "BANANA" => Some("banana".to_owned()),
        "PADDED_CIDR" => Some("10.1.0.0/16\n".to_owned()),
        "MAGICDNS" => Some("dev.tail1234.ts.net".to_owned()),
        "YAML" => Some("10.0.0.0/8]\nreview: {world_open: allow}".to_owned()),
        "HOSTILE" => Some("\u{1b}[2Jred".to_owned()),
        _ => None,
    }
}

fn unset(_: &str) -> Option<String> {
    None
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files of a folder with an ending, by stem.
fn files(folder: &Path, ending: &str) -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = entries.filter(|path| path.extension().is_some_and(|found| found == ending));
    named.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect()
}

fn invalid() -> BTreeMap<String, PathBuf> {
    files(&folder("tests/policy/invalid"), "yaml")
}

/// The shipped policies and the valid fixtures.
fn valid() -> BTreeMap<String, PathBuf> {
    let mut all = files(&folder("tests/policy/valid"), "yaml");
    all.extend(files(&folder("policies"), "yaml"));
    all
}

/// Compares with a committed file, or writes it where that is asked for.
fn same_as_committed(path: &Path, found: &str) -> Result<(), String> {
    if std::env::var_os("REACHGATE_UPDATE").is_some() {
        fs::write(path, found).unwrap();
        return Ok(());
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    if committed == found { Ok(()) } else { Err(format!("{}:\n{found}\n", path.display())) }
}

#[test]
fn each_fault_is_told_in_full() {
    let found = invalid();
    assert!(found.len() > 60, "only {} fixtures", found.len());
    let mut wrong = String::new();
    for (name, path) in &found {
        let bytes = fs::read(path).unwrap();
        let error = match load_policy(Some(path), &environment) {
            Ok(policy) => {
                wrong += &format!("{name} is taken for a policy: {policy:?}\n");
                continue;
            }
            Err(error) => error,
        };
        // The path of this machine is no part of the message.
        let place = path.to_str().unwrap();
        let told = error.to_string().replace(place, &format!("{name}.yaml")) + "\n";
        // Whoever adds a fixture says in its first line how many faults it has.
        let expected = String::from_utf8_lossy(&bytes);
        let count = expected.lines().next().and_then(|line| line.strip_prefix("# faults: ")?.parse().ok());
        if error.faults.len() != count.unwrap_or(1) {
            wrong += &format!("{name}: {} faults\n", error.faults.len());
        }
        if let Err(difference) = same_as_committed(&path.with_extension("txt"), &told) {
            wrong += &difference;
        }
    }
    let texts = files(&folder("tests/policy/invalid"), "txt");
    for orphan in texts.keys().filter(|name| !found.contains_key(*name)) {
        wrong += &format!("{orphan}.txt belongs to no fixture\n");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn messages_obey_no_terminal() {
    for (name, path) in invalid() {
        let error = load_policy(Some(&path), &environment).unwrap_err();
        let told = error.to_string();
        let harmful = |c: char| {
            c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!told.contains(harmful), "{name}: {told:?}");
        assert!(!told.contains("\n\n\n"), "{name}: {told}");
        // Every fault names the file, and every one has its place in it or was never read.
        assert_eq!(told.matches("--> ").count(), error.faults.len(), "{name}: {told}");
        let mut coloured = Vec::new();
        error.write_rendered(Colour::Ansi, &mut coloured).unwrap();
        assert!(coloured.starts_with(b"\x1b["), "{name} has no colour");
        assert_eq!(
            anstream::adapter::strip_str(std::str::from_utf8(&coloured).unwrap()).to_string(),
            told + "\n"
        );
    }
}

#[test]
fn a_fault_has_its_place() {
    let error = parse_policy("version: 1\nnäme: x\n", "p.yaml", &unset).unwrap_err();
    let fault = error.faults.iter().find(|fault| fault.message.contains("näme")).unwrap();
    let place = fault.place.as_ref().unwrap();
    assert_eq!((place.line, place.column, place.bytes.clone()), (2, 1, 11..16));
    assert_eq!(error.origin, "p.yaml");
}

#[test]
fn the_embedded_policy_is_the_platform() {
    let policy = load_policy(None, &environment).unwrap();
    assert_eq!(policy.name, "cwiq-dev");
    assert_eq!(policy.origin, "embedded cwiq-dev.yaml");
    let text = fs::read_to_string(folder("policies/cwiq-dev.yaml")).unwrap();
    assert!(text.starts_with("# yaml-language-server: $schema=policy.schema.json\n"));
    let show = |nets: &[ipnet::IpNet]| nets.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(show(policy.network("vpc")), "10.1.0.0/16");
    assert_eq!(show(policy.network("tailnet")), "100.64.0.0/10 fd7a:115c:a1e0::/48");
    let runners = &policy.sources["runners"];
    assert_eq!(show(&runners.subnets), "10.1.34.0/24 10.1.35.0/24");
    assert_eq!(runners.eks_cluster.as_deref(), Some("cwiq-dev-eks-cluster"));
    assert_eq!(runners.tailscale, Tailscale::Absent);
    let runner = |tag: &str, id: u64| (tag.to_owned(), id);
    assert_eq!(
        runners.active,
        BTreeMap::from([runner("small", 19), runner("medium", 20), runner("large", 21)])
    );
    let retired = [runner("dev-small", 16), runner("dev-medium", 17), runner("dev-large", 18)];
    assert_eq!(runners.retired, BTreeMap::from(retired));
    let server = &policy.destinations["dev-server"];
    let address = Value {
        written: "${DEV_SERVER_IP}".to_owned(),
        variable: Some("DEV_SERVER_IP".to_owned()),
        resolved: Some("10.1.20.15".to_owned()),
    };
    assert_eq!((&server.address, server.within.as_str()), (&address, "vpc"));
    let services: Vec<String> =
        server.services.iter().map(|(name, service)| format!("{name} {service}")).collect();
    assert_eq!(services, ["https 443/tls", "ssh 22/ssh"]);
    assert_eq!((server.control_port.number(), &server.server_name), (1, &None));
    let [expectation] = policy.expectations.as_slice() else { panic!("{:?}", policy.expectations) };
    assert_eq!((expectation.from.as_str(), expectation.to.as_str()), ("runners", "dev-server"));
    assert_eq!(
        (&expectation.reach[..], &expectation.closed[..]),
        (&["ssh".to_owned(), "https".to_owned()][..], &[][..])
    );
    assert_eq!(expectation.via, Some(Via::EksClusterSecurityGroup));
    assert_eq!(policy.names.control[0].resolved.as_deref(), Some("kubernetes.default.svc.cluster.local."));
    assert_eq!(policy.names.unresolvable[0].resolved.as_deref(), Some(""));
    assert_eq!(policy.names.never_tailnet, ["dev.cwiq.io"]);
    assert_eq!(policy.names.suspect_suffixes, [".cwiq.io"]);
    assert_eq!(policy.review.world_open, WorldOpen::Deny);
    for fact in ["Kubernetes 1.31", "Karpenter 1.1.1"] {
        assert!(text.contains(fact), "{fact}");
    }
}

#[test]
fn the_demo_is_the_platform_on_loopback() {
    let demo = load_policy(Some(&folder("policies/demo.yaml")), &unset).unwrap();
    let platform = load_policy(None, &unset).unwrap();
    let server = &demo.destinations["dev-server"];
    assert_eq!(server.address.resolved.as_deref(), Some("127.0.20.15"));
    let services: Vec<String> = server.services.values().map(ToString::to_string).collect();
    assert_eq!(services, ["8443/tls", "2222/ssh"]);
    assert_eq!(demo.sources["runners"].active, platform.sources["runners"].active);
    assert_eq!(demo.sources["runners"].retired, platform.sources["runners"].retired);
    assert_eq!(demo.names, reachgate::policy::Names::default());
}

#[test]
fn a_variable_resolves_as_a_shell_does() {
    let resolved = |environment: &dyn Fn(&str) -> Option<String>| {
        let policy = load_policy(None, environment).unwrap();
        let address = &policy.destinations["dev-server"].address;
        (
            address.resolved.clone(),
            policy.names.unresolvable[0].resolved.clone(),
            policy.network("vpc")[0].to_string(),
        )
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(resolved(&unset), (None, some(""), "10.1.0.0/16".to_owned()));
    assert_eq!(resolved(&|_| some("")).0, some(""));
    // An address is a finding's business, blanks and all.
    let set = |name: &str| match name {
        "DEV_SERVER_IP" => some(" not an address\n"),
        "VPC_CIDR" => some("10.2.0.0/15"),
        _ => None,
    };
    let error = load_policy(None, &set).unwrap_err().to_string();
    assert!(error.contains("10.1.34.0/24 is outside of the network `vpc`"), "{error}");
    let set = |name: &str| if name == "VPC_CIDR" { some("10.0.0.0/15") } else { set(name) };
    assert_eq!(resolved(&set), (some(" not an address\n"), some(""), "10.0.0.0/15".to_owned()));
}

#[test]
fn a_digest_is_that_of_the_text() {
    let path = folder("policies/demo.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let policy = load_policy(Some(&path), &unset).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let expected: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(policy.digest, expected);
    let other = parse_policy(&(text.clone() + "# more\n"), "p", &unset).unwrap();
    assert_ne!(other.digest, expected);
    // A byte order mark belongs to the bytes that are digested, and changes nothing else.
    let marked = parse_policy(&format!("\u{feff}{text}"), "p", &unset).unwrap();
    assert_ne!(marked.digest, expected);
    assert_eq!(said(&marked), said(&policy));
}

/// What a policy says, whatever its spelling.
fn said(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    policy.origin.clear();
    policy.digest.clear();
    policy.written_networks.clear();
    let addresses = policy.destinations.values_mut().map(|destination| &mut destination.address);
    for value in addresses.chain(&mut policy.names.control).chain(&mut policy.names.unresolvable) {
        value.written.clear();
        value.variable = None;
    }
    policy
}

fn shown(policy: &Policy) -> String {
    let mut out = Vec::new();
    write_resolved(policy, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_policy_shown_is_the_same_policy() {
    let odd =
        |name: &str| environment(name).or_else(|| (name == "DEV_SERVER_IP").then(|| "a}$b\u{1b}".to_owned()));
    for (name, path) in valid() {
        for environment in [&environment as &dyn Fn(&str) -> Option<String>, &unset, &odd, &|_: &str| {
            Some("}$${x\n#".to_owned())
        }] {
            let Ok(policy) = load_policy(Some(&path), environment) else { continue };
            let text = shown(&policy);
            for again in [environment, &unset] {
                let read = parse_policy(&text, "shown", again)
                    .unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
                assert_eq!(said(&read), said(&policy), "{name}:\n{text}");
            }
            assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{name}: {text:?}");
        }
        assert!(load_policy(Some(&path), &environment).is_ok(), "{name} is no policy");
    }
}

#[test]
fn a_policy_shown_names_its_variables() {
    let text = shown(&load_policy(None, &environment).unwrap());
    for line in ["- 10.1.0.0/16 # ${VPC_CIDR:-10.1.0.0/16}\n", "address: 10.1.20.15 # ${DEV_SERVER_IP}\n"] {
        assert!(text.replace('"', "").contains(line), "{line}: {text}");
    }
    let text = shown(&load_policy(None, &unset).unwrap());
    assert!(text.contains("address: ${DEV_SERVER_IP} # unset\n"), "{text}");
}

/// Faults that a JSON Schema cannot express: they lie between two values, in a number's bits, in the
/// environment, or in the YAML itself.
const BEYOND_THE_SCHEMA: &[&str] = &[];

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
        let passes = json(&path).is_none_or(|json| validator.is_valid(&json));
        if passes != BEYOND_THE_SCHEMA.contains(&name.as_str()) {
            wrong.push(format!("{name}: {}", if passes { "passes" } else { "does not pass" }));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for name in BEYOND_THE_SCHEMA {
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
                    value.as_object().unwrap().values().for_each(|schema| keywords(schema, unknown))
                }
                "items" | "additionalProperties" | "propertyNames" => keywords(value, unknown),
                "oneOf" | "anyOf" => {
                    value.as_array().unwrap().iter().for_each(|schema| keywords(schema, unknown))
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
