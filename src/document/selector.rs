//! Label selectors (Kubernetes, Labels and Selectors).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::manifest::{Flaw, Match, is_template, texts};
use super::node::{Node, Span};

/// A label selector: all its requirements must be met, so an empty one selects everything.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// What is required, of `matchLabels` and `matchExpressions` alike.
    pub requirements: Vec<Requirement>,
    /// Whether something of it cannot be read, so that it may require more.
    pub is_doubtful: bool,
}

/// What is required of one label.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// Its key.
    pub key: String,
    /// What it must be.
    pub operator: Operator,
}

/// What a label must be.
#[derive(Debug, Clone)]
pub enum Operator {
    /// There, with one of these values.
    In(Vec<String>),
    /// Not there, or with none of these values.
    NotIn(Vec<String>),
    /// There.
    Exists,
    /// Not there.
    DoesNotExist,
}

impl Selector {
    /// Reads a selector, and adds what the API refuses in it.
    pub fn parse(node: &Arc<Node>, flaws: &mut Vec<Flaw>) -> Self {
        let mut selector = Self::default();
        if node.is_null() {
            return selector;
        }
        let Some(entries) = node.map() else {
            flaws.push(Flaw { span: node.span, what: "a label selector is a map".to_owned() });
            return Self { is_doubtful: true, ..selector };
        };
        for entry in entries {
            match &*entry.key {
                "matchLabels" => selector.labels(&entry.node, flaws),
                "matchExpressions" => selector.expressions(&entry.node, flaws),
                other => {
                    let what = format!("{other} is no part of a label selector");
                    flaws.push(Flaw { span: entry.key_span, what });
                    selector.is_doubtful = true;
                }
            }
        }
        selector
    }

    /// Whether it matches something of which these labels are known. It may have others too.
    pub fn matches(&self, known: &BTreeMap<&str, &str>) -> Match {
        let required = self.requirements.iter().map(|requirement| requirement.is_met(known));
        Match::all(required.chain(self.is_doubtful.then_some(Match::Maybe)))
    }

    /// The keys that decide it and are not known.
    pub fn undecided(&self, known: &BTreeMap<&str, &str>) -> impl Iterator<Item = &str> {
        let undecided = self.requirements.iter().filter(|it| it.is_met(known) == Match::Maybe);
        undecided.map(|requirement| requirement.key.as_str())
    }

    fn labels(&mut self, node: &Arc<Node>, flaws: &mut Vec<Flaw>) {
        let labels = texts(Some(node));
        if labels.len() != node.map().map_or(usize::from(!node.is_null()), <[_]>::len) {
            flaws.push(Flaw { span: node.span, what: "matchLabels is a map of texts".to_owned() });
            self.is_doubtful = true;
        }
        for (key, value, _) in labels {
            self.requirements.push(Requirement { key, operator: Operator::In(vec![value]) });
        }
    }

    fn expressions(&mut self, node: &Arc<Node>, flaws: &mut Vec<Flaw>) {
        for item in node.items() {
            match expression(item) {
                Ok(requirement) => self.requirements.push(requirement),
                Err((span, what)) => {
                    flaws.push(Flaw { span, what: what.to_owned() });
                    self.is_doubtful = true;
                }
            }
        }
    }
}

fn expression(item: &Arc<Node>) -> Result<Requirement, (Span, &'static str)> {
    let text = |key: &str| item.get(key).and_then(|node| node.text());
    let key = text("key").ok_or((item.span, "an expression has no key"))?;
    let values = item.get("values");
    let span = values.map_or(item.span, |values| values.span);
    let values: Vec<String> = values
        .map(|values| values.items().iter().filter_map(|value| value.text().map(str::to_owned)).collect())
        .unwrap_or_default();
    let operator = match (text("operator"), values.is_empty()) {
        (Some("In"), false) => Operator::In(values),
        (Some("NotIn"), false) => Operator::NotIn(values),
        (Some("In" | "NotIn"), true) => return Err((span, "the operators In and NotIn need values")),
        (Some("Exists"), true) => Operator::Exists,
        (Some("DoesNotExist"), true) => Operator::DoesNotExist,
        (Some("Exists" | "DoesNotExist"), false) => {
            return Err((span, "the operators Exists and DoesNotExist take no values"));
        }
        _ => return Err((item.span, "an expression's operator is In, NotIn, Exists or DoesNotExist")),
    };
    Ok(Requirement { key: key.to_owned(), operator })
}

impl Requirement {
    fn is_met(&self, known: &BTreeMap<&str, &str>) -> Match {
        if is_template(&self.key) {
            return Match::Maybe;
        }
        let Some(had) = known.get(self.key.as_str()) else { return Match::Maybe };
        let among = |values: &[String]| {
            let one = |value: &String| {
                if is_template(value) { Match::Maybe } else { Match::of(value == had) }
            };
            Match::any(values.iter().map(one))
        };
        match &self.operator {
            Operator::In(values) => among(values),
            Operator::NotIn(values) => match among(values) {
                Match::Yes => Match::No,
                Match::No => Match::Yes,
                Match::Maybe => Match::Maybe,
            },
            Operator::Exists => Match::Yes,
            Operator::DoesNotExist => Match::No,
        }
    }
}
