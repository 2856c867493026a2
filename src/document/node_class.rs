//! Karpenter's `EC2NodeClass` of `karpenter.k8s.aws` (v1beta1 and v1), as far as it chooses subnets and security
//! groups (<https://karpenter.sh/docs/concepts/nodeclasses/>).

use std::sync::Arc;

use super::manifest::{Flaw, Identity, is_template, texts};
use super::node::{Node, Span};

/// Most terms of a selector, and most tags of a term, that the API takes.
const MOST_TERMS: usize = 30;
const MOST_TAGS: usize = 20;

/// A node class.
#[derive(Debug, Clone)]
pub struct NodeClass {
    /// What it is called.
    pub identity: Identity,
    /// `subnetSelectorTerms`.
    pub subnets: Terms,
    /// `securityGroupSelectorTerms`.
    pub groups: Terms,
    /// What the API refuses in it, or takes otherwise than it is written.
    pub flaws: Vec<Flaw>,
}

/// The terms of a selector: what one of them matches is selected.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Where they stand; where there are none, the node class.
    pub span: Span,
    /// Each of them.
    pub terms: Vec<Term>,
}

/// A term of a selector.
#[derive(Debug, Clone)]
pub struct Term {
    /// Where it stands.
    pub span: Span,
    /// What it matches.
    pub criterion: Criterion,
}

/// What a term matches. Where a term has several kinds of criterion Karpenter looks at the first of these alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Criterion {
    /// An id.
    Id(String),
    /// A security group's name, which is not its tag `Name`.
    Name(String),
    /// All these tags, by key.
    Tags(Vec<(String, String)>),
}

impl NodeClass {
    /// Reads a manifest.
    pub fn parse(root: &Arc<Node>) -> Self {
        let identity = Identity::of(root);
        let mut flaws = Vec::new();
        let mut selector = |key: &str, kind: Kind| {
            let node = root.get("spec").and_then(|spec| spec.entry(key));
            let mut reader = Reader { kind, flaws: &mut flaws };
            if let Some(entry) = node {
                reader.terms(key, entry.key_span, &entry.node)
            } else {
                reader.flaw(identity.span, format!("it has no {key}"));
                Terms { span: identity.span, terms: Vec::new() }
            }
        };
        let subnets = selector("subnetSelectorTerms", Kind::Subnet);
        let groups = selector("securityGroupSelectorTerms", Kind::Group);
        Self { identity, subnets, groups, flaws }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Subnet,
    Group,
}

struct Reader<'a> {
    kind: Kind,
    flaws: &'a mut Vec<Flaw>,
}

impl Reader<'_> {
    fn flaw(&mut self, span: Span, what: impl Into<String>) {
        self.flaws.push(Flaw { span, what: what.into() });
    }

    fn terms(&mut self, key: &str, span: Span, node: &Arc<Node>) -> Terms {
        let items = node.list().unwrap_or_default();
        if items.is_empty() {
            self.flaw(span, format!("{key} is not a list with at least one term"));
        }
        if items.len() > MOST_TERMS {
            self.flaw(span, format!("{key} has more than {MOST_TERMS} terms"));
        }
        let terms = items.iter().take(MOST_TERMS).filter_map(|item| self.term(item)).collect();
        Terms { span, terms }
    }

    fn term(&mut self, item: &Arc<Node>) -> Option<Term> {
        let entries = item.map().unwrap_or_default();
        let span = entries.first().map_or(item.span, |entry| entry.key_span);
        let known: &[&str] = if self.kind == Kind::Group { &["id", "name", "tags"] } else { &["id", "tags"] };
        for entry in entries.iter().filter(|entry| !known.contains(&&*entry.key)) {
            self.flaw(entry.key_span, format!("a term has no {}: it has {}", entry.key, known.join(", ")));
        }
        let given: Vec<&str> = known
            .iter()
            .copied()
            .filter(|key| item.get(key).is_some_and(|node| !node.is_null() && node.text() != Some("")))
            .collect();
        let text = |key: &str| item.get(key).and_then(|node| node.text()).filter(|text| !text.is_empty());
        match given.as_slice() {
            [] => {
                self.flaw(span, format!("the term has none of {}", known.join(", ")));
                return None;
            }
            [_] => {}
            [first, others @ ..] => {
                let others = others.join(" and ");
                self.flaw(
                    span,
                    format!("{first} stands alone in its term: {others} beside it counts for nothing"),
                );
            }
        }
        let criterion = match (text("id"), text("name").filter(|_| self.kind == Kind::Group)) {
            (Some(id), _) => {
                let prefix = if self.kind == Kind::Group { "sg-" } else { "subnet-" };
                if !id.starts_with(prefix) && !is_template(id) {
                    self.flaw(span, format!("the id {id} does not begin with {prefix}"));
                }
                Criterion::Id(id.to_owned())
            }
            (None, Some(name)) => Criterion::Name(name.to_owned()),
            (None, None) => Criterion::Tags(self.tags(item, span)),
        };
        Some(Term { span, criterion })
    }

    fn tags(&mut self, item: &Arc<Node>, span: Span) -> Vec<(String, String)> {
        let tags = texts(item.get("tags"));
        let written = item.get("tags").and_then(|node| node.map()).map_or(0, <[_]>::len);
        if tags.len() != written || tags.is_empty() {
            self.flaw(span, "tags is not a map of texts with at least one entry");
        }
        if tags.len() > MOST_TAGS {
            self.flaw(span, format!("the term has more than {MOST_TAGS} tags"));
        }
        for (key, value, at) in &tags {
            if key.is_empty() || value.is_empty() {
                self.flaw(*at, "a tag's key and value must not be empty; `*` is any value");
            }
        }
        tags.into_iter().map(|(key, value, _)| (key, value)).collect()
    }
}
