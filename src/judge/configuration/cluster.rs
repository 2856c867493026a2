//! Which security group is the EKS cluster's?

use std::collections::BTreeMap;

use super::Context;
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::snapshot::{Document, Id, SecurityGroup};

/// The tag that EKS puts on the cluster security group (Amazon EKS User Guide, "View Amazon EKS security group
/// requirements for clusters").
const TAG: &str = "aws:eks:cluster-name";

/// The cluster security group by cluster name, for those that are known.
pub(super) type Groups = BTreeMap<String, ClusterGroup>;

/// A cluster security group.
#[derive(Debug, Clone)]
pub(super) struct ClusterGroup {
    pub id: Id,
    /// The VPC of the cluster, where the snapshot says so.
    pub vpc: Option<Id>,
}

/// Finds the cluster group of every cluster that the policy names.
pub(super) fn find(context: &Context<'_>, findings: &mut Vec<Finding>) -> Groups {
    let mut groups = Groups::new();
    for source in context.policy.sources.values() {
        let Some(cluster) = &source.eks_cluster else { continue };
        if groups.contains_key(cluster) {
            continue;
        }
        let (finding, group) = find_one(context, cluster);
        findings.push(finding);
        if let Some(group) = group {
            groups.insert(cluster.clone(), group);
        }
    }
    groups
}

fn find_one(context: &Context<'_>, cluster: &str) -> (Finding, Option<ClusterGroup>) {
    let snapshot = context.network.snapshot();
    let described = snapshot.clusters.get(cluster).map(|found| &found.resources_vpc_config);
    let tagged: Vec<&SecurityGroup> = snapshot
        .security_groups
        .values()
        .filter(|group| group.tags.iter().any(|tag| tag.key == TAG && tag.value == cluster))
        .collect();
    let stated = described.and_then(|config| config.cluster_security_group_id.clone());
    let (id, by) = match (&context.options.cluster_group, stated, tagged.as_slice()) {
        (Some(given), ..) => (given.clone(), "as --cluster-security-group says"),
        (None, Some(stated), _) => (stated, "as describe-cluster says"),
        (None, None, [one]) => (one.group_id.clone(), "by its tag aws:eks:cluster-name"),
        (None, None, several) => return (missing(context, cluster, several), None),
    };
    let group = snapshot.security_groups.get(&id);
    let subject = format!("cluster {cluster}");
    let finding = |code, verdict| {
        Finding::new(code, verdict, subject.as_str())
            .expected("a cluster security group")
            .evidence("group", id.as_str())
    };
    if group.is_none() && snapshot.has(Document::SecurityGroups) {
        // Whoever carries it can still be told; whether it lets anything out cannot.
        let hint = "Correct --cluster-security-group, or add the account and region that the group is in to the snapshot.";
        let found = finding(Code::ClusterGroupMissing, Verdict::Unknown)
            .observed(format!("{id}, {by}, is in no {} document", Document::SecurityGroups))
            .hint(hint);
        return (found, Some(ClusterGroup { id, vpc: None }));
    }
    let vpc = described
        .and_then(|config| config.vpc_id.clone())
        .or_else(|| group.and_then(|group| group.vpc_id.clone()));
    let found =
        finding(Code::ClusterGroupFound, Verdict::Pass).observed(format!("its security group is {id}, {by}"));
    (found, Some(ClusterGroup { id, vpc }))
}

fn missing(context: &Context<'_>, cluster: &str, tagged: &[&SecurityGroup]) -> Finding {
    let snapshot = context.network.snapshot();
    let finding = Finding::new(Code::ClusterGroupMissing, Verdict::Unknown, format!("cluster {cluster}"))
        .expected("a cluster security group")
        .reason("Without it, who carries the group and whether it is admitted cannot be told.");
    let unread: Vec<String> = [Document::Cluster, Document::SecurityGroups]
        .into_iter()
        .filter(|document| !snapshot.has(*document))
        .map(|document| format!("{document} was not read ({})", document.action()))
        .collect();
    let names =
        |by: &dyn Fn(&SecurityGroup) -> &str| super::super::list(tagged.iter().map(|group| by(group)));
    let observed = if tagged.is_empty() {
        let mut parts = vec![format!("no security group has the tag {TAG} = {cluster}")];
        parts.extend(unread);
        parts.join("; ")
    } else {
        format!("{} all have the tag {TAG} = {cluster}", names(&|group| &group.group_id))
    };
    finding.observed(observed).hint(format!(
        "Give it with --cluster-security-group sg-…, or add the output of `aws eks describe-cluster --name {cluster}` to the snapshot."
    ))
}
