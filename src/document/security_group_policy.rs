//! `SecurityGroupPolicy` of `vpcresources.k8s.aws` (Amazon EKS User Guide, "Assign security groups to individual
//! pods").

use std::sync::Arc;

use super::manifest::{Flaw, Identity};
use super::node::{Node, Span};
use super::selector::Selector;

/// Most groups that a policy may name.
const MOST_GROUPS: usize = 5;

/// A policy that gives pods security groups of their own, in place of their node's.
#[derive(Debug, Clone)]
pub struct SecurityGroupPolicy {
    /// What it is called.
    pub identity: Identity,
    /// The pods that it is for, of its own namespace.
    pub pods: Option<Selector>,
    /// The service accounts whose pods it is for.
    pub accounts: Option<Selector>,
    /// The groups' ids.
    pub groups: Vec<String>,
    /// Where they stand.
    pub groups_span: Span,
    /// What the API refuses in it.
    pub flaws: Vec<Flaw>,
}

impl SecurityGroupPolicy {
    /// Reads a manifest.
    pub fn parse(root: &Arc<Node>) -> Self {
        let identity = Identity::of(root);
        let mut flaws = Vec::new();
        let spec = root.get("spec");
        let mut selector =
            |key: &str| spec.and_then(|spec| spec.get(key)).map(|node| Selector::parse(node, &mut flaws));
        let (pods, accounts) = (selector("podSelector"), selector("serviceAccountSelector"));
        let ids = spec.and_then(|spec| spec.get("securityGroups")).and_then(|groups| groups.get("groupIds"));
        let items = ids.map(Node::items).unwrap_or_default();
        let groups: Vec<String> = items.iter().filter_map(|id| id.text().map(str::to_owned)).collect();
        let groups_span = items.first().map_or(identity.span, |id| id.span);
        if groups.is_empty() || groups.len() > MOST_GROUPS {
            let what = format!("groupIds holds 1 to {MOST_GROUPS} security groups");
            flaws.push(Flaw { span: groups_span, what });
        }
        if pods.is_none() && accounts.is_none() {
            let what = "it has neither a podSelector nor a serviceAccountSelector".to_owned();
            flaws.push(Flaw { span: identity.span, what });
        }
        Self { identity, pods, accounts, groups, groups_span, flaws }
    }
}
