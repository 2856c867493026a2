//! Faults as a person reads them: the message, the line with a mark under the place, the remedy.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::fault::{Colour, Fault, Place, PolicyError};
use crate::untrusted::Untrusted;

/// Lines of more characters are cut around the place before they are rendered.
const LONG: usize = 1000;
/// Characters of such a line shown before and after the place.
const BEFORE: usize = 60;
const AFTER: usize = 120;

/// All faults of an error, each ended by an empty line, and their number.
pub(super) fn render(error: &PolicyError, text: &str, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Ansi => Renderer::styled(),
    };
    let origin = Untrusted::from(error.origin.as_str());
    let mut told = String::new();
    for fault in &error.faults {
        told.push_str(&renderer.render(&[group(fault, origin.as_str(), text)]));
        told.push_str("\n\n");
    }
    let count = error.faults.len() + error.more;
    let faults = if count == 1 { "1 fault".to_owned() } else { format!("{count} faults") };
    let more = if error.more == 0 { String::new() } else { format!("; {} are not shown", error.more) };
    let sum = format!("{origin} is not a valid policy: {faults}{more}");
    told.push_str(&renderer.render(&[Group::with_title(Level::ERROR.primary_title(sum))]));
    told.push('\n');
    told
}

fn group<'a>(fault: &'a Fault, origin: &'a str, text: &str) -> Group<'a> {
    let mut group = Group::with_title(Level::ERROR.primary_title(fault.message.as_str()));
    match &fault.place {
        Some(place) => group = mark(group, AnnotationKind::Primary, place, &fault.label, origin, text),
        None => group = group.element(Origin::path(origin)),
    }
    for (place, note) in &fault.notes {
        group = mark(group, AnnotationKind::Context, place, note, origin, text);
    }
    if let Some(help) = &fault.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

fn mark<'a>(
    group: Group<'a>,
    kind: AnnotationKind,
    place: &Place,
    label: &'a str,
    origin: &'a str,
    text: &str,
) -> Group<'a> {
    let line = ShownLine::of(place, text);
    let mut annotation: Annotation<'a> = kind.span(line.start..line.end);
    if !label.is_empty() {
        annotation = annotation.label(label);
    }
    let snippet = Snippet::source(line.text).line_start(place.line).annotation(annotation);
    if line.is_cut {
        // Of a cut line the renderer would count the wrong column.
        let at = Origin::path(origin).line(place.line).char_column(place.column);
        group.element(at).element(snippet)
    } else {
        group.element(snippet.path(origin))
    }
}

/// The line that a place begins on, with what a terminal would obey replaced.
struct ShownLine {
    text: String,
    is_cut: bool,
    /// The place's bytes in it, to the end of the line at most.
    start: usize,
    end: usize,
}

impl ShownLine {
    fn of(place: &Place, text: &str) -> Self {
        let before = text.get(..place.bytes.start).unwrap_or_default();
        let before = before.rsplit('\n').next().unwrap_or_default();
        let after = text.get(place.bytes.start..).unwrap_or_default();
        let after = after.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let is_cut = before.chars().count() + after.chars().count() > LONG;
        let mut line = Self { text: String::new(), is_cut, start: 0, end: 0 };
        let skipped = if is_cut { before.chars().count().saturating_sub(BEFORE) } else { 0 };
        if skipped > 0 {
            line.text.push('…');
        }
        line.text.extend(before.chars().skip(skipped).map(shown));
        line.start = line.text.len();
        line.end = line.start;
        let kept = if is_cut { AFTER } else { usize::MAX };
        for (at, character) in after.char_indices().take(kept) {
            line.text.push(shown(character));
            if place.bytes.start + at < place.bytes.end {
                line.end = line.text.len();
            }
        }
        if after.chars().nth(kept).is_some() {
            line.text.push('…');
        }
        line
    }
}

/// A character as it is shown; what could move the cursor or turn the text around is `�`.
fn shown(character: char) -> char {
    let mut buffer = [0; 4];
    let text: &str = character.encode_utf8(&mut buffer);
    if character == '\t' || Untrusted::from(text).as_str() == text { character } else { '\u{fffd}' }
}
