//! `reachgate lint`: read a repository's files, judge them by the policy, report.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Failure, environment, selection, style};
use crate::aws::files::load_snapshot;
use crate::cli::{Lint as Options, Shared};
use crate::exit::Exit;
use crate::fact::name::{NameQuestion, NameRole};
use crate::finding::{Finding, Mode, PolicyName, Report};
use crate::judge::lint::fix::fixed_text;
use crate::judge::lint::resolve::{settle_names, suspect_names};
use crate::judge::lint::{Lint, judge_lint};
use crate::policy::file::load_policy;
use crate::policy::{Policy, TAILNET, VPC};
use crate::probe::runner::probe_runner;
use crate::probe::{Plan, probe_all};
use crate::report::Outputs;
use crate::repository::{load_repository, write_file};
use crate::snapshot::Snapshot;

/// Runs the lint.
pub fn run(options: &Options, shared: &Shared) -> Result<Exit, Failure> {
    let started = Instant::now();
    let policy = load_policy(shared.policy.as_deref().map(Path::new), &environment)?;
    let outputs = Outputs::open(&shared.output, shared.format)?;
    let taken_at = Timestamp::now();
    let today = options.today.unwrap_or_else(super::configuration::today);
    let snapshot = if options.snapshot.is_empty() { None } else { Some(load_snapshot(&options.snapshot)?) };
    let context = Context { policy: &policy, snapshot: snapshot.as_ref(), today };
    let mut findings = judge(options, shared, context)?;
    if options.fix && fix(options, &findings)? {
        findings = judge(options, shared, context)?;
    }
    if options.resolve {
        resolve(&policy, &mut findings)?;
    }
    #[cfg(feature = "gitlab")]
    if let Some(group) = &options.gitlab {
        let mut told = super::gitlab::ask(&policy, group, &options.gitlab_url)?;
        selection::apply(shared, &mut told);
        findings.extend(told);
        findings.sort_by_key(Finding::area);
    }
    let report = Report {
        mode: Mode::Lint,
        policy: PolicyName { name: policy.name, origin: policy.origin, digest: policy.digest },
        findings,
        map: None,
        fail_on: shared.fail_on.into(),
        taken_at,
        elapsed: started.elapsed(),
    };
    outputs.write(&report, &style(shared))?;
    Ok(Exit::of(&report))
}

/// What files are judged by.
#[derive(Clone, Copy)]
struct Context<'a> {
    policy: &'a Policy,
    snapshot: Option<&'a Snapshot>,
    today: Date,
}

fn judge(options: &Options, shared: &Shared, context: Context<'_>) -> Result<Vec<Finding>, Failure> {
    let files = load_repository(&options.paths, options.root.as_deref())?;
    let Context { policy, snapshot, today } = context;
    let mut findings = judge_lint(&Lint { policy, files: &files, snapshot, today });
    selection::apply(shared, &mut findings);
    Ok(findings)
}

/// How long the answer to a name is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks this machine's resolver for the names that are only suspect.
fn resolve(policy: &Policy, findings: &mut [Finding]) -> Result<(), Failure> {
    let names = suspect_names(findings);
    if names.is_empty() {
        return Ok(());
    }
    let runner = probe_runner(policy.network(TAILNET), policy.network(VPC), &environment, Path::new("/"));
    let questions =
        names.into_iter().map(|name| NameQuestion { name, role: NameRole::NeverTailnet }).collect();
    let plan = Plan { questions, ..Plan::default() };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Start)?;
    let never = std::future::pending::<()>();
    let (answers, _) = runtime.block_on(probe_all(&plan, runner.resolver.as_ref().ok(), PATIENCE, never));
    // A getaddrinfo call that hangs must not hold the report back.
    runtime.shutdown_background();
    settle_names(policy, &answers.names, findings);
    Ok(())
}

/// Writes what is certain, and says whether anything was.
fn fix(options: &Options, findings: &[Finding]) -> Result<bool, Failure> {
    let files = load_repository(&options.paths, options.root.as_deref())?;
    let (mut places, mut written) = (0, 0);
    for (_, file) in files.iter() {
        if let Some((text, count)) = fixed_text(file, findings) {
            write_file(Path::new(&file.path), &text)?;
            places += count;
            written += 1;
        }
    }
    if written > 0 {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        // When standard error is closed there is nobody left to tell.
        let _ = writeln!(
            std::io::stderr(),
            "reachgate: fixed {places} place{} in {written} file{}",
            plural(places),
            plural(written)
        );
    }
    Ok(written > 0)
}
