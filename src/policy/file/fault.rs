//! What is wrong with a policy file, where, and what to write instead.

use std::fmt;
use std::io;
use std::ops::Range;

use super::render;
use crate::untrusted::Untrusted;

/// Faults kept of one file; the others are counted. A file with more is not a policy at all.
const MOST: usize = 100;

/// One fault of a policy file. All its texts are free of control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, one sentence with no full stop.
    pub message: String,
    /// Where; `None` when the file could not be read at all.
    pub place: Option<Place>,
    /// What stands there, for the mark under the line; may be empty.
    pub label: String,
    /// Other places that belong to the fault, such as the first of two definitions.
    pub notes: Vec<(Place, String)>,
    /// What to write instead.
    pub help: Option<String>,
}

/// A place in a policy's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The bytes of the text, a byte order mark not counted.
    pub bytes: Range<usize>,
}

/// Why there is no policy: every fault that was found, in the file's order.
#[derive(Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// Where the policy was read from, as a person would say it.
    pub origin: String,
    /// The faults, at least one.
    pub faults: Vec<Fault>,
    /// How many more there are than are listed.
    pub more: usize,
    /// The lines that faults lie on are shown from it.
    text: String,
}

/// Whether a text may hold ANSI colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// It may not.
    #[default]
    Plain,
    /// It may; `anstream` takes them off again where the terminal wants none.
    Ansi,
}

impl PolicyError {
    pub(super) fn unread(origin: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        let fault = Fault {
            message: message.into(),
            place: None,
            label: String::new(),
            notes: Vec::new(),
            help: Some(help.into()),
        };
        Self { origin: origin.to_owned(), faults: vec![fault], more: 0, text: String::new() }
    }

    /// Writes every fault with its line, a mark and a remedy, then how many there are.
    pub fn write_rendered(&self, colour: Colour, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(render::render(self, &self.text, colour).as_bytes())
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(render::render(self, &self.text, Colour::Plain).trim_end())
    }
}

impl fmt::Debug for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyError")
            .field("origin", &self.origin)
            .field("faults", &self.faults)
            .field("more", &self.more)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for PolicyError {}

/// A fault being described; [`Faults::add`] takes it.
#[derive(Debug)]
pub(super) struct Draft {
    message: String,
    at: Range<usize>,
    label: String,
    notes: Vec<(Range<usize>, String)>,
    help: Option<String>,
}

impl Draft {
    pub(super) fn new(at: &Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), at: at.clone(), label: String::new(), notes: Vec::new(), help: None }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(super) fn note(mut self, at: &Range<usize>, note: impl Into<String>) -> Self {
        self.notes.push((at.clone(), note.into()));
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The faults found so far in one text.
#[derive(Debug, Default)]
pub(super) struct Faults {
    drafts: Vec<Draft>,
    more: usize,
}

impl Faults {
    pub(super) fn add(&mut self, draft: Draft) {
        if self.drafts.len() < MOST {
            self.drafts.push(draft);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    pub(super) fn into_error(self, origin: &str, text: &str) -> PolicyError {
        let lines = Lines::of(text);
        let mut faults: Vec<Fault> = self
            .drafts
            .into_iter()
            .map(|draft| Fault {
                message: draft.message,
                place: Some(lines.place(text, draft.at)),
                label: draft.label,
                notes: draft.notes.into_iter().map(|(at, note)| (lines.place(text, at), note)).collect(),
                help: draft.help,
            })
            .collect();
        faults.sort_by_key(|fault| fault.place.as_ref().map_or(0, |place| place.bytes.start));
        // An anchor's fault is found again at each of its aliases.
        faults.dedup();
        PolicyError { origin: origin.to_owned(), faults, more: self.more, text: text.to_owned() }
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The place of some bytes; a range that is no part of the text ends at its end.
    fn place(&self, text: &str, bytes: Range<usize>) -> Place {
        let start =
            (0..=bytes.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let line = self.0.partition_point(|begin| *begin <= start).max(1);
        let begin = self.0.get(line - 1).copied().unwrap_or(0);
        let column = text.get(begin..start).map_or(1, |before| before.chars().count() + 1);
        Place { line, column, bytes: start..bytes.end.clamp(start, text.len()) }
    }
}

/// A text of the file inside backquotes, safe to print and not too long.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
    let (shown, cut) = text.split_at(end);
    format!("`{}{}`", Untrusted::from(shown), if cut.is_empty() { "" } else { "…" })
}

/// Words as `a`, `b` or `c`.
pub(super) fn alternatives<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(quoted).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
