//! Policy × a repository's files → findings. Pure: the files are read, the date comes in from outside.
//!
//! A rule reads the documents of its kinds through a typed model of [`document`](crate::document) and adds findings
//! with their places; it is one file below this one and one line in the table of rules. What a rule cannot decide it
//! adds as `unknown`. What is the same for all of them is done here: files that cannot be read, files that hold
//! nothing to judge, one passing finding for each file in which nothing is wrong, and the allowances
//! (`# reachgate: allow CODE until DATE because REASON`).

mod allowance;
mod cluster_group;
mod document;
mod executor;
pub mod fix;
mod network_policy;
mod node_class;
mod pipeline;
pub mod pod_group;
pub mod resolve;

use jiff::civil::Date;

use crate::code::Code;
use crate::document::{Files, Kind, Span};
use crate::finding::{Finding, Location, Verdict};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

/// What is judged, and by what.
#[derive(Debug, Clone, Copy)]
pub struct Lint<'a> {
    /// What is expected.
    pub policy: &'a Policy,
    /// What was read.
    pub files: &'a Files,
    /// AWS's configuration, where it was given.
    pub snapshot: Option<&'a Snapshot>,
    /// The date that allowances are held against.
    pub today: Date,
}

/// What is wrong with one kind of document.
struct Rule {
    /// The documents that it reads.
    kind: Kind,
    /// The passing finding of a file that holds such a document and has no finding that is worse.
    clean: Code,
    /// Adds what it finds in all files. Nothing that passes: see `clean`.
    judge: fn(&Lint<'_>, &mut Vec<Finding>),
}

const RULES: &[Rule] = &[
    Rule { kind: Kind::Pipeline, clean: Code::PipelineClean, judge: pipeline::judge },
    Rule { kind: Kind::NodeClass, clean: Code::NodeclassClean, judge: node_class::judge },
    Rule { kind: Kind::NodePool, clean: Code::NodepoolClean, judge: node_class::judge_pools },
    Rule { kind: Kind::NetworkPolicy, clean: Code::NetworkPolicyClean, judge: network_policy::judge },
    Rule { kind: Kind::RunnerValues, clean: Code::ExecutorClean, judge: executor::judge_values },
    Rule { kind: Kind::RunnerConfig, clean: Code::ExecutorClean, judge: executor::judge_configs },
    Rule { kind: Kind::SecurityGroupPolicy, clean: Code::PodGroupClean, judge: pod_group::judge },
];

/// Judges every file, in the order the findings are shown.
pub fn judge_lint(lint: &Lint<'_>) -> Vec<Finding> {
    let mut findings = document::judge_files(lint);
    for rule in RULES {
        let mut found = Vec::new();
        (rule.judge)(lint, &mut found);
        let clean = clean_files(lint, rule, &found);
        findings.extend(found);
        findings.extend(clean);
    }
    allowance::apply(lint, &mut findings);
    findings.sort_by(|a, b| (a.area(), &a.location, a.code).cmp(&(b.area(), &b.location, b.code)));
    findings
}

/// Whether some rule is for a kind.
fn is_judged(kind: Kind) -> bool {
    RULES.iter().any(|rule| rule.kind == kind)
}

fn clean_files(lint: &Lint<'_>, rule: &Rule, found: &[Finding]) -> Vec<Finding> {
    let spoilt = |path: &str| found.iter().any(|one| one.location.as_ref().is_some_and(|at| at.path == path));
    let clean = lint.files.iter().filter(|(_, file)| file.holds(rule.kind) && !spoilt(&file.path));
    clean
        .map(|(_, file)| {
            Finding::new(rule.clean, Verdict::Pass, file.path.clone())
                .expected("nothing that the policy forbids")
                .observed("nothing wrong is found")
        })
        .collect()
}

impl Lint<'_> {
    /// Where a span begins, as a finding says it.
    pub fn location(&self, span: Span) -> Location {
        let place = self.files.place(span);
        Location { path: place.path.to_owned(), line: place.line, column: place.column }
    }
}
