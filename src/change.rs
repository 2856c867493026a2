//! What a change of AWS's configuration does, as plain data: what it opens and closes, what it leaves
//! undecided, and what becomes of the policy.
//!
//! `judge::change` computes it; a report writes it. Boxes are disjoint, in a stable order, and
//! do not depend on how rules are cut: reordered, split, merged or re-described rules change nothing.

mod address;
mod service;

use std::collections::{BTreeMap, BTreeSet};

use crate::code::{Area, Code};
use crate::finding::{Finding, Verdict};

pub use address::AddressRange;
pub use service::ServiceRange;

/// Everything that a change does.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What did not pass before and does after.
    pub opened: Vec<ChangedBox>,
    /// What passed before and does not after.
    pub closed: Vec<ChangedBox>,
    /// What may have changed and is not decided; each box says why.
    pub undecided: Vec<ChangedBox>,
    /// What is not known of the change as a whole, e.g. a value that is known only once a plan is applied, or a
    /// kind of document that was not read.
    pub gaps: Vec<Doubt>,
    /// Whether only what the policy leads to was read, on both sides, so that nothing else is compared.
    pub narrowed: bool,
    /// The policy's findings before, in the order they are shown.
    pub before: Vec<Finding>,
    /// The policy's findings after, in the order they are shown.
    pub after: Vec<Finding>,
}

/// Who reaches whom on what: every combination of an address of `from`, a member of `to` and one of `services`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangedBox {
    /// Who is reached.
    pub to: Target,
    /// Who begins.
    pub from: Party,
    /// What is sent: disjoint, in order, never empty.
    pub services: Vec<ServiceRange>,
    /// Why it is undecided, in order; empty for what is opened or closed.
    pub doubts: Vec<Doubt>,
}

/// Who begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Party {
    /// What stands behind the addresses.
    pub kind: PartyKind,
    /// In the reader's words: `internet`, a source or network of the policy, a subnet's name, a group's name,
    /// else the first of `ranges`. Not yet safe to print: names are AWS's.
    pub name: String,
    /// The AWS id that `name` stands for, e.g. `subnet-…` or `sg-…`; `None` where it stands for none.
    pub id: Option<String>,
    /// Its addresses: disjoint, IPv4 first, in order. Empty for [`PartyKind::Group`].
    pub ranges: Vec<AddressRange>,
}

/// What stands behind a party's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyKind {
    /// Whoever has an address of the ranges, but for the interfaces that the snapshots hold. That the filters at
    /// the far end admit it is all that is known: the way there is not in the snapshots.
    Range,
    /// Interfaces that the snapshots hold, pods on them too; the whole path was evaluated.
    Interfaces,
    /// Whoever carries a group; only towards a [`TargetKind::Group`].
    Group,
}

impl PartyKind {
    /// The word for it in every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::Interfaces => "interfaces",
            Self::Group => "group",
        }
    }
}

/// Who is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// In the reader's words: a destination of the policy, an interface's or a group's name, else an id. Not yet
    /// safe to print: names are AWS's.
    pub name: String,
    /// The interfaces, in order; none for [`TargetKind::Group`].
    pub interfaces: Vec<String>,
    /// The groups that the interfaces carry after the change (before it, where they are gone), or the one group.
    pub groups: Vec<String>,
}

/// What is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// Interfaces of the snapshots that fare alike.
    Interfaces,
    /// A group that no interface carries, before or after: what its rules would admit to one that did.
    Group,
}

impl TargetKind {
    /// The word for it in every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Interfaces => "interfaces",
            Self::Group => "group",
        }
    }
}

/// Why something is not decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Doubt {
    /// Which of the known reasons it is.
    pub code: Code,
    /// The AWS id of what is not known, or the plan's address of it; empty where it is a whole document or plan.
    pub component: String,
    /// The rest, for a person; a phrase. May be empty.
    pub detail: String,
}

/// Who reaches some interfaces, on what, as things stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exposure {
    /// What passes.
    pub open: Vec<ChangedBox>,
    /// What is not decided; each box says why.
    pub undecided: Vec<ChangedBox>,
    /// What is not known of the whole, e.g. a kind of document that was not read.
    pub gaps: Vec<Doubt>,
}

/// From what on a change fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FailOn {
    /// The policy is broken after it.
    #[default]
    Fail,
    /// The policy is broken after it, or has a warning.
    Warn,
    /// It breaks what the policy had met before; what was broken already does not count.
    Broken,
    /// It opens anything, or the policy is broken after it.
    Opened,
    /// It closes anything, or the policy is broken after it.
    Closed,
}

impl Change {
    /// What the change breaks: the failures after it of subjects that had none before, and of a review those that
    /// had not this one, or not of these rules.
    pub fn broken(&self) -> Vec<&Finding> {
        let before = worst_by_subject(&self.before);
        let is_new = |finding: &&Finding| match finding.area() {
            Area::Review => {
                let had = |it: &&Finding| {
                    it.verdict == Verdict::Fail && it.code == finding.code && it.subject == finding.subject
                };
                let had: Vec<&Finding> = self.before.iter().filter(had).collect();
                // The same may be written as other rules; then nothing is opened.
                had.is_empty() || !self.opened.is_empty() && names_other_rules(finding, &had)
            }
            _ => before.get(finding.subject.as_str()) != Some(&Verdict::Fail),
        };
        self.after.iter().filter(|finding| finding.verdict == Verdict::Fail).filter(is_new).collect()
    }

    /// What the change mends: the failures before it of subjects that it leaves with no failure and nothing
    /// unknown. A subject that is no longer judged is not mended.
    pub fn mended(&self) -> Vec<&Finding> {
        let after = worst_by_subject(&self.after);
        let well = |finding: &&Finding| {
            let now = after.get(finding.subject.as_str());
            matches!(now, Some(Verdict::Pass | Verdict::Warn))
        };
        self.before.iter().filter(|finding| finding.verdict == Verdict::Fail).filter(well).collect()
    }

    /// Whether nothing is opened, closed or undecided.
    pub fn is_unchanged(&self) -> bool {
        self.opened.is_empty() && self.closed.is_empty() && !self.is_undecided()
    }

    /// Whether anything about reachability is undecided.
    pub fn is_undecided(&self) -> bool {
        !self.undecided.is_empty() || !self.gaps.is_empty()
    }

    /// Whether it fails by `fail_on`.
    pub fn fails(&self, fail_on: FailOn) -> bool {
        let has = |verdict| self.after.iter().any(|finding| finding.verdict == verdict);
        match fail_on {
            FailOn::Fail => has(Verdict::Fail),
            FailOn::Warn => has(Verdict::Fail) || has(Verdict::Warn),
            FailOn::Broken => !self.broken().is_empty(),
            FailOn::Opened => has(Verdict::Fail) || !self.opened.is_empty(),
            FailOn::Closed => has(Verdict::Fail) || !self.closed.is_empty(),
        }
    }
}

/// Whether a review's failure is of a rule that none of those before was of. A rule that was made anew is the same.
fn names_other_rules(finding: &Finding, before: &[&Finding]) -> bool {
    /// Evidence lists so many at most: beyond them, what is said as a whole is compared.
    const LISTED: usize = 50;
    let rules = |finding: &Finding| -> BTreeSet<String> {
        let rules = finding.evidence.get("rules").and_then(|rules| rules.as_array());
        let rules = rules.into_iter().flatten().filter_map(|rule| rule.as_str());
        // Its own id comes last, in brackets.
        rules.map(|rule| rule.rsplit_once(" (sgr-").map_or(rule, |(what, _)| what).to_owned()).collect()
    };
    let had: BTreeSet<String> = before.iter().flat_map(|it| rules(it)).collect();
    let now = rules(finding);
    let are_cut = now.len() >= LISTED || had.len() >= LISTED;
    !now.is_subset(&had) || are_cut && before.iter().all(|it| it.observed != finding.observed)
}

fn worst_by_subject(findings: &[Finding]) -> BTreeMap<&str, Verdict> {
    let mut worst = BTreeMap::new();
    for finding in findings {
        let had = worst.entry(finding.subject.as_str()).or_insert(finding.verdict);
        *had = finding.verdict.max(*had);
    }
    worst
}
