//! Security group rules: adding them to a group and taking them away.

mod permission;
mod read;

use super::super::reference::Whose;
use super::super::value::Object;
use super::{Laying, Step};
use crate::snapshot::{Aspect, Id, PossibleRule, SecurityGroupRule};
use permission::{holds, permissions, take};
use read::{GROUP, NEW, OLD};

pub(super) use read::{Block, EGRESS_BLOCK, INGRESS_BLOCK, Rules};

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
        if step.is_as_it_was() {
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
