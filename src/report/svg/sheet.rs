//! A picture in the making: what it came to, drawings from top to bottom, and what their lines mean.

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};

use super::STYLE;
use crate::finding::Verdict;
use crate::report::printable;
use crate::report::style::Glyphs;

/// What a line of text takes.
const LINE: f64 = 30.0;
/// Between drawings side by side.
#[cfg(feature = "static")]
const BESIDE: f64 = 20.0;
/// The least that a picture is wide, so that its text fits.
const WIDTH: f64 = 620.0;

/// The picture.
pub(super) struct Sheet {
    verdict: Verdict,
    title: String,
    parts: Vec<Markup>,
    width: f64,
    height: f64,
    #[cfg(feature = "static")]
    compared: Option<&'static str>,
}

impl Sheet {
    /// A picture with this heading, and no drawing yet.
    pub(super) fn new(verdict: Verdict, title: &str) -> Self {
        let title = printable::line(title).into_owned();
        let heading = html! {
            text.verdict.(verdict.word()) x="12" y="26" {
                tspan.mark { (Glyphs::Unicode.of(verdict)) } " " (title)
            }
        };
        Self {
            verdict,
            title,
            parts: vec![heading],
            width: WIDTH,
            height: LINE + 8.0,
            #[cfg(feature = "static")]
            compared: None,
        }
    }

    /// Closes the picture and writes it; where nothing was drawn, with a word on why.
    ///
    /// # Errors
    ///
    /// What the writer gives.
    pub(super) fn write(mut self, nothing: &str, out: &mut dyn Write) -> io::Result<()> {
        if self.parts.len() == 1 {
            self.text("what", nothing);
        } else {
            #[cfg(feature = "static")]
            self.legend();
        }
        let Self { verdict, title, parts, width, height, .. } = self;
        let svg = html! {
            svg.map.(verdict.word()) xmlns="http://www.w3.org/2000/svg" role="img" width=(format!("{width:.0}"))
                height=(format!("{height:.0}")) viewBox=(format!("0 0 {width:.0} {height:.0}")) {
                title { (title) }
                style { (PreEscaped(STYLE)) }
                rect.sheet width="100%" height="100%" rx="8" {}
                @for part in &parts { (part) }
            }
        };
        writeln!(out, "{}", svg.into_string())
    }

    fn text(&mut self, class: &str, line: &str) {
        let y = self.height + LINE - 10.0;
        self.parts
            .push(html! { text class=(class) x="12" y=(format!("{y:.0}")) { (printable::line(line)) } });
        self.height += LINE;
    }
}

#[cfg(feature = "static")]
impl Sheet {
    /// Says in the legend that this marks what differs.
    pub(super) fn compared(mut self, mark: &'static str) -> Self {
        self.compared = Some(mark);
        self
    }

    /// A heading for what comes next.
    pub(super) fn heading(&mut self, line: &str) {
        self.text("heading", line);
    }

    /// Drawings side by side, each under its own name.
    pub(super) fn row(&mut self, drawings: &[(Option<&str>, crate::report::map::Drawing)]) {
        let named = if drawings.iter().any(|(name, _)| name.is_some()) { LINE } else { 0.0 };
        let (top, mut x, mut tallest) = (self.height + named, 0.0_f64, 0.0_f64);
        for (name, drawing) in drawings {
            self.parts.push(html! {
                @if let Some(name) = name {
                    text.state x=(format!("{:.0}", x + 12.0)) y=(format!("{:.0}", top - 8.0)) { (name) }
                }
                g transform=(format!("translate({x:.0} {top:.0})")) { (drawing.markup) }
            });
            self.width = self.width.max(x + drawing.width);
            x += drawing.width + BESIDE;
            tallest = tallest.max(drawing.height);
        }
        self.height = top + tallest;
    }

    /// What the lines mean, in rows as wide as the picture.
    fn legend(&mut self) {
        const LETTER: f64 = 7.1;
        let (mut x, mut y) = (12.0, self.height + 16.0);
        for (class, words) in crate::report::map::KEYS {
            let letters = u32::try_from(words.len()).map_or(0.0, f64::from);
            let wide = 34.0 + 8.0 + letters * LETTER + 18.0;
            if x + wide > self.width && x > 12.0 {
                (x, y) = (12.0, y + 22.0);
            }
            self.parts.push(html! {
                path class={ "wire " (class) } d=(format!("M{x:.0} {:.0}h34", y - 4.0)) {}
                text.key x=(format!("{:.0}", x + 42.0)) y=(format!("{y:.0}")) { (words) }
            });
            x += wide;
        }
        if let Some(mark) = self.compared {
            y += 22.0;
            self.parts.push(html! {
                text.key x="12" y=(format!("{y:.0}")) { tspan.changed { (mark) } " differs between before and after" }
            });
        }
        self.height = y + 14.0;
    }
}
