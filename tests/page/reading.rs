//! What a reader gets.

use std::path::Path;
use std::time::Duration;

use data_encoding::BASE64;
use reachgate::code::Code;
use reachgate::finding::map::{Chart, Lane, Map, Part, PartKind, Passage, Sent, Stop, Wish};
use reachgate::finding::{FailOn, Finding, Mode, PolicyName, Report, Verdict};
use reachgate::report::{Format, Style};
use serde_json::{Value, json};

use crate::browser::{Look, assert_sound, look};
use crate::compared::chart;
use crate::picture::charts;
use crate::{account, written};

/// What no page of ours has, and text that was read as markup would.
const FOREIGN: &str = "JSON.stringify([document.querySelectorAll('script,img,a,iframe,object,embed,form,link,base,b,i,input').length,
    [...document.querySelectorAll('*')].filter(it => [...it.attributes].some(at => at.name.startsWith('on') || at.name === 'style')).length,
    document.querySelectorAll('style').length])";

fn page(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn report(mode: Mode, findings: Vec<Finding>, map: Option<Map>) -> Report {
    Report {
        mode,
        policy: PolicyName { name: "p".into(), origin: "o".into(), digest: "d".into() },
        findings,
        fail_on: FailOn::Fail,
        taken_at: jiff::Timestamp::UNIX_EPOCH,
        elapsed: Duration::from_millis(5),
        map,
    }
}

fn html(report: &Report) -> String {
    let mut out = Vec::new();
    Format::Html.write(report, &Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Every verdict, and no map.
fn probe() -> Report {
    let one = |verdict, subject| {
        Finding::new(Code::PortFiltered, verdict, subject)
            .observed("o")
            .expected("e")
            .reason("Because.")
            .hint("Do this.\nThen that.")
            .evidence("port", 22)
            .evidence("list", vec![1; 40])
    };
    report(Mode::Probe, Verdict::ALL.map(|verdict| one(verdict, verdict.word())).to_vec(), None)
}

#[test]
fn a_page_stands_alone_in_every_light_and_width() {
    let folder = tempfile::tempdir().unwrap();
    let page = |name: &str, text: &str| page(folder.path(), name, text);
    let (before, after) =
        (page("before.html", &written("before", "html")), page("after.html", &written("after", "html")));
    let probe = page("probe.html", &html(&probe()));
    let nothing = page("nothing.html", &html(&report(Mode::Static, Vec::new(), Some(Map::default()))));
    let looks = [
        Look::at(&before).asking(FOREIGN).printed(),
        Look::at(&before).in_the_dark().printed(),
        Look::at(&before).narrow(),
        Look::at(&after),
        Look::at(&probe).asking(FOREIGN),
        Look::at(&probe).narrow().in_the_dark(),
        Look::at(&nothing),
    ];
    let seen = look(&looks);
    assert_sound(&looks, &seen);
    assert_eq!(seen[0].asked, "[0,0,1]");
    // The problem, the map on a page of its own, and the checks.
    assert!(seen[0].pages <= 4 && seen[1].pages == seen[0].pages, "{} and {}", seen[0].pages, seen[1].pages);
    assert_eq!(seen[4].asked, "[0,0,1]");
}

/// The page's own policy lets in its one style, by its hash, and nothing else, whatever came into the page.
#[test]
fn a_page_lets_nothing_in() {
    let text = written("before", "html");
    let (_, style) = text.split_once("<style>").unwrap();
    let (style, _) = style.split_once("</style>").unwrap();
    let hash = BASE64.encode(ring::digest::digest(&ring::digest::SHA256, style.as_bytes()).as_ref());
    let policy = format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">"
    );
    assert!(text.contains(&policy), "no {policy}");
    assert!(text.find(&policy) < text.find("<style>"));
    let folder = tempfile::tempdir().unwrap();
    let path = page(folder.path(), "policy.html", &text);
    let intruder = "(async () => { const put = (name, set) => { const it = document.createElement(name); set(it); document.head.append(it) };
        put('style', it => it.textContent = 'main { display: none }');
        put('script', it => it.textContent = 'document.title = \"got\"');
        const image = new Promise(done => put('img', it => { it.onload = () => done('loaded'); it.onerror = () => done('refused');
            it.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=' }));
        return [getComputedStyle(document.querySelector('main')).display, document.title !== 'got', await image].join() })()";
    let seen = look(&[Look::at(&path).asking(intruder)]).remove(0);
    assert_eq!(seen.asked, "block,true,refused");
    assert_eq!(seen.console.len(), 3, "{:?}", seen.console);
}

#[test]
fn the_keyboard_reaches_all_that_opens_or_scrolls() {
    let folder = tempfile::tempdir().unwrap();
    let before = page(folder.path(), "keys.html", &written("before", "html"));
    let wanted =
        "[...document.querySelectorAll('summary,[tabindex]')].filter(it => it.checkVisibility()).length";
    let looks = [Look::at(&before).by_keys().asking(wanted)];
    let seen = look(&looks).remove(0);
    let keys = seen.keys.unwrap();
    assert_eq!(json!(keys.stops.len()), seen.asked, "{:#?}", keys.stops);
    for stop in &keys.stops {
        assert!(stop.outline && stop.visible && !stop.name.is_empty(), "{} {}", stop.element, stop.name);
    }
    assert_eq!(keys.folded, [Some(false), Some(true)]);
}

/// A map of one lane, whose every text is this.
fn hostile_map(text: &str) -> Map {
    let part = |kind| Part {
        kind,
        ids: vec![text.into(); 3],
        name: Some(text.into()),
        nodes: vec![text.into(); 3],
        places: vec![text.into()],
        interfaces: 2,
    };
    let stop = |part| Stop {
        part,
        verdict: Verdict::Fail,
        codes: (part == 1).then_some(Code::AclDenies).into_iter().collect(),
        rules: vec![text.into()],
        notes: vec![text.into()],
    };
    Map {
        charts: vec![Chart {
            from: text.into(),
            to: text.into(),
            services: vec![text.into()],
            parts: vec![part(PartKind::Source), part(PartKind::NetworkAcl), part(PartKind::Destination)],
            lanes: vec![Lane {
                services: vec![Sent { name: text.into(), port: text.into(), probed: Some(Verdict::Pass) }],
                passage: Passage::Denied,
                wish: Wish::Open,
                verdict: Verdict::Fail,
                interfaces: 2,
                examples: vec![text.into()],
                stops: (0..3).map(stop).collect(),
            }],
        }],
    }
}

#[test]
fn no_text_is_read_as_markup() {
    let tries = [
        "<script>document.title='got'</script><img src=http://192.0.2.1/x onerror=\"document.title='got'\">",
        "\"><a href=javascript:alert(1)>x</a><style>*{display:none}</style><link rel=stylesheet href=http://192.0.2.1>",
        "</title></style></text></svg></code></details></table><b>bold</b><iframe src=http://192.0.2.1>",
        "' onmouseover=alert(1) style=color:red &amp;&lt;i&gt; ]]> <!-- --> <?xml?> \u{0}\u{1b}[2J\u{202e}",
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut looks = Vec::new();
    for (number, text) in tries.iter().enumerate() {
        let mut all = probe();
        all.mode = Mode::Static;
        all.map = Some(hostile_map(text));
        all.policy = PolicyName { name: (*text).into(), origin: (*text).into(), digest: (*text).into() };
        for finding in &mut all.findings {
            for field in [
                &mut finding.subject,
                &mut finding.expected,
                &mut finding.observed,
                &mut finding.reason,
                &mut finding.hint,
            ] {
                (*text).clone_into(field);
            }
            for name in ["remedy_cli", "remedy_terraform", *text] {
                finding.evidence.insert(name.to_owned(), json!({ *text: [*text] }));
                finding.evidence.insert(format!("{name}2"), json!(*text));
            }
            finding.evidence.insert("remedy_cli".into(), json!(*text));
            finding.evidence.insert("remedy_terraform".into(), json!(*text));
        }
        let text = html(&all);
        let unseen = |it: char| it != '\n' && reachgate::untrusted::is_unprintable(it);
        assert!(!text.contains(unseen), "{text:?}");
        let path = page(folder.path(), &format!("hostile{number}.html"), &text);
        let mut svg = Vec::new();
        Format::Svg.write(&all, &Style::default(), &mut svg).unwrap();
        let svg = String::from_utf8(svg).unwrap();
        for foreign in ["<script", "<img", "<a ", "<iframe", "<link", "\u{0}", "\u{1b}"] {
            assert!(!svg.contains(foreign), "{svg}");
        }
        assert_eq!(svg.matches("<style").count(), 1, "{svg}");
        let ask = format!("{FOREIGN} + document.title + document.body.innerText.includes('onerror')");
        looks.push(Look::at(&path).asking(&ask));
    }
    let seen = look(&looks);
    assert_sound(&looks, &seen);
    for (number, seen) in seen.iter().enumerate() {
        let told = format!("[0,0,1]reachgate static: at least one expectation is broken{}", number == 0);
        assert_eq!(seen.asked, Value::from(told), "{}", tries[number]);
    }
}

#[test]
fn five_thousand_interfaces_stay_readable() {
    let (report, interfaces) = account::judged();
    assert_eq!(interfaces, 5_000);
    let text = html(&report);
    assert!(text.len() < 500_000, "{} bytes", text.len());
    let folder = tempfile::tempdir().unwrap();
    let path = page(folder.path(), "large.html", &text);
    let ask = "JSON.stringify([document.querySelectorAll('svg .box').length, document.querySelector('.chart svg').width.baseVal.value])";
    let looks = [Look::at(&path).asking(ask)];
    let seen = look(&looks);
    assert_sound(&looks, &seen);
    let [boxes, width]: [f64; 2] = serde_json::from_str(seen[0].asked.as_str().unwrap()).unwrap();
    assert!(boxes <= 40.0 && width <= 6_000.0, "{boxes} boxes, {width} px");
}

/// What the probe saw of the same flows stands beside what the configuration says.
#[test]
fn a_map_knows_what_the_probe_saw() {
    let mut map = hostile_map("x");
    map.charts[0].lanes[0].services[0].probed = None;
    let finding = |to: &str, service: &str, verdict| {
        Finding::new(Code::PortFiltered, verdict, "s")
            .evidence("destination", to)
            .evidence("service", service)
    };
    map.note_probe(&[finding("x", "y", Verdict::Fail), finding("y", "x", Verdict::Fail)]);
    assert_eq!(map.charts[0].lanes[0].services[0].probed, None);
    map.note_probe(&[finding("x", "x", Verdict::Unknown), finding("x", "x", Verdict::Pass)]);
    assert_eq!(map.charts[0].lanes[0].services[0].probed, Some(Verdict::Unknown));
    let told = |map: &Map| {
        let mut out = Vec::new();
        Format::Svg
            .write(&report(Mode::Gate, Vec::new(), Some(map.clone())), &Style::default(), &mut out)
            .unwrap();
        charts(&String::from_utf8(out).unwrap())[0].last().unwrap().told()
    };
    assert_eq!(told(&map), ["? x x: not reached; probe: unknown"]);
    // What the configuration admits is reached where the probe reached it, and is no pass where it did not.
    let mut map = Map { charts: vec![chart("b", 5)] };
    for (probed, words) in [
        (Verdict::Pass, "√ ssh 22: reached; probe: pass"),
        (Verdict::Warn, "‼ ssh 22: admitted; probe: warn"),
        (Verdict::Unknown, "? ssh 22: admitted; probe: unknown"),
        (Verdict::Fail, "× ssh 22: admitted; probe: fail"),
    ] {
        map.charts[0].lanes[0].services[0].probed = Some(probed);
        assert_eq!(told(&map), [words]);
    }
}
