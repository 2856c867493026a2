//! The port probe against servers on loopback, one test a kind of answer.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers may fail the test")]

#[path = "port/control.rs"]
mod control;
#[path = "port/http.rs"]
mod http;
#[path = "port/limit.rs"]
mod limit;
#[path = "port/namespace.rs"]
mod namespace;
#[path = "port/server.rs"]
mod server;
#[path = "port/ssh.rs"]
mod ssh;
#[path = "port/tcp.rs"]
mod tcp;
#[path = "port/tls.rs"]
mod tls;
