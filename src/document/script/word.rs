//! Nodes of the grammar → words.

use std::ops::Range;

use tree_sitter::Node;

use crate::document::script::{Part, Piece, Word};

/// Expansions in expansions.
const DEEPEST: usize = 40;

/// The word of a node.
pub(super) fn read_word(node: Node<'_>, source: &str) -> Word {
    let mut parts = Vec::new();
    collect(node, source, true, 0, &mut parts);
    Word { at: node.byte_range(), parts }
}

fn collect(node: Node<'_>, source: &str, expands: bool, depth: usize, parts: &mut Vec<Part>) {
    let at = node.byte_range();
    let text = source.get(at.clone()).unwrap_or_default();
    let mut push = |at: Range<usize>, expands: bool, piece: Piece| parts.push(Part { at, expands, piece });
    match node.kind() {
        _ if depth > DEEPEST => push(at, expands, Piece::Unknown),
        "word"
        | "number"
        | "extglob_pattern"
        | "regex"
        | "variable_name"
        | "special_variable_name"
        | "test_operator"
        | "file_descriptor" => literal(text, at.start, true, &|_| true, parts),
        "string_content" => {
            literal(text, at.start, true, &|next| matches!(next, '$' | '`' | '"' | '\\' | '\n'), parts);
        }
        "raw_string" => {
            let inner = text.strip_prefix('\'').unwrap_or(text);
            let inner = inner.strip_suffix('\'').unwrap_or(inner);
            push(at.start + 1..at.start + 1 + inner.len(), false, Piece::Literal(inner.to_owned()));
        }
        "ansi_c_string" => {
            let inner = text.strip_prefix("$'").and_then(|inner| inner.strip_suffix('\'')).unwrap_or(text);
            push(at.start + 2..at.start + 2 + inner.len(), false, Piece::Literal(inner.to_owned()));
        }
        "simple_expansion" => {
            let name = text.strip_prefix('$').unwrap_or(text).to_owned();
            push(at, true, Piece::Variable(name, None));
        }
        "expansion" => {
            let piece = expansion(node, source, depth);
            push(at, true, piece);
        }
        "string" | "translated_string" => covered(node, source, depth, true, parts),
        "heredoc_body" => covered(node, source, depth, false, parts),
        "concatenation" | "command_name" | "herestring_redirect" => {
            let mut cursor = node.walk();
            for child in node.children(&mut cursor) {
                collect(child, source, expands, depth + 1, parts);
            }
        }
        "brace_expression" => literal(text, at.start, true, &|_| true, parts),
        _ if !node.is_named() => literal(text, at.start, true, &|_| true, parts),
        _ => push(at, true, Piece::Unknown),
    }
}

/// What is between the children of a string or here-document is text too. Whether a here-document is expanded
/// depends on how its end is written, so a variable is never put in its place.
fn covered(node: Node<'_>, source: &str, depth: usize, quoted: bool, parts: &mut Vec<Part>) {
    let whole = node.byte_range();
    let escapes = |next: char| matches!(next, '$' | '`' | '\\' | '\n') || quoted && next == '"';
    let (mut from, to) = if quoted {
        let text = source.get(whole.clone()).unwrap_or_default();
        let open = text.find('"').map_or(0, |at| at + 1);
        let close = usize::from(text.len() > open && text.ends_with('"'));
        (whole.start + open, whole.end - close)
    } else {
        (whole.start, whole.end)
    };
    let gap = |from: usize, to: usize, parts: &mut Vec<Part>| {
        if from < to {
            literal(source.get(from..to).unwrap_or_default(), from, quoted, &escapes, parts);
        }
    };
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        if matches!(child.kind(), "string_content" | "heredoc_content") || child.start_byte() < from {
            continue;
        }
        gap(from, child.start_byte(), parts);
        collect(child, source, true, depth + 1, parts);
        from = child.end_byte();
    }
    gap(from, to, parts);
}

/// A text in which `\` takes the meaning from what follows, where `escapes` says so.
fn literal(text: &str, start: usize, expands: bool, escapes: &dyn Fn(char) -> bool, parts: &mut Vec<Part>) {
    let mut from = 0;
    let mut push = |from: usize, to: usize, piece: &str| {
        if from < to {
            let at = start + from..start + to;
            parts.push(Part { at, expands, piece: Piece::Literal(piece.to_owned()) });
        }
    };
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character != '\\' {
            continue;
        }
        let Some((after, next)) = characters.peek().copied().filter(|(_, next)| escapes(*next)) else {
            continue;
        };
        characters.next();
        push(from, at, text.get(from..at).unwrap_or_default());
        let end = after + next.len_utf8();
        if next != '\n' {
            push(at, end, text.get(after..end).unwrap_or_default());
        }
        from = end;
    }
    push(from, text.len(), text.get(from..).unwrap_or_default());
}

/// `${NAME}` and `${NAME:-word}`; what else an operator makes of a variable is not known.
fn expansion(node: Node<'_>, source: &str, depth: usize) -> Piece {
    let text = |node: Node<'_>| source.get(node.byte_range()).unwrap_or_default();
    let mut cursor = node.walk();
    let mut name = None;
    let mut operator = None;
    let mut fallback = Word::default();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "${" | "}" => {}
            "variable_name" | "special_variable_name" if name.is_none() && operator.is_none() => {
                name = Some(text(child));
            }
            kind if name.is_some() && operator.is_none() && !child.is_named() => {
                operator = Some(kind.to_owned());
            }
            _ if operator.is_some() => {
                if fallback.parts.is_empty() {
                    fallback.at = child.byte_range();
                }
                fallback.at.end = child.end_byte();
                collect(child, source, true, depth + 1, &mut fallback.parts);
            }
            _ => return Piece::Unknown,
        }
    }
    match (name, operator.as_deref()) {
        (Some(name), None | Some(":?" | "?")) => Piece::Variable(name.to_owned(), None),
        (Some(name), Some(":-" | "-" | ":=" | "=")) => {
            Piece::Variable(name.to_owned(), Some(Box::new(fallback)))
        }
        _ => Piece::Unknown,
    }
}
