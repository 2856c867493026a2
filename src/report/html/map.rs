//! The map in a page: each chart drawn, and as a list.

use maud::{Markup, html};

use super::page::mark;
use crate::finding::map::Chart;
use crate::finding::{Map, Verdict};
use crate::report::map::{Cells, KEYS, cells, counterpart, draw, list, worst};
use crate::report::printable;

/// Charts that all stand open.
const FEW: usize = 2;

/// All charts; beside another map, what differs is marked. `tag` tells ids apart where a page has several maps.
pub(in crate::report) fn map(map: &Map, other: Option<&Map>, tag: &str) -> Markup {
    html! {
        @for (number, chart) in map.charts.iter().enumerate() {
            @let heading = format!("{} to {}", chart.from, chart.to);
            @let heading = printable::line(&heading);
            @let services = worst(chart);
            @let well = services.iter().all(|(_, verdict)| *verdict == Verdict::Pass);
            details.area.pair open[map.charts.len() <= FEW || !well] {
                summary {
                    span.name { (heading) }
                    @for (service, verdict) in &services { " " span.count { (mark(*verdict)) (service) } }
                }
                (drawn(chart, &cells(chart, other.and_then(|map| counterpart(map, chart))), &heading, &format!("{tag}{number}")))
            }
        }
    }
}

fn drawn(chart: &Chart, cells: &Cells, heading: &str, tag: &str) -> Markup {
    let (title, text) = (format!("chart{tag}"), format!("text{tag}"));
    let drawing = draw(chart, cells);
    html! {
        div.scroll.chart tabindex="0" role="region" aria-label={ "Map, " (heading) } {
            svg.map role="img" aria-labelledby={ (title) " " (text) } width=(format!("{:.0}", drawing.width))
                height=(format!("{:.0}", drawing.height))
                viewBox=(format!("0 0 {:.0} {:.0}", drawing.width, drawing.height)) {
                title id=(title) { (heading) }
                desc id=(text) { "What lies between them, from top to bottom; the list below says the same in words." }
                (drawing.markup)
            }
        }
        details.words {
            summary { "The same as a list" span.unseen { ", " (heading) } }
            (list(chart, cells))
        }
    }
}

/// What the lines of all charts mean, and, where two maps are compared, the mark of a change.
pub(in crate::report) fn legend(compared: Option<&str>) -> Markup {
    html! {
        p.legend {
            @for (class, words) in KEYS {
                span.key {
                    svg.map width="34" height="10" viewBox="0 0 34 10" aria-hidden="true" focusable="false" {
                        path class={ "wire " (class) } d="M1 5H33" {}
                    }
                    " " (words)
                }
            }
            @if let Some(mark) = compared { span.key { strong.changed { (mark) } " differs" } }
        }
    }
}
