//! Shell scripts: which commands with which words, in order, every word at its bytes.
//!
//! The grammar is tree-sitter's for bash, which goes on after what it does not understand. Nothing is run and no
//! branch is decided: a script is a list of steps, and a step that may be passed over says so.

mod read;
mod word;

use std::collections::BTreeMap;
use std::ops::Range;

pub use read::ShellReader;

/// A script.
#[derive(Debug, Default)]
pub struct Script {
    /// What it does, in order; the bodies of its functions are apart.
    pub steps: Vec<Step>,
    /// The functions that it defines.
    pub functions: BTreeMap<String, Vec<Step>>,
    /// Bytes that are no shell, or that are too deep to be read.
    pub unread: Vec<Range<usize>>,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// Whether it may be passed over: in a branch, a loop, after `&&` or `||`.
    pub conditional: bool,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Debug)]
pub enum Action {
    /// It runs something.
    Command(Command),
    /// It gives a variable one of these values.
    Assign {
        /// The variable.
        name: String,
        /// A loop's variable has several.
        values: Vec<Word>,
    },
}

/// A simple command.
#[derive(Debug, Default)]
pub struct Command {
    /// `A=1` before it.
    pub assignments: Vec<(String, Word)>,
    /// Its name and arguments.
    pub words: Vec<Word>,
    /// What it reads and writes by `<` and `>`, `<<<` too.
    pub redirects: Vec<Redirect>,
    /// The bodies of its here-documents.
    pub documents: Vec<Word>,
    /// Whether its output goes on to another command.
    pub piped: bool,
}

/// A redirection.
#[derive(Debug)]
pub struct Redirect {
    /// The operator, e.g. `>`.
    pub operator: String,
    /// What it names.
    pub word: Word,
}

/// A word, before its variables are put in.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// Its bytes in the script.
    pub at: Range<usize>,
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a word.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its bytes in the script.
    pub at: Range<usize>,
    /// Whether the shell would put variables in here: not in `'…'`.
    pub expands: bool,
    /// What it is.
    pub piece: Piece,
}

/// What a part is.
#[derive(Debug, Clone)]
pub enum Piece {
    /// A text, quotes and escapes resolved.
    Literal(String),
    /// A variable, and the word that counts where it is unset.
    Variable(String, Option<Box<Word>>),
    /// What only a run would tell: a command's output, arithmetic, a variable that is cut.
    Unknown,
}

impl Word {
    /// The text of a word without variables.
    pub fn literal(&self) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match &part.piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Variable(..) | Piece::Unknown => return None,
            }
        }
        Some(text)
    }
}
