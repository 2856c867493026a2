//! Network ACLs, and the subnets that they guard.

mod entry;

use super::super::reference::{Whose, Within};
use super::{Laying, Step};
use crate::snapshot::{AclAssociation, Aspect, Document, Id, NetworkAcl};

const ACL: &[&str] = &["acl"];
const SUBNET: &[&str] = &["subnet"];

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

    fn put_subnets(&mut self, step: &Step<'_>, id: &Id, fresh: bool) {
        let vpc = self.snapshot.network_acls.get(id).and_then(|it| it.vpc_id.clone());
        let Ok(texts) = step.after.texts("subnet_ids") else {
            if step.is_made() && self.resolver.is_set(step.change, "subnet_ids") == Some(false) {
                return;
            }
            match self.resolver.unknown(step.change, "subnet_ids", SUBNET, Within::Attribute) {
                Whose::One(subnet) => {
                    self.guard_by(step, id, &subnet, "subnet_ids");
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
        let before: Vec<Id> = before.into_iter().flatten().filter(|_| !fresh).map(Id::from).collect();
        // A default ACL cannot let go of a subnet (`aws_default_network_acl`, update).
        if step.change.r#type != "aws_default_network_acl" {
            for subnet in before.iter().filter(|it| !after.contains(it)) {
                self.let_go(step, id, subnet);
            }
        }
        for subnet in after.iter().filter(|it| !before.contains(it)) {
            self.guard_by(step, id, subnet, "subnet_ids");
        }
    }

    /// The provider gives a subnet that an ACL lets go of to the default one, whichever guards it then. So where
    /// another one takes it in the same apply, the order decides, and that is Terraform's.
    fn let_go(&mut self, step: &Step<'_>, id: &Id, subnet: &Id) {
        let acl = self.snapshot.network_acls.get(id);
        let vpc = acl.and_then(|it| it.vpc_id.clone());
        if self.guarded.contains(subnet) {
            self.open_one(subnet, &Aspect::NetworkAcl, step, "subnet_ids");
        } else {
            self.leave_acl(subnet);
            if let Some(vpc) = &vpc {
                self.use_default_acl(vpc, subnet);
            }
        }
        self.let_go.insert(subnet.clone());
    }

    /// As [`Self::guard`], during apply.
    fn guard_by(&mut self, step: &Step<'_>, acl: &Id, subnet: &Id, what: &str) {
        self.guard(acl, subnet);
        if step.is_as_it_was() {
            return;
        }
        if self.let_go.contains(subnet) {
            self.open_one(subnet, &Aspect::NetworkAcl, step, what);
        }
        self.guarded.insert(subnet.clone());
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

    pub(super) fn delete_acl_association(&mut self, step: &Step<'_>) {
        let subnet = Id::from(step.before.text("subnet_id").unwrap_or_default());
        let vpc = self.snapshot.subnets.get(&subnet).and_then(|it| it.vpc_id.clone());
        self.leave_acl(&subnet);
        if let Some(vpc) = vpc {
            self.use_default_acl(&vpc, &subnet);
        }
    }

    pub(super) fn put_acl_association(&mut self, step: &Step<'_>) {
        if step.is_as_it_was() && self.has(Document::NetworkAcls) {
            return;
        }
        let Some(subnet) = self.one(step, "subnet_id", SUBNET, &Aspect::NetworkAcl) else { return };
        match self.settled(step, "network_acl_id", ACL) {
            Some(acl) => self.guard_by(step, &acl, &subnet, "network_acl_id"),
            None => self.open_one(&subnet, &Aspect::NetworkAcl, step, "network_acl_id"),
        }
    }
}
