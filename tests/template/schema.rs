//! GitLab's own schema of pipelines, by `check-jsonschema`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::component::{Component, root};
use crate::tool;

/// Pipelines to be held against the schema, all in one call of the validator.
struct Pipelines {
    folder: TempDir,
    files: Vec<(PathBuf, String)>,
}

impl Pipelines {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), files: Vec::new() }
    }

    fn add(&mut self, about: impl Into<String>, pipeline: &Value) {
        let path = self.folder.path().join(format!("{}.json", self.files.len()));
        fs::write(&path, pipeline.to_string()).unwrap();
        self.files.push((path, about.into()));
    }

    /// What the validator says of each: `None` where it is a pipeline.
    fn faults(&self) -> Vec<(&str, Option<String>)> {
        let output = Command::new(tool::python_program("check-jsonschema"))
            .args(["--verbose", "--output-format", "json", "--builtin-schema", "vendor.gitlab-ci"])
            .args(self.files.iter().map(|(path, _)| path))
            .output()
            .expect("check-jsonschema runs");
        let said: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        // Where all pass, the list of those that do has another name.
        let passed = said.get("successes").or_else(|| said.get("checked_paths"));
        let passed = passed.and_then(Value::as_array).expect("files that pass");
        let failed = said["errors"].as_array().into_iter().flatten();
        let fault = |path: &Path| {
            let name = path.to_str().unwrap();
            let fault = failed.clone().find(|error| error["filename"] == name);
            // A file that is in neither list was not looked at.
            assert_ne!(fault.is_some(), passed.iter().any(|file| file == name), "{name}: {said:#}");
            fault.map(|error| format!("{}: {}", error["path"], error["message"]))
        };
        self.files.iter().map(|(path, about)| (about.as_str(), fault(path))).collect()
    }

    fn all_pass(&self) {
        let faults = self.faults();
        let wrong: Vec<_> = faults.iter().filter(|(_, fault)| fault.is_some()).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    fn none_passes(&self) {
        let faults = self.faults();
        let passing: Vec<_> = faults.iter().filter(|(_, fault)| fault.is_none()).collect();
        assert!(passing.is_empty(), "{passing:#?}");
    }
}

/// Each component with its defaults, and with another value of every input that has one.
#[test]
fn components_are_pipelines() {
    let mut pipelines = Pipelines::new();
    for component in Component::all() {
        let name = &component.name;
        pipelines.add(format!("{name}: header"), &component.header);
        pipelines.add(format!("{name}: defaults"), &component.filled(&json!({})));
        for (name, input) in &component.inputs {
            for option in input.options.iter().flatten() {
                pipelines.add(format!("{name}: {option}"), &component.filled(&json!({ name: option })));
            }
        }
    }
    let over = json!({ "allow-failure": true, "changes": ["main.tf"] });
    pipelines.add("review: typed", &Component::load("review").filled(&over));
    pipelines.all_pass();
}

/// The validator does validate: what is misspelt or of a wrong type in one place is refused.
#[test]
fn a_damaged_component_is_no_pipeline() {
    let mut pipelines = Pipelines::new();
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
            pipelines.add(format!("{}: {place}", component.name), &damaged);
        }
        for (place, value) in [
            ("/spec/input", json!({})),
            ("/spec/inputs/stage/type", json!("text")),
            ("/spec/inputs/stage/regex", json!(3)),
        ] {
            let mut header = component.header.clone();
            let (above, key) = place.rsplit_once('/').unwrap();
            header.pointer_mut(above).unwrap()[key] = value;
            pipelines.add(format!("{}: {place}", component.name), &header);
        }
    }
    pipelines.none_passes();
}

/// The example, and every pipeline that the documents show.
#[test]
fn shown_pipelines_are_pipelines() {
    let example = fs::read_to_string(root().join("examples/gitlab-ci.yml")).unwrap();
    let lines = example.lines().count();
    assert!(lines <= 10, "the example has {lines} lines");
    let page = fs::read_to_string(root().join("docs/gitlab.md")).unwrap();
    let mut blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 2, "{} pipelines in docs/gitlab.md", blocks.len());
    blocks.push(&example);
    let mut pipelines = Pipelines::new();
    for block in blocks {
        let pipeline: Value =
            serde_saphyr::from_str(block).unwrap_or_else(|error| panic!("{error}: {block}"));
        pipelines.add(block, &pipeline);
        for include in pipeline["include"].as_array().into_iter().flatten() {
            let name = include["component"].as_str().unwrap().rsplit(['/', '@']).nth(1).unwrap();
            let component = Component::load(name);
            component.filled(&include["inputs"]);
            for (name, input) in component.inputs.iter().filter(|(_, input)| input.default.is_none()) {
                assert!(include["inputs"].get(name).is_some(), "{input:?}: {block}");
            }
        }
    }
    pipelines.all_pass();
}
