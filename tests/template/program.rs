//! `reachgate` on a job's path: it writes down what it was asked, then the real program answers.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use reachgate::cli::Cli;

const END: &str = "--end-of-call--";

/// Makes the program in a folder; calls are appended to a file there.
pub fn install(folder: &Path) {
    let script = format!(
        "#!/bin/sh\n{{ printf '%s\\n' \"$@\"; echo {END}; }} >>'{calls}'\nexec '{program}' \"$@\"\n",
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
pub fn parse(call: &[String]) -> Result<Cli, String> {
    let words = std::iter::once("reachgate".to_owned()).chain(call.iter().cloned());
    Cli::try_parse_from(words).map_err(|error| error.to_string())
}
