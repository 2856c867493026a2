//! Security groups and what goes with them.

use ipnet::{Ipv4Net, Ipv6Net};

use super::Id;
use super::instance::Tag;
use super::noun::noun;

noun! {
    /// A security group (`ec2 describe-security-groups`).
    SecurityGroup {
        group_id: Id,
        ;
        group_name: Option<Id>,
        owner_id: Option<Id>,
        vpc_id: Option<Id>,
        ip_permissions: Vec<IpPermission>,
        ip_permissions_egress: Vec<IpPermission>,
        tags: Vec<Tag>,
    }

    /// Rules of one protocol and port range; every entry of its four lists is a rule of its own.
    IpPermission {
        ip_protocol: Id,
        ;
        from_port: Option<i32>,
        to_port: Option<i32>,
        ip_ranges: Vec<Ipv4Range>,
        ipv6_ranges: Vec<Ipv6Range>,
        prefix_list_ids: Vec<PrefixListReference>,
        user_id_group_pairs: Vec<GroupPair>,
    }

    /// An IPv4 range of a rule.
    Ipv4Range { cidr_ip: Ipv4Net, ; }

    /// An IPv6 range of a rule.
    Ipv6Range { cidr_ipv6: Ipv6Net, ; }

    /// A prefix list of a rule.
    PrefixListReference { prefix_list_id: Id, ; }

    /// A group that a rule refers to.
    GroupPair {
        ;
        group_id: Option<Id>,
        vpc_peering_connection_id: Option<Id>,
        peering_status: Option<Id>,
    }

    /// One rule with an id of its own (`ec2 describe-security-group-rules`).
    SecurityGroupRule {
        security_group_rule_id: Id,
        ;
        group_id: Option<Id>,
        is_egress: bool,
        ip_protocol: Option<Id>,
        from_port: Option<i32>,
        to_port: Option<i32>,
        cidr_ipv4: Option<Ipv4Net>,
        cidr_ipv6: Option<Ipv6Net>,
        prefix_list_id: Option<Id>,
        referenced_group_info: Option<ReferencedGroup>,
    }

    /// The group that a rule refers to.
    ReferencedGroup {
        ;
        group_id: Option<Id>,
        user_id: Option<Id>,
        vpc_id: Option<Id>,
        vpc_peering_connection_id: Option<Id>,
        peering_status: Option<Id>,
    }

    /// A VPC that a group also serves (`ec2 describe-security-group-vpc-associations`).
    SecurityGroupVpcAssociation {
        group_id: Id,
        ;
        vpc_id: Option<Id>,
        vpc_owner_id: Option<Id>,
        state: Option<Id>,
    }

    /// A group with references that lost their peering (`ec2 describe-stale-security-groups`).
    StaleSecurityGroup {
        group_id: Id,
        ;
        vpc_id: Option<Id>,
        stale_ip_permissions: Vec<IpPermission>,
        stale_ip_permissions_egress: Vec<IpPermission>,
    }
}
