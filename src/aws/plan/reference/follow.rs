//! Follows an expression through the configuration to the things of the plan that its value comes from.

use serde_json::Value;

use super::expression::references;
use super::{Resolver, Within, prefix};
use crate::aws::plan::address::{Part, index_text, parts, written};
use crate::aws::plan::format::{ModuleCall, ResourceChange};
use crate::aws::plan::reference::GIVEN;
use crate::aws::plan::value::{Attribute, Object};
use crate::snapshot::Id;

/// References to references that are still followed.
const DEEPEST: usize = 32;

/// The attribute of an instance that is its primary interface's id.
const PRIMARY: &str = "primary_network_interface_id";

/// What an expression may take its unknown part from.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub exact: Vec<Id>,
    pub among: Vec<Id>,
    /// From something that cannot be followed.
    pub opaque: bool,
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
    walk.collect(&walk.place_of(change), expression, None);
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

/// Whether an instance to come gets an interface of its own as its primary one: it is given none, and no launch
/// template may give it one.
fn has_own_interface(change: &ResourceChange) -> bool {
    let object = Object::new(&change.change.after, &change.change.after_unknown);
    let has = |attribute: &&str| object.objects(attribute).is_ok_and(|blocks| !blocks.is_empty());
    !GIVEN.iter().any(has) && object.objects("launch_template").is_ok_and(|blocks| blocks.is_empty())
}

/// Where an expression stands.
#[derive(Clone)]
struct Place<'p> {
    module: Vec<Part>,
    /// The resource's or module's own index, as `each.key` or `count.index` gives it.
    index: Option<String>,
    for_each: Option<&'p Value>,
}

struct Walk<'r, 'p> {
    resolver: &'r Resolver<'p>,
    kinds: &'r [&'r str],
    within: Within,
    /// How many references led here.
    depth: usize,
    found: Found,
}

impl<'p> Walk<'_, 'p> {
    fn place_of(&self, change: &ResourceChange) -> Place<'p> {
        Place {
            module: parts(&change.module_address),
            index: index_text(&change.index),
            for_each: self.resolver.configured(change).map(|it| &it.for_each_expression),
        }
    }

    /// An expression that another one leads to.
    fn lead(&mut self, place: &Place<'p>, expression: &Value, of: Option<&str>) {
        if self.depth == DEEPEST {
            self.found.opaque = true;
            return;
        }
        self.depth += 1;
        self.collect(place, expression, of);
        self.depth -= 1;
    }

    /// Adds what an expression refers to; `of` is the attribute that is taken of it.
    fn collect(&mut self, place: &Place<'p>, expression: &Value, of: Option<&str>) {
        let references = references(expression);
        let by_key = references.iter().any(|it| it == "each.key");
        let others = references.iter().filter(|it| *it != "each.key").count();
        for reference in &references {
            let path = parts(reference);
            let (Some(first), second) = (path.first(), path.get(1)) else { continue };
            let rest = |at: usize| path.get(at).map(|part| part.name.as_str()).or(of);
            match (first.name.as_str(), second) {
                ("count" | "path" | "terraform" | "self", _) => {}
                ("each", Some(part)) if part.name == "key" => {}
                ("each", _) => self.each_value(place, rest(2)),
                ("var", Some(variable)) => self.variable(place, &variable.name, rest(2)),
                ("module", Some(call)) => {
                    let output = path.get(2).map(|part| part.name.as_str());
                    self.output(place, call, output, rest(3));
                }
                ("data", _) => {
                    self.found.opaque |=
                        self.resolver.plan.changes.iter().any(ResourceChange::is_deferred_read);
                }
                ("local", _) | (_, None) => self.found.opaque = true,
                (_, Some(name)) => {
                    let key = if by_key && others == 1 { place.index.clone() } else { None };
                    self.resource(place, (&first.name, name), rest(2), key);
                }
            }
        }
    }

    /// `each.value` of a resource that is made for each of another's.
    fn each_value(&mut self, place: &Place<'p>, of: Option<&str>) {
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
    fn variable(&mut self, place: &Place<'p>, name: &str, of: Option<&str>) {
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

    fn output(&mut self, place: &Place<'p>, call: &Part, name: Option<&str>, of: Option<&str>) {
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
        attribute: Option<&str>,
        key: Option<String>,
    ) {
        let module = written(&place.module);
        let found = self.resolver.objects.get(&(module.as_str(), format!("{kind}.{}", name.name)));
        // What is not in the plan is not there: a count of none.
        let Some(found) = found else { return };
        let wanted = name.index.clone().or(key);
        let meant: Vec<&ResourceChange> =
            found.iter().copied().filter(|it| wanted.is_none() || index_text(&it.index) == wanted).collect();
        let whole = attribute.is_none() && name.index.is_none() && wanted.is_none();
        match meant.as_slice() {
            [] => {}
            [one] if !whole || self.resolver.plan.bare_references && index_text(&one.index).is_none() => {
                self.attribute(one, attribute.unwrap_or("id"));
            }
            several => {
                self.found.among.extend(several.iter().flat_map(|it| brought(self.resolver, it, self.kinds)));
            }
        }
    }

    /// The id that an attribute of a resource is.
    fn attribute(&mut self, change: &ResourceChange, attribute: &str) {
        let object = Object::new(&change.change.after, &change.change.after_unknown);
        if object.get(attribute) != Attribute::Unknown {
            return;
        }
        let id = match (attribute, change.r#type.as_str()) {
            ("id", _) => self.resolver.id_after(change),
            (PRIMARY, "aws_instance") if has_own_interface(change) => Some(Resolver::to_come("eni", change)),
            (PRIMARY, "aws_instance") => return self.given_interface(change),
            ("default_security_group_id", "aws_vpc") => Some(Resolver::to_come("sg", change)),
            ("default_network_acl_id", "aws_vpc") => Some(Resolver::to_come("acl", change)),
            ("default_route_table_id" | "main_route_table_id", "aws_vpc") => {
                Some(Resolver::to_come("rtb", change))
            }
            _ => None,
        };
        if let Some(id) = id {
            let fits = self.kinds.iter().any(|kind| id.split('-').next() == Some(kind));
            if fits && !self.found.exact.contains(&id) {
                self.found.exact.push(id);
            } else if !fits {
                self.found.opaque |= self.within == Within::Attribute;
            }
            return;
        }
        match self.resolver.configured(change).and_then(|it| it.expressions.get(attribute)) {
            Some(expression) => self.lead(&self.place_of(change), expression, None),
            None => self.found.opaque |= self.within == Within::Attribute,
        }
    }

    /// The primary interface of an instance that is given one.
    fn given_interface(&mut self, change: &ResourceChange) {
        let object = Object::new(&change.change.after, &change.change.after_unknown);
        for attribute in GIVEN {
            let blocks = object.objects(attribute).unwrap_or_default();
            for block in blocks.iter().filter(|it| it.number("device_index").is_none_or(|it| it == 0)) {
                match block.text("network_interface_id") {
                    Some(id) => self.found.exact.push(id.into()),
                    None => self.attribute_of_block(change, attribute),
                }
            }
        }
        self.found.opaque |= self.found.exact.is_empty() && self.found.among.is_empty();
    }

    fn attribute_of_block(&mut self, change: &ResourceChange, attribute: &str) {
        let within = std::mem::replace(&mut self.within, Within::Block);
        match self.resolver.configured(change).and_then(|it| it.expressions.get(attribute)) {
            Some(expression) => self.lead(&self.place_of(change), expression, None),
            None => self.found.opaque = true,
        }
        self.within = within;
    }
}
