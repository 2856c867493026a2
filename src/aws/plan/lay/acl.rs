//! Network ACLs, their rules, and the subnets that they guard.

use super::super::reference::{Whose, Within};
use super::super::value::Object;
use super::rule::protocol;
use super::{Laying, Step};
use crate::snapshot::{AclAssociation, AclEntry, Aspect, Document, IcmpTypeCode, Id, NetworkAcl, PortRange};

const ACL: &[&str] = &["acl"];
const SUBNET: &[&str] = &["subnet"];

/// How a resource type spells an entry.
struct Spelling {
    number: &'static str,
    action: &'static str,
}

/// `ingress` and `egress` of `aws_network_acl`.
const BLOCK: Spelling = Spelling { number: "rule_no", action: "action" };
/// `aws_network_acl_rule`.
const RULE: Spelling = Spelling { number: "rule_number", action: "rule_action" };

impl Spelling {
    /// The entry; else what of it is not known, and its number where that is.
    fn read(&self, object: &Object<'_>, egress: bool) -> Result<AclEntry, (String, Option<i32>)> {
        let number = object.number(self.number);
        let open = [
            self.number,
            self.action,
            "protocol",
            "cidr_block",
            "ipv6_cidr_block",
            "from_port",
            "to_port",
            "icmp_type",
            "icmp_code",
        ];
        if let Some(attribute) = open.into_iter().find(|it| object.is_unknown(it)) {
            return Err((attribute.to_owned(), number));
        }
        let odd = |attribute: &str| (attribute.to_owned(), number);
        let protocol = object.text("protocol").map(protocol).ok_or_else(|| odd("protocol"))?;
        let cidr_block =
            object.text("cidr_block").map(str::parse).transpose().map_err(|_| odd("cidr_block"))?;
        let v6 =
            object.text("ipv6_cidr_block").map(str::parse).transpose().map_err(|_| odd("ipv6_cidr_block"))?;
        let is_icmp = matches!(protocol.as_str(), "icmp" | "icmpv6");
        let ported = matches!(protocol.as_str(), "tcp" | "udp");
        Ok(AclEntry {
            rule_number: number.ok_or_else(|| odd(self.number))?,
            rule_action: object
                .text(self.action)
                .ok_or_else(|| odd(self.action))?
                .to_ascii_lowercase()
                .into(),
            egress,
            cidr_block,
            ipv6_cidr_block: v6,
            port_range: ported
                .then(|| PortRange { from: object.number("from_port"), to: object.number("to_port") }),
            icmp_type_code: is_icmp.then(|| IcmpTypeCode {
                r#type: object.number("icmp_type"),
                code: object.number("icmp_code"),
            }),
            protocol,
        })
    }
}

impl Laying<'_> {
    pub(super) fn delete_acl(&mut self, step: &Step<'_>) {
        let Some(id) = step.had() else { return };
        let Some(acl) = self.snapshot.network_acls.remove(&id) else { return };
        let subnets = acl.associations.into_iter().filter_map(|it| it.subnet_id);
        if let Some(vpc) = &acl.vpc_id {
            for subnet in subnets {
                self.use_default_acl(vpc, &subnet);
            }
        }
    }

    pub(super) fn put_acl(&mut self, step: &Step<'_>) {
        let adopts = step.change.r#type == "aws_default_network_acl" && step.is_made();
        let Some(id) = self.own(step) else {
            if adopts {
                self.open(Whose::Any, &Aspect::NetworkAcl, step, "default_network_acl_id");
                for egress in [false, true] {
                    self.open(
                        Whose::Any,
                        &Aspect::Entry { egress, number: None },
                        step,
                        "default_network_acl_id",
                    );
                }
            }
            return;
        };
        let known = self.snapshot.network_acls.contains_key(&id);
        let fresh = step.is_made() && !adopts || !known;
        if fresh {
            let vpc_id = self.settled(step, "vpc_id", &["vpc"]);
            let acl = NetworkAcl {
                network_acl_id: id.clone(),
                vpc_id,
                is_default: adopts || step.change.r#type == "aws_default_network_acl",
                ..NetworkAcl::default()
            };
            self.snapshot.network_acls.insert(id.clone(), acl);
        } else if !step.is_changed() && !adopts {
            return;
        } else if adopts && let Some(acl) = self.snapshot.network_acls.get_mut(&id) {
            // Adopting it takes all its rules away (`aws_default_network_acl`, create).
            acl.entries.clear();
        }
        for (way, egress) in [("ingress", false), ("egress", true)] {
            if fresh || adopts || step.differs(way) {
                self.put_entries(step, &id, way, egress, fresh || adopts);
            }
        }
        if fresh || step.differs("subnet_ids") {
            self.put_subnets(step, &id, fresh || adopts);
        }
    }

    fn put_entries(&mut self, step: &Step<'_>, id: &Id, way: &str, egress: bool, fresh: bool) {
        let none = step.is_made() && self.resolver.is_set(step.change, way) == Some(false);
        let after = match step.after.objects(way) {
            Ok(after) => after,
            Err(_) if none => return,
            Err(_) => {
                self.open_one(id, &Aspect::Entry { egress, number: None }, step, way);
                return;
            }
        };
        let mut entries = Vec::new();
        for object in &after {
            match BLOCK.read(object, egress) {
                Ok(entry) => entries.push(entry),
                Err((what, number)) => self.open_one(id, &Aspect::Entry { egress, number }, step, &what),
            }
        }
        let had: Vec<i32> = if fresh {
            Vec::new()
        } else {
            let before = step.before.objects(way).unwrap_or_default();
            before.iter().filter_map(|it| it.number(BLOCK.number)).collect()
        };
        let Some(acl) = self.snapshot.network_acls.get_mut(id) else { return };
        let replaced = |it: &AclEntry| {
            had.contains(&it.rule_number) || entries.iter().any(|new| new.rule_number == it.rule_number)
        };
        acl.entries.retain(|it| it.egress != egress || !replaced(it));
        acl.entries.extend(entries);
    }

    fn put_subnets(&mut self, step: &Step<'_>, id: &Id, fresh: bool) {
        let vpc = self.snapshot.network_acls.get(id).and_then(|it| it.vpc_id.clone());
        let Ok(texts) = step.after.texts("subnet_ids") else {
            if step.is_made() && self.resolver.is_set(step.change, "subnet_ids") == Some(false) {
                return;
            }
            match self.resolver.unknown(step.change, "subnet_ids", SUBNET, Within::Attribute) {
                Whose::One(subnet) => {
                    self.guard(id, &subnet);
                    // The plan does not tell what stands beside it: a subnet that is there already, perhaps.
                    let beside = self.subnets_of(vpc.as_ref(), &subnet);
                    self.open(Whose::Among(beside), &Aspect::NetworkAcl, step, "subnet_ids");
                }
                Whose::None => {}
                Whose::Among(ids) => {
                    let beside = self.subnets_of(vpc.as_ref(), "");
                    let all = ids.into_iter().chain(beside).collect();
                    self.open(Whose::Among(all), &Aspect::NetworkAcl, step, "subnet_ids");
                }
                Whose::Any => self.open(Whose::Any, &Aspect::NetworkAcl, step, "subnet_ids"),
            }
            return;
        };
        if texts.contains(&None) {
            self.open(Whose::Any, &Aspect::NetworkAcl, step, "subnet_ids");
        }
        let after: Vec<Id> = texts.into_iter().flatten().map(Id::from).collect();
        let before = step.before.texts("subnet_ids").unwrap_or_default();
        for subnet in before.into_iter().flatten().filter(|it| !fresh && !after.iter().any(|had| had == it)) {
            let subnet = Id::from(subnet);
            self.leave_acl(&subnet);
            if let Some(vpc) = &vpc {
                self.use_default_acl(vpc, &subnet);
            }
        }
        for subnet in after {
            self.guard(id, &subnet);
        }
    }

    /// The subnets of a VPC, but for one.
    fn subnets_of(&self, vpc: Option<&Id>, but: &str) -> Vec<Id> {
        let all = self.snapshot.subnets.values();
        let own = all.filter(|it| vpc.is_none() || it.vpc_id.is_none() || it.vpc_id.as_ref() == vpc);
        own.map(|it| it.subnet_id.clone()).filter(|it| it != but).collect()
    }

    /// A subnet has one ACL: the new one in place of the old.
    fn guard(&mut self, acl: &Id, subnet: &Id) {
        self.leave_acl(subnet);
        if let Some(acl) = self.snapshot.network_acls.get_mut(acl) {
            acl.associations.push(AclAssociation { subnet_id: Some(subnet.clone()) });
        }
    }

    pub(super) fn leave_acl(&mut self, subnet: &Id) {
        for acl in self.snapshot.network_acls.values_mut() {
            acl.associations.retain(|it| it.subnet_id.as_ref() != Some(subnet));
        }
    }

    pub(super) fn delete_acl_rule(&mut self, step: &Step<'_>) {
        let acl = step.before.text("network_acl_id").unwrap_or_default();
        let number = step.before.number(RULE.number);
        let egress = step.before.flag("egress") == Some(true);
        if let Some(acl) = self.snapshot.network_acls.get_mut(acl) {
            acl.entries.retain(|it| it.egress != egress || Some(it.rule_number) != number);
        }
    }

    pub(super) fn put_acl_rule(&mut self, step: &Step<'_>) {
        if !step.is_made() && !step.is_changed() {
            return;
        }
        let egress = step.after.flag("egress") == Some(true);
        let whose = self.resolver.whose(step.change, &step.after, "network_acl_id", ACL);
        let entry = RULE.read(&step.after, egress);
        let number = match &entry {
            Ok(entry) => Some(entry.rule_number),
            Err((_, number)) => *number,
        };
        if step.after.is_unknown("egress") {
            for egress in [false, true] {
                self.open(whose.clone(), &Aspect::Entry { egress, number }, step, "egress");
            }
            return;
        }
        let Whose::One(id) = whose else {
            self.open(whose, &Aspect::Entry { egress, number }, step, "network_acl_id");
            return;
        };
        match entry {
            Ok(entry) => {
                if let Some(acl) = self.snapshot.network_acls.get_mut(&id) {
                    acl.entries.retain(|it| it.egress != egress || it.rule_number != entry.rule_number);
                    acl.entries.push(entry);
                }
            }
            Err((what, number)) => self.open_one(&id, &Aspect::Entry { egress, number }, step, &what),
        }
    }

    pub(super) fn delete_acl_association(&mut self, step: &Step<'_>) {
        let subnet = Id::from(step.before.text("subnet_id").unwrap_or_default());
        let vpc = self.snapshot.subnets.get(&subnet).and_then(|it| it.vpc_id.clone());
        self.leave_acl(&subnet);
        if let Some(vpc) = vpc {
            self.use_default_acl(&vpc, &subnet);
        }
    }

    pub(super) fn put_acl_association(&mut self, step: &Step<'_>) {
        if !step.is_made() && !step.is_changed() && self.has(Document::NetworkAcls) {
            return;
        }
        let Some(subnet) = self.one(step, "subnet_id", SUBNET, &Aspect::NetworkAcl) else { return };
        match self.settled(step, "network_acl_id", ACL) {
            Some(acl) => self.guard(&acl, &subnet),
            None => self.open_one(&subnet, &Aspect::NetworkAcl, step, "network_acl_id"),
        }
    }
}
