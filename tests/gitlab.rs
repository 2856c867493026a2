//! GitLab's API on loopback, as its documentation describes it, and what is judged of it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[cfg(feature = "lint")]
#[path = "gitlab/binary.rs"]
mod binary;
#[path = "gitlab/judgement.rs"]
mod judgement;
#[path = "gitlab/server.rs"]
mod server;
#[path = "gitlab/wire.rs"]
mod wire;
