//! Recorded accounts with known answers: every `flows.tsv` below the folder in `REACHGATE_RECORDED`.
//!
//! Column `class`: `measured` and `asserted` rows have to be right, `no-owner` rows must not be allowed.
//! The other classes never crossed the network, or end at a service, and are not scored.

#![expect(clippy::expect_used, clippy::panic, reason = "what goes wrong in a test fails it")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use reachgate::aws::files::{Fault, load_snapshot};
use reachgate::flow::Port;
use reachgate::network::{Answer, Network, Question, Traffic, evaluate_path};

#[test]
fn every_recorded_flow_is_answered_right() {
    let root = std::env::var_os("REACHGATE_RECORDED").map(PathBuf::from).expect(
        "REACHGATE_RECORDED is not set: name the folder of recorded accounts, each with a flows.tsv, e.g. \
         REACHGATE_RECORDED=../data/aws cargo test --test recorded",
    );
    let mut tables = Vec::new();
    walk(&root, &mut |path| {
        if path.file_name().is_some_and(|name| name == "flows.tsv") {
            tables.push(path.to_owned());
        }
    });
    assert!(!tables.is_empty(), "no flows.tsv below {}", root.display());
    let mut wrong = Vec::new();
    let (mut scored, mut right) = (0, 0);
    for table in &tables {
        let score = score(&root, table, &mut wrong);
        println!("{:>5}/{:<5} {}", score.1, score.0, table.strip_prefix(&root).unwrap_or(table).display());
        scored += score.0;
        right += score.1;
    }
    println!("{right:>5}/{scored:<5} in all");
    assert!(scored > 0, "no row was scored");
    assert!(wrong.is_empty(), "{} of {scored} flows answered wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Rows scored and rows right of one table.
fn score(root: &Path, table: &Path, wrong: &mut Vec<String>) -> (usize, usize) {
    let folder = table.parent().expect("a folder");
    let snapshot = load_snapshot(&[folder.to_owned()]).unwrap_or_else(|error| panic!("{error}"));
    let network = Network::new(&snapshot);
    let text = fs::read_to_string(table).expect("a readable table");
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().expect("a header").split('\t').collect();
    let (mut scored, mut right) = (0, 0);
    for line in lines.filter(|line| !line.is_empty()) {
        let row: HashMap<&str, &str> = columns.iter().copied().zip(line.split('\t')).collect();
        if !["measured", "asserted", "no-owner"].contains(&row["class"]) {
            continue;
        }
        scored += 1;
        let result = evaluate_path(&network, &question(&row));
        let is_right = match row["class"] {
            "no-owner" => result.verdict != Answer::Allowed,
            _ => result.verdict.word() == row["expected"],
        };
        if is_right {
            right += 1;
        } else {
            let at = table.strip_prefix(root).unwrap_or(table).display();
            let blockers: Vec<String> =
                result.blockers.iter().map(|b| format!("{} {} {}", b.code, b.component, b.detail)).collect();
            wrong.push(format!("{at}: {line}\n    {}: {}", result.verdict, blockers.join("; ")));
        }
    }
    (scored, right)
}

fn question(row: &HashMap<&str, &str>) -> Question {
    let port = || Port::new(row["port"].parse().expect("a port")).expect("a port above 0");
    let traffic = match row["proto"] {
        "tcp" => Traffic::Tcp(port()),
        "udp" => Traffic::Udp(port()),
        "icmp" => Traffic::Icmp,
        other => panic!("unknown protocol {other}"),
    };
    Question::new(row["src"].parse().expect("a source"), row["dst"].parse().expect("a destination"), traffic)
}

fn walk(folder: &Path, file: &mut impl FnMut(&Path)) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { walk(&path, file) } else { file(&path) }
    }
}

#[test]
fn every_recorded_document_is_read_or_refused_for_a_reason() {
    let root =
        std::env::var_os("REACHGATE_RECORDED").map(PathBuf::from).expect("REACHGATE_RECORDED is not set");
    let mut documents = Vec::new();
    walk(&root, &mut |path| {
        if path.extension().is_some_and(|end| end == "json") {
            documents.push(path.to_owned());
        }
    });
    let mut read = 0;
    for path in &documents {
        match load_snapshot(std::slice::from_ref(path)) {
            Ok(_) => read += 1,
            // Output cut down by --query is a list, and some output names no list or table.
            Err(error) => assert!(
                matches!(&error.faults[..], [Fault::Nameless { .. }])
                    || fs::read(path).is_ok_and(|text| text.trim_ascii_start().starts_with(b"[")),
                "{error}"
            ),
        }
    }
    println!("{read} of {} documents read", documents.len());
    assert!(read > 0);
}
