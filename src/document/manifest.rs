//! What all Kubernetes manifests have: a name, a namespace, and values that a template fills in later.

use std::sync::Arc;

use super::node::{Node, Span};

/// Something in a manifest that the Kubernetes API refuses, or takes otherwise than it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where it stands.
    pub span: Span,
    /// A phrase.
    pub what: String,
}

/// Whether something matches, where not all may be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// What is known does not decide it.
    Maybe,
}

impl Match {
    /// `Yes` or `No`.
    pub fn of(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }

    /// Whether all match.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::Yes, |all, one| match (all, one) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Maybe, _) | (_, Self::Maybe) => Self::Maybe,
            _ => Self::Yes,
        })
    }

    /// Whether at least one matches.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::No, |any, one| match (any, one) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Maybe, _) | (_, Self::Maybe) => Self::Maybe,
            _ => Self::No,
        })
    }
}

/// A manifest's name and namespace.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Where the manifest is named, else where it begins.
    pub span: Span,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its namespace; `None` where whoever applies it chooses.
    pub namespace: Option<String>,
}

impl Identity {
    /// Reads `metadata`.
    pub fn of(root: &Node) -> Self {
        let metadata = root.get("metadata");
        let name = metadata.and_then(|metadata| metadata.get("name"));
        let text = |node: &Arc<Node>| node.text().map(str::to_owned);
        Self {
            span: name.map_or_else(|| begin(root), |name| name.span),
            name: name.and_then(text).unwrap_or_default(),
            namespace: metadata.and_then(|metadata| metadata.get("namespace")).and_then(text),
        }
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// Whether a text is filled in later: `{{ … }}` of Helm, `${NAME}` or `$NAME` of envsubst and Flux.
pub fn is_template(text: &str) -> bool {
    let named = |(at, _): (usize, &str)| {
        text.as_bytes()
            .get(at + 1)
            .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'_' | b'{' | b'('))
    };
    text.contains("{{") || text.match_indices('$').any(named)
}

/// Whether a document is a manifest of this API group and kind, of whatever version.
pub(super) fn is_manifest(root: &Node, group: &str, kind: &str) -> bool {
    let text = |key: &str| root.get(key).and_then(|node| node.text());
    text("kind") == Some(kind)
        && text("apiVersion").and_then(|version| version.split_once('/')).is_some_and(|(had, _)| had == group)
}

/// Where a manifest's own text begins: a block map has no bytes of its own.
fn begin(root: &Node) -> Span {
    root.map().and_then(<[_]>::first).map_or(root.span, |entry| entry.key_span)
}

/// The entries of a map with texts as values, e.g. labels. What is no text is left out.
pub(super) fn texts(node: Option<&Arc<Node>>) -> Vec<(String, String, Span)> {
    let entries = node.and_then(|node| node.map()).unwrap_or_default();
    let text =
        |entry: &super::Entry| Some((entry.key.to_string(), entry.node.text()?.to_owned(), entry.node.span));
    entries.iter().filter_map(text).collect()
}
