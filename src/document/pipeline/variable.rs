//! `variables:` wherever they may stand.

use std::sync::Arc;

use super::Text;
use super::extend::Extended;
use crate::document::{Entry, Node, Span};

/// One definition of a variable.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name.
    pub name: Text,
    /// Where its name stands.
    pub span: Span,
    /// Its value, a scalar.
    pub value: Arc<Node>,
    /// Where it counts.
    pub scope: Scope,
    /// Whether variables in its value are expanded: not with `expand: false`.
    pub expands: bool,
}

/// Where a definition counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In every job.
    Pipeline,
    /// In every job, where `workflow: rules:` says so.
    Workflow,
    /// In its job.
    Job,
    /// In those of its jobs that `parallel: matrix:` makes with it.
    Matrix,
    /// In its job, where one of its `rules:` says so.
    Rule,
}

/// The variables of every job.
pub(super) fn global(config: &Extended<'_>) -> Vec<Definition> {
    let mut found = Vec::new();
    if let Some(whole) = config.whole("variables") {
        collect(&whole.node, Scope::Pipeline, &mut found);
    }
    if let Some(workflow) = config.whole("workflow") {
        of_rules(&workflow.node, Scope::Workflow, &mut found);
    }
    found
}

/// A job's own variables.
pub(super) fn of_job(job: &Node) -> Vec<Definition> {
    let mut found = Vec::new();
    if let Some(variables) = job.get("variables") {
        collect(variables, Scope::Job, &mut found);
    }
    of_rules(job, Scope::Rule, &mut found);
    let matrix = job.get("parallel").and_then(|parallel| parallel.get("matrix"));
    for row in matrix.map_or(&[][..], |matrix| matrix.items()) {
        for entry in row.map().unwrap_or_default() {
            for value in entry.node.items() {
                add(entry, value, Scope::Matrix, &mut found);
            }
        }
    }
    found
}

fn of_rules(holder: &Node, scope: Scope, found: &mut Vec<Definition>) {
    let Some(rules) = holder.get("rules") else { return };
    let mut queue: Vec<&Arc<Node>> = rules.items().iter().collect();
    // A list in the list comes from `!reference`.
    for _ in 0..3 {
        let mut nested = Vec::new();
        for rule in queue {
            if let Some(items) = rule.list() {
                nested.extend(items);
            } else if let Some(variables) = rule.get("variables") {
                collect(variables, scope, found);
            }
        }
        queue = nested;
    }
}

fn collect(variables: &Node, scope: Scope, found: &mut Vec<Definition>) {
    for entry in variables.map().unwrap_or_default() {
        // A value, or a map with `value:` and `description:`.
        let value = entry.node.get("value").unwrap_or(&entry.node);
        add(entry, value, scope, found);
    }
}

fn add(entry: &Entry, value: &Arc<Node>, scope: Scope, found: &mut Vec<Definition>) {
    if value.scalar().is_some() {
        found.push(Definition {
            name: Arc::clone(&entry.key),
            span: entry.key_span,
            value: Arc::clone(value),
            scope,
            expands: entry.node.get("expand").and_then(|expand| expand.boolean()) != Some(false),
        });
    }
}
