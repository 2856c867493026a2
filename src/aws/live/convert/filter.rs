//! Security groups, network ACLs and prefix lists.

use aws_sdk_ec2::types as sdk;

use super::{Converted, list, needed, parsed, parsed_needed, tags, word};
use crate::snapshot::{
    AclAssociation, AclEntry, GroupPair, IcmpTypeCode, IpPermission, Ipv4Range, Ipv6Range, NetworkAcl,
    PortRange, PrefixList, PrefixListEntry, PrefixListReference, ReferencedGroup, SecurityGroup,
    SecurityGroupRule, SecurityGroupVpcAssociation, StaleSecurityGroup,
};

pub(in crate::aws::live) fn security_group(source: sdk::SecurityGroup) -> Converted<SecurityGroup> {
    Ok(SecurityGroup {
        group_id: needed(source.group_id, "GroupId")?,
        group_name: word(source.group_name),
        owner_id: word(source.owner_id),
        vpc_id: word(source.vpc_id),
        ip_permissions: list(source.ip_permissions, permission)?,
        ip_permissions_egress: list(source.ip_permissions_egress, permission)?,
        tags: tags(source.tags),
    })
}

fn permission(source: sdk::IpPermission) -> Converted<IpPermission> {
    Ok(IpPermission {
        ip_protocol: needed(source.ip_protocol, "IpProtocol")?,
        from_port: source.from_port,
        to_port: source.to_port,
        ip_ranges: list(source.ip_ranges, |it| range(it.cidr_ip))?,
        ipv6_ranges: list(source.ipv6_ranges, |it| {
            Ok(Ipv6Range { cidr_ipv6: parsed_needed(it.cidr_ipv6, "CidrIpv6")? })
        })?,
        prefix_list_ids: list(source.prefix_list_ids, |it| reference(it.prefix_list_id))?,
        user_id_group_pairs: list(source.user_id_group_pairs, |it| Ok(pair(it)))?,
    })
}

fn range(cidr: Option<String>) -> Converted<Ipv4Range> {
    Ok(Ipv4Range { cidr_ip: parsed_needed(cidr, "CidrIp")? })
}

fn reference(id: Option<String>) -> Converted<PrefixListReference> {
    Ok(PrefixListReference { prefix_list_id: needed(id, "PrefixListId")? })
}

fn pair(source: sdk::UserIdGroupPair) -> GroupPair {
    GroupPair {
        group_id: word(source.group_id),
        vpc_peering_connection_id: word(source.vpc_peering_connection_id),
        peering_status: word(source.peering_status),
    }
}

pub(in crate::aws::live) fn security_group_rule(
    source: sdk::SecurityGroupRule,
) -> Converted<SecurityGroupRule> {
    Ok(SecurityGroupRule {
        security_group_rule_id: needed(source.security_group_rule_id, "SecurityGroupRuleId")?,
        group_id: word(source.group_id),
        is_egress: source.is_egress == Some(true),
        ip_protocol: word(source.ip_protocol),
        from_port: source.from_port,
        to_port: source.to_port,
        cidr_ipv4: parsed(source.cidr_ipv4, "CidrIpv4")?,
        cidr_ipv6: parsed(source.cidr_ipv6, "CidrIpv6")?,
        prefix_list_id: word(source.prefix_list_id),
        referenced_group_info: source.referenced_group_info.map(|it| ReferencedGroup {
            group_id: word(it.group_id),
            user_id: word(it.user_id),
            vpc_id: word(it.vpc_id),
            vpc_peering_connection_id: word(it.vpc_peering_connection_id),
            peering_status: word(it.peering_status),
        }),
    })
}

pub(in crate::aws::live) fn vpc_association(
    source: sdk::SecurityGroupVpcAssociation,
) -> Converted<SecurityGroupVpcAssociation> {
    Ok(SecurityGroupVpcAssociation {
        group_id: needed(source.group_id, "GroupId")?,
        vpc_id: word(source.vpc_id),
        vpc_owner_id: word(source.vpc_owner_id),
        state: word(source.state),
    })
}

pub(in crate::aws::live) fn stale_security_group(
    source: sdk::StaleSecurityGroup,
) -> Converted<StaleSecurityGroup> {
    // AWS spells ranges and lists as bare words here.
    let permission = |it: sdk::StaleIpPermission| {
        Ok(IpPermission {
            ip_protocol: needed(it.ip_protocol, "IpProtocol")?,
            from_port: it.from_port,
            to_port: it.to_port,
            ip_ranges: list(it.ip_ranges, |cidr| range(Some(cidr)))?,
            ipv6_ranges: Vec::new(),
            prefix_list_ids: list(it.prefix_list_ids, |id| reference(Some(id)))?,
            user_id_group_pairs: list(it.user_id_group_pairs, |it| Ok(pair(it)))?,
        })
    };
    Ok(StaleSecurityGroup {
        group_id: needed(source.group_id, "GroupId")?,
        vpc_id: word(source.vpc_id),
        stale_ip_permissions: list(source.stale_ip_permissions, permission)?,
        stale_ip_permissions_egress: list(source.stale_ip_permissions_egress, permission)?,
    })
}

pub(in crate::aws::live) fn network_acl(source: sdk::NetworkAcl) -> Converted<NetworkAcl> {
    let entry = |it: sdk::NetworkAclEntry| {
        let port_range = it.port_range.map(|range| PortRange { from: range.from, to: range.to });
        let icmp_type_code = it.icmp_type_code.map(|it| IcmpTypeCode { r#type: it.r#type, code: it.code });
        Ok(AclEntry {
            rule_number: it.rule_number.ok_or(super::Malformed::without("RuleNumber"))?,
            protocol: needed(it.protocol, "Protocol")?,
            rule_action: needed(it.rule_action, "RuleAction")?,
            egress: it.egress.ok_or(super::Malformed::without("Egress"))?,
            cidr_block: parsed(it.cidr_block, "CidrBlock")?,
            ipv6_cidr_block: parsed(it.ipv6_cidr_block, "Ipv6CidrBlock")?,
            port_range,
            icmp_type_code,
        })
    };
    Ok(NetworkAcl {
        network_acl_id: needed(source.network_acl_id, "NetworkAclId")?,
        vpc_id: word(source.vpc_id),
        owner_id: word(source.owner_id),
        is_default: source.is_default == Some(true),
        associations: list(source.associations, |it| Ok(AclAssociation { subnet_id: word(it.subnet_id) }))?,
        entries: list(source.entries, entry)?,
    })
}

pub(in crate::aws::live) fn prefix_list(source: sdk::ManagedPrefixList) -> Converted<PrefixList> {
    Ok(PrefixList {
        prefix_list_id: needed(source.prefix_list_id, "PrefixListId")?,
        prefix_list_name: word(source.prefix_list_name),
        address_family: word(source.address_family),
        state: word(source.state),
        version: source.version,
        max_entries: source.max_entries,
        owner_id: word(source.owner_id),
        cidrs: None,
    })
}

pub(in crate::aws::live) fn prefix_list_entry(source: sdk::PrefixListEntry) -> Converted<PrefixListEntry> {
    Ok(PrefixListEntry { cidr: parsed_needed(source.cidr, "Cidr")? })
}
