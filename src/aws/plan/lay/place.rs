//! VPCs, what each brings with it, and subnets.

mod block;

use super::{Laying, Step};
use crate::aws::plan::reference::{Resolver, Whose};
use crate::snapshot::{
    AclAssociation, AclEntry, Aspect, GroupPair, Id, IpPermission, Ipv4Block, Ipv4Range, NetworkAcl, Pending,
    Route, RouteTable, RouteTableAssociation, SecurityGroup, Subnet, Vpc,
};
use block::{add_block, v6_blocks};

/// The number of AWS's own rule in a default network ACL that allows everything (AWS: vpc/default-network-acl).
const DEFAULT_RULE: i32 = 100;

impl Laying<'_> {
    pub(super) fn delete_vpc(&mut self, step: &Step<'_>) {
        let Some(id) = step.had() else { return };
        self.snapshot.vpcs.remove(&id);
        // What AWS made with it goes with it.
        self.snapshot.security_groups.retain(|_, it| it.vpc_id.as_ref() != Some(&id));
        self.snapshot.network_acls.retain(|_, it| it.vpc_id.as_ref() != Some(&id));
        self.snapshot.route_tables.retain(|_, it| it.vpc_id.as_ref() != Some(&id));
    }

    pub(super) fn put_vpc(&mut self, step: &Step<'_>) {
        let Some(id) = self.own(step) else { return };
        if self.snapshot.vpcs.contains_key(&id) {
            return self.change_vpc(step, id);
        }
        let unknown = ["cidr_block", "ipv6_cidr_block"]
            .into_iter()
            .find(|it| step.after.is_unknown(it) && self.is_chosen(step, it));
        if let Some(attribute) = unknown {
            // Without its blocks it is not known what is local.
            self.open_one(&id, &Aspect::Whole, step, attribute);
        } else {
            let block = step.after.text("cidr_block").and_then(|it| it.parse().ok());
            let vpc = Vpc {
                vpc_id: id.clone(),
                cidr_block: block,
                cidr_block_association_set: block
                    .into_iter()
                    .map(|cidr_block| Ipv4Block { cidr_block, cidr_block_state: None })
                    .collect(),
                ipv6_cidr_block_association_set: v6_blocks(step),
                ..Vpc::default()
            };
            self.snapshot.vpcs.insert(id.clone(), vpc);
        }
        if step.is_to_come() {
            self.put_company(step, &id);
        }
    }

    /// Its IPv6 block may come, go or be another one; its IPv4 block is its own for good.
    fn change_vpc(&mut self, step: &Step<'_>, id: Id) {
        if !step.differs("ipv6_cidr_block") || step.is_made() {
            return;
        }
        if step.after.is_unknown("ipv6_cidr_block") {
            return self.lose_vpcs(step, vec![id], "ipv6_cidr_block");
        }
        let old: Option<ipnet::Ipv6Net> = step.before.text("ipv6_cidr_block").and_then(|it| it.parse().ok());
        if let Some(vpc) = self.snapshot.vpcs.get_mut(&id) {
            let all = &mut vpc.ipv6_cidr_block_association_set;
            all.retain(|it| it.ipv6_cidr_block != old);
            all.extend(v6_blocks(step));
        }
        if let Some(block) = old {
            self.forget_local(&id, block.into());
        }
    }

    /// Whether an attribute that is not known comes from the configuration, or from AWS where that asks for it.
    fn is_chosen(&self, step: &Step<'_>, attribute: &str) -> bool {
        let set = |it: &str| self.resolver.is_set(step.change, it) != Some(false);
        let asked: &[&str] = match attribute {
            "cidr_block" => &["cidr_block", "ipv4_ipam_pool_id"],
            _ => &["ipv6_cidr_block", "ipv6_ipam_pool_id", "assign_generated_ipv6_cidr_block"],
        };
        asked.iter().any(|it| set(it))
    }

    /// AWS makes a default group, network ACL and route table with each VPC (AWS: vpc/default-security-group,
    /// vpc/default-network-acl, vpc/subnet-route-tables).
    fn put_company(&mut self, step: &Step<'_>, vpc: &Id) {
        let made = |prefix: &str| Resolver::to_come(prefix, step.change);
        let (group, acl, table) = (made("sg"), made("acl"), made("rtb"));
        let every_v4 = ipnet::Ipv4Net::default();
        let all = IpPermission { ip_protocol: "-1".into(), ..IpPermission::default() };
        let itself = GroupPair { group_id: Some(group.clone()), ..GroupPair::default() };
        self.snapshot.security_groups.insert(
            group.clone(),
            SecurityGroup {
                group_id: group,
                group_name: Some("default".into()),
                vpc_id: Some(vpc.clone()),
                ip_permissions: vec![IpPermission { user_id_group_pairs: vec![itself], ..all.clone() }],
                ip_permissions_egress: vec![IpPermission {
                    ip_ranges: vec![Ipv4Range { cidr_ip: every_v4 }],
                    ..all
                }],
                ..SecurityGroup::default()
            },
        );
        let entry = |egress| AclEntry {
            rule_number: DEFAULT_RULE,
            protocol: "-1".into(),
            rule_action: "allow".into(),
            egress,
            cidr_block: Some(every_v4),
            ..AclEntry::default()
        };
        self.snapshot.network_acls.insert(
            acl.clone(),
            NetworkAcl {
                network_acl_id: acl,
                vpc_id: Some(vpc.clone()),
                is_default: true,
                entries: vec![entry(false), entry(true)],
                ..NetworkAcl::default()
            },
        );
        self.snapshot.route_tables.insert(
            table.clone(),
            RouteTable {
                route_table_id: table,
                vpc_id: Some(vpc.clone()),
                associations: vec![RouteTableAssociation { main: true, ..RouteTableAssociation::default() }],
                routes: self.local_routes(vpc),
                ..RouteTable::default()
            },
        );
    }

    /// The routes that AWS writes into each table: one for every block of the VPC.
    pub(super) fn local_routes(&self, vpc: &Id) -> Vec<Route> {
        let blocks = self.snapshot.vpcs.get(vpc).into_iter().flat_map(Vpc::blocks);
        let local = |block| {
            let route =
                Route { gateway_id: Some("local".into()), ..super::route::active("CreateRouteTable") };
            match block {
                ipnet::IpNet::V4(block) => Route { destination_cidr_block: Some(block), ..route },
                ipnet::IpNet::V6(block) => Route { destination_ipv6_cidr_block: Some(block), ..route },
            }
        };
        blocks.map(local).collect()
    }

    pub(super) fn delete_subnet(&mut self, step: &Step<'_>) {
        let Some(id) = step.had() else { return };
        self.snapshot.subnets.remove(&id);
        self.leave_acl(&id);
        self.leave_table(&id);
    }

    pub(super) fn put_subnet(&mut self, step: &Step<'_>) {
        let Some(id) = self.own(step) else { return };
        if let Some(subnet) = self.snapshot.subnets.get_mut(&id) {
            if step.differs("ipv6_cidr_block") {
                subnet.ipv6_cidr_block_association_set = v6_blocks(step);
            }
            return;
        }
        let vpc_id = self.settled(step, "vpc_id", &["vpc"]);
        let subnet = Subnet {
            subnet_id: id.clone(),
            vpc_id: vpc_id.clone(),
            cidr_block: step.after.text("cidr_block").and_then(|it| it.parse().ok()),
            ipv6_cidr_block_association_set: v6_blocks(step),
            availability_zone: step.text("availability_zone"),
            availability_zone_id: step.text("availability_zone_id"),
            ..Subnet::default()
        };
        // A subnet is in a block of its VPC's, be it one that no resource of the plan's speaks of.
        if let (Some(vpc), Some(block)) =
            (vpc_id.as_ref().and_then(|it| self.snapshot.vpcs.get_mut(it)), subnet.cidr_block)
            && !vpc.blocks().any(|it| it.contains(&ipnet::IpNet::V4(block)))
        {
            add_block(vpc, block);
        }
        self.snapshot.subnets.insert(id.clone(), subnet);
        let Some(vpc) = vpc_id else {
            let whose = self.resolver.whose(step.change, &step.after, "vpc_id", &["vpc"]);
            if whose != Whose::None {
                self.tell(step, "vpc_id", Pending::Value);
            }
            return;
        };
        if step.is_to_come() {
            self.use_default_acl(&vpc, &id);
        }
    }

    /// A subnet that no ACL names uses its VPC's default one.
    pub(super) fn use_default_acl(&mut self, vpc: &Id, subnet: &Id) {
        let default = self
            .snapshot
            .network_acls
            .values_mut()
            .find(|it| it.is_default && it.vpc_id.as_ref() == Some(vpc));
        if let Some(acl) = default {
            acl.associations.push(AclAssociation { subnet_id: Some(subnet.clone()) });
        }
    }
}
