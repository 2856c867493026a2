//! What an interface's groups admit, as sets.

use std::net::IpAddr;

use crate::network::answer::Direction;
use crate::network::code::PathCode;
use crate::network::index::Network;
use crate::network::outcome::{Reason, Tally};
use crate::network::place::Place;
use crate::network::security_group::{Reach, is_stale, undecided_groups, widest};
use crate::network::space::Services;
use crate::network::trail::Trail;
use crate::snapshot::{Aspect, Document, IpPermission, SecurityGroup};

/// Denies what none of the holder's groups admits to or from `far`.
pub(super) fn check(
    network: &Network<'_>,
    tally: &mut Tally,
    holder: &Place<'_>,
    far: &Place<'_>,
    direction: Direction,
    reach: &Reach,
) {
    let everything = Services::everything();
    let (mut admitted, mut doubts) = (Services::new(), Vec::new());
    let mut trail = Trail::default();
    let open = undecided_groups(network, holder);
    if let Some(it) = open {
        doubts.push((Reason::open(it, holder.id(), direction), everything.clone()));
    }
    if holder.groups.is_empty() && open.is_none() {
        let (code, component) = (PathCode::SnapshotIncomplete, holder.id().to_owned());
        let detail = "it lists no security group, which only some services' interfaces do without".to_owned();
        doubts.push((Reason { code, component, detail }, everything.clone()));
    }
    for id in &holder.groups {
        trail.uses(network, id, direction);
        let Some(group) = network.snapshot().security_groups.get(*id) else {
            let mut missing = Trail::default();
            missing.missing(network, Document::SecurityGroups, id, direction);
            doubts.extend(missing.blockers.iter().map(|it| (Reason::of(it), everything.clone())));
            continue;
        };
        let permissions = match direction {
            Direction::Egress => &group.ip_permissions_egress,
            _ => &group.ip_permissions,
        };
        for it in network.undecided_of(id) {
            if let Aspect::Rule(rule) = &it.aspect
                && rule.egress == (direction == Direction::Egress)
            {
                let services =
                    widest(rule).map_or_else(Services::everything, |it| Services::of_permission(&it));
                doubts.push((Reason::open(it, id, direction), services));
            }
        }
        for permission in permissions {
            weigh(network, &mut admitted, &mut doubts, group, permission, far, direction, reach);
        }
    }
    tally.absorb(&trail);
    let mut open = admitted.clone();
    for (reason, services) in doubts {
        let services = &services - &admitted;
        open = &open | &services;
        tally.doubt(reason, &services);
    }
    tally.deny(&(&everything - &open));
}

#[expect(clippy::too_many_arguments, reason = "one step of check, apart only to be read")]
fn weigh(
    network: &Network<'_>,
    admitted: &mut Services,
    doubts: &mut Vec<(Reason, Services)>,
    group: &SecurityGroup,
    permission: &IpPermission,
    far: &Place<'_>,
    direction: Direction,
    reach: &Reach,
) {
    let mut admits = match far.address {
        IpAddr::V4(address) => permission.ip_ranges.iter().any(|it| it.cidr_ip.contains(&address)),
        IpAddr::V6(address) => permission.ipv6_ranges.iter().any(|it| it.cidr_ipv6.contains(&address)),
    };
    let mut unsure: Vec<Reason> = Vec::new();
    for list in &permission.prefix_list_ids {
        let id = &list.prefix_list_id;
        let mut trail = Trail::default();
        trail.uses(network, id, direction);
        match network.entries(id) {
            // Whether it has the address is not certain then.
            _ if network.is_disputed(id) => {}
            Some(entries) => admits |= entries.iter().any(|entry| entry.contains(&far.address)),
            None => {
                trail.missing(network, Document::PrefixListEntries, id, direction);
            }
        }
        unsure.extend(trail.blockers.iter().map(Reason::of));
    }
    for pair in &permission.user_id_group_pairs {
        let undecided = Reason {
            code: PathCode::ReferenceUndecided,
            component: group.group_id.to_string(),
            detail: String::new(),
        };
        let Some(id) = &pair.group_id else {
            unsure.push(undecided);
            continue;
        };
        if !far.groups.contains(&id.as_str()) {
            unsure.extend(undecided_groups(network, far).map(|it| Reason::open(it, far.id(), direction)));
            continue;
        }
        if is_stale(network, group, pair, direction) {
            continue;
        }
        match reach {
            Reach::Yes => admits = true,
            Reach::No(_) => {}
            Reach::Undecided(_) => unsure.push(undecided),
        }
    }
    if !admits && unsure.is_empty() {
        return;
    }
    let services = Services::of_permission(permission);
    if admits {
        *admitted = &*admitted | &services;
    }
    doubts.extend(unsure.into_iter().map(|reason| (reason, services.clone())));
}
