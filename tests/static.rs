//! The static mode: the platform as AWS CLI output, healthy and broken, judged as a library and by the binary.
//!
//! A variant changes the healthy platform (RFC 7396 merge patches on the snapshot's own file), and says which
//! findings do not pass, which pass besides, what the report has to say, and how the run ends.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "static/bad_input.rs"]
mod bad_input;
#[path = "static/diff.rs"]
mod diff;
#[path = "static/exact.rs"]
mod exact;
#[path = "static/path.rs"]
mod path;
#[path = "static/platform.rs"]
mod platform;
#[path = "static/reach.rs"]
mod reach;
#[path = "static/remedy.rs"]
mod remedy;
#[path = "static/report.rs"]
mod report;
#[path = "static/shown.rs"]
mod shown;
#[path = "static/variant.rs"]
mod variant;
