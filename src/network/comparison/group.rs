//! Groups that no interface carries: what their rules would admit to one that did.

use std::collections::{BTreeMap, BTreeSet};

use super::Comparison;
use crate::network::answer::Direction;
use crate::network::code::PathCode;
use crate::network::index::Network;
use crate::network::outcome::Reason;
use crate::network::security_group::{is_stale, widest};
use crate::network::space::{Services, Space, addresses, ranges_of};
use crate::network::trail::Trail;
use crate::snapshot::{Aspect, Document, Id};

/// What differs of a group's rules inbound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDifference {
    /// The group.
    pub group: Id,
    /// By address: admitted after and not before.
    pub opened: Space,
    /// By the group that whoever begins carries.
    pub opened_groups: BTreeMap<Id, Services>,
    /// By address: admitted before and not after.
    pub closed: Space,
    /// By the group that whoever begins carries.
    pub closed_groups: BTreeMap<Id, Services>,
    /// What is not known of its rules, in one of them or of both differently.
    pub undecided: BTreeMap<Reason, Services>,
}

#[derive(Debug, Default)]
struct Admitted {
    by_address: Space,
    by_group: BTreeMap<Id, Services>,
    unknown: BTreeMap<Reason, Services>,
}

impl Admitted {
    fn of(network: &Network<'_>, id: &str) -> Self {
        let mut admitted = Self::default();
        let Some(group) = network.snapshot().security_groups.get(id) else {
            let documents = &network.snapshot().documents;
            if network.whole_of(id).is_some() || !documents.contains(&Document::SecurityGroups) {
                let mut trail = Trail::default();
                trail.missing(network, Document::SecurityGroups, id, Direction::Ingress);
                admitted.doubt(&trail, &Services::everything());
            }
            return admitted;
        };
        let mut trail = Trail::default();
        trail.uses(network, id, Direction::Ingress);
        admitted.doubt(&trail, &Services::everything());
        for it in network.undecided_of(id) {
            if let Aspect::Rule(rule) = &it.aspect
                && !rule.egress
            {
                let services =
                    widest(rule).map_or_else(Services::everything, |it| Services::of_permission(&it));
                let had = admitted.unknown.entry(Reason::open(it, id, Direction::Ingress)).or_default();
                *had = &*had | &services;
            }
        }
        for permission in &group.ip_permissions {
            let services = Services::of_permission(permission);
            let mut trail = Trail::default();
            let mut ranges: Vec<_> = ranges_of(permission).collect();
            for list in &permission.prefix_list_ids {
                trail.uses(network, &list.prefix_list_id, Direction::Ingress);
                if let Some(entries) = network.entries(&list.prefix_list_id) {
                    ranges.extend(entries);
                } else {
                    let document = Document::PrefixListEntries;
                    trail.missing(network, document, &list.prefix_list_id, Direction::Ingress);
                }
            }
            for pair in &permission.user_id_group_pairs {
                match &pair.group_id {
                    None => {
                        let detail = String::new();
                        trail.block(PathCode::ReferenceUndecided, id, None, Direction::Ingress, detail);
                    }
                    Some(_) if is_stale(network, group, pair, Direction::Ingress) => {}
                    Some(other) => {
                        let had = admitted.by_group.entry(other.clone()).or_default();
                        *had = &*had | &services;
                    }
                }
            }
            admitted.by_address = admitted.by_address.union(&Space::product(&addresses(ranges), &services));
            admitted.doubt(&trail, &services);
        }
        admitted.by_group.retain(|_, services| !services.is_empty());
        admitted
    }

    fn doubt(&mut self, trail: &Trail, services: &Services) {
        for reason in trail.blockers.iter().map(Reason::of).filter(|_| !services.is_empty()) {
            let had = self.unknown.entry(reason).or_default();
            *had = &*had | services;
        }
    }

    fn doubtful(&self) -> Services {
        self.unknown.values().fold(Services::new(), |all, services| &all | services)
    }
}

impl Comparison<'_> {
    /// What differs of the groups that no interface carries, before or after; of all where interfaces were not
    /// read.
    pub fn group_differences(&self) -> Vec<GroupDifference> {
        let snapshots = self.sides.map(Network::snapshot);
        let read = snapshots.iter().all(|snapshot| snapshot.has(Document::NetworkInterfaces));
        let groups = snapshots.iter().flat_map(|snapshot| snapshot.security_groups.keys()).map(Id::as_str);
        let differs = |id: &&str| self.changed.everything || self.changed.ingress.contains(id);
        let mut ids: BTreeSet<&str> = groups.filter(differs).collect();
        let interfaces = snapshots.iter().flat_map(|snapshot| snapshot.network_interfaces.values());
        if read && !ids.is_empty() {
            for carried in interfaces.flat_map(|it| &it.groups) {
                ids.remove(carried.group_id.as_str());
            }
        }
        ids.into_iter().map(|id| self.group_difference(id)).filter(|it| !it.is_empty()).collect()
    }

    fn group_difference(&self, id: &str) -> GroupDifference {
        let [before, after] = self.sides.map(|side| Admitted::of(side, id));
        let (doubts, none) = ([before.doubtful(), after.doubtful()], Services::new());
        let less = |more: &Admitted, less: &Admitted, doubts: &Services| {
            let everything = addresses(["0.0.0.0/0", "::/0"].iter().filter_map(|it| it.parse().ok()));
            let unsure = Space::product(&everything, doubts);
            let space = more.by_address.difference(&less.by_address).difference(&unsure);
            let groups = more.by_group.iter().map(|(group, services)| {
                (group.clone(), &(services - less.by_group.get(group).unwrap_or(&none)) - doubts)
            });
            (space, groups.filter(|(_, services)| !services.is_empty()).collect())
        };
        let (opened, opened_groups) = less(&after, &before, &doubts[0]);
        let (closed, closed_groups) = less(&before, &after, &doubts[1]);
        let mut undecided = BTreeMap::new();
        for reason in before.unknown.keys().chain(after.unknown.keys()) {
            let [one, other] = [&before, &after].map(|it| it.unknown.get(reason).unwrap_or(&none));
            let differ = &(one - other) | &(other - one);
            if !differ.is_empty() {
                undecided.insert(reason.clone(), differ);
            }
        }
        let found =
            GroupDifference { group: id.into(), opened, opened_groups, closed, closed_groups, undecided };
        let open: BTreeSet<Reason> = self.sides.into_iter().filter_map(undecided_carrier).collect();
        if open.is_empty() { found } else { found.left_open(open) }
    }
}

/// That a plan leaves open which groups some interface carries.
fn undecided_carrier(network: &Network<'_>) -> Option<Reason> {
    let it = network.snapshot().undecided.iter().find(|it| it.aspect == Aspect::Groups)?;
    Some(Reason::open(it, it.of.as_deref().unwrap_or_default(), Direction::Ingress))
}

impl GroupDifference {
    /// The same where an interface may carry the group, so that nothing of it is opened or closed for certain.
    fn left_open(self, reasons: BTreeSet<Reason>) -> Self {
        let spaces =
            [&self.opened, &self.closed].into_iter().flat_map(Space::boxes).map(|(_, services)| services);
        let groups = self.opened_groups.values().chain(self.closed_groups.values()).cloned();
        let services = spaces.chain(groups).fold(Services::new(), |all, it| &all | &it);
        let mut undecided = self.undecided;
        for reason in reasons.into_iter().filter(|_| !services.is_empty()) {
            let had = undecided.entry(reason).or_default();
            *had = &*had | &services;
        }
        Self {
            group: self.group,
            opened: Space::default(),
            opened_groups: BTreeMap::new(),
            closed: Space::default(),
            closed_groups: BTreeMap::new(),
            undecided,
        }
    }

    fn is_empty(&self) -> bool {
        self.opened.is_empty()
            && self.closed.is_empty()
            && self.opened_groups.is_empty()
            && self.closed_groups.is_empty()
            && self.undecided.is_empty()
    }
}
