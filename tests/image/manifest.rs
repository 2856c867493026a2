//! The pod of `deploy/job`, run from the manifest itself by `podman kube play`: its commands, its `ConfigMap` and its
//! rights, with a healthy platform around it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use crate::container;
use crate::namespace::{self, finish};
use crate::pod::{self, Outcome};
use crate::scenario::{Host, Scenario};
use crate::storage::{self, CONTEXT, FOLDER, IMAGE};

/// The trial's name.
pub const TRIAL: &str = "the_manifest_of_the_job_runs";

/// What [`write`] makes of `deploy/job`, for podman.
const POD: &str = "pod.json";
const CONFIG: &str = "config.json";

/// podman's name for the pod's container.
const CONTAINER: &str = "reachgate-probe";

/// Renders the job as kustomize does and keeps its pod and its `ConfigMap`, which is all that podman takes. This wants
/// the Python tools, and is done outside the private world.
pub fn write() -> Result<(), String> {
    let python: PathBuf = std::env::var_os("REACHGATE_PYTHON")
        .ok_or("REACHGATE_PYTHON names a Python with tests/deploy/requirements.txt; tests/deploy.rs says how to make it")?
        .into();
    let root = Path::new(CONTEXT);
    let kubectl = python.with_file_name("kubectl");
    let rendered = finish(Command::new(kubectl).arg("kustomize").arg(root.join("deploy/job")))?;
    let rendered = storage::write("job.yaml", &rendered)?;
    // YAML to JSON, which is YAML that Rust reads many documents of.
    let script = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(open(sys.argv[1]))), sys.stdout)";
    let objects = finish(Command::new(&python).args(["-c", script, &rendered]))?;
    let objects: Vec<Value> = serde_json::from_str(&objects).map_err(|e| e.to_string())?;
    let object = |kind: &str| {
        objects
            .iter()
            .find(|it| it["kind"] == kind)
            .cloned()
            .ok_or_else(|| format!("deploy/job has no {kind}"))
    };
    let mut template = object("Job")?["spec"]["template"].take();
    template["apiVersion"] = "v1".into();
    template["kind"] = "Pod".into();
    template["metadata"]["name"] = "reachgate".into();
    for containers in ["initContainers", "containers"] {
        for container in template["spec"][containers].as_array_mut().into_iter().flatten() {
            container["image"] = IMAGE.into();
        }
    }
    let command =
        template["spec"]["containers"][0]["command"].as_array_mut().ok_or("the job has no command")?;
    command.extend(["--format", "json"].map(Value::from));
    storage::write(POD, &template.to_string())?;
    storage::write(CONFIG, &object("ConfigMap")?.to_string()).map(drop)
}

/// Runs it in a pod. What the scenario's job has of variables is added to the `ConfigMap`, save for its address.
pub fn probe(scenario: &Scenario, pod: Host) -> Result<Outcome, String> {
    let path = format!("{FOLDER}/{CONFIG}");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
    let mut config: Value = serde_json::from_str(&text).map_err(|e| format!("{path}: {e}"))?;
    for name in ["KUBERNETES_SERVICE_HOST", "CI_RUNNER_ID", "CI_RUNNER_TAGS", "DEV_SERVER_MAGICDNS"] {
        let value = pod::environment(scenario).into_iter().find(|(known, _)| known == name);
        config["data"][name] = json!(value.map(|(_, value)| value));
    }
    let config = namespace::write(CONFIG, &config.to_string())?;

    let _sockets = pod::furnish(scenario)?;
    let started = Instant::now();
    let mut command = pod::step(pod, "podman");
    container::podman(&mut command)?;
    // podman gives a pod no namespace by its path; it has its own network, which is the pod's.
    command.args(["kube", "play", "--network", "host", "--log-driver", "k8s-file"]);
    finish(command.args(["--configmap", &config, &format!("{FOLDER}/{POD}")]))?;
    let exit = finish(container::podman(&mut Command::new("podman"))?.args(["wait", CONTAINER]))?;
    let mut logs = Command::new("podman");
    let logs = container::podman(&mut logs)?
        .args(["logs", CONTAINER])
        .output()
        .map_err(|e| format!("podman: {e}"))?;
    Ok(Outcome {
        exit: exit.trim().parse().ok(),
        report: String::from_utf8_lossy(&logs.stdout).into_owned(),
        diagnostics: String::from_utf8_lossy(&logs.stderr).into_owned(),
        elapsed: started.elapsed(),
    })
}
