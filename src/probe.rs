//! Asks the network, and says what it saw: one protocol a file, each giving facts.

pub mod dns;
pub mod runner;
pub mod conversation;
pub mod http;
pub mod port;
pub mod ssh;
pub mod tcp;
pub mod tls;
