//! No manifest and no configuration of a runner panics or hangs, whatever is done to it.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reachgate::document::Files;

use super::{Given, folders};

/// Far more than any of these takes, even where much else runs.
const LONGEST: Duration = Duration::from_secs(20);

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("changed manifests neither panic nor hang", changed_manifests),
        Trial::test("hostile manifests neither panic nor hang", hostile_manifests),
    ]
}

/// A policy that names the pods, and a snapshot, so that nothing is skipped.
fn given() -> Given {
    Given::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/pod-group/lacks"))
}

fn lint(given: &Given, name: &str, text: &str) -> Result<(), String> {
    let started = Instant::now();
    let mut files = Files::default();
    files.add(name.to_owned(), Some(name.to_owned()), Ok(text.to_owned()), true);
    let findings = given.judge(&files);
    for place in findings.iter().filter_map(|finding| finding.location.as_ref()) {
        let line = text.split('\n').nth(place.line as usize - 1);
        let length = line.map_or(0, |line| line.chars().count());
        if place.column as usize > length + 1 {
            return Err(format!("{place} is outside of the text"));
        }
    }
    let elapsed = started.elapsed();
    if findings.is_empty() {
        Err("nothing is said of it".to_owned())
    } else if elapsed < LONGEST {
        Ok(())
    } else {
        Err(format!("took {elapsed:?}"))
    }
}

/// Every document among the cases, with parts of it cut out, doubled, moved or replaced.
fn changed_manifests() -> Result<(), Failed> {
    const WORDS: [&str; 24] = [
        "&a ",
        "*a",
        "<<: ",
        "- ",
        ": ",
        "|\n",
        "'''",
        "\"\"\"",
        "\"",
        "[",
        "]",
        "{",
        "}",
        "{{ if .X }}",
        "{{ end }}",
        "{{ toYaml .X }}\n",
        "${X}",
        "[[runners]]\n",
        "é",
        "\t",
        "\r\n",
        "---\n",
        "100.100.100.100",
        "\\",
    ];
    let (given, texts) = (given(), documents());
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8, 0..WORDS.len());
    let strategy = (0..texts.len(), prop::collection::vec(change, 1..6));
    let mut runner = TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&strategy, |(which, changes)| {
        let (name, text) = texts.get(which).cloned().unwrap_or_default();
        let mut text: Vec<char> = text.chars().collect();
        for (from, to, how, word) in changes {
            let (a, b) = (from.index(text.len() + 1), to.index(text.len() + 1));
            let (a, b) = (a.min(b), a.max(b));
            let part: Vec<char> = text.get(a..b).unwrap_or_default().iter().take(200).copied().collect();
            let words: Vec<char> = WORDS.get(word).copied().unwrap_or_default().chars().collect();
            match how {
                0 => drop(text.drain(a..(a + part.len()))),
                1 => drop(text.splice(a..a, part)),
                2 => drop(text.splice(a..a, words)),
                _ => drop(text.splice(a..(a + part.len()), words)),
            }
        }
        let text: String = text.into_iter().collect();
        lint(&given, &name, &text).map_err(|what| TestCaseError::fail(format!("{what}\n{text}")))
    });
    outcome.map_err(|error| error.to_string().into())
}

fn hostile_manifests() -> Result<(), Failed> {
    let given = given();
    let values = |toml: &str| {
        let lines: Vec<String> = toml.lines().map(|line| format!("    {line}\n")).collect();
        let lines = lines.concat();
        format!("runners:\n  config: |\n    [[runners]]\n{lines}")
    };
    let laughs: Vec<String> = (0..12)
        .map(|level| {
            let keys: Vec<String> = (0..10).map(|key| format!("k{key}: *a{}", level - 1)).collect();
            let items = if level == 0 { "x: x".to_owned() } else { keys.join(", ") };
            format!("a{level}: &a{level} {{ {items} }}\n")
        })
        .collect();
    let laughs = laughs.concat();
    let manifest = |group: &str, kind: &str, spec: &str| {
        format!("apiVersion: {group}\nkind: {kind}\nmetadata: {{ name: x, namespace: ci }}\nspec: {spec}\n")
    };
    let many = |item: &str| format!("[{}]", vec![item; 4_000].join(", "));
    let texts = [
        values(&format!("  [{}]", vec!["a"; 50_000].join("."))),
        values(&format!("  {} = 1", vec!["a"; 50_000].join("."))),
        values(&format!("  a = {}", "[".repeat(50_000))),
        values(&format!("  a = {}", "{ a = ".repeat(50_000))),
        values(&"{{ if \"".repeat(50_000)),
        values(&"{{/*".repeat(50_000)),
        values(&"  [runners.kubernetes]\n  [[runners.kubernetes.host_aliases]]\n".repeat(10_000)),
        values(&format!("  tags = {}", many("\"dev-small\""))),
        values("  tags = [\"dev-small\u{0}\u{7}\"]"),
        values(&format!("  [[runners.kubernetes.pod_spec]]\n  patch = '''\n{laughs}'''\n")),
        format!("{laughs}gitlabUrl: x\nrunners: {{ tags: dev-small, env: *a11 }}\n"),
        "runners: &a\n  config: '[[runners]]'\n  env: *a\n".to_owned(),
        manifest(
            "karpenter.k8s.aws/v1",
            "EC2NodeClass",
            &format!("{{ subnetSelectorTerms: {} }}", many("{ id: x, tags: { a: b } }")),
        ),
        manifest(
            "karpenter.k8s.aws/v1",
            "EC2NodeClass",
            &format!("{{ securityGroupSelectorTerms: [{{ name: \"{}\" }}] }}", "*a".repeat(20_000)),
        ),
        manifest(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            &format!("{{ egress: {} }}", many("{ to: [{ podSelector: {} }] }")),
        ),
        manifest(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            &format!("{{ podSelector: {{ matchExpressions: {} }} }}", many("{}")),
        ),
        manifest(
            "vpcresources.k8s.aws/v1beta1",
            "SecurityGroupPolicy",
            &format!("{{ securityGroups: {{ groupIds: {} }} }}", many("sg-1")),
        ),
    ];
    for text in texts {
        lint(&given, "a.yaml", &text)
            .map_err(|what| format!("{what}\n{}", text.chars().take(400).collect::<String>()))?;
    }
    let toml = format!("[[runners]]\n  tags = \"{}\"\n", "dev-small,".repeat(4_000));
    lint(&given, "config.toml", &toml).map_err(Into::into)
}

fn documents() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    for area in ["executor", "network-policy", "node", "pod-group"] {
        for case in folders(&root.join(area)) {
            for entry in fs::read_dir(case).expect("a case") {
                let path = entry.expect("an entry").path();
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                if [".yaml", ".yml", ".toml"].iter().any(|suffix| name.ends_with(suffix)) {
                    found.push((name, fs::read_to_string(path).expect("a document")));
                }
            }
        }
    }
    assert!(found.len() > 50, "only {} documents", found.len());
    found
}
