//! A rule under review: whom it admits, what it is for, and what it is called.

use std::collections::{BTreeSet, HashMap};

use ipnet::IpNet;

use super::Subject;
use crate::network::space::{Services, ranges_of};
use crate::snapshot::{Id, IpPermission, SecurityGroup, Snapshot};

/// Whom a rule is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Whom {
    Range(IpNet),
    List(Id),
    Group(Id),
}

impl std::fmt::Display for Whom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Range(range) => range.fmt(f),
            Self::List(id) | Self::Group(id) => id.fmt(f),
        }
    }
}

/// Everybody whom a permission is for. A pair without a group's id names nobody that could be told.
pub(super) fn whom_of(permission: &IpPermission) -> impl Iterator<Item = Whom> + '_ {
    let lists = permission.prefix_list_ids.iter().map(|list| Whom::List(list.prefix_list_id.clone()));
    let groups = permission.user_id_group_pairs.iter().filter_map(|pair| pair.group_id.clone());
    ranges_of(permission).map(Whom::Range).chain(lists).chain(groups.map(Whom::Group))
}

/// What a check remarks on: one rule of a group, or the group as a whole.
#[derive(Debug, Clone)]
pub(super) struct Remark {
    /// The group.
    pub group: Id,
    /// The rule; `None` for the group as a whole.
    pub rule: Option<(Whom, Services)>,
    /// What is remarked, in words.
    pub text: String,
}

impl Remark {
    pub(super) fn of_rule(
        group: &SecurityGroup,
        permission: &IpPermission,
        whom: Whom,
        text: impl Into<String>,
    ) -> Self {
        let rule = Some((whom, Services::of_permission(permission)));
        Self { group: group.group_id.clone(), rule, text: text.into() }
    }

    pub(super) fn of_group(group: &str, text: impl Into<String>) -> Self {
        Self { group: group.into(), rule: None, text: text.into() }
    }
}

/// Group, protocol, ports, and whom it admits.
pub(super) type RuleKey = (Id, Id, (i32, i32), String);

/// The ids of the groups' rules, by group, traffic and whom they admit.
pub(super) fn rule_ids(snapshot: &Snapshot, groups: &[&SecurityGroup]) -> HashMap<RuleKey, Id> {
    let ours: BTreeSet<&str> = groups.iter().map(|group| group.group_id.as_str()).collect();
    let mut ids = HashMap::new();
    for rule in snapshot.security_group_rules.values().filter(|rule| !rule.is_egress) {
        let Some(group) = rule.group_id.as_ref().filter(|id| ours.contains(id.as_str())) else { continue };
        let referenced = rule.referenced_group_info.as_ref().and_then(|info| info.group_id.as_ref());
        let range = rule.cidr_ipv4.map(IpNet::V4).or(rule.cidr_ipv6.map(IpNet::V6));
        let range = range.map(|range| range.to_string());
        let named = rule.prefix_list_id.as_ref().or(referenced).map(ToString::to_string);
        if let Some(whom) = range.or(named) {
            let protocol = rule.ip_protocol.clone().unwrap_or_default();
            let ports = (rule.from_port.unwrap_or(-1), rule.to_port.unwrap_or(-1));
            ids.insert((group.clone(), protocol, ports, whom), rule.security_group_rule_id.clone());
        }
    }
    ids
}

impl Subject<'_> {
    /// What the rule says, and its own id where the snapshot has it.
    pub(super) fn rule_name(&self, group: &SecurityGroup, permission: &IpPermission, whom: &str) -> String {
        let ports = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
        let key = (group.group_id.clone(), permission.ip_protocol.clone(), ports, whom.to_owned());
        let what = format!("{} for {whom}", traffic(permission));
        match self.rule_ids.get(&key) {
            Some(id) => format!("{what} in {} ({id})", group.group_id),
            None => format!("{what} in {}", group.group_id),
        }
    }

    /// Every ingress permission, with its group.
    pub(super) fn permissions(&self) -> impl Iterator<Item = (&SecurityGroup, &IpPermission)> {
        self.groups
            .iter()
            .flat_map(|group| group.ip_permissions.iter().map(move |permission| (*group, permission)))
    }
}

/// `tcp/22`, `tcp/1024-65535`, `icmp type 8 code 0`, `everything`.
pub(super) fn traffic(permission: &IpPermission) -> String {
    let protocol = permission.ip_protocol.as_str();
    match (protocol, permission.from_port, permission.to_port) {
        ("-1", ..) => "everything".to_owned(),
        // EC2 keeps type and code in the fields for ports; -1 is any.
        ("icmp" | "icmpv6" | "1" | "58", Some(kind), code) if kind != -1 => match code {
            Some(code) if code != -1 => format!("{protocol} type {kind} code {code}"),
            _ => format!("{protocol} type {kind}"),
        },
        (_, Some(from), Some(to)) if from == to && from != -1 => format!("{protocol}/{from}"),
        (_, Some(from), Some(to)) if from != -1 => format!("{protocol}/{from}-{to}"),
        _ => format!("all {protocol}"),
    }
}

/// Whether TCP to one of the ports is admitted.
pub(super) fn opens(permission: &IpPermission, ports: &BTreeSet<u16>) -> bool {
    match permission.ip_protocol.as_str() {
        "-1" => true,
        "tcp" | "6" => {
            let (from, to) = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
            from == -1 || ports.iter().any(|port| (from..=to).contains(&i32::from(*port)))
        }
        _ => false,
    }
}
