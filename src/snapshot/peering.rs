//! VPC peering connections.

use ipnet::{Ipv4Net, Ipv6Net};

use super::Id;
use super::noun::noun;

noun! {
    /// A VPC peering connection (`ec2 describe-vpc-peering-connections`).
    VpcPeeringConnection {
        vpc_peering_connection_id: Id,
        ;
        status: Option<PeeringStatus>,
        accepter_vpc_info: Option<PeeringVpc>,
        requester_vpc_info: Option<PeeringVpc>,
    }

    /// Whether the connection is `active`.
    PeeringStatus { code: Id, ; }

    /// One end of the connection.
    PeeringVpc {
        ;
        vpc_id: Option<Id>,
        owner_id: Option<Id>,
        region: Option<Id>,
        cidr_block: Option<Ipv4Net>,
        cidr_block_set: Vec<PeeringBlock>,
        ipv6_cidr_block_set: Vec<PeeringIpv6Block>,
    }

    /// An IPv4 block of one end.
    PeeringBlock { ; cidr_block: Option<Ipv4Net>, }

    /// An IPv6 block of one end.
    PeeringIpv6Block { ; ipv6_cidr_block: Option<Ipv6Net>, }
}
