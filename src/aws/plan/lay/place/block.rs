//! The blocks of VPCs.

use super::{Laying, Step};
use crate::aws::plan::reference::Whose;
use crate::snapshot::{Aspect, Id, Ipv4Block, Ipv6Block, Route, Vpc};

impl Laying<'_> {
    pub(in crate::aws::plan::lay) fn delete_block(&mut self, step: &Step<'_>) {
        let block: Option<ipnet::Ipv4Net> = step.before.text("cidr_block").and_then(|it| it.parse().ok());
        let (Some(id), Some(block)) = (step.before.text("vpc_id").map(Id::from), block) else { return };
        if let Some(vpc) = self.snapshot.vpcs.get_mut(&id) {
            vpc.cidr_block_association_set.retain(|it| it.cidr_block != block);
        }
        self.forget_local(&id, block.into());
    }

    pub(in crate::aws::plan::lay) fn put_block(&mut self, step: &Step<'_>) {
        if step.is_changed() {
            return;
        }
        let Some(id) = self.vpc_of_block(step) else { return };
        let block: Option<ipnet::Ipv4Net> = step.after.text("cidr_block").and_then(|it| it.parse().ok());
        let Some(cidr_block) = block else {
            return self.lose_vpcs(step, vec![id], "cidr_block");
        };
        if let Some(vpc) = self.snapshot.vpcs.get_mut(&id) {
            add_block(vpc, cidr_block);
        }
    }

    pub(in crate::aws::plan::lay) fn delete_v6_block(&mut self, step: &Step<'_>) {
        let block = step.before.text("ipv6_cidr_block").and_then(|it| it.parse::<ipnet::Ipv6Net>().ok());
        let (Some(id), Some(block)) = (step.before.text("vpc_id").map(Id::from), block) else { return };
        if let Some(vpc) = self.snapshot.vpcs.get_mut(&id) {
            vpc.ipv6_cidr_block_association_set.retain(|it| it.ipv6_cidr_block != Some(block));
        }
        self.forget_local(&id, block.into());
    }

    pub(in crate::aws::plan::lay) fn put_v6_block(&mut self, step: &Step<'_>) {
        if step.is_changed() {
            return;
        }
        let Some(id) = self.vpc_of_block(step) else { return };
        let blocks = v6_blocks(step);
        if blocks.is_empty() {
            return self.lose_vpcs(step, vec![id], "ipv6_cidr_block");
        }
        if let Some(vpc) = self.snapshot.vpcs.get_mut(&id) {
            let had = |new: &Ipv6Block| {
                vpc.ipv6_cidr_block_association_set.iter().any(|it| it.ipv6_cidr_block == new.ipv6_cidr_block)
            };
            let new: Vec<Ipv6Block> = blocks.into_iter().filter(|it| !had(it)).collect();
            vpc.ipv6_cidr_block_association_set.extend(new);
        }
    }

    /// The VPC that a block is of; where it may be any, none is known any more.
    fn vpc_of_block(&mut self, step: &Step<'_>) -> Option<Id> {
        let ids = match self.resolver.whose(step.change, &step.after, "vpc_id", &["vpc"]) {
            Whose::None => return None,
            Whose::One(id) => return Some(id),
            Whose::Among(ids) => ids,
            Whose::Any => self.snapshot.vpcs.keys().cloned().collect(),
        };
        self.lose_vpcs(step, ids, "vpc_id");
        None
    }

    /// A block that is not known may cover any address, and so make it local.
    pub(super) fn lose_vpcs(&mut self, step: &Step<'_>, ids: Vec<Id>, what: &str) {
        for id in &ids {
            self.snapshot.vpcs.remove(id);
        }
        self.open(Whose::Among(ids), &Aspect::Whole, step, what);
    }

    /// A block that goes takes the routes to it along that AWS wrote into the VPC's tables.
    pub(super) fn forget_local(&mut self, vpc: &Id, block: ipnet::IpNet) {
        let to_block = |it: &Route| {
            it.destination_cidr_block.map(ipnet::IpNet::V4) == Some(block)
                || it.destination_ipv6_cidr_block.map(ipnet::IpNet::V6) == Some(block)
        };
        for table in self.snapshot.route_tables.values_mut().filter(|it| it.vpc_id.as_ref() == Some(vpc)) {
            table.routes.retain(|it| it.gateway_id.as_deref() != Some("local") || !to_block(it));
        }
    }
}

/// The IPv6 block of a VPC or a subnet.
pub(super) fn v6_blocks(step: &Step<'_>) -> Vec<Ipv6Block> {
    let block = step.after.text("ipv6_cidr_block").and_then(|it| it.parse().ok());
    let block = block.map(|it| Ipv6Block { ipv6_cidr_block: Some(it), ipv6_cidr_block_state: None });
    block.into_iter().collect()
}

/// Adds a block to those of a VPC, of which a snapshot may show the first alone.
pub(super) fn add_block(vpc: &mut Vpc, cidr_block: ipnet::Ipv4Net) {
    let own = vpc.cidr_block.filter(|_| vpc.cidr_block_association_set.is_empty());
    let all = own.into_iter().chain([cidr_block]);
    let blocks = &mut vpc.cidr_block_association_set;
    for cidr_block in all {
        if !blocks.iter().any(|it| it.cidr_block == cidr_block) {
            blocks.push(Ipv4Block { cidr_block, cidr_block_state: None });
        }
    }
}
