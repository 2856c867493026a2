//! From the ends of the question to everything that it leads to, round by round.
//!
//! ranges, addresses → subnets, interfaces → instances, groups, VPCs, tables, ACLs, peerings → prefix lists,
//! transit gateways → their tables → peered gateways. The calls of one round run side by side.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::call::{Read, Trouble};
use super::error::FetchError;
use super::narrow::Narrow;
use super::reader::Reader;
use super::{Ends, Request, Scope, cluster, interface, transit};
use crate::snapshot::{Document, Id, Snapshot, UnreadCause};

/// Calls of one kind that run at once: AWS's limits are counted by account and region.
const AT_ONCE: usize = 8;

/// The snapshot so far.
pub(super) struct Capture<'a> {
    pub reader: &'a Reader,
    pub snapshot: Snapshot,
    /// Whether everything is read, or what the question leads to.
    pub all: bool,
}

/// Puts what was read under its ids.
macro_rules! keep {
    ($capture:ident . $map:ident, $document:ident, $read:expr, $id:ident) => {
        for item in $capture.settle($crate::snapshot::Document::$document, $read)? {
            $capture.snapshot.$map.insert(item.$id.clone(), item);
        }
    };
}
pub(super) use keep;

impl Capture<'_> {
    /// All of a kind, or those that the question leads to.
    pub(super) fn narrow<V: ToString>(
        &self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Narrow {
        if self.all { Narrow::All } else { Narrow::to(name, values) }
    }

    /// Notes how a call went, and hands on what it read.
    pub(super) fn settle<T>(&mut self, document: Document, read: Read<T>) -> Result<Vec<T>, FetchError> {
        match read {
            Ok(None) => Ok(Vec::new()),
            Ok(Some(found)) => {
                if !self.snapshot.unread.contains_key(&document) {
                    self.snapshot.documents.insert(document);
                }
                Ok(found)
            }
            Err(Trouble::Unread(unread)) => {
                // Read in part is not read.
                self.snapshot.documents.remove(&document);
                self.snapshot.unread.insert(document, unread);
                Ok(Vec::new())
            }
            Err(Trouble::Fatal(error)) => Err(error),
        }
    }

    /// Makes one call for each id, several at once, and notes how they went.
    pub(super) async fn each<T, F>(
        &mut self,
        document: Document,
        ids: impl IntoIterator<Item = Id>,
        call: impl Fn(Reader, Id) -> F,
    ) -> Result<Vec<(Id, Vec<T>)>, FetchError>
    where
        T: Send + 'static,
        F: Future<Output = Read<T>> + Send + 'static,
    {
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        let mut calls = JoinSet::new();
        for id in ids {
            let (gate, call) = (Arc::clone(&gate), call(self.reader.clone(), id.clone()));
            calls.spawn(async move {
                let _turn = gate.acquire().await;
                (id, call.await)
            });
        }
        let mut found = Vec::new();
        // A call that panicked would end here too, and its kind of document stays unread.
        while let Some(Ok((id, read))) = calls.join_next().await {
            let shown = read.is_ok();
            let items = self.settle(document, read)?;
            if shown {
                found.push((id, items));
            }
        }
        Ok(found)
    }

    /// The ids of the VPCs that hold an end of the question.
    fn vpcs(&self, subnets: &BTreeSet<Id>) -> BTreeSet<Id> {
        let of_interfaces = self.snapshot.network_interfaces.values().filter_map(|it| it.vpc_id.clone());
        let of_subnets = subnets.iter().filter_map(|id| self.snapshot.subnets.get(id)?.vpc_id.clone());
        of_interfaces.chain(of_subnets).collect()
    }
}

/// Reads what the request asks for.
pub(super) async fn follow(reader: &Reader, request: &Request) -> Result<Snapshot, FetchError> {
    let none = Ends::default();
    let (all, ends) = match &request.scope {
        Scope::Everything => (true, &none),
        Scope::Around(ends) => (false, ends),
    };
    let mut capture = Capture { reader, snapshot: Snapshot::default(), all };
    let (found, cluster) = tokio::join!(
        interface::read(&mut capture, ends),
        cluster::describe(reader, request.cluster.as_ref())
    );
    let within = found?;
    cluster::settle(&mut capture, request.cluster.as_ref(), cluster).await?;
    refuse_nothing(&capture)?;
    refuse_elsewhere(&capture, ends, &within)?;
    places(&mut capture, &within).await?;
    prefix_lists(&mut capture).await?;
    transit::read(&mut capture).await?;
    let mut snapshot = capture.snapshot;
    snapshot.narrowed = !all;
    if !all {
        // Subnets cannot be asked for by an overlap of ranges, so all were read.
        let vpcs: BTreeSet<&Id> = snapshot.vpcs.keys().collect();
        snapshot.subnets.retain(|id, subnet| {
            within.contains(id) || subnet.vpc_id.as_ref().is_none_or(|vpc| vpcs.contains(vpc))
        });
    }
    Ok(snapshot)
}

/// Groups, VPCs, tables, ACLs and peerings of both ends.
async fn places(capture: &mut Capture<'_>, within: &BTreeSet<Id>) -> Result<(), FetchError> {
    let snapshot = &capture.snapshot;
    let reader = capture.reader;
    let held = snapshot.network_interfaces.values().flat_map(|it| &it.groups).map(|it| it.group_id.clone());
    let clusters = snapshot.clusters.values();
    let of_clusters = clusters.filter_map(|it| it.resources_vpc_config.cluster_security_group_id.clone());
    let groups: BTreeSet<Id> = held.chain(of_clusters).collect();
    let vpcs = capture.vpcs(within);
    let groups = || capture.narrow("group-id", &groups);
    let in_vpcs = |name| capture.narrow(name, &vpcs);
    // Both ends of a peering may be asked for by; everything has no ends.
    let accepted = if capture.all { Narrow::none() } else { in_vpcs("accepter-vpc-info.vpc-id") };
    let (found, rules, associations, of_vpc, tables, acls, requested, accepted) = tokio::join!(
        reader.describe_security_groups(groups()),
        reader.describe_security_group_rules(groups()),
        reader.describe_security_group_vpc_associations(groups()),
        reader.describe_vpcs(in_vpcs("vpc-id")),
        reader.describe_route_tables(in_vpcs("vpc-id")),
        reader.describe_network_acls(in_vpcs("vpc-id")),
        reader.describe_vpc_peering_connections(in_vpcs("requester-vpc-info.vpc-id")),
        reader.describe_vpc_peering_connections(accepted),
    );
    keep!(capture.security_groups, SecurityGroups, found, group_id);
    keep!(capture.security_group_rules, SecurityGroupRules, rules, security_group_rule_id);
    for item in capture.settle(Document::SecurityGroupVpcAssociations, associations)? {
        let list = capture.snapshot.security_group_vpc_associations.entry(item.group_id.clone()).or_default();
        list.push(item);
        super::convert::sort(list);
    }
    keep!(capture.vpcs, Vpcs, of_vpc, vpc_id);
    keep!(capture.route_tables, RouteTables, tables, route_table_id);
    keep!(capture.network_acls, NetworkAcls, acls, network_acl_id);
    for read in [requested, accepted] {
        keep!(capture.vpc_peering_connections, VpcPeeringConnections, read, vpc_peering_connection_id);
    }
    // Only rules that refer over a peering can have lost it.
    let peered = capture.snapshot.security_groups.values().filter(|group| {
        let permissions = group.ip_permissions.iter().chain(&group.ip_permissions_egress);
        let mut pairs = permissions.flat_map(|it| &it.user_id_group_pairs);
        pairs.any(|pair| pair.vpc_peering_connection_id.is_some())
    });
    let vpcs: BTreeSet<Id> = peered.filter_map(|group| group.vpc_id.clone()).collect();
    let call = |reader: Reader, vpc: Id| async move { reader.stale_security_groups(vpc).await };
    for (_, groups) in capture.each(Document::StaleSecurityGroups, vpcs, call).await? {
        for group in groups {
            capture.snapshot.stale_security_groups.insert(group.group_id.clone(), group);
        }
    }
    Ok(())
}

/// The prefix lists of rules and routes, with their entries.
async fn prefix_lists(capture: &mut Capture<'_>) -> Result<(), FetchError> {
    let snapshot = &capture.snapshot;
    let permissions = snapshot
        .security_groups
        .values()
        .flat_map(|group| group.ip_permissions.iter().chain(&group.ip_permissions_egress));
    let of_rules = permissions.flat_map(|it| &it.prefix_list_ids).map(|it| it.prefix_list_id.clone());
    let routes = snapshot.route_tables.values().flat_map(|table| &table.routes);
    let of_routes = routes.filter_map(|route| route.destination_prefix_list_id.clone());
    let mut ids: BTreeSet<Id> = of_rules.chain(of_routes).collect();
    let lists = capture.reader.describe_managed_prefix_lists(capture.narrow("prefix-list-id", &ids)).await;
    keep!(capture.prefix_lists, PrefixLists, lists, prefix_list_id);
    if capture.all {
        ids.extend(capture.snapshot.prefix_lists.keys().cloned());
    }
    let call = |reader: Reader, list: Id| async move { reader.prefix_list_entries(list).await };
    let entries = capture.each(Document::PrefixListEntries, ids, call).await?;
    capture.snapshot.prefix_list_entries.extend(entries);
    Ok(())
}

/// Nothing read, and not for want of permission: no snapshot.
fn refuse_nothing(capture: &Capture<'_>) -> Result<(), FetchError> {
    let mut failed = capture.snapshot.unread.iter().filter(|(_, it)| it.cause == UnreadCause::Failed);
    match failed.next() {
        Some((document, unread)) if capture.snapshot.documents.is_empty() => Err(FetchError::Failing {
            document: *document,
            code: unread.code.to_string(),
            endpoint: capture.reader.endpoint.clone(),
        }),
        _ => Ok(()),
    }
}

/// No subnet and no interface of those asked for: another region or account.
fn refuse_elsewhere(capture: &Capture<'_>, ends: &Ends, within: &BTreeSet<Id>) -> Result<(), FetchError> {
    let snapshot = &capture.snapshot;
    let looked = snapshot.has(Document::Subnets) && snapshot.has(Document::NetworkInterfaces);
    if capture.all || !looked || !within.is_empty() || !snapshot.network_interfaces.is_empty() {
        return Ok(());
    }
    let ranges = ends.ranges.iter().map(ToString::to_string);
    let addresses = ends.addresses.iter().map(ToString::to_string);
    let ids = ends.interfaces.iter().chain(&ends.instances).map(ToString::to_string);
    let asked: Vec<String> = ranges.chain(addresses).chain(ids).collect();
    Err(FetchError::Elsewhere { region: capture.reader.region.clone(), asked: asked.join(", ") })
}
