//! Lines, indents and labels.

use std::borrow::Cow;
use std::io::{self, Write};

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use crate::finding::Verdict;
use crate::report::printable;
use crate::report::style::{Glyphs, Style};

/// Columns of the widest label, `expected`.
const LABEL: usize = 8;
/// A terminal narrower than this is written to as if it were this wide.
const NARROWEST: usize = 40;

/// Where text is written, and how it looks.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    pub(super) style: &'a Style,
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, style: &'a Style) -> Self {
        Self { out, style }
    }

    /// Text of a report made safe, on one line.
    pub(super) fn one_line<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.style.glyphs {
            Glyphs::Unicode => printable::line(text),
            Glyphs::Ascii => Cow::Owned(printable::ascii_lines(&printable::line(text)).into_owned()),
        }
    }

    /// Text of a report made safe, its line breaks kept.
    fn lines<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.style.glyphs {
            Glyphs::Unicode => printable::lines(text),
            Glyphs::Ascii => printable::ascii_lines(text),
        }
    }

    /// A verdict's glyph, padded to the width of the widest.
    pub(super) fn glyph(&self, verdict: Verdict) -> String {
        let columns = self.style.glyphs.columns();
        format!("{:columns$}", self.style.glyphs.of(verdict))
    }

    /// The indent under a glyph.
    pub(super) fn hang(&self) -> String {
        " ".repeat(self.style.glyphs.columns() + 1)
    }

    /// Writes safe, painted text, wrapped where there is a width.
    pub(super) fn paragraph(&mut self, first: &str, rest: &str, text: &str) -> io::Result<()> {
        let Some(width) = self.style.width else {
            return writeln!(self.out, "{first}{text}");
        };
        // Commands and addresses are copied from here, so no word is ever broken.
        let options = Options::new(width.max(NARROWEST))
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        for line in textwrap::wrap(text, options) {
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    /// Writes `label  text` under a finding; nothing for no text.
    pub(super) fn detail(&mut self, label: &str, text: &str) -> io::Result<()> {
        let mut label = label;
        let safe = self.lines(text).into_owned();
        for line in safe.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
            self.labelled(label, line)?;
            label = "";
        }
        Ok(())
    }

    /// Writes `label  command` under a finding.
    pub(super) fn command(&mut self, label: &str, command: &str) -> io::Result<()> {
        let paint = self.style.command();
        self.labelled(label, &format!("{paint}{command}{paint:#}"))
    }

    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        let dim = self.style.dim();
        let hang = self.hang();
        let rest = format!("{hang}  {:LABEL$}  ", "");
        let first = match label {
            "" => rest.clone(),
            label => format!("{hang}  {dim}{label:LABEL$}{dim:#}  "),
        };
        // A command is copied into a shell, where a line break would end it.
        if text.starts_with("aws ") {
            return writeln!(self.out, "{first}{text}");
        }
        self.paragraph(&first, &rest, text)
    }

    /// Writes a heading with a rule under it.
    pub(super) fn underlined(&mut self, heading: &str) -> io::Result<()> {
        let (bold, dim) = (self.style.bold(), self.style.dim());
        let rule = self.style.glyphs.rule().repeat(heading.chars().count());
        writeln!(self.out, "{bold}{heading}{bold:#}\n{dim}{rule}{dim:#}")
    }

    /// Writes an empty line.
    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// Writes a line that is neither wrapped nor escaped.
    pub(super) fn raw(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }
}
