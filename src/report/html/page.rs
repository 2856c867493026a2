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
