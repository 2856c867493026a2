//! Many documents into one snapshot.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::contents::{Contents, Section};
use super::fault::Fault;
use super::merge::reconcile;
use crate::snapshot::{Conflict, Document, Id, Snapshot, TransitGatewayRoutes};

macro_rules! by_id {
    ($self:ident $document:ident $map:ident $list:expr, $id:ident) => {{
        for item in $list {
            $self.put(Document::$document, |s| &mut s.$map, item.$id.clone(), item);
        }
        Document::$document
    }};
}
macro_rules! by_name {
    ($self:ident $path:ident $document:ident $map:ident $item:expr, $prefix:literal) => {{
        let id = id_in_name($path, $prefix).ok_or_else(|| Fault::Nameless {
            path: $path.to_owned(),
            document: Document::$document,
            id: $prefix,
        })?;
        $self.put(Document::$document, |s| &mut s.$map, id, $item);
        Document::$document
    }};
}
macro_rules! grouped {
    ($self:ident $document:ident $map:ident $list:expr, $id:expr) => {{
        for item in $list {
            let list = $self.snapshot.$map.entry($id(&item)).or_default();
            if !list.contains(&item) {
                list.push(item);
            }
        }
        Document::$document
    }};
}

/// The snapshot so far, and which file each thing came from.
#[derive(Default)]
pub(super) struct Assembly {
    snapshot: Snapshot,
    origins: HashMap<(Document, Id), usize>,
    files: Vec<PathBuf>,
    /// By folder and kind: a page that is not the last, and whether the last was seen.
    pages: BTreeMap<(PathBuf, Document), Pages>,
}

#[derive(Default)]
struct Pages {
    open: Option<PathBuf>,
    last: bool,
}

impl Assembly {
    /// Adds one file's contents.
    pub(super) fn add(&mut self, path: &Path, contents: Contents, faults: &mut Vec<Fault>) {
        self.files.push(path.to_owned());
        if let Some(snapshot) = contents.snapshot {
            self.add_snapshot(*snapshot);
        }
        for section in contents.sections {
            match self.add_section(path, section) {
                Ok(document) => {
                    self.snapshot.documents.insert(document);
                    let folder = path.parent().unwrap_or(path).to_owned();
                    let pages = self.pages.entry((folder, document)).or_default();
                    if contents.more {
                        pages.open = Some(path.to_owned());
                    } else {
                        pages.last = true;
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
    }

    /// The snapshot, unless a list is unfinished.
    pub(super) fn finish(self, faults: &mut Vec<Fault>) -> Snapshot {
        for ((_, document), pages) in self.pages {
            if let (Some(path), false) = (pages.open, pages.last) {
                faults.push(Fault::Unfinished { path, document });
            }
        }
        self.snapshot
    }

    fn add_section(&mut self, path: &Path, section: Section) -> Result<Document, Fault> {
        Ok(match section {
            Section::NetworkInterfaces(l) => {
                by_id!(self NetworkInterfaces network_interfaces l, network_interface_id)
            }
            Section::Reservations(l) => {
                let instances = l.into_iter().flat_map(|reservation| reservation.instances);
                by_id!(self Instances instances instances, instance_id)
            }
            Section::SecurityGroups(l) => by_id!(self SecurityGroups security_groups l, group_id),
            Section::SecurityGroupRules(l) => {
                by_id!(self SecurityGroupRules security_group_rules l, security_group_rule_id)
            }
            Section::SecurityGroupVpcAssociations(l) => {
                grouped!(self SecurityGroupVpcAssociations security_group_vpc_associations l,
                    |item: &crate::snapshot::SecurityGroupVpcAssociation| item.group_id.clone())
            }
            Section::StaleSecurityGroups(l) => {
                by_id!(self StaleSecurityGroups stale_security_groups l, group_id)
            }
            Section::Subnets(l) => by_id!(self Subnets subnets l, subnet_id),
            Section::Vpcs(l) => by_id!(self Vpcs vpcs l, vpc_id),
            Section::VpcEndpoints(l) => by_id!(self VpcEndpoints vpc_endpoints l, vpc_endpoint_id),
            Section::RouteTables(l) => by_id!(self RouteTables route_tables l, route_table_id),
            Section::NetworkAcls(l) => by_id!(self NetworkAcls network_acls l, network_acl_id),
            Section::VpcPeeringConnections(l) => {
                by_id!(self VpcPeeringConnections vpc_peering_connections l, vpc_peering_connection_id)
            }
            Section::PrefixLists(l) => by_id!(self PrefixLists prefix_lists l, prefix_list_id),
            Section::Entries(l) => by_name!(self path PrefixListEntries prefix_list_entries l, "pl-"),
            Section::Cluster(cluster) => by_id!(self Cluster clusters [*cluster], name),
            transit @ (Section::TransitGateways(_)
            | Section::TransitGatewayAttachments(_)
            | Section::TransitGatewayVpcAttachments(_)
            | Section::TransitGatewayPeeringAttachments(_)
            | Section::TransitGatewayRouteTables(_)
            | Section::Associations(_)
            | Section::Propagations(_)
            | Section::Routes(..)
            | Section::PrefixListReferences(_)) => return self.add_transit(path, transit),
        })
    }

    /// The sections of transit gateways.
    fn add_transit(&mut self, path: &Path, section: Section) -> Result<Document, Fault> {
        Ok(match section {
            Section::TransitGateways(l) => {
                by_id!(self TransitGateways transit_gateways l, transit_gateway_id)
            }
            Section::TransitGatewayAttachments(l) => {
                for item in l {
                    let attachment = item.transit_gateway_attachment_id.clone();
                    let gateway = item.transit_gateway_id.clone();
                    self.snapshot.transit_gateway_attachments.entry(attachment.clone()).or_default();
                    let key = Id::from(format!("{attachment} {gateway}"));
                    self.put_at(
                        Document::TransitGatewayAttachments,
                        key,
                        attachment.clone(),
                        gateway,
                        item,
                        |s| s.transit_gateway_attachments.entry(attachment.clone()).or_default(),
                    );
                }
                Document::TransitGatewayAttachments
            }
            Section::TransitGatewayVpcAttachments(l) => {
                by_id!(self TransitGatewayVpcAttachments transit_gateway_vpc_attachments l, transit_gateway_attachment_id)
            }
            Section::TransitGatewayPeeringAttachments(l) => {
                by_id!(self TransitGatewayPeeringAttachments transit_gateway_peering_attachments l,
                    transit_gateway_attachment_id)
            }
            Section::TransitGatewayRouteTables(l) => {
                by_id!(self TransitGatewayRouteTables transit_gateway_route_tables l, transit_gateway_route_table_id)
            }
            Section::Associations(l) => {
                by_name!(self path TransitGatewayAssociations transit_gateway_associations l, "tgw-rtb-")
            }
            Section::Propagations(l) => {
                by_name!(self path TransitGatewayPropagations transit_gateway_propagations l, "tgw-rtb-")
            }
            Section::Routes(routes, additional_routes_available) => {
                let found = TransitGatewayRoutes { routes, additional_routes_available };
                by_name!(self path TransitGatewayRoutes transit_gateway_routes found, "tgw-rtb-")
            }
            Section::PrefixListReferences(l) => {
                grouped!(self TransitGatewayPrefixListReferences transit_gateway_prefix_list_references l,
                |item: &crate::snapshot::TransitGatewayPrefixListReference| {
                    item.transit_gateway_route_table_id.clone().unwrap_or_default()
                })
            }
            other => return self.add_section(path, other),
        })
    }

    fn put<T>(
        &mut self,
        document: Document,
        map: impl Fn(&mut Snapshot) -> &mut BTreeMap<Id, T>,
        id: Id,
        item: T,
    ) where
        T: Serialize + DeserializeOwned + PartialEq,
    {
        self.put_at(document, id.clone(), id.clone(), id, item, map);
    }

    /// Puts `item` under `key` of a map, or holds it against what is there; `origin` tells it from all others.
    fn put_at<T>(
        &mut self,
        document: Document,
        origin: Id,
        id: Id,
        key: Id,
        item: T,
        map: impl Fn(&mut Snapshot) -> &mut BTreeMap<Id, T>,
    ) where
        T: Serialize + DeserializeOwned + PartialEq,
    {
        let here = self.files.len() - 1;
        match map(&mut self.snapshot).entry(key) {
            Entry::Vacant(free) => {
                free.insert(item);
                self.origins.insert((document, origin), here);
            }
            Entry::Occupied(mut had) => {
                if let Some(path) = reconcile(had.get_mut(), &item) {
                    let first = self.origins.get(&(document, origin)).copied().unwrap_or(here);
                    let (first, second) = (self.files[first].clone(), self.files[here].clone());
                    self.snapshot.conflicts.push(Conflict { id, document, path, first, second });
                }
            }
        }
    }

    fn add_snapshot(&mut self, snapshot: Snapshot) {
        macro_rules! each {
            ($($document:ident $map:ident,)+) => {$(
                for (id, item) in snapshot.$map {
                    self.put(Document::$document, |s| &mut s.$map, id, item);
                }
            )+};
        }
        each! {
            NetworkInterfaces network_interfaces,
            Instances instances,
            SecurityGroups security_groups,
            SecurityGroupRules security_group_rules,
            SecurityGroupVpcAssociations security_group_vpc_associations,
            StaleSecurityGroups stale_security_groups,
            Subnets subnets,
            Vpcs vpcs,
            VpcEndpoints vpc_endpoints,
            RouteTables route_tables,
            NetworkAcls network_acls,
            VpcPeeringConnections vpc_peering_connections,
            PrefixLists prefix_lists,
            PrefixListEntries prefix_list_entries,
            TransitGateways transit_gateways,
            TransitGatewayAttachments transit_gateway_attachments,
            TransitGatewayVpcAttachments transit_gateway_vpc_attachments,
            TransitGatewayPeeringAttachments transit_gateway_peering_attachments,
            TransitGatewayRouteTables transit_gateway_route_tables,
            TransitGatewayAssociations transit_gateway_associations,
            TransitGatewayPropagations transit_gateway_propagations,
            TransitGatewayRoutes transit_gateway_routes,
            TransitGatewayPrefixListReferences transit_gateway_prefix_list_references,
            Cluster clusters,
        }
        self.snapshot.documents.extend(snapshot.documents);
        self.snapshot.unread.extend(snapshot.unread);
        self.snapshot.conflicts.extend(snapshot.conflicts);
        self.snapshot.undecided.extend(snapshot.undecided);
        self.snapshot.narrowed |= snapshot.narrowed;
    }
}

/// The id of this kind in a file's name, e.g. `pl-0123` of `get-managed-prefix-list-entries.pl-0123.json`.
fn id_in_name(path: &Path, prefix: &str) -> Option<Id> {
    let name = path.file_name()?.to_str()?;
    let begins = name
        .match_indices(prefix)
        .find(|(at, _)| {
            name[..*at].chars().next_back().is_none_or(|before| !before.is_alphanumeric() && before != '-')
        })?
        .0;
    let rest = &name[begins + prefix.len()..];
    let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    (length > 0).then(|| name[begins..begins + prefix.len() + length].into())
}
