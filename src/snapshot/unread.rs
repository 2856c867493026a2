//! What AWS did not show, and why.

use serde::{Deserialize, Serialize};

use super::Id;

/// Why a kind of document could not be read. What depends on it is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Unread {
    /// Whether AWS refused or failed.
    pub cause: UnreadCause,
    /// The IAM action that reading it takes, e.g. `ec2:DescribeNetworkAcls`.
    #[schemars(with = "String")]
    pub action: Id,
    /// AWS's error code, e.g. `UnauthorizedOperation`; else `malformed` and which field, `timeout`, `unreachable`.
    #[schemars(with = "String")]
    pub code: Id,
}

/// What came instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnreadCause {
    /// AWS refused: the permission is missing.
    Denied,
    /// AWS failed, or answered what cannot be read, every time that it was asked.
    Failed,
}
