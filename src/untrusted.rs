//! Text that a server sent, made safe to print: bounded, and without control characters.

use std::fmt::{self, Write as _};

use serde::Serialize;

/// Characters kept of a server's text; RFC 4253 (4.2) bounds an SSH identification string at 255.
const LONGEST: usize = 255;

/// Text from the network. It can be printed to a terminal or a report as it is: control characters
/// and the invisible ones that reorder text are escaped (`\u{1b}`), bytes that are not UTF-8 are
/// replaced, and what goes past 255 characters is cut with `…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Takes bytes as the network gave them.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        // Four bytes a character at most, so no more than this is ever looked at.
        let bytes = &bytes[..bytes.len().min(LONGEST * 4 + 4)];
        let text = String::from_utf8_lossy(bytes);
        let mut safe = String::with_capacity(text.len());
        for (count, character) in text.chars().enumerate() {
            if count == LONGEST {
                safe.push('…');
                break;
            }
            if is_unprintable(character) {
                let _ = write!(safe, "{}", character.escape_unicode());
            } else {
                safe.push(character);
            }
        }
        Self(safe)
    }

    /// The safe text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self::from_bytes(text.as_bytes())
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a terminal would obey this character, or show the rest of a line otherwise than it is: it
/// is escaped wherever text is printed.
pub fn is_unprintable(character: char) -> bool {
    character.is_control() || reorders(character)
}

/// Invisible characters that change how the rest of a line is shown (Unicode TR 36).
fn reorders(character: char) -> bool {
    matches!(character,
        '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::Untrusted;

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        let text = Untrusted::from_bytes(b"SSH-2.0-x\x1b[2J\r\xff");
        assert_eq!(text.as_str(), "SSH-2.0-x\\u{1b}[2J\\u{d}\u{fffd}");
        assert_eq!(Untrusted::from("a\u{202e}b").as_str(), "a\\u{202e}b");
    }

    #[test]
    fn is_bounded() {
        let text = Untrusted::from_bytes(&vec![b'a'; 10_000_000]);
        assert_eq!(text.as_str().chars().count(), 256);
    }
}
