//! Whose id a value is that is known only after apply, by the plan's own configuration.
//!
//! The configuration lists what an expression refers to, not how. So a value is settled only where a single thing
//! of the plan can be meant; a local value, a function's input that is not known, or two things leave it open.

mod attribute;
mod expression;
mod follow;

use std::collections::HashMap;

use serde_json::Value;

use super::address::{Part, parts};
use super::format::{Action, ConfiguredResource, Module, Plan, ResourceChange};
use super::value::{Attribute, Object};
use crate::snapshot::Id;
use follow::Found;

/// The blocks that give an instance interfaces with resources of their own; the second one since version 6 of the
/// provider.
pub(super) const GIVEN: [&str; 2] = ["network_interface", "primary_network_interface"];

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
        "aws_ec2_transit_gateway_connect"
        | "aws_ec2_transit_gateway_peering_attachment"
        | "aws_ec2_transit_gateway_peering_attachment_accepter"
        | "aws_ec2_transit_gateway_vpc_attachment"
        | "aws_ec2_transit_gateway_vpc_attachment_accepter" => "tgw-attach",
        "aws_ec2_transit_gateway_route_table" => "tgw-rtb",
        "aws_vpc_endpoint" => "vpce",
        "aws_vpn_gateway" => "vgw",
        _ => return None,
    })
}

/// Whether a resource of this type takes what is there already.
fn is_adopted(kind: &str) -> bool {
    kind.starts_with("aws_default_")
}

/// Whether a change may come to yield the id of a thing that is there already: what is read during apply, and what
/// hands on or chooses among what it is given.
fn may_yield_others(change: &ResourceChange) -> bool {
    /// Of the AWS provider's.
    const HANDS_ON: [&str; 5] = [
        "aws_cloudcontrolapi_resource",
        "aws_cloudformation_stack",
        "aws_lambda_invocation",
        "aws_serverlessapplicationrepository_cloudformation_stack",
        "aws_servicecatalog_provisioned_product",
    ];
    /// Of others', by how they begin: what they yield is theirs alone.
    const OWN: [&str; 15] = [
        "aws_",
        "awscc_",
        "archive_",
        "helm_",
        "kubectl_",
        "kubernetes_",
        "local_",
        "null_",
        "random_bytes",
        "random_id",
        "random_password",
        "random_pet",
        "random_string",
        "time_",
        "tls_",
    ];
    let kind = change.r#type.as_str();
    let changes = change.is_managed() && (change.has(&Action::Create) || change.has(&Action::Update));
    let yields = HANDS_ON.contains(&kind) || !OWN.iter().any(|begin| kind.starts_with(begin));
    change.is_deferred_read() || changes && yields
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

/// Whether an expression is one attribute's, or that of a whole block with other attributes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Attribute,
    Block,
}

/// The plan's objects and configuration by address, to follow references through.
pub(super) struct Resolver<'p> {
    plan: &'p Plan,
    /// By module address and `type.name`.
    objects: HashMap<(&'p str, String), Vec<&'p ResourceChange>>,
    /// What resources adopt rather than make, by their addresses.
    adopted: HashMap<&'p str, Id>,
    /// By the names of the modules that lead to it, a dot between.
    modules: HashMap<String, Configured<'p>>,
}

/// A module's configuration, its resources by `type.name`.
struct Configured<'p> {
    module: &'p Module,
    resources: HashMap<&'p str, &'p ConfiguredResource>,
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
        let mut modules = HashMap::new();
        let mut left = vec![(Vec::new(), &plan.root)];
        while let Some((names, module)) = left.pop() {
            for (name, call) in &module.calls {
                left.push(([names.as_slice(), &[name.as_str()]].concat(), &call.module));
            }
            let resources = module.resources.iter().map(|it| (it.address.as_str(), it)).collect();
            modules.insert(names.join("."), Configured { module, resources });
        }
        Self { plan, objects, adopted: HashMap::new(), modules }
    }

    /// The objects of a type that are there after apply.
    pub(super) fn staying(&self, kind: &str) -> impl Iterator<Item = &'p ResourceChange> {
        self.objects.values().flatten().copied().filter(move |it| it.r#type == kind)
    }

    /// Notes the thing that a resource adopts.
    pub(super) fn adopt(&mut self, change: &'p ResourceChange, id: Id) {
        self.adopted.insert(&change.address, id);
    }

    /// Whether the plan's AWS resources may be in several accounts or regions.
    pub(super) fn has_several_providers(&self) -> bool {
        self.plan.providers > 1
    }

    /// A resource's id after apply; one to come by its kind's prefix and its address. `None` for what is adopted
    /// where it is not known which thing that is.
    pub(super) fn id_after(&self, change: &ResourceChange) -> Option<Id> {
        let object = Object::new(&change.change.after, &change.change.after_unknown);
        let remade = change.has(&Action::Create);
        let before = change.change.before.get("id").and_then(Value::as_str).filter(|_| !remade);
        match object.text("id").or(before) {
            Some(id) if !id.is_empty() => Some(id.into()),
            _ if is_adopted(&change.r#type) => self.adopted.get(change.address.as_str()).cloned(),
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
        let found = match self.configured(change).and_then(|it| it.expressions.get(attribute)) {
            Some(expression) => follow::follow(self, change, expression, kinds, within),
            None => Found { opaque: true, ..Found::default() },
        };
        let all = [found.exact, found.among].concat();
        match all.as_slice() {
            _ if found.anything => Whose::Any,
            _ if found.opaque => self.any_to_come(kinds),
            [] => self.any_to_come(kinds),
            [one] => Whose::One(one.clone()),
            _ => Whose::Among(all),
        }
    }

    /// An unknown id is that of a thing which the plan makes, unless something is read or chosen during apply.
    fn any_to_come(&self, kinds: &[&str]) -> Whose {
        let made = self.plan.changes.iter().filter(|it| it.is_managed() && it.has(&Action::Create));
        let made: Vec<Id> = made.flat_map(|it| follow::brought(self, it, kinds)).collect();
        let is_any = made.is_empty() || self.plan.changes.iter().any(may_yield_others);
        if is_any { Whose::Any } else { Whose::Among(made) }
    }

    fn configured(&self, change: &ResourceChange) -> Option<&'p ConfiguredResource> {
        let address = format!("{}.{}", change.r#type, change.name);
        self.module(&parts(&change.module_address))?.resources.get(address.as_str()).copied()
    }

    fn module(&self, path: &[Part]) -> Option<&Configured<'p>> {
        let names: Vec<&str> = path.iter().skip(1).step_by(2).map(|part| part.name.as_str()).collect();
        self.modules.get(&names.join("."))
    }
}
