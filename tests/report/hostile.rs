//! No text in a report, from a server, a policy, a path or a variable, breaks a format or reaches the
//! terminal as a control character.

use std::collections::HashSet;

use proptest::prelude::*;
use quick_xml::events::Event;
use reachgate::finding::Verdict;
use reachgate::report::json::{ReportV1, parse_report};
use reachgate::report::style::{Glyphs, Sections};
use reachgate::report::{Format, Style};
use reachgate::untrusted::is_unprintable;
use serde_json::Value;

use crate::{sample, written};

/// Text with what formats and terminals give a meaning to.
pub fn text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        "\0\u{1}\u{7}\u{8}\t\n\r\u{1b}[]0K;m\u{7f}\u{80}\u{85}\u{9b}\u{9d}\u{202e}\u{2066}\u{feff}\u{fffe}\u{ffff}\u{fffd}\
         \"'\\<>&{}=,#:%u n]]>…é漢\u{1f600}"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![3 => special, 1 => any::<char>()], 0..24).prop_map(String::from_iter)
}

/// What is left of text once our own escape sequences, and nothing like them, are taken out.
fn without_our_escapes(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        left.push_str(&rest[..at]);
        let sequence = &rest[at..];
        rest = colour(sequence).or_else(|| section(sequence)).expect("an escape sequence that is not ours");
    }
    left + rest
}

fn colour(text: &str) -> Option<&str> {
    let (parameters, rest) = text.strip_prefix("\u{1b}[")?.split_once('m')?;
    parameters.chars().all(|character| character.is_ascii_digit()).then_some(rest)
}

fn section(text: &str) -> Option<&str> {
    let (marker, rest) = text.strip_prefix("\u{1b}[0Ksection_")?.split_once("\r\u{1b}[0K")?;
    let marker = marker.strip_suffix("[collapsed=true]").unwrap_or(marker);
    let [kind, time, name] = marker.split(':').collect::<Vec<_>>().try_into().ok()?;
    let fits = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '_');
    (matches!(kind, "start" | "end") && time.parse::<u64>().is_ok() && name.chars().all(fits)).then_some(rest)
}

fn assert_printable(text: &str) {
    let bad = text.chars().find(|character| *character != '\n' && is_unprintable(*character));
    assert_eq!(bad, None, "{text:?}");
}

/// What XML 1.0 (2.2) allows.
fn is_xml_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn assert_well_formed_xml(text: &str) {
    assert!(text.chars().all(is_xml_char), "{text:?}");
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => {
                depth += 1;
                for attribute in element.attributes() {
                    let value =
                        attribute.unwrap().normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap();
                    assert!(
                        value.chars().all(|character| is_xml_char(character) && character >= ' '),
                        "{value:?}"
                    );
                }
            }
            Event::End(_) => depth -= 1,
            Event::GeneralRef(reference) => {
                let name = reference.decode().unwrap();
                assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name.as_ref()), "&{name};");
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
}

/// The labels of a sample, and what stands behind them.
fn labels(text: &str) -> (Vec<(String, String)>, &str) {
    let mut labels = Vec::new();
    let mut rest = text;
    loop {
        let (name, value) = rest.split_once("=\"").expect("a label");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name:?}");
        let (mut unescaped, mut escaped, mut end) = (String::new(), false, None);
        for (at, character) in value.char_indices() {
            match (escaped, character) {
                (false, '"') => {
                    end = Some(at);
                    break;
                }
                (false, '\\') => escaped = true,
                (true, 'n' | '"' | '\\') => escaped = false,
                (true, other) => panic!("\\{other} is no escape"),
                (false, _) => unescaped.push(character),
            }
        }
        labels.push((name.to_owned(), value[..end.expect("a closing quote")].to_owned()));
        rest = &value[end.unwrap() + 1..];
        match rest.as_bytes().first() {
            Some(b',') => rest = &rest[1..],
            Some(b'}') => return (labels, &rest[1..]),
            other => panic!("{other:?} behind a label"),
        }
    }
}

/// OpenMetrics 1.0, as far as gauges go.
pub fn assert_openmetrics(text: &str) {
    let body = text.strip_suffix("# EOF\n").expect("# EOF at the end");
    let (mut families, mut series, mut family) = (HashSet::new(), HashSet::new(), "");
    for line in body.split_terminator('\n') {
        if let Some(metadata) = line.strip_prefix("# ") {
            let [keyword, name, value] = metadata.splitn(3, ' ').collect::<Vec<_>>().try_into().expect(line);
            match keyword {
                "TYPE" => {
                    assert_eq!(value, "gauge");
                    assert!(families.insert(name), "{name} comes twice");
                    family = name;
                }
                "UNIT" => assert!(name == family && name.ends_with(&format!("_{value}")), "{line}"),
                "HELP" => assert_eq!(name, family),
                other => panic!("{other} in {line}"),
            }
            continue;
        }
        let (labels, value) = match line.split_once(['{', ' ']) {
            Some((name, rest)) if line.as_bytes()[name.len()] == b'{' => {
                assert_eq!(name, family);
                let (labels, rest) = labels(rest);
                (labels, rest.strip_prefix(' ').expect(line))
            }
            Some((name, value)) => {
                assert_eq!(name, family);
                (Vec::new(), value)
            }
            None => panic!("{line:?} is no sample"),
        };
        assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
        let names: HashSet<_> = labels.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names.len(), labels.len(), "a label comes twice: {line}");
        assert!(series.insert((family.to_owned(), labels)), "a series comes twice: {line}");
    }
}

proptest! {
    #[test]
    fn text_has_no_control_characters_but_ours(text in text(), narrow in any::<bool>()) {
        let width = narrow.then_some(50);
        let plain = Style { width, verbose: true, ..Style::default() };
        let report = sample::hostile(&text);
        assert_printable(&written(Format::Text, &report, &plain));
        let coloured = Style { color: true, sections: Sections::GitLab, ..plain.clone() };
        let out = written(Format::Text, &report, &coloured);
        assert_printable(&without_our_escapes(&out));
        prop_assert_eq!(out.matches("\u{1b}[0Ksection_start:").count(), 5);
        let ascii = written(Format::Text, &report, &Style { glyphs: Glyphs::Ascii, ..plain });
        prop_assert!(ascii.chars().all(|c| c == '\n' || c == ' ' || c.is_ascii_graphic()), "{ascii:?}");
    }

    #[test]
    fn json_is_valid_and_keeps_every_text(text in text()) {
        let report = sample::hostile(&text);
        let out = written(Format::Json, &report, &Style::default());
        assert_printable(&out);
        prop_assert_eq!(parse_report(&out).unwrap(), ReportV1::from(&report));
    }

    #[test]
    fn junit_is_well_formed(text in text()) {
        let report = sample::hostile(&text);
        let out = written(Format::Junit, &report, &Style::default());
        assert_printable(&out);
        assert_well_formed_xml(&out);
        let read = quick_junit::Report::deserialize_from_str(&out).unwrap();
        prop_assert_eq!(read.tests, report.findings.len());
        let cases = read.test_suites.iter().flat_map(|suite| &suite.test_cases);
        let names: HashSet<_> = cases.map(|case| case.name.as_str().to_owned()).collect();
        prop_assert_eq!(names.len(), report.findings.len());
    }

    /// Those that show problems to people: nothing in a text is obeyed, by whoever shows it.
    #[test]
    fn problems_and_links_are_one_line_of_plain_text(text in text()) {
        let style = Style { site: sample::site(), ..Style::default() };
        let report = sample::hostile(&text);
        let broken = report.findings.iter().filter(|finding| {
            matches!(finding.verdict, Verdict::Fail | Verdict::Unknown | Verdict::Warn)
        }).count();

        let out = written(Format::CodeQuality, &report, &style);
        assert_printable(&out);
        let problems: Vec<Value> = serde_json::from_str(&out).unwrap();
        prop_assert_eq!(problems.len(), broken);
        let mut fingerprints = HashSet::new();
        for problem in &problems {
            prop_assert!(fingerprints.insert(problem["fingerprint"].as_str().unwrap().to_owned()));
            assert_one_line(problem["description"].as_str().unwrap());
            assert_relative(problem["location"]["path"].as_str().unwrap());
        }

        let out = written(Format::Annotations, &report, &style);
        assert_printable(&out);
        let annotations: Value = serde_json::from_str(&out).unwrap();
        let links = annotations["reachgate"].as_array().unwrap();
        prop_assert_eq!(links.len(), 4, "a code that needs attention each");
        for link in links {
            assert_one_line(link["external_link"]["label"].as_str().unwrap());
            prop_assert!(link["external_link"]["url"].as_str().unwrap().starts_with("https://git.example.com/"));
        }
    }

    #[test]
    fn sarif_has_no_placeholder_and_no_link(text in text()) {
        let style = Style { site: sample::site(), ..Style::default() };
        let report = sample::hostile(&format!("{text}[here](http://example.net){{0}}"));
        let out = written(Format::Sarif, &report, &style);
        assert_printable(&out);
        let log: Value = serde_json::from_str(&out).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let passed = report.findings.iter().filter(|finding| finding.verdict == Verdict::Pass).count();
        prop_assert_eq!(results.len() + passed, report.findings.len());
        for result in results {
            let message = result["message"]["text"].as_str().unwrap();
            assert_printable(message);
            prop_assert!(!message.contains("]("), "{message}");
            let left = message.replace("{{", "").replace("}}", "");
            prop_assert!(!left.contains(['{', '}']), "{message}");
            let place = &result["locations"][0];
            assert_one_line(place["logicalLocations"][0]["fullyQualifiedName"].as_str().unwrap());
            let uri = place["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            assert_relative(uri);
            prop_assert!(uri.chars().all(|c| c.is_ascii_alphanumeric() || "-._~/%".contains(c)), "{uri}");
        }
    }

    #[test]
    fn dotenv_keeps_gitlabs_rules(text in text()) {
        let out = written(Format::Dotenv, &sample::hostile(&text), &Style::default());
        assert_dotenv(&out);
        prop_assert_eq!(out.lines().count(), 13);
    }

    #[test]
    fn openmetrics_is_valid(text in text()) {
        let out = written(Format::OpenMetrics, &sample::hostile(&text), &Style::default());
        assert_printable(&out);
        assert_openmetrics(&out);
    }
}

fn assert_one_line(text: &str) {
    assert_printable(text);
    assert!(!text.contains('\n'), "{text:?}");
}

fn assert_relative(path: &str) {
    assert_one_line(path);
    assert!(!path.is_empty() && !path.starts_with('/') && !path.ends_with('/'), "{path:?}");
    assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")), "{path:?}");
}

/// What GitLab takes (its docs, "artifacts:reports:dotenv"), and no character that it or a shell gives a meaning to.
pub fn assert_dotenv(text: &str) {
    assert!(text.len() < 5 * 1024 && text.ends_with('\n'), "{text}");
    let mut names = HashSet::new();
    for line in text.lines() {
        let (name, value) = line.split_once('=').expect(line);
        assert!(
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'),
            "{line}"
        );
        assert!(names.insert(name), "{name} comes twice");
        assert!(value.chars().all(|c| c.is_ascii_alphanumeric() || ".-_,:".contains(c)), "{line}");
    }
    assert!(names.len() <= 20);
}

/// A line break in a text makes no line that looks like one of the report's own.
#[test]
fn no_text_forges_a_line() {
    let forged = "√ every expectation is met (exit 0)";
    let report = sample::hostile(&format!("x\n{forged}\r{forged}"));
    for style in [Style::default(), Style { verbose: true, width: Some(40), ..Style::default() }] {
        let out = written(Format::Text, &report, &style);
        assert!(out.contains("√ every expectation"));
        assert!(!out.lines().any(|line| line.starts_with(forged)), "{out}");
    }
}
