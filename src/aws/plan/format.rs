//! A plan's JSON, as far as it is used (Terraform's "JSON Output Format").

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, IgnoredAny};
use serde_json::{Map, Value};

/// A plan.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The resources' objects and what is done to each, no-ops and data sources among them.
    pub(super) changes: Vec<ResourceChange>,
    /// Actions that apply invokes.
    pub(super) invocations: Vec<Invocation>,
    pub(super) root: Module,
    /// How many configurations of the AWS provider it has: accounts and regions.
    pub(super) providers: usize,
    /// How the plan names what it refers to: before 1.0 without the attribute.
    pub(super) bare_references: bool,
    /// Why an apply will do more than the plan says, or cannot be done.
    pub(super) unfinished: Vec<String>,
}

/// The file's top level: a plan, or something like one.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Document {
    pub format_version: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub resource_changes: Option<Vec<ResourceChange>>,
    pub planned_values: Option<IgnoredAny>,
    pub configuration: Option<Configuration>,
    #[serde(default)]
    pub errored: Option<bool>,
    #[serde(default)]
    pub complete: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    pub deferred_changes: Vec<Deferred>,
    #[serde(default, deserialize_with = "or_default")]
    pub action_invocations: Vec<Invocation>,
    #[serde(default, deserialize_with = "or_default")]
    pub deferred_action_invocations: Vec<IgnoredAny>,
    /// A state's, as `terraform show -json` prints it.
    pub values: Option<IgnoredAny>,
    /// A state file's own.
    pub lineage: Option<IgnoredAny>,
    pub serial: Option<IgnoredAny>,
}

/// One object of a resource and what is done to it.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct ResourceChange {
    pub address: String,
    #[serde(default, deserialize_with = "or_default")]
    pub module_address: String,
    #[serde(default, deserialize_with = "or_default")]
    pub mode: String,
    pub r#type: String,
    pub name: String,
    #[serde(default)]
    pub index: Value,
    pub deposed: Option<String>,
    pub change: Change,
}

/// A change that is put off to a later plan.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Deferred {
    pub resource_change: Option<DeferredChange>,
}

/// The change that is put off.
#[derive(Debug, serde::Deserialize)]
pub(super) struct DeferredChange {
    #[serde(default, deserialize_with = "or_default")]
    pub address: String,
}

/// An action that apply invokes (Terraform 1.14).
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Invocation {
    pub address: String,
    #[serde(default, deserialize_with = "or_default")]
    pub config_values: Map<String, Value>,
}

impl Invocation {
    /// Its type, e.g. `aws_ec2_stop_instance` of `module.m.action.aws_ec2_stop_instance.it`.
    pub(super) fn kind(&self) -> &str {
        let at = self.address.rfind("action.").map_or(0, |at| at + "action.".len());
        self.address[at..].split('.').next().unwrap_or_default()
    }
}

/// What is done.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Change {
    pub actions: Vec<Action>,
    #[serde(default, deserialize_with = "or_default")]
    pub before: Map<String, Value>,
    #[serde(default, deserialize_with = "or_default")]
    pub after: Map<String, Value>,
    #[serde(default)]
    pub after_unknown: Value,
}

/// One step of what is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    NoOp,
    Create,
    Read,
    Update,
    Delete,
    Forget,
    /// A word of a newer version.
    Other(String),
}

impl Action {
    pub(super) fn word(&self) -> &str {
        match self {
            Self::NoOp => "no-op",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Forget => "forget",
            Self::Other(word) => word,
        }
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(match word.as_str() {
            "no-op" => Self::NoOp,
            "create" => Self::Create,
            "read" => Self::Read,
            "update" => Self::Update,
            "delete" => Self::Delete,
            "forget" => Self::Forget,
            _ => Self::Other(word),
        })
    }
}

impl ResourceChange {
    pub(super) fn has(&self, action: &Action) -> bool {
        self.change.actions.contains(action)
    }

    /// A resource's object, not a data source's.
    pub(super) fn is_managed(&self) -> bool {
        self.mode.is_empty() || self.mode == "managed"
    }

    /// A data source that is read during apply.
    pub(super) fn is_deferred_read(&self) -> bool {
        self.mode == "data" && self.has(&Action::Read)
    }

    /// Whether the object is there after apply.
    pub(super) fn stays(&self) -> bool {
        self.deposed.is_none()
            && (self.has(&Action::NoOp) || self.has(&Action::Create) || self.has(&Action::Update))
    }

    /// The words of what is done, e.g. `delete, create`.
    pub(super) fn actions(&self) -> String {
        self.change.actions.iter().map(Action::word).collect::<Vec<_>>().join(", ")
    }
}

/// The configuration that the plan was made from.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(super) struct Configuration {
    /// By `aws`, `aws.alias`, or behind a module's address and a colon.
    #[serde(rename = "provider_config", default, deserialize_with = "or_default")]
    pub providers: BTreeMap<String, Provider>,
    #[serde(default, deserialize_with = "or_default")]
    pub root_module: Module,
}

/// A provider's configuration.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(super) struct Provider {
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its source, e.g. `registry.terraform.io/hashicorp/aws`; from format 0.2 on.
    #[serde(default, deserialize_with = "or_default")]
    pub full_name: String,
}

/// A module's configuration.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(super) struct Module {
    #[serde(default, deserialize_with = "or_default")]
    pub resources: Vec<ConfiguredResource>,
    #[serde(rename = "module_calls", default, deserialize_with = "or_default")]
    pub calls: BTreeMap<String, ModuleCall>,
    #[serde(default, deserialize_with = "or_default")]
    pub outputs: BTreeMap<String, Output>,
}

/// A resource's configuration.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct ConfiguredResource {
    pub address: String,
    #[serde(default, deserialize_with = "or_default")]
    pub expressions: BTreeMap<String, Value>,
    #[serde(default)]
    pub for_each_expression: Value,
}

/// A module that is called.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct ModuleCall {
    #[serde(default, deserialize_with = "or_default")]
    pub expressions: BTreeMap<String, Value>,
    #[serde(default)]
    pub for_each_expression: Value,
    #[serde(default, deserialize_with = "or_default")]
    pub module: Module,
}

/// A module's output.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Output {
    #[serde(default)]
    pub expression: Value,
}

/// What is `null` is as if it were not there.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
