//! The picture: well formed, in step with the docs, no box upon another.

use proptest::prelude::*;
use quick_xml::events::Event;
use reachgate::code::Code;
use reachgate::finding::map::{Chart, Lane, Map, Part, PartKind, Passage, Sent, Stop, Wish};
use reachgate::finding::{FailOn, Mode, PolicyName, Report, Verdict};
use reachgate::report::{Format, Style};

use crate::change::diff;
use crate::compared::chart as chart_of;
use crate::picture::charts;
use crate::wide::wide;
use crate::written;

/// A box: left, top, right, bottom.
type Rect = [f64; 4];

/// The boxes and the size of a picture, which has to be well formed.
fn boxes(svg: &str) -> (Vec<Rect>, [f64; 2]) {
    let mut reader = quick_xml::Reader::from_str(svg);
    reader.config_mut().check_end_names = true;
    let (mut boxes, mut size, mut depth) = (Vec::new(), None, 0);
    loop {
        let event = reader.read_event().unwrap();
        let element = match &event {
            Event::Start(element) => {
                depth += 1;
                element
            }
            Event::Empty(element) => element,
            Event::End(_) => {
                depth -= 1;
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        let attribute = |name: &str| {
            let found =
                element.attributes().map(Result::unwrap).find(|it| it.key.as_ref() == name.as_bytes());
            found.map(|it| it.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned())
        };
        let number = |name: &str| attribute(name).unwrap_or_default().parse::<f64>().unwrap_or(f64::NAN);
        if size.is_none() {
            size = Some([number("width"), number("height")]);
        }
        if attribute("class").is_some_and(|class| class.split(' ').any(|word| word == "box")) {
            let (x, y) = (number("x"), number("y"));
            boxes.push([x, y, x + number("width"), y + number("height")]);
        }
    }
    assert_eq!(depth, 0);
    (boxes, size.unwrap())
}

fn assert_apart(svg: &str) {
    let (boxes, [width, height]) = boxes(svg);
    for (at, one) in boxes.iter().enumerate() {
        assert!(
            one[0] >= 0.0 && one[1] >= 0.0 && one[2] <= width && one[3] <= height,
            "{one:?} is outside: {svg}"
        );
        for other in &boxes[at + 1..] {
            let apart = one[2] < other[0] || other[2] < one[0] || one[3] < other[1] || other[3] < one[1];
            assert!(apart, "{one:?} covers {other:?}: {svg}");
        }
    }
}

#[test]
fn the_picture_of_the_docs_is_in_step() {
    let svg = written("before", "svg");
    assert_apart(&svg);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/map.svg");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &svg).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == svg, "docs/map.svg is out of step: UPDATE_DOCS=1 cargo test --test page");
}

/// What there is to see of the README's case: who is stopped, where, and who passes.
#[test]
fn the_picture_shows_what_stops_whom() {
    let svg = written("before", "svg");
    for text in [
        "group-ingress-missing",
        "sg-0a1b2c3d4e5f6de00",
        "runners: 2 interfaces",
        "not reached",
        "10.1.34.0/24",
    ] {
        assert!(svg.contains(text), "no {text}: {svg}");
    }
    assert!(
        svg.contains("wire fail denied\"")
            && svg.contains("wire fail denied beyond\"")
            && svg.contains("wire pass allowed\"")
    );
    let svg = written("after", "svg");
    // Without the legend, which has lines of every kind.
    let svg = svg.split("class=\"key\"").next().unwrap();
    assert!(
        !svg.contains("class=\"wire fail") && !svg.contains("beyond\"") && svg.contains("ssh 22, https 443"),
        "{svg}"
    );
}

/// How many it is about, where that is not all; and how much else is wrong.
#[test]
fn a_cell_says_of_how_many_and_how_much_it_is() {
    let mut one = chart_of("b", 5);
    one.parts[0].interfaces = 3;
    one.parts.insert(1, Part { kind: PartKind::NetworkAcl, ..one.parts[0].clone() });
    let lane = &mut one.lanes[0];
    lane.stops[1].part = 2;
    let codes = vec![Code::AclDenies, Code::AclReplyDenied, Code::SnapshotConflict];
    lane.stops.insert(1, Stop { part: 1, verdict: Verdict::Fail, codes, ..lane.stops[0].clone() });
    (lane.passage, lane.verdict) = (Passage::Denied, Verdict::Fail);
    let report = Report {
        mode: Mode::Static,
        policy: PolicyName { name: "p".into(), origin: "o".into(), digest: "d".into() },
        findings: Vec::new(),
        fail_on: FailOn::Fail,
        taken_at: jiff::Timestamp::UNIX_EPOCH,
        elapsed: std::time::Duration::ZERO,
        map: Some(Map { charts: vec![one] }),
    };
    let mut out = Vec::new();
    Format::Svg.write(&report, &Style::default(), &mut out).unwrap();
    let boxes = charts(&String::from_utf8(out).unwrap()).remove(0);
    assert_eq!(boxes[0].told(), ["× ssh 22: denied, 1 interface"]);
    assert_eq!(boxes[1].told(), ["× ssh 22: acl-denies +2"]);
}

/// Twice the same input makes the same bytes, but for the time that it was and that it took.
#[test]
fn nothing_but_time_differs_from_run_to_run() {
    let timeless = |text: String| {
        let took = text.split_once(" checks in ").map(|(before, after)| {
            let (_, rest) = after.split_once(": ").unwrap();
            format!("{before} checks: {rest}")
        });
        let text = took.unwrap_or(text);
        let time = text.split_once("<time").map(|(before, after)| {
            let (_, rest) = after.split_once("</time>").unwrap();
            format!("{before}{rest}")
        });
        time.unwrap_or(text)
    };
    for format in ["svg", "html", "markdown"] {
        for _ in 0..3 {
            assert_eq!(timeless(wide(format)), timeless(wide(format)), "{format}");
            assert_eq!(diff("before", "after", format), diff("before", "after", format), "{format}");
        }
    }
}

/// Any chart whose lanes go down, however tangled.
fn chart() -> impl Strategy<Value = Chart> {
    let tangled = prop::collection::btree_set(1..18_usize, 0..9);
    // Boxes of all widths with the same neighbours.
    let beside = prop::collection::btree_set(1..18_usize, 1);
    let lanes = prop_oneof![
        2 => prop::collection::vec((tangled, 0..3_usize, 0..3_usize), 1..14),
        1 => prop::collection::vec((beside, 0..3_usize, 0..3_usize), 2..14),
    ];
    lanes.prop_map(|lanes| {
        let part = |number: usize| Part {
            kind: match number {
                0 => PartKind::Source,
                18 => PartKind::Destination,
                _ => PartKind::NetworkAcl,
            },
            ids: vec![format!("acl-{}", "x".repeat(number * 3))],
            name: None,
            nodes: Vec::new(),
            places: Vec::new(),
            interfaces: usize::from(number == 0) * 9,
        };
        let lanes = lanes.into_iter().enumerate().map(|(number, (between, outcome, services))| {
            let verdict = [Verdict::Pass, Verdict::Fail, Verdict::Unknown][outcome];
            let stops = std::iter::once(0).chain(between).chain([18]);
            let stop = |part| Stop {
                part,
                verdict: if part == 9 { verdict } else { Verdict::Pass },
                codes: (part == 9 && outcome > 0).then_some(Code::AclDenies).into_iter().collect(),
                rules: vec!["100".into()],
                notes: Vec::new(),
            };
            let sent =
                |at| Sent { name: format!("service{}", number + at), port: "22/ssh".into(), probed: None };
            Lane {
                services: (0..=services).map(sent).collect(),
                passage: [Passage::Allowed, Passage::Denied, Passage::Unknown][outcome],
                wish: Wish::Open,
                verdict,
                interfaces: number + 1,
                examples: vec!["eni-1".into()],
                stops: stops.map(stop).collect(),
            }
        });
        Chart {
            from: "a".into(),
            to: "b".into(),
            services: Vec::new(),
            lanes: lanes.collect(),
            parts: (0..19).map(part).collect(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn no_box_covers_another(chart in chart()) {
        let report = Report {
            mode: Mode::Static,
            policy: PolicyName { name: "p".into(), origin: "o".into(), digest: "d".into() },
            findings: Vec::new(),
            fail_on: FailOn::Fail,
            taken_at: jiff::Timestamp::UNIX_EPOCH,
            elapsed: std::time::Duration::ZERO,
            map: Some(Map { charts: vec![chart] }),
        };
        let draw = || {
            let mut out = Vec::new();
            Format::Svg.write(&report, &Style::default(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let svg = draw();
        prop_assert_eq!(&svg, &draw(), "the same map makes the same picture");
        prop_assert_eq!(boxes(&svg).0.len(), 19);
        assert_apart(&svg);
    }
}
