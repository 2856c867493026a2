//! Which subnets use which route table.

use super::{Laying, Step, TABLE};
use crate::aws::plan::reference::Whose;
use crate::aws::plan::value::Attribute;
use crate::snapshot::{Aspect, Document, Id, RouteTableAssociation};

const SUBNET: &[&str] = &["subnet"];

impl Laying<'_> {
    pub(in crate::aws::plan::lay) fn leave_table(&mut self, subnet: &Id) {
        for table in self.snapshot.route_tables.values_mut() {
            table.associations.retain(|it| it.subnet_id.as_ref() != Some(subnet));
        }
    }

    pub(in crate::aws::plan::lay) fn delete_association(&mut self, step: &Step<'_>) {
        if let Some(subnet) = step.before.text("subnet_id") {
            self.leave_table(&subnet.into());
        }
    }

    pub(in crate::aws::plan::lay) fn put_association(&mut self, step: &Step<'_>) {
        if step.is_as_it_was() && self.has(Document::RouteTables) {
            return;
        }
        if step.after.get("subnet_id") == Attribute::Null {
            // A gateway's: ingress routing, which no route of a subnet's follows.
            return;
        }
        let Some(subnet) = self.one(step, "subnet_id", SUBNET, &Aspect::RouteTable) else { return };
        let Some(table) = self.settled(step, "route_table_id", TABLE) else {
            self.open_one(&subnet, &Aspect::RouteTable, step, "route_table_id");
            return;
        };
        self.leave_table(&subnet);
        if let Some(table) = self.snapshot.route_tables.get_mut(&table) {
            let subnet_id = Some(subnet);
            table.associations.push(RouteTableAssociation { subnet_id, ..RouteTableAssociation::default() });
        } else {
            // The table is not in the snapshot; the VPC's main one is not it.
            self.open_one(&subnet, &Aspect::RouteTable, step, "route_table_id");
        }
    }

    /// Deleting the association makes the table the main one again that was it before.
    pub(in crate::aws::plan::lay) fn delete_main_association(&mut self, step: &Step<'_>) {
        let (vpc, table) = (step.before.text("vpc_id"), step.before.text("original_route_table_id"));
        if let (Some(vpc), Some(table)) = (vpc, table) {
            self.make_main(&vpc.into(), &table.into());
        }
    }

    pub(in crate::aws::plan::lay) fn put_main_association(&mut self, step: &Step<'_>) {
        if step.is_as_it_was() && self.has(Document::RouteTables) {
            return;
        }
        let vpc = self.settled(step, "vpc_id", &["vpc"]);
        let table = self.settled(step, "route_table_id", TABLE);
        match (vpc, table) {
            (Some(vpc), Some(table)) => self.make_main(&vpc, &table),
            (vpc, _) => {
                let own = |it: &&crate::snapshot::Subnet| vpc.is_none() || it.vpc_id == vpc;
                let subnets =
                    self.snapshot.subnets.values().filter(own).map(|it| it.subnet_id.clone()).collect();
                self.open(Whose::Among(subnets), &Aspect::RouteTable, step, "route_table_id");
            }
        }
    }

    fn make_main(&mut self, vpc: &Id, table: &Id) {
        for it in self.snapshot.route_tables.values_mut().filter(|it| it.vpc_id.as_ref() == Some(vpc)) {
            it.associations.retain(|it| !it.main);
        }
        if let Some(table) = self.snapshot.route_tables.get_mut(table) {
            table.associations.push(RouteTableAssociation { main: true, ..RouteTableAssociation::default() });
        }
    }
}
