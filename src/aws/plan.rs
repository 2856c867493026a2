//! Reads a plan of Terraform or `OpenTofu`, as `terraform show -json` prints it, and lays it over a snapshot:
//! AWS's configuration as it will be after apply (Terraform's "JSON Output Format", format versions 0.1 to 1.x).
//!
//! What is known only after apply is never guessed. The id of a thing to come is its kind's prefix and the
//! resource's address (`sg-aws_security_group.server`); a reference to it is followed through the plan's own
//! configuration where only one thing can be meant. All else that is not known is left open in the snapshot
//! ([`crate::snapshot::Undecided`]), so that what depends on it is unknown, and what does not is judged.

mod address;
mod fault;
mod format;
mod lay;
mod read;
mod reference;
mod unsupported;
mod value;

pub use fault::PlanError;
pub use format::Plan;
pub use lay::{Laid, lay_plan};
pub use read::{load_plan, parse_plan};
