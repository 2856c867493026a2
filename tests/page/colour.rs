//! Colours: every text stands out from what it stands on, in the light and in the dark; and none of them has to be seen.

use std::collections::BTreeMap;

use crate::{change, written};

type Colours = BTreeMap<String, String>;

/// Every set of colours that a page defines, in its order: the page's and the map's, light and dark, and for paper.
fn sets(html: &str) -> Vec<Colours> {
    let (_, style) = html.split_once("<style>").unwrap();
    let (style, _) = style.split_once("</style>").unwrap();
    let of = |set: &str| {
        let pairs = set.split('}').next().unwrap().split(';').filter_map(|pair| pair.split_once(":#"));
        pairs.map(|(name, colour)| (name.trim_start_matches("--").to_owned(), colour.to_owned())).collect()
    };
    style.split("{--pass").skip(1).map(|set| of(&format!("--pass{set}"))).collect()
}

/// Relative luminance (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let double: String =
        if colour.len() == 3 { colour.chars().flat_map(|it| [it, it]).collect() } else { colour.into() };
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&double[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn every_text_stands_out() {
    let sets = sets(&written("before", "html"));
    assert_eq!(sets.len(), 5, "{sets:#?}");
    for set in &sets {
        for text in ["pass", "warn", "fail", "unknown", "skip", "change", "ink", "soft"] {
            for ground in ["sheet", "box", "cell"] {
                let Some(ground) = set.get(ground) else { continue };
                let contrast = contrast(&set[text], ground);
                assert!(contrast >= 4.5, "{text} on #{ground}: {contrast:.2} in {set:?}");
            }
        }
    }
    // The map and the page are of one colour; paper is white.
    let [map, map_dark, page, page_dark, paper] = <[Colours; 5]>::try_from(sets).unwrap();
    for (one, other) in [(&page, &map), (&page_dark, &map_dark), (&paper, &page)] {
        let shared = |name: &str| !matches!(name, "edge" | "cell");
        assert!(
            one.iter().filter(|(name, _)| shared(name)).all(|(name, colour)| other.get(name) == Some(colour)),
            "{one:?} {other:?}"
        );
    }
}

/// What a line or a cell is like, is also its width, its dashes, its glyph or its words.
#[test]
fn no_colour_has_to_be_seen() {
    let html = written("before", "html");
    let (_, style) = html.split_once("<style>").unwrap();
    let (style, page) = style.split_once("</style>").unwrap();
    let rule = |selector: &str| {
        let rules = style.lines().filter(|line| line.starts_with(&format!("{selector}{{")));
        rules.collect::<Vec<_>>().join("\n")
    };
    let width = |selector: &str| {
        let rule = rule(selector);
        let (_, rest) = rule.split_once("stroke-width:").unwrap_or_else(|| panic!("{selector}: {rule}"));
        rest.split([';', '}']).next().unwrap().parse::<f64>().unwrap()
    };
    assert!(width(".map .wire.fail") > 1.5 * width(".map .wire"));
    let dashes: Vec<String> = [".map .wire.denied", ".map .wire[class*=\" unknown\"]", ".map .wire.beyond"]
        .map(|selector| {
            rule(selector).split_once("dasharray:").unwrap().1.split([';', '}']).next().unwrap().to_owned()
        })
        .into();
    assert!(dashes[0] != dashes[1] && dashes[1] != dashes[2] && dashes[0] != dashes[2], "{dashes:?}");
    assert!(!rule(".map .wire").contains("dasharray") && !rule(".map .wire.fail").contains("dasharray"));
    // Each verdict that is told by a glyph is told to who does not see it too; a list has words of its own.
    let lists: Vec<&str> = page.split("<ul class=\"lanes\">").collect();
    let rest: String = lists.iter().map(|part| part.rsplit("</ul>").next().unwrap()).collect();
    for glyph in rest.split("<span class=\"glyph ").skip(1) {
        assert!(glyph.split_once("</span>").unwrap().1.starts_with("<span class=\"unseen\">"), "{glyph:.80}");
    }
    let diff = change::diff("before", "after", "html");
    assert!(diff.contains("◆ changed</strong>") && diff.contains(">◆</strong> differs"));
}
