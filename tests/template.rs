//! The GitLab CI/CD components in `templates/`: their inputs, what they ask of reachgate, GitLab's schema, and
//! pipelines that include them, run by `gitlab-ci-local`.
//!
//! `UPDATE_DOCS=1 cargo test --test template` writes the inputs' tables of `docs/gitlab.md`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "template/argument.rs"]
mod argument;
#[path = "template/component.rs"]
mod component;
#[path = "template/document.rs"]
mod document;
#[path = "template/input.rs"]
mod input;
#[path = "template/pipeline.rs"]
mod pipeline;
#[path = "template/program.rs"]
mod program;
#[path = "template/run.rs"]
mod run;
#[path = "template/schema.rs"]
mod schema;
#[path = "template/tool.rs"]
mod tool;
