//! GitLab's own schema of pipelines, by `check-jsonschema`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::component::{Component, root};
use crate::tool;

/// What the validator says of a file; `None` where it is a pipeline.
fn fault(path: &Path) -> Option<String> {
    let output = Command::new(tool::python_program("check-jsonschema"))
        .args(["--builtin-schema", "vendor.gitlab-ci"])
        .arg(path)
        .output()
        .unwrap_or_else(|error| panic!("check-jsonschema: {error}; make target/python/ready installs it"));
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => None,
        Some(1) if said.contains("Schema validation errors") => Some(said),
        _ => panic!("{}: {said}", path.display()),
    }
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn fault_of(&self, name: &str, pipeline: &Value) -> Option<String> {
        let path: PathBuf = self.0.path().join(format!("{name}.json"));
        fs::write(&path, pipeline.to_string()).unwrap();
        fault(&path)
    }
}

/// Each component with its defaults, and with another value of every input that has one.
#[test]
fn components_are_pipelines() {
    let folder = Folder::new();
    for component in Component::all() {
        assert_eq!(folder.fault_of("header", &component.header), None, "{}", component.name);
        assert_eq!(folder.fault_of("defaults", &component.filled(&json!({}))), None, "{}", component.name);
        for (name, input) in &component.inputs {
            for option in input.options.iter().flatten() {
                let filled = component.filled(&json!({ name: option }));
                assert_eq!(folder.fault_of("option", &filled), None, "{}: {name}: {option}", component.name);
            }
        }
    }
    let review = Component::load("review");
    let filled = review.filled(&json!({ "allow-failure": true, "changes": ["main.tf"] }));
    assert_eq!(folder.fault_of("typed", &filled), None);
}

/// The validator does validate: what is misspelt or of a wrong type in one place is refused.
#[test]
fn a_damaged_component_is_no_pipeline() {
    let folder = Folder::new();
    for component in Component::all() {
        let good = component.filled(&json!({}));
        let job = component.inputs["job-name"].default.clone().unwrap();
        let job = job.as_str().unwrap();
        for (place, value) in [
            ("/stages", json!("deploy")),
            ("/JOB/retyr", json!({ "max": 1 })),
            ("/JOB/retry", json!({ "max": 3, "exit_codes": 3 })),
            ("/JOB/retry", json!({ "max": 1, "exit_code": 3 })),
            ("/JOB/tags", json!("small")),
            ("/JOB/allow_failure", json!({ "exit_codes": [] })),
            ("/JOB/artifacts/when", json!("sometimes")),
            ("/JOB/artifacts/reports/junti", json!("x.xml")),
            ("/JOB/script", json!(null)),
        ] {
            let mut damaged = good.clone();
            let (above, key) = place.rsplit_once('/').unwrap();
            let above = damaged.pointer_mut(&above.replace("JOB", job)).unwrap();
            above[key] = value;
            assert!(folder.fault_of("damaged", &damaged).is_some(), "{}: {place} passes", component.name);
        }
        for (place, value) in [
            ("/spec/input", json!({})),
            ("/spec/inputs/stage/type", json!("text")),
            ("/spec/inputs/stage/regex", json!(3)),
        ] {
            let mut header = component.header.clone();
            let (above, key) = place.rsplit_once('/').unwrap();
            header.pointer_mut(above).unwrap()[key] = value;
            assert!(folder.fault_of("header", &header).is_some(), "{}: {place} passes", component.name);
        }
    }
}

/// The example, and every pipeline that the documents show.
#[test]
fn shown_pipelines_are_pipelines() {
    let example = root().join("examples/gitlab-ci.yml");
    assert_eq!(fault(&example), None);
    let lines = fs::read_to_string(&example).unwrap().lines().count();
    assert!(lines <= 10, "the example has {lines} lines");
    let folder = Folder::new();
    let page = fs::read_to_string(root().join("docs/gitlab.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 2, "{} pipelines in docs/gitlab.md", blocks.len());
    for block in blocks {
        let pipeline: Value =
            serde_saphyr::from_str(block).unwrap_or_else(|error| panic!("{error}: {block}"));
        assert_eq!(folder.fault_of("shown", &pipeline), None, "{block}");
        for include in pipeline["include"].as_array().into_iter().flatten() {
            let name = include["component"].as_str().unwrap().rsplit(['/', '@']).nth(1).unwrap();
            let component = Component::load(name);
            component.filled(&include["inputs"]);
            for (name, input) in component.inputs.iter().filter(|(_, input)| input.default.is_none()) {
                assert!(include["inputs"].get(name).is_some(), "{input:?}: {block}");
            }
        }
    }
}
