"""Seeds an EC2 and EKS endpoint with the platform of the lab: what AWS's configuration may say of it.

usage: seed.py ENDPOINT; prints {world: {region, ids and addresses}} as JSON.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "aws"))

import seed  # noqa: E402

POD_B, NODE_B = "10.1.35.42", "10.1.35.10"


def platform(world, **options):
    """Both nodes with their pods, 22 and 443 admitted from the cluster group."""
    world.build(**options)
    node = world.ec2.describe_network_interfaces(
        Filters=[{"Name": "addresses.private-ip-address", "Values": [NODE_B]}])["NetworkInterfaces"][0]
    world.ids["node_b_interface"] = node["NetworkInterfaceId"]
    world.ec2.assign_private_ip_addresses(
        NetworkInterfaceId=node["NetworkInterfaceId"], PrivateIpAddresses=[POD_B])


def with_nodes_group(world):
    """Nodes that carry a group of their own beside the cluster's."""
    world.ids["nodes_group"] = world.group("karpenter-nodes", world.vpc)
    return [world.cluster_group, world.ids["nodes_group"]]


def group(name):
    return [{"UserIdGroupPairs": [{"GroupId": name}]}]


def as_asked(world):
    platform(world)


def by_other_group(world):
    platform(world, ports=(22,), node_groups=with_nodes_group)
    world.admit(group(world.ids["nodes_group"]), (443,))


def by_cidr_only(world):
    platform(world, ports=(22,))
    world.admit([{"IpRanges": [{"CidrIp": cidr} for cidr in seed.RUNNER_CIDRS]}], (443,))


def rule_missing(world):
    platform(world, ports=(22,))


def rule_for_another_group(world):
    platform(world, ports=(22,))
    world.ids["another_group"] = world.group("retired-cluster", world.vpc)
    world.admit(group(world.ids["another_group"]), (443,))


def lacks_cluster_group(world):
    platform(world, node_groups=lambda world: [world.group("karpenter-nodes", world.vpc)])


def one_node_lacks_it(world):
    """The node of the first pod; that of the second one is newer."""
    world.build(node_groups=lambda world: [world.group("karpenter-nodes", world.vpc)])
    runners = world.subnet[seed.RUNNER_CIDRS[1]]
    _, world.ids["node_b_interface"] = world.instance(runners, "10.1.35.11", [world.cluster_group])
    world.ec2.assign_private_ip_addresses(
        NetworkInterfaceId=world.ids["node_b_interface"], PrivateIpAddresses=[POD_B])


def egress_missing(world):
    platform(world)
    world.ec2.revoke_security_group_egress(
        GroupId=world.cluster_group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": seed.ANY}])


def acl_denies(world):
    platform(world)
    world.acl([(False, (443, 443))])


def acl_reply_denied(world):
    platform(world)
    world.acl([(True, (1024, 65535))])


def two_denials(world):
    platform(world, ports=(22,))
    world.acl([(False, (443, 443))])


def instance_stopped(world):
    platform(world)
    world.ec2.stop_instances(InstanceIds=[world.ids["dev_instance"]])


def unowned(world):
    platform(world, dev=False)


def exposed(world):
    platform(world, ports=(22, 443, 5432))


def peered(world):
    platform(world, far=True)
    world.peer()


def route_missing(world):
    platform(world, far=True)
    world.peer(there=False)


def reply_route_missing(world):
    platform(world, far=True)
    world.peer(back=False)


def pod_unlisted(world):
    """Read before the pod was there."""
    platform(world)
    world.ec2.unassign_private_ip_addresses(
        NetworkInterfaceId=world.ids["node_interface"], PrivateIpAddresses=[seed.POD])


def pod_on_several(world):
    """A second VPC of the same ranges has the pod's address too."""
    platform(world)
    vpc = world.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = world.ec2.create_subnet(VpcId=vpc, CidrBlock=seed.RUNNER_CIDRS[0])["Subnet"]["SubnetId"]
    other = world.ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress=seed.POD)["NetworkInterface"]
    world.ids["other_interface"] = other["NetworkInterfaceId"]


WORLDS = [
    as_asked, by_other_group, by_cidr_only, rule_missing, rule_for_another_group, lacks_cluster_group,
    one_node_lacks_it, egress_missing, acl_denies, acl_reply_denied, two_denials, instance_stopped, unowned,
    exposed, peered, route_missing, reply_route_missing, pod_unlisted, pod_on_several,
]

seed.main(WORLDS, [*seed.REGIONS, "ca-central-1", "eu-south-1", "me-south-1", "af-south-1"])
