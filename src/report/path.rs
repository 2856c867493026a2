//! A path, as text or as the JSON of `reachgate.path/v1`.

use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::json::write_json;
use super::style::Style;
use super::{Format, explain_id, text};
use crate::exit::Exit;
use crate::network::{Admission, Answer, Blocker, Direction, End, Hop, PathResult};
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
        write_json(&self.json(), out)
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
            verdict: result.verdict,
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

/// Writes the JSON Schema (draft 2020-12) of a path's JSON.
///
/// # Errors
///
/// What the writer gives.
pub fn write_path_schema(out: &mut dyn Write) -> io::Result<()> {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    write_json(&generator.into_root_schema_for::<Json<'_>>(), out)
}

/// One flow's way through AWS's configuration, and everything that is in it.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "reachgate.path/v1")]
struct Json<'a> {
    /// Names this format.
    #[schemars(extend("const" = crate::network::PATH_SCHEMA))]
    schema: &'static str,
    /// What wrote it.
    tool: Tool,
    /// Whether it gets there and the answer gets back.
    verdict: Answer,
    /// The process's exit code: 0 allowed, 1 denied, 3 unknown.
    exit_code: u8,
    /// As it was asked.
    from: &'a str,
    /// As it was asked.
    to: &'a str,
    /// What is sent.
    #[schemars(extend("enum" = ["tcp", "udp", "icmp"]))]
    protocol: &'static str,
    /// The port that is sent to; `null` for ICMP.
    port: Option<u16>,
    /// What `from` is; `null` where that is what is unknown.
    source: Option<&'a End>,
    /// What `to` is; `null` where that is what is unknown.
    destination: Option<&'a End>,
    /// What let it pass, in order: the way there, then the way back.
    hops: &'a [Hop],
    /// Everything that is in its way, whether it denies or leaves undecided.
    blockers: Vec<Told>,
    /// What is not in its way but will be now and then.
    warnings: Vec<Told>,
    /// Every rule of the source's groups that lets it out.
    admitted_out: &'a [Admission],
    /// Every rule of the destination's groups that lets it in.
    admitted_in: &'a [Admission],
}

/// What wrote a path.
#[derive(Serialize, JsonSchema)]
struct Tool {
    /// `reachgate`.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// Something in the way.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Blocker")]
struct Told {
    /// What is wrong, a stable id, e.g. `group-ingress-missing`.
    code: &'static str,
    /// The AWS id of what is wrong; empty where it is a whole document that is missing.
    component: String,
    /// The rule or route, where one says so.
    rule: Option<String>,
    /// Which way.
    direction: Direction,
    /// The rest, for a person.
    detail: String,
    /// The command that tells the code's whole story.
    explain: String,
    /// The smallest change; `null` where there is none to give.
    remedy: Option<Advice>,
}

/// A change.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Remedy")]
struct Advice {
    /// In words.
    sentence: String,
    /// As an AWS CLI line.
    cli: Option<String>,
    /// As Terraform.
    terraform: Option<String>,
}
