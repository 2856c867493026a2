//! Plans: Terraform's own, over the platform before and held against the platform after; the same kind written by
//! hand for what a real one does not show; and those that are none.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "plan/bad_input.rs"]
mod bad_input;
#[path = "plan/by_hand.rs"]
mod by_hand;
#[path = "plan/diff.rs"]
mod diff;
#[path = "plan/mutation.rs"]
mod mutation;
#[path = "plan/real.rs"]
mod real;
#[path = "plan/recorded.rs"]
mod recorded;
#[path = "plan/run.rs"]
mod run;

use std::path::{Path, PathBuf};

use reachgate::aws::plan::{Plan, parse_plan};
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plan").join(name)
}

fn plan_of(value: &Value) -> Plan {
    parse_plan(Path::new("plan.json"), value.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}
