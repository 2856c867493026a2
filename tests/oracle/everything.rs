//! A comparison looks only at what changed, and only at whom a changed rule names. Held against one that looks at
//! everything: what it passes over does not differ.

use std::collections::BTreeMap;
use std::net::IpAddr;

use reachgate::network::space::{Addresses, held_by, number};
use reachgate::network::{Comparison, Difference, Halves, Network, Translation};
use reachgate::snapshot::{Conflict, Document, Id, NetworkInterface, Snapshot};

use crate::dice::Dice;
use crate::{change, open, world};

const CHANGES: u64 = 1_500;

/// Opened, closed, and undecided by its reasons.
type Told = (Halves, Halves, BTreeMap<String, Halves>);

/// Lets two files disagree about something.
fn dispute(dice: &mut Dice, s: &mut Snapshot) {
    let ids: Vec<Id> = match dice.below(7) {
        0 => s.network_interfaces.keys().cloned().collect(),
        1 => s.instances.keys().cloned().collect(),
        2 => s.security_groups.keys().cloned().collect(),
        3 => s.prefix_list_entries.keys().cloned().collect(),
        4 => s.network_acls.keys().cloned().collect(),
        5 => s.route_tables.keys().cloned().collect(),
        _ => s.vpcs.keys().cloned().collect(),
    };
    if !ids.is_empty() {
        s.conflicts.push(Conflict {
            id: dice.pick(&ids).clone(),
            document: Document::Vpcs,
            path: ".X".into(),
            first: "a.json".into(),
            second: format!("{}.json", s.conflicts.len()).into(),
        });
    }
}

fn instance(it: &NetworkInterface) -> Option<&Id> {
    it.attachment.as_ref()?.instance_id.as_ref()
}

/// What is sent from its own instance, which no difference means.
fn own(snapshots: [&Snapshot; 2], id: &Id) -> Addresses {
    let of = |snapshot: &Snapshot| {
        let Some(it) = snapshot.network_interfaces.get(id) else { return Addresses::new() };
        let beside = snapshot.network_interfaces.values();
        let beside = beside.filter(|other| instance(it).is_some() && instance(other) == instance(it));
        beside.chain([it]).map(held_by).fold(Addresses::new(), |all, it| all | it)
    };
    of(snapshots[0]) | of(snapshots[1])
}

fn told(differences: &[Difference], id: &Id, at: u128, own: &Addresses) -> Told {
    let without =
        |it: &Halves| Halves { interfaces: it.interfaces.within(&!own.clone()), others: it.others.clone() };
    let mut told = Told::default();
    for it in differences.iter().filter(|it| it.interfaces.contains(id) && it.addresses.contains(at)) {
        assert_eq!(told, Told::default(), "{id} has two differences at one address");
        let undecided = it.undecided.iter().map(|(why, halves)| (format!("{why:?}"), without(halves)));
        told = (
            without(&it.opened),
            without(&it.closed),
            undecided.filter(|(_, halves)| !halves.is_empty()).collect(),
        );
    }
    told
}

fn ends(snapshots: [&Snapshot; 2]) -> Vec<(Id, IpAddr)> {
    let all = snapshots.into_iter().flat_map(|snapshot| snapshot.network_interfaces.values());
    all.flat_map(|eni| {
        let v4 = eni.private_ip_addresses.iter().filter_map(|it| it.private_ip_address).map(IpAddr::from);
        let v6 = eni.ipv6_addresses.iter().filter_map(|it| it.ipv6_address).map(IpAddr::from);
        let pods = eni.ipv4_prefixes.iter().filter_map(|it| it.ipv4_prefix);
        let pods = pods.map(|it| IpAddr::from(it.network()));
        v4.chain(v6).chain(pods).map(|at| (eni.network_interface_id.clone(), at)).collect::<Vec<_>>()
    })
    .collect()
}

#[test]
fn what_is_passed_over_does_not_differ() {
    let mut seen = [0; 3];
    for seed in 0..CHANGES {
        let mut dice = Dice::new(8_000_000 + seed);
        let mut before = world::build(&mut dice);
        before.documents.insert(Document::Cluster);
        change::share_a_node(&mut dice, &mut before);
        // What is open on both sides, alike.
        if dice.once_in(3) {
            open::leave(&mut dice, &mut before);
        }
        if dice.once_in(5) {
            dispute(&mut dice, &mut before);
        }
        let mut after = match dice.below(3) {
            0 => change::change(&mut dice, &before),
            _ => change::rules(&mut dice, &before),
        };
        if dice.once_in(4) {
            open::leave(&mut dice, &mut after);
        }
        if dice.once_in(8) {
            dispute(&mut dice, &mut after);
        }
        let translation = *dice.pick(&[Translation::Unknown, Translation::Node, Translation::None]);
        // No path depends on this kind of document, but with it gone everything is looked at.
        let mut same = after.clone();
        world::remove(&mut same, Document::Cluster);
        let networks = [&before, &after, &same].map(Network::new);
        let of = |other: usize| {
            let comparison = Comparison::new(&networks[0], &networks[other], translation);
            comparison.differences(0..comparison.len())
        };
        let (found, all) = (of(1), of(2));
        for (id, at) in ends([&before, &after]) {
            let own = own([&before, &after], &id);
            let [found, all] = [&found, &all].map(|it| told(it, &id, number(at), &own));
            seen[0] += usize::from(!all.0.is_empty());
            seen[1] += usize::from(!all.1.is_empty());
            seen[2] += usize::from(!all.2.is_empty());
            assert_eq!(found, all, "change {seed}, {id} at {at} by {translation:?}");
        }
    }
    assert!(seen.iter().all(|count| *count > 300), "{seen:?}");
}
