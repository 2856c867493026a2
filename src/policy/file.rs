//! Text → policy, every fault at its line.
