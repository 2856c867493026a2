//! Follows an expression through the configuration to the things of the plan that its value comes from.

use serde_json::Value;

use super::attribute::has_own_interface;
use super::expression::references;
use super::{Resolver, Within, prefix};
use crate::aws::plan::address::{Part, index_text, parts, written};
use crate::aws::plan::format::{ModuleCall, ResourceChange};
use crate::snapshot::Id;

/// References to references that are still followed.
const DEEPEST: usize = 32;

/// What an expression may take its unknown part from.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub exact: Vec<Id>,
    pub among: Vec<Id>,
    /// From something that cannot be followed.
    pub opaque: bool,
    /// By way of something that is no such id, which may choose among what is there already.
    pub anything: bool,
}

/// What an expression of a resource's configuration takes its unknown part from; `kinds` are how the ids begin that
/// are asked for.
pub(super) fn follow(
    resolver: &Resolver<'_>,
    change: &ResourceChange,
    expression: &Value,
    kinds: &[&str],
    within: Within,
) -> Found {
    let mut walk = Walk { resolver, kinds, within, depth: 0, found: Found::default() };
    walk.collect(&walk.place_of(change), expression, &[]);
    walk.found
}

/// The ids of these kinds that a resource brings with it when it is made.
pub(super) fn brought(resolver: &Resolver<'_>, change: &ResourceChange, kinds: &[&str]) -> Vec<Id> {
    let own =
        prefix(&change.r#type).filter(|own| kinds.contains(own)).and_then(|_| resolver.id_after(change));
    let besides: &[&str] = match change.r#type.as_str() {
        "aws_instance" if has_own_interface(change) => &["eni"],
        "aws_vpc" => &["sg", "acl", "rtb"],
        _ => &[],
    };
    let besides = besides.iter().filter(|it| kinds.contains(it)).map(|it| Resolver::to_come(it, change));
    own.into_iter().chain(besides).collect()
}

/// Where an expression stands.
#[derive(Clone)]
pub(super) struct Place<'p> {
    module: Vec<Part>,
    /// The resource's or module's own index, as `each.key` or `count.index` gives it.
    index: Option<String>,
    for_each: Option<&'p Value>,
}

/// One search for what an expression takes its unknown part from.
pub(super) struct Walk<'r, 'p> {
    pub resolver: &'r Resolver<'p>,
    /// How the ids begin that are asked for.
    pub kinds: &'r [&'r str],
    pub within: Within,
    /// How many references led here.
    depth: usize,
    pub found: Found,
}

impl<'p> Walk<'_, 'p> {
    pub(super) fn place_of(&self, change: &ResourceChange) -> Place<'p> {
        Place {
            module: parts(&change.module_address),
            index: index_text(&change.index),
            for_each: self.resolver.configured(change).map(|it| &it.for_each_expression),
        }
    }

    /// An expression that another one leads to.
    pub(super) fn lead(&mut self, place: &Place<'p>, expression: &Value, of: &[String]) {
        if self.depth == DEEPEST {
            self.found.opaque = true;
            return;
        }
        self.depth += 1;
        self.collect(place, expression, of);
        self.depth -= 1;
    }

    /// Adds what an expression refers to; `of` is what is taken of it: an attribute, and what is in that.
    fn collect(&mut self, place: &Place<'p>, expression: &Value, of: &[String]) {
        let references = references(expression);
        let by_key = references.iter().any(|it| it == "each.key");
        let others = references.iter().filter(|it| *it != "each.key").count();
        for reference in &references {
            let path = parts(reference);
            let (Some(first), second) = (path.first(), path.get(1)) else { continue };
            let rest = |at: usize| -> Vec<String> {
                let own = path.iter().skip(at).map(|part| part.name.clone());
                own.chain(of.iter().cloned()).collect()
            };
            match (first.name.as_str(), second) {
                ("count" | "path" | "terraform" | "self", _) => {}
                ("each", Some(part)) if part.name == "key" => {}
                ("each", _) => self.each_value(place, &rest(2)),
                ("var", Some(variable)) => self.variable(place, &variable.name, &rest(2)),
                ("module", Some(call)) => {
                    let output = path.get(2).map(|part| part.name.as_str());
                    self.output(place, call, output, &rest(3));
                }
                ("data", _) => {
                    self.found.opaque |=
                        self.resolver.plan.changes.iter().any(ResourceChange::is_deferred_read);
                }
                ("local", _) | (_, None) => self.found.opaque = true,
                (_, Some(name)) => {
                    let key = if by_key && others == 1 { place.index.clone() } else { None };
                    self.resource(place, (&first.name, name), &rest(2), key);
                }
            }
        }
    }

    /// `each.value` of a resource that is made for each of another's.
    fn each_value(&mut self, place: &Place<'p>, of: &[String]) {
        let over = place.for_each.map(references).unwrap_or_default();
        let path = match over.as_slice() {
            [one] => parts(one),
            _ => Vec::new(),
        };
        match path.as_slice() {
            [kind, name] if name.index.is_none() && place.index.is_some() => {
                self.resource(place, (&kind.name, name), of, place.index.clone());
            }
            _ => self.found.opaque = true,
        }
    }

    /// A variable of the module: what its call says.
    fn variable(&mut self, place: &Place<'p>, name: &str, of: &[String]) {
        let Some(at) = place.module.len().checked_sub(2) else { return };
        let (outer, inner) = place.module.split_at(at);
        let called = |call: &Part| -> Option<&'p ModuleCall> {
            self.resolver.module(outer).and_then(|it| it.module.calls.get(&call.name))
        };
        let Some(call) = inner.get(1).and_then(called) else {
            self.found.opaque = true;
            return;
        };
        // What the call does not set is the variable's default, and known.
        let Some(expression) = call.expressions.get(name) else { return };
        let index = inner.get(1).and_then(|part| part.index.clone());
        let outer = Place { module: outer.to_vec(), index, for_each: Some(&call.for_each_expression) };
        self.lead(&outer, expression, of);
    }

    fn output(&mut self, place: &Place<'p>, call: &Part, name: Option<&str>, of: &[String]) {
        let mut module = place.module.clone();
        module.push(Part { name: "module".to_owned(), index: None });
        module.push(call.clone());
        let several = format!("{}[", written(&module));
        let output =
            self.resolver.module(&module).zip(name).and_then(|(it, name)| it.module.outputs.get(name));
        let of_several = |it: &ResourceChange| it.module_address.starts_with(&several);
        let is_open = call.index.is_none() && self.resolver.plan.changes.iter().any(of_several);
        match output {
            Some(output) if !is_open => {
                let inner = Place { module, index: None, for_each: None };
                self.lead(&inner, &output.expression, of);
            }
            _ => self.found.opaque = true,
        }
    }

    fn resource(
        &mut self,
        place: &Place<'p>,
        (kind, name): (&str, &Part),
        of: &[String],
        key: Option<String>,
    ) {
        let module = written(&place.module);
        let found = self.resolver.objects.get(&(module.as_str(), format!("{kind}.{}", name.name)));
        // What is not in the plan is not there: a count of none.
        let Some(found) = found else { return };
        let wanted = name.index.clone().or(key);
        let meant: Vec<&ResourceChange> =
            found.iter().copied().filter(|it| wanted.is_none() || index_text(&it.index) == wanted).collect();
        let whole = of.is_empty() && name.index.is_none() && wanted.is_none();
        match (meant.as_slice(), of.split_first()) {
            ([], _) => {}
            ([one], taken)
                if !whole || self.resolver.plan.bare_references && index_text(&one.index).is_none() =>
            {
                let (attribute, within) = taken.map_or(("id", &[][..]), |(it, rest)| (it.as_str(), rest));
                self.attribute(one, attribute, within);
            }
            (several, _) => {
                self.found.among.extend(several.iter().flat_map(|it| brought(self.resolver, it, self.kinds)));
            }
        }
    }
}
