//! A rule as the snapshot has it: part of a permission, and with an id of its own.

use super::{Rule, Whom, protocol};
use crate::snapshot::{
    GroupPair, Id, IpPermission, Ipv4Range, Ipv6Range, PrefixListReference, ReferencedGroup, SecurityGroup,
    SecurityGroupRule,
};

pub(super) fn permissions(group: &mut SecurityGroup, egress: bool) -> &mut Vec<IpPermission> {
    if egress { &mut group.ip_permissions_egress } else { &mut group.ip_permissions }
}

pub(super) fn holds(group: &SecurityGroup, rule: &Rule) -> bool {
    let all = if rule.egress { &group.ip_permissions_egress } else { &group.ip_permissions };
    all.iter().filter(|it| rule.has_traffic_of(it)).any(|it| match &rule.whom {
        Whom::V4(range) => it.ip_ranges.iter().any(|had| had.cidr_ip == *range),
        Whom::V6(range) => it.ipv6_ranges.iter().any(|had| had.cidr_ipv6 == *range),
        Whom::List(id) => it.prefix_list_ids.iter().any(|had| had.prefix_list_id == *id),
        Whom::Group(id) => it.user_id_group_pairs.iter().any(|had| had.group_id.as_ref() == Some(id)),
    })
}

/// Takes one rule away, and the permission with it if it holds no more.
pub(super) fn take(group: &mut SecurityGroup, rule: &Rule) {
    let all = permissions(group, rule.egress);
    for it in all.iter_mut().filter(|it| rule.has_traffic_of(it)) {
        match &rule.whom {
            Whom::V4(range) => it.ip_ranges.retain(|had| had.cidr_ip.trunc() != *range),
            Whom::V6(range) => it.ipv6_ranges.retain(|had| had.cidr_ipv6.trunc() != *range),
            Whom::List(id) => it.prefix_list_ids.retain(|had| had.prefix_list_id != *id),
            Whom::Group(id) => it.user_id_group_pairs.retain(|had| had.group_id.as_ref() != Some(id)),
        }
    }
    all.retain(|it| {
        !(it.ip_ranges.is_empty()
            && it.ipv6_ranges.is_empty()
            && it.prefix_list_ids.is_empty()
            && it.user_id_group_pairs.is_empty())
    });
}

impl Rule {
    fn has_traffic_of(&self, permission: &IpPermission) -> bool {
        let same = self.protocol == protocol(&permission.ip_protocol);
        let ports = permission.from_port.zip(permission.to_port).filter(|ports| *ports != (-1, -1));
        same && (self.protocol == "-1" || self.ports == ports)
    }

    pub(super) fn permission(&self) -> IpPermission {
        let mut permission = IpPermission {
            ip_protocol: self.protocol.clone(),
            from_port: self.ports.map(|it| it.0),
            to_port: self.ports.map(|it| it.1),
            ..IpPermission::default()
        };
        match &self.whom {
            Whom::V4(cidr_ip) => permission.ip_ranges.push(Ipv4Range { cidr_ip: *cidr_ip }),
            Whom::V6(cidr_ipv6) => permission.ipv6_ranges.push(Ipv6Range { cidr_ipv6: *cidr_ipv6 }),
            Whom::List(id) => {
                permission.prefix_list_ids.push(PrefixListReference { prefix_list_id: id.clone() });
            }
            Whom::Group(id) => {
                permission
                    .user_id_group_pairs
                    .push(GroupPair { group_id: Some(id.clone()), ..GroupPair::default() });
            }
        }
        permission
    }

    pub(super) fn described(&self, id: Id, group: &Id) -> SecurityGroupRule {
        let mut rule = SecurityGroupRule {
            security_group_rule_id: id,
            group_id: Some(group.clone()),
            is_egress: self.egress,
            ip_protocol: Some(self.protocol.clone()),
            from_port: self.ports.map(|it| it.0),
            to_port: self.ports.map(|it| it.1),
            ..SecurityGroupRule::default()
        };
        match &self.whom {
            Whom::V4(range) => rule.cidr_ipv4 = Some(*range),
            Whom::V6(range) => rule.cidr_ipv6 = Some(*range),
            Whom::List(id) => rule.prefix_list_id = Some(id.clone()),
            Whom::Group(id) => {
                rule.referenced_group_info =
                    Some(ReferencedGroup { group_id: Some(id.clone()), ..ReferencedGroup::default() });
            }
        }
        rule
    }

    pub(super) fn is_described_by(&self, rule: &SecurityGroupRule) -> bool {
        let ports = rule.from_port.zip(rule.to_port).filter(|ports| *ports != (-1, -1));
        let referenced = rule.referenced_group_info.as_ref().and_then(|info| info.group_id.as_ref());
        let whom = match &self.whom {
            Whom::V4(range) => rule.cidr_ipv4.as_ref().is_some_and(|it| it.trunc() == *range),
            Whom::V6(range) => rule.cidr_ipv6.as_ref().is_some_and(|it| it.trunc() == *range),
            Whom::List(id) => rule.prefix_list_id.as_ref() == Some(id),
            Whom::Group(id) => referenced == Some(id),
        };
        whom && rule.is_egress == self.egress
            && rule.ip_protocol.as_ref().is_some_and(|it| protocol(it) == self.protocol)
            && (self.protocol == "-1" || ports == self.ports)
    }
}
