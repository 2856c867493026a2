//! The interfaces of both ends, their subnets and their instances.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Ends;
use super::error::FetchError;
use super::follow::{Capture, keep};
use super::narrow::Narrow;
use crate::snapshot::{Id, Snapshot, Subnet};

/// Reads them. The ids of the subnets that are asked for are returned: those that overlap a range.
pub(super) async fn read(capture: &mut Capture<'_>, ends: &Ends) -> Result<BTreeSet<Id>, FetchError> {
    let reader = capture.reader;
    if capture.all {
        let (subnets, interfaces, instances) = tokio::join!(
            reader.describe_subnets(Narrow::All),
            reader.describe_network_interfaces(Narrow::All),
            reader.describe_instances(Narrow::All),
        );
        keep!(capture.subnets, Subnets, subnets, subnet_id);
        keep!(capture.network_interfaces, NetworkInterfaces, interfaces, network_interface_id);
        keep!(capture.instances, Instances, instances, instance_id);
        return Ok(capture.snapshot.subnets.keys().cloned().collect());
    }
    let v4 = || ends.addresses.iter().filter(|it| it.is_ipv4());
    let v6 = ends.addresses.iter().filter(|it| it.is_ipv6());
    // The first finds secondary addresses too; the second is what endpoints know that do not.
    let (subnets, any, primary, v6, named, attached) = tokio::join!(
        reader.describe_subnets(Narrow::All),
        reader.describe_network_interfaces(Narrow::to("addresses.private-ip-address", v4())),
        reader.describe_network_interfaces(Narrow::to("private-ip-address", v4())),
        reader.describe_network_interfaces(Narrow::to("ipv6-addresses.ipv6-address", v6)),
        reader.describe_network_interfaces(Narrow::to("network-interface-id", &ends.interfaces)),
        reader.describe_network_interfaces(Narrow::to("attachment.instance-id", &ends.instances)),
    );
    keep!(capture.subnets, Subnets, subnets, subnet_id);
    for interfaces in [any, primary, v6, named, attached] {
        keep!(capture.network_interfaces, NetworkInterfaces, interfaces, network_interface_id);
    }
    let within: BTreeSet<Id> = matching(&capture.snapshot, |block| {
        ends.ranges.iter().any(|range| range.contains(&block.network()) || block.contains(&range.network()))
    });
    // An address within a delegated prefix is no interface's own: no filter finds it.
    let unowned = |address: &&IpAddr| !is_owned(&capture.snapshot, **address);
    let unowned: Vec<&IpAddr> = ends.addresses.iter().filter(unowned).collect();
    let around = matching(&capture.snapshot, |block| unowned.iter().any(|address| block.contains(*address)));
    let subnets = Narrow::to("subnet-id", within.union(&around));
    let interfaces = reader.describe_network_interfaces(subnets).await;
    keep!(capture.network_interfaces, NetworkInterfaces, interfaces, network_interface_id);
    instances(capture, ends).await?;
    Ok(within)
}

/// The instances of the interfaces, and what else is attached to them: a node's primary interface may be in
/// another subnet than its pods.
async fn instances(capture: &mut Capture<'_>, ends: &Ends) -> Result<(), FetchError> {
    let attached = capture.snapshot.network_interfaces.values().filter_map(|it| it.attachment.as_ref());
    let mut ids: BTreeSet<Id> = attached.filter_map(|it| it.instance_id.clone()).collect();
    ids.extend(ends.instances.iter().cloned());
    let (instances, beside) = tokio::join!(
        capture.reader.describe_instances(Narrow::to("instance-id", &ids)),
        capture.reader.describe_network_interfaces(Narrow::to("attachment.instance-id", &ids)),
    );
    keep!(capture.instances, Instances, instances, instance_id);
    keep!(capture.network_interfaces, NetworkInterfaces, beside, network_interface_id);
    Ok(())
}

/// The ids of the subnets with a block that `wanted` wants.
fn matching(snapshot: &Snapshot, wanted: impl Fn(&IpNet) -> bool) -> BTreeSet<Id> {
    let blocks = |subnet: &Subnet| -> Vec<IpNet> {
        let v6 = subnet.ipv6_cidr_block_association_set.iter().filter_map(|it| it.ipv6_cidr_block);
        subnet.cidr_block.into_iter().map(IpNet::V4).chain(v6.map(IpNet::V6)).collect()
    };
    let subnets = snapshot.subnets.values().filter(|subnet| blocks(subnet).iter().any(&wanted));
    subnets.map(|subnet| subnet.subnet_id.clone()).collect()
}

fn is_owned(snapshot: &Snapshot, address: IpAddr) -> bool {
    snapshot.network_interfaces.values().any(|interface| {
        let listed = interface.private_ip_addresses.iter().filter_map(|it| it.private_ip_address);
        let mut v4 = interface.private_ip_address.into_iter().chain(listed);
        let mut v6 = interface.ipv6_addresses.iter().filter_map(|it| it.ipv6_address);
        match address {
            IpAddr::V4(address) => v4.any(|it| it == address),
            IpAddr::V6(address) => v6.any(|it| it == address),
        }
    })
}
