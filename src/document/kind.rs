//! What a document is, told by what it holds.

use std::sync::Arc;

use super::manifest::is_manifest;
use super::node::Node;
use super::runner_config;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A GitLab pipeline, or a part of one that is included.
    Pipeline,
    /// The `spec:` before a pipeline's own document.
    PipelineHeader,
    /// Karpenter's `EC2NodeClass`.
    NodeClass,
    /// Karpenter's `NodePool`.
    NodePool,
    /// Kubernetes' `NetworkPolicy`.
    NetworkPolicy,
    /// `SecurityGroupPolicy` of Amazon EKS.
    SecurityGroupPolicy,
    /// The values of GitLab Runner's Helm chart, perhaps within those of another chart.
    RunnerValues,
    /// GitLab Runner's `config.toml`.
    RunnerConfig,
    /// Something that no rule is for.
    Other,
}

/// How one kind is recognised: by its document's root and its file's path.
struct Recogniser {
    kind: Kind,
    /// Whether the document is of this kind.
    recognise: fn(&str, &Node) -> bool,
    /// What a text of this kind is likely to hold: a file that cannot be read is told of only where it may have
    /// been one.
    marks: &'static [&'static str],
}

/// Every kind of YAML document; the first that recognises one has it.
const RECOGNISERS: &[Recogniser] = &[
    Recogniser {
        kind: Kind::RunnerValues,
        recognise: |_, root| runner_config::is_values(root),
        marks: &["[[runners]]", "unregisterRunners:"],
    },
    Recogniser {
        kind: Kind::NodeClass,
        recognise: |_, root| is_manifest(root, "karpenter.k8s.aws", "EC2NodeClass"),
        marks: &["karpenter.k8s.aws/"],
    },
    Recogniser {
        kind: Kind::NodePool,
        recognise: |_, root| is_manifest(root, "karpenter.sh", "NodePool"),
        marks: &["kind: NodePool"],
    },
    Recogniser {
        kind: Kind::NetworkPolicy,
        recognise: |_, root| is_manifest(root, "networking.k8s.io", "NetworkPolicy"),
        marks: &["kind: NetworkPolicy"],
    },
    Recogniser {
        kind: Kind::SecurityGroupPolicy,
        recognise: |_, root| is_manifest(root, "vpcresources.k8s.aws", "SecurityGroupPolicy"),
        marks: &["vpcresources.k8s.aws/"],
    },
    Recogniser { kind: Kind::PipelineHeader, recognise: is_pipeline_header, marks: &[] },
    Recogniser {
        kind: Kind::Pipeline,
        recognise: is_pipeline,
        marks: &["\n  script:", "\n  stage:", "$[[ inputs."],
    },
];

/// The kind of each of a file's documents.
pub(super) fn recognise(path: &str, roots: &[Arc<Node>]) -> Vec<Kind> {
    let one = |root: &Arc<Node>| {
        RECOGNISERS.iter().find(|it| (it.recognise)(path, root)).map_or(Kind::Other, |it| it.kind)
    };
    roots.iter().map(one).collect()
}

/// The kind of a text that is not YAML; `None` where it has to be read as YAML to tell. A `config.toml` may be kept
/// with a suffix, such as `config.toml.example`.
pub(super) fn recognise_text(path: &str, text: &str) -> Option<Kind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_yaml = [".yml", ".yaml"].iter().any(|suffix| name.ends_with(suffix));
    let is_toml = name.to_ascii_lowercase().contains(".toml");
    if is_yaml || !is_toml {
        return None;
    }
    Some(if runner_config::is_config(text) { Kind::RunnerConfig } else { Kind::Other })
}

/// Whether a file that cannot be read may have been of some kind.
pub fn is_suspected(path: &str, text: &str) -> bool {
    is_pipeline_name(path) || RECOGNISERS.iter().any(|it| it.marks.iter().any(|mark| text.contains(mark)))
}

/// Whether GitLab, or convention, takes a file of this name for a pipeline.
pub fn is_pipeline_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [".gitlab-ci.yml", ".gitlab-ci.yaml"].iter().any(|suffix| name.ends_with(suffix))
}

/// `spec:` with its inputs, before the `---` (GitLab, CI/CD YAML reference, header keywords).
fn is_pipeline_header(_path: &str, root: &Node) -> bool {
    root.map().is_some_and(|entries| {
        entries.len() == 1
            && entries.iter().all(|entry| &*entry.key == "spec" && entry.node.map().is_some_and(is_spec))
    })
}

fn is_spec(entries: &[super::node::Entry]) -> bool {
    entries.iter().all(|entry| matches!(&*entry.key, "inputs" | "component" | "include" | "description"))
}

/// A map with jobs as GitLab knows them, or whose file's name says so.
fn is_pipeline(path: &str, root: &Node) -> bool {
    let Some(entries) = root.map() else { return false };
    if is_pipeline_name(path) {
        return true;
    }
    // GitHub's workflows, Compose's services and the like hold their jobs one level further down.
    if entries.iter().any(|entry| matches!(&*entry.key, "jobs" | "on" | "apiVersion" | "pipelines" | "repos"))
    {
        return false;
    }
    let has = |key: &str| entries.iter().any(|entry| &*entry.key == key);
    let top = has("stages") || has("workflow") || has("default") || includes(root);
    let runs = |job: &Node| {
        ["script", "before_script", "after_script", "run"]
            .iter()
            .any(|key| job.get(key).is_some_and(|node| node.list().is_some() || node.text().is_some()))
    };
    let companion = |job: &Node| COMPANIONS.iter().any(|key| job.get(key).is_some());
    entries.iter().any(|entry| {
        let job = &entry.node;
        let starts = job.get("trigger").is_some() || job.get("extends").is_some() || runs(job);
        starts && (companion(job) || top)
    }) || includes(root)
}

/// What stands beside a job's `script:`, `extends:` or `trigger:` and tells it from a map of another tool's with such
/// a key.
const COMPANIONS: [&str; 16] = [
    "stage",
    "tags",
    "rules",
    "needs",
    "only",
    "except",
    "image",
    "variables",
    "artifacts",
    "cache",
    "before_script",
    "after_script",
    "environment",
    "allow_failure",
    "when",
    "services",
];

/// A file that does nothing but include others.
fn includes(root: &Node) -> bool {
    let Some(include) = root.get("include") else { return false };
    include.items().iter().any(|item| {
        ["local", "project", "remote", "component", "template", "artifact"]
            .iter()
            .any(|key| item.get(key).is_some())
    })
}
