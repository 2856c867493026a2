//! What every page has around its sections.

use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::finding::Verdict;
use crate::report::style::Glyphs;
use crate::report::svg;

const STYLE: &str = include_str!("style.css");

/// A page in the making.
pub(in crate::report) struct Page {
    /// The window's title.
    pub title: String,
    /// The page's heading.
    pub heading: String,
    /// What it came to.
    pub verdict: Verdict,
    /// What that means.
    pub meaning: String,
    /// What was read, when, by which policy.
    pub about: Markup,
    /// The rest.
    pub sections: Markup,
}

impl Page {
    /// The whole page. Its style is let in by its hash alone: text that came as markup could load nothing, run
    /// nothing and look like nothing (W3C, Content Security Policy Level 3).
    pub(in crate::report) fn render(&self) -> Markup {
        let style = format!("{}{STYLE}", svg::STYLE);
        let hash = BASE64.encode(ring::digest::digest(&ring::digest::SHA256, style.as_bytes()).as_ref());
        let policy =
            format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { (self.title) }
                    style { (PreEscaped(style)) }
                }
                body {
                    header.(self.verdict.word()) {
                        h1 { (self.heading) }
                        p.verdict { (mark(self.verdict)) " " (self.meaning) }
                        (self.about)
                    }
                    main { (self.sections) }
                    footer { p.soft { "Codes: " code { "reachgate explain CODE" } " tells a code's whole story." } }
                }
            }
        }
    }
}

/// A verdict as a glyph and, for those who do not see it, a word.
pub(super) fn mark(verdict: Verdict) -> Markup {
    html! {
        span.glyph.(verdict.word()) aria-hidden="true" { (Glyphs::Unicode.of(verdict)) }
        span.unseen { (verdict.word()) ": " }
    }
}

/// What rows may still come to, in bytes. Nobody reads more, and no browser is to wait for it: a page with all its parts
/// full stays below 3 MB.
#[derive(Debug)]
pub(super) struct Room(usize);

impl Room {
    /// What a change opens, closes and leaves undecided.
    #[cfg(feature = "static")]
    pub(super) fn of_boxes() -> Self {
        Self(1_000_000)
    }

    /// Findings told one by one.
    pub(super) fn of_findings() -> Self {
        Self(600_000)
    }

    /// Findings in tables.
    pub(super) fn of_checks() -> Self {
        Self(800_000)
    }

    /// The first rows, as long as there is room.
    pub(super) fn fill(&mut self, rows: impl Iterator<Item = Markup>) -> Vec<Markup> {
        let fits = |row: &Markup| {
            let fits = row.0.len() <= self.0;
            self.0 = if fits { self.0 - row.0.len() } else { 0 };
            fits
        };
        rows.take_while(fits).collect()
    }
}

/// How many more there are than are shown; nothing where all are.
pub(super) fn left_out(more: usize) -> Markup {
    html! { @if more > 0 { p { (more) " more left out here; the JSON report has all." } } }
}
