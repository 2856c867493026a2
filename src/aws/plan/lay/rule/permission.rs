//! A rule as the snapshot has it: part of a permission, and with an id of its own.

use super::{Rule, Whom};
use crate::aws::plan::lay::protocol::{is_ported, protocol};
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
        self.is_for(&permission.ip_protocol, permission.from_port, permission.to_port)
    }

    /// Whether that is the traffic that it is for, however AWS writes what is every port.
    fn is_for(&self, text: &str, from: Option<i32>, to: Option<i32>) -> bool {
        let ports = from.zip(to).filter(|(from, _)| *from != -1 && is_ported(&self.protocol));
        protocol(text).is_some_and(|it| it == self.protocol) && ports == self.ports
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
        let referenced = rule.referenced_group_info.as_ref().and_then(|info| info.group_id.as_ref());
        let whom = match &self.whom {
            Whom::V4(range) => rule.cidr_ipv4.as_ref().is_some_and(|it| it.trunc() == *range),
            Whom::V6(range) => rule.cidr_ipv6.as_ref().is_some_and(|it| it.trunc() == *range),
            Whom::List(id) => rule.prefix_list_id.as_ref() == Some(id),
            Whom::Group(id) => referenced == Some(id),
        };
        let text = rule.ip_protocol.as_deref().unwrap_or_default();
        whom && rule.is_egress == self.egress && self.is_for(text, rule.from_port, rule.to_port)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Rule, Whom};

    /// AWS leaves out what is every port, or writes -1, or what it was given and ignores.
    #[test]
    fn a_rule_is_known_again_however_it_is_written() {
        let rule = |protocol: &str, ports| {
            let whom = Whom::V4("10.0.0.0/8".parse().expect("a range"));
            Rule { egress: false, protocol: protocol.into(), ports, whom }
        };
        let (none, any) = ((None, None), (Some(-1), Some(-1)));
        for (rule, text, written, same) in [
            (rule("-1", None), "-1", none, true),
            (rule("-1", None), "-1", any, true),
            (rule("-1", None), "all", (Some(0), Some(0)), true),
            (rule("50", None), "50", (Some(0), Some(0)), true),
            (rule("50", None), "51", none, false),
            (rule("icmp", None), "icmp", any, true),
            (rule("icmp", Some((8, -1))), "1", (Some(8), Some(-1)), true),
            (rule("icmp", Some((8, -1))), "icmp", any, false),
            (rule("tcp", Some((22, 22))), "6", (Some(22), Some(22)), true),
            (rule("tcp", Some((22, 22))), "tcp", (Some(22), Some(23)), false),
            (rule("tcp", Some((22, 22))), "-1", none, false),
        ] {
            assert_eq!(rule.is_for(text, written.0, written.1), same, "{rule:?} as {text} {written:?}");
        }
    }
}
