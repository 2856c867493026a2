//! docs/gate.md: its tables are the code's, and it knows every suspect.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use reachgate::code::Code;
use reachgate::judge::correlate::cell::{Configured, Seen, Shut, diagnose, diagnose_shut};

const FROM: &str = "<!-- tables: made by `UPDATE_DOCS=1 cargo test --test correlate` -->\n";
const TO: &str = "<!-- end of tables -->";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn link(code: Code) -> String {
    format!("[`{code}`](codes.md#{code})")
}

fn seen(seen: Seen) -> &'static str {
    match seen {
        Seen::Open => "the service proves itself",
        Seen::GreetingWrong => "connects, and something else follows",
        Seen::Stalled => "begins, and then stops",
        Seen::Closed => "refused",
        Seen::Filtered => "silence",
        Seen::Prohibited => "ICMP: prohibited",
        Seen::Unreachable => "no route, or no host",
        Seen::BlockedLocally => "the packet never left",
        Seen::Unknown => "undecided",
    }
}

fn configured(configured: Configured) -> &'static str {
    match configured {
        Configured::AsAsked => "admits it as asked",
        Configured::ByOtherGroup => "by another group",
        Configured::ByCidrOnly => "by addresses alone",
        Configured::Denied => "denies it",
        Configured::Unknown => "unknown, or not read",
    }
}

fn shut(shut: Shut) -> &'static str {
    match shut {
        Shut::Yes => "closed",
        Shut::No => "open",
        Shut::Unknown => "undecided",
    }
}

fn row(table: &mut String, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells.into_iter().collect();
    let _ = writeln!(table, "| {} |", cells.join(" | "));
}

fn head(columns: &[&str]) -> Vec<String> {
    ["the probe ↓ the configuration →"].iter().chain(columns).map(|cell| (*cell).to_owned()).collect()
}

fn tables() -> String {
    let mut text = String::from("\nA service that the policy wants reachable:\n\n");
    row(&mut text, head(&Configured::ALL.map(configured)));
    row(&mut text, vec!["---".to_owned(); 6]);
    for sight in Seen::ALL {
        let cells = Configured::ALL.map(|said| link(diagnose(sight, said).code()));
        row(&mut text, [seen(sight).to_owned()].into_iter().chain(cells));
    }
    text.push_str("\nA service that the policy wants closed:\n\n");
    row(&mut text, head(&Shut::ALL.map(shut)));
    row(&mut text, vec!["---".to_owned(); 4]);
    for sight in Shut::ALL {
        let cells = Shut::ALL.map(|said| link(diagnose_shut(sight, said).code()));
        row(&mut text, [shut(sight).to_owned()].into_iter().chain(cells));
    }
    text.push('\n');
    text
}

#[test]
fn tables_are_in_step() {
    let page = std::fs::read_to_string(path("docs/gate.md")).unwrap();
    let (head, rest) = page.split_once(FROM).expect("docs/gate.md has its mark");
    let (_, tail) = rest.split_once(TO).expect("docs/gate.md has its end mark");
    let wanted = format!("{head}{FROM}{}{TO}{tail}", tables());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path("docs/gate.md"), &wanted).unwrap();
    } else {
        assert!(page == wanted, "docs/gate.md is out of step: UPDATE_DOCS=1 cargo test --test correlate");
    }
}

#[test]
fn every_suspect_is_told_of() {
    let page = std::fs::read_to_string(path("docs/gate.md")).unwrap();
    let source = std::fs::read_to_string(path("src/judge/correlate/suspect.rs")).unwrap();
    let named: Vec<&str> =
        source.split("name: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(named.len() > 8, "{named:?}");
    for name in named {
        assert!(page.contains(&format!("`{name}`")), "docs/gate.md does not tell of {name}");
    }
}
