//! One fault a file, with the whole message beside it.

use std::fmt::Write as _;
use std::fs;

use reachgate::policy::file::{Colour, load_policy, parse_policy};

use super::{environment, files, folder, invalid, same_as_committed, unset};

#[test]
fn each_fault_is_told_in_full() {
    let found = invalid();
    assert!(found.len() > 60, "only {} fixtures", found.len());
    let mut wrong = String::new();
    for (name, path) in &found {
        let bytes = fs::read(path).unwrap();
        let error = match load_policy(Some(path), &environment) {
            Ok(policy) => {
                writeln!(wrong, "{name} is taken for a policy: {policy:?}").unwrap();
                continue;
            }
            Err(error) => error,
        };
        let place = path.to_str().unwrap();
        let told = error.to_string().replace(place, &format!("{name}.yaml")) + "\n";
        // Whoever adds a fixture says in its first line how many faults it has.
        let expected = String::from_utf8_lossy(&bytes);
        let count = expected.lines().next().and_then(|line| line.strip_prefix("# faults: ")?.parse().ok());
        if error.faults.len() != count.unwrap_or(1) {
            writeln!(wrong, "{name}: {} faults", error.faults.len()).unwrap();
        }
        if let Err(difference) = same_as_committed(&path.with_extension("txt"), &told) {
            wrong += &difference;
        }
    }
    let texts = files(&folder("tests/policy/invalid"), "txt");
    for orphan in texts.keys().filter(|name| !found.contains_key(*name)) {
        writeln!(wrong, "{orphan}.txt belongs to no fixture").unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn messages_obey_no_terminal() {
    for (name, path) in invalid() {
        let error = load_policy(Some(&path), &environment).unwrap_err();
        let told = error.to_string();
        let harmful = |c: char| {
            c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!told.contains(harmful), "{name}: {told:?}");
        assert!(!told.contains("\n\n\n"), "{name}: {told}");
        // Every fault names the file, and every one has its place in it or was never read.
        assert_eq!(told.matches("--> ").count(), error.faults.len(), "{name}: {told}");
        let mut coloured = Vec::new();
        error.write_rendered(Colour::Ansi, &mut coloured).unwrap();
        assert!(coloured.starts_with(b"\x1b["), "{name} has no colour");
        assert_eq!(
            anstream::adapter::strip_str(std::str::from_utf8(&coloured).unwrap()).to_string(),
            told + "\n"
        );
    }
}

#[test]
fn a_fault_has_its_place() {
    let error = parse_policy("version: 1\nnäme: x\n", "p.yaml", &unset).unwrap_err();
    let fault = error.faults.iter().find(|fault| fault.message.contains("näme")).unwrap();
    let place = fault.place.as_ref().unwrap();
    assert_eq!((place.line, place.column, place.bytes.clone()), (2, 1, 11..16));
    assert_eq!(error.origin, "p.yaml");
    // Columns are characters, and a byte order mark is none.
    let error = parse_policy("\u{feff}{ä: 1, nam: x}\n", "p.yaml", &unset).unwrap_err();
    let fault = error.faults.iter().find(|fault| fault.message.contains("`nam`")).unwrap();
    let place = fault.place.as_ref().unwrap();
    assert_eq!((place.line, place.column, place.bytes.clone()), (1, 8, 8..11));
}
