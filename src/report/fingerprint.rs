//! What makes a problem the same one from run to run: its code, its subject and its file, whatever was measured and
//! on whatever line it stands by now.

use std::collections::HashMap;

use ring::digest::{Context, SHA256};

/// Gives out fingerprints; no two of one report are the same.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    given: HashMap<String, u32>,
}

impl Fingerprints {
    /// The fingerprint of a problem: 64 lower-case hexadecimal digits. The second of the same code, subject and file
    /// gets another one than the first, and so on, in the report's order.
    pub(super) fn of(&mut self, code: &str, subject: &str, path: &str) -> String {
        let number = self.given.entry(digest(&[code, subject, path])).or_default();
        *number += 1;
        let number = if *number == 1 { String::new() } else { number.to_string() };
        digest(&[code, subject, path, &number])
    }
}

fn digest(parts: &[&str]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        // Its length before each part: nothing in one part can pass for the next.
        context.update(&part.len().to_be_bytes());
        context.update(part.as_bytes());
    }
    context.finish().as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
