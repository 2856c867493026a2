//! The house's own rules: imports point one way, every code is explained and exercised, documents are in step.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reachgate::code::{Area, Code};

/// What each top module may import from the house. `run` and `main` may import everything.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("flow", &[]),
    ("untrusted", &[]),
    ("code", &[]),
    ("fact", &["flow", "untrusted"]),
    ("finding", &["code"]),
    ("exit", &["finding"]),
    ("change", &["code", "finding"]),
    ("policy", &["code", "flow", "untrusted"]),
    ("snapshot", &[]),
    ("network", &["flow", "snapshot", "untrusted"]),
    ("remedy", &["flow", "network", "snapshot"]),
    ("document", &[]),
    ("repository", &["document"]),
    ("aws", &["snapshot", "untrusted"]),
    ("gitlab", &["fact", "untrusted"]),
    (
        "judge",
        &[
            "change",
            "code",
            "document",
            "fact",
            "finding",
            "flow",
            "network",
            "policy",
            "remedy",
            "snapshot",
            "untrusted",
        ],
    ),
    ("probe", &["fact", "flow", "policy", "untrusted"]),
    ("report", &["change", "code", "exit", "finding", "flow", "network", "remedy", "untrusted"]),
    ("cli", &["change", "code", "finding", "flow", "network", "report"]),
];

/// Crates and modules that do I/O or read the clock: what judges must not know them.
const IMPURE: &[&str] = &[
    "tokio",
    "hickory_resolver",
    "socket2",
    "nix",
    "std::fs",
    "std::io",
    "std::env",
    "std::process",
    "std::thread",
    "std::net::Tcp",
    "std::net::Udp",
    "SystemTime",
    "Instant",
    "Timestamp::now",
];
const PURE: &[&str] =
    &["flow", "untrusted", "code", "change", "document", "fact", "finding", "network", "remedy", "judge"];

fn sources(module: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(path);
            }
        }
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![source.join(format!("{module}.rs"))];
    walk(&source.join(module), &mut files);
    files
}

fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |code, line| code + line + "\n")
}

/// The house's modules that a file names, in `use crate::{a, b::c}` too.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let word = |text: &str| {
            text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
        };
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0_u32;
            for item in group.split_inclusive([',', '{', '}']) {
                if depth == 0 {
                    found.insert(word(item));
                }
                match item.chars().last() {
                    Some('{') => depth += 1,
                    Some('}') if depth == 0 => break,
                    Some('}') => depth -= 1,
                    _ => {}
                }
            }
        } else {
            found.insert(word(rest));
        }
    }
    found.remove("");
    found
}

#[test]
fn imports_point_one_way() {
    for (module, allowed) in MAY_IMPORT {
        for file in sources(module) {
            for import in imports(&code_of(&file)) {
                assert!(
                    import == *module || allowed.contains(&import.as_str()),
                    "{} imports crate::{import}; {module} may import {allowed:?}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn every_module_has_a_rule() {
    let map = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).expect("the map");
    for line in map.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let module = line.trim_end_matches(';');
        assert!(
            module == "run" || MAY_IMPORT.iter().any(|(known, _)| *known == module),
            "{module} has no import rule"
        );
    }
}

#[test]
fn what_judges_knows_no_io_and_no_clock() {
    for module in PURE {
        for file in sources(module) {
            let code = code_of(&file);
            for word in IMPURE {
                assert!(!code.contains(word), "{} names {word}", file.display());
            }
        }
    }
}

#[test]
fn codes_are_unique_kebab_case_and_begin_with_their_area() {
    let mut seen = BTreeSet::new();
    for code in Code::ALL {
        let id = code.id();
        assert!(seen.insert(id), "{id} stands twice");
        let owners: Vec<Area> = Area::ALL
            .into_iter()
            .filter(|area| area.prefixes().iter().any(|prefix| id.starts_with(&format!("{prefix}-"))))
            .collect();
        assert_eq!(owners, [code.area()], "{id} has to begin with a word of its area, and of no other's");
        assert!(
            id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{id} is not kebab-case"
        );
        assert_eq!(id.parse::<Code>(), Ok(*code));
    }
}

#[test]
fn every_code_is_explained() {
    for code in Code::ALL {
        let story = code.story();
        assert!(story.summary.ends_with('.'), "{code}: summary is no sentence");
        assert!(story.meaning.ends_with('.'), "{code}: meaning is no sentence");
        assert_eq!(story.causes.is_empty(), story.remedy.is_empty(), "{code}: causes and remedy go together");
    }
}

/// Each code is expected by name in some test: the judge's tables, the lab's scenarios, the paths' or the
/// static mode's.
#[test]
fn every_code_is_exercised() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut text = String::new();
    for area in fs::read_dir(tests.join("lint")).expect("the lint's cases") {
        let area = area.expect("an entry").path();
        for case in fs::read_dir(&area).into_iter().flatten() {
            let findings = case.expect("an entry").path().join("findings.txt");
            text.push_str(&fs::read_to_string(findings).expect("what a case finds"));
        }
    }
    for folder in [
        "judge.rs",
        "correlate",
        "gitlab",
        "gate/scenarios",
        "lab/scenarios",
        "network/scenarios",
        "static/variants",
        "static/path.rs",
        "plan/runs.yaml",
    ] {
        let path = tests.join(folder);
        if path.is_dir() {
            for entry in fs::read_dir(path).expect("a folder") {
                text.push_str(&fs::read_to_string(entry.expect("an entry").path()).expect("a scenario"));
            }
        } else {
            text.push_str(&fs::read_to_string(path).expect("a test"));
        }
    }
    let words: BTreeSet<&str> =
        text.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '-').collect();
    let missing: Vec<&str> =
        Code::ALL.iter().map(|code| code.id()).filter(|id| !words.contains(id)).collect();
    assert!(missing.is_empty(), "no test expects {missing:?}");
}

fn codes_page() -> String {
    let mut page = String::from(
        "# Codes\n\nEvery finding carries a code. A code is never renamed and never reused; `reachgate explain CODE` prints its \
         story.\nThis page is generated from the same list: `UPDATE_DOCS=1 cargo test --test house`.\n",
    );
    for area in Area::ALL {
        let _ = write!(page, "\n## {area}\n");
        for code in Code::ALL.iter().filter(|code| code.area() == area) {
            let story = code.story();
            let _ = write!(page, "\n### {code}\n\n{}\n\n{}\n", story.summary, story.meaning);
            if !story.causes.is_empty() {
                page.push_str("\nLikely causes, the likeliest first:\n\n");
                for (number, cause) in story.causes.iter().enumerate() {
                    let _ = writeln!(page, "{}. {cause}", number + 1);
                }
                let _ = write!(page, "\nWhat to do: {}\n", story.remedy);
            }
        }
    }
    page
}

#[test]
fn codes_page_is_in_step() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, codes_page()).expect("docs can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == codes_page(), "docs/codes.md is out of step: UPDATE_DOCS=1 cargo test --test house");
}

/// The package has what building, using and documenting takes, and nothing of how this repository is looked after.
#[test]
fn the_package_is_whole_and_no_more() {
    let list = Command::new(env!("CARGO"))
        .args(["package", "--list", "--offline", "--allow-dirty", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(list.status.success(), "{}", String::from_utf8_lossy(&list.stderr));
    let list = String::from_utf8(list.stdout).expect("UTF-8");
    let files: BTreeSet<&str> = list.lines().collect();
    let mut needed = vec![
        "Cargo.lock".to_owned(),
        "README.md".to_owned(),
        "LICENSE-MIT".to_owned(),
        "LICENSE-APACHE".to_owned(),
        "policies/cwiq-dev.yaml".to_owned(),
        "docs/codes.md".to_owned(),
        "docs/schemas/report.v1.schema.json".to_owned(),
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = MAY_IMPORT.iter().flat_map(|(module, _)| sources(module)).chain(sources("run"));
    needed.extend(named.map(|file| file.strip_prefix(root).expect("a source").display().to_string()));
    // A module of the tests only, or one that is a folder alone, has no file of that name.
    needed.retain(|file| root.join(file).exists());
    let missing: Vec<_> = needed.iter().filter(|file| !files.contains(file.as_str())).collect();
    assert!(missing.is_empty(), "the package lacks {missing:?}");
    let roots = [
        "Cargo.",
        ".cargo_vcs_info.json",
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "docs/",
        "examples/",
        "policies/",
        "src/",
    ];
    let foreign: Vec<_> =
        files.iter().filter(|file| !roots.iter().any(|root| file.starts_with(root))).collect();
    assert!(foreign.is_empty(), "the package has {foreign:?}");
}
