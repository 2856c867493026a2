//! One thing at a time that AWS does not show: the answer is unknown with its name, never a pass.

use reachgate::network::{Answer, PathResult};
use reachgate::snapshot::{Document, Snapshot, UnreadCause};

use crate::Test;
use crate::equal::captured;
use crate::moto::{CLUSTER, Moto, fetch, path, request};
use crate::wire::{Call, Fate, ec2_error, eks_error};

pub const TESTS: &[Test] = &[
    ("denied::each_action_at_a_time", each_action),
    ("denied::every_action", every_action),
    ("denied::cluster_then_by_tag", cluster_by_tag),
    ("denied::cluster_silent_then_by_tag", cluster_silent),
    ("denied::cluster_that_is_not_there", no_cluster),
    ("denied::cluster_group_as_eks_says", cluster_group_of_eks),
    ("denied::failing_for_ever_is_not_empty", failing),
    ("denied::cut_for_ever_is_not_empty", cut),
    ("denied::a_later_page_denied_is_not_a_shorter_list", later_page),
    ("denied::nonsense_is_not_empty", nonsense),
];

/// Each world's actions without which the path is not known.
const NEEDED: &[(&str, &[&str])] = &[
    (
        "healthy",
        &[
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeInstances",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeRouteTables",
            "ec2:DescribeNetworkAcls",
        ],
    ),
    ("prefix-list", &["ec2:GetManagedPrefixListEntries"]),
    ("peered", &["ec2:DescribeVpcPeeringConnections"]),
    ("transit", &["ec2:DescribeTransitGatewayVpcAttachments", "ec2:SearchTransitGatewayRoutes"]),
];

fn deny(action: &'static str) -> impl Fn(&Call) -> Fate + Send + Sync {
    move |call| {
        if call.action != action {
            Fate::Pass
        } else if action.starts_with("eks:") {
            eks_error(403, "AccessDeniedException")
        } else {
            ec2_error(403, "UnauthorizedOperation")
        }
    }
}

fn document(action: &str) -> Document {
    *Document::ALL.iter().find(|document| document.action() == action).expect("a known action")
}

fn names(path: &PathResult, action: &str) -> bool {
    path.blockers.iter().any(|blocker| blocker.detail.contains(action))
}

fn each_action(moto: &Moto) {
    for (name, needed) in NEEDED {
        let world = moto.world(name);
        let counting = moto.wire(|_| Fate::Pass);
        let healthy = path(&fetch(&request(world, counting.address)).expect("moto is read"), world);
        assert_eq!(healthy.verdict, Answer::Allowed);
        for action in counting.actions().into_keys() {
            // The subnets lead to the runners' interfaces, which is a test of its own.
            let action: &'static str = action.leak();
            let wire = moto.wire(deny(action));
            let mut request = request(world, wire.address);
            if let reachgate::aws::live::Scope::Around(ends) = &mut request.scope {
                ends.interfaces = vec![world.node_interface.as_str().into()];
            }
            let snapshot = fetch(&request).expect("what is left is read");
            let unread = snapshot.unread.get(&document(action));
            let unread = unread.unwrap_or_else(|| panic!("{name}: {action} is not noted as denied"));
            assert_eq!((unread.cause, unread.action.as_str()), (UnreadCause::Denied, action));
            assert!(!snapshot.has(document(action)), "{name}: {action} counts as read");
            let found = path(&snapshot, world);
            if needed.contains(&action) {
                assert_eq!(found.verdict, Answer::Unknown, "{name} without {action}: {:#?}", found.blockers);
                assert!(names(&found, action), "{name}: {action} is not named: {:#?}", found.blockers);
            } else {
                assert_ne!(found.verdict, Answer::Denied, "{name} without {action}: {:#?}", found.blockers);
            }
            assert!(captured(&snapshot).contains(action), "{name}: the file does not name {action}");
        }
    }
}

fn every_action(moto: &Moto) {
    let world = moto.world("healthy");
    let wire = moto.wire(|call| {
        if call.action.starts_with("eks:") {
            eks_error(403, "AccessDeniedException")
        } else {
            ec2_error(403, "UnauthorizedOperation")
        }
    });
    let snapshot = fetch(&request(world, wire.address)).expect("a snapshot that says so");
    assert!(snapshot.documents.is_empty(), "{:?}", snapshot.documents);
    let found = path(&snapshot, world);
    assert_eq!(found.verdict, Answer::Unknown);
    assert!(names(&found, "ec2:DescribeNetworkInterfaces"), "{:#?}", found.blockers);
}

fn cluster_group(snapshot: &Snapshot) -> Option<&str> {
    snapshot.clusters.get(CLUSTER)?.resources_vpc_config.cluster_security_group_id.as_deref()
}

fn cluster_by_tag(moto: &Moto) {
    let world = moto.world("healthy");
    let wire = moto.wire(deny("eks:DescribeCluster"));
    let snapshot = fetch(&request(world, wire.address)).expect("moto is read");
    assert_eq!(cluster_group(&snapshot), Some(world.cluster_group.as_str()));
    assert!(!snapshot.has(Document::Cluster));
    assert_eq!(snapshot.unread[&Document::Cluster].action, "eks:DescribeCluster");
}

/// EC2's endpoint is reached, EKS's is not.
fn cluster_silent(moto: &Moto) {
    let world = moto.world("healthy");
    let wire = moto.wire(|call| match call.action.as_str() {
        "eks:DescribeCluster" => Fate::Silence,
        _ => Fate::Pass,
    });
    let mut request = request(world, wire.address);
    request.timeout = std::time::Duration::from_secs(20);
    let snapshot = fetch(&request).expect("EC2 is read");
    assert_eq!(cluster_group(&snapshot), Some(world.cluster_group.as_str()));
    assert_eq!(snapshot.unread[&Document::Cluster].code, "timeout");
}

fn no_cluster(moto: &Moto) {
    let world = moto.world("healthy");
    let wire = moto.wire(|call| match call.action.as_str() {
        "eks:DescribeCluster" => eks_error(404, "ResourceNotFoundException"),
        _ => Fate::Pass,
    });
    let snapshot = fetch(&request(world, wire.address)).expect("moto is read");
    assert!(snapshot.clusters.is_empty(), "{:?}", snapshot.clusters);
    assert!(snapshot.has(Document::Cluster) && !snapshot.unread.contains_key(&Document::Cluster));
}

/// EKS names the group, so no tag is searched for; and the user's word goes before EKS's.
fn cluster_group_of_eks(moto: &Moto) {
    let world = moto.world("healthy");
    let group = world.dev_group.clone();
    let wire = moto.wire(move |call| match call.action.as_str() {
        "eks:DescribeCluster" => Fate::Answer(
            200,
            "application/json",
            format!(
                "{{\"cluster\": {{\"name\": \"{CLUSTER}\", \"resourcesVpcConfig\": {{\"clusterSecurityGroupId\": \"{group}\"}}}}}}"
            ),
        ),
        _ => Fate::Pass,
    });
    let mut request = request(world, wire.address);
    let snapshot = fetch(&request).expect("moto is read");
    assert_eq!(cluster_group(&snapshot), Some(world.dev_group.as_str()));
    assert!(!wire.calls().iter().any(|call| call.body.contains("cluster-name")), "the tag was searched for");
    let said = &mut request.cluster.as_mut().expect("a cluster").security_group;
    *said = Some("sg-said".into());
    let before = wire.actions()["eks:DescribeCluster"];
    let snapshot = fetch(&request).expect("moto is read");
    assert_eq!(cluster_group(&snapshot), Some("sg-said"));
    assert_eq!(wire.actions()["eks:DescribeCluster"], before, "EKS was asked");
}

/// For one action, the same fate each time.
fn spoil(
    moto: &Moto,
    action: &'static str,
    code: &str,
    fate: impl Fn(&Call) -> Fate + Send + Sync + 'static,
) {
    let world = moto.world("healthy");
    let wire = moto.wire(move |call| if call.action == action { fate(call) } else { Fate::Pass });
    let snapshot = fetch(&request(world, wire.address)).expect("what is left is read");
    let unread = snapshot.unread.get(&document(action)).expect("it is noted");
    assert_eq!((unread.cause, unread.code.as_str()), (UnreadCause::Failed, code));
    assert!(!snapshot.has(document(action)));
    let found = path(&snapshot, world);
    assert_eq!(found.verdict, Answer::Unknown, "{:#?}", found.blockers);
    assert!(names(&found, action), "{:#?}", found.blockers);
}

fn failing(moto: &Moto) {
    spoil(moto, "ec2:DescribeNetworkAcls", "InternalError", |_| ec2_error(500, "InternalError"));
}

fn cut(moto: &Moto) {
    spoil(moto, "ec2:DescribeSecurityGroups", "malformed", |_| Fate::Cut);
}

fn later_page(moto: &Moto) {
    let world = moto.world("healthy");
    let wire = moto.wire(|call| {
        if call.action == "ec2:DescribeNetworkInterfaces" && call.body.contains("NextToken=") {
            ec2_error(403, "UnauthorizedOperation")
        } else {
            Fate::Pages(5)
        }
    });
    let snapshot = fetch(&request(world, wire.address)).expect("what is left is read");
    assert!(!snapshot.has(Document::NetworkInterfaces));
    assert_eq!(path(&snapshot, world).verdict, Answer::Unknown);
}

/// A rule that is no rule makes its whole kind unknown.
fn nonsense(moto: &Moto) {
    spoil(moto, "ec2:DescribeNetworkAcls", "malformed CidrBlock", |_| {
        Fate::Edit(|text| {
            text.replace("<cidrBlock>0.0.0.0/0</cidrBlock>", "<cidrBlock>everywhere</cidrBlock>")
        })
    });
}
