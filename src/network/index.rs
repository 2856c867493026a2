//! A snapshot made quick to ask: who owns an address, which ACL and table guard a subnet.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use ipnet::IpNet;

use super::network_acl::Filter;
use crate::snapshot::{
    Aspect, Conflict, NetworkInterface, RouteTable, SecurityGroupRule, Snapshot, TransitGatewayVpcAttachment,
    Undecided,
};

/// A snapshot and its indexes. Building it takes time in proportion to the snapshot; each question then
/// takes time in proportion to the rules on its own path.
#[derive(Debug)]
pub struct Network<'a> {
    snapshot: &'a Snapshot,
    addresses: HashMap<IpAddr, Vec<&'a NetworkInterface>>,
    prefixes: HashMap<IpNet, Vec<&'a NetworkInterface>>,
    prefix_lengths: BTreeSet<(bool, u8)>,
    attached: HashMap<&'a str, Vec<&'a NetworkInterface>>,
    filters: HashMap<&'a str, Filter<'a>>,
    tables: HashMap<&'a str, (&'a RouteTable, bool)>,
    main_tables: HashMap<&'a str, &'a RouteTable>,
    vpc_attachments: HashMap<(&'a str, &'a str), Vec<&'a TransitGatewayVpcAttachment>>,
    rules: HashMap<&'a str, Vec<&'a SecurityGroupRule>>,
    conflicts: HashMap<&'a str, Vec<&'a Conflict>>,
    undecided: HashMap<Option<&'a str>, Vec<&'a Undecided>>,
}

impl<'a> Network<'a> {
    /// Indexes a snapshot.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let mut network = Self {
            snapshot,
            addresses: HashMap::with_capacity(snapshot.network_interfaces.len()),
            prefixes: HashMap::new(),
            prefix_lengths: BTreeSet::new(),
            attached: HashMap::new(),
            filters: HashMap::new(),
            tables: HashMap::new(),
            main_tables: HashMap::new(),
            vpc_attachments: HashMap::new(),
            rules: HashMap::new(),
            conflicts: HashMap::new(),
            undecided: HashMap::new(),
        };
        network.index_interfaces();
        for acl in snapshot.network_acls.values() {
            let filter = Filter::new(acl);
            for subnet in acl.associations.iter().filter_map(|a| a.subnet_id.as_deref()) {
                network.filters.insert(subnet, filter.clone());
            }
        }
        for table in snapshot.route_tables.values() {
            network.index_table(table);
        }
        for attachment in snapshot.transit_gateway_vpc_attachments.values() {
            if let (Some(gateway), Some(vpc)) = (&attachment.transit_gateway_id, &attachment.vpc_id) {
                network.vpc_attachments.entry((gateway, vpc)).or_default().push(attachment);
            }
        }
        for rule in snapshot.security_group_rules.values() {
            if let Some(group) = &rule.group_id {
                network.rules.entry(group).or_default().push(rule);
            }
        }
        for conflict in &snapshot.conflicts {
            network.conflicts.entry(&conflict.id).or_default().push(conflict);
        }
        for undecided in &snapshot.undecided {
            network.undecided.entry(undecided.of.as_deref()).or_default().push(undecided);
        }
        network
    }

    /// What was indexed.
    pub fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    fn index_interfaces(&mut self) {
        for interface in self.snapshot.network_interfaces.values() {
            let listed = interface.private_ip_addresses.iter().filter_map(|a| a.private_ip_address);
            // The primary address is listed too, but not by every tool that writes such documents.
            let v4 = interface.private_ip_address.into_iter().chain(listed).map(IpAddr::V4);
            let v6 = interface.ipv6_addresses.iter().filter_map(|a| a.ipv6_address).map(IpAddr::V6);
            for address in v4.chain(v6) {
                let owners = self.addresses.entry(address).or_default();
                if !owners.iter().any(|had| had.network_interface_id == interface.network_interface_id) {
                    owners.push(interface);
                }
            }
            let v4 = interface.ipv4_prefixes.iter().filter_map(|p| p.ipv4_prefix).map(IpNet::V4);
            let v6 = interface.ipv6_prefixes.iter().filter_map(|p| p.ipv6_prefix).map(IpNet::V6);
            for prefix in v4.chain(v6) {
                self.prefix_lengths.insert((prefix.addr().is_ipv6(), prefix.prefix_len()));
                self.prefixes.entry(prefix.trunc()).or_default().push(interface);
            }
            if let Some(instance) = interface.attachment.as_ref().and_then(|a| a.instance_id.as_deref()) {
                self.attached.entry(instance).or_default().push(interface);
            }
        }
    }

    fn index_table(&mut self, table: &'a RouteTable) {
        for association in &table.associations {
            let state = association.association_state.as_ref().map(|state| state.state.as_str());
            if matches!(state, Some("disassociated" | "failed")) {
                continue;
            }
            let settled = matches!(state, None | Some("associated"));
            if let Some(subnet) = &association.subnet_id {
                self.tables.insert(subnet, (table, settled));
            } else if association.main
                && let Some(vpc) = &table.vpc_id
            {
                self.main_tables.insert(vpc, table);
            }
        }
    }

    /// The interfaces that own an address, alone or within a delegated prefix.
    pub fn owners(&self, address: IpAddr) -> Vec<&'a NetworkInterface> {
        let mut owners = self.addresses.get(&address).cloned().unwrap_or_default();
        for (v6, length) in &self.prefix_lengths {
            if *v6 == address.is_ipv6()
                && let Ok(prefix) = IpNet::new(address, *length)
                && let Some(holders) = self.prefixes.get(&prefix.trunc())
            {
                for holder in holders {
                    if !owners.iter().any(|had| had.network_interface_id == holder.network_interface_id) {
                        owners.push(holder);
                    }
                }
            }
        }
        owners
    }

    /// The interfaces attached to an instance.
    pub fn attached_to(&self, instance: &str) -> &[&'a NetworkInterface] {
        self.attached.get(instance).map_or(&[], Vec::as_slice)
    }

    /// The network ACL that guards a subnet.
    pub(super) fn filter_of(&self, subnet: &str) -> Option<&Filter<'a>> {
        self.filters.get(subnet)
    }

    /// The subnet's own route table and whether its association is settled, else the VPC's main one.
    pub(super) fn table_of(&self, subnet: &str, vpc: &str) -> Option<(&'a RouteTable, bool)> {
        let main = || self.main_tables.get(vpc).map(|table| (*table, true));
        self.tables.get(subnet).copied().or_else(main)
    }

    /// A VPC's attachments to a transit gateway, deleted ones among them.
    pub(super) fn vpc_attachments(
        &self,
        gateway: &'a str,
        vpc: &'a str,
    ) -> &[&'a TransitGatewayVpcAttachment] {
        self.vpc_attachments.get(&(gateway, vpc)).map_or(&[], Vec::as_slice)
    }

    /// A group's rules with ids of their own.
    pub(super) fn rules_of(&self, group: &str) -> &[&'a SecurityGroupRule] {
        self.rules.get(group).map_or(&[], Vec::as_slice)
    }

    /// Whether what denies is certain: no files disagree, and a plan changes nothing that is not modelled.
    pub(super) fn is_certain(&self) -> bool {
        let changed = |it: &Undecided| it.aspect == Aspect::Changed;
        self.snapshot.conflicts.is_empty() && !self.snapshot.undecided.iter().any(changed)
    }

    /// Whether files disagree about a thing, or a plan changes it in a way that is not modelled.
    pub(super) fn is_disputed(&self, id: &str) -> bool {
        let changed = self.undecided.get(&Some(id)).into_iter().flatten();
        !self.conflicts_of(id).is_empty() || changed.copied().any(|it| it.aspect == Aspect::Changed)
    }

    /// What a plan leaves open of whether a thing is there at all.
    pub(super) fn whole_of(&self, id: &str) -> Option<&'a Undecided> {
        let all = self.undecided.get(&Some(id)).into_iter().flatten();
        all.copied().find(|it| it.aspect == Aspect::Whole)
    }

    pub(super) fn conflicts_of(&self, id: &str) -> &[&'a Conflict] {
        self.conflicts.get(id).map_or(&[], Vec::as_slice)
    }

    /// What a plan leaves undecided of a thing, and of any thing.
    pub fn undecided_of<'n>(&'n self, id: &'n str) -> impl Iterator<Item = &'a Undecided> + 'n {
        [Some(id), None].into_iter().filter_map(|of| self.undecided.get(&of)).flatten().copied()
    }
}
