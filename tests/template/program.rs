//! `reachgate` on a job's path: it writes down what it was asked, then the real program answers.
//!
//! What the components ask for and this build does not have yet is left out before the program is called, and its
//! files are made empty. Nothing is left out that the program knows.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, Parser as _};
use reachgate::cli::Cli;
use reachgate::report::Format;

/// Formats, options and commands that the components may ask for before the program has them.
const COMING_FORMATS: &[&str] = &["sarif", "code-quality", "annotations", "dotenv"];
const COMING_OPTIONS: &[&str] = &["explain-url"];
const COMING_COMMANDS: &[&str] = &["diff"];

const END: &str = "--end-of-call--";

/// Makes the program in a folder; calls are appended to a file there.
pub fn install(folder: &Path) {
    // A list of patterns may not be empty: `-` is in each.
    let (mut left_out, mut commands) = ("-".to_owned(), "-".to_owned());
    for format in missing_formats() {
        write!(left_out, "|--output={format}=*").unwrap();
    }
    for option in missing_options() {
        write!(left_out, "|--{option}=*").unwrap();
    }
    for command in missing_commands() {
        write!(commands, "|{command}").unwrap();
    }
    let script = format!(
        r#"#!/bin/sh
{{ printf '%s\n' "$@"; echo {END}; }} >>'{calls}'
case "$1" in {commands}) exit 0 ;; esac
count=$#
while [ "$count" -gt 0 ]; do
    word=$1; shift; count=$((count - 1))
    case "$word" in --*) case "$word=${{1:-}}" in
        {left_out})
            case "$word" in --output) : >"${{1#*=}}" ;; esac
            shift; count=$((count - 1)); continue ;;
    esac ;; esac
    set -- "$@" "$word"
done
exec '{program}' "$@"
"#,
        calls = calls_file(folder).display(),
        program = env!("CARGO_BIN_EXE_reachgate"),
    );
    let path = folder.join("reachgate");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn calls_file(folder: &Path) -> PathBuf {
    folder.join("calls")
}

/// What the program was asked so far, a list of words each time.
pub fn calls(folder: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(calls_file(folder)).unwrap_or_default();
    let mut calls = vec![Vec::new()];
    for line in text.lines() {
        if line == END {
            calls.push(Vec::new());
        } else if let Some(call) = calls.last_mut() {
            call.push(line.to_owned());
        }
    }
    calls.pop();
    calls
}

/// Reads a call with the program's own parser.
///
/// # Errors
///
/// What the parser says.
pub fn parse(call: &[String]) -> Result<Option<Cli>, String> {
    if missing_commands().iter().any(|command| call.first().is_some_and(|word| word == command)) {
        return Ok(None);
    }
    let mut words = vec!["reachgate".to_owned()];
    let mut rest = call.iter();
    while let Some(word) = rest.next() {
        let value = || rest.clone().next().map_or("", String::as_str);
        let is_format = word == "--output"
            && missing_formats().iter().any(|format| value().starts_with(&format!("{format}=")));
        let is_option = missing_options().iter().any(|option| *word == format!("--{option}"));
        if is_format || is_option {
            rest.next();
        } else {
            words.push(word.clone());
        }
    }
    Cli::try_parse_from(words).map(Some).map_err(|error| error.to_string())
}

fn missing_formats() -> Vec<&'static str> {
    let is_missing = |word: &&str| Format::ALL.iter().all(|format| format.word() != *word);
    COMING_FORMATS.iter().copied().filter(is_missing).collect()
}

fn missing_options() -> Vec<&'static str> {
    let command = Cli::command();
    let known: Vec<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
    COMING_OPTIONS.iter().copied().filter(|option| !known.contains(option)).collect()
}

fn missing_commands() -> Vec<&'static str> {
    let command = Cli::command();
    let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    COMING_COMMANDS.iter().copied().filter(|command| !known.contains(command)).collect()
}
