//! Snapshot + question → path: can this source send to that address, and get the answer back? Pure, no I/O.
//!
//! Three answers: allowed, denied, unknown, with *every* blocker named. What is not modelled, and what the
//! snapshot does not hold, is unknown. The rules and their sources stand in `docs/static.md`.

mod answer;
mod changed;
mod code;
mod comparison;
mod index;
mod leg;
mod network_acl;
mod origin;
mod outcome;
mod path;
mod peering;
mod place;
mod prefix_list;
mod question;
mod reference;
mod route;
mod security_group;
pub mod space;
mod state;
mod survey;
mod trail;
mod transit_gateway;
mod transit_route;

pub use answer::{
    Admission, Answer, Basis, Blocker, Direction, End, Hop, PATH_SCHEMA, PathResult, Spot, Step,
};
pub use code::{PathCode, Weight};
pub use comparison::{Comparison, Difference, GroupDifference, Halves};
pub use index::Network;
pub use outcome::{Outcome, Reason};
pub use path::evaluate_path;
pub use question::{Endpoint, EndpointError, Hypothetical, Question, Traffic, Translation};
