//! Network ACLs.

use ipnet::{Ipv4Net, Ipv6Net};

use super::Id;
use super::noun::noun;

noun! {
    /// A network ACL (`ec2 describe-network-acls`).
    NetworkAcl {
        network_acl_id: Id,
        ;
        vpc_id: Option<Id>,
        owner_id: Option<Id>,
        is_default: bool,
        associations: Vec<AclAssociation>,
        entries: Vec<AclEntry>,
    }

    /// A subnet that the ACL guards.
    AclAssociation { ; subnet_id: Option<Id>, }

    /// A rule; rules are tried in the order of their numbers, never in the document's order.
    AclEntry {
        rule_number: i32,
        protocol: Id,
        rule_action: Id,
        egress: bool,
        ;
        cidr_block: Option<Ipv4Net>,
        ipv6_cidr_block: Option<Ipv6Net>,
        port_range: Option<PortRange>,
        icmp_type_code: Option<IcmpTypeCode>,
    }

    /// Ports, both ends included.
    PortRange { ; from: Option<i32>, to: Option<i32>, }

    /// An ICMP type and code; -1 is any.
    IcmpTypeCode { ; r#type: Option<i32>, code: Option<i32>, }
}
