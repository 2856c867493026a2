//! A change as a picture: each pair of ends before and after, with what differs marked.

use std::io::{self, Write};

use super::sheet::Sheet;
use crate::finding::map::Chart;
use crate::report::diff::DiffReport;
use crate::report::map::{CHANGED, Cells, Since, cells, counterpart, draw};
use crate::report::text::diff::{reach, status};

/// Drawings stand side by side up to this width, in CSS pixels; wider ones below each other.
const BESIDE: f64 = 1_400.0;

/// Writes a change as SVG; where there is no map, a picture that says so.
///
/// # Errors
///
/// What the writer gives.
pub(in crate::report) fn write(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let (verdict, meaning) = status(report);
    let title = format!("reachgate diff: {meaning}: {}", reach(&report.change));
    let mut sheet = Sheet::new(verdict, &title).compared(CHANGED);
    let [before, after] = &report.maps;
    for chart in &after.charts {
        pair(counterpart(before, chart), Some(chart), &mut sheet);
    }
    for chart in before.charts.iter().filter(|chart| counterpart(after, chart).is_none()) {
        pair(Some(chart), None, &mut sheet);
    }
    sheet.write("No map: no path was judged.", out)
}

/// One pair of ends, in one configuration or in both.
fn pair(before: Option<&Chart>, after: Option<&Chart>, sheet: &mut Sheet) {
    let drawn = |chart: &Chart, other: Option<&Chart>| {
        let cells = cells(chart, other);
        (is_changed(&cells), draw(chart, &cells))
    };
    let (Some(chart), both) = (after.or(before), before.zip(after)) else { return };
    sheet.heading(&format!("{} to {}", chart.from, chart.to));
    let Some((before_chart, after_chart)) = both else {
        let name =
            if after.is_some() { "after, and not judged before" } else { "before, and not judged after" };
        sheet.row(&[(Some(name), drawn(chart, None).1)]);
        return;
    };
    let (gone, before) = drawn(before_chart, after);
    let (come, after) = drawn(after_chart, Some(before_chart));
    if !gone && !come {
        sheet.row(&[(Some("before and after"), after)]);
    } else if before.width + after.width <= BESIDE {
        sheet.row(&[(Some("before"), before), (Some("after"), after)]);
    } else {
        sheet.row(&[(Some("before"), before)]);
        sheet.row(&[(Some("after"), after)]);
    }
}

fn is_changed(cells: &Cells) -> bool {
    cells.iter().flatten().any(|cell| cell.since == Since::Changed)
}
