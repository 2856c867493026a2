//! `reachgate.diff/v1`: these types are the format, apart from [`Change`](crate::change::Change) so that it
//! can change while they do not. Fields are only ever added to v1.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DiffReport;
use crate::change::{ChangedBox, Doubt};
use crate::report::json::{FindingV1, PolicyV1, Tool, VerdictV1, milliseconds, write_json};
use crate::report::{VERSION, explain};

/// The format's name and version.
pub const DIFF_SCHEMA: &str = "reachgate.diff/v1";

/// What a change does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "reachgate.diff/v1")]
pub struct DiffV1 {
    /// Always `reachgate.diff/v1`.
    #[schemars(extend("const" = DIFF_SCHEMA))]
    pub schema: String,
    /// What wrote it.
    pub tool: Tool,
    /// Where the configuration before was read from.
    pub before: Vec<String>,
    /// Where the configuration after was read from; or the plan that was laid over the one before.
    pub after: Vec<String>,
    /// Which policy both were judged by.
    pub policy: PolicyV1,
    /// `fail` by `--fail-on`, else `unknown` where anything is undecided, else `pass`.
    pub verdict: VerdictV1,
    /// The process's exit code: 0, 1 or 3.
    pub exit_code: u8,
    /// When it was made, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub taken_at: String,
    /// How long the run took, in milliseconds.
    pub elapsed_ms: u64,
    /// Whether nothing is opened, closed or undecided.
    pub unchanged: bool,
    /// What did not pass before and does after.
    pub opened: Vec<BoxV1>,
    /// What passed before and does not after.
    pub closed: Vec<BoxV1>,
    /// What may have changed and is not decided.
    pub undecided: Vec<BoxV1>,
    /// What is not known of the change as a whole.
    pub gaps: Vec<DoubtV1>,
    /// Whether only what the policy leads to was read, on both sides, so that nothing else is compared.
    #[serde(default)]
    pub narrowed: bool,
    /// What of the policy it breaks.
    pub broken: Vec<FindingV1>,
    /// What of the policy it mends; the findings are those before.
    pub mended: Vec<FindingV1>,
    /// Every finding of the policy after the change.
    pub findings: Vec<FindingV1>,
}

/// Who reaches whom on what: every combination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BoxV1 {
    /// Who begins.
    pub from: PartyV1,
    /// Who is reached.
    pub to: TargetV1,
    /// What is sent.
    pub services: Vec<ServiceV1>,
    /// Why it is undecided; absent for what is opened or closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<DoubtV1>,
}

/// Who begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartyV1 {
    /// `range` (whoever else is there), `interfaces` (of the snapshots) or `group` (whoever carries it).
    pub kind: String,
    /// In the reader's words.
    pub name: String,
    /// The AWS id that the name stands for.
    pub id: Option<String>,
    /// CIDR blocks, or first and last address with a dash.
    pub ranges: Vec<String>,
}

/// Who is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetV1 {
    /// `interfaces`, or `group` for one that no interface carries.
    pub kind: String,
    /// In the reader's words.
    pub name: String,
    /// The interfaces' ids.
    pub interfaces: Vec<String>,
    /// The groups' ids.
    pub groups: Vec<String>,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceV1 {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `all`, a protocol's number, or two with a dash.
    pub protocol: String,
    /// The first port; of ICMP, type times 256 plus code.
    pub first: u16,
    /// The last port.
    pub last: u16,
    /// As a person would say it, e.g. `tcp/22`.
    pub text: String,
}

/// Why something is not decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DoubtV1 {
    /// The reason's code.
    pub code: String,
    /// The AWS id of what is not known, or the plan's address of it; may be empty.
    pub component: String,
    /// The rest, for a person; may be empty.
    pub detail: String,
    /// The command that tells the code's whole story.
    pub explain: String,
}

/// Writes the JSON Schema (draft 2020-12) of [`DiffV1`].
///
/// # Errors
///
/// What the writer gives.
pub fn write_diff_schema(out: &mut dyn Write) -> io::Result<()> {
    write_json(&schemars::schema_for!(DiffV1), out)
}

pub(super) fn write(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    write_json(&DiffV1::from(report), out)
}

impl From<&DiffReport> for DiffV1 {
    fn from(report: &DiffReport) -> Self {
        let (change, exit) = (&report.change, report.exit());
        let boxes = |boxes: &[ChangedBox]| boxes.iter().map(BoxV1::from).collect();
        let findings =
            |findings: Vec<&crate::finding::Finding>| findings.into_iter().map(FindingV1::from).collect();
        Self {
            schema: DIFF_SCHEMA.to_owned(),
            tool: Tool { name: "reachgate".to_owned(), version: VERSION.to_owned() },
            before: report.before.clone(),
            after: report.after.clone(),
            policy: PolicyV1::from(&report.policy),
            verdict: match exit {
                crate::exit::Exit::Met => VerdictV1::Pass,
                crate::exit::Exit::Broken => VerdictV1::Fail,
                crate::exit::Exit::Unknown | crate::exit::Exit::Usage => VerdictV1::Unknown,
            },
            exit_code: exit.code(),
            taken_at: report.taken_at.to_string(),
            elapsed_ms: milliseconds(report.elapsed),
            unchanged: change.is_unchanged(),
            opened: boxes(&change.opened),
            closed: boxes(&change.closed),
            undecided: boxes(&change.undecided),
            gaps: change.gaps.iter().map(DoubtV1::from).collect(),
            narrowed: change.narrowed,
            broken: findings(change.broken()),
            mended: findings(change.mended()),
            findings: findings(change.after.iter().collect()),
        }
    }
}

impl From<&ChangedBox> for BoxV1 {
    fn from(changed: &ChangedBox) -> Self {
        let (from, to) = (&changed.from, &changed.to);
        Self {
            from: PartyV1 {
                kind: from.kind.word().to_owned(),
                name: from.name.clone(),
                id: from.id.clone(),
                ranges: from.ranges.iter().map(ToString::to_string).collect(),
            },
            to: TargetV1 {
                kind: to.kind.word().to_owned(),
                name: to.name.clone(),
                interfaces: to.interfaces.clone(),
                groups: to.groups.clone(),
            },
            services: changed
                .services
                .iter()
                .map(|service| ServiceV1 {
                    protocol: service.protocol(),
                    first: *service.ports.start(),
                    last: *service.ports.end(),
                    text: service.to_string(),
                })
                .collect(),
            doubts: changed.doubts.iter().map(DoubtV1::from).collect(),
        }
    }
}

impl From<&Doubt> for DoubtV1 {
    fn from(doubt: &Doubt) -> Self {
        Self {
            code: doubt.code.id().to_owned(),
            component: doubt.component.clone(),
            detail: doubt.detail.clone(),
            explain: explain(doubt.code),
        }
    }
}
