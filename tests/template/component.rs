//! A component as GitLab reads it: the header with its inputs, and the jobs with the values in their place.
//!
//! Only what the project's own templates use is here; `gitlab-ci-local` and its own reading of inputs runs them too
//! (docs.gitlab.com/ci/inputs, docs.gitlab.com/ci/components).

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// All components, by name.
pub const ALL: &[&str] = &["diagnose", "gate", "review"];

/// One component.
pub struct Component {
    pub name: String,
    pub header: Value,
    pub inputs: BTreeMap<String, Input>,
    pub body: Value,
    pub text: String,
}

/// One input, as `spec:inputs` describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub description: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub default: Option<Value>,
    pub options: Option<Vec<Value>>,
    pub regex: Option<String>,
}

/// GitLab's types of inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    String,
    Number,
    Boolean,
    Array,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
        }
    }

    pub fn holds(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
        }
    }
}

/// The project's own folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl Component {
    pub fn load(name: &str) -> Self {
        let path = root().join("templates").join(format!("{name}.yml"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (header, body) = text.split_once("\n---\n").expect("a header, a line of ---, and jobs");
        let header: Value = serde_saphyr::from_str(header).unwrap();
        let inputs = serde_json::from_value(header["spec"]["inputs"].clone()).unwrap();
        let body = serde_saphyr::from_str(body).unwrap();
        Self { name: name.to_owned(), header, inputs, body, text }
    }

    pub fn all() -> Vec<Self> {
        ALL.iter().map(|name| Self::load(name)).collect()
    }

    /// What inputs are without an `include:inputs`; the mandatory ones are made up.
    pub fn defaults(&self) -> Map<String, Value> {
        let made_up = || json!("registry.example/platform/reachgate:0.1.0");
        self.inputs
            .iter()
            .map(|(name, input)| (name.clone(), input.default.clone().unwrap_or_else(made_up)))
            .collect()
    }

    /// The pipeline with these values over the defaults.
    pub fn filled(&self, over: &Value) -> Value {
        let mut values = self.defaults();
        for (name, value) in over.as_object().into_iter().flatten() {
            assert!(self.inputs.contains_key(name), "{} has no input {name}", self.name);
            values.insert(name.clone(), value.clone());
        }
        fill(&self.body, &values)
    }

    /// The one job of it that is not hidden, with what it extends.
    pub fn job(&self, over: &Value) -> Value {
        let filled = self.filled(over);
        let jobs = filled.as_object().unwrap();
        let shown: Vec<_> = jobs.iter().filter(|(name, _)| !name.starts_with('.')).collect();
        let [(_, job)] = shown.as_slice() else { panic!("{}: one job, not {shown:?}", self.name) };
        let mut whole = match job.get("extends").and_then(Value::as_str) {
            Some(base) => jobs.get(base).unwrap_or_else(|| panic!("{base} is not there")).clone(),
            None => json!({}),
        };
        let own = job.as_object().unwrap().clone();
        whole.as_object_mut().unwrap().extend(own);
        whole
    }

    /// The job's script.
    pub fn script(&self, over: &Value) -> String {
        let job = self.job(over);
        let lines = job["script"].as_array().unwrap();
        lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
    }
}

/// The inputs that a text names, in `$[[ inputs.NAME ]]`.
pub fn named(text: &str) -> Vec<&str> {
    let blocks = text.split("$[[").skip(1).filter_map(|rest| rest.split_once("]]"));
    blocks.map(|(block, _)| block.trim().strip_prefix("inputs.").unwrap_or(block)).collect()
}

fn fill(node: &Value, values: &Map<String, Value>) -> Value {
    match node {
        Value::String(text) => fill_text(text, values),
        Value::Array(items) => items.iter().map(|item| fill(item, values)).collect(),
        Value::Object(entries) => {
            let filled = entries.iter().map(|(key, value)| {
                let key = fill_text(key, values);
                (key.as_str().expect("a key is a text").to_owned(), fill(value, values))
            });
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}

/// An input that is a whole value keeps its type; within a text it is text.
fn fill_text(text: &str, values: &Map<String, Value>) -> Value {
    let mut filled = text.to_owned();
    for name in named(text) {
        let block = format!("$[[ inputs.{name} ]]");
        let value = values.get(name).unwrap_or_else(|| panic!("{text}: there is no input {name}"));
        if text == block {
            return value.clone();
        }
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        filled = filled.replace(&block, &shown);
    }
    Value::String(filled)
}
