"""Seeds an EC2 and EKS endpoint with the platform, once healthy and once with each fault, a region each.

usage: seed.py ENDPOINT; prints {world: {region, ids and addresses}} as JSON.
"""

import json
import sys

import boto3

ENDPOINT = sys.argv[1]
CLUSTER = "cwiq-dev-eks-cluster"
RUNNER_CIDRS = ("10.1.34.0/24", "10.1.35.0/24")
POD, NODE, DEV, FAR_DEV = "10.1.34.23", "10.1.34.10", "10.1.20.15", "10.2.20.15"
# Any image will do: the endpoint is started without images.
IMAGE = "ami-0123456789abcdef0"
ANY = [{"CidrIp": "0.0.0.0/0"}]


class World:
    """One region: a VPC with the runners' subnets and nodes, the cluster, and the dev server."""

    def __init__(self, region):
        keys = dict(aws_access_key_id="testing", aws_secret_access_key="testing")
        self.region = region
        self.ec2 = boto3.client("ec2", endpoint_url=ENDPOINT, region_name=region, **keys)
        self.eks = boto3.client("eks", endpoint_url=ENDPOINT, region_name=region, **keys)
        self.ids = {"region": region, "pod": POD, "node": NODE, "dev": DEV}

    def build(self, far=False, dev=True, node_groups=None, ports=(22, 443)):
        ec2 = self.ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
        self.subnet = {}
        for cidr, zone in ((RUNNER_CIDRS[0], 0), (RUNNER_CIDRS[1], 1), ("10.1.20.0/24", 0)):
            made = ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr, AvailabilityZone=zones[zone])
            self.subnet[cidr] = made["Subnet"]["SubnetId"]
        self.dev_vpc, dev_subnet = self.vpc, self.subnet["10.1.20.0/24"]
        if far:
            self.dev_vpc = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
            made = ec2.create_subnet(VpcId=self.dev_vpc, CidrBlock="10.2.20.0/24", AvailabilityZone=zones[0])
            dev_subnet = made["Subnet"]["SubnetId"]
            self.ids["dev"] = FAR_DEV
        self.dev_subnet = dev_subnet
        runners = [self.subnet[cidr] for cidr in RUNNER_CIDRS]
        role = "arn:aws:iam::123456789012:role/eks"
        self.eks.create_cluster(
            name=CLUSTER, version="1.31", roleArn=role, resourcesVpcConfig={"subnetIds": runners}
        )
        self.cluster_group = self.group("eks-cluster-sg-cwiq-dev-eks-cluster-1", self.vpc)
        ec2.create_tags(
            Resources=[self.cluster_group], Tags=[{"Key": "aws:eks:cluster-name", "Value": CLUSTER}]
        )
        self.dev_group = self.group("dev-server", self.dev_vpc)
        self.ids.update(cluster_group=self.cluster_group, dev_group=self.dev_group, vpc=self.vpc)
        self.admit([{"UserIdGroupPairs": [{"GroupId": self.cluster_group}]}], ports)
        # More interfaces than a page holds, all made before those that count.
        for host in range(40, 48):
            ec2.create_network_interface(
                SubnetId=runners[0], PrivateIpAddress=f"10.1.34.{host}", Groups=[self.cluster_group]
            )
        groups = node_groups(self) if node_groups else [self.cluster_group]
        self.ids["node_instance"], node = self.instance(runners[0], NODE, groups)
        self.ids["node_interface"] = node
        ec2.assign_private_ip_addresses(NetworkInterfaceId=node, PrivateIpAddresses=[POD])
        self.instance(runners[1], "10.1.35.10", groups)
        if dev:
            self.ids["dev_instance"], _ = self.instance(dev_subnet, self.ids["dev"], [self.dev_group])
        return self

    def group(self, name, vpc):
        return self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]

    def instance(self, subnet, address, groups):
        made = self.ec2.run_instances(
            ImageId=IMAGE, MinCount=1, MaxCount=1, InstanceType="t3.small", SubnetId=subnet,
            PrivateIpAddress=address, SecurityGroupIds=groups, UserData="#!/bin/sh\nTOKEN=not-for-snapshots",
            TagSpecifications=[{"ResourceType": "instance", "Tags": [
                {"Key": "Name", "Value": address}, {"Key": "Token", "Value": "not-for-snapshots"}]}],
        )["Instances"][0]
        return made["InstanceId"], made["NetworkInterfaces"][0]["NetworkInterfaceId"]

    def admit(self, sources, ports=(22, 443)):
        permissions = [
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source} for port in ports for source in sources
        ]
        if permissions:
            self.ec2.authorize_security_group_ingress(GroupId=self.dev_group, IpPermissions=permissions)

    def acl(self, entries):
        """Guards the dev server's subnet: these entries, then everything."""
        acl = self.ec2.create_network_acl(VpcId=self.dev_vpc)["NetworkAcl"]["NetworkAclId"]
        for number, (egress, ports) in enumerate(entries, 90):
            self.ec2.create_network_acl_entry(
                NetworkAclId=acl, RuleNumber=number, Protocol="6", RuleAction="deny", Egress=egress,
                CidrBlock="0.0.0.0/0", PortRange={"From": ports[0], "To": ports[1]})
        for egress in (False, True):
            self.ec2.create_network_acl_entry(
                NetworkAclId=acl, RuleNumber=200, Protocol="-1", RuleAction="allow", Egress=egress,
                CidrBlock="0.0.0.0/0")
        for had in self.ec2.describe_network_acls(
                Filters=[{"Name": "vpc-id", "Values": [self.dev_vpc]}])["NetworkAcls"]:
            for association in had["Associations"]:
                if association["SubnetId"] == self.dev_subnet:
                    self.ec2.replace_network_acl_association(
                        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl)
        self.ids["acl"] = acl

    def main_table(self, vpc):
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
        return self.ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]

    def route(self, vpc, cidr, **target):
        self.ec2.create_route(RouteTableId=self.main_table(vpc), DestinationCidrBlock=cidr, **target)

    def peer(self, there=True, back=True):
        made = self.ec2.create_vpc_peering_connection(VpcId=self.vpc, PeerVpcId=self.dev_vpc)
        peering = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
        if there:
            self.route(self.vpc, "10.2.0.0/16", VpcPeeringConnectionId=peering)
        if back:
            self.route(self.dev_vpc, "10.1.0.0/16", VpcPeeringConnectionId=peering)
        self.ids["peering"] = peering

    def transit(self, routed=True):
        """Joins both VPCs by a gateway. Its routes are propagated: moto loses a static one's attachment."""
        ec2 = self.ec2
        gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
        filters = [{"Name": "transit-gateway-id", "Values": [gateway]}]
        tables = ec2.describe_transit_gateway_route_tables(Filters=filters)["TransitGatewayRouteTables"]
        table = tables[0]["TransitGatewayRouteTableId"]
        for vpc, subnet in ((self.vpc, self.subnet[RUNNER_CIDRS[0]]), (self.dev_vpc, self.dev_subnet)):
            made = ec2.create_transit_gateway_vpc_attachment(
                TransitGatewayId=gateway, VpcId=vpc, SubnetIds=[subnet])
            attachment = made["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
            if routed:
                ec2.enable_transit_gateway_route_table_propagation(
                    TransitGatewayRouteTableId=table, TransitGatewayAttachmentId=attachment)
        self.route(self.vpc, "10.2.0.0/16", TransitGatewayId=gateway)
        self.route(self.dev_vpc, "10.1.0.0/16", TransitGatewayId=gateway)
        self.ids.update(transit_gateway=gateway, transit_table=table)


def healthy(world):
    world.build()


def no_rule(world):
    world.build(ports=())


def cidr_only(world):
    world.build(ports=())
    world.admit([{"IpRanges": [{"CidrIp": cidr} for cidr in RUNNER_CIDRS]}])


def prefix_list(world):
    world.build(ports=())
    made = world.ec2.create_managed_prefix_list(
        PrefixListName="runners", MaxEntries=20, AddressFamily="IPv4",
        Entries=[{"Cidr": f"10.9.{number}.0/24"} for number in range(8)] + [{"Cidr": RUNNER_CIDRS[0]}])
    world.ids["prefix_list"] = made["PrefixList"]["PrefixListId"]
    world.admit([{"PrefixListIds": [{"PrefixListId": world.ids["prefix_list"]}]}])


def egress_missing(world):
    world.build()
    world.ec2.revoke_security_group_egress(
        GroupId=world.cluster_group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": ANY}])


def lacks_cluster_group(world):
    world.build(node_groups=lambda world: [world.group("karpenter-nodes", world.vpc)])


def acl_denies(world):
    world.build()
    world.acl([(False, (22, 22))])


def acl_reply_denied(world):
    world.build()
    world.acl([(True, (1024, 65535))])


def instance_stopped(world):
    world.build()
    world.ec2.stop_instances(InstanceIds=[world.ids["dev_instance"]])


def unowned(world):
    world.build(dev=False)


def peered(world):
    world.build(far=True)
    world.peer()


def route_missing(world):
    world.build(far=True)
    world.peer(there=False)


def reply_route_missing(world):
    world.build(far=True)
    world.peer(back=False)


def transit(world):
    world.build(far=True)
    world.admit([{"IpRanges": [{"CidrIp": "10.1.0.0/16"}]}])
    world.transit()


def transit_unrouted(world):
    world.build(far=True)
    world.admit([{"IpRanges": [{"CidrIp": "10.1.0.0/16"}]}])
    world.transit(routed=False)


WORLDS = [
    healthy, no_rule, cidr_only, prefix_list, egress_missing, lacks_cluster_group, acl_denies,
    acl_reply_denied, instance_stopped, unowned, peered, route_missing, reply_route_missing, transit,
    transit_unrouted,
]
REGIONS = [
    "us-west-2", "us-east-1", "us-east-2", "us-west-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
    "eu-north-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2",
    "sa-east-1",
]


def seed(build, region):
    world = World(region)
    build(world)
    return build.__name__.replace("_", "-"), world.ids


def main(worlds, regions=REGIONS):
    seeded = dict(seed(*pair) for pair in zip(worlds, regions[:len(worlds)], strict=True))
    print(json.dumps(seeded, indent=1))


if __name__ == "__main__":
    main(WORLDS)
