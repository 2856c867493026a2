#!/usr/bin/env python3
"""Makes an AWS account of a given size, as the AWS CLI would print it, and a policy that it meets.

usage: make_account.py [--scale FACTOR] [--pools COUNT] FOLDER

At scale 1: 20,000 interfaces, 5,000 security groups, 300,000 rules. Half of the interfaces are in the policy's
runner subnets. They carry the cluster's group, which the dev server admits, and a group of their node pool's.
The same arguments make the same bytes. Written: FOLDER/snapshot/describe-*.json and FOLDER/policy.yaml.
"""

import argparse
import contextlib
import itertools
import json
import pathlib
import re

INTERFACES, GROUPS, RULES_EACH = 20_000, 5_000, 60
# Addresses of an interface, interfaces of a node, interfaces of a runner subnet (a /18), of another VPC.
ADDRESSES, CARDS, PER_SUBNET, PER_VPC = 4, 4, 2_500, 500
OWNER, REGION, CLUSTER, DEV_ADDRESS = "111122223333", "eu-west-1", "cwiq-dev-eks-cluster", "10.1.20.15"
TAGS = [{"Key": "Name", "Value": "%(name)s"}, {"Key": "team", "Value": "platform"}]
GROUP_TAGS = [{"Key": "aws:eks:cluster-name", "Value": CLUSTER}]
PORTS = (22, 80, 443, 3306, 5432, 6379, 8080, 8443, 9090, 9100)


def identity(kind, number):
    """An id as AWS makes them: not in the order of creation."""
    return f"{kind}-0{(number + 1) * 0x9E3779B97F4A7C15 % 2**64:016x}"


def template(value):
    """A list's item in the AWS CLI's indentation, to be filled by %; "%(name)d" loses its quotes."""
    text = json.dumps(value, indent=4).replace("\n", "\n        ")
    return re.sub(r'"%\((\w+)\)d"', r"%(\1)s", "        " + text)


def joined(items, depth):
    """A list of values as text, indented like a field that is so deep."""
    return json.dumps(items, indent=4).replace("\n", "\n" + "    " * depth)


INTERFACE = template({
    "Attachment": {
        "AttachTime": "2026-01-05T09:12:44+00:00", "AttachmentId": "%(attach)s", "DeleteOnTermination": True,
        "DeviceIndex": "%(index)d", "NetworkCardIndex": 0, "InstanceId": "%(instance)s", "InstanceOwnerId": OWNER,
        "Status": "attached"},
    "AvailabilityZone": "%(zone)s", "Description": "aws-K8S-%(instance)s", "Groups": "%(groups)d",
    "InterfaceType": "interface", "Ipv6Addresses": [], "MacAddress": "0a:1b:2c:3d:4e:5f",
    "NetworkInterfaceId": "%(id)s", "OwnerId": OWNER, "PrivateDnsName": "ip-%(name)s.ec2.internal",
    "PrivateIpAddress": "%(address)s", "PrivateIpAddresses": "%(addresses)d", "RequesterManaged": False,
    "SourceDestCheck": True, "Status": "in-use", "SubnetId": "%(subnet)s", "TagSet": TAGS, "VpcId": "%(vpc)s"})
INSTANCE = template({
    "Groups": [], "OwnerId": OWNER, "ReservationId": "%(reservation)s",
    "Instances": [{
        "AmiLaunchIndex": 0, "ImageId": "ami-0123456789abcdef0", "InstanceId": "%(instance)s",
        "InstanceType": "m7i.4xlarge", "LaunchTime": "2026-01-05T09:12:43+00:00",
        "Monitoring": {"State": "disabled"}, "Placement": {"AvailabilityZone": "%(zone)s", "Tenancy": "default"},
        "PrivateDnsName": "ip-%(name)s.ec2.internal", "PrivateIpAddress": "%(address)s", "ProductCodes": [],
        "State": {"Code": 16, "Name": "running"}, "StateTransitionReason": "", "SubnetId": "%(subnet)s",
        "VpcId": "%(vpc)s", "Architecture": "x86_64", "BlockDeviceMappings": [{
            "DeviceName": "/dev/xvda", "Ebs": {"AttachTime": "2026-01-05T09:12:44+00:00",
                                               "DeleteOnTermination": True, "Status": "attached",
                                               "VolumeId": "%(volume)s"}}],
        "EbsOptimized": True, "EnaSupport": True, "Hypervisor": "xen", "NetworkInterfaces": [{
            "Groups": "%(groups)d", "MacAddress": "0a:1b:2c:3d:4e:5f", "NetworkInterfaceId": "%(id)s",
            "OwnerId": OWNER, "PrivateIpAddress": "%(address)s", "SourceDestCheck": True, "Status": "in-use",
            "SubnetId": "%(subnet)s", "VpcId": "%(vpc)s"}],
        "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs", "Tags": TAGS, "VirtualizationType": "hvm"}]})
GROUP = template({
    "Description": "rules of %(name)s", "GroupName": "%(name)s", "IpPermissions": "%(permissions)d",
    "OwnerId": OWNER, "GroupId": "%(id)s", "IpPermissionsEgress": [{
        "IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "PrefixListIds": [],
        "UserIdGroupPairs": []}],
    "Tags": "%(tags)d", "VpcId": "%(vpc)s"})
RULE = {
    "SecurityGroupRuleId": "%(id)s", "GroupId": "%(group)s", "GroupOwnerId": OWNER, "IsEgress": False,
    "IpProtocol": "tcp", "FromPort": "%(port)d", "ToPort": "%(port)d", "SOURCE": None,
    "Description": "to port %(port)d", "Tags": [],
    "SecurityGroupRuleArn": f"arn:aws:ec2:{REGION}:{OWNER}:security-group-rule/%(id)s"}


def rule_template(field, value):
    return template({(field if key == "SOURCE" else key): (value if key == "SOURCE" else had)
                     for key, had in RULE.items()})


RULES = {
    "v4": rule_template("CidrIpv4", "%(source)s"),
    "v6": rule_template("CidrIpv6", "%(source)s"),
    "group": rule_template("ReferencedGroupInfo", {"GroupId": "%(source)s", "UserId": OWNER}),
}
EGRESS = RULES["v4"].replace('"IsEgress": false', '"IsEgress": true').replace('"tcp"', '"-1"')
SUBNET = template({
    "AvailabilityZone": "%(zone)s", "AvailabilityZoneId": "euw1-az1", "AvailableIpAddressCount": 100,
    "CidrBlock": "%(block)s", "DefaultForAz": False, "Ipv6CidrBlockAssociationSet": [], "OwnerId": OWNER,
    "State": "available", "SubnetId": "%(id)s", "Tags": TAGS, "VpcId": "%(vpc)s"})
VPC = template({
    "CidrBlock": "%(block)s", "CidrBlockAssociationSet": "%(blocks)d", "InstanceTenancy": "default",
    "IsDefault": False, "OwnerId": OWNER, "State": "available", "VpcId": "%(vpc)s", "Tags": TAGS})
TABLE = template({
    "Associations": [{"Main": True, "RouteTableAssociationId": "%(association)s", "RouteTableId": "%(id)s",
                      "AssociationState": {"State": "associated"}}],
    "OwnerId": OWNER, "PropagatingVgws": [], "RouteTableId": "%(id)s", "Routes": "%(routes)d", "Tags": [],
    "VpcId": "%(vpc)s"})
ACL = template({
    "Associations": "%(associations)d", "Entries": [
        {"CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "-1", "RuleAction": action, "RuleNumber": number}
        for egress in (True, False) for action, number in (("allow", 100), ("deny", 32767))],
    "IsDefault": True, "NetworkAclId": "%(id)s", "OwnerId": OWNER, "Tags": [], "VpcId": "%(vpc)s"})


class Account:
    """VPC 0 is the platform's; the others are other teams'."""

    def __init__(self, scale, pools):
        self.runners = max(CARDS, round(INTERFACES * scale / 2))
        self.others = max(1, round(INTERFACES * scale) - self.runners)
        # The cluster's, the dev server's, one a pool, and those of the others.
        self.groups = max(4, round(GROUPS * scale))
        self.pools = min(pools, self.groups - 3)
        self.vpcs = 1 + -(-self.others // PER_VPC)
        self.runner_subnets = max(2, -(-self.runners // PER_SUBNET))
        runner_blocks = -(-self.runner_subnets // 4)
        self.blocks = [["10.1.0.0/16", *(f"10.{2 + number}.0.0/16" for number in range(runner_blocks))]]
        self.blocks += [[f"172.{16 + number % 16}.0.0/16"] for number in range(1, self.vpcs)]
        # (number, VPC, block)
        self.subnets = [(number, 0, f"10.{2 + number // 4}.{number % 4 * 64}.0/18")
                        for number in range(self.runner_subnets)]
        self.subnets.append((self.runner_subnets, 0, "10.1.20.0/24"))
        self.subnets += [(self.runner_subnets + vpc, vpc, f"{self.blocks[vpc][0][:-6]}0.0/20")
                         for vpc in range(1, self.vpcs)]

    def vpc_of_group(self, group):
        if group < 2 + self.pools:
            return 0
        return 1 + group % (self.vpcs - 1)

    def rules(self, group):
        """(kind, port, source) of a group's ingress; with its one rule of egress, RULES_EACH."""
        yield from ([("group", 22, 0), ("group", 443, 0)] if group == 1 else [("group", 0, 0)] if group == 0 else [])
        vpc = self.vpc_of_group(group)
        count = RULES_EACH - 1 - (2 if group == 1 else 1 if group == 0 else 0)
        for number in range(count):
            port = 10_000 + number // 6
            if group != 1 and number < 6 * len(PORTS):
                port = PORTS[number // 6]
            if number % 6 == 4:
                yield "v6", port, f"2001:db8:{group:x}:{number:x}::/64"
            elif number % 6 == 5:
                # Of the same VPC: itself, or the next one there.
                near = group + (self.vpcs - 1 if vpc else 1)
                yield "group", port, near if near < self.groups and self.vpc_of_group(near) == vpc else group
            else:
                yield "v4", port, f"192.168.{group % 256}.{number * 4}/30"

    def placed(self):
        """The ends: (number, node, card, subnet, VPC, groups, addresses)."""
        for number in range(self.runners):
            subnet, place = number % self.runner_subnets, number // self.runner_subnets
            node, card = number // (CARDS * self.runner_subnets) * self.runner_subnets + subnet, place % CARDS
            base = 64 * (subnet % 4)
            hosts = (16 + place * ADDRESSES + extra for extra in range(ADDRESSES))
            addresses = [f"10.{2 + subnet // 4}.{base + host // 256}.{host % 256}" for host in hosts]
            yield number, node, card, subnet, 0, [0, 2 + node % self.pools], addresses
        number, node = self.runners, self.runners
        yield number, node, 0, self.runner_subnets, 0, [1], [DEV_ADDRESS]
        for other in range(self.others - 1):
            number, vpc = self.runners + 1 + other, 1 + other % (self.vpcs - 1)
            place = 16 + other // (self.vpcs - 1)
            free = range(2 + self.pools, self.groups)
            groups = [free[other % len(free)], free[(other * 7 + 1) % len(free)]]
            address = f"{self.blocks[vpc][0][:-6]}{place // 256}.{place % 256}"
            yield number, number, 0, self.runner_subnets + vpc, vpc, sorted(set(groups)), [address]


def interfaces(account):
    for number, node, card, subnet, vpc, groups, addresses in account.placed():
        yield {
            "id": identity("eni", number), "attach": identity("eni-attach", number), "index": card, "card": card,
            "instance": identity("i", node), "zone": f"{REGION}{'abc'[subnet % 3]}", "name": f"host-{number}",
            "subnet": identity("subnet", subnet), "vpc": identity("vpc", vpc), "address": addresses[0],
            "reservation": identity("r", node), "volume": identity("vol", node), "node": node,
            "groups": [{"GroupId": identity("sg", group), "GroupName": f"group-{group}"} for group in groups],
            "addresses": [{"Primary": at == 0, "PrivateDnsName": f"ip-{number}-{at}.ec2.internal",
                           "PrivateIpAddress": address} for at, address in enumerate(addresses)],
        }


def interface_items(account):
    for found in interfaces(account):
        yield INTERFACE % (found | {"groups": joined(found["groups"], 3), "addresses": joined(found["addresses"], 3)})


def instance_items(account):
    for found in interfaces(account):
        if found["card"] == 0:
            yield INSTANCE % (found | {"groups": joined(found["groups"], 7)})


def source(kind, value):
    return identity("sg", value) if kind == "group" else value


def permissions(account, group):
    """The rules of one port, together, as AWS shows them."""
    for port, rules in itertools.groupby(account.rules(group), lambda rule: rule[1]):
        lists = {"v4": [], "v6": [], "group": []}
        for kind, _, value in rules:
            item = {"v4": {"CidrIp": value}, "v6": {"CidrIpv6": value},
                    "group": {"GroupId": source(kind, value), "UserId": OWNER}}[kind]
            lists[kind].append({"Description": f"to port {port}"} | item)
        yield {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": lists["v4"],
               "Ipv6Ranges": lists["v6"], "PrefixListIds": [], "UserIdGroupPairs": lists["group"]}


def group_items(account):
    for group in range(account.groups):
        yield GROUP % {
            "id": identity("sg", group), "name": f"group-{group}", "vpc": identity("vpc", account.vpc_of_group(group)),
            "tags": joined(GROUP_TAGS if group == 0 else [], 3),
            "permissions": joined(list(permissions(account, group)), 3)}


def rule_items(account):
    numbers = itertools.count()
    for group in range(account.groups):
        name = {"group": identity("sg", group)}
        yield EGRESS % (name | {"id": identity("sgr", next(numbers)), "port": -1, "source": "0.0.0.0/0"})
        for kind, port, value in account.rules(group):
            values = {"id": identity("sgr", next(numbers)), "port": port, "source": source(kind, value)}
            yield RULES[kind] % (name | values)


def subnet_items(account):
    for number, vpc, block in account.subnets:
        yield SUBNET % {"id": identity("subnet", number), "vpc": identity("vpc", vpc), "block": block,
                        "zone": f"{REGION}{'abc'[number % 3]}", "name": f"subnet-{number}"}


def vpc_items(account):
    for vpc, blocks in enumerate(account.blocks):
        associated = [{"AssociationId": identity("vpc-cidr-assoc", vpc * 16 + at), "CidrBlock": block,
                       "CidrBlockState": {"State": "associated"}} for at, block in enumerate(blocks)]
        yield VPC % {"vpc": identity("vpc", vpc), "block": blocks[0], "blocks": joined(associated, 3),
                     "name": f"vpc-{vpc}"}


def table_items(account):
    for vpc, blocks in enumerate(account.blocks):
        routes = [{"DestinationCidrBlock": block, "GatewayId": "local", "Origin": "CreateRouteTable",
                   "State": "active"} for block in blocks]
        yield TABLE % {"id": identity("rtb", vpc), "association": identity("rtbassoc", vpc),
                       "routes": joined(routes, 3), "vpc": identity("vpc", vpc)}


def acl_items(account):
    for vpc in range(account.vpcs):
        associations = [
            {"NetworkAclAssociationId": identity("aclassoc", number), "NetworkAclId": identity("acl", vpc),
             "SubnetId": identity("subnet", number)} for number, owner, _ in account.subnets if owner == vpc]
        yield ACL % {"id": identity("acl", vpc), "vpc": identity("vpc", vpc), "associations": joined(associations, 3)}


DOCUMENTS = [
    ("describe-network-interfaces", "NetworkInterfaces", interface_items),
    ("describe-instances", "Reservations", instance_items),
    ("describe-security-groups", "SecurityGroups", group_items),
    ("describe-security-group-rules", "SecurityGroupRules", rule_items),
    ("describe-subnets", "Subnets", subnet_items),
    ("describe-vpcs", "Vpcs", vpc_items),
    ("describe-route-tables", "RouteTables", table_items),
    ("describe-network-acls", "NetworkAcls", acl_items),
]


def policy(account):
    return {
        "version": 1,
        "name": "made",
        "networks": {"vpc": account.blocks[0]},
        "sources": {"runners": {
            "subnets": [block for number, _, block in account.subnets if number < account.runner_subnets],
            "eks_cluster": CLUSTER, "tailscale": "absent"}},
        "destinations": {"dev-server": {"address": DEV_ADDRESS, "within": "vpc",
                                        "services": {"ssh": "22/ssh", "https": "443/tls"}}},
        "expect": [{"from": "runners", "to": "dev-server", "reach": ["ssh", "https"],
                    "via": "eks-cluster-security-group"}],
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--scale", type=float, default=1)
    arguments.add_argument("--pools", type=int, default=40, help="node pools, each with a group of its own")
    arguments.add_argument("folder", type=pathlib.Path)
    options = arguments.parse_args()
    account = Account(options.scale, options.pools)
    snapshot = options.folder / "snapshot"
    snapshot.mkdir(parents=True, exist_ok=True)
    for name, key, items in DOCUMENTS:
        with contextlib.closing((snapshot / f"{name}.json").open("w")) as file:
            file.write(f'{{\n    "{key}": [\n')
            for at, item in enumerate(items(account)):
                file.write(",\n" + item if at else item)
            file.write("\n    ]\n}\n")
    (options.folder / "policy.yaml").write_text(json.dumps(policy(account), indent=2) + "\n")  # JSON is YAML


if __name__ == "__main__":
    main()
