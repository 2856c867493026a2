//! What the README and the documents show of a terminal is what the program says: every `console` block of `static`,
//! `path` or `diff` is run as it stands. `UPDATE_DOCS=1 cargo test --test static shown` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

const COMMANDS: [&str; 3] = ["reachgate static ", "reachgate path ", "reachgate diff "];
const OPENING: &str = "```console\n$ ";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).expect("docs").map(|entry| entry.expect("an entry").path());
    let mut all: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|it| it == "md")).collect();
    all.push(root().join("README.md"));
    all.sort();
    all
}

/// What a shell prints, with this build's binary first in its path.
fn run(command: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_reachgate")).parent().expect("a folder");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("bash");
    shell.args(["-c", command]).current_dir(root()).env_clear().env("PATH", path).env("LC_ALL", "C.UTF-8");
    let output = shell.output().expect("bash");
    assert!(output.stderr.is_empty(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// How long a run took differs from run to run, and when it was.
fn without_time(text: &str) -> String {
    let took = Regex::new(r" in [0-9.]+ m?s").expect("a pattern");
    let when = Regex::new(r"[0-9-]{10}T[0-9:]{8}Z").expect("a pattern");
    when.replace_all(&took.replace_all(text, " in N ms"), "WHEN").into_owned()
}

#[test]
fn what_is_shown_is_what_is_said() {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut seen = 0;
    let mut wrong = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).expect("a document");
        let mut parts = text.split(OPENING);
        let mut whole = parts.next().expect("a beginning").to_owned();
        for part in parts {
            let (block, rest) = part.split_once("```").expect("an end");
            let (command, shown) = block.split_once('\n').expect("a command");
            whole.push_str(OPENING);
            if !COMMANDS.iter().any(|it| command.contains(it)) {
                whole.push_str(part);
                continue;
            }
            seen += 1;
            let said = run(command);
            if without_time(&said) == without_time(shown) {
                whole.push_str(part);
            } else {
                wrong.push(format!("{}: $ {command}\n{said}", document.display()));
                whole.extend([command, "\n", &said, "```", rest]);
            }
        }
        if update && whole != text {
            fs::write(&document, whole).expect("a document");
        }
    }
    assert!(seen > 5, "only {seen} blocks were found");
    assert!(update || wrong.is_empty(), "{}", wrong.join("\n"));
}
