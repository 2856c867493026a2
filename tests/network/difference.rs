//! What differs between two networks, to the letter.

use std::collections::BTreeSet;

use libtest_mimic::Failed;
use reachgate::change::{AddressRange, ServiceRange};
use reachgate::network::space::{Addresses, Services, Space, address_ranges};
use reachgate::network::{Comparison, GroupDifference, Halves, Network, Reason, Translation};
use reachgate::snapshot::Id;
use serde::Deserialize;
use serde_json::Value;

use crate::base;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub title: String,
    network: String,
    /// What both have otherwise than the network.
    #[serde(default)]
    both: Value,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    /// Kinds of document that were not read before.
    #[serde(default)]
    without_before: Vec<String>,
    #[serde(default)]
    without_after: Vec<String>,
    #[serde(default)]
    translation: Option<String>,
    /// How many targets are looked at; not asked where it is left out.
    #[serde(default)]
    looked_at: Option<usize>,
    /// Each as `ADDRESSES to INTERFACES at ADDRESSES: SERVICES`; `anyone at ADDRESSES to …` where no interface has
    /// them; `ADDRESSES to group ID: …` and `group ID to group ID: …` for groups that nobody carries.
    #[serde(default)]
    opened: BTreeSet<String>,
    #[serde(default)]
    closed: BTreeSet<String>,
    /// The same, and why: ` (code component, …)`.
    #[serde(default)]
    undecided: BTreeSet<String>,
}

/// Opened, closed and undecided.
type Told = [BTreeSet<String>; 3];

fn ranges(addresses: &Addresses) -> String {
    let ranges = address_ranges(addresses).into_iter();
    let ranges = ranges.map(|(first, last)| AddressRange { first, last }.to_string());
    ranges.collect::<Vec<_>>().join(", ")
}

fn services(services: &Services) -> String {
    let ranges = services.ranges().into_iter();
    let ranges = ranges.map(|(protocols, ports)| ServiceRange { protocols, ports }.to_string());
    ranges.collect::<Vec<_>>().join(", ")
}

fn from_space(space: &Space, who: &str, to: &str) -> Vec<String> {
    let boxes = space.boxes().into_iter();
    boxes.map(|(from, sent)| format!("{who}{} to {to}: {}", ranges(&from), services(&sent))).collect()
}

fn from_halves(halves: &Halves, to: &str) -> Vec<String> {
    let mut lines = from_space(&halves.interfaces, "", to);
    lines.extend(from_space(&halves.others, "anyone at ", to));
    lines
}

fn why<'r>(reasons: impl IntoIterator<Item = &'r Reason>) -> String {
    let each = reasons.into_iter().map(|it| format!("{} {}", it.code, it.component).trim_end().to_owned());
    format!(" ({})", each.collect::<Vec<_>>().join(", "))
}

fn of_group(told: &mut Told, it: &GroupDifference) {
    let to = format!("group {}", it.group);
    for (place, space, groups) in [(0, &it.opened, &it.opened_groups), (1, &it.closed, &it.closed_groups)] {
        told[place].extend(from_space(space, "", &to));
        let lines = groups.iter().map(|(id, sent)| format!("group {id} to {to}: {}", services(sent)));
        told[place].extend(lines);
    }
    for (reason, sent) in &it.undecided {
        told[2].insert(format!("{to}: {}{}", services(sent), why([reason])));
    }
}

fn told(before: &Network<'_>, after: &Network<'_>, translation: Translation) -> Told {
    let comparison = Comparison::new(before, after, translation);
    let mut told = Told::default();
    for it in comparison.differences(0..comparison.len()) {
        let ids: Vec<&str> = it.interfaces.iter().map(Id::as_str).collect();
        let to = format!("{} at {}", ids.join(" "), ranges(&it.addresses));
        told[0].extend(from_halves(&it.opened, &to));
        told[1].extend(from_halves(&it.closed, &to));
        for (reasons, halves) in &it.undecided {
            let why = why(reasons);
            told[2].extend(from_halves(halves, &to).into_iter().map(|line| line + &why));
        }
    }
    for it in comparison.group_differences() {
        of_group(&mut told, &it);
    }
    told
}

/// What is told, that nothing differs from itself, and that the way back is the mirror.
pub fn run(scenario: &Scenario) -> Result<(), Failed> {
    let translation = match scenario.translation.as_deref() {
        None => Translation::Unknown,
        Some("node") => Translation::Node,
        Some("none") => Translation::None,
        Some(other) => return Err(format!("translation {other}").into()),
    };
    let side =
        |change, without: &[String]| base::snapshot(&scenario.network, &[&scenario.both, change], without);
    let before = side(&scenario.before, &scenario.without_before)?;
    let after = side(&scenario.after, &scenario.without_after)?;
    let [before, after] = [&before, &after].map(Network::new);
    let looked_at = Comparison::new(&before, &after, translation).len();
    if scenario.looked_at.is_some_and(|wanted| wanted != looked_at) {
        return Err(format!("{looked_at} targets are looked at").into());
    }
    let found = told(&before, &after, translation);
    let wanted = [&scenario.opened, &scenario.closed, &scenario.undecided].map(Clone::clone);
    if found != wanted {
        return Err(format!("wanted {wanted:#?}\ngot    {found:#?}").into());
    }
    let [closed, opened, undecided] = told(&after, &before, translation);
    if [opened, closed, undecided] != wanted {
        return Err("the way back is not the mirror".into());
    }
    for side in [&before, &after] {
        let same = told(side, side, translation);
        if same != Told::default() {
            return Err(format!("one of them differs from itself: {same:#?}").into());
        }
    }
    Ok(())
}
