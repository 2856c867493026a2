//! Both witnesses joined: every cell of the table, from findings as the two halves write them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "correlate/cell.rs"]
mod cell;
#[path = "correlate/offline.rs"]
mod offline;
#[path = "correlate/page.rs"]
mod page;
#[path = "correlate/pod.rs"]
mod pod;
#[path = "correlate/suspect.rs"]
mod suspect;
#[path = "correlate/witness.rs"]
mod witness;
