//! The tree held against the JSON Schema: unknown keys, missing keys, wrong types and unknown words,
//! all of them at once.
//!
//! What is left when they are reported always fits the types of [`super::raw`]: a value of the wrong
//! type has its place but no value, so that the checks after this one still see the rest of the file.
//! The patterns and list rules of the schema are not looked at here: [`super::check`] has better words.

mod word;

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Value as Json, json};

use super::fault::{Draft, Faults, alternatives, quoted};
use super::suggest::did_you_mean;
use super::tree::{Entry, Node, Value};
use super::variable::looks_like_variable;

/// Takes the policy out of a tree. What is returned deserialises as [`super::raw::Policy`].
pub(super) fn shape(root: Node, schema: &Json, faults: &mut Faults) -> Json {
    let mut walk = Walk { schema, faults, path: Vec::new(), reported: 0 };
    walk.node(root, &(0..0), schema)
}

struct Walk<'a> {
    schema: &'a Json,
    faults: &'a mut Faults,
    path: Vec<String>,
    /// Faults reported so far.
    reported: usize,
}

impl<'a> Walk<'a> {
    /// A node as [`super::raw::Given`] reads it.
    fn node(&mut self, node: Node, key_at: &Range<usize>, schema: &'a Json) -> Json {
        let schema = self.resolved(schema);
        // A block map begins nowhere to be marked; its key stands for it.
        let at = if node.at.is_empty() { key_at.clone() } else { node.at.clone() };
        let faults_before = self.reported;
        let value = match (schema.get("type").and_then(Json::as_str), node.value) {
            (Some("object"), Value::Map(entries)) => self.map(entries, &at, schema),
            (Some("array"), Value::List(items)) => self.list(items, schema),
            (wanted, value) => self.scalar(wanted, &value, &at, schema),
        };
        // The fields of `Given` in their order: lists, since maps of them would take some kilobytes a value. Put
        // together by hand, since `json!` would copy the value, at every level of the tree again.
        let is_doubtful = Json::Bool(self.reported > faults_before);
        Json::Array(vec![value, bytes(&at), bytes(key_at), is_doubtful])
    }

    fn map(&mut self, entries: Vec<Entry>, at: &Range<usize>, schema: &'a Json) -> Json {
        let at = match entries.first() {
            Some(first) if at.is_empty() => first.key_at.clone(),
            _ => at.clone(),
        };
        let properties = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties").filter(|others| others.is_object());
        let mut map = serde_json::Map::new();
        let mut meant = BTreeSet::new();
        for entry in entries {
            let known = properties.and_then(|properties| properties.get(&entry.key)).or(others);
            if looks_like_variable(&entry.key) {
                self.misplaced_variable(&entry.key_at, "in a key");
            } else if let Some(known) = known {
                self.path.push(entry.key.clone());
                let value = self.node(entry.node, &entry.key_at, known);
                self.path.pop();
                map.insert(entry.key, value);
            } else {
                meant.extend(self.unknown_key(&entry, schema));
            }
        }
        for key in words(schema.get("required")).filter(|key| !map.contains_key(*key)).collect::<Vec<_>>() {
            // What is misspelt is reported as such already.
            if !meant.contains(key) {
                self.missing_key(key, &at, schema);
            }
            // Typed fields are filled, so that the rest can still be read.
            if properties.is_some() {
                map.insert(key.to_owned(), json!({}));
            }
        }
        Json::Object(map)
    }

    fn missing_key(&mut self, key: &str, at: &Range<usize>, schema: &'a Json) {
        let message = match self.path.as_slice() {
            [] => format!("{} is missing", quoted(key)),
            path => format!("{} is missing in {}", quoted(key), quoted(&path_text(path))),
        };
        let draft = Draft::new(at, message).label(format!("no {} here", quoted(key)));
        let wanted = schema.pointer(&format!("/properties/{key}"));
        let description = wanted.and_then(|wanted| first_sentence(self.description(wanted)?));
        self.report(match description {
            Some(description) => draft.help(format!("{}: {description}", quoted(key))),
            None => draft,
        });
    }

    fn report(&mut self, draft: Draft) {
        self.reported += 1;
        self.faults.add(draft);
    }

    fn list(&mut self, items: Vec<Node>, schema: &'a Json) -> Json {
        let Some(wanted) = schema.get("items") else { return Json::Null };
        let mut list = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            self.path.push(format!("[{index}]"));
            let key_at = item.at.clone();
            list.push(self.node(item, &key_at, wanted));
            self.path.pop();
        }
        Json::Array(list)
    }

    fn misplaced_variable(&mut self, at: &Range<usize>, place: &str) {
        let help = "they are in `networks`, `destinations.*.address`, `names.control` and `names.unresolvable` alone";
        let message = format!("variables are not replaced {place}");
        self.report(Draft::new(at, message).label("not replaced").help(help));
    }

    /// Reports a key that has no place in a map; the key that was likely meant.
    fn unknown_key(&mut self, entry: &Entry, schema: &'a Json) -> Option<&'a str> {
        let place = match self.path.as_slice() {
            [] => "in a policy".to_owned(),
            path => format!("in {}", quoted(&path_text(path))),
        };
        let properties = schema.get("properties").and_then(Json::as_object);
        let keys: Vec<&str> = properties.into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        let meant = did_you_mean(&entry.key, keys.iter().copied());
        let help = if let Some(meant) = meant {
            format!("did you mean {}?", quoted(meant))
        } else if self.schema.pointer("/properties").is_some_and(|top| top.get(&entry.key).is_some()) {
            format!("{} belongs at the top of the file, not indented", quoted(&entry.key))
        } else if let Some(home) = self.home(&entry.key) {
            format!("{} belongs in {}", quoted(&entry.key), quoted(&home))
        } else {
            format!("the keys here are {}", alternatives(keys).replace(" or ", " and "))
        };
        let message = format!("there is no key {} {place}", quoted(&entry.key));
        self.report(Draft::new(&entry.key_at, message).label("unknown key").help(help));
        meant
    }

    /// Where a key would be right, e.g. `destinations.*`.
    fn home(&self, key: &str) -> Option<String> {
        fn seek(walk: &Walk<'_>, schema: &Json, key: &str, path: &mut Vec<String>) -> bool {
            let schema = walk.resolved(schema);
            let properties = schema.get("properties").and_then(Json::as_object);
            if !path.is_empty() && properties.is_some_and(|properties| properties.contains_key(key)) {
                return true;
            }
            let named = properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema));
            let others = schema.get("additionalProperties").map(|schema| ("*", schema));
            let items = schema.get("items").map(|schema| ("[]", schema));
            for (step, schema) in named.chain(others).chain(items) {
                path.push(step.to_owned());
                if seek(walk, schema, key, path) {
                    return true;
                }
                path.pop();
            }
            false
        }
        let mut path = Vec::new();
        seek(self, self.schema, key, &mut path).then(|| path_text(&path))
    }

    /// A schema with its reference followed.
    fn resolved<'b>(&self, schema: &'b Json) -> &'b Json
    where
        'a: 'b,
    {
        let target = schema.get("$ref").and_then(Json::as_str).and_then(|target| target.strip_prefix('#'));
        target.and_then(|target| self.schema.pointer(target)).unwrap_or(schema)
    }

    /// A key's own description weighs more than that of its type.
    fn description<'b>(&self, schema: &'b Json) -> Option<&'b str>
    where
        'a: 'b,
    {
        let own = schema.get("description").and_then(Json::as_str);
        own.or_else(|| self.resolved(schema).get("description").and_then(Json::as_str))
    }
}

fn bytes(range: &Range<usize>) -> Json {
    Json::Array(vec![range.start.into(), range.end.into()])
}

fn words(list: Option<&Json>) -> impl Iterator<Item = &str> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

/// The first sentence of a description, to go on with in another.
fn first_sentence(text: &str) -> Option<String> {
    let sentence = text.split(". ").next()?.trim_end_matches('.').replace('\n', " ");
    let mut letters = sentence.chars();
    let first = letters.next()?;
    Some(first.to_lowercase().chain(letters).collect())
}

/// Steps as a person writes them: `expect[0].from`.
fn path_text(path: &[String]) -> String {
    let mut text = String::new();
    for step in path {
        if !text.is_empty() && !step.starts_with('[') {
            text.push('.');
        }
        text.push_str(step);
    }
    text
}
