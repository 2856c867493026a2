//! What a block of inline rules, or a rule's own resource, says.

use super::{Rule, Whom};
use crate::aws::plan::lay::{Laying, Step};
use crate::aws::plan::reference::{Whose, Within};
use crate::aws::plan::value::Object;
use crate::snapshot::{Id, PossibleRule};

/// How the ids begin that a rule may refer to.
pub(super) const GROUP: &[&str] = &["sg"];

/// What a resource says of rules.
#[derive(Debug, Default)]
pub(in crate::aws::plan::lay) struct Rules {
    pub known: Vec<Rule>,
    /// Rules that may be there, and the attribute that says no more.
    pub possible: Vec<(PossibleRule, String)>,
}

/// A protocol as AWS writes it (EC2 API: IpPermission): a name for TCP, UDP and ICMP, else the number.
pub(in crate::aws::plan::lay) fn protocol(text: &str) -> Id {
    let text = text.to_ascii_lowercase();
    Id::from(match text.as_str() {
        "all" | "any" | "-1" => "-1",
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        other => other,
    })
}

impl Rules {
    /// Reads one block: `ingress` of a group, or a resource of its own. `own` is the group that has the rule.
    pub(in crate::aws::plan::lay) fn add(&mut self, laying: &Laying<'_>, step: &Step<'_>, block: &Block<'_>) {
        let Block { object, egress, spelling, .. } = block;
        let ip_protocol = object.text(spelling.protocol).map(protocol);
        let is_open = |attribute: &str| object.is_unknown(attribute);
        let all = ip_protocol.as_deref() == Some("-1");
        let (from, to) = (object.number("from_port"), object.number("to_port"));
        let known =
            PossibleRule { egress: *egress, ip_protocol: ip_protocol.clone(), from_port: from, to_port: to };
        let open_traffic = [spelling.protocol, "from_port", "to_port"].into_iter().find(|it| is_open(it));
        let mut whom = Vec::new();
        let mut open: Option<String> = open_traffic.map(str::to_owned);
        for attribute in spelling.ranges {
            for text in texts(object, attribute, &mut open) {
                match text.parse::<ipnet::IpNet>() {
                    Ok(ipnet::IpNet::V4(range)) => whom.push(Whom::V4(range.trunc())),
                    Ok(ipnet::IpNet::V6(range)) => whom.push(Whom::V6(range.trunc())),
                    Err(_) => open = Some((*attribute).to_owned()),
                }
            }
        }
        for (attributes, kinds) in [(spelling.lists, &["pl"][..]), (spelling.groups, GROUP)] {
            for attribute in attributes {
                let mut unknown = None;
                let ids = texts(object, attribute, &mut unknown);
                let make = |id: Id| if kinds == GROUP { Whom::Group(id) } else { Whom::List(id) };
                for id in ids {
                    // A group of another account is `account/sg-…`.
                    let id = id.rsplit('/').next().unwrap_or_default();
                    if kinds.iter().any(|kind| id.starts_with(&format!("{kind}-"))) {
                        whom.push(make(id.into()));
                    } else {
                        unknown = Some((*attribute).to_owned());
                    }
                }
                if object.is_unknown(attribute) && !spelling.is_set(laying, step, attribute) {
                    // Computed by the provider from nothing: there is none.
                    unknown = None;
                }
                if let Some(attribute) = unknown {
                    let expression = spelling.block.unwrap_or(attribute.as_str());
                    let within = if spelling.block.is_some() { Within::Block } else { Within::Attribute };
                    let whose = laying.resolver.unknown(step.change, expression, kinds, within);
                    let single = spelling.single;
                    match whose {
                        Whose::One(id) => {
                            whom.push(make(id));
                            // A list may hold more beside it: what is written out is not told.
                            if !single {
                                open = Some(attribute);
                            }
                        }
                        Whose::None => {}
                        Whose::Among(_) | Whose::Any => open = Some(attribute),
                    }
                }
            }
        }
        if object.flag("self") == Some(true) {
            whom.extend(block.own.cloned().map(Whom::Group));
        } else if is_open("self") && spelling.is_set(laying, step, "self") {
            open = Some("self".to_owned());
        }
        if open_traffic.is_none() {
            if let Some(protocol) = ip_protocol {
                let ports =
                    if all { None } else { from.zip(to).filter(|(from, to)| (*from, *to) != (-1, -1)) };
                let rule = |whom| Rule { egress: *egress, protocol: protocol.clone(), ports, whom };
                self.known.extend(whom.into_iter().map(rule));
            } else {
                open.get_or_insert_with(|| spelling.protocol.to_owned());
            }
        }
        if let Some(attribute) = open {
            self.possible.push((known, attribute));
        }
    }
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
    lists: &'static [&'static str],
    groups: &'static [&'static str],
    /// The attribute whose expression stands for all of a block's.
    block: Option<&'static str>,
    /// It admits one only.
    single: bool,
}

impl Spelling {
    fn is_set(&self, laying: &Laying<'_>, step: &Step<'_>, attribute: &str) -> bool {
        self.block.is_some() || laying.resolver.is_set(step.change, attribute) != Some(false)
    }
}

pub(in crate::aws::plan::lay) const INGRESS_BLOCK: Spelling = Spelling { block: Some("ingress"), ..BLOCK };
pub(in crate::aws::plan::lay) const EGRESS_BLOCK: Spelling = Spelling { block: Some("egress"), ..BLOCK };
const BLOCK: Spelling = Spelling {
    protocol: "protocol",
    ranges: &["cidr_blocks", "ipv6_cidr_blocks"],
    lists: &["prefix_list_ids"],
    groups: &["security_groups"],
    block: None,
    single: false,
};
/// `aws_security_group_rule`.
pub(super) const OLD: Spelling = Spelling { groups: &["source_security_group_id"], block: None, ..BLOCK };
/// `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`.
pub(super) const NEW: Spelling = Spelling {
    protocol: "ip_protocol",
    ranges: &["cidr_ipv4", "cidr_ipv6"],
    lists: &["prefix_list_id"],
    groups: &["referenced_security_group_id"],
    block: None,
    single: true,
};

/// The known texts of an attribute, one or a list; notes where some are not known.
fn texts<'a>(object: &Object<'a>, attribute: &str, open: &mut Option<String>) -> Vec<&'a str> {
    if let Some(one) = object.text(attribute) {
        return vec![one];
    }
    let Ok(all) = object.texts(attribute) else {
        *open = Some(attribute.to_owned());
        return Vec::new();
    };
    if all.contains(&None) {
        *open = Some(attribute.to_owned());
    }
    all.into_iter().flatten().collect()
}
