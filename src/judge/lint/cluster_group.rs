//! The EKS cluster's security group, where a snapshot of AWS's configuration was given.

use super::Lint;
use crate::policy::Source;
use crate::snapshot::{Document, Id, Snapshot};

/// The tag that EKS puts on the cluster security group (Amazon EKS User Guide, "View Amazon EKS security group
/// requirements for clusters").
pub(super) const TAG: &str = "aws:eks:cluster-name";

/// The cluster security group of a source.
#[derive(Debug, Clone)]
pub(super) enum ClusterGroup {
    /// The source names no cluster.
    Unasked,
    /// This one.
    Known(Id),
    /// It is not known; a sentence says why.
    Unknown(String),
}

impl ClusterGroup {
    pub(super) fn find(lint: &Lint<'_>, source: &Source) -> Self {
        let Some(cluster) = &source.eks_cluster else { return Self::Unasked };
        let Some(snapshot) = lint.snapshot else {
            return Self::Unknown("Which group is the cluster's, AWS's configuration alone says.".to_owned());
        };
        find_in(snapshot, cluster).map_or_else(
            || {
                Self::Unknown(format!(
                    "The snapshot does not say which group is that of {cluster}: neither {} nor the tag {TAG} does.",
                    Document::Cluster
                ))
            },
            Self::Known,
        )
    }
}

fn find_in(snapshot: &Snapshot, cluster: &str) -> Option<Id> {
    let described = snapshot.clusters.get(cluster);
    if let Some(id) = described.and_then(|found| found.resources_vpc_config.cluster_security_group_id.clone())
    {
        return Some(id);
    }
    let mut tagged = snapshot
        .security_groups
        .values()
        .filter(|group| group.tags.iter().any(|tag| tag.key == TAG && tag.value == cluster));
    let first = tagged.next()?;
    tagged.next().is_none().then(|| first.group_id.clone())
}

/// Whether some expectation of a source demands that it is admitted by the cluster's group.
pub(super) fn wants_cluster_group(lint: &Lint<'_>, source: &str) -> bool {
    lint.policy.expectations.iter().any(|it| it.from == source && it.via.is_some())
}
