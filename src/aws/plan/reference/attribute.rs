//! The id that an attribute of one of the plan's things is.

use serde_json::Value;

use super::follow::Walk;
use super::{GIVEN, Resolver, Within, prefix};
use crate::aws::plan::format::{Action, ResourceChange};
use crate::aws::plan::value::{Attribute, Object};

/// The attribute of an instance that is its primary interface's id.
const PRIMARY: &str = "primary_network_interface_id";

impl Walk<'_, '_> {
    /// The id that an attribute of a resource is, or something within it.
    pub(super) fn attribute(&mut self, change: &ResourceChange, attribute: &str, of: &[String]) {
        if !is_unknown(change, attribute, of.first()) {
            return;
        }
        let to_come = |kind| Some((kind, Some(Resolver::to_come(kind, change))));
        // How the id begins, and the id where it is known which thing is meant.
        let own = match (attribute, change.r#type.as_str()) {
            ("id", kind) => Some((prefix(kind).unwrap_or_default(), self.resolver.id_after(change))),
            (PRIMARY, "aws_instance") if has_own_interface(change) => to_come("eni"),
            (PRIMARY, "aws_instance") => return self.given_interface(change),
            ("default_security_group_id", "aws_vpc") => to_come("sg"),
            ("default_network_acl_id", "aws_vpc") => to_come("acl"),
            ("default_route_table_id" | "main_route_table_id", "aws_vpc") => to_come("rtb"),
            (
                "association_default_route_table_id" | "propagation_default_route_table_id",
                "aws_ec2_transit_gateway",
            ) => to_come("tgw-rtb"),
            _ => None,
        };
        match own {
            Some((kind, id)) if self.kinds.contains(&kind) => {
                // What is adopted is there already.
                let Some(id) = id else { return self.found.anything = true };
                if !self.found.exact.contains(&id) {
                    self.found.exact.push(id);
                }
                return;
            }
            // Another kind's id can but choose, where it does not stand in another part of a block.
            Some(_) => return self.found.anything |= self.within == Within::Attribute,
            None => {}
        }
        let configured = self.resolver.configured(change).and_then(|it| it.expressions.get(attribute));
        match configured.map(|it| inside(it, of.first())) {
            Some(parts) if !parts.is_empty() => {
                let place = self.place_of(change);
                for it in parts {
                    self.lead(&place, it, &[]);
                }
            }
            _ if self.within == Within::Block && is_no_id(of.last().map_or(attribute, String::as_str)) => {}
            // What is there already may come to be what it is then.
            _ if !change.has(&Action::Create) => self.found.anything = true,
            _ => self.found.opaque = true,
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
            Some(expression) => self.lead(&self.place_of(change), expression, &[]),
            None => self.found.opaque = true,
        }
        self.within = within;
    }
}

/// Whether an instance to come gets an interface of its own as its primary one: it is given none, and no launch
/// template may give it one.
pub(super) fn has_own_interface(change: &ResourceChange) -> bool {
    let object = Object::new(&change.change.after, &change.change.after_unknown);
    let has = |attribute: &&str| object.objects(attribute).is_ok_and(|blocks| !blocks.is_empty());
    !GIVEN.iter().any(has) && object.objects("launch_template").is_ok_and(|blocks| blocks.is_empty())
}

/// Whether an attribute is known only after apply, or, where one is taken of it, that part of it.
fn is_unknown(change: &ResourceChange, attribute: &str, part: Option<&String>) -> bool {
    let object = Object::new(&change.change.after, &change.change.after_unknown);
    match (object.get(attribute), part) {
        (Attribute::Unknown, _) => true,
        (Attribute::Known(_), Some(part)) => match object.objects(attribute) {
            Ok(blocks) => blocks.iter().any(|it| it.get(part) == Attribute::Unknown),
            Err(_) => true,
        },
        _ => false,
    }
}

/// The expressions of a part of an attribute's blocks; the attribute's own where no part is asked for. None where
/// the provider computes it.
fn inside<'v>(expression: &'v Value, part: Option<&String>) -> Vec<&'v Value> {
    match (part, expression) {
        (None, whole) => vec![whole],
        (Some(part), Value::Array(blocks)) => blocks.iter().filter_map(|it| it.get(part)).collect(),
        // One expression for all of it.
        (Some(_), whole) if whole.get("references").is_some() => vec![whole],
        (Some(part), whole) => whole.get(part).into_iter().collect(),
    }
}

/// Whether an attribute's name says that it is no id but an address, a range or a name.
fn is_no_id(attribute: &str) -> bool {
    const WORDS: [&str; 8] = ["ip", "ips", "ipv4", "ipv6", "cidr", "address", "addresses", "dns"];
    !attribute.ends_with("_id") && attribute.split('_').any(|word| WORDS.contains(&word))
}
