//! `reachgate lint`: read a repository's files, judge them by the policy, report.

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Failure, environment, selection, style};
use crate::cli::{Lint as Options, Shared};
use crate::exit::Exit;
use crate::finding::{Mode, PolicyName, Report};
use crate::judge::lint::{Lint, judge_lint};
use crate::policy::file::load_policy;
use crate::report::Outputs;
use crate::repository::load_repository;

/// Runs the lint.
pub fn run(options: &Options, shared: &Shared) -> Result<Exit, Failure> {
    let started = Instant::now();
    let policy = load_policy(shared.policy.as_deref().map(Path::new), &environment)?;
    let outputs = Outputs::open(&shared.output, shared.format)?;
    let taken_at = Timestamp::now();
    let today = options.today.unwrap_or_else(|| TimeZone::UTC.to_datetime(taken_at).date());
    let files = load_repository(&options.paths, options.root.as_deref())?;
    let mut findings = judge_lint(&Lint { policy: &policy, files: &files, today });
    selection::apply(shared, &mut findings);
    let report = Report {
        mode: Mode::Lint,
        policy: PolicyName { name: policy.name, origin: policy.origin, digest: policy.digest },
        findings,
        fail_on: shared.fail_on.into(),
        taken_at,
        elapsed: started.elapsed(),
    };
    outputs.write(&report, &style(shared))?;
    Ok(Exit::of(&report))
}
