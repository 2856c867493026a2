//! Text as Markdown that means nothing but itself, in `CommonMark`, GitHub's and GitLab's dialects.
//!
//! Names come from AWS, banners from servers: none of it may make a link, a mention, a reference, HTML, a
//! table's border, a quick action (GitLab's docs, "GitLab Flavored Markdown", "GitLab quick actions").

use std::borrow::Cow;

use crate::report::printable;

/// What stands at the end of text that was cut.
const CUT: char = '…';

/// Text within a line, in a table's cell too. It is never the first of its line.
///
/// Backslashes escape what Markdown reads, and what GitLab reads as a reference. What renderers find in the text
/// itself (addresses with `@`, `://`, `www.`) is shown as code, in which none of them looks for anything.
pub(super) fn text(text: &str, limit: usize) -> String {
    let line = printable::line(text);
    let line = cut(line.trim(), limit);
    if is_found_in_text(&line) {
        return span(&line);
    }
    let mut escaped = String::with_capacity(line.len() + 16);
    for (at, character) in line.char_indices() {
        let emoji = character == ':' && begins_emoji(line.get(at + 1..).unwrap_or_default());
        if emoji || "\\`*_[]{}<>#!|~$%&^\"".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether a colon before this begins the name of an emoji.
fn begins_emoji(rest: &str) -> bool {
    let fits = |it: char| it.is_alphanumeric() || matches!(it, '+' | '-' | '_');
    let name = rest.trim_start_matches(fits);
    name.len() < rest.len() && name.starts_with(':')
}

/// As [`text`], with line breaks shown as such.
pub(super) fn texts(text_: &str, limit: usize) -> String {
    let whole = cut(text_, limit);
    let lines = whole.lines().map(|line| text(line, limit)).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("<br>")
}

/// A word or id as code, in a table's cell too.
pub(super) fn code(text: &str, limit: usize) -> String {
    let line = printable::line(text);
    span(&cut(line.trim(), limit))
}

fn span(line: &str) -> String {
    if line.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(line, '`') + 1);
    let blank = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    // A cell ends at a bar even within code (GitHub Flavored Markdown, 4.10).
    let line = line.replace('|', "\\|");
    format!("{fence}{blank}{line}{blank}{fence}")
}

/// A fenced block: its lines as they are.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let lines = printable::lines(text);
    let fence = "`".repeat(longest_run(&lines, '`').max(2) + 1);
    let mut block = format!("{fence}{language}\n");
    for line in lines.lines() {
        // GitLab looks for quick actions before it reads Markdown.
        let blank = if line.starts_with('/') { " " } else { "" };
        block.push_str(blank);
        block.push_str(line);
        block.push('\n');
    }
    block + &fence
}

fn longest_run(text: &str, wanted: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Whether renderers make something of it wherever it stands.
fn is_found_in_text(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    ["@", "://", "www.", "mailto:", "xmpp:"].iter().any(|mark| lower.contains(mark))
}

/// The first characters, with a mark where there are more.
pub(super) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let mut cut = text.get(..end).unwrap_or_default().to_owned();
            cut.push(CUT);
            Cow::Owned(cut)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{code, fenced, text, texts};

    #[test]
    fn text_means_itself() {
        assert_eq!(text("a*b_c [d](e) | <f> #1", 99), r"a\*b\_c \[d\](e) \| \<f\> \#1");
        assert_eq!(text("tcp/22 from 10.1.34.0/24, eni-1", 99), "tcp/22 from 10.1.34.0/24, eni-1");
        assert_eq!(text("see http://a or @all", 99), "`see http://a or @all`");
        assert_eq!(text("so :smile: fd00::1", 99), r"so \:smile: fd00::1");
        assert_eq!(texts("/approve\n\n- x", 99), "/approve<br>- x");
        assert_eq!(text("abcdef", 3), "abc…");
    }

    #[test]
    fn code_is_closed_by_its_own_fence() {
        assert_eq!(code("a`b|c", 99), r"``a`b\|c``");
        assert_eq!(code("`", 99), "`` ` ``");
        assert_eq!(code(" ", 99), "");
        assert_eq!(fenced("sh", "a\n```\n/approve"), "````sh\na\n```\n /approve\n````");
    }
}
