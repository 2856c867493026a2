//! What the policy's `review.allow` accepts for a time, held against what the review finds.
//!
//! An entry is held against one rule, or one group, at a time: what it does not cover stands beside what it does.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::RULES_SHOWN;
use super::rule::{Remark, Whom};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::a_few;
use crate::judge::list;
use crate::network::space::Services;
use crate::policy::{Allow, AllowedSource, AllowedTraffic};
use crate::snapshot::{IpPermission, Snapshot};

/// The entries, and which of their codes were found.
pub(super) struct Ledger<'a> {
    snapshot: &'a Snapshot,
    entries: Vec<Entry<'a>>,
    today: Date,
}

struct Entry<'a> {
    allow: &'a Allow,
    traffic: Option<Services>,
    found: BTreeSet<Code>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(allow: &'a [Allow], snapshot: &'a Snapshot, today: Date) -> Self {
        let entries = allow.iter().map(|allow| Entry {
            allow,
            traffic: allow.traffic.map(services),
            found: BTreeSet::new(),
        });
        Self { snapshot, entries: entries.collect(), today }
    }

    /// Takes out of the remarks of a check what is allowed, and tells it as skipped. `judged` is the finding that
    /// they would make.
    pub(super) fn sift(
        &mut self,
        judged: &Finding,
        remarks: impl IntoIterator<Item = Remark>,
        findings: &mut Vec<Finding>,
    ) -> Vec<String> {
        let (code, today) = (judged.code, self.today);
        let mut left = BTreeSet::new();
        let mut allowed: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for remark in remarks {
            let mut by = None;
            for (index, entry) in self.entries.iter_mut().enumerate() {
                if entry.allow.codes.contains(&code) && entry.covers(&remark, self.snapshot) {
                    entry.found.insert(code);
                    if entry.allow.expires >= today {
                        by.get_or_insert(index);
                    }
                }
            }
            match by {
                Some(index) => drop(allowed.entry(index).or_default().insert(remark.text)),
                None => drop(left.insert(remark.text)),
            }
        }
        for (index, texts) in allowed {
            let Some(Entry { allow, .. }) = self.entries.get(index) else { continue };
            findings.push(
                Finding::new(code, Verdict::Skip, format!("{}, {}", judged.subject, name(index)))
                    .expected(judged.expected.as_str())
                    .observed(a_few(texts.iter().map(String::as_str)))
                    .reason(format!(
                        "Allowed until {}: {}.",
                        allow.expires,
                        allow.reason.trim_end_matches('.')
                    ))
                    .evidence("allowed_verdict", judged.verdict.word())
                    .evidence("allowed_until", allow.expires.to_string())
                    .evidence("allowed_because", allow.reason.as_str())
                    .evidence("rules", texts.into_iter().take(RULES_SHOWN).collect::<Vec<_>>()),
            );
        }
        left.into_iter().collect()
    }

    /// Tells of entries that match nothing, or whose day is past. Where not everything could be reviewed, for
    /// `gap`, or nothing could be told by its absence, for `unseen`, an entry may match what was not.
    pub(super) fn judge(self, gap: Option<&str>, unseen: Option<&str>, findings: &mut Vec<Finding>) {
        let why_unjudged = |code: Code| {
            let by_absence = matches!(code, Code::RuleAdmitsNobody | Code::ReviewGroupUnattached);
            gap.or(unseen.filter(|_| by_absence))
        };
        for (index, Entry { allow, found, .. }) in self.entries.iter().enumerate() {
            let idle = allow.codes.iter().copied().filter(|code| !found.contains(code));
            let (unjudged, dead): (Vec<Code>, Vec<Code>) =
                idle.partition(|code| why_unjudged(*code).is_some());
            let about = |code, verdict| {
                Finding::new(code, verdict, name(index))
                    .expected("an entry that is still needed")
                    .evidence("group", allow.group.as_str())
                    .evidence("codes", allow.codes.iter().map(|code| code.id()).collect::<Vec<_>>())
                    .evidence("allowed_until", allow.expires.to_string())
                    .evidence("allowed_because", allow.reason.as_str())
            };
            let what = |codes: &[Code]| format!("allows {} of {}", list(codes), terms(allow));
            if !dead.is_empty() {
                findings.push(
                    about(Code::ReviewAllowUnused, Verdict::Warn)
                        .observed(format!("{}, which the review does not find", what(&dead)))
                        .reason("What it was written for is gone, or is wider than it allows.")
                        .hint("Remove it from the policy, or correct its group, source or traffic."),
                );
            } else if let Some(why) = unjudged.first().and_then(|code| why_unjudged(*code)) {
                findings.push(
                    about(Code::ReviewAllowUnused, Verdict::Skip)
                        .observed(format!("{}; whether that is found is not judged", what(&unjudged)))
                        .reason(why),
                );
            }
            if allow.expires < self.today && !found.is_empty() {
                findings.push(
                    about(Code::ReviewAllowExpired, Verdict::Warn)
                        .observed(format!("ended on {}: {}", allow.expires, allow.reason))
                        .reason("What it allowed is judged again.")
                        .hint(
                            "Mend what it was written for, or give it a new day with a reason that still holds.",
                        ),
                );
            }
        }
    }
}

impl Entry<'_> {
    fn covers(&self, remark: &Remark, snapshot: &Snapshot) -> bool {
        let Allow { group, source, .. } = self.allow;
        let named = || snapshot.security_groups.get(&remark.group)?.group_name.as_deref();
        if remark.group != *group && named() != Some(group) {
            return false;
        }
        let Some((whom, services)) = &remark.rule else {
            // An entry for one of its rules says nothing of the group as a whole.
            return source.is_none() && self.traffic.is_none();
        };
        let from = source.as_ref().is_none_or(|source| match (source, whom) {
            (AllowedSource::Range(allowed), Whom::Range(range)) => allowed.contains(range),
            (AllowedSource::Id(allowed), Whom::List(id) | Whom::Group(id)) => id == allowed,
            _ => false,
        });
        // What is not understood is nothing, and nothing would be in anything.
        let within = |allowed: &Services| !services.is_empty() && (services - allowed).is_empty();
        from && self.traffic.as_ref().is_none_or(within)
    }
}

/// What it is called in a report: where it stands in the policy.
fn name(index: usize) -> String {
    format!("review.allow[{index}]")
}

/// `tcp/443 for 0.0.0.0/0 in sg-…`, as far as the entry says.
fn terms(allow: &Allow) -> String {
    let traffic = allow.traffic.map(|it| format!("{it} ")).unwrap_or_default();
    let source = allow.source.as_ref().map(|it| format!("for {it} ")).unwrap_or_default();
    match (traffic.as_str(), source.as_str()) {
        ("", "") => allow.group.clone(),
        _ => format!("{traffic}{source}in {}", allow.group),
    }
}

fn services(traffic: AllowedTraffic) -> Services {
    let (from, to) = traffic.ports.unzip();
    Services::of_permission(&IpPermission {
        ip_protocol: traffic.protocol.map_or("-1".into(), |number| number.to_string().into()),
        from_port: from.map(i32::from),
        to_port: to.map(i32::from),
        ..IpPermission::default()
    })
}
