//! One configuration's chart beside the other's.

use crate::finding::map::{Chart, Map};

use super::cell::{Cell, Cells, Since};

/// What marks a cell that the other configuration does not have so.
pub(in crate::report) const CHANGED: &str = "◆";

/// The chart of the same ends.
pub(in crate::report) fn counterpart<'m>(map: &'m Map, chart: &Chart) -> Option<&'m Chart> {
    map.charts.iter().find(|other| (&other.from, &other.to) == (&chart.from, &chart.to))
}

/// Notes what differs. A cell does not where the same thing says the same of each of its services.
pub(super) fn note_changes(chart: &Chart, cells: &mut Cells, other: &Chart, others: &Cells) {
    for (part, own) in chart.parts.iter().zip(cells) {
        let theirs: Vec<(&Cell, Vec<&str>)> = other
            .parts
            .iter()
            .zip(others)
            .filter(|(it, _)| (it.kind, &it.ids, &it.places) == (part.kind, &part.ids, &part.places))
            .flat_map(|(_, cells)| cells.iter().map(|cell| (cell, services(other, cell))))
            .collect();
        for cell in own {
            let said = |name: &&str| theirs.iter().any(|(it, of)| of.contains(name) && it.says_as(cell));
            if !services(chart, cell).iter().all(said) {
                cell.since = Since::Changed;
            }
        }
    }
}

/// The services that a cell is about.
fn services<'c>(chart: &'c Chart, cell: &Cell) -> Vec<&'c str> {
    let lanes = cell.lanes.iter().filter_map(|lane| chart.lanes.get(*lane));
    lanes.flat_map(|lane| &lane.services).map(|sent| sent.name.as_str()).collect()
}
