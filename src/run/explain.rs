//! `reachgate explain`: a code's whole story.

use std::io::{self, Write};

use super::{Failure, print, style};
use crate::cli::Shared;
use crate::code::{Area, Code};
use crate::exit::Exit;

/// Prints one code's story, or the list of codes.
pub fn run(code: Option<&str>, shared: &Shared) -> Result<Exit, Failure> {
    let bold = if style(shared).color { anstyle::Style::new().bold() } else { anstyle::Style::new() };
    match code {
        Some(id) => {
            let code: Code = id.parse()?;
            print(|out| write_story(code, bold, out))
        }
        None => print(|out| write_list(bold, out)),
    }
}

fn write_story(code: Code, bold: anstyle::Style, out: &mut dyn Write) -> io::Result<()> {
    let story = code.story();
    writeln!(out, "{bold}{code}{bold:#}: {}\n", story.summary)?;
    write_filled(out, "", "", story.meaning)?;
    if !story.causes.is_empty() {
        writeln!(out, "\n{bold}Likely causes, the likeliest first{bold:#}")?;
        for (number, cause) in story.causes.iter().enumerate() {
            write_filled(out, &format!("{:>3}. ", number + 1), "     ", cause)?;
        }
    }
    if !story.remedy.is_empty() {
        writeln!(out, "\n{bold}What to do{bold:#}")?;
        write_filled(out, "  ", "  ", story.remedy)?;
    }
    Ok(())
}

fn write_list(bold: anstyle::Style, out: &mut dyn Write) -> io::Result<()> {
    for area in Area::ALL {
        writeln!(out, "{bold}{area}{bold:#}")?;
        for code in Code::ALL.iter().filter(|code| code.area() == area) {
            writeln!(out, "  {:<28}{}", code.id(), code.story().summary)?;
        }
    }
    writeln!(out, "\n`reachgate explain CODE` tells the whole story.")
}

/// Fills words into lines of at most 100 columns.
fn write_filled(out: &mut dyn Write, first: &str, rest: &str, text: &str) -> io::Result<()> {
    let options = textwrap::Options::new(100).initial_indent(first).subsequent_indent(rest);
    for line in textwrap::wrap(text, options) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
