//! Property tests of what a change opens and closes: against an oracle that sends packets one by one, and
//! against the laws that differences obey.

use std::collections::BTreeMap;
use std::net::IpAddr;

use reachgate::flow::Port;
use reachgate::network::space::{Packet, number};
use reachgate::network::{
    Answer, Comparison, Difference, Endpoint, Halves, Network, Question, Traffic, Translation, evaluate_path,
};
use reachgate::snapshot::{NetworkInterface, Snapshot};

use crate::dice::Dice;
use crate::packet::Oracle;
use crate::{change, world};

const CHANGES: u64 = 1_400;
const PACKETS: u64 = 50;

/// One packet towards an interface.
#[derive(Debug, Clone)]
pub struct Sent {
    pub from: IpAddr,
    pub to: String,
    /// The address of `to`.
    pub at: IpAddr,
    pub traffic: Traffic,
}

pub fn sent(dice: &mut Dice, snapshots: [&Snapshot; 2]) -> Option<Sent> {
    let enis: Vec<&NetworkInterface> =
        snapshots.iter().flat_map(|snapshot| snapshot.network_interfaces.values()).collect();
    if enis.is_empty() {
        return None;
    }
    let to = *dice.pick(&enis);
    let eni = *dice.pick(&enis);
    let strangers = [
        "8.8.8.8",
        "10.1.1.77",
        "10.2.1.77",
        "10.200.0.1",
        "100.64.1.9",
        "2600:1::9",
        "fd00:1::9",
        "fd99::1",
    ];
    let from: IpAddr = match dice.below(10) {
        0..=2 => dice.pick(&strangers).parse().unwrap(),
        3 => eni.private_ip_addresses[1].private_ip_address.unwrap().into(),
        4 => match eni.ipv4_prefixes.first().and_then(|it| it.ipv4_prefix) {
            Some(prefix) => prefix.hosts().nth(3).unwrap().into(),
            None => eni.private_ip_address.unwrap().into(),
        },
        5 | 6 => match eni.ipv6_addresses.first() {
            Some(address) => IpAddr::V6(address.ipv6_address.unwrap()),
            None => eni.private_ip_address.unwrap().into(),
        },
        _ => eni.private_ip_address.unwrap().into(),
    };
    let port = Port::new(*dice.pick(&[21, 22, 443, 444, 53, 9999])).unwrap();
    let traffic = match dice.below(6) {
        0 => Traffic::Icmp,
        1 => Traffic::Udp(port),
        _ => Traffic::Tcp(port),
    };
    let at = primary(to, from.is_ipv6())?;
    Some(Sent { from, to: to.network_interface_id.to_string(), at, traffic })
}

fn packet_of(sent: &Sent) -> Packet {
    match sent.traffic {
        Traffic::Tcp(port) => Packet::Tcp(port.number()),
        Traffic::Udp(port) => Packet::Udp(port.number()),
        Traffic::Icmp if sent.from.is_ipv6() => Packet::Icmp { v6: true, kind: 128, code: 0 },
        Traffic::Icmp => Packet::Icmp { v6: false, kind: 8, code: 0 },
    }
}

pub fn truth(snapshot: &Snapshot, sent: &Sent, translation: Translation) -> Answer {
    let oracle = Oracle(snapshot);
    let there = snapshot.network_interfaces.get(sent.to.as_str());
    if there.is_none_or(|eni| primary(eni, sent.from.is_ipv6()) != Some(sent.at)) {
        return Answer::Denied;
    }
    if oracle.owners_of(sent.from).is_empty() {
        return oracle.admitted(sent.from, &sent.to, sent.traffic);
    }
    oracle.answer(&asked(sent, translation))
}

pub fn asked(sent: &Sent, translation: Translation) -> Question {
    let (from, to) = (Endpoint::Address(sent.from), Endpoint::Interface(sent.to.as_str().into()));
    Question { from, to, traffic: sent.traffic, translation }
}

/// Whether the packet stays on one instance, in a snapshot that has both ends.
pub fn stays(snapshot: &Snapshot, sent: &Sent) -> bool {
    let instance = |it: &NetworkInterface| it.attachment.as_ref().and_then(|it| it.instance_id.clone());
    let Some(to) = snapshot.network_interfaces.get(sent.to.as_str()) else { return false };
    Oracle(snapshot).owners_of(sent.from).iter().any(|from| {
        from.network_interface_id == to.network_interface_id
            || instance(from).is_some() && instance(from) == instance(to)
    })
}

pub fn holds(halves: &Halves, owned: bool, sent: &Sent) -> bool {
    let space = if owned { &halves.interfaces } else { &halves.others };
    space.contains(sent.from, packet_of(sent))
}

pub fn found<'d>(differences: &'d [Difference], sent: &Sent) -> impl Iterator<Item = &'d Difference> {
    let here = move |it: &&Difference| it.addresses.contains(number(sent.at));
    differences.iter().filter(here).filter(move |it| it.interfaces.iter().any(|id| *id == sent.to))
}

pub fn primary(eni: &NetworkInterface, v6: bool) -> Option<IpAddr> {
    if v6 {
        eni.ipv6_addresses.first().and_then(|it| it.ipv6_address).map(IpAddr::V6)
    } else {
        eni.private_ip_address.map(IpAddr::V4)
    }
}

#[test]
fn opened_and_closed_are_what_the_oracle_says_of_50_000_packets() {
    let mut seen: BTreeMap<(Answer, Answer), u32> = BTreeMap::new();
    for seed in 0..CHANGES {
        let mut dice = Dice::new(3_000_000 + seed);
        let before = world::build(&mut dice);
        let after = change::change(&mut dice, &before);
        let translation = *dice.pick(&[Translation::Unknown, Translation::Node, Translation::None]);
        let networks = [Network::new(&before), Network::new(&after)];
        let comparison = Comparison::new(&networks[0], &networks[1], translation);
        let differences = comparison.differences(0..comparison.len());
        for _ in 0..PACKETS {
            let Some(sent) = sent(&mut dice, [&before, &after]) else { continue };
            let both = [&before, &after];
            if both.iter().any(|snapshot| stays(snapshot, &sent)) {
                continue;
            }
            let owned = both.iter().any(|snapshot| !Oracle(snapshot).owners_of(sent.from).is_empty());
            let [one, other] = both.map(|snapshot| truth(snapshot, &sent, translation));
            *seen.entry((one, other)).or_default() += 1;
            let here = || found(&differences, &sent);
            let opened = here().any(|it| holds(&it.opened, owned, &sent));
            let closed = here().any(|it| holds(&it.closed, owned, &sent));
            let undecided = here().any(|it| it.undecided.values().any(|it| holds(it, owned, &sent)));
            let expected = (
                one == Answer::Denied && other == Answer::Allowed,
                one == Answer::Allowed && other == Answer::Denied,
            );
            let told = || {
                format!(
                    "change {seed}: {sent:?} by {translation:?}: {one} to {other}\n{:?}\n{}\n{}\n{:?}",
                    networks
                        .each_ref()
                        .map(|network| evaluate_path(network, &asked(&sent, translation)).blockers),
                    serde_json::to_string(&before).unwrap(),
                    serde_json::to_string(&after).unwrap(),
                    found(&differences, &sent).collect::<Vec<_>>(),
                )
            };
            assert_eq!((opened, closed), expected, "{}", told());
            match (one == Answer::Unknown, other == Answer::Unknown) {
                (true, true) => {}
                (false, false) => assert!(!undecided, "{}", told()),
                _ => assert!(undecided, "{}", told()),
            }
        }
    }
    let all: u32 = seen.values().sum();
    assert!(all >= 50_000, "only {all} packets");
    for (one, other) in [(Answer::Denied, Answer::Allowed), (Answer::Allowed, Answer::Denied)] {
        let share = seen.get(&(one, other)).copied().unwrap_or_default();
        assert!(share > 150, "only {share} packets go from {one} to {other}: {seen:?}");
    }
}

/// Each target's sets, however the targets are put together.
fn by_target(differences: &[Difference]) -> BTreeMap<String, &Difference> {
    differences.iter().map(|it| (format!("{:?} {:?}", it.interfaces, it.addresses), it)).collect()
}

#[test]
fn nothing_differs_from_itself_and_the_way_back_is_the_mirror() {
    let mut seen = 0;
    for seed in 0..150 {
        let mut dice = Dice::new(4_000_000 + seed);
        let before = world::build(&mut dice);
        let after = change::change(&mut dice, &before);
        let (one, other) = (Network::new(&before), Network::new(&after));
        let differences = |from: &Network<'_>, to: &Network<'_>| {
            let comparison = Comparison::new(from, to, Translation::Unknown);
            comparison.differences(0..comparison.len())
        };
        assert_eq!(differences(&one, &one), [], "network {seed}");
        let (there, back) = (differences(&one, &other), differences(&other, &one));
        let (there, back) = (by_target(&there), by_target(&back));
        assert_eq!(there.keys().collect::<Vec<_>>(), back.keys().collect::<Vec<_>>(), "change {seed}");
        for (key, it) in &there {
            let mirror = back[key];
            assert_eq!(
                (&it.opened, &it.closed, &it.undecided),
                (&mirror.closed, &mirror.opened, &mirror.undecided),
                "change {seed}: {key}"
            );
            seen += 1;
        }
    }
    assert!(seen > 300, "only {seen} differences");
}

#[test]
fn two_changes_open_no_more_than_the_one_and_the_other() {
    let mut seen = 0;
    for seed in 0..250 {
        let mut dice = Dice::new(5_000_000 + seed);
        let first = world::build(&mut dice);
        let second = change::change(&mut dice, &first);
        let third = change::change(&mut dice, &second);
        let networks = [&first, &second, &third].map(Network::new);
        let differences = |from: usize, to: usize| {
            let comparison = Comparison::new(&networks[from], &networks[to], Translation::None);
            comparison.differences(0..comparison.len())
        };
        let [one, other, both] = [differences(0, 1), differences(1, 2), differences(0, 2)];
        for _ in 0..60 {
            let Some(sent) = sent(&mut dice, [&first, &third]) else { continue };
            let all = [&first, &second, &third];
            let counts = all.map(|snapshot| Oracle(snapshot).owners_of(sent.from).is_empty());
            // Which half a packet is of depends on the pair, so a packet of one half throughout.
            if counts.windows(2).any(|pair| pair[0] != pair[1]) || all.iter().any(|it| stays(it, &sent)) {
                continue;
            }
            let owned = !counts[0];
            let holds_in = |differences: &[Difference], part: fn(&Difference) -> &Halves| {
                found(differences, &sent).any(|it| holds(part(it), owned, &sent))
            };
            let unsure = |differences: &[Difference]| {
                found(differences, &sent).any(|it| it.undecided.values().any(|it| holds(it, owned, &sent)))
            };
            for part in [(|it| &it.opened) as fn(&Difference) -> &Halves, |it| &it.closed] {
                if holds_in(&both, part) {
                    seen += 1;
                    assert!(
                        holds_in(&one, part) != holds_in(&other, part) || unsure(&one) && unsure(&other),
                        "change {seed}: {sent:?}"
                    );
                }
            }
        }
    }
    assert!(seen > 50, "only {seen} packets are opened or closed");
}

#[test]
fn what_reaches_an_interface_is_what_each_path_answers() {
    let nothing = Snapshot::default();
    let nothing = Network::new(&nothing);
    let mut seen: BTreeMap<Answer, u32> = BTreeMap::new();
    for seed in 0..400 {
        let mut dice = Dice::new(6_000_000 + seed);
        let snapshot = world::build(&mut dice);
        let network = Network::new(&snapshot);
        let translation = *dice.pick(&[Translation::Unknown, Translation::Node, Translation::None]);
        let comparison = Comparison::new(&nothing, &network, translation);
        let all = comparison.differences(0..comparison.len());
        for _ in 0..40 {
            let Some(sent) = sent(&mut dice, [&snapshot, &snapshot]) else { continue };
            if Oracle(&snapshot).owners_of(sent.from).is_empty() || stays(&snapshot, &sent) {
                continue;
            }
            let open = found(&all, &sent).any(|it| holds(&it.opened, true, &sent));
            let unsure = found(&all, &sent).any(|it| it.undecided.values().any(|it| holds(it, true, &sent)));
            let answer = evaluate_path(&network, &asked(&sent, translation)).verdict;
            *seen.entry(answer).or_default() += 1;
            let expected = (answer == Answer::Allowed, answer == Answer::Unknown);
            assert_eq!((open, unsure), expected, "network {seed}: {sent:?} {translation:?}");
        }
    }
    for answer in [Answer::Allowed, Answer::Denied, Answer::Unknown] {
        assert!(seen.get(&answer).copied().unwrap_or_default() > 100, "{seen:?}");
    }
}
