//! What can be wrong with a plan's file.

use std::path::PathBuf;

use crate::aws::files::Fault;

/// Why nothing was laid.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The file cannot be read, or is no text.
    #[error(transparent)]
    File(Fault),
    /// The plan as it was saved, not as JSON.
    #[error("{0}: a saved plan, not its JSON; run `terraform show -json {0} > plan.json` (or `tofu show -json {0}`)", .path.display())]
    Saved {
        /// The file.
        path: PathBuf,
    },
    /// What the plan command prints.
    #[error("{}: {what}, not the plan's JSON; run `terraform plan -out=plan.bin` and `terraform show -json plan.bin > plan.json`", .path.display())]
    Printed {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// A state, not a plan.
    #[error("{}: {what}, not a plan: it says what is there, not what will be; run `terraform plan -out=plan.bin` and \
             `terraform show -json plan.bin > plan.json`", .path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// A plan of a format to come.
    #[error("{}: format_version {version} is not known; versions 0.1 to 1.x are", .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// What it says.
        version: String,
    },
    /// JSON of another kind.
    #[error("{}: not a plan's JSON: it has no {missing}; run `terraform show -json plan.bin > plan.json`", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is missing.
        missing: &'static str,
    },
    /// It is not JSON to its end, or a field has another type than plans have. The message holds no value of the
    /// plan's, since some are secret.
    #[error("{}: at {at}: {what} at line {line} column {column}", .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where, e.g. `resource_changes[3].change.actions`; `.` is the whole.
        at: String,
        /// What is wrong.
        what: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}
