//! What is being waited for, on standard error: one line rewritten on a terminal, a line a change elsewhere.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use crate::code::Code;
use crate::finding::{Finding, Verdict};

/// Tells of waiting, and nothing when there is nothing to wait for.
#[derive(Debug)]
pub struct Progress {
    terminal: bool,
    shown: BTreeMap<String, Code>,
}

impl Progress {
    /// On standard error, as it is.
    pub fn on_stderr() -> Self {
        Self { terminal: io::stderr().is_terminal(), shown: BTreeMap::new() }
    }

    /// Says what is still waited for, and for how long at most.
    pub fn show(&mut self, findings: &[Finding], left: Duration) {
        let ailing = findings
            .iter()
            .filter(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::Unknown | Verdict::Warn));
        let now: BTreeMap<String, Code> = ailing
            .filter(|finding| finding.code.heals())
            .map(|finding| (finding.subject.clone(), finding.code))
            .collect();
        let left = left.as_secs();
        // A closed standard error is no reason to stop.
        let mut stderr = io::stderr().lock();
        if self.terminal {
            let waiting: Vec<String> =
                now.iter().map(|(subject, code)| format!("{subject} ({code})")).collect();
            let _ = write!(stderr, "\r\x1b[2Kwaiting, {left} s left: {}", waiting.join(", "));
            let _ = stderr.flush();
        } else {
            for (subject, code) in &now {
                if self.shown.get(subject) != Some(code) {
                    let _ = writeln!(
                        stderr,
                        "reachgate: {subject}: {code}, asking again for up to {left} \
                        s"
                    );
                }
            }
            for subject in self.shown.keys().filter(|subject| !now.contains_key(*subject)) {
                let _ = writeln!(stderr, "reachgate: {subject}: well now");
            }
        }
        self.shown = now;
    }

    /// Takes the terminal's line away again.
    pub fn clear(&mut self) {
        if self.terminal && !self.shown.is_empty() {
            let _ = write!(io::stderr().lock(), "\r\x1b[2K");
        }
    }
}
