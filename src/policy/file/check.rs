//! What a policy says, judged: values that cannot be, references that lead nowhere, contradictions.
//!
//! Every check runs, whatever the others found. A value that is not there, or that is wrong, was
//! reported where it stands, and makes no second fault where it is used.

mod destination;
mod expectation;
mod name;
mod network;
mod review;
mod source;

use std::collections::BTreeMap;
use std::ops::Range;

use super::fault::{Draft, Faults, alternatives, quoted};
use super::literal::{Wrong, parse_name};
use super::raw::{self, Given};
use super::suggest::did_you_mean;
use super::variable::{Template, parse_template};
use crate::policy::Policy;

/// What a check needs besides the policy.
pub(super) struct Check<'a> {
    pub(super) faults: &'a mut Faults,
    /// The file's text, to find a part of a value in.
    pub(super) text: &'a str,
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
}

impl Check<'_> {
    /// The policy, its origin and digest still empty. It is sound only where no fault was added.
    pub(super) fn policy(&mut self, raw: &raw::Policy) -> Policy {
        let name = self.name(&raw.name);
        let networks = self.networks(&raw.networks);
        let sources = self.sources(&raw.sources, &networks);
        let destinations = self.destinations(&raw.destinations, &networks);
        let expectations = self.expectations(raw);
        let names = self.names(raw.names.value.as_ref());
        let review = self.review(raw.review.value.as_ref());
        let (networks, written_networks) = network::split(networks);
        Policy {
            name,
            origin: String::new(),
            digest: String::new(),
            networks,
            written_networks,
            sources,
            destinations,
            expectations,
            names,
            review,
        }
    }

    fn name(&mut self, name: &Given<raw::Name>) -> String {
        let Some(raw::Name(text)) = &name.value else { return String::new() };
        self.right(text, &name.at, "", parse_name(text));
        text.clone()
    }

    /// The value of a literal, or a fault that says what is wrong with it. `whose` comes before the
    /// quoted text, e.g. `the variable X holds `.
    fn right<T>(
        &mut self,
        text: &str,
        at: &Range<usize>,
        whose: &str,
        parsed: Result<T, Wrong>,
    ) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(Wrong { what, help }) => {
                let shown = if text.is_empty() { "an empty text".to_owned() } else { quoted(text) };
                let message = format!("{whose}{shown} {what}");
                self.faults.add(Draft::new(at, message).help(help));
                None
            }
        }
    }

    /// The keys of a map of the policy's own names, each judged as a name.
    fn right_keys<T>(&mut self, map: &Given<BTreeMap<String, Given<T>>>) {
        for (key, entry) in map.value.iter().flatten() {
            self.right(key, &entry.key_at, "", parse_name(key));
        }
    }

    /// Says that there is nothing in a list or map that needs something.
    fn not_empty(&mut self, name: &str, empty: bool, at: &Range<usize>, help: &str) {
        if empty {
            self.faults.add(Draft::new(at, format!("{} is empty", quoted(name))).help(help));
        }
    }

    /// Says that entries of a list are the same, by `key`.
    fn distinct<'t, K: Ord>(&mut self, entries: impl IntoIterator<Item = (K, &'t str, &'t Range<usize>)>) {
        let mut seen: BTreeMap<K, &Range<usize>> = BTreeMap::new();
        for (key, text, at) in entries {
            if let Some(first) = seen.get(&key) {
                let draft =
                    Draft::new(at, format!("{} is listed twice", quoted(text))).label("listed again here");
                self.faults.add(draft.note(first, "first listed here").help("keep one of them"));
            } else {
                seen.insert(key, at);
            }
        }
    }

    /// Says that a name of some kind is not defined. `of` says of what, e.g. ` in X`.
    fn defined<'t>(
        &mut self,
        (kind, of): (&str, &str),
        name: &str,
        at: &Range<usize>,
        defined: impl Iterator<Item = &'t str> + Clone,
    ) {
        // Where nothing is defined at all, that was reported.
        if defined.clone().next().is_none() || defined.clone().any(|known| known == name) {
            return;
        }
        let draft = Draft::new(at, format!("there is no {kind} {}{of}", quoted(name)))
            .label(format!("unknown {kind}"));
        let help = match did_you_mean(name, defined.clone()) {
            Some(meant) => format!("did you mean {}?", quoted(meant)),
            None => format!("defined: {}", alternatives(defined)).replace(" or ", " and "),
        };
        self.faults.add(draft.help(help));
    }

    /// The template of a value that may hold variables.
    fn template(&mut self, text: &str, at: &Range<usize>) -> Option<Template> {
        match parse_template(text) {
            Ok(template) => Some(template),
            Err(error) => {
                let place = self.part(text, at, &error.at);
                self.faults.add(Draft::new(&place, error.message).help(error.help));
                None
            }
        }
    }

    /// Where a part of a value stands; the whole value where escapes or folds hide it.
    fn part(&self, value: &str, at: &Range<usize>, part: &Range<usize>) -> Range<usize> {
        match self.text.get(at.clone()).and_then(|source| source.find(value)) {
            Some(begin) => at.start + begin + part.start..at.start + begin + part.end,
            None => at.clone(),
        }
    }
}
