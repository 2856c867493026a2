//! Facts and what must be judged of them, a row each.

use reachgate::fact::gitlab::{GitLabFacts, JobFacts, Runner, RunnerFact, Unread, Variable, VariableFact};
use reachgate::finding::Finding;
use reachgate::judge::gitlab::{judge_gitlab, runners, variables};
use reachgate::policy::Policy;
use reachgate::policy::file::load_policy;

fn policy() -> Policy {
    load_policy(None, &|_| None).expect("the embedded policy")
}

fn well() -> Variable {
    Variable {
        group: "platform".into(),
        value: Some("10.1.20.15".into()),
        protected: false,
        masked: false,
        environment_scope: "*".into(),
        is_file: false,
    }
}

fn ready(tag: &str) -> Runner {
    Runner { paused: false, status: "online".into(), tags: vec![tag.into()], protected_only: false }
}

fn told(findings: &[Finding]) -> Vec<String> {
    for finding in findings {
        let quiet = finding.verdict == reachgate::finding::Verdict::Pass;
        assert!(!finding.observed.is_empty() && (quiet || !finding.hint.is_empty()), "{finding:?}");
    }
    findings.iter().map(|it| format!("{} {}", it.code.id(), it.verdict.word())).collect()
}

fn of_variable(found: Result<Vec<Variable>, Unread>, job: &JobFacts) -> Vec<String> {
    let variables = vec![VariableFact { key: "DEV_SERVER_IP".into(), found }];
    let facts = GitLabFacts { server: "https://gitlab.example.com".into(), variables, runners: Vec::new() };
    told(&judge_gitlab(&policy(), &facts, job))
}

fn of_runner(id: u64, found: Result<Option<Runner>, Unread>, job: &JobFacts) -> Vec<String> {
    let runners = vec![RunnerFact { id, found }];
    let facts = GitLabFacts { server: "https://gitlab.example.com".into(), variables: Vec::new(), runners };
    told(&judge_gitlab(&policy(), &facts, job))
}

fn on(protected_ref: bool) -> JobFacts {
    JobFacts { protected_ref: Some(protected_ref), environment: None }
}

#[test]
fn the_policy_says_what_to_ask() {
    assert_eq!(variables(&policy()).into_iter().collect::<Vec<_>>(), ["DEV_SERVER_IP"]);
    assert_eq!(runners(&policy()).into_iter().collect::<Vec<_>>(), [16, 17, 18, 19, 20, 21]);
}

#[test]
fn variables_are_judged() {
    let outside = JobFacts::default();
    let one = |change: fn(&mut Variable), job: &JobFacts| {
        let mut variable = well();
        change(&mut variable);
        of_variable(Ok(vec![variable]), job)
    };
    let address = "address-in-vpc pass";
    assert_eq!(one(|_| {}, &outside), ["gitlab-variable-set pass", address]);
    assert_eq!(of_variable(Ok(vec![]), &outside), ["gitlab-variable-missing fail"]);
    assert_eq!(one(|it| it.protected = true, &outside), ["gitlab-variable-protected warn", address]);
    assert_eq!(one(|it| it.protected = true, &on(false)), ["gitlab-variable-protected fail", address]);
    assert_eq!(one(|it| it.protected = true, &on(true)), ["gitlab-variable-set pass", address]);
    assert_eq!(one(|it| it.masked = true, &outside), ["gitlab-variable-masked warn", address]);
    assert_eq!(one(|it| it.is_file = true, &outside), ["gitlab-variable-file fail"]);
    assert_eq!(one(|it| it.value = None, &outside), ["gitlab-variable-hidden unknown"]);
    assert_eq!(one(|it| it.value = Some("100.101.1.2".into()), &outside), ["address-tailnet fail"]);
    assert_eq!(one(|it| it.value = Some("$OTHER".into()), &outside), ["address-not-an-ip fail"]);
    assert_eq!(one(|it| it.value = Some(String::new()), &outside), ["address-unset fail"]);
}

#[test]
fn scopes_are_judged() {
    let scoped = |scopes: &[&str], environment: Option<&str>| {
        let with = |scope: &&str| Variable { environment_scope: (*scope).to_owned(), ..well() };
        let job = JobFacts { protected_ref: None, environment: environment.map(str::to_owned) };
        of_variable(Ok(scopes.iter().map(with).collect()), &job).remove(0)
    };
    assert_eq!(scoped(&["dev"], None), "gitlab-variable-scoped warn");
    assert_eq!(scoped(&["dev"], Some("dev")), "gitlab-variable-scoped warn");
    assert_eq!(scoped(&["review/*"], Some("dev")), "gitlab-variable-scoped fail");
    assert_eq!(scoped(&["*"], Some("dev")), "gitlab-variable-set pass");
    assert_eq!(scoped(&["dev", "*"], None), "gitlab-variable-set pass");
}

#[test]
fn runners_are_judged() {
    let outside = JobFacts::default();
    let one = |change: fn(&mut Runner), job: &JobFacts| {
        let mut runner = ready("small");
        change(&mut runner);
        of_runner(19, Ok(Some(runner)), job)
    };
    assert_eq!(one(|_| {}, &outside), ["gitlab-runner-ready pass"]);
    assert_eq!(one(|it| it.paused = true, &outside), ["gitlab-runner-paused fail"]);
    for status in ["offline", "stale", "never_contacted"] {
        let runner = Runner { status: status.into(), ..ready("small") };
        assert_eq!(of_runner(19, Ok(Some(runner)), &outside), ["gitlab-runner-offline fail"]);
    }
    assert_eq!(one(|it| it.tags.clear(), &outside), ["gitlab-runner-untagged fail"]);
    assert_eq!(one(|it| it.tags = vec!["medium".into()], &outside), ["gitlab-runner-untagged fail"]);
    assert_eq!(one(|it| it.protected_only = true, &outside), ["gitlab-runner-protected warn"]);
    assert_eq!(one(|it| it.protected_only = true, &on(false)), ["gitlab-runner-protected fail"]);
    assert_eq!(one(|it| it.protected_only = true, &on(true)), ["gitlab-runner-ready pass"]);
    assert_eq!(of_runner(19, Ok(None), &outside), ["gitlab-runner-missing fail"]);
    let all = one(
        |it| {
            it.paused = true;
            it.status = "offline".into();
            it.tags.clear();
        },
        &outside,
    );
    assert_eq!(all.len(), 3, "{all:?}");
}

#[test]
fn retired_runners_are_judged() {
    let outside = JobFacts::default();
    let paused = Runner { paused: true, status: "offline".into(), ..ready("dev-small") };
    assert_eq!(of_runner(16, Ok(Some(paused)), &outside), ["gitlab-runner-retired pass"]);
    assert_eq!(of_runner(16, Ok(None), &outside), ["gitlab-runner-retired pass"]);
    assert_eq!(of_runner(16, Ok(Some(ready("dev-small"))), &outside), ["gitlab-runner-unretired fail"]);
}

#[test]
fn what_was_not_read_is_unknown() {
    let outside = JobFacts::default();
    for why in [
        Unread::NoToken,
        Unread::Unauthorized,
        Unread::Forbidden { status: 403 },
        Unread::Failed { detail: "HTTP status 500".into() },
    ] {
        assert_eq!(of_variable(Err(why.clone()), &outside), ["gitlab-unread unknown"]);
        for id in [16, 19] {
            assert_eq!(of_runner(id, Err(why.clone()), &outside), ["gitlab-unread unknown"]);
        }
    }
}
