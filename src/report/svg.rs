//! The map alone, as an SVG picture: for a README, a wiki, a comment. Charts stand one below the other.

use std::io::{self, Write};

use maud::{Markup, html};

use crate::finding::Report;

use super::printable;
use super::style::Style;
use super::summary::status;

/// What a chart's heading takes.
#[cfg(feature = "static")]
const HEADING: f64 = 34.0;
/// The least that a picture is wide, so that its heading fits.
const WIDTH: f64 = 560.0;

/// The map's looks, in a page too.
pub(super) const STYLE: &str = include_str!("map/style.css");

/// Writes the map as SVG; where there is none, a picture that says so.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (_, meaning) = status(report);
    let title = format!("reachgate {}: {meaning}", report.mode.word());
    let picture = picture(report);
    let (width, height) = (picture.width.max(WIDTH), picture.height);
    let svg = html! {
        svg.map xmlns="http://www.w3.org/2000/svg" role="img" width=(format!("{width:.0}")) height=(format!("{height:.0}"))
            viewBox=(format!("0 0 {width:.0} {height:.0}")) {
            title { (printable::line(&title)) }
            style { (maud::PreEscaped(STYLE)) }
            rect.sheet width="100%" height="100%" rx="8" {}
            (picture.inside)
        }
    };
    writeln!(out, "{}", svg.into_string())
}

struct Picture {
    inside: Markup,
    width: f64,
    height: f64,
}

#[cfg(feature = "static")]
fn picture(report: &Report) -> Picture {
    let charts = report.map.iter().flat_map(|map| &map.charts);
    let (mut width, mut height) = (0.0_f64, 0.0_f64);
    let mut inside = Vec::new();
    for chart in charts {
        let drawing = super::map::draw(chart);
        let heading = printable::line(&format!("{} to {}", chart.from, chart.to)).into_owned();
        let (top, below) = (height + 24.0, height + HEADING);
        inside.push(html! {
            text.heading x="12" y=(format!("{top:.0}")) { (heading) }
            g transform=(format!("translate(0 {below:.0})")) { (drawing.markup) }
        });
        width = width.max(drawing.width);
        height += HEADING + drawing.height;
    }
    if inside.is_empty() {
        return nothing(report);
    }
    Picture { inside: html! { @for chart in &inside { (chart) } }, width, height }
}

#[cfg(not(feature = "static"))]
fn picture(report: &Report) -> Picture {
    nothing(report)
}

fn nothing(report: &Report) -> Picture {
    let words = match report.mode {
        crate::finding::Mode::Probe => "No map: a probe sees no configuration. `reachgate static` draws one.",
        _ => "No map: no path was judged.",
    };
    Picture { inside: html! { text.what x="16" y="30" { (words) } }, width: 0.0, height: 48.0 }
}
