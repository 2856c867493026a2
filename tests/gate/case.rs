//! A sight of the network and what it means with each configuration, as data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::scenario::{self, Changes, Host};

/// One scenario file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// One sentence: what the probe will see, and why.
    pub what: String,
    /// Variables over the usual ones of a job; `null` unsets.
    #[serde(default)]
    pub env: BTreeMap<String, Option<String>>,
    /// Arguments of every case's gate.
    #[serde(default)]
    pub args: Vec<String>,
    /// A file of `tests/lab/policies` or `tests/gate/policies`, in the place of the embedded policy.
    pub policy: Option<String>,
    /// How the platform differs from its healthy self.
    #[serde(default)]
    pub changes: Changes,
    /// Whether something is planted; said where the platform is changed and nothing is wrong with it.
    pub plants: Option<bool>,
    /// Whether the halves' own reports are joined too, and must say what the live gate says.
    #[serde(default)]
    pub offline: bool,
    /// Send SIGTERM so long after the start, milliseconds.
    pub terminate_after_ms: Option<u64>,
    /// Each configuration that it is seen with.
    pub cases: Vec<Case>,
}

/// One configuration, and what must come out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What AWS says.
    #[serde(default)]
    pub aws: Aws,
    /// The pod.
    #[serde(default = "pod_a")]
    pub from: Host,
    /// More arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// The exit code.
    pub exit: i32,
    /// Findings that must be there. Any other finding of the gate's own that is `warn`, `unknown` or `fail` is a
    /// fault.
    pub findings: Vec<Expected>,
    /// A piece of what it says on stderr.
    pub stderr: Option<String>,
    /// The longest that it may take, milliseconds.
    pub within_ms: Option<u64>,
    /// The shortest.
    pub after_ms: Option<u64>,
}

fn pod_a() -> Host {
    Host::PodA
}

/// What AWS says, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Aws {
    /// A world of `seed.py`.
    pub world: String,
    /// Whether it can be reached.
    pub reach: Reach,
    /// How it answers.
    #[serde(rename = "as")]
    pub manner: Manner,
}

impl Default for Aws {
    fn default() -> Self {
        Self { world: "as-asked".to_owned(), reach: Reach::default(), manner: Manner::default() }
    }
}

/// Whether AWS can be reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// It can.
    #[default]
    Open,
    /// Nothing listens at the endpoint.
    Closed,
    /// The job has no credentials.
    NoCredentials,
}

/// How AWS answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manner {
    /// Actions that the role may not call.
    pub deny: Vec<String>,
    /// So long after each call, milliseconds.
    pub delay_ms: u64,
    /// Never.
    pub silent: bool,
    /// With the peerings' routes dead.
    pub blackhole: bool,
    /// On a wire of this case alone, whose calls are looked at: none may come twice.
    pub own: Option<String>,
}

impl Manner {
    /// The name of its socket.
    pub fn socket(&self) -> String {
        let Self { deny, delay_ms, silent, blackhole, own } = self;
        let deny = deny.join("+").replace(':', ".");
        format!("{deny}-{delay_ms}-{silent}-{blackhole}-{}", own.as_deref().unwrap_or_default())
    }
}

/// A finding that must be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Its code.
    pub code: String,
    /// Its verdict.
    pub verdict: String,
    /// The service that it is about, where it matters which.
    pub service: Option<String>,
    /// The probe's code in its evidence.
    pub probe: Option<String>,
    /// What the configuration says, in its evidence.
    pub configuration: Option<String>,
    /// The component that it names first, as `seed.py` calls its id.
    pub component: Option<String>,
    /// The codes of all that it says is in the way.
    pub blockers: Option<Vec<String>>,
    /// Whom it suspects, in their order.
    pub suspects: Option<Vec<String>>,
    /// Pieces of its hint.
    #[serde(default)]
    pub hint: Vec<String>,
    /// A piece of what it observed.
    pub observed: Option<String>,
    /// A piece of its reason.
    pub reason: Option<String>,
}

impl File {
    /// Whether something is wrong that the gate must find.
    pub fn plants(&self) -> bool {
        self.changes_something() || self.cases.iter().any(Case::plants)
    }

    /// Whether the platform is not as it should be.
    pub fn changes_something(&self) -> bool {
        let changed = format!("{:?}", self.changes) != format!("{:?}", Changes::default());
        self.plants.unwrap_or(changed)
    }
}

impl Case {
    /// Whether AWS is not as it should be.
    pub fn plants(&self) -> bool {
        let manner = &self.aws.manner;
        let harmless = ["as-asked", "peered"].contains(&self.aws.world.as_str());
        !harmless
            || !manner.deny.is_empty()
            || manner.blackhole
            || manner.silent
            || self.aws.reach == Reach::Closed
    }
}

/// Where the scenario files are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate/scenarios")
}

/// Reads one.
pub fn load(path: &Path) -> Result<File, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_saphyr::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

/// Reads all of them.
pub fn load_all() -> Result<Vec<(PathBuf, File)>, String> {
    scenario::paths_in(&folder())?.into_iter().map(|path| Ok((path.clone(), load(&path)?))).collect()
}

/// No fault that is planted, on the platform or in AWS, is expected to end with 0.
pub fn check(files: &[(PathBuf, File)]) -> Result<(), String> {
    let mut faults = Vec::new();
    let mut planted = 0;
    for (path, file) in files {
        for (number, case) in file.cases.iter().enumerate() {
            if file.changes_something() || case.plants() {
                planted += 1;
                if case.exit == 0 {
                    faults.push(format!("{}: case {number} passes", path.display()));
                }
            }
        }
    }
    if planted < 60 {
        faults.push(format!("only {planted} faults are planted"));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}
