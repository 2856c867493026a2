//! Where AWS's configuration is read from.

pub mod files;
