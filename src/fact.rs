//! What was seen, as plain data. Gathering facts (`probe`) is the only I/O; judging them needs
//! nothing but these types, so this module knows no sockets, files or clock.

pub mod gitlab;
pub mod name;
pub mod port;
pub mod runner;

use std::time::Duration;

/// All that one run of the probe saw.
#[derive(Debug, Clone)]
pub struct Facts {
    /// When the facts were taken; certificates are held against it.
    pub taken_at: jiff::Timestamp,
    /// The machine the probe ran on.
    pub runner: runner::RunnerFacts,
    /// Every name that was asked for.
    pub names: Vec<name::NameFact>,
    /// Whether Tailscale's own resolver addresses answer.
    pub magicdns: Vec<name::MagicDnsFact>,
    /// Every port that was dialled.
    pub ports: Vec<port::PortFact>,
    /// A signal ended the run before all was asked.
    pub interrupted: Option<Interruption>,
}

/// Why a run ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruption {
    /// The signal's name, e.g. `SIGTERM`.
    pub signal: &'static str,
    /// How long the run had gone on.
    pub after: Duration,
}
