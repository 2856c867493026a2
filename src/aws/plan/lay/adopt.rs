//! What a VPC is born with: a resource adopts it rather than makes it.

use super::{Laying, Step};
use crate::aws::plan::format::ResourceChange;
use crate::snapshot::{Id, Snapshot, Vpc};

impl<'p> Laying<'p> {
    /// Notes which thing a resource adopts, so that what refers to the resource means that thing. A default VPC is
    /// made where there is none, and so is a default subnet: what cannot be told is left unknown.
    pub(super) fn adopt(&mut self, change: &'p ResourceChange) {
        let step = Step::new(change);
        if !step.is_made() {
            return;
        }
        let id = match change.r#type.as_str() {
            "aws_default_vpc" => self.default_vpc(&step),
            "aws_default_security_group" => {
                let vpc = self.settled(&step, "vpc_id", &["vpc"]);
                vpc.and_then(|vpc| default_group(&self.snapshot, &vpc))
            }
            "aws_default_network_acl" => self.settled(&step, "default_network_acl_id", &["acl"]),
            "aws_default_route_table" => self.settled(&step, "default_route_table_id", &["rtb"]),
            _ => None,
        };
        if let Some(id) = id {
            self.resolver.adopt(change, id);
        }
    }

    /// The default VPC where the resource is: there is one a region.
    fn default_vpc(&self, step: &Step<'_>) -> Option<Id> {
        let mut all = self.snapshot.vpcs.values().filter(|it| it.is_default == Some(true));
        let (Some(vpc), None) = (all.next(), all.next()) else { return None };
        let here = match step.after.text("region") {
            Some(region) => self.is_in(vpc, region),
            None => !self.resolver.has_several_providers(),
        };
        here.then(|| vpc.vpc_id.clone())
    }

    fn is_in(&self, vpc: &Vpc, region: &str) -> bool {
        let own = self.snapshot.subnets.values().filter(|it| it.vpc_id.as_ref() == Some(&vpc.vpc_id));
        let mut zones = own.filter_map(|it| it.availability_zone.as_deref());
        zones.any(|zone| zone.strip_prefix(region).is_some_and(|letter| letter.len() == 1))
    }
}

/// The group that AWS made with a VPC; no other may have its name.
pub(super) fn default_group(snapshot: &Snapshot, vpc: &Id) -> Option<Id> {
    let mut all = snapshot.security_groups.values();
    let own = all.find(|it| it.group_name.as_deref() == Some("default") && it.vpc_id.as_ref() == Some(vpc));
    own.map(|it| it.group_id.clone())
}
