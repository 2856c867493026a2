//! Every variant, as a library and by the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use reachgate::code::Code;
use reachgate::finding::map::{Chart, Lane, PartKind, Passage, Stop, Wish};
use reachgate::finding::{Finding, Map, Verdict};
use reachgate::judge::configuration::{StaticOptions, judge_mapped, judge_static};
use reachgate::network::{Network, Translation};
use reachgate::policy::Policy;
use reachgate::policy::file::{load_policy, parse_policy};
use reachgate::snapshot::{Snapshot, write_snapshot};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::platform::{ADDRESS, change, folder, healthy, ids, reachgate, stderr, stdout};

/// The day on which variants are judged that do not say another.
const TODAY: Date = date(2027, 1, 15);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    title: String,
    /// One of `tests/static/changes/`, made before `change`.
    #[serde(default)]
    first: Option<String>,
    #[serde(default)]
    change: Option<Value>,
    /// Kinds of document that were not read.
    #[serde(default)]
    without: Vec<String>,
    /// Kinds of document that were read besides.
    #[serde(default)]
    documents: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    arguments: Vec<String>,
    /// One of `tests/static/policies/`; the shipped one otherwise.
    #[serde(default)]
    policy: Option<String>,
    /// The policy's `review.allow`; with it, the policy ends in its `review`.
    #[serde(default)]
    allow: Vec<Value>,
    /// Every finding that is no pass, each as `code verdict`.
    #[serde(default)]
    expect: BTreeSet<String>,
    /// Codes that pass.
    #[serde(default)]
    also: BTreeSet<String>,
    /// Codes that no finding has.
    #[serde(default)]
    never: BTreeSet<String>,
    /// What some finding has to say, in any of its texts.
    #[serde(default)]
    says: Vec<String>,
    exit: i32,
}

impl Variant {
    fn address(&self) -> &str {
        self.environment.get("DEV_SERVER_IP").map_or(ADDRESS, String::as_str)
    }

    /// The text of the policy, where it is not the shipped one as it is.
    fn policy_text(&self) -> Option<String> {
        let file = match &self.policy {
            Some(name) => folder("policies").join(format!("{name}.yaml")),
            None if self.allow.is_empty() => return None,
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/cwiq-dev.yaml"),
        };
        let mut text = fs::read_to_string(file).expect("a policy");
        if !self.allow.is_empty() {
            let allow = Value::from(self.allow.clone()).to_string();
            text.extend(["  allow: ", &allow, "\n"]);
        }
        Some(text)
    }

    fn policy(&self) -> Policy {
        let environment = |name: &str| (name == "DEV_SERVER_IP").then(|| self.address().to_owned());
        let policy = match self.policy_text() {
            Some(text) => parse_policy(&text, "variant", &environment),
            None => load_policy(None, &environment),
        };
        policy.unwrap_or_else(|error| panic!("{error}"))
    }

    fn options(&self) -> StaticOptions {
        let after = |option: &str| {
            let at = self.arguments.iter().position(|argument| argument == option)?;
            self.arguments.get(at + 1).map(String::as_str)
        };
        StaticOptions {
            cluster_group: after("--cluster-security-group").map(Into::into),
            translation: match after("--external-snat") {
                Some("on") => Translation::None,
                Some("off") => Translation::Node,
                _ => Translation::Unknown,
            },
            today: after("--today").map_or(TODAY, |day| day.parse().expect("a day")),
        }
    }
}

fn variants() -> Vec<(String, Variant)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder("variants"))
        .expect("variants")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let found: Vec<Variant> = read(&file);
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        all.extend(found.into_iter().map(|variant| (format!("{name}: {}", variant.title), variant)));
    }
    assert!(all.len() > 50, "only {} variants were found", all.len());
    all
}

fn snapshot_of(variant: &Variant) -> Snapshot {
    let patch = variant.change.clone().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let before = match &variant.first {
        Some(name) => change(&healthy(), read(&folder("changes").join(format!("{name}.yaml"))), &[], &[]),
        None => healthy(),
    };
    change(&before, patch, &variant.without, &variant.documents)
}

/// A file in which `<name>` stands for an id.
pub fn read<T: serde::de::DeserializeOwned>(file: &Path) -> T {
    let mut text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    for (name, id) in ids() {
        text = text.replace(&format!("<{name}>"), &id);
    }
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// What is wrong with these findings.
fn complaints(variant: &Variant, findings: &[(String, String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let seen: BTreeSet<String> = findings
        .iter()
        .filter(|(_, verdict, _)| verdict != "pass")
        .map(|(code, verdict, _)| format!("{code} {verdict}"))
        .collect();
    if seen != variant.expect {
        wrong.push(format!("expected {:?}, got {seen:?}", variant.expect));
    }
    for code in &variant.also {
        if !findings.iter().any(|(had, verdict, _)| had == code && verdict == "pass") {
            wrong.push(format!("{code} does not pass"));
        }
    }
    for code in &variant.never {
        if findings.iter().any(|(had, ..)| had == code) {
            wrong.push(format!("{code} is there"));
        }
    }
    for text in &variant.says {
        if !findings.iter().any(|(_, _, texts)| texts.contains(text.as_str())) {
            wrong.push(format!("nothing says {text:?}"));
        }
    }
    wrong
}

fn told(finding: &Finding) -> (String, String, String) {
    let evidence = finding.evidence.values().map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let texts: Vec<String> = [&finding.subject, &finding.observed, &finding.reason, &finding.hint]
        .into_iter()
        .cloned()
        .chain(evidence)
        .collect();
    (finding.code.id().to_owned(), finding.verdict.word().to_owned(), texts.join("\n"))
}

#[test]
fn every_variant_is_judged_as_it_should_be() {
    let mut wrong = Vec::new();
    for (name, variant) in variants() {
        let snapshot = snapshot_of(&variant);
        let network = Network::new(&snapshot);
        let findings = judge_static(&variant.policy(), &network, &variant.options());
        let told: Vec<_> = findings.iter().map(told).collect();
        for complaint in complaints(&variant, &told) {
            wrong.push(format!("{name}: {complaint}"));
        }
        for finding in &findings {
            let whole = !finding.expected.is_empty() && !finding.observed.is_empty();
            let advised = !matches!(finding.verdict, Verdict::Fail | Verdict::Unknown | Verdict::Warn)
                || !finding.hint.is_empty();
            if !whole || !advised {
                wrong.push(format!("{name}: {} lacks a phrase", finding.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_binary_comes_to_the_same() {
    let place = TempDir::new().expect("a folder");
    let file = place.path().join("snapshot.json");
    let mut wrong = Vec::new();
    for (name, variant) in variants() {
        let mut text = Vec::new();
        write_snapshot(&snapshot_of(&variant), &mut text).expect("memory");
        fs::write(&file, text).expect("a file");
        let file = file.to_string_lossy();
        let policy = variant.policy_text().map(|text| {
            let policy = place.path().join("policy.yaml");
            fs::write(&policy, text).expect("a file");
            policy
        });
        let mut arguments = vec!["static", "--format", "json", "--snapshot", &file];
        if let Some(policy) = &policy {
            arguments.extend(["--policy", policy.to_str().expect("UTF-8")]);
        }
        arguments.extend(variant.arguments.iter().map(String::as_str));
        let today = TODAY.to_string();
        if !variant.arguments.iter().any(|argument| argument == "--today") {
            arguments.extend(["--today", &today]);
        }
        let output = reachgate(&arguments, &[("DEV_SERVER_IP", variant.address())]);
        if output.status.code() != Some(variant.exit) {
            wrong.push(format!(
                "{name}: exit {:?}, not {}: {}",
                output.status.code(),
                variant.exit,
                stderr(&output)
            ));
        }
        let report: Value = match serde_json::from_str(&stdout(&output)) {
            Ok(report) => report,
            Err(error) => {
                wrong.push(format!("{name}: no JSON: {error}"));
                continue;
            }
        };
        let texts = |finding: &Value| -> String {
            let evidence = finding["evidence"].as_object().expect("evidence").values();
            let phrases = ["subject", "observed", "reason", "hint"].map(|key| &finding[key]);
            let texts = phrases.into_iter().chain(evidence);
            texts
                .map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        let findings: Vec<_> = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .map(|it| (word(&it["code"]), word(&it["verdict"]), texts(it)))
            .collect();
        for complaint in complaints(&variant, &findings) {
            wrong.push(format!("{name}: {complaint}"));
        }
    }
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

/// What a lane's stops and its outcome have to do with each other.
fn misdrawn(chart: &Chart) -> Vec<String> {
    let mut wrong = Vec::new();
    let kind = |stop: Option<&Stop>| stop.and_then(|stop| chart.parts.get(stop.part)).map(|part| part.kind);
    for lane in &chart.lanes {
        let (first, last) = (kind(lane.stops.first()), kind(lane.stops.last()));
        if (first, last) != (Some(PartKind::Source), Some(PartKind::Destination)) {
            wrong.push(format!("a lane from {first:?} to {last:?}"));
        }
        if !lane.stops.windows(2).all(|pair| pair[0].part < pair[1].part) {
            wrong.push(format!("a lane goes back: {:?}", lane.stops));
        }
        let has = |verdict| lane.stops.iter().any(|stop| stop.verdict == verdict);
        let open = |stop: &Stop| !matches!(stop.verdict, Verdict::Fail | Verdict::Unknown);
        let fits = match lane.passage {
            // A stopped server closes nothing.
            Passage::Allowed => {
                lane.stops.iter().rev().skip(usize::from(lane.wish == Wish::Closed)).all(open)
            }
            Passage::Denied => has(Verdict::Fail),
            Passage::Unknown => has(Verdict::Unknown),
        };
        if !fits {
            wrong.push(format!("{} by {:?}", lane.passage.word(), lane.stops));
        }
        if lane.interfaces == 0 || lane.examples.is_empty() {
            wrong.push("a lane from nowhere".to_owned());
        }
    }
    wrong
}

/// What a finding says is in the way, the map shows there.
fn undrawn(map: &Map, finding: &Finding) -> Option<String> {
    let text = |name| finding.evidence.get(name).and_then(Value::as_str);
    let (from, to, service) = (text("source")?, text("destination")?, text("service")?);
    let chart = map.charts.iter().find(|chart| chart.from == from && chart.to == to);
    let lanes = chart.into_iter().flat_map(|chart| chart.lanes.iter());
    let mut lanes = lanes.filter(|lane| lane.services.iter().any(|sent| sent.name == service));
    if finding.code == Code::PathNotAsked || finding.verdict == Verdict::Skip {
        return None;
    }
    let shown = match (finding.code, finding.verdict) {
        (Code::PathAllowed, Verdict::Pass) => lanes.all(|lane| lane.passage == Passage::Allowed),
        (Code::PathClosed, Verdict::Pass) => {
            lanes.all(|lane| lane.passage == Passage::Denied && lane.verdict == Verdict::Pass)
        }
        (_, Verdict::Pass) => return None,
        (Code::PathExposed, _) => {
            lanes.any(|lane| lane.passage == Passage::Allowed && lane.verdict == Verdict::Fail)
        }
        (Code::PathUndecided, _) => lanes.any(|lane| lane.passage == Passage::Unknown),
        (code, verdict) => {
            let part = |stop: &Stop| chart.and_then(|chart| chart.parts.get(stop.part));
            // A rule of the wrong kind lets it pass, so the lane is broken and not stopped.
            let broken = |lane: &Lane, stop: &Stop| {
                stop.verdict >= verdict || stop.verdict == Verdict::Warn && lane.verdict == verdict
            };
            let of = |stop: &Stop, component: &str| {
                let ends = [PartKind::Source, PartKind::Destination];
                part(stop).is_some_and(|part| {
                    ends.contains(&part.kind)
                        || part.ids.iter().chain(&part.places).any(|id| id.starts_with(component))
                        // What a rule refers to is no part of its own.
                        || stop.notes.iter().any(|note| note.contains(component))
                })
            };
            let component = text("component").unwrap_or_default();
            // How the destination admits is shown where it admits.
            let admits = matches!(code, Code::GroupIngressByCidrOnly | Code::GroupIngressByOtherGroup);
            let last = |lane: &Lane, stop: &Stop| lane.stops.iter().rev().nth(1) == Some(stop);
            lanes.any(|lane| {
                let mut stops = lane.stops.iter();
                stops.any(|stop| {
                    stop.codes.contains(&code)
                        && (!admits || last(lane, stop))
                        && broken(lane, stop)
                        && of(stop, component)
                })
            })
        }
    };
    (!shown).then(|| format!("{} of {to} {service} is not drawn: {chart:#?}", finding.code))
}

#[test]
fn every_variant_is_drawn_as_it_is_judged() {
    let mut wrong = Vec::new();
    for (name, variant) in variants() {
        let snapshot = snapshot_of(&variant);
        let network = Network::new(&snapshot);
        let (findings, map) = judge_mapped(&variant.policy(), &network, &variant.options());
        for complaint in map.charts.iter().flat_map(misdrawn) {
            wrong.push(format!("{name}: {complaint}"));
        }
        for finding in &findings {
            wrong.extend(undrawn(&map, finding).map(|complaint| format!("{name}: {complaint}")));
        }
    }
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

/// Two services are one line only where the same interfaces send them.
#[test]
fn services_of_other_interfaces_are_other_lines() {
    let rule = |port: u16, from: &str| json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{ "CidrIp": from }] });
    let ids = ids();
    let rules = [rule(22, "10.1.34.23/32"), rule(443, "10.1.34.24/32")];
    let patch = json!({ "SecurityGroups": { ids["sg-dev"].as_str(): { "IpPermissions": rules } } });
    let snapshot = change(&healthy(), patch, &[], &[]);
    let network = Network::new(&snapshot);
    let environment = |name: &str| (name == "DEV_SERVER_IP").then(|| ADDRESS.to_owned());
    let policy = load_policy(None, &environment).unwrap_or_else(|error| panic!("{error}"));
    let (findings, map) = judge_mapped(&policy, &network, &StaticOptions::default());
    let lanes = &map.charts[0].lanes;
    let allowed: Vec<_> = lanes.iter().filter(|lane| lane.passage == Passage::Allowed).collect();
    assert_eq!(allowed.len(), 2, "{lanes:#?} by {findings:#?}");
    for lane in allowed {
        assert_eq!((lane.services.len(), lane.interfaces, lane.verdict), (1, 1, Verdict::Fail), "{lane:#?}");
    }
}
