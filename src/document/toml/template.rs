//! Go templates in TOML: their actions are put out of the way, byte for byte, so that what stays is TOML.

use std::ops::Range;

/// Braces that no action is made of, after which none is looked for any more: the text is no template.
const MOST_UNCLOSED: usize = 100;

/// A text without its template's actions, as long as it was.
pub(super) struct Masked {
    pub(super) text: String,
    /// Where they were.
    pub(super) actions: Vec<Range<usize>>,
    /// Those that put in whole lines.
    pub(super) insertions: Vec<Range<usize>>,
}

/// Where the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Bare,
    Comment,
    /// In a string that ends with this, with `\` before a character that does not end it.
    Basic(&'static str),
    /// In a string that ends with this.
    Literal(&'static str),
}

/// Puts `x` in the place of an action in a string, in a comment or as a value, and blanks where it steers (`if`,
/// `range`, `end`) or stands alone on its line.
pub(super) fn mask(text: &str) -> Masked {
    let mut masked =
        Masked { text: String::with_capacity(text.len()), actions: Vec::new(), insertions: Vec::new() };
    let mut state = State::Bare;
    let mut at = 0;
    let mut unclosed = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let begins = rest.starts_with("{{") && unclosed < MOST_UNCLOSED;
        let length = begins.then(|| action(rest)).flatten();
        unclosed += usize::from(begins && length.is_none());
        if let Some(length) = length {
            let action = rest.get(..length).unwrap_or_default();
            let fill = match state {
                State::Bare if steers(action) => ' ',
                State::Bare if is_alone(&masked.text, rest.get(length..).unwrap_or_default()) => {
                    masked.insertions.push(at..at + length);
                    ' '
                }
                _ => 'x',
            };
            let keeps = fill == ' ' || matches!(state, State::Basic("\"\"\"") | State::Literal("'''"));
            for byte in action.bytes() {
                masked.text.push(if byte == b'\n' && keeps { '\n' } else { fill });
            }
            masked.actions.push(at..at + length);
            at += length;
            continue;
        }
        let (length, next) = step(state, rest);
        masked.text.push_str(rest.get(..length).unwrap_or_default());
        state = next;
        at += length;
    }
    masked
}

/// Bytes to take as they are, and where the reader is after them.
fn step(state: State, rest: &str) -> (usize, State) {
    let first = rest.chars().next().map_or(1, char::len_utf8);
    match state {
        State::Bare => {
            for (open, inner) in [
                ("\"\"\"", State::Basic("\"\"\"")),
                ("'''", State::Literal("'''")),
                ("\"", State::Basic("\"")),
                ("'", State::Literal("'")),
                ("#", State::Comment),
            ] {
                if rest.starts_with(open) {
                    return (open.len(), inner);
                }
            }
            (first, state)
        }
        State::Basic(_) if rest.starts_with('\\') => {
            let escaped = rest.chars().nth(1).filter(|next| *next != '\n').map_or(0, char::len_utf8);
            (first + escaped, state)
        }
        State::Basic(end) | State::Literal(end) if rest.starts_with(end) => (end.len(), State::Bare),
        // A string of one line ends with it, and so does a comment.
        State::Basic("\"") | State::Literal("'") | State::Comment if rest.starts_with('\n') => {
            (first, State::Bare)
        }
        _ => (first, state),
    }
}

/// The length of the action that a text begins with: to its `}}`, strings of its own passed over.
fn action(text: &str) -> Option<usize> {
    const LONGEST: usize = 10_000;
    if let Some(comment) = text.strip_prefix("{{/*").or_else(|| text.strip_prefix("{{- /*")) {
        let opening = text.len() - comment.len();
        let body = comment.find("*/")?;
        let close = comment.get(body..)?.find("}}")?;
        return Some(opening + body + close + 2);
    }
    let bytes = text.as_bytes();
    let mut quote = None;
    let mut at = 2;
    while let Some(byte) = bytes.get(at).filter(|_| at < LONGEST) {
        match (quote, byte) {
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            (None, b'"' | b'`' | b'\'') => quote = Some(*byte),
            (Some(b'"' | b'\''), b'\\') => at += 1,
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether an action puts nothing in itself: it steers, defines, assigns or remarks.
fn steers(action: &str) -> bool {
    let inner = action.trim_start_matches(['{', '-', ' ', '\t', '\n', '\r']);
    let word: &str = inner.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let assigns = || {
        let name = inner.split_whitespace().nth(1);
        inner.starts_with('$') && matches!(name, Some(":=" | "="))
    };
    matches!(word, "if" | "else" | "end" | "range" | "with" | "define" | "block" | "break" | "continue")
        || inner.starts_with("/*")
        || assigns()
}

/// Whether nothing but blanks stands on the line before and after.
fn is_alone(before: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = after.lines().next().unwrap_or_default().trim();
    line.trim().is_empty() && (rest.is_empty() || rest.starts_with('#') || rest.starts_with("{{"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_put_out_of_the_way() {
        for (text, expected) in [
            ("a = \"{{ .X }}\"\n", "a = \"xxxxxxxx\"\n"),
            ("a = \"{{ printf \"%s\" .X }}\"\n", "a = \"xxxxxxxxxxxxxxxxxxxx\"\n"),
            ("a = {{ .X }}\n", "a = xxxxxxxx\n"),
            ("{{ if .X }}\na = 1\n{{ end }}\n", "           \na = 1\n         \n"),
            ("{{- if .X }}a = 1{{ end }}\n", "            a = 1         \n"),
            ("  {{ toYaml .X }}\n", "                 \n"),
            ("# {{ .X }}\n", "# xxxxxxxx\n"),
            ("a = '{{ .X }}' # \"\nb = 1\n", "a = 'xxxxxxxx' # \"\nb = 1\n"),
            ("a = \"\\\"{{ .X }}\"\n", "a = \"\\\"xxxxxxxx\"\n"),
            ("{{/* a }} */}}\nb = 1", "              \nb = 1"),
            ("a = \"{{ .X\"\n", "a = \"{{ .X\"\n"),
            ("{{ $x := 1 }}\n", "             \n"),
        ] {
            let masked = mask(text);
            assert_eq!(masked.text, expected, "{text}");
            assert_eq!(masked.text.len(), text.len());
        }
        assert_eq!(mask("  {{ toYaml .X }}\n").insertions.first(), Some(&(2..17)));
        assert!(mask("{{ if .X }}\n{{ end }}\n").insertions.is_empty());
    }
}
