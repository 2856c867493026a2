//! `${NAME}` and `${NAME:-default}` in the values that may hold them.
//!
//! As in a shell, `:-` covers a variable that is unset and one that is empty. `$$` is a dollar sign, as
//! in Compose files and GitLab pipelines, and inside a default `$}` is a closing brace. Any other `$` is
//! refused, since `$NAME` and `${NAME-x}` would be expanded elsewhere and are surely not meant as text.
//! Variables are replaced after the YAML is read, so they can never add to it.

use std::ops::Range;

use super::fault::quoted;
use crate::policy::Value;

/// A text with variables in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    written: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable { name: String, default: Option<String> },
}

/// Why a text is no template.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TemplateError {
    /// The bytes of the text that are wrong.
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

const FORMS: &str = "write ${NAME}, ${NAME:-default}, or $$ for a dollar sign";

/// Takes a text apart.
pub(super) fn parse_template(text: &str) -> Result<Template, TemplateError> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        plain.push_str(before);
        let start = text.len() - after.len() - 1;
        if let Some(after) = after.strip_prefix('$') {
            plain.push('$');
            rest = after;
        } else if let Some(body) = after.strip_prefix('{') {
            let (piece, after) = parse_reference(body, start, text.len())?;
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(piece);
            rest = after;
        } else {
            let name = after.split(|c| !is_name_character(c)).next().unwrap_or_default();
            let (message, help) = if starts_name(name) {
                (
                    format!("{} has no braces", quoted(&format!("${name}"))),
                    format!("write ${{{name}}}, or $$ for a dollar sign"),
                )
            } else {
                ("a `$` stands alone".to_owned(), FORMS.to_owned())
            };
            return Err(TemplateError { at: start..start + 1 + name.len(), message, help });
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(Template { written: text.to_owned(), pieces })
}

/// A reference after its `${`, and what follows its `}`. `start` is where its `$` stands.
fn parse_reference(body: &str, start: usize, end: usize) -> Result<(Piece, &str), TemplateError> {
    let at = |rest: &str| start..(end - rest.len()).max(start + 2);
    let name_end = body.find(|c| !is_name_character(c)).unwrap_or(body.len());
    let (name, after) = body.split_at(name_end);
    let fault = |at, message: String| Err(TemplateError { at, message, help: FORMS.to_owned() });
    if !starts_name(name) {
        let shown = body.split('}').next().unwrap_or_default();
        return fault(at(""), format!("{} is no variable's name", quoted(shown)));
    }
    if let Some(after) = after.strip_prefix('}') {
        return Ok((Piece::Variable { name: name.to_owned(), default: None }, after));
    }
    let Some(mut rest) = after.strip_prefix(":-") else {
        return match after.chars().next() {
            None => fault(at(""), format!("{} is not closed", quoted(&format!("${{{name}")))),
            Some(_) => fault(at(""), format!("after the name {} comes neither `}}` nor `:-`", quoted(name))),
        };
    };
    let mut default = String::new();
    loop {
        let Some(stop) = rest.find(['$', '}']) else {
            return fault(at(""), format!("{} is not closed", quoted(&format!("${{{name}:-"))));
        };
        let (before, after) = rest.split_at(stop);
        default.push_str(before);
        if let Some(after) = after.strip_prefix('}') {
            return Ok((Piece::Variable { name: name.to_owned(), default: Some(default) }, after));
        }
        if after.starts_with("$$") || after.starts_with("$}") {
            default.push_str(&after[1..2]);
            rest = &after[2..];
        } else {
            let message = format!("the default of {} holds a variable", quoted(name));
            let help = "a default is plain text; `$$` is a dollar sign in it and `$}` a brace".to_owned();
            return Err(TemplateError { at: at(after), message, help });
        }
    }
}

/// POSIX names (XBD 8.1), lower case included.
fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn starts_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

impl Template {
    /// Whether there is a variable in it.
    pub(super) fn is_variable(&self) -> bool {
        self.names().next().is_some()
    }

    /// The names of its variables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { name, .. } => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// What it comes to in an environment.
    pub(super) fn resolve(&self, environment: &dyn Fn(&str) -> Option<String>) -> Value {
        let mut resolved = Some(String::new());
        for piece in &self.pieces {
            let text = match piece {
                Piece::Text(text) => Some(text.clone()),
                Piece::Variable { name, default: None } => environment(name),
                Piece::Variable { name, default: Some(default) } => {
                    environment(name).filter(|value| !value.is_empty()).or_else(|| Some(default.clone()))
                }
            };
            resolved = resolved.zip(text).map(|(so_far, text)| so_far + &text);
        }
        let variable = match self.pieces.as_slice() {
            [Piece::Variable { name, .. }] => Some(name.clone()),
            _ => None,
        };
        Value { written: self.written.clone(), variable, resolved }
    }
}

/// Spells a reference that comes to `value` where the variable is unset or empty.
pub(super) fn reference(name: &str, value: &str) -> String {
    format!("${{{name}:-{}}}", value.replace('$', "$$").replace('}', "$}"))
}

/// Whether a text outside of the values that may hold variables looks as if it wanted one.
pub(super) fn looks_like_variable(text: &str) -> bool {
    text.split('$').skip(1).any(|after| after.starts_with('{') || starts_name(after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Template, TemplateError, looks_like_variable, parse_template, reference};

    fn environment(name: &str) -> Option<String> {
        match name {
            "SET" => Some("10.1.20.15".to_owned()),
            "EMPTY" => Some(String::new()),
            "YAML" => Some("a: [b]\nc".to_owned()),
            "AGAIN" => Some("${SET}".to_owned()),
            _ => None,
        }
    }

    fn resolved(text: &str) -> Option<String> {
        parse_template(text).unwrap().resolve(&environment).resolved
    }

    #[test]
    fn resolves_as_a_shell_does() {
        for (text, expected) in [
            ("plain", Some("plain")),
            ("", Some("")),
            ("${SET}", Some("10.1.20.15")),
            ("${UNSET}", None),
            ("x${UNSET}", None),
            ("${EMPTY}", Some("")),
            ("${UNSET:-d}", Some("d")),
            ("${EMPTY:-d}", Some("d")),
            ("${SET:-d}", Some("10.1.20.15")),
            ("${UNSET:-}", Some("")),
            ("${UNSET:-fd00::/8}", Some("fd00::/8")),
            ("${SET}/32", Some("10.1.20.15/32")),
            ("${UNSET:-a}.${EMPTY:-b}", Some("a.b")),
            ("a$$b", Some("a$b")),
            ("$${SET}", Some("${SET}")),
            ("${UNSET:-$$x$}y}", Some("$x}y")),
            // What a variable holds is text, never YAML and never a reference again.
            ("${YAML}", Some("a: [b]\nc")),
            ("${AGAIN}", Some("${SET}")),
        ] {
            assert_eq!(resolved(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn knows_a_lone_reference() {
        let variable = |text| parse_template(text).unwrap().resolve(&environment).variable;
        assert_eq!(variable("${SET}").as_deref(), Some("SET"));
        assert_eq!(variable("${SET:-x}").as_deref(), Some("SET"));
        assert_eq!(variable("${SET}/32"), None);
        assert_eq!(variable("10.1.20.15"), None);
        assert!(!parse_template("$${SET}").unwrap().is_variable());
    }

    #[test]
    fn refuses_what_is_no_reference() {
        for (text, at, part) in [
            ("$SET", 0..4, "no braces"),
            ("a$", 1..2, "stands alone"),
            ("$1", 0..2, "stands alone"),
            ("${}", 0..3, "no variable's name"),
            ("${1X}", 0..5, "no variable's name"),
            ("${SET", 0..5, "not closed"),
            ("${SET:-x", 0..8, "not closed"),
            ("${SET-x}", 0..8, "neither"),
            ("${SET:?x}", 0..9, "neither"),
            ("${A:-${B}}", 0..5, "holds a variable"),
        ] {
            let TemplateError { at: found, message, .. } = parse_template(text).unwrap_err();
            assert_eq!(found, at, "{text}");
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn sees_a_variable_in_the_wrong_place() {
        assert!(looks_like_variable("a${X}") && looks_like_variable("$X"));
        assert!(!looks_like_variable("a$") && !looks_like_variable("$1") && !looks_like_variable("plain"));
    }

    proptest! {
        #[test]
        fn every_value_can_be_spelled(value in any::<String>()) {
            let template: Template = parse_template(&reference("UNSET", &value)).unwrap();
            prop_assert_eq!(template.resolve(&environment).resolved, Some(value));
        }

        #[test]
        fn no_text_panics(text in any::<String>(), dollars in "[$ {}:A-]{0,20}") {
            let _ = parse_template(&text);
            if let Err(error) = parse_template(&dollars) {
                prop_assert!(dollars.get(error.at).is_some());
            }
        }
    }
}
