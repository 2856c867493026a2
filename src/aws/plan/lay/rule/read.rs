//! What a block of inline rules, or a rule's own resource, says.

use super::{Rule, Whom};
use crate::aws::plan::lay::protocol::{is_ported, protocol};
use crate::aws::plan::lay::{Laying, Step};
use crate::aws::plan::reference::{Whose, Within};
use crate::aws::plan::value::Object;
use crate::snapshot::{Id, PossibleRule};

/// How the ids begin that a rule may refer to.
pub(super) const GROUP: &[&str] = &["sg"];
const LIST: &[&str] = &["pl"];

/// What a resource says of rules.
#[derive(Debug, Default)]
pub(in crate::aws::plan::lay) struct Rules {
    pub known: Vec<Rule>,
    /// Rules that may be there, and the attribute that says no more.
    pub possible: Vec<(PossibleRule, String)>,
}

/// A block of rules and how it is to be read.
pub(in crate::aws::plan::lay) struct Block<'a> {
    pub object: Object<'a>,
    pub egress: bool,
    /// The group that has the rules, which `self` means.
    pub own: Option<&'a Id>,
    pub spelling: &'static Spelling,
}

/// How a resource type spells a rule.
pub(in crate::aws::plan::lay) struct Spelling {
    protocol: &'static str,
    ranges: &'static [&'static str],
    /// The attribute of a prefix list, and that of a group.
    references: [Reference; 2],
    /// The attribute whose expression stands for all of a block's.
    block: Option<&'static str>,
}

/// An attribute that refers to things.
#[derive(Clone, Copy)]
struct Reference {
    attribute: &'static str,
    kinds: &'static [&'static str],
    whom: fn(Id) -> Whom,
    /// It is a list, which may hold more beside what is not known: what is written out is not told.
    is_list: bool,
}

const fn lists(attribute: &'static str, is_list: bool) -> Reference {
    Reference { attribute, kinds: LIST, whom: Whom::List, is_list }
}

const fn groups(attribute: &'static str, is_list: bool) -> Reference {
    Reference { attribute, kinds: GROUP, whom: Whom::Group, is_list }
}

pub(in crate::aws::plan::lay) const INGRESS_BLOCK: Spelling = Spelling { block: Some("ingress"), ..BLOCK };
pub(in crate::aws::plan::lay) const EGRESS_BLOCK: Spelling = Spelling { block: Some("egress"), ..BLOCK };
const BLOCK: Spelling = Spelling {
    protocol: "protocol",
    ranges: &["cidr_blocks", "ipv6_cidr_blocks"],
    references: [lists("prefix_list_ids", true), groups("security_groups", true)],
    block: None,
};
/// `aws_security_group_rule`.
pub(super) const OLD: Spelling = Spelling {
    references: [lists("prefix_list_ids", true), groups("source_security_group_id", false)],
    ..BLOCK
};
/// `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`.
pub(super) const NEW: Spelling = Spelling {
    protocol: "ip_protocol",
    ranges: &["cidr_ipv4", "cidr_ipv6"],
    references: [lists("prefix_list_id", false), groups("referenced_security_group_id", false)],
    block: None,
};

impl Spelling {
    fn is_set(&self, laying: &Laying<'_>, step: &Step<'_>, attribute: &str) -> bool {
        self.block.is_some() || laying.resolver.is_set(step.change, attribute) != Some(false)
    }
}

/// What packets a rule is for.
struct Traffic {
    protocol: Id,
    ports: Option<(i32, i32)>,
}

impl Rules {
    /// Reads one block: `ingress` of a group, or a resource of its own. `own` is the group that has the rule.
    pub(in crate::aws::plan::lay) fn add(&mut self, laying: &Laying<'_>, step: &Step<'_>, block: &Block<'_>) {
        let Block { object, egress, spelling, .. } = block;
        let mut open: Option<&'static str> = None;
        let mut whom = ranges(object, spelling, &mut open);
        for reference in &spelling.references {
            whom.extend(referred(laying, step, block, reference, &mut open));
        }
        if object.flag("self") == Some(true) {
            whom.extend(block.own.cloned().map(Whom::Group));
        } else if object.is_unknown("self") && spelling.is_set(laying, step, "self") {
            open = Some("self");
        }
        // A block of nobody is no rule, but a resource always admits someone.
        if whom.is_empty() && spelling.block.is_none() {
            open = open.or(Some(spelling.ranges[0]));
        }
        match traffic(object, spelling) {
            Ok(Traffic { protocol, ports }) => self.known.extend(whom.into_iter().map(|whom| Rule {
                egress: *egress,
                protocol: protocol.clone(),
                ports,
                whom,
            })),
            // What it is for is not known, so not whom it admits either.
            Err(attribute) => open = Some(attribute),
        }
        if let Some(attribute) = open {
            self.possible.push((possible(object, spelling, *egress), attribute.to_owned()));
        }
    }
}

/// The protocol and ports; else the attribute that does not say.
fn traffic(object: &Object<'_>, spelling: &Spelling) -> Result<Traffic, &'static str> {
    let open = [spelling.protocol, "from_port", "to_port"].into_iter().find(|it| object.is_unknown(it));
    if let Some(attribute) = open {
        return Err(attribute);
    }
    let protocol = object.text(spelling.protocol).and_then(protocol).ok_or(spelling.protocol)?;
    let ports = object.number("from_port").zip(object.number("to_port"));
    let ports = match protocol.as_str() {
        // AWS takes no such rule without its ports (EC2 API: AuthorizeSecurityGroupIngress).
        "tcp" | "udp" => {
            let Some((from, to)) = ports else { return Err("from_port") };
            if from < 0 || from > to || to > i32::from(u16::MAX) {
                return Err("from_port");
            }
            Some((from, to))
        }
        // Type and code; what is left out is every one of them for ICMPv6 alone.
        "icmp" if ports.is_none() => return Err("from_port"),
        "icmp" | "icmpv6" => ports.filter(|(kind, _)| *kind != -1),
        _ => None,
    };
    Ok(Traffic { protocol, ports })
}

/// A rule of which something is not known: what is known of its traffic.
fn possible(object: &Object<'_>, spelling: &Spelling, egress: bool) -> PossibleRule {
    let ip_protocol = object.text(spelling.protocol).and_then(protocol);
    let (from, to) = (object.number("from_port"), object.number("to_port"));
    let ports = from.zip(to).filter(|(from, to)| from <= to || *to == -1);
    let ports = ports.filter(|_| ip_protocol.as_deref().is_some_and(is_ported));
    PossibleRule { egress, ip_protocol, from_port: ports.map(|it| it.0), to_port: ports.map(|it| it.1) }
}

/// The ranges that it admits.
fn ranges(object: &Object<'_>, spelling: &Spelling, open: &mut Option<&'static str>) -> Vec<Whom> {
    let mut found = Vec::new();
    for attribute in spelling.ranges {
        let (all, is_open) = texts(object, attribute);
        if is_open {
            *open = Some(attribute);
        }
        for text in all {
            match text.parse::<ipnet::IpNet>() {
                Ok(ipnet::IpNet::V4(range)) => found.push(Whom::V4(range.trunc())),
                Ok(ipnet::IpNet::V6(range)) => found.push(Whom::V6(range.trunc())),
                Err(_) => *open = Some(attribute),
            }
        }
    }
    found
}

/// The lists or groups that it admits.
fn referred(
    laying: &Laying<'_>,
    step: &Step<'_>,
    block: &Block<'_>,
    reference: &Reference,
    open: &mut Option<&'static str>,
) -> Vec<Whom> {
    let Block { object, spelling, .. } = block;
    let Reference { attribute, kinds, whom, is_list } = *reference;
    let (all, mut unknown) = texts(object, attribute);
    let mut found = Vec::new();
    for id in all {
        // A group of another account is `account/sg-…`.
        let id = id.rsplit('/').next().unwrap_or_default();
        if kinds.iter().any(|kind| id.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-'))) {
            found.push(whom(id.into()));
        } else {
            unknown = true;
        }
    }
    // What the provider computes from nothing is nothing.
    let computed = object.is_unknown(attribute) && !spelling.is_set(laying, step, attribute);
    if !unknown || computed {
        return found;
    }
    let (expression, within) = match spelling.block {
        Some(block) => (block, Within::Block),
        None => (attribute, Within::Attribute),
    };
    match laying.resolver.unknown(step.change, expression, kinds, within) {
        Whose::One(id) => {
            found.push(whom(id));
            if is_list {
                *open = Some(attribute);
            }
        }
        Whose::None => {}
        Whose::Among(_) | Whose::Any => *open = Some(attribute),
    }
    found
}

/// The known texts of an attribute, one or a list; and whether some are not known.
fn texts<'a>(object: &Object<'a>, attribute: &str) -> (Vec<&'a str>, bool) {
    if let Some(one) = object.text(attribute) {
        return (vec![one], false);
    }
    let Ok(all) = object.texts(attribute) else { return (Vec::new(), true) };
    let open = all.contains(&None);
    (all.into_iter().flatten().collect(), open)
}
