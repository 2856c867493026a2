//! Reading snapshots from files: layouts, encodings, merging, and what is refused.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what goes wrong in a test fails it"
)]

use std::fs;
use std::path::{Path, PathBuf};

use reachgate::aws::files::{Fault, load_snapshot};
use reachgate::snapshot::{Document, Snapshot};
use tempfile::TempDir;

const GROUPS: &str = r#"{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "a", "VpcId": "vpc-1", "Unheard": {"of": [1]},
    "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}]}"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn load(folder: &TempDir) -> Snapshot {
    load_snapshot(&[folder.path().to_owned()]).unwrap_or_else(|error| panic!("{error}"))
}

fn faults(files: &[(&str, &str)]) -> Vec<Fault> {
    let folder = folder(files);
    load_snapshot(&[folder.path().to_owned()]).expect_err("a fault").faults
}

/// The only fault, its text without the folder's own path.
fn fault(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let error = load_snapshot(&[folder.path().to_owned()]).expect_err("a fault");
    assert_eq!(error.faults.len(), 1, "{error}");
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn any_layout_is_read_alike() {
    let flat = load(&folder(&[
        ("describe-security-groups.json", GROUPS),
        ("describe-vpcs.json", r#"{"Vpcs": []}"#),
    ]));
    for names in [
        ["eu-west-1/describe-security-groups.json", "eu-west-1/describe-vpcs.json"],
        ["accounts/111122223333/eu-west-1/g.json", "accounts/444455556666/eu-west-1/v.JSON"],
    ] {
        let nested = load(&folder(&[(names[0], GROUPS), (names[1], r#"{"Vpcs": []}"#)]));
        assert_eq!(nested, flat);
    }
    assert!(flat.has(Document::Vpcs) && flat.vpcs.is_empty(), "read, and empty");
    assert!(!flat.has(Document::NetworkAcls), "not read");
}

#[test]
fn ids_that_the_output_lacks_are_in_the_name() {
    let snapshot = load(&folder(&[
        (
            "get-managed-prefix-list-entries.pl-0a1.json",
            r#"{"Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "::/0"}]}"#,
        ),
        (
            "search-transit-gateway-routes.tgw-rtb-0b2.json",
            r#"{"Routes": [], "AdditionalRoutesAvailable": true}"#,
        ),
        (
            "get-transit-gateway-route-table-propagations.tgw-rtb-0b2.json",
            r#"{"TransitGatewayRouteTablePropagations": []}"#,
        ),
    ]));
    assert_eq!(snapshot.prefix_list_entries["pl-0a1"].len(), 2);
    assert!(snapshot.transit_gateway_routes["tgw-rtb-0b2"].additional_routes_available);
    assert!(snapshot.transit_gateway_propagations.contains_key("tgw-rtb-0b2"));
    let text = fault(&[("get-managed-prefix-list-entries.json", r#"{"Entries": []}"#)]);
    assert!(text.contains("name the file get-managed-prefix-list-entries.<pl-…>.json"), "{text}");
}

#[test]
fn what_is_no_document_is_ignored_and_what_is_foreign_refused() {
    let known = load(&folder(&[
        ("flows.tsv", "a\tb"),
        ("README.md", "{"),
        ("describe-load-balancers.json", r#"{"LoadBalancers": []}"#),
        ("list-what-comes-next-year.json", r#"{"Novelties": []}"#),
    ]));
    assert!(known.documents.is_empty());
    assert_eq!(
        fault(&[("package.json", r#"{"name": "x"}"#)]),
        "package.json: not an AWS CLI document: its first key is name"
    );
    assert_eq!(
        fault(&[("describe-vpcs.json", r#"{"vpcs": []}"#)]),
        "describe-vpcs.json: not an AWS CLI document: its first key is vpcs"
    );
    let text = fault(&[("describe-instances.json", "[[]]")]);
    assert!(
        text.starts_with("describe-instances.json: at .: invalid type: sequence, expected an object"),
        "{text}"
    );
    assert!(matches!(faults(&[("x.txt", "")])[..], [Fault::Empty { .. }]));
}

#[test]
fn a_wrong_type_is_named_by_its_path() {
    let text = GROUPS.replace("10.0.0.0/8", "10.0.0.0/33");
    let text = fault(&[("g.json", &text)]);
    assert!(
        text.starts_with(
            "g.json: at SecurityGroups[0].IpPermissions[0].IpRanges[0].CidrIp: invalid IP address"
        ),
        "{text}"
    );
    let text = fault(&[("g.json", r#"{"SecurityGroups": [{"GroupName": "nameless"}]}"#)]);
    assert!(text.starts_with("g.json: at SecurityGroups[0]: missing field `GroupId`"), "{text}");
}

#[test]
fn a_truncated_file_and_every_other_fault_are_named_at_once() {
    let all = faults(&[
        ("a.json", &GROUPS[..100]),
        ("b.json", r#"{"Vpcs": []} {"#),
        ("c.json", ""),
        ("d.json", "[]"),
        ("e.json", GROUPS),
    ]);
    let names: Vec<String> = all
        .iter()
        .map(|fault| match fault {
            Fault::Json { path, .. } => path.file_name().unwrap().to_string_lossy().into_owned(),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(names, ["a.json", "b.json", "c.json", "d.json"]);
}

#[test]
fn a_list_that_goes_on_needs_its_last_page() {
    let first = r#"{"Vpcs": [{"VpcId": "vpc-1"}], "NextToken": "more"}"#;
    let text = fault(&[("describe-vpcs.1.json", first)]);
    assert!(text.contains("no last page of describe-vpcs"), "{text}");
    let both = load(&folder(&[
        ("describe-vpcs.1.json", first),
        ("describe-vpcs.2.json", r#"{"Vpcs": [{"VpcId": "vpc-2"}], "NextToken": null}"#),
    ]));
    assert_eq!(both.vpcs.len(), 2);
}

#[test]
fn utf_16_and_a_byte_order_mark_are_read() {
    let plain = load(&folder(&[("g.json", GROUPS)]));
    let folder = TempDir::new().unwrap();
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(GROUPS.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    fs::write(folder.path().join("g.json"), wide).unwrap();
    assert_eq!(load(&folder), plain);
    fs::write(folder.path().join("g.json"), [0xff, 0xfe, b'{']).unwrap();
    let error = load_snapshot(&[folder.path().to_owned()]).expect_err("half a character");
    assert!(matches!(error.faults[..], [Fault::Encoding { .. }]));
}

#[test]
fn a_shared_vpc_is_merged_and_a_disagreement_names_both_files() {
    let other =
        GROUPS.replace(r#""GroupName": "a""#, r#""GroupName": "b", "Tags": [{"Key": "x", "Value": "y"}]"#);
    let merged = load(&folder(&[("1/g.json", GROUPS), ("2/g.json", &other)]));
    assert_eq!(merged.conflicts, []);
    assert_eq!(merged.security_groups.len(), 1);

    let other = GROUPS.replace("10.0.0.0/8", "10.0.0.0/16");
    let merged = load(&folder(&[("1/g.json", GROUPS), ("2/g.json", &other)]));
    let [conflict] = merged.conflicts.as_slice() else { panic!("{:?}", merged.conflicts) };
    assert_eq!((conflict.id.as_str(), conflict.path.as_str()), ("sg-1", ".IpPermissions"));
    assert!(conflict.first.ends_with("1/g.json") && conflict.second.ends_with("2/g.json"));
}

#[test]
fn zone_names_differ_between_accounts() {
    let subnet = |name: &str| {
        format!(
            r#"{{"Subnets": [{{"SubnetId": "subnet-1", "AvailabilityZone": "{name}", "AvailabilityZoneId": "use1-az1"}}]}}"#
        )
    };
    let merged = load(&folder(&[("1.json", &subnet("us-east-1a")), ("2.json", &subnet("us-east-1b"))]));
    assert_eq!(merged.conflicts, []);
    assert_eq!(merged.subnets["subnet-1"].availability_zone, None);
    assert_eq!(merged.subnets["subnet-1"].availability_zone_id.as_deref(), Some("use1-az1"));
}

#[test]
fn both_ends_of_a_peering_attachment_are_kept() {
    let end = |gateway: &str| {
        format!(
            r#"{{"TransitGatewayAttachments": [{{"TransitGatewayAttachmentId": "tgw-attach-1",
            "TransitGatewayId": "{gateway}", "ResourceType": "peering", "State": "available"}}]}}"#
        )
    };
    let merged = load(&folder(&[("1.json", &end("tgw-1")), ("2.json", &end("tgw-2"))]));
    assert_eq!(merged.conflicts, []);
    assert_eq!(merged.transit_gateway_attachments["tgw-attach-1"].len(), 2);
}

#[test]
fn a_snapshot_written_out_is_read_back() {
    let snapshot = load(&folder(&[
        ("g.json", GROUPS),
        ("describe-vpcs.json", r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#),
        (
            "c.json",
            r#"{"cluster": {"name": "one", "resourcesVpcConfig": {"clusterSecurityGroupId": "sg-1"}}}"#,
        ),
    ]));
    let text = serde_json::to_string(&snapshot).unwrap();
    assert!(text.starts_with(r#"{"schema":"reachgate.snapshot/v1""#), "{text}");
    let back = load(&folder(&[("snapshot.json", &text)]));
    assert_eq!(back, snapshot);
    assert_eq!(serde_json::to_string(&back).unwrap(), text, "in a stable order");

    // Another tool may have sorted the keys, which puts the schema last.
    let sorted: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sorted = serde_json::to_string(&sorted).unwrap();
    assert_eq!(load(&folder(&[("snapshot.json", &sorted)])), snapshot);
    let text = fault(&[("snapshot.json", &text.replace(r#""10.0.0.0/16""#, "16"))]);
    assert!(text.starts_with("snapshot.json: at Vpcs.vpc-1.CidrBlock: invalid type"), "{text}");
}

#[test]
fn what_is_not_there_is_a_fault() {
    let error = load_snapshot(&[PathBuf::from("/nonexistent/folder")]).expect_err("nothing there");
    assert!(
        matches!(&error.faults[..], [Fault::Read { path, .. }] if path == Path::new("/nonexistent/folder"))
    );
    assert!(load_snapshot(&[]).is_err());
}
