//! The judged paths as a map: what fares alike is drawn once.

mod chain;
mod gather;

use std::collections::BTreeMap;

use crate::code::Code;
use crate::finding::Verdict;
use crate::finding::map::{Chart, Lane, Map, Part, Passage, Sent, Stop, Wish};
use crate::network::PathResult;
use crate::snapshot::Snapshot;

use chain::{Link, chain};
use gather::Drawn;

/// How many things stand side by side before a chart is drawn more coarsely.
const BESIDE: usize = 6;
/// How many interfaces a lane names.
const EXAMPLES: usize = 3;

/// One service, asked from interfaces that fare alike.
#[derive(Debug)]
pub(super) struct Flow {
    /// The policy's source and destination.
    pub source: String,
    pub destination: String,
    pub service: Sent,
    pub wish: Wish,
    pub passage: Passage,
    pub verdict: Verdict,
    /// The interfaces; subnets for those to come.
    pub members: Vec<String>,
    pub result: PathResult,
    /// What the policy's `via` finds wrong with how it is admitted.
    pub admission: Option<(Code, String)>,
}

/// How coarsely a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grain {
    /// Sources by subnet and groups.
    Groups,
    /// Sources by subnet.
    Subnets,
    /// Everything by what kind of thing it is.
    Kinds,
}

/// Draws what was judged.
pub(super) fn draw(flows: &[Flow], snapshot: &Snapshot) -> Map {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for flow in flows {
        let pair = (flow.source.as_str(), flow.destination.as_str());
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    let charts = pairs.into_iter().map(|(from, to)| {
        let own = flows.iter().filter(|flow| flow.source == from && flow.destination == to);
        let chained: Vec<(&Flow, Vec<Link<'_>>)> =
            own.map(|flow| (flow, chain(&flow.result, snapshot))).collect();
        let grains = [Grain::Groups, Grain::Subnets, Grain::Kinds];
        let drawn = grains.into_iter().map(|grain| gather::gather(&chained, grain));
        let mut fitting = drawn.skip_while(|drawn: &Drawn| drawn.widest() > BESIDE);
        // At the coarsest few are left, however many things there are.
        let drawn = fitting.next().unwrap_or_else(|| gather::gather(&chained, Grain::Kinds));
        chart(from, to, &drawn, snapshot)
    });
    Map { charts: charts.collect() }
}

fn chart(from: &str, to: &str, drawn: &Drawn, snapshot: &Snapshot) -> Chart {
    let order: BTreeMap<&gather::Key, usize> =
        drawn.parts.keys().enumerate().map(|(at, key)| (key, at)).collect();
    let mut lanes: Vec<Lane> = drawn
        .lanes
        .iter()
        .map(|lane| {
            let stops = lane.stops.iter().map(|(key, told)| Stop {
                part: order.get(key).copied().unwrap_or_default(),
                verdict: told.verdict,
                codes: told.codes.clone(),
                rules: told.rules.iter().cloned().collect(),
                notes: told.notes.iter().cloned().collect(),
            });
            Lane {
                services: lane.services.clone(),
                passage: lane.passage,
                wish: lane.wish,
                verdict: lane.verdict,
                interfaces: lane.members.len(),
                examples: lane.members.iter().take(EXAMPLES).cloned().collect(),
                stops: stops.collect(),
            }
        })
        .collect();
    lanes.sort_by_key(|lane| std::cmp::Reverse(lane.verdict));
    let parts = drawn.parts.iter().map(|(key, about)| Part {
        kind: key.kind(),
        ids: about.ids.iter().cloned().collect(),
        places: about.places.iter().map(|subnet| place(subnet, snapshot)).collect(),
        interfaces: about.members.len(),
    });
    Chart { from: from.to_owned(), to: to.to_owned(), parts: parts.collect(), lanes }
}

/// A subnet with its range, where it is one that was read.
fn place(subnet: &str, snapshot: &Snapshot) -> String {
    match snapshot.subnets.get(subnet).and_then(|subnet| subnet.cidr_block) {
        Some(range) => format!("{subnet} {range}"),
        None => subnet.to_owned(),
    }
}
