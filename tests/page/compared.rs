//! Two maps compared: what differs is marked, in the page, in the picture and in the list.

use reachgate::finding::Map;
use reachgate::finding::map::{Chart, Lane, Part, PartKind, Passage, Sent, Stop, Wish};
use reachgate::finding::{PolicyName, Verdict};
use reachgate::report::{DiffReport, Format, Style};

use crate::browser::{Look, assert_sound, look};
use crate::change::diff;
use crate::picture::{Boxed, charts};
use crate::wide::{LEAVING, UNFOLD};

/// What is marked as changed, with the first line of its box.
fn changed(boxes: &[Boxed]) -> Vec<String> {
    let of = |boxed: &Boxed| {
        let first = boxed.lines[0].split(' ').take(2).collect::<Vec<_>>().join(" ");
        let cells = boxed.cells.iter().filter(|cell| cell.is_changed);
        cells.map(|cell| format!("{first}: {} {}", cell.mark, cell.sent)).collect::<Vec<_>>()
    };
    boxes.iter().flat_map(of).collect()
}

#[test]
fn a_picture_shows_both_and_marks_what_differs() {
    let svg = diff("before", "after", "svg");
    let [before, after] = charts(&svg).try_into().expect("two charts");
    let ends =
        ["runners: 2: × ssh 22", "runners: 1: × ssh 22", "security group: × ssh 22", "dev-server: – ssh 22"];
    assert_eq!(changed(&before), ends);
    let ends = ["runners: 2", "runners: 1", "security group", "dev-server"];
    assert_eq!(changed(&after), ends.map(|first| format!("{first}: √ ssh 22, https 443")));
    let at = |text: &str| svg.find(text).unwrap_or_else(|| panic!("no {text}: {svg}"));
    assert!(at(">reachgate diff: nothing in it fails: 1 opened<") < at(">runners to dev-server<"));
    assert!(at(">runners to dev-server<") < at(">before<") && at(">before<") < at(">after<"));
    assert!(at(">after<") < at("differs between before and after"));
}

#[test]
fn what_does_not_differ_is_drawn_once() {
    let svg = diff("before", "before", "svg");
    assert_eq!(charts(&svg).len(), 1);
    assert!(svg.contains(">before and after<") && svg.contains("× in the way"), "{svg}");
    assert_eq!(changed(&charts(&svg)[0]), [] as [String; 0]);
}

/// A chart of one service that is allowed, so wide.
pub fn chart(to: &str, letters: usize) -> Chart {
    let part = |kind| Part {
        kind,
        ids: vec!["x".repeat(letters)],
        name: None,
        nodes: Vec::new(),
        places: Vec::new(),
        interfaces: 1,
    };
    let stop =
        |part| Stop { part, verdict: Verdict::Pass, codes: Vec::new(), rules: Vec::new(), notes: Vec::new() };
    Chart {
        from: "a".into(),
        to: to.into(),
        services: vec!["ssh".into()],
        parts: vec![part(PartKind::Source), part(PartKind::Destination)],
        lanes: vec![Lane {
            services: vec![Sent { name: "ssh".into(), port: "22/ssh".into(), probed: None }],
            passage: Passage::Allowed,
            wish: Wish::Open,
            verdict: Verdict::Pass,
            interfaces: 1,
            examples: vec!["eni-1".into()],
            stops: vec![stop(0), stop(1)],
        }],
    }
}

fn written(maps: [Map; 2], format: Format) -> String {
    let report = DiffReport {
        change: reachgate::change::Change::default(),
        before: vec!["one".into()],
        after: vec!["other".into()],
        policy: PolicyName { name: "p".into(), origin: "o".into(), digest: "d".into() },
        maps,
        fail_on: reachgate::change::FailOn::Fail,
        taken_at: jiff::Timestamp::UNIX_EPOCH,
        elapsed: std::time::Duration::ZERO,
    };
    let mut out = Vec::new();
    report.write(format, &Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_pair_of_ends_may_be_new_or_gone() {
    let map = |to: &str| Map { charts: vec![chart(to, 9)] };
    let svg = written([map("b"), map("c")], Format::Svg);
    let at = |text: &str| svg.find(text).unwrap_or_else(|| panic!("no {text}: {svg}"));
    assert!(at(">a to c<") < at(">after, and not judged before<"));
    assert!(at(">after, and not judged before<") < at(">a to b<"));
    assert!(at(">a to b<") < at(">before, and not judged after<"));
    assert_eq!(charts(&svg).iter().map(|boxes| changed(boxes).len()).collect::<Vec<_>>(), [0, 0]);
    let none = written([Map::default(), Map::default()], Format::Svg);
    assert!(none.contains("No map: no path was judged.") && !none.contains("thick and red"), "{none}");
}

/// Narrow ones stand side by side, wide ones below each other.
#[test]
fn a_picture_is_no_wider_than_it_has_to_be() {
    let of = |charts: usize| {
        let mut before = chart("b", 44);
        let source = before.parts[0].clone();
        let lane = before.lanes[0].clone();
        for number in 1..charts {
            let mut part = source.clone();
            part.places = vec![format!("subnet-{number}{}", "0".repeat(30))];
            before.parts.insert(0, part);
            let mut lane = lane.clone();
            lane.stops[1].part = number + 1;
            before.lanes.push(lane);
        }
        for (number, lane) in before.lanes.iter_mut().enumerate() {
            (lane.stops[0].part, lane.stops[1].part) = (number, charts);
        }
        let mut after = before.clone();
        for lane in &mut after.lanes {
            (lane.passage, lane.verdict) = (Passage::Denied, Verdict::Fail);
        }
        let svg = written([before, after].map(|chart| Map { charts: vec![chart] }), Format::Svg);
        let number = |name: &str| -> f64 {
            let (_, rest) = svg.split_once(&format!(" {name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        [number("width"), number("height")]
    };
    let [narrow, low] = of(1);
    let [wide, high] = of(3);
    assert!(narrow > 620.0 && narrow < 1_400.0 && low < 600.0, "{narrow} x {low}");
    assert!(wide > 700.0 && wide < 1_400.0 && high > 600.0, "{wide} x {high}");
}

#[test]
fn a_page_marks_what_differs_in_map_and_list() {
    let html = diff("before", "after", "html");
    let (before, after) = html.split_once("class=\"state after\"").unwrap();
    // Four boxes say other things of ssh: in the list once for each of two subnets and its own path of three.
    assert_eq!(before.matches("<text class=\"changed\"").count(), 4);
    assert_eq!(before.matches("◆ changed</strong>").count(), 6);
    assert_eq!(after.matches("<text class=\"changed\"").count(), 4);
    assert_eq!(after.matches("◆ changed</strong>").count(), 6);
    assert!(before.contains("<strong class=\"changed\">◆</strong> differs"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compared.html");
    std::fs::write(&path, html).unwrap();
    let looks =
        [Look::at(&path)
            .asking(&format!("{UNFOLD}document.getElementById('show-before').click();{LEAVING}"))];
    let seen = look(&looks);
    assert_sound(&looks, &seen);
    assert_eq!(seen[0].asked, "[]");
}
