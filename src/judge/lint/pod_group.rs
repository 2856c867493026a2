//! Do the runner pods get security groups of their own, and is the cluster's among them?

use std::collections::BTreeSet;

use super::Lint;
use super::cluster_group::{ClusterGroup, wants_cluster_group};
use crate::code::Code;
use crate::document::manifest::{Match, is_template};
use crate::document::security_group_policy::SecurityGroupPolicy;
use crate::document::{Files, Kind};
use crate::finding::{Finding, Verdict};
use crate::judge::list;
use crate::judge::network_policy::{in_namespace, labels};
use crate::policy::Source;

const EXPECTED: &str = "the cluster security group among the pods' groups";

pub(super) fn judge(lint: &Lint<'_>, findings: &mut Vec<Finding>) {
    let documents = lint.files.iter().flat_map(|(_, file)| file.documents());
    let policies: Vec<SecurityGroupPolicy> = documents
        .filter(|document| document.kind == Kind::SecurityGroupPolicy)
        .map(|document| SecurityGroupPolicy::parse(&document.root))
        .collect();
    let asked = lint.policy.sources.values().any(|source| source.namespace.is_some());
    let mut files = BTreeSet::new();
    for it in &policies {
        judge_flaws(lint, it, findings);
        if !asked && files.insert(it.identity.span.file) {
            findings.push(
                Finding::new(Code::PodGroupNotAsked, Verdict::Skip, subject(it))
                    .expected(EXPECTED)
                    .observed("not held against the runner pods")
                    .reason("The policy does not say which pods these are: no source has a `namespace`.")
                    .hint("Give the source its `namespace`, and its `pod_labels`.")
                    .at(lint.location(it.identity.span)),
            );
        }
    }
    for (name, source) in lint.policy.sources.iter().filter(|(_, source)| source.namespace.is_some()) {
        for it in policies.iter().filter(|it| !it.groups.is_empty()) {
            findings.extend(judge_one(lint, name, source, it));
        }
    }
}

/// The policies, by namespace and name, that give a source's pods groups of their own, or may.
pub fn pod_group_policies(files: &Files, source: &Source) -> Vec<String> {
    let documents = files.iter().flat_map(|(_, file)| file.documents());
    documents
        .filter(|document| document.kind == Kind::SecurityGroupPolicy)
        .map(|document| SecurityGroupPolicy::parse(&document.root))
        .filter(|it| !it.groups.is_empty() && selects(source, it) != Match::No)
        .map(|it| it.identity.to_string())
        .collect()
}

fn subject(it: &SecurityGroupPolicy) -> String {
    format!("SecurityGroupPolicy {}", it.identity)
}

fn judge_flaws(lint: &Lint<'_>, it: &SecurityGroupPolicy, findings: &mut Vec<Finding>) {
    for flaw in &it.flaws {
        findings.push(
            Finding::new(Code::PodGroupInvalid, Verdict::Fail, subject(it))
                .expected("a manifest that the Kubernetes API takes")
                .observed(flaw.what.clone())
                .reason("The API refuses it, so the pods keep the groups that they have.")
                .hint("Correct it as the Amazon EKS page on security groups for pods shows.")
                .at(lint.location(flaw.span)),
        );
    }
}

fn judge_one(lint: &Lint<'_>, name: &str, source: &Source, it: &SecurityGroupPolicy) -> Option<Finding> {
    let selected = selects(source, it);
    let group = ClusterGroup::find(lint, source);
    let has = match &group {
        ClusterGroup::Known(id) => {
            Match::any(it.groups.iter().map(|had| match (had.as_str() == id.as_str(), is_template(had)) {
                (true, _) => Match::Yes,
                (false, true) => Match::Maybe,
                (false, false) => Match::No,
            }))
        }
        ClusterGroup::Unasked => return None,
        ClusterGroup::Unknown(_) => Match::Maybe,
    };
    if selected == Match::No || has == Match::Yes {
        return None;
    }
    let instead = list(&it.groups);
    let finding = |code, verdict| {
        Finding::new(code, verdict, format!("{name} pods"))
            .expected(EXPECTED)
            .evidence("groups", it.groups.clone())
            .evidence("policy", it.identity.to_string())
            .at(lint.location(it.groups_span))
    };
    if let (Match::Yes, Match::No, ClusterGroup::Known(id)) = (selected, has, &group) {
        let verdict = if wants_cluster_group(lint, name) { Verdict::Fail } else { Verdict::Warn };
        return Some(
            finding(Code::PodGroupLacksClusterGroup, verdict)
                .observed(format!("{} gives them {instead}, and not {id}", it.identity))
                .reason(format!(
                    "These groups take the place of the node's: a rule that admits {id} does not match the pods."
                ))
                .hint(format!("Add {id} to its groupIds, and let the pods be made anew."))
                .evidence("group", id.as_str()),
        );
    }
    let reason = match &group {
        ClusterGroup::Unknown(why) => why.clone(),
        _ if selected == Match::Maybe => {
            "Whether it is for the runner pods is not known: of their labels, or of their service account's."
                .to_owned()
        }
        _ => "Its groups are filled in later.".to_owned(),
    };
    Some(
        finding(Code::PodGroupUndecided, Verdict::Unknown)
            .observed(format!("{} gives pods {instead} in place of the node's groups", it.identity))
            .reason(reason)
            .hint("Give --snapshot, and say more of the pods in the policy (`namespace`, `pod_labels`)."),
    )
}

/// Whether it is for the pods of a source. Of their service account no label is known.
fn selects(source: &Source, it: &SecurityGroupPolicy) -> Match {
    let pods = it.pods.as_ref().map(|selector| selector.matches(&labels(source)));
    let accounts = it.accounts.as_ref().map(|selector| selector.matches(&std::collections::BTreeMap::new()));
    let selectors = if pods.is_none() && accounts.is_none() { Some(Match::No) } else { None };
    let namespace = in_namespace(source, it.identity.namespace.as_deref());
    Match::all([Some(namespace), pods, accounts, selectors].into_iter().flatten())
}
