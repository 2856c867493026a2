//! SARIF 2.1.0 (OASIS), for code scanning and editors.
//!
//! | verdict | `kind` | `level` |
//! |---|---|---|
//! | `fail` | `fail` | `error` |
//! | `warn` | `fail` | `warning` |
//! | `unknown` | `open`: evaluated, but there was not enough to decide | `none`, as 3.27.10 has it for all but `fail` |
//! | `skip` | `notApplicable`: not evaluated; the message says why | `none` |
//! | `pass` | left out, as many viewers know no `kind` and would show it as a problem | |
//!
//! Viewers need a file to show a result in. What no file says is shown in the policy, which wants it.

mod log;

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::code::Code;
use crate::exit::Exit;
use crate::finding::{Finding, Report, Verdict};

use super::fingerprint::Fingerprints;
use super::json::write_json;
use super::site::Site;
use super::style::Style;
use super::{NOTHING_DECIDED, VERSION, is_nothing_decided, place_of, printable};
use log::{
    ArtifactLocation, Base, Bases, Driver, Fingerprint, Invocation, Location, Log, LogicalLocation, Message,
    PhysicalLocation, Properties, Region, Rule, RuleProperties, Run, SarifResult, Tool,
};

/// The schema's own id, which is where OASIS publishes it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What relative paths start from: the repository's folder.
const BASE: &str = "%SRCROOT%";

/// Writes the report as SARIF.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (mut rules, mut fingerprints) = (Vec::new(), Fingerprints::default());
    let shown = report.findings.iter().filter(|finding| finding.verdict != Verdict::Pass);
    let mut results: Vec<_> =
        shown.map(|finding| result(finding, report, &style.site, &mut rules, &mut fingerprints)).collect();
    let mut rules: Vec<_> = rules.into_iter().map(|code| rule(code, &style.site)).collect();
    if is_nothing_decided(report) {
        let (id, message) = NOTHING_DECIDED;
        let (path, line) = place_of(None, report, &style.site);
        results.push(SarifResult {
            rule_id: id,
            rule_index: rules.len(),
            kind: "open",
            level: "none",
            message: message_of(message),
            partial_fingerprints: Fingerprint { code_and_subject: fingerprints.of(id, "", &path) },
            locations: vec![location(&path, line, None, "run")],
            properties: None,
        });
        rules.push(Rule {
            id,
            short_description: message_of(message),
            full_description: message_of(message),
            help: message_of(message),
            help_uri: None,
            properties: RuleProperties { tags: vec!["run"] },
        });
    }
    let run = Run {
        tool: Tool {
            driver: Driver { name: "reachgate", version: VERSION, semantic_version: VERSION, rules },
        },
        invocations: vec![Invocation {
            execution_successful: true,
            exit_code: Exit::of(report).code(),
            end_time_utc: report.taken_at.to_string(),
        }],
        original_uri_base_ids: Bases { root: Base { description: message_of("The repository's folder.") } },
        column_kind: "unicodeCodePoints",
        results,
    };
    write_json(&Log { schema: SCHEMA, version: "2.1.0", runs: vec![run] }, out)
}

fn result(
    finding: &Finding,
    report: &Report,
    site: &Site,
    rules: &mut Vec<Code>,
    fingerprints: &mut Fingerprints,
) -> SarifResult {
    let known = rules.iter().position(|code| *code == finding.code);
    let rule_index = known.unwrap_or_else(|| {
        rules.push(finding.code);
        rules.len() - 1
    });
    let (kind, level) = match finding.verdict {
        Verdict::Fail => ("fail", "error"),
        Verdict::Warn => ("fail", "warning"),
        Verdict::Unknown => ("open", "none"),
        Verdict::Skip => ("notApplicable", "none"),
        Verdict::Pass => ("pass", "none"),
    };
    let (path, line) = place_of(Some(finding), report, site);
    let column = finding.location.as_ref().map(|location| location.column);
    SarifResult {
        rule_id: finding.code.id(),
        rule_index,
        kind,
        level,
        message: message_of(&sentences(finding)),
        partial_fingerprints: Fingerprint {
            code_and_subject: fingerprints.of(finding.code.id(), &finding.subject, &path),
        },
        locations: vec![location(&path, line, column, &finding.subject)],
        properties: Some(Properties {
            verdict: finding.verdict.word(),
            area: finding.area().word(),
            expected: printable::line(&finding.expected).into_owned(),
        }),
    }
}

/// Viewers show the first sentence where there is little room.
fn sentences(finding: &Finding) -> String {
    let said = format!("{}: {}.", finding.subject, finding.observed);
    let more = [&finding.reason, &finding.hint].into_iter().filter(|text| !text.is_empty());
    more.fold(said, |all, text| all + "\n" + text)
}

fn location(path: &str, line: u32, column: Option<u32>, subject: &str) -> Location {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(path), uri_base_id: BASE },
            region: Region { start_line: line, start_column: column },
        },
        logical_locations: vec![LogicalLocation {
            fully_qualified_name: printable::line(subject).into_owned(),
            kind: "resource",
        }],
    }
}

fn rule(code: Code, site: &Site) -> Rule {
    let story = code.story();
    let causes = story.causes.iter().fold(String::new(), |all, cause| all + "\n- " + cause);
    let help = match story.remedy {
        "" => story.meaning.to_owned(),
        remedy => format!("{}\n\nLikely causes:{causes}\n\nWhat to do: {remedy}", story.meaning),
    };
    Rule {
        id: code.id(),
        short_description: message_of(story.summary),
        full_description: message_of(story.meaning),
        help: message_of(&help),
        help_uri: site.page(code),
        properties: RuleProperties { tags: vec![code.area().word()] },
    }
}

/// A plain text message. Braces are doubled, or they would be placeholders (3.11.5), and no text is an embedded link
/// (3.11.6).
fn message_of(text: &str) -> Message {
    let text = printable::lines(text).replace('{', "{{").replace('}', "}}");
    Message { text: text.replace("](", "] (") }
}

/// A relative path as a URI reference (RFC 3986, 4.2): what has a meaning in one is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
