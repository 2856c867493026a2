//! A path, as text or as the JSON of `reachgate.path/v1`.

use std::io::{self, Write};

use serde::Serialize;

use super::style::Style;
use super::{Format, explain_id, printable, text};
use crate::exit::Exit;
use crate::network::{Admission, Blocker, End, Hop, PathResult};
use crate::remedy::Remedy;

/// A path, and what to change about it.
#[derive(Debug)]
pub struct PathReport {
    /// The answer.
    pub result: PathResult,
    /// A remedy for each blocker, then one for each warning.
    pub remedies: Vec<Remedy>,
    /// How the run ends.
    pub exit: Exit,
}

impl PathReport {
    /// Writes it; every format but JSON is text.
    ///
    /// # Errors
    ///
    /// What the writer gives.
    pub fn write(&self, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => self.write_json(out),
            _ => text::path::write(self, style, out),
        }
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = serde_json::to_string_pretty(&self.json())?;
        writeln!(out, "{}", printable::json(&text))
    }

    /// The blockers with their remedies.
    pub(super) fn blockers(&self) -> impl Iterator<Item = (&Blocker, Option<&Remedy>)> {
        self.result.blockers.iter().enumerate().map(|(at, blocker)| (blocker, self.remedies.get(at)))
    }

    /// The warnings with their remedies.
    pub(super) fn warnings(&self) -> impl Iterator<Item = (&Blocker, Option<&Remedy>)> {
        let before = self.result.blockers.len();
        self.result.warnings.iter().enumerate().map(move |(at, it)| (it, self.remedies.get(before + at)))
    }

    fn json(&self) -> Json<'_> {
        let result = &self.result;
        let told = |(blocker, remedy): (&Blocker, Option<&Remedy>)| Told {
            code: blocker.code.id(),
            component: blocker.component.clone(),
            rule: blocker.rule.clone(),
            direction: blocker.direction,
            detail: blocker.detail.clone(),
            explain: explain_id(blocker.code.id()),
            remedy: remedy.map(|it| Advice {
                sentence: it.sentence.clone(),
                cli: it.cli(),
                terraform: it.terraform(),
            }),
        };
        Json {
            schema: result.schema,
            tool: Tool { name: "reachgate", version: super::VERSION },
            verdict: result.verdict.word(),
            exit_code: self.exit.code(),
            from: &result.from,
            to: &result.to,
            protocol: result.protocol,
            port: result.port,
            source: result.source.as_ref(),
            destination: result.destination.as_ref(),
            hops: &result.hops,
            blockers: self.blockers().map(told).collect(),
            warnings: self.warnings().map(told).collect(),
            admitted_out: &result.admitted_out,
            admitted_in: &result.admitted_in,
        }
    }
}

#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    tool: Tool,
    verdict: &'static str,
    exit_code: u8,
    from: &'a str,
    to: &'a str,
    protocol: &'static str,
    port: Option<u16>,
    source: Option<&'a End>,
    destination: Option<&'a End>,
    hops: &'a [Hop],
    blockers: Vec<Told>,
    warnings: Vec<Told>,
    admitted_out: &'a [Admission],
    admitted_in: &'a [Admission],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Told {
    code: &'static str,
    component: String,
    rule: Option<String>,
    direction: crate::network::Direction,
    detail: String,
    explain: String,
    remedy: Option<Advice>,
}

#[derive(Serialize)]
struct Advice {
    sentence: String,
    cli: Option<String>,
    terraform: Option<String>,
}
