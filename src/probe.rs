//! Asks the network, and says what it saw: one protocol a file, each giving facts.

pub mod dns;
pub mod runner;
