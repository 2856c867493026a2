//! Recorded accounts with known answers: every `flows.tsv` below the folder in `REACHGATE_RECORDED`.
//!
//! Column `class`: `measured` and `asserted` rows have to be right, `no-owner` rows must not be allowed.
//! The other classes never crossed the network, or end at a service, and are not scored.

#![expect(clippy::expect_used, clippy::panic, reason = "what goes wrong in a test fails it")]

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use reachgate::aws::files::{Fault, load_snapshot};
use reachgate::flow::Port;
use reachgate::network::space::{Packet, number};
use reachgate::network::{Answer, Comparison, Network, Question, Traffic, evaluate_path};
use reachgate::snapshot::Snapshot;

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

/// Who reaches a flow's end, asked of the end alone, holds the flow exactly where the path lets it pass.
#[test]
fn every_recorded_flow_is_among_who_reaches_its_end() {
    let root =
        std::env::var_os("REACHGATE_RECORDED").map(PathBuf::from).expect("REACHGATE_RECORDED is not set");
    let mut tables = Vec::new();
    walk(&root, &mut |path| {
        if path.file_name().is_some_and(|name| name == "flows.tsv") {
            tables.push(path.to_owned());
        }
    });
    let mut wrong = Vec::new();
    let mut seen: HashMap<Answer, usize> = HashMap::new();
    for table in &tables {
        let snapshot = load_snapshot(&[table.parent().expect("a folder").to_owned()]).expect("a snapshot");
        let network = Network::new(&snapshot);
        let empty = Snapshot { documents: snapshot.documents.clone(), ..Snapshot::default() };
        let nothing = Network::new(&empty);
        let text = fs::read_to_string(table).expect("a readable table");
        let mut lines = text.lines();
        let columns: Vec<&str> = lines.next().expect("a header").split('\t').collect();
        for line in lines.filter(|line| !line.is_empty()) {
            let row: HashMap<&str, &str> = columns.iter().copied().zip(line.split('\t')).collect();
            let question = question(&row);
            let result = evaluate_path(&network, &question);
            let (Some(from), Some(to)) = (&result.source, &result.destination) else { continue };
            let (Some(own), Some(far)) = (&from.interface, &to.interface) else { continue };
            if own == far || from.instance.is_some() && from.instance == to.instance {
                continue;
            }
            let address = |text: &str| text.parse::<IpAddr>().expect("an address");
            let (source, target) = (address(&from.address), address(&to.address));
            let packet = match question.traffic {
                Traffic::Tcp(port) => Packet::Tcp(port.number()),
                Traffic::Udp(port) => Packet::Udp(port.number()),
                Traffic::Icmp => Packet::Icmp {
                    v6: target.is_ipv6(),
                    kind: if target.is_ipv6() { 128 } else { 8 },
                    code: 0,
                },
            };
            let only = BTreeSet::from([far.as_str()]);
            let comparison = Comparison::exposure(&nothing, &network, question.translation, &only);
            let found = comparison.differences(0..comparison.len());
            let mut found = found.iter().filter(|it| it.addresses.contains(number(target)));
            let answer = found.clone().find_map(|it| {
                let mut unsure = it.undecided.values();
                if it.opened.interfaces.contains(source, packet) {
                    Some(Answer::Allowed)
                } else {
                    unsure.any(|halves| halves.interfaces.contains(source, packet)).then_some(Answer::Unknown)
                }
            });
            assert!(found.all(|it| it.closed.is_empty()), "nothing was open before");
            let answer = answer.unwrap_or(Answer::Denied);
            *seen.entry(answer).or_default() += 1;
            if answer != result.verdict {
                wrong.push(format!("{line}: {answer}, and the path is {}", result.verdict));
            }
        }
    }
    println!("{seen:?}");
    assert!(seen.len() == 3 && seen.values().all(|count| *count > 9), "{seen:?}");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
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
