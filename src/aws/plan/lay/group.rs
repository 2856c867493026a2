//! Security groups with their inline rules.

use serde_json::{Map, Value};

use super::super::reference::Whose;
use super::super::value::Object;
use super::rule::{Block, EGRESS_BLOCK, INGRESS_BLOCK, Rule, Rules, any_rule};
use super::{Laying, Step};
use crate::snapshot::{Aspect, Id, SecurityGroup};

const WAYS: [(&str, bool); 2] = [("ingress", false), ("egress", true)];

impl Laying<'_> {
    pub(super) fn delete_group(&mut self, step: &Step<'_>) {
        let Some(id) = step.had() else { return };
        self.snapshot.security_groups.remove(&id);
        self.snapshot.security_group_rules.retain(|_, rule| rule.group_id.as_ref() != Some(&id));
    }

    /// The provider diffs inline rules as a set: it revokes what was and is no more, and authorizes what is new. Rules
    /// that the plan does not know of stay (`aws_security_group`, update).
    pub(super) fn put_group(&mut self, step: &Step<'_>) {
        let Some(id) = self.own(step) else { return };
        let known = self.snapshot.security_groups.contains_key(&id);
        let fresh = step.is_made() || !known;
        if fresh {
            let vpc_id = self.settled(step, "vpc_id", &["vpc"]);
            let group = SecurityGroup {
                group_id: id.clone(),
                group_name: step.text("name"),
                vpc_id,
                ..SecurityGroup::default()
            };
            self.snapshot.security_groups.insert(id.clone(), group);
        } else if !step.is_changed() {
            return;
        }
        for (way, egress) in WAYS {
            if !fresh && !step.differs(way) {
                continue;
            }
            let Some(after) = self.inline(step, step.after, way, egress, &id) else {
                self.leave_open(step, &id, way, egress);
                continue;
            };
            if !fresh && is_list(&step.change.change.before, way) {
                let before = self.inline(step, step.before, way, egress, &id).unwrap_or_default();
                let gone: Vec<Rule> =
                    before.known.into_iter().filter(|it| !after.known.contains(it)).collect();
                self.remove_rules(&id, &gone);
            }
            self.add_rules(step, &id, after);
        }
    }

    /// Adopting a VPC's default group takes all its rules away and gives it the configuration's
    /// (`aws_default_security_group`, create).
    pub(super) fn put_default_group(&mut self, step: &Step<'_>) {
        if !step.is_made() {
            return self.put_group(step);
        }
        let Some(id) = self.own(step) else {
            // Whichever it is loses all its rules.
            let all = self.snapshot.security_groups.values();
            let default = all.filter(|it| it.group_name.as_deref().is_none_or(|name| name == "default"));
            let ids = default.map(|it| it.group_id.clone()).collect();
            self.open(Whose::Among(ids), &Aspect::Changed, step, "vpc_id");
            return;
        };
        if let Some(group) = self.snapshot.security_groups.get_mut(&id) {
            group.ip_permissions.clear();
            group.ip_permissions_egress.clear();
        }
        self.snapshot.security_group_rules.retain(|_, rule| rule.group_id.as_ref() != Some(&id));
        for (way, egress) in WAYS {
            match self.inline(step, step.after, way, egress, &id) {
                Some(rules) => self.add_rules(step, &id, rules),
                None => self.leave_open(step, &id, way, egress),
            }
        }
    }

    /// The inline rules of one direction; `None` if they are not known at all. What is not configured and computed
    /// by a group that is made is none: the provider even takes AWS's own egress rule away.
    fn inline(
        &self,
        step: &Step<'_>,
        object: Object<'_>,
        way: &str,
        egress: bool,
        own: &Id,
    ) -> Option<Rules> {
        let Ok(blocks) = object.objects(way) else {
            return (step.is_made() && self.resolver.is_set(step.change, way) == Some(false))
                .then(Rules::default);
        };
        let spelling = if egress { &EGRESS_BLOCK } else { &INGRESS_BLOCK };
        let mut rules = Rules::default();
        for object in blocks {
            rules.add(self, step, &Block { object, egress, own: Some(own), spelling });
        }
        Some(rules)
    }

    fn leave_open(&mut self, step: &Step<'_>, id: &Id, way: &str, egress: bool) {
        if let Some(group) = self.snapshot.security_groups.get_mut(id) {
            if egress { group.ip_permissions_egress.clear() } else { group.ip_permissions.clear() }
        }
        self.open_one(id, &any_rule(egress), step, way);
    }
}

/// Whether a list of blocks was given at all: `[]` takes all rules away, nothing leaves them as they are.
fn is_list(object: &Map<String, Value>, attribute: &str) -> bool {
    object.get(attribute).is_some_and(Value::is_array)
}
