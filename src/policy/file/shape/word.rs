//! Single values held against the schema: their type, their word, their range.

use std::ops::Range;

use serde_json::Value as Json;

use super::{Walk, path_text, words};
use crate::policy::file::fault::{Draft, alternatives, quoted};
use crate::policy::file::suggest::did_you_mean;
use crate::policy::file::tree::Value;
use crate::policy::file::variable::looks_like_variable;

impl Walk<'_> {
    /// A value that is neither a wanted map nor a wanted list; [`Json::Null`] where it is reported.
    pub(super) fn scalar(
        &mut self,
        wanted: Option<&str>,
        value: &Value,
        at: &Range<usize>,
        schema: &Json,
    ) -> Json {
        let choices: Vec<&str> = schema
            .get("oneOf")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(|choice| choice.get("const").and_then(Json::as_str))
            .collect();
        if let Value::Text(text) = value
            && looks_like_variable(text)
            && !may_hold_variables(schema)
        {
            let place = format!("in {}", self.name());
            self.misplaced_variable(at, &place);
            return Json::Null;
        }
        let fault = match (wanted, value) {
            (_, Value::Text(text)) if choices.contains(&text.as_str()) => return Json::from(text.as_str()),
            (_, Value::Text(text)) if !choices.is_empty() => self.unknown_word(text, &choices, at),
            (Some("string"), Value::Text(text)) => return Json::from(text.as_str()),
            (Some("integer"), Value::Number(number)) if !number.is_f64() => match number.as_u64() {
                Some(whole) if in_range(whole, schema) => return Json::from(whole),
                _ => self.out_of_range(number, at, schema),
            },
            _ => self.wrong_type(wanted, value, &choices, at, schema),
        };
        self.report(fault);
        Json::Null
    }

    fn unknown_word(&self, text: &str, choices: &[&str], at: &Range<usize>) -> Draft {
        let message = format!(
            "{} must be {}, not {}",
            self.name(),
            alternatives(choices.iter().copied()),
            quoted(text)
        );
        let draft = Draft::new(at, message).label("unknown word");
        match did_you_mean(text, choices.iter().copied()) {
            Some(meant) => draft.help(format!("did you mean {}?", quoted(meant))),
            None => draft.help(format!("write {}", alternatives(choices.iter().copied()))),
        }
    }

    fn out_of_range(&self, number: &serde_json::Number, at: &Range<usize>, schema: &Json) -> Draft {
        let bound = |keyword| schema.get(keyword).and_then(Json::as_u64).unwrap_or(0);
        let (least, most) = (bound("minimum"), bound("maximum"));
        // The bound of a database's integers tells nobody anything.
        let range = if most > u64::from(u32::MAX) {
            format!("{least} or more")
        } else {
            format!("from {least} to {most}")
        };
        Draft::new(at, format!("{} must be {range}, not {number}", self.name())).label("out of range")
    }

    fn wrong_type(
        &self,
        wanted: Option<&str>,
        value: &Value,
        choices: &[&str],
        at: &Range<usize>,
        schema: &Json,
    ) -> Draft {
        let example = words(schema.get("examples")).next();
        let kind = match wanted {
            Some("object") => "a map of keys and values",
            Some("array") => "a list",
            Some("string") => "a text",
            Some("integer") => "a whole number",
            _ if choices.is_empty() => "something else",
            _ => "a word",
        };
        let found = match value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => format!("the number {number}"),
            Value::Text(text) => format!("the text {}", quoted(text)),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
        };
        let help = match (wanted, value) {
            (_, Value::Null) if self.path.is_empty() => {
                Some("`reachgate policy show` writes the built-in policy, to begin from".to_owned())
            }
            (_, Value::Null) => Some("give it a value, or remove it".to_owned()),
            _ if !choices.is_empty() => Some(format!("write {}", alternatives(choices.iter().copied()))),
            (Some("array"), Value::Text(_) | Value::Number(_)) => {
                Some("put the value in brackets: [value]".to_owned())
            }
            (Some("integer"), Value::Text(text))
                if self.path.last().is_some_and(|key| key.parse::<u64>().is_ok()) =>
            {
                let key = self.path.last().map_or("", String::as_str);
                Some(format!("write it the other way round: {}", quoted(&format!("{text}: {key}"))))
            }
            (Some("integer"), Value::Text(text)) if text.parse::<u64>().is_ok() => {
                Some("remove the quotes and leading zeros".to_owned())
            }
            (Some("string"), Value::Number(_) | Value::Bool(_))
                if example.is_none_or(|text| !text.contains('/')) =>
            {
                Some("put it in double quotes, if it is what you mean".to_owned())
            }
            _ => example.map(|example| format!("for instance {}", quoted(example))),
        };
        let message = match (value, self.path.as_slice()) {
            (Value::Null, []) => "there is no policy in the file".to_owned(),
            (Value::Null, _) => format!("{} has no value", self.name()),
            _ => format!("{} must be {kind}, not {found}", self.name()),
        };
        let draft = Draft::new(at, message).label(if matches!(value, Value::Null) {
            String::new()
        } else {
            format!("this is {found}")
        });
        match help {
            Some(help) => draft.help(help),
            None => draft,
        }
    }

    fn name(&self) -> String {
        if self.path.is_empty() { "a policy".to_owned() } else { quoted(&path_text(&self.path)) }
    }
}

/// The pattern of a value that may hold variables says so.
fn may_hold_variables(schema: &Json) -> bool {
    schema.get("pattern").and_then(Json::as_str).is_some_and(|pattern| pattern.contains(r"\$\{"))
}

fn in_range(number: u64, schema: &Json) -> bool {
    let bound = |keyword| schema.get(keyword).and_then(Json::as_u64);
    bound("minimum").is_none_or(|least| least <= number) && bound("maximum").is_none_or(|most| number <= most)
}
