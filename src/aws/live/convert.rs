//! The SDK's types into the snapshot's.
//!
//! What the snapshot needs and the answer lacks, or spells in another way than AWS, is [`Malformed`]: the
//! kind of document then counts as not read. Lists are sorted, since AWS gives them in no certain order.

mod filter;
mod gateway;
mod place;

use std::str::FromStr;

use serde::Serialize;

use crate::snapshot::{Cluster, ClusterVpcConfig, Id, Tag};

pub(super) use filter::*;
pub(super) use gateway::*;
pub(super) use place::*;

/// A field that is not as AWS's API reference has it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed {field}")]
pub(super) struct Malformed {
    field: &'static str,
}

impl Malformed {
    pub(super) fn without(field: &'static str) -> Self {
        Self { field }
    }
}

type Converted<T> = Result<T, Malformed>;

/// A word that may be absent.
fn word<T: AsRef<str>>(value: Option<T>) -> Option<Id> {
    value.map(|value| value.as_ref().into()).filter(|word: &Id| !word.is_empty())
}

/// A word that must be there.
fn needed<T: AsRef<str>>(value: Option<T>, field: &'static str) -> Converted<Id> {
    word(value).ok_or(Malformed { field })
}

/// An address or a range that may be absent.
fn parsed<T: FromStr>(value: Option<String>, field: &'static str) -> Converted<Option<T>> {
    let text = value.unwrap_or_default();
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| Malformed { field }) }
}

/// An address or a range that must be there.
fn parsed_needed<T: FromStr>(value: Option<String>, field: &'static str) -> Converted<T> {
    parsed(value, field)?.ok_or(Malformed { field })
}

/// A list in a stable order.
fn list<S, D: Serialize>(source: Option<Vec<S>>, convert: impl Fn(S) -> Converted<D>) -> Converted<Vec<D>> {
    let mut converted = kept(source, convert)?;
    sort(&mut converted);
    Ok(converted)
}

/// A list whose order says something, as an interface's first address.
fn kept<S, D>(source: Option<Vec<S>>, convert: impl Fn(S) -> Converted<D>) -> Converted<Vec<D>> {
    source.unwrap_or_default().into_iter().map(convert).collect()
}

/// Sorts by the text that is written.
pub(super) fn sort<T: Serialize>(list: &mut [T]) {
    list.sort_by_cached_key(|item| serde_json::to_string(item).unwrap_or_default());
}

/// Tags that say what a thing is for. The others are left out: anything may stand in them.
fn tags(source: Option<Vec<aws_sdk_ec2::types::Tag>>) -> Vec<Tag> {
    let telling = |key: &str| {
        key == "Name"
            || ["aws:", "eks:", "kubernetes.io/", "karpenter.sh/", "karpenter.k8s.aws/"]
                .iter()
                .any(|space| key.starts_with(space))
    };
    let mut tags: Vec<Tag> = source
        .unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some(Tag { key: tag.key?.into(), value: tag.value.unwrap_or_default().into() }))
        .filter(|tag| telling(&tag.key))
        .collect();
    sort(&mut tags);
    tags
}

/// An EKS cluster, under the name that it was asked for by.
pub(super) fn cluster(name: &str, source: aws_sdk_eks::types::Cluster) -> Cluster {
    let config = source.resources_vpc_config.map(|config| {
        let ids = |list: Option<Vec<String>>| {
            let mut ids: Vec<Id> = list.unwrap_or_default().into_iter().map(Id::from).collect();
            ids.sort();
            ids
        };
        ClusterVpcConfig {
            cluster_security_group_id: word(config.cluster_security_group_id),
            security_group_ids: ids(config.security_group_ids),
            subnet_ids: ids(config.subnet_ids),
            vpc_id: word(config.vpc_id),
        }
    });
    Cluster { name: name.into(), resources_vpc_config: config.unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{IpPermission, IpRange, SecurityGroup, Tag};

    use super::{Malformed, security_group};

    fn group(range: &str) -> SecurityGroup {
        let permission = IpPermission::builder()
            .ip_protocol("tcp")
            .from_port(22)
            .to_port(22)
            .ip_ranges(IpRange::builder().cidr_ip(range).build())
            .build();
        SecurityGroup::builder().group_id("sg-1").ip_permissions(permission).build()
    }

    #[test]
    fn a_rule_that_is_not_understood_is_never_left_out() {
        assert!(security_group(group("10.1.0.0/16")).is_ok());
        assert_eq!(security_group(group("10.1.0.0/99")), Err(Malformed { field: "CidrIp" }));
        assert_eq!(security_group(group("")), Err(Malformed { field: "CidrIp" }));
        let nameless = SecurityGroup::builder().build();
        assert_eq!(security_group(nameless), Err(Malformed { field: "GroupId" }));
    }

    #[test]
    fn only_telling_tags_are_kept() {
        let tag = |key: &str| Tag::builder().key(key).value("v").build();
        let group = SecurityGroup::builder()
            .group_id("sg-1")
            .tags(tag("aws:eks:cluster-name"))
            .tags(tag("DatabasePassword"))
            .tags(tag("Name"))
            .build();
        let kept = security_group(group).expect("a group").tags;
        assert_eq!(
            kept.iter().map(|tag| tag.key.as_str()).collect::<Vec<_>>(),
            ["Name", "aws:eks:cluster-name"]
        );
    }
}
