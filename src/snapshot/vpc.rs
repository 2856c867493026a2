//! VPCs, their subnets and endpoints.

use ipnet::{Ipv4Net, Ipv6Net};

use super::Id;
use super::instance::Tag;
use super::noun::noun;
use super::route_table::State;

noun! {
    /// A VPC with every CIDR block it ever associated (`ec2 describe-vpcs`).
    Vpc {
        vpc_id: Id,
        ;
        cidr_block: Option<Ipv4Net>,
        cidr_block_association_set: Vec<Ipv4Block>,
        ipv6_cidr_block_association_set: Vec<Ipv6Block>,
        owner_id: Option<Id>,
        is_default: Option<bool>,
        tags: Vec<Tag>,
    }

    /// An IPv4 block and whether it is associated.
    Ipv4Block { cidr_block: Ipv4Net, ; cidr_block_state: Option<State>, }

    /// An IPv6 block and whether it is associated.
    Ipv6Block { ; ipv6_cidr_block: Option<Ipv6Net>, ipv6_cidr_block_state: Option<State>, }

    /// A subnet (`ec2 describe-subnets`).
    Subnet {
        subnet_id: Id,
        ;
        vpc_id: Option<Id>,
        cidr_block: Option<Ipv4Net>,
        ipv6_cidr_block_association_set: Vec<Ipv6Block>,
        availability_zone: Option<Id>,
        availability_zone_id: Option<Id>,
        owner_id: Option<Id>,
        tags: Vec<Tag>,
    }

    /// An endpoint (`ec2 describe-vpc-endpoints`); a gateway endpoint is a route's target.
    VpcEndpoint {
        vpc_endpoint_id: Id,
        ;
        vpc_endpoint_type: Option<Id>,
        vpc_id: Option<Id>,
    }
}

impl Vpc {
    /// The blocks that are associated now, both families.
    pub fn blocks(&self) -> impl Iterator<Item = ipnet::IpNet> + '_ {
        let associated = |state: &Option<State>| state.as_ref().is_none_or(|s| s.state == "associated");
        let v4 = self.cidr_block_association_set.iter();
        let v4 = v4.filter(move |b| associated(&b.cidr_block_state)).map(|b| b.cidr_block);
        let v6 = self.ipv6_cidr_block_association_set.iter();
        let v6 = v6.filter(move |b| associated(&b.ipv6_cidr_block_state)).filter_map(|b| b.ipv6_cidr_block);
        let lone = self.cidr_block.filter(|_| self.cidr_block_association_set.is_empty());
        lone.into_iter().chain(v4).map(Into::into).chain(v6.map(Into::into))
    }
}
