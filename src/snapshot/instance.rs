//! Instances and network interfaces.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use super::Id;
use super::noun::noun;

noun! {
    /// An elastic network interface (`ec2 describe-network-interfaces`).
    NetworkInterface {
        network_interface_id: Id,
        ;
        interface_type: Option<Id>,
        description: Option<Id>,
        status: Option<Id>,
        vpc_id: Option<Id>,
        subnet_id: Option<Id>,
        availability_zone: Option<Id>,
        owner_id: Option<Id>,
        requester_managed: bool,
        source_dest_check: Option<bool>,
        private_ip_address: Option<Ipv4Addr>,
        private_ip_addresses: Vec<PrivateIpAddress>,
        ipv4_prefixes: Vec<Ipv4Prefix>,
        ipv6_addresses: Vec<Ipv6Address>,
        ipv6_prefixes: Vec<Ipv6Prefix>,
        groups: Vec<GroupIdentifier>,
        attachment: Option<Attachment>,
        tag_set: Vec<Tag>,
    }

    /// One of an interface's IPv4 addresses.
    PrivateIpAddress { ; private_ip_address: Option<Ipv4Addr>, primary: bool, }

    /// One of an interface's IPv6 addresses.
    Ipv6Address { ; ipv6_address: Option<Ipv6Addr>, is_primary_ipv6: bool, }

    /// A delegated IPv4 prefix, a /28 whose addresses pods get.
    Ipv4Prefix { ; ipv4_prefix: Option<Ipv4Net>, }

    /// A delegated IPv6 prefix, a /80.
    Ipv6Prefix { ; ipv6_prefix: Option<Ipv6Net>, }

    /// A security group by id.
    GroupIdentifier { group_id: Id, ; group_name: Option<Id>, }

    /// What an interface is attached to.
    Attachment {
        ;
        instance_id: Option<Id>,
        instance_owner_id: Option<Id>,
        device_index: Option<i32>,
        network_card_index: Option<i32>,
        status: Option<Id>,
    }

    /// A tag.
    Tag { key: Id, ; value: Id, }

    /// An instance (`ec2 describe-instances`).
    Instance {
        instance_id: Id,
        ;
        state: Option<InstanceState>,
        vpc_id: Option<Id>,
        subnet_id: Option<Id>,
        tags: Vec<Tag>,
    }

    /// An instance's state, e.g. `running`.
    InstanceState { name: Id, ; }
}
