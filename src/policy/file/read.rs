//! A policy's bytes → its text: bounded, decoded, and free of what no policy holds.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::fault::{Draft, Faults, PolicyError};

/// The longest policy. A real one has a few kilobytes.
pub(super) const LONGEST: usize = 1024 * 1024;
/// How long a pipe or device may take to give its policy. A file that is none does not wait.
const SLOWEST: Duration = Duration::from_secs(30);

const TOO_LONG: &str = "the file is longer than 1 MiB";
const TOO_LONG_HELP: &str = "a policy has a few kilobytes: is this the right file?";

/// Reads a file, no more of it than the longest policy has.
pub(super) fn load_bytes(path: &Path, origin: &str) -> Result<Vec<u8>, PolicyError> {
    load_bytes_within(path, origin, SLOWEST)
}

fn load_bytes_within(path: &Path, origin: &str, slowest: Duration) -> Result<Vec<u8>, PolicyError> {
    let unread = |error: &io::Error| unreadable(origin, error);
    let about = std::fs::metadata(path).map_err(|error| unread(&error))?;
    if about.is_dir() {
        let help = "give the policy's own file, such as policies/cwiq-dev.yaml";
        return Err(PolicyError::unread(origin, "the policy is a directory", help));
    }
    if about.is_file() {
        return enough(bounded(path).map_err(|error| unread(&error))?, origin);
    }
    // Opening a pipe that nobody writes to blocks, and nothing takes that back: another thread waits.
    let (sender, receiver) = mpsc::channel();
    let owned = path.to_owned();
    thread::spawn(move || sender.send(bounded(&owned)));
    let Ok(bytes) = receiver.recv_timeout(slowest) else {
        let message = format!("the policy did not come within {} s", slowest.as_secs());
        let help = "it is no regular file, and nothing wrote all of it: give a file";
        return Err(PolicyError::unread(origin, message, help));
    };
    enough(bytes.map_err(|error| unread(&error))?, origin)
}

fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Refuses what is too long, before it is read as text: the cut may lie inside of a character.
fn enough(bytes: Vec<u8>, origin: &str) -> Result<Vec<u8>, PolicyError> {
    if bytes.len() > LONGEST {
        return Err(PolicyError::unread(origin, TOO_LONG, TOO_LONG_HELP));
    }
    Ok(bytes)
}

fn unreadable(origin: &str, error: &io::Error) -> PolicyError {
    let (message, help) = match error.kind() {
        io::ErrorKind::NotFound => (
            "there is no such policy file".to_owned(),
            "check --policy and REACHGATE_POLICY; without them the built-in policy is used",
        ),
        io::ErrorKind::PermissionDenied => (
            "the policy file may not be read".to_owned(),
            "check the permissions of the file and of the directories above it",
        ),
        _ => (format!("the policy file cannot be read: {error}"), "check --policy and REACHGATE_POLICY"),
    };
    PolicyError::unread(origin, message, help)
}

/// The text of a file's bytes: UTF-8, with or without byte order mark.
pub(super) fn parse_text<'a>(bytes: &'a [u8], origin: &str) -> Result<&'a str, PolicyError> {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    // With no byte order mark, ASCII in UTF-16 shows by every other byte being zero.
    let zeros =
        |skip: usize| bytes.len() >= 4 && bytes.iter().skip(skip).step_by(2).take(8).all(|byte| *byte == 0);
    if utf16 || zeros(0) != zeros(1) {
        return Err(PolicyError::unread(origin, "the policy file is UTF-16", "save it as UTF-8"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        let message = format!(
            "the policy file is not UTF-8 text: byte {} of it, on line {line}, is none of a character",
            error.valid_up_to() + 1
        );
        PolicyError::unread(origin, message, "save it as UTF-8; if it is no text at all, give the right file")
    })
}

/// Refuses a text that is too long, and characters that are not seen: control characters, which
/// YAML does not allow (YAML 1.2.2, 5.1), and those that turn the direction of a line around.
pub(super) fn check_text(text: &str, origin: &str, faults: &mut Faults) -> Result<(), PolicyError> {
    const HELP: &str = "remove it, and any other; if there are many, this is no policy file";
    if text.len() > LONGEST {
        return Err(PolicyError::unread(origin, TOO_LONG, TOO_LONG_HELP));
    }
    let mut seen = BTreeSet::new();
    for (at, character) in text.char_indices() {
        let what = match character {
            '\t' | '\n' => continue,
            '\r' if text.get(at + 1..).is_some_and(|rest| rest.starts_with('\n')) => continue,
            '\r' => "a carriage return with no line feed",
            '\0' => "a NUL character",
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                "a character that changes the text's direction"
            }
            character if character.is_control() => "a control character",
            _ => continue,
        };
        // Where there is one there may be thousands: the first of a kind is enough.
        if seen.insert(what) {
            let at: Range<usize> = at..at + character.len_utf8();
            let draft =
                Draft::new(&at, format!("there is {what} in the file, {}", character.escape_unicode()));
            faults.add(draft.label("the first one").help(HELP));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::{load_bytes_within, unreadable};

    #[test]
    fn a_pipe_that_nobody_writes_to_does_not_hang() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let begin = Instant::now();
        let error = load_bytes_within(&pipe, "pipe", Duration::from_millis(100)).unwrap_err();
        assert!(begin.elapsed() < Duration::from_secs(5));
        assert!(error.to_string().contains("did not come"), "{error}");
    }

    /// Root may read everything, so no file of a test is sure to be refused.
    #[test]
    fn a_file_without_permission_is_told_as_such() {
        let told = unreadable("secret.yaml", &io::Error::from(io::ErrorKind::PermissionDenied)).to_string();
        assert!(told.contains("may not be read") && told.contains("secret.yaml"), "{told}");
        assert!(told.contains("help: check the permissions"), "{told}");
    }
}
