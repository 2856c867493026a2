//! Karpenter's `NodePool` of `karpenter.sh` (v1beta1 and v1), as far as it names a node class
//! (<https://karpenter.sh/docs/concepts/nodepools/>).

use std::sync::Arc;

use super::manifest::Identity;
use super::node::{Node, Span};

/// A node pool.
#[derive(Debug, Clone)]
pub struct NodePool {
    /// What it is called.
    pub identity: Identity,
    /// The node class that it names.
    pub class: Option<ClassReference>,
}

/// A reference to a node class.
#[derive(Debug, Clone)]
pub struct ClassReference {
    /// Where its name stands.
    pub span: Span,
    /// The class's kind, e.g. `EC2NodeClass`.
    pub kind: String,
    /// The class's name.
    pub name: String,
}

impl NodePool {
    /// Reads a manifest.
    pub fn parse(root: &Arc<Node>) -> Self {
        let keys = ["spec", "template", "spec", "nodeClassRef"];
        let reference = keys.iter().try_fold(root, |node, key| node.get(key));
        let class = reference.and_then(|reference| {
            let name = reference.get("name")?;
            let kind = reference.get("kind").and_then(|kind| kind.text());
            Some(ClassReference {
                span: name.span,
                // v1beta1 has it default to the only kind that there was.
                kind: kind.unwrap_or("EC2NodeClass").to_owned(),
                name: name.text()?.to_owned(),
            })
        });
        Self { identity: Identity::of(root), class }
    }
}
