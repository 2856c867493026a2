//! `reachgate policy`: check, show, schema.

use std::path::Path;

use super::{Failure, environment, print};
use crate::cli::{PolicyCommand, Shared};
use crate::exit::Exit;
use crate::policy::file::{load_policy, write_resolved, write_schema};

/// Runs one of the policy commands.
pub fn run(command: &PolicyCommand, shared: &Shared) -> Result<Exit, Failure> {
    let load = |file: &Option<std::path::PathBuf>| {
        let path: Option<&Path> = file.as_deref().or(shared.policy.as_deref());
        load_policy(path, &environment)
    };
    match command {
        PolicyCommand::Check { file } => {
            let policy = load(file)?;
            print(|out| {
                writeln!(
                    out,
                    "{}: policy {} is valid: {} source(s), {} destination(s), {} expectation(s)",
                    policy.origin,
                    policy.name,
                    policy.sources.len(),
                    policy.destinations.len(),
                    policy.expectations.len()
                )
            })
        }
        PolicyCommand::Show { file } => {
            let policy = load(file)?;
            print(|out| write_resolved(&policy, out))
        }
        PolicyCommand::Schema => print(|out| write_schema(out)),
    }
}
