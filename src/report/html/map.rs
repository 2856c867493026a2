//! The map in a page: each chart drawn, and as a list.

use maud::{Markup, html};

use crate::finding::Map;
use crate::report::map::{draw, list};
use crate::report::printable;

/// All charts. `tag` tells ids apart where a page has several maps.
pub(in crate::report) fn map(map: &Map, tag: &str) -> Markup {
    html! {
        (legend())
        @for (number, chart) in map.charts.iter().enumerate() {
            @let heading = format!("{} to {}", chart.from, chart.to);
            @let heading = printable::line(&heading);
            @let (title, text) = (format!("chart{tag}{number}"), format!("text{tag}{number}"));
            @let drawing = draw(chart);
            figure {
                figcaption { (heading) }
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
                    (list(chart))
                }
            }
        }
    }
}

/// What lines and glyphs mean.
fn legend() -> Markup {
    let line = |class: &str, words: &str| {
        html! {
            span.key {
                svg.map width="34" height="10" viewBox="0 0 34 10" aria-hidden="true" focusable="false" {
                    path class={ "wire " (class) } d="M1 5H33" {}
                }
                " " (words)
            }
        }
    };
    html! {
        p.legend {
            (line("pass allowed", "allowed"))
            (line("fail denied", "denied"))
            (line("unknown unknown", "not known"))
            (line("fail beyond", "not reached"))
            span.key { "Red is against the policy, green as it wants." }
        }
    }
}
