//! What stands open and what is folded: what is well is out of the way, what is not is seen at once.

use std::time::Duration;

use reachgate::code::Code;
use reachgate::finding::map::{Map, Passage};
use reachgate::finding::{FailOn, Finding, Mode, PolicyName, Report, Verdict};
use reachgate::report::{Format, Style};

use crate::compared::chart;

fn html(findings: Vec<Finding>, map: Map) -> String {
    let report = Report {
        mode: Mode::Static,
        policy: PolicyName { name: "p".into(), origin: "o".into(), digest: "d".into() },
        findings,
        fail_on: FailOn::Fail,
        taken_at: jiff::Timestamp::UNIX_EPOCH,
        elapsed: Duration::ZERO,
        map: Some(map),
    };
    let mut out = Vec::new();
    Format::Html.write(&report, &Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Which maps stand open.
fn open(map: Map) -> Vec<bool> {
    let html = html(Vec::new(), map);
    html.split("<details class=\"area pair\"").skip(1).map(|rest| rest.starts_with(" open>")).collect()
}

#[test]
fn of_many_maps_those_stand_open_that_are_not_well() {
    let well = |count: usize| Map { charts: (0..count).map(|it| chart(&format!("b{it}"), 5)).collect() };
    assert_eq!(open(well(2)), [true, true]);
    assert_eq!(open(well(3)), [false, false, false]);
    for verdict in [Verdict::Warn, Verdict::Unknown, Verdict::Fail] {
        let mut map = well(3);
        map.charts[1].lanes[0].verdict = verdict;
        assert_eq!(open(map), [false, true, false], "{verdict:?}");
    }
}

/// A service that fares well from some is told by how it fares from the others.
#[test]
fn a_map_is_headed_by_the_worst_of_each_service() {
    let mut one = chart("b", 5);
    let mut denied = one.lanes[0].clone();
    (denied.passage, denied.verdict) = (Passage::Denied, Verdict::Fail);
    let mut other = one.lanes[0].clone();
    other.services[0].name = "https".into();
    one.lanes.extend([denied, other]);
    one.services.push("https".into());
    let html = html(Vec::new(), Map { charts: vec![one] });
    let (_, summary) = html.split_once("<summary><span class=\"name\">a to b</span>").unwrap();
    let (summary, _) = summary.split_once("</summary>").unwrap();
    let said: Vec<&str> = summary.split("<span class=\"unseen\">").skip(1).collect();
    assert_eq!(
        said,
        [
            "fail: </span>ssh</span> <span class=\"count\"><span class=\"glyph pass\" aria-hidden=\"true\">√</span>",
            "pass: </span>https</span>"
        ]
    );
}

#[test]
fn areas_stand_open_where_something_is_not_well() {
    let finding = |code, verdict| Finding::new(code, verdict, "s");
    let findings = vec![
        finding(Code::PortOpen, Verdict::Pass),
        finding(Code::DnsNameUnset, Verdict::Skip),
        finding(Code::RunnerActive, Verdict::Pass),
        finding(Code::RunnerProxySet, Verdict::Warn),
        finding(Code::CertificateValid, Verdict::Unknown),
    ];
    let html = html(findings, Map::default());
    let areas: Vec<&str> = html.split("<details class=\"area\"").skip(1).collect();
    let told: Vec<(bool, &str)> = areas
        .iter()
        .map(|area| {
            let (_, name) = area.split_once("<span class=\"name\">").unwrap();
            (area.starts_with(" open>"), name.split('<').next().unwrap())
        })
        .collect();
    assert_eq!(told, [(true, "runner"), (false, "dns"), (false, "port"), (true, "certificate")]);
}

/// Three problems are told in full, seven have a line each, the rest is one fold; nothing of it stands open.
#[test]
fn problems_beyond_the_first_have_a_line_each() {
    let of = |count: usize| {
        let finding = |number| Finding::new(Code::PortFiltered, Verdict::Fail, format!("s{number}."));
        let html = html((0..count).map(finding).collect(), Map::default());
        let (_, attention) = html.split_once("<h2 id=\"attention\">").unwrap();
        attention.split("</section>").next().unwrap().to_owned()
    };
    let count = |text: &str, part: &str| text.matches(part).count();
    let three = of(3);
    assert_eq!((count(&three, "<article class=\"fail\">"), count(&three, "<details")), (3, 0), "{three}");
    let ten = of(10);
    assert_eq!(
        (count(&ten, "<article class=\"fail\">"), count(&ten, "<details>"), count(&ten, " more<")),
        (3, 7, 0)
    );
    let twelve = of(12);
    assert_eq!((count(&twelve, "<article class=\"fail\">"), count(&twelve, "<details>")), (3, 7 + 1 + 2));
    assert_eq!(count(&twelve, "<details><summary>2 more</summary>"), 1, "{twelve}");
    assert_eq!(count(&twelve, "<details open"), 0);
    for number in 0..12 {
        assert_eq!(count(&twelve, &format!("s{number}.<")), 1, "{number}");
    }
}
