//! Security group rules: what a rule says, and adding and taking it away.

use serde_json::Value;

use super::super::reference::{Whose, Within};
use super::super::value::Object;
use super::{Laying, Step};
use crate::snapshot::{
    Aspect, GroupPair, Id, IpPermission, Ipv4Range, Ipv6Range, PossibleRule, PrefixListReference,
    ReferencedGroup, SecurityGroup, SecurityGroupRule,
};

/// How the ids begin that a rule may refer to.
const GROUP: &[&str] = &["sg"];

/// One rule: a protocol, ports, and one whom it admits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub egress: bool,
    pub protocol: Id,
    pub ports: Option<(i32, i32)>,
    pub whom: Whom,
}

/// Whom a rule admits.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Whom {
    V4(ipnet::Ipv4Net),
    V6(ipnet::Ipv6Net),
    List(Id),
    Group(Id),
}

/// What a resource says of rules.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub known: Vec<Rule>,
    /// Rules that may be there, and the attribute that says no more.
    pub possible: Vec<(PossibleRule, String)>,
}

/// A protocol as AWS writes it (EC2 API: IpPermission): a name for TCP, UDP and ICMP, else the number.
pub(super) fn protocol(text: &str) -> Id {
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
    pub(super) fn add(&mut self, laying: &Laying<'_>, step: &Step<'_>, block: &Block<'_>) {
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
pub(super) struct Block<'a> {
    pub object: Object<'a>,
    pub egress: bool,
    /// The group that has the rules, which `self` means.
    pub own: Option<&'a Id>,
    pub spelling: &'static Spelling,
}

/// How a resource type spells a rule.
pub(super) struct Spelling {
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

pub(super) const INGRESS_BLOCK: Spelling = Spelling { block: Some("ingress"), ..BLOCK };
pub(super) const EGRESS_BLOCK: Spelling = Spelling { block: Some("egress"), ..BLOCK };
const BLOCK: Spelling = Spelling {
    protocol: "protocol",
    ranges: &["cidr_blocks", "ipv6_cidr_blocks"],
    lists: &["prefix_list_ids"],
    groups: &["security_groups"],
    block: None,
    single: false,
};
/// `aws_security_group_rule`.
const OLD: Spelling = Spelling { groups: &["source_security_group_id"], block: None, ..BLOCK };
/// `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`.
const NEW: Spelling = Spelling {
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

impl Laying<'_> {
    /// What a rule's own resource says.
    fn rules_of(&self, step: &Step<'_>, object: Object<'_>, own: Option<&Id>) -> Rules {
        let egress = is_egress(step, &object);
        let spelling = if step.change.r#type == "aws_security_group_rule" { &OLD } else { &NEW };
        let mut rules = Rules::default();
        rules.add(self, step, &Block { object, egress, own, spelling });
        rules
    }

    pub(super) fn delete_rule(&mut self, step: &Step<'_>) {
        let Some(group) = step.before.text("security_group_id").map(Id::from) else { return };
        let rules = self.rules_of(step, step.before, Some(&group));
        for attribute in ["security_group_rule_id", "id"] {
            if let Some(id) = step.before.text(attribute) {
                self.snapshot.security_group_rules.remove(id);
            }
        }
        self.remove_rules(&group, &rules.known);
    }

    pub(super) fn put_rule(&mut self, step: &Step<'_>) {
        if !step.is_made() && !step.is_changed() {
            return;
        }
        let whose = self.resolver.whose(step.change, &step.after, "security_group_id", GROUP);
        let is_open = step.after.is_unknown("type");
        let Whose::One(group) = whose else {
            for egress in
                [false, true].into_iter().filter(|it| is_open || *it == is_egress(step, &step.after))
            {
                self.open(whose.clone(), &any_rule(egress), step, "security_group_id");
            }
            return;
        };
        if is_open {
            for egress in [false, true] {
                self.open_one(&group, &any_rule(egress), step, "type");
            }
            return;
        }
        let after = self.rules_of(step, step.after, Some(&group));
        if step.is_changed() {
            let before = self.rules_of(step, step.before, Some(&group));
            let gone: Vec<Rule> = before.known.into_iter().filter(|it| !after.known.contains(it)).collect();
            self.remove_rules(&group, &gone);
        }
        self.add_rules(step, &group, after);
    }

    /// Adds rules to a group. Each gets an id of its resource's, so that an answer can name it.
    pub(super) fn add_rules(&mut self, step: &Step<'_>, group: &Id, rules: Rules) {
        for (rule, attribute) in rules.possible {
            self.open_one(group, &Aspect::Rule(rule), step, &attribute);
        }
        let named = step.change.r#type != "aws_security_group";
        for (at, rule) in rules.known.into_iter().enumerate() {
            let Some(holder) = self.snapshot.security_groups.get_mut(group) else { return };
            if holds(holder, &rule) {
                continue;
            }
            permissions(holder, rule.egress).push(rule.permission());
            if named {
                let address = &step.change.address;
                let id = if at == 0 { format!("sgr-{address}") } else { format!("sgr-{address}.{at}") };
                let id = Id::from(id);
                self.snapshot.security_group_rules.insert(id.clone(), rule.described(id, group));
            }
        }
    }

    /// Takes rules from a group.
    pub(super) fn remove_rules(&mut self, group: &Id, rules: &[Rule]) {
        for rule in rules {
            if let Some(holder) = self.snapshot.security_groups.get_mut(group) {
                take(holder, rule);
            }
            let described =
                |it: &SecurityGroupRule| it.group_id.as_ref() == Some(group) && rule.is_described_by(it);
            self.snapshot.security_group_rules.retain(|_, it| !described(it));
        }
    }
}

/// A rule of which nothing is known but its direction.
pub(super) fn any_rule(egress: bool) -> Aspect {
    Aspect::Rule(PossibleRule { egress, ip_protocol: None, from_port: None, to_port: None })
}

fn is_egress(step: &Step<'_>, object: &Object<'_>) -> bool {
    step.change.r#type == "aws_vpc_security_group_egress_rule" || object.text("type") == Some("egress")
}

fn permissions(group: &mut SecurityGroup, egress: bool) -> &mut Vec<IpPermission> {
    if egress { &mut group.ip_permissions_egress } else { &mut group.ip_permissions }
}

fn holds(group: &SecurityGroup, rule: &Rule) -> bool {
    let all = if rule.egress { &group.ip_permissions_egress } else { &group.ip_permissions };
    all.iter().filter(|it| rule.has_traffic_of(it)).any(|it| match &rule.whom {
        Whom::V4(range) => it.ip_ranges.iter().any(|had| had.cidr_ip == *range),
        Whom::V6(range) => it.ipv6_ranges.iter().any(|had| had.cidr_ipv6 == *range),
        Whom::List(id) => it.prefix_list_ids.iter().any(|had| had.prefix_list_id == *id),
        Whom::Group(id) => it.user_id_group_pairs.iter().any(|had| had.group_id.as_ref() == Some(id)),
    })
}

/// Takes one rule away, and the permission with it if it holds no more.
fn take(group: &mut SecurityGroup, rule: &Rule) {
    let all = permissions(group, rule.egress);
    for it in all.iter_mut().filter(|it| rule.has_traffic_of(it)) {
        match &rule.whom {
            Whom::V4(range) => it.ip_ranges.retain(|had| had.cidr_ip.trunc() != *range),
            Whom::V6(range) => it.ipv6_ranges.retain(|had| had.cidr_ipv6.trunc() != *range),
            Whom::List(id) => it.prefix_list_ids.retain(|had| had.prefix_list_id != *id),
            Whom::Group(id) => it.user_id_group_pairs.retain(|had| had.group_id.as_ref() != Some(id)),
        }
    }
    all.retain(|it| {
        !(it.ip_ranges.is_empty()
            && it.ipv6_ranges.is_empty()
            && it.prefix_list_ids.is_empty()
            && it.user_id_group_pairs.is_empty())
    });
}

impl Rule {
    fn has_traffic_of(&self, permission: &IpPermission) -> bool {
        let same = self.protocol == protocol(&permission.ip_protocol);
        let ports = permission.from_port.zip(permission.to_port).filter(|ports| *ports != (-1, -1));
        same && (self.protocol == "-1" || self.ports == ports)
    }

    fn permission(&self) -> IpPermission {
        let mut permission = IpPermission {
            ip_protocol: self.protocol.clone(),
            from_port: self.ports.map(|it| it.0),
            to_port: self.ports.map(|it| it.1),
            ..IpPermission::default()
        };
        match &self.whom {
            Whom::V4(cidr_ip) => permission.ip_ranges.push(Ipv4Range { cidr_ip: *cidr_ip }),
            Whom::V6(cidr_ipv6) => permission.ipv6_ranges.push(Ipv6Range { cidr_ipv6: *cidr_ipv6 }),
            Whom::List(id) => {
                permission.prefix_list_ids.push(PrefixListReference { prefix_list_id: id.clone() });
            }
            Whom::Group(id) => {
                permission
                    .user_id_group_pairs
                    .push(GroupPair { group_id: Some(id.clone()), ..GroupPair::default() });
            }
        }
        permission
    }

    fn described(&self, id: Id, group: &Id) -> SecurityGroupRule {
        let mut rule = SecurityGroupRule {
            security_group_rule_id: id,
            group_id: Some(group.clone()),
            is_egress: self.egress,
            ip_protocol: Some(self.protocol.clone()),
            from_port: self.ports.map(|it| it.0),
            to_port: self.ports.map(|it| it.1),
            ..SecurityGroupRule::default()
        };
        match &self.whom {
            Whom::V4(range) => rule.cidr_ipv4 = Some(*range),
            Whom::V6(range) => rule.cidr_ipv6 = Some(*range),
            Whom::List(id) => rule.prefix_list_id = Some(id.clone()),
            Whom::Group(id) => {
                rule.referenced_group_info =
                    Some(ReferencedGroup { group_id: Some(id.clone()), ..ReferencedGroup::default() });
            }
        }
        rule
    }

    fn is_described_by(&self, rule: &SecurityGroupRule) -> bool {
        let ports = rule.from_port.zip(rule.to_port).filter(|ports| *ports != (-1, -1));
        let referenced = rule.referenced_group_info.as_ref().and_then(|info| info.group_id.as_ref());
        let whom = match &self.whom {
            Whom::V4(range) => rule.cidr_ipv4.as_ref().is_some_and(|it| it.trunc() == *range),
            Whom::V6(range) => rule.cidr_ipv6.as_ref().is_some_and(|it| it.trunc() == *range),
            Whom::List(id) => rule.prefix_list_id.as_ref() == Some(id),
            Whom::Group(id) => referenced == Some(id),
        };
        whom && rule.is_egress == self.egress
            && rule.ip_protocol.as_ref().is_some_and(|it| protocol(it) == self.protocol)
            && (self.protocol == "-1" || ports == self.ports)
    }
}

/// Whether a list of blocks was given at all: `[]` takes all rules away, nothing leaves them as they are.
pub(super) fn is_list(object: &serde_json::Map<String, Value>, attribute: &str) -> bool {
    object.get(attribute).is_some_and(Value::is_array)
}
