//! Findings as they are gathered: one for each code and place, however many jobs come to it.

use std::collections::{BTreeMap, BTreeSet};

use crate::code::Code;
use crate::document::Span;
use crate::finding::{Finding, Verdict};
use crate::judge::lint::Lint;

/// Jobs that a finding names.
const SHOWN: usize = 20;

/// What was found so far.
#[derive(Default)]
pub(super) struct Board {
    drafts: BTreeMap<(Code, Span, String), Draft>,
}

/// A finding and the jobs that it is about.
pub(super) struct Draft {
    finding: Finding,
    jobs: BTreeSet<String>,
    new: bool,
}

impl Board {
    /// The finding of this code about this subject at this place; what is said of it again is not kept.
    pub(super) fn add(&mut self, code: Code, verdict: Verdict, span: Span, subject: &str) -> &mut Draft {
        let draft = self.drafts.entry((code, span, subject.to_owned())).or_insert_with(|| Draft {
            finding: Finding::new(code, verdict, subject),
            jobs: BTreeSet::new(),
            new: true,
        });
        draft.new = draft.finding.observed.is_empty();
        draft.finding.verdict = draft.finding.verdict.max(verdict);
        draft
    }

    /// All of them, with their places.
    pub(super) fn findings(self, lint: &Lint<'_>) -> Vec<Finding> {
        let finish = |((_, span, _), draft): ((Code, Span, String), Draft)| {
            let mut finding = draft.finding.at(lint.location(span));
            if !draft.jobs.is_empty() {
                let count = draft.jobs.len();
                finding = finding.evidence("jobs", draft.jobs.into_iter().take(SHOWN).collect::<Vec<_>>());
                if count > SHOWN {
                    finding = finding.evidence("job_count", count);
                }
            }
            finding
        };
        self.drafts.into_iter().map(finish).collect()
    }
}

impl Draft {
    /// Whether nothing has been said of it yet.
    pub(super) fn is_new(&self) -> bool {
        self.new
    }

    pub(super) fn job(&mut self, name: &str) -> &mut Self {
        self.jobs.insert(name.to_owned());
        self
    }

    pub(super) fn expected(&mut self, phrase: impl Into<String>) -> &mut Self {
        self.set(|finding| &mut finding.expected, phrase.into())
    }

    pub(super) fn observed(&mut self, phrase: impl Into<String>) -> &mut Self {
        self.set(|finding| &mut finding.observed, phrase.into())
    }

    pub(super) fn reason(&mut self, sentence: impl Into<String>) -> &mut Self {
        self.set(|finding| &mut finding.reason, sentence.into())
    }

    pub(super) fn hint(&mut self, sentence: impl Into<String>) -> &mut Self {
        self.set(|finding| &mut finding.hint, sentence.into())
    }

    pub(super) fn evidence(&mut self, name: &str, value: impl Into<serde_json::Value>) -> &mut Self {
        self.finding.evidence.entry(name.to_owned()).or_insert_with(|| value.into());
        self
    }

    fn set(&mut self, field: fn(&mut Finding) -> &mut String, text: String) -> &mut Self {
        if self.new {
            *field(&mut self.finding) = text;
        }
        self
    }
}
