//! The page for readers, as a browser shows it: complete by itself, quiet, usable by everybody, and fast.
//!
//! `REACHGATE_SHOTS=FOLDER` keeps screenshots and prints to be looked at.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]

#[path = "page/account.rs"]
mod account;
#[path = "page/browser.rs"]
mod browser;
#[path = "page/change.rs"]
mod change;
#[path = "page/colour.rs"]
mod colour;
#[path = "page/compared.rs"]
mod compared;
#[path = "page/drawing.rs"]
mod drawing;
#[path = "page/folding.rs"]
mod folding;
#[path = "page/many.rs"]
mod many;
#[path = "page/picture.rs"]
mod picture;
#[path = "page/reading.rs"]
mod reading;
#[path = "page/wide.rs"]
mod wide;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/static").join(name)
}

/// The platform's dev server, judged with this state of its security group.
fn reachgate(state: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachgate"));
    command
        .env_clear()
        .env("DEV_SERVER_IP", "10.1.20.15")
        .arg("static")
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    for path in ["tests/static/platform".to_owned(), format!("tests/static/{state}")] {
        command.arg("--snapshot").arg(path);
    }
    command.args(more).output().expect("the binary runs")
}

/// It, as one format.
fn written(state: &str, format: &str) -> String {
    let output = reachgate(state, &["--format", format]);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
