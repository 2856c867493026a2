//! Interfaces, instances, subnets and VPCs.

use aws_sdk_ec2::types as sdk;

use super::{Converted, kept, list, needed, parsed, parsed_needed, tags, word};
use crate::snapshot::{
    Attachment, GroupIdentifier, Instance, InstanceState, Ipv4Block, Ipv4Prefix, Ipv6Address, Ipv6Block,
    Ipv6Prefix, NetworkInterface, PrivateIpAddress, State, Subnet, Vpc,
};

pub(in crate::aws::live) fn network_interface(source: sdk::NetworkInterface) -> Converted<NetworkInterface> {
    let address = |it: sdk::NetworkInterfacePrivateIpAddress| {
        Ok(PrivateIpAddress {
            private_ip_address: parsed(it.private_ip_address, "PrivateIpAddress")?,
            primary: it.primary == Some(true),
        })
    };
    let ipv6_address = |it: sdk::NetworkInterfaceIpv6Address| {
        Ok(Ipv6Address {
            ipv6_address: parsed(it.ipv6_address, "Ipv6Address")?,
            is_primary_ipv6: it.is_primary_ipv6 == Some(true),
        })
    };
    let ipv4_prefix = |it: sdk::Ipv4PrefixSpecification| {
        Ok(Ipv4Prefix { ipv4_prefix: parsed(it.ipv4_prefix, "Ipv4Prefix")? })
    };
    let ipv6_prefix = |it: sdk::Ipv6PrefixSpecification| {
        Ok(Ipv6Prefix { ipv6_prefix: parsed(it.ipv6_prefix, "Ipv6Prefix")? })
    };
    let group = |it: sdk::GroupIdentifier| {
        Ok(GroupIdentifier { group_id: needed(it.group_id, "GroupId")?, group_name: word(it.group_name) })
    };
    Ok(NetworkInterface {
        network_interface_id: needed(source.network_interface_id, "NetworkInterfaceId")?,
        interface_type: word(source.interface_type),
        description: word(source.description),
        status: word(source.status),
        vpc_id: word(source.vpc_id),
        subnet_id: word(source.subnet_id),
        availability_zone: word(source.availability_zone),
        owner_id: word(source.owner_id),
        requester_managed: source.requester_managed == Some(true),
        source_dest_check: source.source_dest_check,
        private_ip_address: parsed(source.private_ip_address, "PrivateIpAddress")?,
        private_ip_addresses: kept(source.private_ip_addresses, address)?,
        ipv4_prefixes: list(source.ipv4_prefixes, ipv4_prefix)?,
        ipv6_addresses: kept(source.ipv6_addresses, ipv6_address)?,
        ipv6_prefixes: list(source.ipv6_prefixes, ipv6_prefix)?,
        groups: list(source.groups, group)?,
        attachment: source.attachment.map(attachment),
        tag_set: tags(source.tag_set),
    })
}

fn attachment(source: sdk::NetworkInterfaceAttachment) -> Attachment {
    Attachment {
        instance_id: word(source.instance_id),
        instance_owner_id: word(source.instance_owner_id),
        device_index: source.device_index,
        network_card_index: source.network_card_index,
        status: word(source.status),
    }
}

/// The instances of a reservation.
pub(in crate::aws::live) fn reservation(source: sdk::Reservation) -> Converted<Vec<Instance>> {
    let instance = |it: sdk::Instance| {
        let state = match it.state {
            Some(state) => Some(InstanceState { name: needed(state.name, "State.Name")? }),
            None => None,
        };
        Ok(Instance {
            instance_id: needed(it.instance_id, "InstanceId")?,
            state,
            vpc_id: word(it.vpc_id),
            subnet_id: word(it.subnet_id),
            tags: tags(it.tags),
        })
    };
    kept(source.instances, instance)
}

pub(in crate::aws::live) fn subnet(source: sdk::Subnet) -> Converted<Subnet> {
    let block = |it: sdk::SubnetIpv6CidrBlockAssociation| {
        Ok(Ipv6Block {
            ipv6_cidr_block: parsed(it.ipv6_cidr_block, "Ipv6CidrBlock")?,
            ipv6_cidr_block_state: it.ipv6_cidr_block_state.map(|it| state(it.state)).transpose()?,
        })
    };
    Ok(Subnet {
        subnet_id: needed(source.subnet_id, "SubnetId")?,
        vpc_id: word(source.vpc_id),
        cidr_block: parsed(source.cidr_block, "CidrBlock")?,
        ipv6_cidr_block_association_set: list(source.ipv6_cidr_block_association_set, block)?,
        availability_zone: word(source.availability_zone),
        availability_zone_id: word(source.availability_zone_id),
        owner_id: word(source.owner_id),
        tags: tags(source.tags),
    })
}

pub(in crate::aws::live) fn vpc(source: sdk::Vpc) -> Converted<Vpc> {
    let block = |it: sdk::VpcCidrBlockAssociation| {
        Ok(Ipv4Block {
            cidr_block: parsed_needed(it.cidr_block, "CidrBlock")?,
            cidr_block_state: it.cidr_block_state.map(|it| state(it.state)).transpose()?,
        })
    };
    let ipv6_block = |it: sdk::VpcIpv6CidrBlockAssociation| {
        Ok(Ipv6Block {
            ipv6_cidr_block: parsed(it.ipv6_cidr_block, "Ipv6CidrBlock")?,
            ipv6_cidr_block_state: it.ipv6_cidr_block_state.map(|it| state(it.state)).transpose()?,
        })
    };
    Ok(Vpc {
        vpc_id: needed(source.vpc_id, "VpcId")?,
        cidr_block: parsed(source.cidr_block, "CidrBlock")?,
        cidr_block_association_set: list(source.cidr_block_association_set, block)?,
        ipv6_cidr_block_association_set: list(source.ipv6_cidr_block_association_set, ipv6_block)?,
        owner_id: word(source.owner_id),
        is_default: source.is_default,
        tags: tags(source.tags),
    })
}

/// The state within a structure that is there for nothing else.
pub(super) fn state<T: AsRef<str>>(source: Option<T>) -> Converted<State> {
    Ok(State { state: needed(source, "State")? })
}
