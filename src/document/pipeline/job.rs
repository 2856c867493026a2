//! A job with all that it inherits.

use std::sync::Arc;

use super::Text;
use super::extend::Extended;
use super::include::{Include, parse_includes};
use super::variable::{self, Definition};
use crate::document::{Entry, Node, Span};

/// Keys at the top of a configuration that are no jobs (GitLab, CI/CD YAML reference, "Unavailable names for jobs"
/// and global keywords).
const NO_JOBS: [&str; 12] = [
    "image",
    "services",
    "stages",
    "types",
    "before_script",
    "after_script",
    "variables",
    "cache",
    "include",
    "workflow",
    "default",
    "spec",
];

/// A job, or a hidden one that others extend.
#[derive(Debug)]
pub struct Job {
    /// Its name.
    pub name: Text,
    /// Where its name stands.
    pub span: Span,
    /// Whether its name begins with `.`: it is not run itself.
    pub hidden: bool,
    /// The stage's name.
    pub stage: Option<Arc<Node>>,
    /// The tags that its runner must have.
    pub tags: Tags,
    /// What it does.
    pub work: Work,
    /// The image that it runs in, by name.
    pub image: Option<Arc<Node>>,
    /// The images of its services, by name.
    pub services: Vec<Arc<Node>>,
    /// Its own variables.
    pub variables: Vec<Definition>,
    /// Which of the pipeline's variables it has.
    pub inherited_variables: Inherited,
    /// What it extends or refers to and what is not in these files.
    pub missing: Vec<String>,
}

/// A job's tags.
#[derive(Debug)]
pub struct Tags {
    /// Each tag, as it is written.
    pub items: Vec<Arc<Node>>,
    /// Whose they are.
    pub origin: TagOrigin,
}

/// Whose tags they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagOrigin {
    /// The job's own, or of one that it extends.
    Job,
    /// The pipeline's default.
    Default,
    /// There are none.
    Nowhere,
}

/// What a job does.
#[derive(Debug)]
pub enum Work {
    /// It runs commands.
    Script(Vec<Section>),
    /// It starts another pipeline and needs no runner.
    Trigger(Vec<Include>),
    /// Nothing that is known: what it extends is not there.
    Nothing,
}

/// Commands that one shell runs.
#[derive(Debug, Clone)]
pub struct Section {
    /// The keyword: `before_script`, `script`, `after_script`, `run` or `hooks`.
    pub keyword: &'static str,
    /// Its items, in order, lists in the list resolved.
    pub items: Vec<Arc<Node>>,
}

/// What of the pipeline's own a job has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inherited {
    /// All of it.
    All,
    /// Nothing.
    None,
    /// These.
    These(Vec<Text>),
}

impl Inherited {
    /// Whether this keyword or variable is inherited.
    pub fn holds(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::These(names) => names.iter().any(|known| &**known == name),
        }
    }

    fn parse(job: &Node, keyword: &str) -> Self {
        let Some(inherit) = job.get("inherit").and_then(|inherit| inherit.get(keyword)) else {
            return Self::All;
        };
        match (inherit.boolean(), inherit.list()) {
            (Some(false), _) => Self::None,
            (_, Some(items)) => {
                Self::These(items.iter().filter_map(|item| item.text()).map(Arc::from).collect())
            }
            _ => Self::All,
        }
    }
}

/// What jobs have that do not say otherwise.
#[derive(Debug)]
pub(super) struct Defaults {
    node: Option<Arc<Node>>,
    top: Vec<(&'static str, Arc<Node>)>,
    missing: Vec<String>,
}

impl Defaults {
    pub(super) fn new(config: &Extended<'_>) -> Self {
        let whole = config.whole("default");
        let top = ["image", "services", "before_script", "after_script"];
        Self {
            missing: whole.as_ref().map(|whole| whole.missing.clone()).unwrap_or_default(),
            node: whole.map(|whole| whole.node),
            top: top.iter().filter_map(|key| Some((*key, config.whole(key)?.node))).collect(),
        }
    }

    fn get(&self, key: &str) -> Option<&Arc<Node>> {
        let of_default = self.node.as_ref().and_then(|node| node.get(key));
        of_default.or_else(|| self.top.iter().find(|(known, _)| *known == key).map(|(_, node)| node))
    }
}

/// The job of a top-level entry; `None` where it is none.
pub(super) fn parse_job(entry: &Entry, config: &Extended<'_>, defaults: &Defaults) -> Option<Job> {
    if NO_JOBS.contains(&&*entry.key) || entry.node.map().is_none() {
        return None;
    }
    let whole = config.whole(&entry.key)?;
    let job = &whole.node;
    let hidden = entry.key.starts_with('.');
    let mut missing = whole.missing;
    let inherited = Inherited::parse(job, "default");
    let value = |key: &str| {
        let own = job.get(key).filter(|node| !node.is_null());
        own.or_else(|| if hidden || !inherited.holds(key) { None } else { defaults.get(key) })
    };
    let work = if let Some(trigger) = job.get("trigger") {
        Work::Trigger(parse_includes(trigger))
    } else {
        let sections = sections(&value, job);
        let runs = job.get("script").is_some() || job.get("run").is_some();
        if runs || hidden {
            Work::Script(sections)
        } else if missing.is_empty() {
            return None;
        } else {
            Work::Nothing
        }
    };
    let own_tags = job.get("tags").filter(|node| !node.is_null());
    let tags = match (own_tags, value("tags")) {
        (Some(node), _) => Tags { items: flatten(node), origin: TagOrigin::Job },
        (None, Some(node)) => Tags { items: flatten(node), origin: TagOrigin::Default },
        (None, None) => Tags { items: Vec::new(), origin: TagOrigin::Nowhere },
    };
    if tags.origin == TagOrigin::Default {
        missing.extend(defaults.missing.iter().cloned());
    }
    let named = |node: &Arc<Node>| {
        Some(Arc::clone(node.get("name").unwrap_or(node))).filter(|node| node.scalar().is_some())
    };
    Some(Job {
        name: Arc::clone(&entry.key),
        span: entry.key_span,
        hidden,
        stage: job.get("stage").cloned(),
        tags,
        work,
        image: value("image").and_then(named),
        services: value("services").map(flatten).unwrap_or_default().iter().filter_map(named).collect(),
        variables: variable::of_job(job),
        inherited_variables: Inherited::parse(job, "variables"),
        missing,
    })
}

fn sections<'a>(value: &impl Fn(&str) -> Option<&'a Arc<Node>>, job: &'a Node) -> Vec<Section> {
    let mut found = Vec::new();
    let hooks = value("hooks").and_then(|hooks| hooks.get("pre_get_sources_script"));
    let own = |key: &str| job.get(key).filter(|node| !node.is_null());
    for (keyword, node) in [
        ("hooks", hooks),
        ("before_script", value("before_script")),
        ("script", own("script")),
        ("after_script", value("after_script")),
    ] {
        if let Some(node) = node {
            found.push(Section { keyword, items: flatten(node) });
        }
    }
    for step in own("run").map_or(&[][..], |run| run.items()) {
        if let Some(script) = step.get("script").filter(|script| script.text().is_some()) {
            found.push(Section { keyword: "run", items: vec![Arc::clone(script)] });
        }
    }
    found.retain(|section| !section.items.is_empty());
    found
}

/// The scalars of a list, and of the lists in it (GitLab, `script`: up to ten levels).
fn flatten(node: &Arc<Node>) -> Vec<Arc<Node>> {
    fn collect(node: &Arc<Node>, into: &mut Vec<Arc<Node>>, depth: u8) {
        for item in node.items() {
            match item.list() {
                Some(_) if depth < 12 => collect(item, into, depth + 1),
                Some(_) => {}
                None => into.push(Arc::clone(item)),
            }
        }
    }
    let mut found = Vec::new();
    collect(node, &mut found, 0);
    found
}
