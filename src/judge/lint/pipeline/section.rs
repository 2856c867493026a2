//! A job's commands as one script, read once however many jobs share it.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use crate::document::pipeline::Section;
use crate::document::script::{Script, ShellReader};
use crate::document::{Files, Node, Span};

/// The scripts that were read.
pub(super) struct Sections<'a> {
    files: &'a Files,
    reader: ShellReader,
    known: HashMap<Vec<usize>, Rc<Commands>>,
}

/// A section as the shell sees it: its items one after the other.
pub(super) struct Commands {
    pub(super) text: String,
    pub(super) script: Script,
    /// Where each item begins in the text.
    items: Vec<(usize, Arc<Node>)>,
}

impl<'a> Sections<'a> {
    pub(super) fn new(files: &'a Files) -> Self {
        Self { files, reader: ShellReader::default(), known: HashMap::new() }
    }

    /// The section's commands.
    pub(super) fn read(&mut self, section: &Section) -> Rc<Commands> {
        let key: Vec<usize> = section.items.iter().map(|item| Arc::as_ptr(item) as usize).collect();
        if let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        let mut text = String::new();
        let mut items = Vec::new();
        for item in &section.items {
            items.push((text.len(), Arc::clone(item)));
            text.push_str(item.text().unwrap_or_default());
            text.push('\n');
        }
        let script = self.reader.read(&without_inputs(&text));
        let read = Rc::new(Commands { text, script, items });
        self.known.insert(key, Rc::clone(&read));
        read
    }

    /// A script in a script: what `bash -c` is given.
    pub(super) fn read_text(&mut self, text: &str) -> Script {
        self.reader.read(&without_inputs(text))
    }

    pub(super) fn files(&self) -> &'a Files {
        self.files
    }
}

impl Commands {
    /// Where bytes of the text stand in their file.
    pub(super) fn span(&self, files: &Files, at: &Range<usize>) -> Option<Span> {
        let index = self.items.partition_point(|(start, _)| *start <= at.start).checked_sub(1)?;
        let (start, node) = self.items.get(index)?;
        let length = node.text().map_or(0, str::len);
        let from = (at.start - start).min(length);
        let to = at.end.saturating_sub(*start).min(length);
        Some(node.part(files.text(node.span), from, to.max(from)))
    }
}

/// `$[[ inputs.x ]]` whose value is not known becomes a variable without a value, of the same length.
fn without_inputs(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("$[[") {
        return text.into();
    }
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("$[[") {
        made.push_str(before);
        let Some((inner, after)) = after.split_once("]]").filter(|(inner, _)| !inner.contains('\n')) else {
            made.push_str("$[[");
            rest = after;
            continue;
        };
        made.push_str("${");
        made.extend(std::iter::repeat_n('_', inner.len() + 2));
        made.push('}');
        rest = after;
    }
    made.push_str(rest);
    made.into()
}
