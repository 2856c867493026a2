//! A platform of 5,000 runner interfaces, in many groups, not all of which fare alike.

use std::time::Duration;

use reachgate::aws::files::load_snapshot;
use reachgate::finding::{FailOn, Mode, PolicyName, Report};
use reachgate::judge::configuration::{StaticOptions, judge_mapped};
use reachgate::network::Network;
use reachgate::policy::file::parse_policy;
use reachgate::snapshot::Snapshot;
use serde_json::{Value, json};

use crate::folder;

const SUBNETS: usize = 8;
const EACH: usize = 625;
const POOLS: usize = 30;
const CLUSTER: &str = "sg-0a1b2c3d4e5f6c1c1";
const VPC: &str = "vpc-0a1b2c3d4e5f60001";

/// The report of it, and how many interfaces there are.
pub fn judged() -> (Report, usize) {
    let platform = load_snapshot(&[folder("platform"), folder("before")]).unwrap();
    let mut value = serde_json::to_value(&platform).unwrap();
    value["NetworkInterfaces"].as_object_mut().unwrap().retain(|_, it| {
        let address = it["PrivateIpAddress"].as_str().unwrap_or_default();
        !address.starts_with("10.1.34.") && !address.starts_with("10.1.35.")
    });
    value["Vpcs"][VPC]["CidrBlockAssociationSet"] =
        json!([{ "CidrBlock": "10.1.0.0/16", "CidrBlockState": { "State": "associated" } }]);
    let mut ranges = Vec::new();
    for subnet in 0..SUBNETS {
        let range = format!("10.1.{}.0/22", 128 + 4 * subnet);
        let id = format!("subnet-0{subnet}");
        value["Subnets"][&id] =
            json!({ "SubnetId": id, "VpcId": VPC, "CidrBlock": range, "AvailabilityZone": "a" });
        let acl = value["NetworkAcls"].as_object_mut().unwrap().values_mut().next().unwrap();
        acl["Associations"].as_array_mut().unwrap().push(json!({ "SubnetId": id }));
        ranges.push(range);
        for number in 0..EACH {
            let interface = interface(&id, subnet, number);
            let key = interface["NetworkInterfaceId"].as_str().unwrap().to_owned();
            value["NetworkInterfaces"][&key] = interface;
        }
    }
    let mut egress = value["SecurityGroups"][CLUSTER].clone();
    for pool in 0..POOLS {
        let id = format!("sg-0b{pool:02}");
        egress["GroupId"] = json!(id);
        value["SecurityGroups"][&id] = egress.clone();
    }
    let snapshot: Snapshot = serde_json::from_value(value).unwrap();
    let policy = json!({
        "version": 1, "name": "large", "networks": { "vpc": ["10.1.0.0/16"] },
        "sources": { "runners": { "subnets": ranges, "eks_cluster": "cwiq-dev-eks-cluster" } },
        "destinations": { "dev-server": { "address": "10.1.20.15", "within": "vpc",
                                          "services": { "ssh": "22/ssh", "https": "443/tls" } } },
        "expect": [{ "from": "runners", "to": "dev-server", "reach": ["ssh", "https"], "via": "eks-cluster-security-group" }],
    });
    let policy = parse_policy(&policy.to_string(), "large", &|_| None).unwrap();
    let network = Network::new(&snapshot);
    let (findings, map) = judge_mapped(&policy, &network, &StaticOptions::default());
    let interfaces = map.charts[0].parts.iter().map(|part| part.interfaces).sum();
    let report = Report {
        mode: Mode::Static,
        policy: PolicyName { name: policy.name, origin: policy.origin, digest: policy.digest },
        findings,
        fail_on: FailOn::Fail,
        taken_at: jiff::Timestamp::UNIX_EPOCH,
        elapsed: Duration::ZERO,
        map: Some(map),
    };
    (report, interfaces)
}

/// One in four lacks the cluster group.
fn interface(subnet_id: &str, subnet: usize, number: usize) -> Value {
    let address = format!("10.1.{}.{}", 128 + 4 * subnet + number / 250, 4 + number % 250);
    let own = format!("sg-0b{:02}", number % POOLS);
    let groups: Vec<Value> = if number.is_multiple_of(4) {
        vec![json!({ "GroupId": own })]
    } else {
        vec![json!({ "GroupId": CLUSTER }), json!({ "GroupId": own })]
    };
    json!({
        "NetworkInterfaceId": format!("eni-{subnet}{number:04}"), "SubnetId": subnet_id, "VpcId": VPC,
        "InterfaceType": "interface", "Status": "in-use", "PrivateIpAddress": address, "Groups": groups,
        "PrivateIpAddresses": [{ "PrivateIpAddress": address, "Primary": true }],
        "Attachment": { "InstanceId": "i-0a1b2c3d4e5f6a001", "Status": "attached", "DeviceIndex": 0 },
    })
}
