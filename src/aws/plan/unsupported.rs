//! What touches the network and is not modelled: named, never passed over.

mod kind;

use serde_json::{Map, Value};

use super::format::{Action, Invocation, ResourceChange};
use super::reference::{Resolver, Whose};
use super::value::Object;
use crate::snapshot::{Extent, Id};

/// What a resource that is not modelled does to the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Touch {
    /// What of it may change.
    pub extent: Extent,
    /// Things of the snapshot's that do.
    pub things: Vec<Id>,
}

/// What a change of a resource that is not modelled touches; `None` if nothing.
pub(super) fn touch(resolver: &Resolver<'_>, change: &ResourceChange) -> Option<Touch> {
    let kind = change.r#type.as_str();
    let is_new = change.change.actions == [Action::Create];
    let extent = if is_new { kind::extent_of_new(kind) } else { Extent::Anything };
    let something = Some(Touch { extent, things: Vec::new() });
    if let Some(false) = kind::touches(kind) {
        return None;
    }
    if let Some((_, attributes)) = kind::THINGS.iter().find(|(begin, _)| kind.starts_with(begin)) {
        return Some(things(resolver, change, attributes, extent));
    }
    if let Some(rest) = kind.strip_prefix("awscc_") {
        let service = rest.split('_').next().unwrap_or_default();
        let touches = kind::CLOUD_CONTROL.contains(&service) || is_put_into_network(change);
        return something.filter(|_| touches);
    }
    if kind == "aws_cloudcontrolapi_resource" {
        return cloud_control(change).then_some(Touch { extent: Extent::Anything, things: Vec::new() });
    }
    let touches =
        kind::touches(kind) == Some(true) || kind.starts_with("aws_") && is_put_into_network(change);
    something.filter(|_| touches)
}

/// The things that these attributes name, before and after. One that is to come is followed; where it may be any
/// thing, anything may change.
fn things(resolver: &Resolver<'_>, change: &ResourceChange, attributes: &[&str], extent: Extent) -> Touch {
    let (before, after) = (
        Object::whole(&change.change.before),
        Object::new(&change.change.after, &change.change.after_unknown),
    );
    let (mut things, mut is_any) = (Vec::new(), false);
    for attribute in attributes {
        things.extend(before.text(attribute).map(Id::from));
        // Its own id, where it is to come, is nothing that is there.
        if *attribute == "id" {
            things.extend(after.text(attribute).map(Id::from));
            continue;
        }
        match resolver.whose(change, &after, attribute, kind::ids_of(attribute)) {
            Whose::None => {}
            Whose::One(id) => things.push(id),
            Whose::Among(ids) => things.extend(ids),
            Whose::Any => is_any = true,
        }
    }
    things.sort_unstable();
    things.dedup();
    let extent = match (is_any, things.is_empty()) {
        (true, _) => Extent::Anything,
        (false, true) => extent,
        (false, false) => Extent::Named,
    };
    Touch { extent, things }
}

/// An action that apply invokes: one of EC2's may stop an instance. `None` if it does not touch the network.
pub(super) fn touch_of(invocation: &Invocation) -> Option<Touch> {
    if !invocation.kind().starts_with("aws_ec2_") {
        return None;
    }
    let instance = invocation.config_values.get("instance_id").and_then(Value::as_str);
    Some(Touch {
        extent: if instance.is_some() { Extent::Named } else { Extent::Anything },
        things: instance.map(Id::from).into_iter().collect(),
    })
}

/// Whether the resource that stands for any of AWS's types is one of the network's, or is put into it.
fn cloud_control(change: &ResourceChange) -> bool {
    [&change.change.before, &change.change.after].into_iter().any(|object| {
        let text = |attribute| object.get(attribute).and_then(Value::as_str).unwrap_or_default();
        let service = text("type_name").split("::").nth(1).unwrap_or_default().to_ascii_lowercase();
        let state = text("desired_state");
        kind::CLOUD_CONTROL.contains(&service.as_str())
            || ["Subnet", "SecurityGroup"].iter().any(|word| state.contains(word))
    })
}

/// Whether an attribute, however deep, puts a resource into the network.
fn puts_into_network(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "network_interface_id",
        "network_interface_ids",
        "security_group",
        "security_group_id",
        "security_group_ids",
        "security_groups",
        "subnet",
        "subnet_group",
        "subnet_group_id",
        "subnet_group_name",
        "subnet_id",
        "subnet_ids",
        "subnets",
        "vpc_config",
        "vpc_configuration",
        "vpc_options",
    ];
    ENDS.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('_')))
}

/// Whether another value of an attribute puts a resource elsewhere in the network.
fn is_put_into_network(change: &ResourceChange) -> bool {
    let (mut before, mut after, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    gather(&change.change.before, &mut before);
    gather(&change.change.after, &mut after);
    if let Value::Object(open) = &change.change.after_unknown {
        gather(open, &mut unknown);
    }
    // What is made computes such attributes where nothing is said of them.
    let unknown = !change.change.before.is_empty() && unknown.into_iter().any(super::lay::has_unknown);
    unknown || before != after
}

/// What stands in such attributes, but for what is nothing.
fn gather<'v>(object: &'v Map<String, Value>, into: &mut Vec<&'v Value>) {
    let is_nothing = |it: &Value| match it {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        _ => false,
    };
    for (name, value) in object {
        if puts_into_network(name) {
            into.extend((!is_nothing(value)).then_some(value));
            continue;
        }
        let inner = match value {
            Value::Array(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        inner.iter().filter_map(Value::as_object).for_each(|it| gather(it, into));
    }
}
