//! What an expression of the configuration refers to.

use serde_json::Value;

use crate::aws::plan::address::{parts, written};

/// Everything that an expression refers to, each once as far as it goes. The plan also lists what each leads
/// through: `a.b["k"].id`, then `a.b["k"]`, then `a.b`.
pub(super) fn references(expression: &Value) -> Vec<String> {
    let mut all = Vec::new();
    gather(expression, &mut all);
    let mut kept: Vec<String> = Vec::new();
    let mut through: Vec<String> = Vec::new();
    for reference in all {
        if let Some(at) = through.iter().position(|it| *it == reference) {
            through.drain(..=at);
            continue;
        }
        let path = parts(&reference);
        let head = if path.first().is_some_and(|part| part.name == "data") { 3 } else { 2 };
        through.clear();
        if path.len() > head {
            through.push(written(&path[..head]));
        }
        if path.get(head - 1).is_some_and(|part| part.index.is_some()) {
            let mut bare = path[..head].to_vec();
            bare[head - 1].index = None;
            through.push(written(&bare));
        }
        if !kept.contains(&reference) {
            kept.push(reference);
        }
    }
    kept
}

fn gather(expression: &Value, into: &mut Vec<String>) {
    match expression {
        Value::Array(blocks) => blocks.iter().for_each(|it| gather(it, into)),
        Value::Object(fields) => {
            if let Some(Value::Array(references)) = fields.get("references") {
                into.extend(references.iter().filter_map(Value::as_str).map(str::to_owned));
                return;
            }
            fields.iter().filter(|(name, _)| *name != "constant_value").for_each(|(_, it)| gather(it, into));
        }
        _ => {}
    }
}
