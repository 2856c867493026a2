//! What is no plan is refused, with its place or the command that makes one of it; exit 2.

use std::fs;

use tempfile::TempDir;

use super::folder;
use super::run::reachgate;

/// A file's bytes, and what the message has to say.
fn bad() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("empty", Vec::new(), "at .: EOF while parsing a value at line 1 column 0"),
        (
            "cut short",
            text("{\"format_version\": \"1.2\",\n \"resource_changes\": [{\"address\": \"a\""),
            "at resource_changes[0].?: EOF while parsing an object at line 2 column 37",
        ),
        (
            "a wrong type",
            text(
                "{\"format_version\": \"1.2\", \"resource_changes\": [{\"address\": \"a\", \"type\": \"b\", \"name\": \"c\",\n\
                 \"change\": {\"actions\": \"create\"}}]}",
            ),
            "at resource_changes[0].change.actions: invalid type: string, expected a sequence at line 2 column 30",
        ),
        (
            "a change without its type",
            text(
                "{\"format_version\": \"1.2\", \"resource_changes\": [{\"address\": \"a\", \"name\": \"c\"}]}",
            ),
            "at resource_changes[0]: missing field `type` at line 1 column 76",
        ),
        (
            "two documents",
            text("{\"format_version\": \"1.2\", \"resource_changes\": []} {}"),
            "trailing characters",
        ),
        ("a saved plan", text("PK\u{3}\u{4}tfplan"), "terraform show -json"),
        (
            "the text",
            text("\nTerraform will perform the following actions:\n"),
            "the text that `terraform plan` prints",
        ),
        (
            "the text of nothing",
            text("No changes. Your infrastructure matches"),
            "the text that `terraform plan` prints",
        ),
        (
            "OpenTofu's text",
            text("OpenTofu used the selected providers"),
            "the text that `terraform plan` prints",
        ),
        (
            "the messages",
            text("{\"@level\":\"info\",\"@message\":\"Terraform 1.11.4\"}\n{\"@level\":\"info\"}\n"),
            "the messages of `terraform plan -json`",
        ),
        (
            "a state file",
            text("{\"version\": 4, \"serial\": 1, \"lineage\": \"a\", \"resources\": []}"),
            "a state file, not a plan",
        ),
        (
            "a state as JSON",
            text("{\"format_version\": \"1.0\", \"values\": {\"root_module\": {}}}"),
            "a state as JSON, not a plan",
        ),
        (
            "a later format",
            text("{\"format_version\": \"2.0\", \"resource_changes\": []}"),
            "format_version 2.0 is not known",
        ),
        (
            "an odd format",
            text("{\"format_version\": \"1\", \"resource_changes\": []}"),
            "format_version 1 is not known",
        ),
        ("another document", text("{\"Vpcs\": []}"), "it has no format_version"),
        ("a plan of nothing", text("{\"format_version\": \"1.2\"}"), "it has no resource_changes"),
        ("a list", text("[]"), "it has no format_version"),
        ("half a character", vec![0xff, 0xfe, b'{'], "not text in UTF-8 or UTF-16"),
    ]
}

#[test]
fn each_is_refused_with_its_reason() {
    let place = TempDir::new().expect("a folder");
    let file = place.path().join("plan.json");
    let snapshot = folder("real/nothing-changed/before");
    let snapshot = snapshot.to_str().expect("UTF-8");
    for (name, bytes, says) in bad() {
        fs::write(&file, bytes).expect("a file");
        for command in
            [&["static"][..], &["path", "--from", "10.1.34.23", "--to", "10.1.20.15", "--port", "22"]]
        {
            let plan = ["--snapshot", snapshot, "--plan", file.to_str().expect("UTF-8")];
            let (exit, out, err) = reachgate(&[command, &plan[..]].concat());
            assert_eq!(exit, 2, "{name}: {err}");
            assert!(out.is_empty(), "{name}: {out}");
            assert!(err.contains(says) && err.contains("plan.json"), "{name}: {err}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let (exit, _, err) = reachgate(&["static", "--snapshot", "tests", "--plan", "none.json"]);
    assert_eq!(exit, 2, "{err}");
}
