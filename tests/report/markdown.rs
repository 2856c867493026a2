//! Markdown as GitHub's parser reads it, and that no text in a report is read as Markdown by it or by GitLab.

use std::path::Path;
use std::process::Command;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use reachgate::code::Code;
use reachgate::finding::{Report, Verdict};
use reachgate::report::{Format, Style};
use serde_json::{Value, json};

use crate::{hostile, readers, sample, written};

fn markdown(report: &Report) -> String {
    written(Format::Markdown, report, &Style::default())
}

/// What GitHub's parser makes of each text.
fn rendered(texts: &[String]) -> Vec<Value> {
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new(readers::python());
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/render_markdown.py"));
    for (number, text) in texts.iter().enumerate() {
        let path = directory.path().join(format!("{number}.md"));
        std::fs::write(&path, text).unwrap();
        command.arg(path);
    }
    let output = command.output().expect("REACHGATE_PYTHON is a program that can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn render(report: &Report) -> Value {
    rendered(&[markdown(report)]).remove(0)
}

/// What a report is made of, whatever its text: anything else would have come from the text.
fn assert_tame(page: &Value, source: &str) {
    let known = [
        "h3", "h4", "p", "strong", "ul", "li", "code", "pre", "details", "summary", "table", "thead",
        "tbody", "tr", "th", "td", "br",
    ];
    for element in page["elements"].as_object().unwrap().keys() {
        assert!(known.contains(&element.as_str()), "<{element}> in {source}");
    }
    assert_eq!(page["other"], json!([]), "{source}");
    for attribute in page["attributes"].as_array().unwrap() {
        assert!(attribute == "pre lang", "{attribute} in {source}");
    }
    for cells in page["rows"].as_array().unwrap() {
        assert_eq!(cells, 4, "{source}");
    }
    // GitLab makes links and mentions of these after it has read Markdown, but not within code.
    let bare = page["bare"].as_str().unwrap();
    for mark in ["@", "://", "www.", "mailto:"] {
        assert!(!bare.contains(mark), "{mark} outside code in {source}");
    }
    // GitLab looks for these before it reads Markdown.
    for line in source.lines() {
        assert!(!line.starts_with('/'), "a quick action: {line}");
    }
    assert!(source.len() < 65_536, "{} bytes", source.len());
}

/// How often each block stands there; `code`, `br` and `strong` depend on the text.
fn blocks(page: &Value) -> Value {
    let mut elements = page["elements"].clone();
    for inline in ["code", "br", "strong"] {
        elements.as_object_mut().unwrap().remove(inline);
    }
    elements
}

#[test]
fn the_report_reads_well() {
    let source = markdown(&sample::rich());
    let page = rendered(std::slice::from_ref(&source)).remove(0);
    assert_tame(&page, &source);
    assert_eq!(page["elements"]["tr"], 14);
    assert_eq!(page["elements"]["h3"], 1);
    let text = page["text"].as_str().unwrap();
    assert!(text.starts_with("× reachgate probe: at least one expectation is broken"), "{text}");
    assert!(
        text.contains("https (443") || text.contains("dev-server 443/tls: no answer within 3 s"),
        "{text}"
    );
}

/// Everything that a text may try.
const TRIES: &[&str] = &[
    "/approve",
    "\n/approve\n/merge",
    "\r/close\r",
    "@all and @group/team",
    "#1 !2 $3 %4 ~5 &6 ^7 [issue:8] *iteration:9 GL-10",
    "https://example.org/ and www.example.org and ftp://example.org, someone@example.org, mailto:a@example.org",
    "[a](https://example.org) ![b](https://example.org/b.png) <https://example.org> [c]: https://example.org",
    "<script>alert(1)</script><img src=x onerror=alert(1)><!-- x --></details></table><details open>",
    "&lt;b&gt; &#64;all &amp;",
    "| a | b |\n|---|---|\n| c | d |",
    "\\| \\\\| `|` `\\|`",
    "```\n</code></pre>\n```",
    "~~~sh\nx\n~~~",
    "````",
    "`` ` ```",
    "`open",
    "**bold** __bold__ *i* _i_ ~~s~~ ~s~ {+ new +} {- old -} $`x`$ $$x$$ :smile: ==x==",
    "# heading\n## heading\nheading\n===\n---\n***",
    "- item\n1. item\n- [ ] task\n> quote\n>>>\nquote\n>>>",
    "    indented\n\tindented",
    "[[_TOC_]] [TOC] [[wiki]] [^1] ::include{file=x} {{x}}",
    "---\ntitle: x\n---",
    "trailing\\",
    "trailing  \nbreak",
    " leading and trailing ",
    "*",
    "\u{a0}**\u{a0}",
    "",
];

#[test]
fn no_text_is_read_as_markdown() {
    let mut runner = TestRunner::deterministic();
    let strategy = hostile::text();
    let random = (0..200).map(|_| strategy.new_tree(&mut runner).unwrap().current());
    let texts: Vec<String> = TRIES.iter().map(|text| (*text).to_owned()).chain(random).collect();
    let sources: Vec<String> = texts.iter().map(|text| markdown(&with_remedy(text))).collect();
    let plain = blocks(&render(&with_remedy("plain")));
    for ((page, source), text) in rendered(&sources).iter().zip(&sources).zip(&texts) {
        assert_tame(page, source);
        // An empty part is left out, so only text that is not blank keeps every block.
        if text.chars().any(|it| !it.is_whitespace()) && !text.contains('\n') {
            assert_eq!(blocks(page), plain, "{text:?}: {source}");
        }
    }
}

/// A report of hostile text, in commands too.
fn with_remedy(text: &str) -> Report {
    let mut report = sample::hostile(text);
    for finding in report.findings.iter_mut().take(3) {
        finding.evidence.insert("remedy_cli".into(), json!(text));
        finding.evidence.insert("remedy_terraform".into(), json!(text));
    }
    report
}

#[test]
fn text_arrives_as_it_was() {
    for text in
        ["a*b_c [d](e) | <f> #1 ~2 \\| `g` :h:i", "@all and www.example.org | `", "back\\slash \\* and | bar"]
    {
        let mut report = sample::report(vec![sample::finding(Code::PortOpen, Verdict::Pass, "s", text)]);
        report.policy.name = "p".into();
        let page = render(&report);
        assert!(page["text"].as_str().unwrap().contains(text), "{text}: {page}");
    }
}

#[test]
fn a_remedy_is_a_block_to_copy() {
    let cli = "aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions 'IpProtocol=tcp'";
    let terraform = "resource \"aws_vpc_security_group_ingress_rule\" \"a\" {\n  from_port = 22\n}";
    let mut finding = sample::finding(Code::PortFiltered, Verdict::Fail, "s", "o");
    finding.hint = format!("Admit tcp/22.\n{cli}");
    finding.evidence.insert("remedy_cli".into(), json!(cli));
    finding.evidence.insert("remedy_terraform".into(), json!(terraform));
    let page = render(&sample::report(vec![finding]));
    let code = page["code"].as_array().unwrap();
    assert!(code.contains(&json!(format!("{cli}\n"))), "{code:?}");
    assert!(code.contains(&json!(format!("{terraform}\n"))), "{code:?}");
    assert!(page["text"].as_str().unwrap().contains("next Admit tcp/22.\n"), "{page}");
}

/// The first are told at once, the rest to who unfolds them; none is lost.
#[test]
fn many_problems_are_folded() {
    let of = |count: usize| {
        let findings =
            (0..count).map(|it| sample::finding(Code::PortFiltered, Verdict::Fail, &format!("s{it}."), "o"));
        markdown(&sample::report(findings.collect()))
    };
    assert!(!of(5).contains("more finding"));
    let source = of(8);
    let page = rendered(std::slice::from_ref(&source)).remove(0);
    assert_tame(&page, &source);
    let (open, folded) = source.split_once("<details><summary>3 more findings</summary>\n\n").unwrap();
    let (folded, _) = folded.split_once("</details>").unwrap();
    for it in 0..8 {
        let part = if it < 5 { open } else { folded };
        assert_eq!(part.matches(&format!("s{it}.**")).count(), 1, "{source}");
    }
    assert_eq!(page["elements"]["details"], 2);
}

#[test]
fn a_large_report_is_cut_and_counted() {
    let long = "x".repeat(10_000);
    let one = |verdict| {
        let mut finding = sample::finding(Code::PortFiltered, verdict, &long, &long);
        finding.hint.clone_from(&long);
        finding.reason.clone_from(&long);
        finding.expected.clone_from(&long);
        finding.evidence.insert("remedy_cli".into(), json!(long));
        finding.evidence.insert("remedy_terraform".into(), json!(long));
        finding
    };
    let mut findings: Vec<_> = (0..400).map(|_| one(Verdict::Fail)).collect();
    findings.extend((0..601).map(|_| one(Verdict::Pass)));
    let source = markdown(&sample::report(findings));
    let page = rendered(std::slice::from_ref(&source)).remove(0);
    assert_tame(&page, &source);
    let text = page["text"].as_str().unwrap();
    let shown = |element: &str| page["elements"][element].as_u64().unwrap();
    let findings = 400 - shown("ul");
    assert!(findings > 300 && text.contains(&format!("{findings} more findings left out here")), "{text}");
    let checks = 1_002 - shown("tr");
    assert!(checks > 500 && text.contains(&format!("{checks} more checks left out here")), "{text}");
    assert!(text.contains("Too long for here; the JSON report has it."), "{text}");
}
