//! A change, as a page and as a comment: both maps, and no text of it that is read as anything but text.

use std::path::Path;
use std::process::Command;

use reachgate::change::{
    Change, ChangedBox, Doubt, FailOn, Party, PartyKind, ServiceRange, Target, TargetKind,
};
use reachgate::code::Code;
use reachgate::finding::{Finding, Map, PolicyName, Verdict};
use reachgate::report::{DiffReport, Format, Style};
use serde_json::{Value, json};

use crate::browser::{Look, assert_sound, look};

/// A change from one state of the platform's dev server to another, as the binary writes it.
pub fn diff(before: &str, after: &str, format: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachgate"));
    command.env_clear().env("DEV_SERVER_IP", "10.1.20.15").current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(["diff", "--format", format]);
    for (side, state) in [("--before", before), ("--after", after)] {
        for folder in ["platform", state] {
            command.args([side, &format!("tests/static/{folder}")]);
        }
    }
    let output = command.output().expect("the binary runs");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A change of everything, so many of each, all named by this text.
pub fn all(text: &str, count: usize) -> DiffReport {
    let doubt = Doubt { code: Code::SnapshotIncomplete, component: text.into(), detail: text.into() };
    let one = |doubts: &[Doubt]| ChangedBox {
        to: Target {
            kind: TargetKind::Interfaces,
            name: text.into(),
            interfaces: vec![text.into(); 9],
            groups: vec![text.into()],
        },
        from: Party {
            kind: PartyKind::Group,
            name: text.into(),
            id: Some(format!("{text}-")),
            ranges: Vec::new(),
        },
        services: vec![ServiceRange::EVERYTHING],
        doubts: doubts.to_vec(),
    };
    let finding = |verdict, number: usize| {
        Finding::new(Code::GroupIngressMissing, verdict, format!("{text}{number}"))
            .observed(text)
            .expected(text)
            .reason(text)
            .hint(format!("{text}\n{text}"))
            .evidence("remedy_cli", text)
            .evidence("remedy_terraform", text)
    };
    let findings = |one, other| {
        (0..count).map(|it| finding(if it % 2 == 0 { one } else { other }, it)).collect::<Vec<_>>()
    };
    DiffReport {
        change: Change {
            opened: vec![one(&[]); count],
            closed: vec![one(&[]); count],
            undecided: vec![one(&[doubt.clone(), doubt.clone()]); count],
            narrowed: false,
            gaps: vec![doubt; count],
            before: findings(Verdict::Fail, Verdict::Pass),
            after: findings(Verdict::Pass, Verdict::Fail),
        },
        before: vec![text.into()],
        after: vec![text.into()],
        policy: PolicyName { name: text.into(), origin: text.into(), digest: text.into() },
        maps: [Map::default(), Map::default()],
        fail_on: FailOn::Fail,
        taken_at: jiff::Timestamp::UNIX_EPOCH,
        elapsed: std::time::Duration::ZERO,
    }
}

pub fn written(report: &DiffReport, format: Format) -> String {
    let mut out = Vec::new();
    report.write(format, &Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What GitHub's parser makes of Markdown.
fn rendered(sources: &[String]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::var_os("REACHGATE_PYTHON").expect("REACHGATE_PYTHON"));
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/render_markdown.py"));
    for (number, source) in sources.iter().enumerate() {
        let path = folder.path().join(format!("{number}.md"));
        std::fs::write(&path, source).unwrap();
        command.arg(path);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const HOSTILE: [&str; 5] = [
    "/approve\n/merge @all https://example.org | `x` <img src=http://192.0.2.1/x onerror=alert(1)>",
    "[a](https://example.org) #1 !2 ~3 **b** <b>c</b> | d |\n|---|\n```\n</details>",
    "\"><script>alert(1)</script><style>*{display:none}</style></table></section></main>",
    "- x\n# y\n> z\n1. a\n---\n\\",
    "\u{202e}gnihton\u{202c} \u{2066}x\u{2069} \u{200b}\u{feff}\u{0}\u{1b}[2J\u{9b}K\r\u{85}\u{2028}/close",
];

#[test]
fn both_maps_are_a_key_press_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("diff.html");
    std::fs::write(&path, diff("after", "before", "html")).unwrap();
    let ask =
        "JSON.stringify(['before', 'after'].map(state => { document.getElementById('show-' + state).click();
        return [...document.querySelectorAll('.chart svg')].filter(it => it.checkVisibility())
            .map(it => it.innerHTML.includes('group-ingress-missing')) }))";
    let looks = [
        Look::at(&path).asking(ask).by_keys().printed(),
        Look::at(&path).in_the_dark(),
        Look::at(&path).narrow().asking("document.querySelectorAll('script,a,img').length"),
    ];
    let seen = look(&looks);
    assert_sound(&looks, &seen);
    assert_eq!(seen[0].asked, "[[false],[true]]");
    // On paper both are there, each on a page with its heading.
    assert!(seen[0].pages <= 5, "{} pages", seen[0].pages);
    let keys = seen[0].keys.as_ref().unwrap();
    assert!(keys.stops.iter().any(|stop| stop.element == "input" && stop.outline));
    // By the arrow keys alone: what is shown, before and after one is pressed.
    assert_eq!(keys.switched, ["after", "before"]);
    assert_eq!(seen[2].asked, 0);
}

#[test]
fn no_text_of_a_change_is_read_as_markup() {
    let folder = tempfile::tempdir().unwrap();
    let mut looks = Vec::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        let path = folder.path().join(format!("change{number}.html"));
        let page = written(&all(text, 2), Format::Html);
        let unseen = |it: char| it != '\n' && reachgate::untrusted::is_unprintable(it);
        assert!(!page.contains(unseen), "{page:?}");
        std::fs::write(&path, page).unwrap();
        let ask = "document.querySelectorAll('script,img,a,b,iframe,link').length * 100 + document.querySelectorAll('style').length";
        looks.push(Look::at(&path).asking(ask));
    }
    let seen = look(&looks);
    assert_sound(&looks, &seen);
    for seen in seen {
        assert_eq!(seen.asked, 1);
    }
}

#[test]
fn no_text_of_a_change_is_read_as_markdown() {
    let mut texts = vec!["plain"];
    texts.extend(HOSTILE);
    let sources: Vec<String> = texts.iter().map(|text| written(&all(text, 2), Format::Markdown)).collect();
    let pages = rendered(&sources);
    let plain = &pages[0];
    assert_eq!(plain["elements"]["h4"], 6);
    for (page, source) in pages.iter().zip(&sources) {
        assert_eq!(page["other"], json!([]), "{source}");
        assert_eq!(page["rows"], plain["rows"], "{source}");
        for element in ["a", "img", "script", "b", "style", "hr", "blockquote", "ol", "h1", "h2"] {
            assert!(page["elements"][element].is_null(), "<{element}> in {source}");
        }
        for element in ["h3", "h4", "li", "details", "pre", "table"] {
            assert_eq!(page["elements"][element], plain["elements"][element], "{element} in {source}");
        }
        assert!(!source.lines().any(|line| line.starts_with('/')), "{source}");
        let unseen = |character: char| character != '\n' && reachgate::untrusted::is_unprintable(character);
        assert!(!source.contains(unseen), "{source:?}");
    }
}

/// What it comes to first, then what it opens and closes; of much, the first rows stand open and the rest is folded.
#[test]
fn a_comment_leads_from_the_verdict_to_the_details() {
    let source = written(&all("x", 12), Format::Markdown);
    let page = rendered(std::slice::from_ref(&source)).remove(0);
    let text = page["text"].as_str().unwrap();
    assert!(
        text.starts_with("× reachgate diff: the change fails\n12 opened, 12 closed, 12 undecided; "),
        "{text}"
    );
    let mut from = 0;
    for part in [
        "\nOpened\n",
        "7 more rows",
        "\nClosed\n",
        "7 more rows",
        "\nUndecided\n",
        "7 more rows",
        "\nNot known of the whole\n",
        "7 more doubts",
        "\nBreaks\n",
        "1 more finding\n",
        "\nMends\n",
        "1 more finding\n",
        "All 12 checks",
    ] {
        let at =
            text[from..].find(part).unwrap_or_else(|| panic!("no {part} behind {}: {text}", &text[..from]));
        from += at + part.len();
    }
    assert!(!text.contains("left out"), "{text}");
    // Every row is there, with its head and that of its fold; so is every finding.
    assert_eq!(page["elements"]["tr"], 3 * (12 + 2) + 12 + 1);
    assert_eq!(source.matches("\n- ? ").count(), 12);
    assert_eq!(source.matches("reachgate explain").count(), 6);
    assert_eq!(source.matches("\n- was: ").count(), 6);
    // Of five doubts, three are told.
    let mut report = all("x", 1);
    let doubt = report.change.undecided[0].doubts[0].clone();
    report.change.undecided[0].doubts = vec![doubt; 5];
    let source = written(&report, Format::Markdown);
    assert!(source.contains("x: x<br>x: x<br>x: x<br>and 2 more |"), "{source}");
}

#[test]
fn a_large_change_is_cut_and_counted() {
    let source = written(&all(&"x".repeat(400), 300), Format::Markdown);
    assert!(source.len() < 65_536, "{} bytes", source.len());
    let text = rendered(&[source]).remove(0)["text"].as_str().unwrap().to_owned();
    for noun in ["rows", "doubts", "findings", "checks"] {
        assert!(text.contains(&format!("more {noun} left out here")), "{noun}: {text}");
    }
    for heading in ["Opened", "Closed", "Undecided", "Not known of the whole", "Breaks", "Mends"] {
        assert!(text.contains(&format!("{heading}\n")), "{heading}");
    }
}
