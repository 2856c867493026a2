//! A plan over a snapshot: the configuration after apply.

mod account;
mod acl;
mod adopt;
mod group;
mod instance;
mod interface;
mod place;
mod prefix_list;
mod protocol;
mod route;
mod rule;
mod step;

use std::collections::{BTreeSet, HashMap};

use super::format::{Action, Plan, ResourceChange};
use super::reference::{Resolver, Whose};
use crate::snapshot::{Aspect, Document, Id, Planned, Snapshot};
use step::Step;

pub(super) use step::has_unknown;

/// A snapshot after apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Laid {
    /// AWS's configuration as it will be. What is known only after apply is left open in it.
    pub snapshot: Snapshot,
    /// What the plan does, what it leaves open, and what of it is not modelled.
    pub planned: Planned,
}

/// Lays a plan over a snapshot. Pure.
///
/// What the plan changes is changed; a thing that the plan knows and the snapshot does not is added as the plan
/// knows it; what is only in the snapshot stays. Laid over an empty snapshot, the plan's own knowledge makes one
/// in which no kind of document counts as read.
pub fn lay_plan(snapshot: Snapshot, plan: &Plan) -> Laid {
    let resolver = Resolver::new(plan);
    let planned = Planned { unfinished: plan.unfinished.clone(), ..Planned::default() };
    let (let_go, guarded) = (BTreeSet::new(), BTreeSet::new());
    let mut laying = Laying { snapshot, resolver, planned, let_go, guarded };
    let mut changes: HashMap<&str, Vec<&ResourceChange>> = HashMap::new();
    for change in plan.changes.iter().filter(|it| it.is_managed() && is_modelled(&it.r#type)) {
        changes.entry(&change.r#type).or_default().push(change);
    }
    let of = |kind: &&str| changes.get(*kind).into_iter().flatten().copied();
    // The plan may know what the snapshot does not: first all is as it was.
    for step in ORDER.iter().flat_map(of).filter_map(Step::as_it_was) {
        laying.put(&step);
    }
    // What depends on a thing is unmade before it, and made after it.
    for change in ORDER.iter().rev().flat_map(of).filter(|it| it.has(&Action::Delete)) {
        laying.delete(change);
    }
    let made = |it: &&ResourceChange| it.stays() && !Step::new(it).is_as_it_was();
    for change in VPCS.iter().flat_map(of).filter(made) {
        laying.put(&Step::new(change));
    }
    for change in ORDER.iter().flat_map(of).filter(made) {
        laying.adopt(change);
    }
    for change in ORDER.iter().filter(|it| !VPCS.contains(it)).flat_map(of).filter(made) {
        laying.put(&Step::new(change));
    }
    for change in &plan.changes {
        laying.account(change);
    }
    for invocation in &plan.invocations {
        laying.account_for_invocation(invocation);
    }
    Laid { snapshot: laying.snapshot, planned: laying.planned }
}

/// The types that bring others with them.
const VPCS: &[&str] = &["aws_vpc", "aws_default_vpc"];

/// The types that are modelled, each after those that it depends on.
const ORDER: &[&str] = &[
    "aws_vpc",
    "aws_default_vpc",
    "aws_vpc_ipv4_cidr_block_association",
    "aws_vpc_ipv6_cidr_block_association",
    "aws_subnet",
    "aws_default_subnet",
    "aws_ec2_managed_prefix_list",
    "aws_ec2_managed_prefix_list_entry",
    "aws_security_group",
    "aws_default_security_group",
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
    "aws_network_interface",
    "aws_instance",
    "aws_ec2_instance_state",
    "aws_network_interface_attachment",
    "aws_network_interface_sg_attachment",
    "aws_default_network_acl",
    "aws_network_acl",
    "aws_network_acl_rule",
    "aws_network_acl_association",
    "aws_default_route_table",
    "aws_route_table",
    "aws_route",
    "aws_main_route_table_association",
    "aws_route_table_association",
];

/// Whether a resource type is laid over the snapshot.
pub(super) fn is_modelled(kind: &str) -> bool {
    ORDER.contains(&kind)
}

/// The snapshot so far.
struct Laying<'p> {
    snapshot: Snapshot,
    resolver: Resolver<'p>,
    planned: Planned,
    /// Subnets that an ACL lets go of in this apply, and those that one takes.
    let_go: BTreeSet<Id>,
    guarded: BTreeSet<Id>,
}

impl<'p> Laying<'p> {
    fn delete(&mut self, change: &'p ResourceChange) {
        let step = Step::new(change);
        match change.r#type.as_str() {
            "aws_vpc" => self.delete_vpc(&step),
            "aws_vpc_ipv4_cidr_block_association" => self.delete_block(&step),
            "aws_vpc_ipv6_cidr_block_association" => self.delete_v6_block(&step),
            "aws_subnet" => self.delete_subnet(&step),
            "aws_ec2_managed_prefix_list" => self.delete_prefix_list(&step),
            "aws_ec2_managed_prefix_list_entry" => self.delete_entry(&step),
            "aws_security_group" => self.delete_group(&step),
            "aws_security_group_rule"
            | "aws_vpc_security_group_ingress_rule"
            | "aws_vpc_security_group_egress_rule" => self.delete_rule(&step),
            "aws_network_interface" => self.delete_interface(&step),
            "aws_instance" => self.delete_instance(&step),
            "aws_network_interface_attachment" => self.delete_attachment(&step),
            "aws_network_interface_sg_attachment" => self.delete_group_attachment(&step),
            "aws_network_acl" => self.delete_acl(&step),
            "aws_network_acl_rule" => self.delete_acl_rule(&step),
            "aws_network_acl_association" => self.delete_acl_association(&step),
            "aws_route_table" => self.delete_route_table(&step),
            "aws_route" => self.delete_route(&step),
            "aws_main_route_table_association" => self.delete_main_association(&step),
            "aws_route_table_association" => self.delete_association(&step),
            // The default ones are only forgotten: AWS lets nobody delete them.
            _ => {}
        }
    }

    fn put(&mut self, step: &Step<'p>) {
        match step.change.r#type.as_str() {
            "aws_vpc" | "aws_default_vpc" => self.put_vpc(step),
            "aws_vpc_ipv4_cidr_block_association" => self.put_block(step),
            "aws_vpc_ipv6_cidr_block_association" => self.put_v6_block(step),
            "aws_subnet" | "aws_default_subnet" => self.put_subnet(step),
            "aws_ec2_managed_prefix_list" => self.put_prefix_list(step),
            "aws_ec2_managed_prefix_list_entry" => self.put_entry(step),
            "aws_security_group" => self.put_group(step),
            "aws_default_security_group" => self.put_default_group(step),
            "aws_security_group_rule"
            | "aws_vpc_security_group_ingress_rule"
            | "aws_vpc_security_group_egress_rule" => self.put_rule(step),
            "aws_network_interface" => self.put_interface(step),
            "aws_instance" => self.put_instance(step),
            "aws_ec2_instance_state" => self.put_instance_state(step),
            "aws_network_interface_attachment" => self.put_attachment(step),
            "aws_network_interface_sg_attachment" => self.put_group_attachment(step),
            "aws_network_acl" | "aws_default_network_acl" => self.put_acl(step),
            "aws_network_acl_rule" => self.put_acl_rule(step),
            "aws_network_acl_association" => self.put_acl_association(step),
            "aws_route_table" | "aws_default_route_table" => self.put_route_table(step),
            "aws_route" => self.put_route(step),
            "aws_main_route_table_association" => self.put_main_association(step),
            "aws_route_table_association" => self.put_association(step),
            _ => {}
        }
    }

    /// Whether a kind of document was read: where it was, a thing of it that is not there is not there.
    fn has(&self, document: Document) -> bool {
        self.snapshot.has(document)
    }

    /// The id of the thing itself; `None` where it is not known which is meant.
    fn own(&self, step: &Step<'_>) -> Option<Id> {
        if step.is_as_it_was() { step.had() } else { self.resolver.id_after(step.change) }
    }

    /// A referred-to thing that has to be one for anything to be laid; leaves it open where it is not.
    fn one(&mut self, step: &Step<'_>, attribute: &str, kinds: &[&str], aspect: &Aspect) -> Option<Id> {
        match self.resolver.whose(step.change, &step.after, attribute, kinds) {
            Whose::One(id) => Some(id),
            Whose::None => None,
            whose => {
                self.open(whose, aspect, step, attribute);
                None
            }
        }
    }

    /// A referred-to thing, where that is settled.
    fn settled(&self, step: &Step<'_>, attribute: &str, kinds: &[&str]) -> Option<Id> {
        match self.resolver.whose(step.change, &step.after, attribute, kinds) {
            Whose::One(id) => Some(id),
            _ => None,
        }
    }
}
