//! A repository's files as documents in which every value knows its bytes. Pure: [`repository`](crate::repository)
//! reads the files.
//!
//! How a document comes to be judged, and so how another kind of document is added:
//!
//! 1. [`kind`] recognises a document by what it holds (and by its file's name where that is a rule, as for
//!    `.gitlab-ci.yml`). A kind is a variant of [`Kind`] and one line in its table. A file in which nothing is
//!    recognised is left alone and counted.
//! 2. A module here (`document/NOUN.rs`) turns the [`Node`]s of that kind into a typed model. Each of its values
//!    keeps the [`Span`] that it was read from; nothing is judged.
//! 3. A rule (`judge/lint/NOUN.rs`) takes the model and the policy and gives findings, each at a span. It is one
//!    line in the table of [`judge::lint`](crate::judge::lint).
//! 4. Its codes are in `code/NOUN.rs`, its fixtures in `tests/lint/NOUN/`.

mod align;
mod files;
pub mod kind;
pub mod manifest;
pub mod network_policy;
mod node;
pub mod node_class;
pub mod node_pool;
pub mod pipeline;
pub mod runner_config;
pub mod script;
pub mod security_group_policy;
pub mod selector;
pub mod toml;
mod yaml;

pub use files::{Contents, Document, Fault, File, FileId, Files, Place};
pub use kind::Kind;
pub use node::{Entry, Node, Scalar, Span, Style, Value};
