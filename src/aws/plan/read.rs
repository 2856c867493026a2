//! A plan's file, and what is taken for one.

use std::path::{Path, PathBuf};

use super::fault::PlanError;
use super::format::{Document, Plan, Provider};
use crate::aws::files::text;

/// How a file begins that holds the plan as it was saved: a ZIP archive.
const SAVED: &[u8] = b"PK\x03\x04";

/// The deferred changes that are named at most.
const NAMED: usize = 5;

/// Reads a plan from a file that `terraform show -json` or `tofu show -json` wrote; UTF-8 or UTF-16, with or
/// without a byte order mark, since PowerShell's `>` writes those.
///
/// # Errors
///
/// What is wrong with the file, and where; what it is instead, and the command that makes a plan of it.
pub fn load_plan(path: &Path) -> Result<Plan, PlanError> {
    let bytes = text::load(path).map_err(PlanError::File)?;
    parse_plan(path, &bytes)
}

/// The plan in a file's text; `path` is for the messages alone.
///
/// # Errors
///
/// As [`load_plan`].
pub fn parse_plan(path: &Path, bytes: &[u8]) -> Result<Plan, PlanError> {
    let path = PathBuf::from(path);
    if bytes.starts_with(SAVED) {
        return Err(PlanError::Saved { path });
    }
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(PlanError::Foreign { path, missing: "format_version" });
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize::<_, Document>(&mut reader);
    let mut ended = |document| reader.end().map(|()| document);
    let document = match read.map_err(|error| (error.path().to_string(), error.into_inner())) {
        Ok(document) => ended(document).map_err(|error| (".".to_owned(), error)),
        Err(error) => Err(error),
    };
    match document {
        Ok(document) => plan_of(path, document),
        Err((at, error)) => Err(match printed(bytes) {
            Some(what) => PlanError::Printed { path, what },
            None => PlanError::Json {
                path,
                at,
                what: without_values(&error),
                line: error.line(),
                column: error.column(),
            },
        }),
    }
}

fn plan_of(path: PathBuf, document: Document) -> Result<Plan, PlanError> {
    let Some(version) = document.format_version else {
        let state = document.lineage.is_some() || document.serial.is_some();
        return Err(if state {
            PlanError::State { path, what: "a state file" }
        } else {
            PlanError::Foreign { path, missing: "format_version" }
        });
    };
    let known = version.split_once('.').is_some_and(|(major, minor)| {
        matches!(major, "0" | "1") && !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !known {
        return Err(PlanError::Version { path, version });
    }
    if document.values.is_some() {
        return Err(PlanError::State { path, what: "a state as JSON" });
    }
    // A plan without a resource has no list of changes, but it has planned values.
    if document.resource_changes.is_none() && document.planned_values.is_none() {
        return Err(PlanError::Foreign { path, missing: "resource_changes" });
    }
    let mut unfinished = Vec::new();
    if document.errored == Some(true) {
        unfinished.push("The plan ended in an error, so it does not say all that has to change.".to_owned());
    }
    let deferred: Vec<&str> = document
        .deferred_changes
        .iter()
        .filter_map(|it| it.resource_change.as_ref())
        .map(|it| it.address.as_str())
        .filter(|it| !it.is_empty())
        .collect();
    let defers = !document.deferred_changes.is_empty() || !document.deferred_action_invocations.is_empty();
    if !deferred.is_empty() {
        let more = if deferred.len() > NAMED { ", …" } else { "" };
        let named = deferred.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        unfinished.push(format!("The plan defers changes to a later one: {named}{more}."));
    } else if defers {
        unfinished.push("The plan defers changes to a later one, which it does not say all of.".to_owned());
    } else if document.complete == Some(false) && document.errored != Some(true) {
        let reason =
            "The plan is of a part of the configuration (`-target`), or leaves changes to a later one.";
        unfinished.push(reason.to_owned());
    }
    let configuration = document.configuration.unwrap_or_default();
    let is_aws = |it: &&Provider| it.name == "aws" || it.full_name.ends_with("/aws");
    Ok(Plan {
        changes: document.resource_changes.unwrap_or_default(),
        providers: configuration.providers.values().filter(is_aws).count(),
        invocations: document.action_invocations,
        root: configuration.root_module,
        bare_references: version.starts_with("0."),
        unfinished,
    })
}

/// What the plan command prints for people or for its own interface, taken for its JSON.
fn printed(bytes: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(bytes.get(..4096).unwrap_or(bytes));
    if text.trim_start().starts_with('{') {
        let first = text.trim_start().lines().next().unwrap_or_default();
        return first.contains("\"@level\"").then_some("the messages of `terraform plan -json`");
    }
    let words = ["Terraform ", "OpenTofu ", "No changes.", "Plan: ", "Refreshing state..."];
    words.iter().any(|word| text.contains(word)).then_some("the text that `terraform plan` prints")
}

/// The message without the values that it quotes.
fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    if !error.is_data() {
        return text.to_owned();
    }
    let kind = text.split(['"', '`']).next().unwrap_or_default().trim_end();
    match text.rsplit_once(", expected ") {
        Some((found, expected)) if found != kind => format!("{kind}, expected {expected}"),
        _ if text.starts_with("missing field") => text.to_owned(),
        Some(_) => text.to_owned(),
        None => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::parse_plan;

    #[test]
    fn no_message_quotes_the_plan() {
        for text in [
            r#"{"format_version": "1.2", "resource_changes": "hunter2"}"#,
            r#"{"format_version": "1.2", "resource_changes": [{"address": "a", "type": "b", "name": "c", "change": "hunter2, expected hunter2"}]}"#,
            r#"{"format_version": "1.2", "resource_changes": [{"address": "a", "type": "b", "name": "c", "change": {"actions": ["create"], "after": "hunter2"}}]}"#,
        ] {
            let error = parse_plan(Path::new("plan.json"), text.as_bytes()).expect_err("no plan").to_string();
            assert!(!error.contains("hunter2"), "{error}");
            assert!(error.contains("line 1 column"), "{error}");
        }
    }
}
