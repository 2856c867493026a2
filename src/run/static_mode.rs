//! `reachgate static`: read AWS's configuration, judge the policy against it, report.

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;

use super::configuration::{Needed, load_planned};
use super::{Failure, environment, selection, style};
use crate::cli::{Shared, Static};
use crate::exit::Exit;
use crate::finding::{Finding, Mode, PolicyName, Report};
use crate::judge::configuration::{StaticOptions, judge_mapped, judge_plan};
use crate::network::Network;
use crate::policy::file::load_policy;
use crate::report::Outputs;

/// Runs the static mode.
pub fn run(options: &Static, shared: &Shared) -> Result<Exit, Failure> {
    let started = Instant::now();
    let policy = load_policy(shared.policy.as_deref().map(Path::new), &environment)?;
    let outputs = Outputs::open(&shared.output, shared.format)?;
    let needed = Needed::by_policy(&policy, options.unsaid.cluster_security_group.as_deref());
    let (snapshot, planned) = load_planned(&options.configuration, &options.plan, needed)?;
    let network = Network::new(&snapshot);
    let (mut findings, map) = judge_mapped(&policy, &network, &StaticOptions::from(&options.unsaid));
    if let Some(planned) = &planned {
        findings.extend(judge_plan(planned, &policy, &network));
        findings.sort_by_key(Finding::area);
    }
    selection::apply(shared, &mut findings);
    let report = Report {
        mode: Mode::Static,
        policy: PolicyName { name: policy.name, origin: policy.origin, digest: policy.digest },
        findings,
        fail_on: shared.fail_on.into(),
        taken_at: Timestamp::now(),
        elapsed: started.elapsed(),
        map: Some(map),
    };
    outputs.write(&report, &style(shared))?;
    Ok(Exit::of(&report))
}
