//! `reachgate diff --plan`: every case of `tests/plan/real`, held against the same diff to what was there after apply,
//! and what a plan leaves open.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use reachgate::aws::files::load_snapshot;
use reachgate::report::diff::{BoxV1, DiffV1};

use super::folder;
use super::run::reachgate;

/// With a policy of which nothing is asked but the plan itself, so that the exit code is the change's.
fn diff(before: &[&Path], arguments: &[&str]) -> (i32, DiffV1) {
    let before: Vec<String> = before.iter().map(|it| it.to_string_lossy().into_owned()).collect();
    let mut all = vec!["diff", "--format", "json", "--only", "snapshot-plan-laid"];
    all.extend(before.iter().flat_map(|it| ["--before", it]));
    all.extend(arguments);
    let (exit, out, err) = reachgate(&all);
    (exit, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{all:?}: {error}: {err}")))
}

/// Who reaches whom on what, each apart. What is to come has an id of the plan's, and another after apply.
fn flows(boxes: &[BoxV1], known: &BTreeSet<String>) -> BTreeSet<String> {
    let mut flows = BTreeSet::new();
    for it in boxes {
        let ids = if it.to.kind == "group" { &it.to.groups } else { &it.to.interfaces };
        let ids = ids.iter().map(|id| if known.contains(id) { id.as_str() } else { "what is to come" });
        for to in ids {
            for service in &it.services {
                for from in if it.from.kind == "group" {
                    std::slice::from_ref(&it.from.name)
                } else {
                    &it.from.ranges
                } {
                    flows.insert(format!("{} {from} to {to}: {}", it.from.kind, service.text));
                }
            }
        }
    }
    flows
}

fn holds(range: &str, address: IpAddr) -> bool {
    let parsed = |text: &str| text.parse::<IpAddr>().expect("an address");
    match range.split_once('-') {
        Some((first, last)) => (parsed(first)..=parsed(last)).contains(&address),
        None if range.contains('/') => range.parse::<ipnet::IpNet>().expect("a block").contains(&address),
        None => parsed(range) == address,
    }
}

fn first(range: &str) -> IpAddr {
    range.split(['-', '/']).next().expect("a word").parse().expect("an address")
}

/// Whether some undecided box has all of it.
fn is_open(flow: &BoxV1, undecided: &[BoxV1]) -> bool {
    let tcp = |it: &BoxV1| {
        it.services.iter().map(|it| (it.protocol.clone(), it.first, it.last)).collect::<Vec<_>>()
    };
    flow.from.ranges.iter().all(|range| {
        tcp(flow).iter().all(|(protocol, low, high)| {
            flow.to.interfaces.iter().all(|to| {
                undecided.iter().any(|it| {
                    it.from.kind == flow.from.kind
                        && it.from.ranges.iter().any(|it| holds(it, first(range)))
                        && it.to.interfaces.contains(to)
                        && tcp(it).iter().any(|(other, first, last)| {
                            (other == protocol || other == "all") && first <= low && last >= high
                        })
                })
            })
        })
    })
}

#[test]
fn a_plan_opens_and_closes_what_its_apply_does() {
    let mut wrong = Vec::new();
    let (mut same, mut left) = (0, BTreeSet::new());
    let entries = fs::read_dir(folder("real")).expect("cases");
    for case in entries.map(|it| it.expect("an entry").path()) {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        let (plan, after) = (case.join("plan.json"), case.join("after"));
        let (plan, after) = (plan.to_string_lossy().into_owned(), after.to_string_lossy().into_owned());
        let before = case.join("before");
        let (exit, planned) = diff(&[&before], &["--plan", &plan]);
        let (_, real) = diff(&[&before], &["--after", &after]);
        let was = load_snapshot(&[before]).unwrap_or_else(|error| panic!("{error}"));
        let ids = was.network_interfaces.keys().chain(was.security_groups.keys());
        let known: BTreeSet<String> = ids.map(ToString::to_string).collect();
        for (word, will, is) in
            [("opened", &planned.opened, &real.opened), ("closed", &planned.closed, &real.closed)]
        {
            let told = flows(will, &known);
            for flow in is {
                let each = flows(std::slice::from_ref(flow), &known);
                same += each.intersection(&told).count();
                if !each.is_subset(&told) && !is_open(flow, &planned.undecided) {
                    wrong.push(format!("{name}: {word} by apply alone: {each:?}"));
                }
            }
            for flow in told.difference(&flows(is, &known)) {
                wrong.push(format!("{name}: {word} by the plan alone: {flow}"));
            }
        }
        if planned.gaps.is_empty() != planned.undecided.is_empty() {
            wrong.push(format!("{name}: {:?} beside {:?}", planned.gaps, planned.undecided));
        }
        if exit != if planned.gaps.is_empty() { 0 } else { 3 } {
            wrong.push(format!("{name}: exit {exit}"));
        }
        if !planned.gaps.is_empty() {
            left.insert(name.clone());
        }
        if !planned.findings.iter().any(|it| it.code == "snapshot-plan-laid") {
            wrong.push(format!("{name}: the plan is not judged"));
        }
        assert_eq!(planned.after, [plan]);
    }
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(same, 66, "flows that plan and apply agree on");
    assert_eq!(
        left.into_iter().collect::<Vec<_>>(),
        ["group-on-instance", "made-together", "module-for-each", "vpc-made"]
    );
}

#[test]
fn what_a_plan_does_not_say_is_undecided() {
    let (platform, before) = (folder("../static/platform"), folder("../static/before"));
    for (plan, code, says, opened, undecided) in [
        ("rule", None, "", true, false),
        ("unknown", Some("snapshot-plan-unknown"), "its cidr_ipv4 is known only after apply", false, true),
        ("load-balancer", Some("snapshot-plan-unsupported"), "is not modelled", true, false),
        ("errored", Some("snapshot-plan-unknown"), "error", true, false),
    ] {
        let file = folder("hand").join(format!("{plan}.json")).to_string_lossy().into_owned();
        let (exit, found) = diff(&[&platform, &before], &["--plan", &file]);
        assert_eq!(exit, if code.is_some() { 3 } else { 0 }, "{plan}");
        assert_eq!(found.gaps.first().map(|it| it.code.as_str()), code, "{plan}");
        assert!(found.gaps.iter().all(|it| it.detail.contains(says)), "{plan}: {:?}", found.gaps);
        assert_eq!((!found.opened.is_empty(), !found.undecided.is_empty()), (opened, undecided), "{plan}");
        assert!(found.closed.is_empty(), "{plan}");
    }
}

#[test]
fn a_plan_takes_the_place_of_what_is_after() {
    let before = folder("../static/platform").to_string_lossy().into_owned();
    let plan = folder("hand/rule.json").to_string_lossy().into_owned();
    for (arguments, says) in [
        (vec!["--after", &before, "--plan", &plan], "cannot be used with"),
        (vec![], "--after <PATH>"),
        (vec!["--plan", &before], "reachgate: "),
    ] {
        let mut all = vec!["diff", "--before", before.as_str()];
        all.extend(arguments);
        let (exit, out, err) = reachgate(&all);
        assert_eq!((exit, out.as_str()), (2, ""), "{all:?}");
        assert!(err.contains(says), "{err}");
    }
}
