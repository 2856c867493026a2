//! Flows brought together: what passes the same things with the same outcome is one lane.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::{Link, Place, Stage};
use super::{Flow, Grain};
use crate::code::Code;
use crate::finding::Verdict;
use crate::finding::map::{PartKind, Passage, Sent, Wish};
use crate::judge::configuration::code_of;
use crate::network::{Answer, Blocker, Direction, Hop, Step, Weight};

/// How many phrases are kept of one thing on a lane; the rest are counted.
const NOTES: usize = 4;

/// A chart in the making.
#[derive(Debug)]
pub(super) struct Drawn {
    pub parts: BTreeMap<Key, About>,
    pub lanes: Vec<Gathered>,
}

/// What makes two things on the way one part; in the order in which they are passed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(Place);

/// What a part stands for.
#[derive(Debug, Default)]
pub(super) struct About {
    pub ids: BTreeSet<String>,
    pub places: BTreeSet<String>,
    pub members: BTreeSet<String>,
}

/// A lane in the making.
#[derive(Debug)]
pub(super) struct Gathered {
    pub services: Vec<Sent>,
    pub wish: Wish,
    pub passage: Passage,
    pub verdict: Verdict,
    pub members: BTreeSet<String>,
    pub stops: Vec<(Key, Told)>,
}

/// What a lane's flows say of one thing.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub verdict: Verdict,
    /// The worst first.
    pub codes: Vec<Code>,
    pub rules: BTreeSet<String>,
    pub notes: BTreeSet<String>,
}

impl Drawn {
    /// How many parts are passed at the same distance, at most.
    pub(super) fn widest(&self) -> usize {
        let mut beside: BTreeMap<Stage, usize> = BTreeMap::new();
        for key in self.parts.keys().filter(|key| key.0.stage != Stage::Gateway) {
            *beside.entry(key.0.stage).or_default() += 1;
        }
        beside.into_values().max().unwrap_or(0)
    }
}

impl Key {
    pub(super) fn kind(&self) -> PartKind {
        self.0.kind
    }
}

/// Brings flows together, as coarsely as is asked.
pub(super) fn gather(chained: &[(&Flow, Vec<Link<'_>>)], grain: Grain) -> Drawn {
    let mut drawn = Drawn { parts: BTreeMap::new(), lanes: Vec::new() };
    for (flow, links) in chained {
        let mut stops: Vec<(Key, Told)> = Vec::new();
        for link in links {
            let (key, about) = key(flow, link, grain);
            let part = drawn.parts.entry(key.clone()).or_default();
            part.ids.extend(about.ids);
            part.places.extend(about.places);
            part.members.extend(about.members);
            let told = told(flow, link);
            match stops.iter_mut().find(|(had, _)| *had == key) {
                Some((_, had)) => had.add(told),
                None => stops.push((key, told)),
            }
        }
        let members = flow.members.iter().cloned().collect();
        join(
            &mut drawn.lanes,
            Gathered {
                services: vec![flow.service.clone()],
                wish: flow.wish,
                passage: flow.passage,
                verdict: flow.verdict,
                members,
                stops,
            },
        );
    }
    drawn.lanes = bundle(drawn.lanes);
    drawn
}

/// What stands for a link at this grain, and what it stands for.
fn key(flow: &Flow, link: &Link<'_>, grain: Grain) -> (Key, About) {
    let mut place = link.place.clone();
    if place.stage == Stage::Source
        && let Some(end) = &flow.result.source
    {
        place.ids.clone_from(&end.groups);
        place.subnet = Some(end.subnet.clone());
    }
    let near = matches!(place.stage, Stage::Source | Stage::SourceGroup);
    let mut about = About::default();
    about.places.extend(place.subnet.clone());
    match place.kind {
        PartKind::Source => about.members.extend(flow.members.iter().cloned()),
        PartKind::Destination => {
            about.ids.extend(place.ids.iter().cloned());
            about.places.extend(flow.result.destination.as_ref().map(|end| end.subnet.clone()));
        }
        _ => about.ids.extend(place.ids.iter().cloned()),
    }
    if grain == Grain::Kinds && place.kind != PartKind::Destination || grain == Grain::Subnets && near {
        place.ids.clear();
    }
    if grain == Grain::Kinds {
        (place.subnet, place.turn) = (None, place.kind as usize);
    }
    (Key(place), about)
}

fn told(flow: &Flow, link: &Link<'_>) -> Told {
    let weigh = |blocker: &Blocker| match blocker.code.weight() {
        // Where two files disagree, what denies may follow from the wrong one.
        Weight::Denies if flow.result.verdict == Answer::Denied => Verdict::Fail,
        Weight::Denies | Weight::Undecided => Verdict::Unknown,
        Weight::Warns => Verdict::Warn,
    };
    let mut wrong: Vec<&Blocker> = link.blockers.iter().chain(&link.warnings).copied().collect();
    wrong.sort_by_key(|blocker| std::cmp::Reverse(weigh(blocker)));
    let mut codes: Vec<Code> = wrong.iter().map(|blocker| code_of(blocker.code)).collect();
    codes.dedup();
    let mut told = Told {
        verdict: wrong.first().map_or(Verdict::Pass, |blocker| weigh(blocker)),
        codes,
        rules: link.hops.iter().filter_map(|hop| rule(hop)).collect(),
        notes: wrong.iter().map(|blocker| note(blocker, &link.place)).collect(),
    };
    if link.place.stage == Stage::DestinationGroup
        && told.verdict <= Verdict::Warn
        && let Some((code, why)) = &flow.admission
    {
        told.verdict = Verdict::Warn;
        told.codes.insert(0, *code);
        told.notes.insert(why.clone());
    }
    if link.place.stage == Stage::Source
        && flow.result.source.as_ref().is_some_and(|end| end.interface.is_none())
    {
        told.notes.insert("none runs there now; one to come is judged".to_owned());
    }
    told
}

/// What is wrong, with the thing that it is wrong with where that is no part of its own: a list that a rule names, say.
fn note(blocker: &Blocker, place: &Place) -> String {
    let named = blocker.component.is_empty()
        || place.ids.contains(&blocker.component)
        || place.subnet.as_ref() == Some(&blocker.component)
        || blocker.detail.contains(&blocker.component);
    if named { blocker.detail.clone() } else { format!("{}: {}", blocker.component, blocker.detail) }
}

/// What lets a packet pass, in a word or two.
fn rule(hop: &Hop) -> Option<String> {
    let rule = hop.rule.as_ref()?;
    Some(match (hop.step, hop.direction) {
        (Step::NetworkAcl, Direction::Egress) => format!("out {rule}"),
        (Step::NetworkAcl, _) => format!("in {rule}"),
        (_, Direction::Reply) => format!("back {rule}"),
        _ => rule.clone(),
    })
}

impl Told {
    fn add(&mut self, other: Self) {
        let (mut codes, rest) = if other.verdict > self.verdict {
            (other.codes, &self.codes)
        } else {
            (self.codes.clone(), &other.codes)
        };
        for code in rest {
            if !codes.contains(code) {
                codes.push(*code);
            }
        }
        (self.verdict, self.codes) = (self.verdict.max(other.verdict), codes);
        self.rules.extend(other.rules);
        for note in other.notes {
            if self.notes.len() < NOTES {
                self.notes.insert(note);
            }
        }
    }
}

impl Gathered {
    /// Whether two pass the same things with the same outcome.
    fn fares_as(&self, other: &Self) -> bool {
        let outcome = |it: &Self| (it.wish, it.passage, it.verdict, it.stops.len());
        outcome(self) == outcome(other)
            && self.stops.iter().zip(&other.stops).all(|((key, told), (other_key, other_told))| {
                key == other_key && told.verdict == other_told.verdict && told.codes == other_told.codes
            })
    }

    fn absorb(&mut self, other: Self) {
        self.members.extend(other.members);
        for ((_, told), (_, more)) in self.stops.iter_mut().zip(other.stops) {
            told.add(more);
        }
    }
}

/// Adds a flow to the lane of its service that fares as it does.
fn join(lanes: &mut Vec<Gathered>, one: Gathered) {
    let names = |lane: &Gathered| lane.services.iter().map(|sent| sent.name.clone()).collect::<Vec<_>>();
    match lanes.iter_mut().find(|lane| lane.fares_as(&one) && names(lane) == names(&one)) {
        Some(lane) => lane.absorb(one),
        None => lanes.push(one),
    }
}

/// Puts services together that fare alike from the same interfaces.
fn bundle(lanes: Vec<Gathered>) -> Vec<Gathered> {
    let mut bundled: Vec<Gathered> = Vec::new();
    for mut lane in lanes {
        match bundled.iter_mut().find(|had| had.fares_as(&lane) && had.members == lane.members) {
            Some(had) => {
                had.services.append(&mut lane.services);
                had.absorb(lane);
            }
            None => bundled.push(lane),
        }
    }
    bundled
}
