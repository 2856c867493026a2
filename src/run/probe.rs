//! `reachgate probe`: ask the network from inside the pod, judge, report.

use std::path::Path;

use super::progress::Progress;
use super::signal::Signals;
use super::wait::gather;
use super::{Failure, environment, selection, style};
use crate::cli::{Probe, Shared};
use crate::exit::Exit;
use crate::finding::{Mode, PolicyName, Report};
use crate::judge::judge_probe;
use crate::policy::file::load_policy;
use crate::report::Outputs;

/// Runs the probe.
pub fn run(options: &Probe, shared: &Shared) -> Result<Exit, Failure> {
    let policy = load_policy(shared.policy.as_deref().map(Path::new), &environment)?;
    let outputs = Outputs::open(&shared.output, shared.format)?;
    // One thread is enough to wait on a few thousand sockets, and starts faster than many.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Start)?;
    let (facts, elapsed) = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(Failure::Start)?;
        let wanted = |area| selection::wants(shared, area);
        Ok::<_, Failure>(gather(&policy, options, &wanted, &mut signals, &mut Progress::on_stderr()).await)
    })?;
    // A getaddrinfo call that hangs must not hold the report back.
    runtime.shutdown_background();

    let mut findings = judge_probe(&policy, &facts);
    selection::apply(shared, &mut findings);
    let report = Report {
        mode: Mode::Probe,
        policy: PolicyName { name: policy.name, origin: policy.origin, digest: policy.digest },
        findings,
        fail_on: shared.fail_on.into(),
        taken_at: facts.taken_at,
        elapsed,
        map: None,
    };
    outputs.write(&report, &style(shared))?;
    Ok(Exit::of(&report))
}
