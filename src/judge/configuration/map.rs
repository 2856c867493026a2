//! The judged paths as a map: what fares alike is drawn once.

mod chain;
mod gather;

use std::collections::{BTreeMap, BTreeSet};

use crate::code::Code;
use crate::finding::Verdict;
use crate::finding::map::{Chart, Lane, Map, Part, PartKind, Passage, Sent, Stop, Wish};
use crate::network::PathResult;
use crate::snapshot::Snapshot;

use chain::{Link, chain};
use gather::{About, Drawn};

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
    /// What is wrong with how it is admitted: not as the policy's `via` wants, or at all.
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
        let mut chart = chart(from, to, &drawn, snapshot);
        for (flow, _) in &chained {
            if !chart.services.contains(&flow.service.name) {
                chart.services.push(flow.service.name.clone());
            }
        }
        chart
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
        name: name(key.kind(), about, snapshot),
        nodes: nodes(key.kind(), about, snapshot),
        places: about.places.iter().map(|subnet| place(subnet, snapshot)).collect(),
        interfaces: about.members.len(),
    });
    Chart { from: from.to_owned(), to: to.to_owned(), services: Vec::new(), parts: parts.collect(), lanes }
}

/// A security group's name. AWS has one for every group; of other things a name is a tag, which not all have.
fn name(kind: PartKind, about: &About, snapshot: &Snapshot) -> Option<String> {
    let only = about.ids.first().filter(|_| kind == PartKind::SecurityGroup && about.ids.len() == 1)?;
    let name = snapshot.security_groups.get(only.as_str())?.group_name.as_ref()?;
    Some(name.to_string())
}

/// The instances that interfaces are attached to, in order.
fn nodes(kind: PartKind, about: &About, snapshot: &Snapshot) -> Vec<String> {
    let interfaces = match kind {
        PartKind::Source => &about.members,
        PartKind::Destination => &about.ids,
        _ => return Vec::new(),
    };
    let attached = |id: &String| {
        let attachment = snapshot.network_interfaces.get(id.as_str())?.attachment.as_ref()?;
        attachment.instance_id.as_ref().map(ToString::to_string)
    };
    interfaces.iter().filter_map(attached).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A subnet with its range, where it is one that was read.
fn place(subnet: &str, snapshot: &Snapshot) -> String {
    match snapshot.subnets.get(subnet).and_then(|subnet| subnet.cidr_block) {
        Some(range) => format!("{subnet} {range}"),
        None => subnet.to_owned(),
    }
}
