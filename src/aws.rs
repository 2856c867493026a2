//! Where AWS's configuration is read from.

pub mod files;
#[cfg(feature = "aws")]
pub mod live;
pub mod plan;
