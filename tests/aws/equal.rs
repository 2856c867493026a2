//! What is read live and what is read back from the captured file say the same, and what they should.

use reachgate::aws::files::load_snapshot;
use reachgate::aws::live::{Ends, Scope};
use reachgate::network::Answer;
use reachgate::snapshot::{Document, Snapshot, write_snapshot};

use crate::Test;
use crate::moto::{CLUSTER, Moto, codes, everything, fetch, path, request};
use crate::wire::Fate;

pub const TESTS: &[Test] = &[
    ("equal::verdicts_live_and_from_the_file", verdicts),
    ("equal::ends_without_ranges", ends_without_ranges),
    ("equal::cluster_group_by_tag", cluster_group_by_tag),
    ("equal::lists_of_many_pages", pages),
    ("equal::captures_hold_no_user_data", no_user_data),
    ("equal::captures_are_in_a_stable_order", stable_order),
];

/// World, answer, codes of the blockers.
const EXPECTED: &[(&str, Answer, &[&str])] = &[
    ("healthy", Answer::Allowed, &[]),
    ("no-rule", Answer::Denied, &["group-ingress-missing"]),
    ("cidr-only", Answer::Allowed, &[]),
    ("prefix-list", Answer::Allowed, &[]),
    ("egress-missing", Answer::Denied, &["group-egress-missing"]),
    ("lacks-cluster-group", Answer::Denied, &["group-ingress-missing"]),
    ("acl-denies", Answer::Denied, &["acl-denies"]),
    ("acl-reply-denied", Answer::Denied, &["acl-reply-denied"]),
    ("instance-stopped", Answer::Denied, &["destination-not-running"]),
    ("unowned", Answer::Unknown, &["destination-unowned"]),
    ("peered", Answer::Allowed, &[]),
    ("route-missing", Answer::Denied, &["route-missing"]),
    ("reply-route-missing", Answer::Denied, &["route-missing"]),
    ("transit", Answer::Allowed, &[]),
    ("transit-unrouted", Answer::Denied, &["transit-gateway-route-missing"]),
];

/// The file's text.
pub fn captured(snapshot: &Snapshot) -> String {
    let mut text = Vec::new();
    write_snapshot(snapshot, &mut text).expect("memory takes it");
    String::from_utf8(text).expect("JSON is text")
}

/// Through the file and back.
fn reread(snapshot: &Snapshot) -> Snapshot {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("capture.json");
    std::fs::write(&file, captured(snapshot)).expect("the file is written");
    load_snapshot(&[file]).expect("the file is read back")
}

fn verdicts(moto: &Moto) {
    for (name, answer, blockers) in EXPECTED {
        let world = moto.world(name);
        for request in [request(world, moto.address()), everything(world, moto.address())] {
            let live = fetch(&request).expect("moto is read");
            let file = reread(&live);
            let found = path(&live, world);
            assert_eq!(found, path(&file, world), "{name}: live and file");
            assert_eq!(
                (found.verdict, codes(&found)),
                (*answer, blockers.iter().map(|c| (*c).to_owned()).collect()),
                "{name}: {:#?}",
                found.blockers
            );
            let text: Snapshot = serde_json::from_str(&captured(&live)).expect("its own schema");
            assert_eq!(text, live, "{name}: the file loses something");
        }
    }
}

/// A pod's address, which no filter of moto's finds, as none of AWS's finds one of a delegated prefix; an
/// instance; an interface.
fn ends_without_ranges(moto: &Moto) {
    let world = moto.world("healthy");
    let dev = world.dev.parse().expect("an address");
    let pod = world.pod.parse().expect("an address");
    let only = |addresses: &[std::net::IpAddr], instances: &[&str], interfaces: &[&str]| Ends {
        ranges: Vec::new(),
        addresses: addresses.to_vec(),
        instances: instances.iter().map(|id| (*id).into()).collect(),
        interfaces: interfaces.iter().map(|id| (*id).into()).collect(),
    };
    for ends in [
        only(&[dev, pod], &[], &[]),
        only(&[dev], &[&world.node_instance], &[]),
        only(&[dev], &[], &[&world.node_interface]),
    ] {
        let mut request = request(world, moto.address());
        request.scope = Scope::Around(ends.clone());
        let snapshot = fetch(&request).expect("moto is read");
        let found = path(&snapshot, world);
        assert_eq!(found.verdict, Answer::Allowed, "{ends:?}: {:#?}", found.blockers);
    }
}

fn cluster_group_by_tag(moto: &Moto) {
    let world = moto.world("healthy");
    let snapshot = fetch(&request(world, moto.address())).expect("moto is read");
    let cluster = snapshot.clusters.get(CLUSTER).expect("the cluster");
    let group = cluster.resources_vpc_config.cluster_security_group_id.as_deref();
    assert_eq!(group, Some(world.cluster_group.as_str()));
    assert!(snapshot.has(Document::Cluster));
    assert!(snapshot.security_groups.contains_key(world.cluster_group.as_str()));
}

/// In pages of five nothing is lost, in any list.
fn pages(moto: &Moto) {
    let mut most = 0;
    for name in ["healthy", "prefix-list", "transit"] {
        let world = moto.world(name);
        let wire = moto.wire(|_| Fate::Pages(5));
        for everything in [false, true] {
            let of = if everything { crate::moto::everything } else { request };
            let whole = fetch(&of(world, moto.address())).expect("moto is read");
            let paged = fetch(&of(world, wire.address)).expect("moto is read in pages");
            assert_eq!(captured(&paged), captured(&whole), "{name}");
        }
        let further = wire.calls().iter().filter(|call| call.body.contains("NextToken=")).count();
        assert!(further > 2, "{name}: {:?}", wire.actions());
        most = most.max(further);
    }
    assert!(most > 6, "the lists are too short to tell");
}

fn no_user_data(moto: &Moto) {
    let text = captured(&fetch(&everything(moto.world("healthy"), moto.address())).expect("moto is read"));
    assert!(text.contains("10.1.20.15"), "{text}");
    assert!(!text.contains("not-for-snapshots"), "a tag's value or user data is in the file");
    assert!(!text.contains("UserData"));
}

/// However the server orders its lists, the files are the same.
fn stable_order(moto: &Moto) {
    let world = moto.world("healthy");
    let one = captured(&fetch(&everything(world, moto.address())).expect("moto is read"));
    let wire = moto.wire(|call| match call.action.as_str() {
        "ec2:DescribeSecurityGroups" | "ec2:DescribeNetworkAcls" => Fate::Edit(reverse),
        _ => Fate::Pass,
    });
    let other = captured(&fetch(&everything(world, wire.address)).expect("moto is read"));
    assert_eq!(one, other);
}

/// Turns the items of every permission and ACL entry list around.
fn reverse(text: String) -> String {
    let mut changed = text;
    for set in ["ipPermissions", "entrySet"] {
        let (open, close) = (format!("<{set}>"), format!("</{set}>"));
        let mut at = 0;
        let mut turned = 0;
        while let Some(begin) = changed[at..].find(&open).map(|found| at + found + open.len()) {
            let end = begin + changed[begin..].find(&close).expect("the list ends");
            let items = top_items(&changed[begin..end]);
            turned += usize::from(items.len() > 1);
            let backward: String = items.into_iter().rev().collect();
            changed.replace_range(begin..end, &backward);
            at = begin;
        }
        assert!(turned > 0 || !changed.contains(&open), "no {set} has two items");
    }
    changed
}

/// The items of a list, each with what is in it.
fn top_items(list: &str) -> Vec<String> {
    let (mut depth, mut items, mut begin, mut at) = (0, Vec::new(), 0, 0);
    while let Some(found) = list[at..].find('<').map(|found| at + found) {
        if list[found..].starts_with("<item>") {
            if depth == 0 {
                begin = found;
            }
            depth += 1;
        } else if list[found..].starts_with("</item>") {
            depth -= 1;
            if depth == 0 {
                items.push(list[begin..found + "</item>".len()].to_owned());
            }
        }
        at = found + 1;
    }
    items
}
