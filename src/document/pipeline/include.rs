//! `include:` and `trigger: include:`: which other files a configuration is made of.

use std::sync::Arc;

use crate::document::{Entry, Node, Span};

/// One entry of `include:`.
#[derive(Debug, Clone)]
pub struct Include {
    /// Where it stands.
    pub span: Span,
    /// What it names.
    pub target: Target,
    /// What it gives to the file's `spec: inputs:`.
    pub inputs: Vec<Entry>,
}

/// What an include names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file of this repository, or several by `*` and `**`; from the root on, without the `/` before it.
    Local(String),
    /// What is elsewhere: the keyword (`project`, `remote`, `component`, `template`, `artifact`) and what it names.
    Elsewhere(&'static str, String),
    /// It names nothing that GitLab would understand.
    Unclear(String),
}

/// The includes of a configuration, or of a `trigger:` (GitLab, CI/CD YAML reference, `include`).
pub(super) fn parse_includes(holder: &Node) -> Vec<Include> {
    let Some(include) = holder.get("include") else { return Vec::new() };
    let mut found = Vec::new();
    collect(include, &mut found, 0);
    found
}

fn collect(node: &Arc<Node>, found: &mut Vec<Include>, depth: u8) {
    if let Some(items) = node.list().filter(|_| depth < 4) {
        for item in items {
            collect(item, found, depth + 1);
        }
    } else if let Some(text) = node.text() {
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        let target = if is_url { Target::Elsewhere("remote", text.to_owned()) } else { local(text) };
        found.push(Include { span: node.span, target, inputs: Vec::new() });
    } else if let Some(entries) = node.map() {
        let inputs = node.get("inputs").and_then(|inputs| inputs.map()).unwrap_or_default().to_vec();
        for (span, target) in targets(node, entries) {
            found.push(Include { span, target, inputs: inputs.clone() });
        }
    }
}

fn targets(node: &Node, entries: &[Entry]) -> Vec<(Span, Target)> {
    const ELSEWHERE: [&str; 5] = ["project", "remote", "component", "template", "artifact"];
    if let Some(local_node) = node.get("local") {
        let texts = local_node.items().iter();
        return texts.filter_map(|item| Some((item.span, local(item.text()?)))).collect();
    }
    for keyword in ELSEWHERE {
        let Some(value) = node.get(keyword) else { continue };
        let mut named = value.text().unwrap_or_default().to_owned();
        if let Some(files) = node.get("file") {
            let files: Vec<&str> = files.items().iter().filter_map(|file| file.text()).collect();
            named = format!("{named}: {}", files.join(", "));
        }
        return vec![(value.span, Target::Elsewhere(keyword, named))];
    }
    let keys: Vec<&str> = entries.iter().map(|entry| &*entry.key).collect();
    vec![(node.span, Target::Unclear(keys.join(", ")))]
}

fn local(path: &str) -> Target {
    Target::Local(path.trim().trim_start_matches('/').to_owned())
}
