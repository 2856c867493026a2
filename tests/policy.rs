//! Policy files: one fault a file with the exact message beside it, the shipped policies, the schema,
//! and input that means harm.
//!
//! `REACHGATE_UPDATE=1 cargo test --test policy` writes the messages and the schema anew; read the
//! difference before it is committed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use reachgate::policy::Policy;
use reachgate::policy::file::write_resolved;

#[path = "policy/damage.rs"]
mod damage;
#[path = "policy/fault.rs"]
mod fault;
#[path = "policy/hostile.rs"]
mod hostile;
#[path = "policy/schema.rs"]
mod schema;
#[path = "policy/shipped.rs"]
mod shipped;
#[path = "policy/shown.rs"]
mod shown;

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
    // Tests run where Cargo.toml lies, and a path relative to it is the same on every machine.
    PathBuf::from(name)
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
