//! Snapshot + question → path: can this source send to that address, and get the answer back? Pure, no I/O.
//!
//! Three answers: allowed, denied, unknown, with *every* blocker named. What is not modelled, and what the
//! snapshot does not hold, is unknown. The rules and their sources stand in `docs/static.md`.

mod answer;
mod code;
mod index;
mod leg;
mod network_acl;
mod path;
mod peering;
mod place;
mod prefix_list;
mod question;
mod reference;
mod route;
mod security_group;
mod state;
mod trail;
mod transit_gateway;
mod transit_route;

pub use answer::{Admission, Answer, Basis, Blocker, Direction, End, Hop, PATH_SCHEMA, PathResult, Step};
pub use code::{PathCode, Weight};
pub use index::Network;
pub use path::evaluate_path;
pub use question::{Endpoint, EndpointError, Hypothetical, Question, Traffic, Translation};
