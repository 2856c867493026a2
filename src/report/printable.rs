//! Text made safe to print. What came from the network is safe already (`Untrusted`); policy text, paths
//! and environment values are made so here, where they leave the program.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::untrusted::is_unprintable;

/// One line: every control character, line breaks included, and every invisible character that
/// reorders text is escaped as `\n` or `\u{1b}`.
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, |character| is_unprintable(character) || is_not_xml(character))
}

/// As [`line()`], but line breaks stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    escape(text, |character| character != '\n' && (is_unprintable(character) || is_not_xml(character)))
}

/// As [`lines`], but nothing beyond ASCII is left, for terminals that would show something else, or
/// take UTF-8's second bytes for control characters (ECMA-48's C1).
pub fn ascii_lines(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return lines(text);
    }
    let mut ascii = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{2026}' => ascii.push_str("..."),
            '\u{2013}' | '\u{2014}' | '\u{2212}' => ascii.push('-'),
            '\u{2018}' | '\u{2019}' => ascii.push('\''),
            '\u{201c}' | '\u{201d}' => ascii.push('"'),
            '\u{b7}' | '\u{2022}' => ascii.push('*'),
            '\u{d7}' => ascii.push('x'),
            '\u{2192}' => ascii.push_str("->"),
            '\u{a0}' | '\u{202f}' => ascii.push(' '),
            '\n' => ascii.push('\n'),
            _ if character.is_ascii() && !is_unprintable(character) => ascii.push(character),
            _ => ascii.extend(character.escape_default()),
        }
    }
    Cow::Owned(ascii)
}

/// JSON text as it is, but with what a terminal would obey as `\u` escapes (RFC 8259, 7): in valid
/// JSON such characters are inside strings only, line breaks of the layout aside.
pub fn json(text: &str) -> Cow<'_, str> {
    let unsafe_in_json = |character| character != '\n' && is_unprintable(character);
    if !text.contains(unsafe_in_json) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if unsafe_in_json(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Characters that XML 1.0 (2.2, `Char`) excludes, even escaped, beyond the control characters.
fn is_not_xml(character: char) -> bool {
    matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn escape(text: &str, is_unsafe: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unsafe(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::{ascii_lines, json, line, lines};

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(line("a\n\u{1b}[2J\u{9b}\u{202e}é"), "a\\n\\u{1b}[2J\\u{9b}\\u{202e}é");
        assert_eq!(lines("a\nb\r"), "a\nb\\r");
        assert_eq!(line("\u{ffff}"), "\\u{ffff}");
    }

    #[test]
    fn ascii_is_ascii() {
        assert_eq!(ascii_lines("cut… — ü \u{1b}\n"), "cut... - \\u{fc} \\u{1b}\n");
    }

    #[test]
    fn json_stays_the_same_value() {
        let text = serde_json::to_string("\u{1b}\u{7f}\u{9b}\u{202e}\n é").unwrap();
        let escaped = json(&text);
        assert_eq!(escaped, r#""\u001b\u007f\u009b\u202e\n é""#);
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), "\u{1b}\u{7f}\u{9b}\u{202e}\n é");
    }
}
