//! Whose id a value is that is known only after apply, by the plan's own configuration.
//!
//! The configuration lists what an expression refers to, not how. So a value is settled only where a single thing
//! of the plan can be meant; a local value, a function's input that is not known, or two things leave it open.

use std::collections::HashMap;

use serde_json::Value;

use super::address::{Part, index_text, parts};
use super::format::{Action, ConfiguredResource, Module, Plan, ResourceChange};
use super::value::{Attribute, Object};
use crate::snapshot::Id;

/// References to references that are still followed.
const DEEPEST: usize = 32;

/// How AWS's ids of a resource type begin; `None` for types whose ids no snapshot has.
pub(super) fn prefix(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "aws_security_group" | "aws_default_security_group" => "sg",
        "aws_instance" => "i",
        "aws_network_interface" => "eni",
        "aws_subnet" | "aws_default_subnet" => "subnet",
        "aws_vpc" | "aws_default_vpc" => "vpc",
        "aws_route_table" | "aws_default_route_table" => "rtb",
        "aws_network_acl" | "aws_default_network_acl" => "acl",
        "aws_ec2_managed_prefix_list" => "pl",
        "aws_internet_gateway" => "igw",
        "aws_egress_only_internet_gateway" => "eigw",
        "aws_nat_gateway" => "nat",
        "aws_vpc_peering_connection" => "pcx",
        "aws_ec2_transit_gateway" => "tgw",
        "aws_vpc_endpoint" => "vpce",
        "aws_vpn_gateway" => "vgw",
        _ => return None,
    })
}

/// Whose id a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nobody's.
    None,
    /// This one's.
    One(Id),
    /// One of these.
    Among(Vec<Id>),
    /// Any that there is, or is to come.
    Any,
}

/// The plan's objects by address, to follow references through.
pub(super) struct Resolver<'p> {
    plan: &'p Plan,
    /// By module address and `type.name`.
    objects: HashMap<(&'p str, String), Vec<&'p ResourceChange>>,
}

/// Where an expression stands.
#[derive(Clone)]
struct Place<'p> {
    module: Vec<Part>,
    /// The resource's or module's own index, as `each.key` or `count.index` gives it.
    index: Option<String>,
    for_each: Option<&'p Value>,
}

/// What an expression may take its unknown part from.
#[derive(Debug, Default)]
struct Leaves {
    exact: Vec<Id>,
    among: Vec<Id>,
    /// From something that cannot be followed.
    opaque: bool,
}

/// Whether an expression is one attribute's, or that of a whole block with other attributes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Attribute,
    Block,
}

impl<'p> Resolver<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let mut objects: HashMap<_, Vec<_>> = HashMap::new();
        for it in plan.changes.iter().filter(|it| it.is_managed() && it.stays()) {
            objects
                .entry((it.module_address.as_str(), format!("{}.{}", it.r#type, it.name)))
                .or_default()
                .push(it);
        }
        Self { plan, objects }
    }

    /// A resource's id after apply; one to come by its kind's prefix and its address.
    pub(super) fn id_after(change: &ResourceChange) -> Option<Id> {
        let object = Object::new(&change.change.after, &change.change.after_unknown);
        let remade = change.has(&Action::Create);
        let before = change.change.before.get("id").and_then(Value::as_str).filter(|_| !remade);
        match object.text("id").or(before) {
            Some(id) if !id.is_empty() => Some(id.into()),
            _ => Some(Self::to_come(prefix(&change.r#type)?, change)),
        }
    }

    /// The id of what a resource that is to come brings with it.
    pub(super) fn to_come(prefix: &str, change: &ResourceChange) -> Id {
        Id::from(format!("{prefix}-{}", change.address))
    }

    /// Whether the configuration sets an attribute. `None` if the plan has no configuration of the resource.
    pub(super) fn is_set(&self, change: &ResourceChange, attribute: &str) -> Option<bool> {
        let set = self.configured(change)?.expressions.get(attribute);
        // A block that is not there is an empty list.
        Some(set.is_some_and(|it| it.as_array().is_none_or(|blocks| !blocks.is_empty())))
    }

    /// Whose id an attribute is; `kinds` are how such ids begin.
    pub(super) fn whose(
        &self,
        change: &ResourceChange,
        object: &Object<'_>,
        attribute: &str,
        kinds: &[&str],
    ) -> Whose {
        match object.get(attribute) {
            Attribute::Null => Whose::None,
            Attribute::Known(Value::String(id)) if id.is_empty() => Whose::None,
            Attribute::Known(Value::String(id)) => Whose::One(id.as_str().into()),
            Attribute::Known(_) => Whose::Any,
            Attribute::Unknown => self.unknown(change, attribute, kinds, Within::Attribute),
        }
    }

    /// Whose id an attribute's unknown part is.
    pub(super) fn unknown(
        &self,
        change: &ResourceChange,
        attribute: &str,
        kinds: &[&str],
        within: Within,
    ) -> Whose {
        let mut leaves = Leaves::default();
        match self.configured(change).and_then(|it| it.expressions.get(attribute)) {
            Some(expression) => {
                self.collect(&self.place_of(change), expression, None, (kinds, within), 0, &mut leaves);
            }
            None => leaves.opaque = true,
        }
        let all: Vec<Id> = leaves.exact.iter().chain(&leaves.among).cloned().collect();
        match leaves {
            Leaves { opaque: true, .. } => self.any_to_come(kinds),
            _ => match all.as_slice() {
                [] => self.any_to_come(kinds),
                [one] => Whose::One(one.clone()),
                _ => Whose::Among(all),
            },
        }
    }

    /// An unknown id is that of a thing which the plan makes, unless something is read during apply.
    fn any_to_come(&self, kinds: &[&str]) -> Whose {
        let reads = |it: &ResourceChange| {
            it.is_deferred_read() || it.r#type == "terraform_data" && !it.has(&Action::NoOp)
        };
        let made = self.plan.changes.iter().filter(|it| it.is_managed() && it.has(&Action::Create));
        let made: Vec<Id> = made.flat_map(|it| brought(it, kinds)).collect();
        if made.is_empty() || self.plan.changes.iter().any(reads) { Whose::Any } else { Whose::Among(made) }
    }

    fn configured(&self, change: &ResourceChange) -> Option<&'p ConfiguredResource> {
        let address = format!("{}.{}", change.r#type, change.name);
        let module = self.module(&parts(&change.module_address))?;
        module.resources.iter().find(|it| it.address == address)
    }

    fn module(&self, path: &[Part]) -> Option<&'p Module> {
        path.iter()
            .skip(1)
            .step_by(2)
            .try_fold(&self.plan.root, |module, part| module.calls.get(&part.name).map(|call| &call.module))
    }

    fn place_of(&self, change: &ResourceChange) -> Place<'p> {
        Place {
            module: parts(&change.module_address),
            index: index_text(&change.index),
            for_each: self.configured(change).map(|it| &it.for_each_expression),
        }
    }

    /// Adds what an expression refers to; `of` is the attribute that is taken of it.
    fn collect(
        &self,
        place: &Place<'p>,
        expression: &Value,
        of: Option<&str>,
        asked: (&[&str], Within),
        depth: usize,
        leaves: &mut Leaves,
    ) {
        if depth > DEEPEST {
            leaves.opaque = true;
            return;
        }
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
                ("each", _) => self.each_value(place, rest(2), asked, depth, leaves),
                ("var", Some(variable)) => {
                    self.variable(place, &variable.name, rest(2), asked, depth, leaves);
                }
                ("module", Some(call)) => {
                    let output = path.get(2).map(|part| part.name.as_str());
                    self.output(place, call, output, rest(3), asked, depth, leaves);
                }
                ("data", _) => {
                    leaves.opaque |= self.plan.changes.iter().any(ResourceChange::is_deferred_read);
                }
                ("local", _) | (_, None) => leaves.opaque = true,
                (_, Some(name)) => {
                    let key = if by_key && others == 1 { place.index.clone() } else { None };
                    let attribute = rest(2);
                    self.resource(place, (&first.name, name), attribute, key, asked, depth, leaves);
                }
            }
        }
    }

    /// `each.value` of a resource that is made for each of another's.
    fn each_value(
        &self,
        place: &Place<'p>,
        of: Option<&str>,
        asked: (&[&str], Within),
        depth: usize,
        leaves: &mut Leaves,
    ) {
        let over = place.for_each.map(references).unwrap_or_default();
        let path = match over.as_slice() {
            [one] => parts(one),
            _ => Vec::new(),
        };
        match path.as_slice() {
            [kind, name] if name.index.is_none() && place.index.is_some() => {
                let key = place.index.clone();
                self.resource(place, (&kind.name, name), of, key, asked, depth, leaves);
            }
            _ => leaves.opaque = true,
        }
    }

    fn variable(
        &self,
        place: &Place<'p>,
        name: &str,
        of: Option<&str>,
        asked: (&[&str], Within),
        depth: usize,
        leaves: &mut Leaves,
    ) {
        let Some(at) = place.module.len().checked_sub(2) else { return };
        let (outer, inner) = place.module.split_at(at);
        let call = self.module(outer).zip(inner.get(1)).and_then(|(it, call)| it.calls.get(&call.name));
        let Some(call) = call else {
            leaves.opaque = true;
            return;
        };
        // What the call does not set is the variable's default, and known.
        let Some(expression) = call.expressions.get(name) else { return };
        let index = inner.get(1).and_then(|part| part.index.clone());
        let outer = Place { module: outer.to_vec(), index, for_each: Some(&call.for_each_expression) };
        self.collect(&outer, expression, of, asked, depth + 1, leaves);
    }

    #[expect(clippy::too_many_arguments, reason = "one step of collect, apart only to be read")]
    fn output(
        &self,
        place: &Place<'p>,
        call: &Part,
        name: Option<&str>,
        of: Option<&str>,
        asked: (&[&str], Within),
        depth: usize,
        leaves: &mut Leaves,
    ) {
        let mut module = place.module.clone();
        module.push(Part { name: "module".to_owned(), index: None });
        module.push(call.clone());
        let several = format!("{}[", written(&module));
        let output = self.module(&module).zip(name).and_then(|(it, name)| it.outputs.get(name));
        let Some(output) = output else {
            leaves.opaque = true;
            return;
        };
        if call.index.is_none() && self.plan.changes.iter().any(|it| it.module_address.starts_with(&several))
        {
            leaves.opaque = true;
            return;
        }
        let inner = Place { module, index: None, for_each: None };
        self.collect(&inner, &output.expression, of, asked, depth + 1, leaves);
    }

    #[expect(clippy::too_many_arguments, reason = "one step of collect, apart only to be read")]
    fn resource(
        &self,
        place: &Place<'p>,
        (kind, name): (&str, &Part),
        attribute: Option<&str>,
        key: Option<String>,
        asked: (&[&str], Within),
        depth: usize,
        leaves: &mut Leaves,
    ) {
        let module = written(&place.module);
        let found = self.objects.get(&(module.as_str(), format!("{kind}.{}", name.name)));
        // What is not in the plan is not there: a count of none.
        let Some(found) = found else { return };
        let wanted = name.index.clone().or(key);
        let meant: Vec<&ResourceChange> =
            found.iter().copied().filter(|it| wanted.is_none() || index_text(&it.index) == wanted).collect();
        let whole = attribute.is_none() && name.index.is_none() && wanted.is_none();
        match meant.as_slice() {
            [] => {}
            [one] if !whole || self.plan.bare_references && index_text(&one.index).is_none() => {
                self.attribute(one, attribute.unwrap_or("id"), asked, depth, leaves);
            }
            several => leaves.among.extend(several.iter().flat_map(|it| brought(it, asked.0))),
        }
    }

    /// The id that an attribute of a resource is.
    fn attribute(
        &self,
        change: &'p ResourceChange,
        attribute: &str,
        asked: (&[&str], Within),
        depth: usize,
        leaves: &mut Leaves,
    ) {
        let object = Object::new(&change.change.after, &change.change.after_unknown);
        if object.get(attribute) != Attribute::Unknown {
            return;
        }
        let (kinds, within) = asked;
        let id = match (attribute, change.r#type.as_str()) {
            ("id", _) => Self::id_after(change),
            ("primary_network_interface_id", "aws_instance") => Some(Self::to_come("eni", change)),
            ("default_security_group_id", "aws_vpc") => Some(Self::to_come("sg", change)),
            ("default_network_acl_id", "aws_vpc") => Some(Self::to_come("acl", change)),
            ("default_route_table_id" | "main_route_table_id", "aws_vpc") => {
                Some(Self::to_come("rtb", change))
            }
            _ => None,
        };
        if let Some(id) = id {
            let fits = kinds.iter().any(|kind| id.split('-').next() == Some(kind));
            if fits && !leaves.exact.contains(&id) {
                leaves.exact.push(id);
            } else if !fits {
                leaves.opaque |= within == Within::Attribute;
            }
            return;
        }
        let own = self.configured(change).and_then(|it| it.expressions.get(attribute));
        match own {
            Some(expression) => {
                self.collect(&self.place_of(change), expression, None, asked, depth + 1, leaves);
            }
            None => leaves.opaque |= within == Within::Attribute,
        }
    }
}

/// The ids of these kinds that a resource brings with it when it is made.
fn brought(change: &ResourceChange, kinds: &[&str]) -> Vec<Id> {
    let own =
        prefix(&change.r#type).filter(|own| kinds.contains(own)).and_then(|_| Resolver::id_after(change));
    let besides: &[&str] = match change.r#type.as_str() {
        "aws_instance" => &["eni"],
        "aws_vpc" => &["sg", "acl", "rtb"],
        _ => &[],
    };
    let besides = besides.iter().filter(|it| kinds.contains(it)).map(|it| Resolver::to_come(it, change));
    own.into_iter().chain(besides).collect()
}

/// Everything that an expression refers to, each once as far as it goes. The plan also lists what each leads
/// through: `a.b["k"].id`, then `a.b["k"]`, then `a.b`.
fn references(expression: &Value) -> Vec<String> {
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

fn written(path: &[Part]) -> String {
    let each = path.iter().map(|part| match &part.index {
        Some(index) => format!("{}[{index}]", part.name),
        None => part.name.clone(),
    });
    each.collect::<Vec<_>>().join(".")
}
