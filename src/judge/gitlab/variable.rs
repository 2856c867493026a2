//! A variable that holds a destination's address: do the jobs that need it get it, and is it right?

use crate::code::Code;
use crate::fact::gitlab::{JobFacts, Variable, VariableFact};
use crate::finding::{Finding, Verdict};
use crate::judge::address::judge_address;
use crate::judge::{destinations, list};
use crate::policy::{Destination, Policy, Value};

/// All jobs: the environment scope that leaves nobody out.
const ALL: &str = "*";

pub(super) fn judge(policy: &Policy, fact: &VariableFact, job: &JobFacts) -> Vec<Finding> {
    let subject = format!("variable {}", fact.key);
    let expected = "defined in the group, for every job";
    let found = match &fact.found {
        Ok(found) => found,
        Err(why) => {
            let right = "the Maintainer role of the group and the scope read_api";
            return vec![super::unread(&subject, expected, why, right)];
        }
    };
    let Some(group) = found.first().map(|variable| variable.group.as_str()) else {
        return vec![
            Finding::new(Code::GitLabVariableMissing, Verdict::Fail, subject)
                .expected(expected)
                .observed("no group that the jobs are in defines it")
                .reason("Jobs get an empty value.")
                .hint(format!(
                    "Define {} in the group (Settings, CI/CD, Variables) as the dev server's VPC private address.",
                    fact.key
                )),
        ];
    };
    let about = About { subject: &subject, expected, group };
    let mut findings = scope(&about, found, job);
    for variable in found {
        findings.extend(flags(&about, variable, job));
        findings.extend(value(policy, &about, fact, variable));
    }
    if findings.iter().all(|finding| finding.verdict == Verdict::Pass) {
        findings.insert(
            0,
            about
                .finding(Code::GitLabVariableSet, Verdict::Pass)
                .observed(format!("{group} defines it, for every job")),
        );
    }
    findings
}

struct About<'a> {
    subject: &'a str,
    expected: &'a str,
    group: &'a str,
}

impl About<'_> {
    fn finding(&self, code: Code, verdict: Verdict) -> Finding {
        Finding::new(code, verdict, self.subject).expected(self.expected).evidence("group", self.group)
    }
}

/// Whether some definition is for all jobs, or for this one's environment.
fn scope(about: &About<'_>, found: &[Variable], job: &JobFacts) -> Vec<Finding> {
    if found.iter().any(|variable| variable.environment_scope == ALL) {
        return Vec::new();
    }
    let scopes: Vec<&str> = found.iter().map(|variable| variable.environment_scope.as_str()).collect();
    let finding = |verdict| {
        about
            .finding(Code::GitLabVariableScoped, verdict)
            .observed(format!("{} defines it for {} only", about.group, list(&scopes)))
            .hint("Define it for the scope *, or give every job that needs it such an environment.")
            .evidence("scopes", scopes.clone())
    };
    vec![match &job.environment {
        Some(environment) if scopes.iter().any(|scope| matches(scope, environment)) => finding(Verdict::Warn)
            .reason(format!("This job's environment {environment} gets it; jobs of others do not.")),
        Some(environment) => {
            finding(Verdict::Fail).reason(format!("This job's environment {environment} does not get it."))
        }
        None => finding(Verdict::Warn).reason("Jobs without such an environment get an empty value."),
    }]
}

/// Whether an environment is in a scope, in which `*` stands for any text (GitLab, "Limit the environment scope
/// of a CI/CD variable").
fn matches(scope: &str, environment: &str) -> bool {
    let mut pieces = scope.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = environment.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// What keeps jobs, or those who read their logs, from the value.
fn flags(about: &About<'_>, variable: &Variable, job: &JobFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if variable.protected {
        let finding = |verdict| {
            about
                .finding(Code::GitLabVariableProtected, verdict)
                .observed("it is protected")
                .hint("Take the Protected flag away if jobs on unprotected refs need the address.")
        };
        match job.protected_ref {
            Some(true) => {}
            Some(false) => findings.push(
                finding(Verdict::Fail).reason("This ref is not protected, so its jobs get an empty value."),
            ),
            None => findings.push(
                finding(Verdict::Warn).reason("Jobs on unprotected branches and tags get an empty value."),
            ),
        }
    }
    if variable.is_file {
        findings.push(
            about
                .finding(Code::GitLabVariableFile, Verdict::Fail)
                .observed("it is of the type File")
                .reason("Jobs get the path of a file in its place.")
                .hint("Set its type to Variable."),
        );
    }
    if variable.masked {
        findings.push(
            about
                .finding(Code::GitLabVariableMasked, Verdict::Warn)
                .observed("it is masked")
                .reason("Job logs show [MASKED] in the address's place, in reports too.")
                .hint("Set its visibility to Visible: an address is no secret."),
        );
    }
    findings
}

/// The value, judged as the probe judges it in a job.
fn value(policy: &Policy, about: &About<'_>, fact: &VariableFact, variable: &Variable) -> Vec<Finding> {
    let Some(value) = &variable.value else {
        return vec![
            about
                .finding(Code::GitLabVariableHidden, Verdict::Unknown)
                .observed("GitLab hides its value")
                .reason("A hidden value cannot be read back by anybody.")
                .hint("Define the variable anew as visible: an address is no secret."),
        ];
    };
    if variable.is_file {
        return Vec::new();
    }
    let uses = |destination: &Destination| destination.address.variable.as_ref() == Some(&fact.key);
    let mut findings = Vec::new();
    for (name, destination) in destinations(policy).filter(|(_, destination)| uses(destination)) {
        let address = Value { resolved: Some(value.clone()), ..destination.address.clone() };
        let judged = judge_address(policy, &[], name, &Destination { address, ..destination.clone() });
        findings.extend(judged.findings.into_iter().map(|mut finding| {
            finding.subject = format!("{} for {name}", about.subject);
            finding.evidence("group", about.group).evidence("scope", variable.environment_scope.as_str())
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn scopes_hold_environments() {
        for (scope, environment) in [
            ("*", "dev"),
            ("dev", "dev"),
            ("review/*", "review/a"),
            ("*/dev", "a/dev"),
            ("a*c*e", "abcde"),
            ("**", ""),
        ] {
            assert!(matches(scope, environment), "{scope} {environment}");
        }
        for (scope, environment) in [
            ("dev", "dev2"),
            ("review/*", "dev"),
            ("*/dev", "dev"),
            ("a*c*e", "abde"),
            ("a*a", "a"),
            ("", "dev"),
        ] {
            assert!(!matches(scope, environment), "{scope} {environment}");
        }
    }
}
