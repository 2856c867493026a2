//! The EKS cluster's own security group.

use super::ClusterRequest;
use super::call::Read;
use super::error::FetchError;
use super::follow::Capture;
use super::narrow::Narrow;
use super::reader::Reader;
use crate::snapshot::{Cluster, Document};

/// The tag that EKS puts on the group that it makes (EKS user guide, "security group requirements").
const TAG: &str = "tag:aws:eks:cluster-name";

/// Asks EKS, unless the user has said which group it is.
pub(super) async fn describe(reader: &Reader, request: Option<&ClusterRequest>) -> Read<Cluster> {
    match request {
        Some(ClusterRequest { name, security_group: None }) => reader.cluster(name).await,
        _ => Ok(None),
    }
}

/// Notes the cluster. Its group is the one that the user names, else the one that EKS names, else the only
/// one that carries the tag.
pub(super) async fn settle(
    capture: &mut Capture<'_>,
    request: Option<&ClusterRequest>,
    described: Read<Cluster>,
) -> Result<(), FetchError> {
    let Some(request) = request else { return Ok(()) };
    let asked = !matches!(described, Ok(None));
    let mut found = capture.settle(Document::Cluster, described)?.pop();
    let group = found.as_ref().and_then(|it| it.resources_vpc_config.cluster_security_group_id.clone());
    let mut group = request.security_group.clone().or(group);
    // EKS's word that there is no such cluster stands.
    let exists = found.is_some() || !asked || capture.snapshot.unread.contains_key(&Document::Cluster);
    if group.is_none() && exists {
        let tagged = capture.reader.describe_security_groups(Narrow::to(TAG, [&request.name])).await;
        let tagged = capture.settle(Document::SecurityGroups, tagged)?;
        if let [only] = tagged.as_slice() {
            group = Some(only.group_id.clone());
        }
    }
    if let Some(group) = group {
        let cluster =
            found.get_or_insert_with(|| Cluster { name: request.name.clone(), ..Cluster::default() });
        cluster.resources_vpc_config.cluster_security_group_id = Some(group);
    }
    if let Some(cluster) = found {
        capture.snapshot.clusters.insert(cluster.name.clone(), cluster);
    }
    Ok(())
}
