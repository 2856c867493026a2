//! The map alone, as an SVG picture: for a README, a wiki, a comment. Charts stand one below the other.

#[cfg(feature = "static")]
pub(super) mod diff;
mod sheet;

use std::io::{self, Write};

use crate::finding::Report;

use super::style::Style;
use super::summary::status;
use sheet::Sheet;

/// The map's looks, in a page too.
pub(super) const STYLE: &str = include_str!("map/style.css");

/// Writes the map as SVG; where there is none, a picture that says so.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (verdict, meaning) = status(report);
    let mut sheet = Sheet::new(verdict, &format!("reachgate {}: {meaning}", report.mode.word()));
    charts(report, &mut sheet);
    sheet.write(nothing(report), out)
}

#[cfg(feature = "static")]
fn charts(report: &Report, sheet: &mut Sheet) {
    for chart in report.map.iter().flat_map(|map| &map.charts) {
        sheet.heading(&format!("{} to {}", chart.from, chart.to));
        sheet.row(&[(None, super::map::draw(chart, &super::map::cells(chart, None)))]);
    }
}

#[cfg(not(feature = "static"))]
fn charts(_: &Report, _: &mut Sheet) {}

/// Why there is no map.
fn nothing(report: &Report) -> &'static str {
    match report.mode {
        crate::finding::Mode::Probe => "No map: a probe sees no configuration. `reachgate static` draws one.",
        _ => "No map: no path was judged.",
    }
}
