//! A runner that the policy names: does it take jobs, or is it out of the way?

use crate::code::Code;
use crate::fact::gitlab::{JobFacts, Runner, RunnerFact};
use crate::finding::{Finding, Verdict};
use crate::judge::list;
use crate::policy::Policy;

pub(super) fn judge(policy: &Policy, fact: &RunnerFact, job: &JobFacts) -> Vec<Finding> {
    let tag_of = |of: fn(&crate::policy::Source) -> &std::collections::BTreeMap<String, u64>| {
        let mut all = policy.sources.values().flat_map(of);
        all.find(|(_, id)| **id == fact.id).map(|(tag, _)| tag.as_str())
    };
    let active = tag_of(|source| &source.active);
    let Some(tag) = active.or_else(|| tag_of(|source| &source.retired)) else { return Vec::new() };
    let about =
        About { subject: format!("GitLab runner {} ({tag})", fact.id), tag, active: active.is_some() };
    match &fact.found {
        Err(why) => {
            let right = "a token of the group's Owner (or of an administrator) with the scope read_api";
            vec![super::unread(&about.subject, about.expected(), why, right)]
        }
        Ok(None) if about.active => vec![
            about
                .finding(Code::GitLabRunnerMissing, Verdict::Fail)
                .observed("GitLab has no such runner")
                .reason("Jobs with its tag wait until another runner has the tag.")
                .hint("Correct the source's `active` in the policy, or register the runner."),
        ],
        Ok(None) => {
            vec![about.finding(Code::GitLabRunnerRetired, Verdict::Pass).observed("it is gone")]
        }
        Ok(Some(runner)) if about.active => about.active(runner, job),
        Ok(Some(runner)) => vec![about.retired(runner)],
    }
}

struct About<'a> {
    subject: String,
    tag: &'a str,
    active: bool,
}

impl About<'_> {
    fn expected(&self) -> &'static str {
        if self.active { "online, not paused, with its tag" } else { "paused for good" }
    }

    fn finding(&self, code: Code, verdict: Verdict) -> Finding {
        Finding::new(code, verdict, self.subject.as_str()).expected(self.expected())
    }

    fn active(&self, runner: &Runner, job: &JobFacts) -> Vec<Finding> {
        let mut findings = Vec::new();
        let tag = self.tag;
        if runner.paused {
            findings.push(
                self.finding(Code::GitLabRunnerPaused, Verdict::Fail)
                    .observed("it is paused")
                    .reason("Jobs with its tag wait for ever.")
                    .hint("Resume it, or move it to the source's `retired` in the policy."),
            );
        }
        if runner.status.as_str() != "online" {
            findings.push(
                self.finding(Code::GitLabRunnerOffline, Verdict::Fail)
                    .observed(format!("it is {}", runner.status.as_str().replace('_', " ")))
                    .reason("Jobs with its tag wait until it contacts GitLab again.")
                    .hint("Look at its manager: `kubectl -n NAMESPACE logs deployment/gitlab-runner`.")
                    .evidence("status", runner.status.as_str()),
            );
        }
        if !runner.tags.iter().any(|had| had == tag) {
            let had = if runner.tags.is_empty() { "no tags".to_owned() } else { list(&runner.tags) };
            findings.push(
                self.finding(Code::GitLabRunnerUntagged, Verdict::Fail)
                    .observed(format!("it has {had}"))
                    .reason(format!("Jobs that ask for {tag} do not start on it."))
                    .hint(format!(
                        "Set the tag {tag} on the runner, or correct the source's `active` in the policy."
                    ))
                    .evidence("tags", runner.tags.clone()),
            );
        }
        if runner.protected_only && job.protected_ref != Some(true) {
            let verdict = if job.protected_ref == Some(false) { Verdict::Fail } else { Verdict::Warn };
            findings.push(
                self.finding(Code::GitLabRunnerProtected, verdict)
                    .observed("it takes jobs of protected refs only")
                    .reason("Jobs with its tag on other branches and tags wait for ever.")
                    .hint("Take its Protected flag away, or let such jobs use another tag."),
            );
        }
        if findings.is_empty() {
            findings.push(
                self.finding(Code::GitLabRunnerReady, Verdict::Pass)
                    .observed(format!("it is online and has the tag {tag}")),
            );
        }
        findings
    }

    fn retired(&self, runner: &Runner) -> Finding {
        if runner.paused {
            return self.finding(Code::GitLabRunnerRetired, Verdict::Pass).observed("it is paused");
        }
        self.finding(Code::GitLabRunnerUnretired, Verdict::Fail)
            .observed(format!("it is not paused, and {}", runner.status.as_str().replace('_', " ")))
            .reason("Jobs land on a runner that nobody looks after.")
            .hint("Pause it, or move it to the source's `active` in the policy.")
    }
}
