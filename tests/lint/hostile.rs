//! No text panics, hangs or is fixed into something that needs fixing again.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reachgate::document::Files;
use reachgate::judge::lint::fix::fixed_text;

use super::{folders, judge};

/// Far more than any of these takes, even where much else runs.
const LONGEST: Duration = Duration::from_secs(20);

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("changed pipelines neither panic nor hang", changed_pipelines),
        Trial::test("hostile pipelines neither panic nor hang", hostile_pipelines),
    ]
}

fn lint(text: &str) -> Result<(), String> {
    let started = Instant::now();
    let mut files = Files::default();
    let id =
        files.add(".gitlab-ci.yml".to_owned(), Some(".gitlab-ci.yml".to_owned()), Ok(text.to_owned()), true);
    let findings = judge(&files);
    let file = files.get(id).expect("the file that was added");
    if let Some((fixed, _)) = fixed_text(file, &findings) {
        let mut files = Files::default();
        let id = files.add(".gitlab-ci.yml".to_owned(), Some(".gitlab-ci.yml".to_owned()), Ok(fixed), true);
        let again = judge(&files);
        if fixed_text(files.get(id).expect("the file that was added"), &again).is_some() {
            return Err("the fixed text would be fixed again".to_owned());
        }
    }
    let elapsed = started.elapsed();
    if elapsed < LONGEST { Ok(()) } else { Err(format!("took {elapsed:?}")) }
}

/// Every pipeline among the cases, with parts of it cut out, doubled, moved or replaced.
fn changed_pipelines() -> Result<(), Failed> {
    const WORDS: [&str; 22] = [
        "&a",
        "*a",
        "<<: ",
        "!reference [",
        "- ",
        ": ",
        "|\n",
        ">-\n",
        "'",
        "\"",
        "$(",
        "${",
        "$[[ inputs.x ]]",
        "extends: ",
        "é",
        "\t",
        "\u{feff}",
        "\r\n",
        "<<EOF\n",
        "---\n",
        "10.1.20.15",
        "dev-small",
    ];
    let texts = pipelines();
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8, 0..WORDS.len());
    let strategy = (0..texts.len(), prop::collection::vec(change, 1..6));
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&strategy, |(which, changes)| {
        let mut text: Vec<char> = texts.get(which).map(|text| text.chars().collect()).unwrap_or_default();
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
        lint(&text).map_err(|what| TestCaseError::fail(format!("{what}\n{text}")))
    });
    outcome.map_err(|error| error.to_string().into())
}

fn hostile_pipelines() -> Result<(), Failed> {
    let job = |script: &str| format!("a:\n  tags: [small]\n  script:\n    - |\n      {script}\n");
    let laughs = (0..12)
        .map(|level| {
            let items =
                if level == 0 { "x".to_owned() } else { vec![format!("*a{}", level - 1); 10].join(", ") };
            format!(".a{level}: &a{level} [{items}]\n")
        })
        .collect::<Vec<_>>()
        .concat();
    let doubled = (0..40)
        .map(|level| format!("  V{level}: $V{}$V{}.cwiq.io\n", level + 1, level + 1))
        .collect::<Vec<_>>()
        .concat();
    let extends = (1..200)
        .map(|level| format!(".e{level}:\n  extends: [.e{0}, .e{0}]\n", level - 1))
        .collect::<Vec<_>>()
        .concat();
    let references = (1..30)
        .map(|level| {
            format!(
                ".r{level}:\n  script: [{0}, {0}, {0}]\n",
                format!("!reference [.r{}, script]", level - 1)
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let hostile = [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        format!("{laughs}a:\n  script: *a11\n  tags: *a11\n"),
        "a: &a\n  b: *a\n".to_owned(),
        job(&"$(".repeat(20_000)),
        job(&"((".repeat(20_000)),
        job(&"if true; then ".repeat(5_000)),
        job(&"f() { ".repeat(5_000)),
        job(&format!("ssh {}.cwiq.io", "\"".repeat(9_999))),
        job(&format!("ssh {}dev.cwiq.io", "${A:-".repeat(5_000))),
        job("f() { f dev.cwiq.io; f \"$@\"; ssh $1; }; f x"),
        job("eval 'eval \"eval ssh dev.cwiq.io\"'; bash -c 'bash -c \"ssh dev.cwiq.io\"'"),
        job(&format!("ssh {}", "dev.cwiq.io ".repeat(20_000))),
        job("ssh dev.cwiq.io\u{0}\u{7}"),
        format!("variables:\n{doubled}a:\n  tags: [$V0]\n  script: [ssh $V0]\n"),
        "variables: { A: $B.cwiq.io, B: $A }\na:\n  tags: [$A]\n  script: [ssh $A]\n".to_owned(),
        format!(".e0:\n  script: [ssh dev.cwiq.io]\n{extends}a:\n  extends: .e199\n"),
        format!(".r0:\n  script: [ssh dev.cwiq.io]\n{references}a:\n  script: [!reference [.r29, script]]\n"),
        "a:\n  script: !reference [a, script]\n".to_owned(),
        "include: .gitlab-ci.yml\na:\n  script: [make]\n".to_owned(),
    ];
    for text in hostile {
        lint(&text).map_err(|what| format!("{what}\n{}", text.chars().take(400).collect::<String>()))?;
    }
    Ok(())
}

fn pipelines() -> Vec<String> {
    let mut found = Vec::new();
    for case in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/pipeline")) {
        found.extend(fs::read_to_string(case.join(".gitlab-ci.yml")));
    }
    assert!(!found.is_empty(), "there are no pipelines");
    found
}
