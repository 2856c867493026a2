//! `reachgate gate`: probe and configuration at once, or reports of other jobs; joined, judged, reported.

#[cfg(feature = "lint")]
mod manifest;
mod report;
mod witness;

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;

use super::progress::Progress;
use super::signal::Signals;
use super::wait::gather;
use super::{Failure, environment, selection, style};
use crate::cli::{Gate, Shared};
use crate::exit::Exit;
use crate::finding::{Finding, Mode, PolicyName, Report};
#[cfg(not(feature = "lint"))]
use crate::judge::correlate::Manifest;
use crate::judge::correlate::{Witnesses, correlate, pod_address};
use crate::judge::judge_probe;
use crate::policy::Policy;
use crate::policy::file::load_policy;
use crate::report::Outputs;

pub use report::JoinError;
use witness::{Configuration, Reading};

/// Runs the gate.
pub fn run(options: &Gate, shared: &Shared) -> Result<Exit, Failure> {
    let started = Instant::now();
    let policy = load_policy(shared.policy.as_deref().map(Path::new), &environment)?;
    let outputs = Outputs::open(&shared.output, shared.format)?;
    // AWS is read while the network is asked: neither waits for the other.
    let reading = Reading::start(&policy, options)?;
    let (mut probe, configuration) = match &options.probe_report {
        Some(path) => {
            let probe = report::load_report(path, Mode::Probe, &policy, options.max_age)?;
            let configuration = reading.finish_blocking(pod_address(&probe));
            (probe, configuration?)
        }
        None => ask(&policy, options, shared, reading)?,
    };
    let Configuration { findings: mut configuration, mut pod, mut map } = configuration;
    if let Some(map) = &mut map {
        map.note_probe(&probe);
    }
    for findings in [&mut probe, &mut configuration, &mut pod.findings] {
        selection::apply(shared, findings);
    }
    #[cfg(feature = "lint")]
    let manifests = manifest::load_manifests(&options.manifests, &policy, &probe)?;
    #[cfg(not(feature = "lint"))]
    let manifests: Vec<Manifest> = Vec::new();
    let witnesses =
        Witnesses { probe: &probe, configuration: &configuration, pod: &pod, manifests: &manifests };
    let mut joined = correlate(&witnesses);
    selection::apply(shared, &mut joined);
    let report = Report {
        mode: Mode::Gate,
        policy: PolicyName { name: policy.name, origin: policy.origin, digest: policy.digest },
        findings: together(probe, configuration, joined),
        fail_on: shared.fail_on.into(),
        taken_at: Timestamp::now(),
        elapsed: started.elapsed(),
        map,
    };
    outputs.write(&report, &style(shared))?;
    Ok(Exit::of(&report))
}

/// Asks the network, then waits for the configuration unless a signal ends that.
fn ask(
    policy: &Policy,
    options: &Gate,
    shared: &Shared,
    reading: Reading,
) -> Result<(Vec<Finding>, Configuration), Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Start)?;
    let asked = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(Failure::Start)?;
        let wanted = |area| selection::wants(shared, area);
        let (facts, _) =
            gather(policy, &options.probe, &wanted, &mut signals, &mut Progress::on_stderr()).await;
        let probe = judge_probe(policy, &facts);
        let address = pod_address(&probe);
        let limit = facts.interrupted.map(|_| reading.patience());
        let configuration = reading.finish(address, limit, signals.received()).await?;
        Ok((probe, configuration))
    });
    // A getaddrinfo call that hangs must not hold the report back.
    runtime.shutdown_background();
    asked
}

/// All findings, by area; what both halves found alike is told once.
fn together(probe: Vec<Finding>, configuration: Vec<Finding>, joined: Vec<Finding>) -> Vec<Finding> {
    let mut all = probe;
    for finding in configuration {
        let told = all.iter().any(|had| {
            had.code == finding.code && had.subject == finding.subject && had.verdict == finding.verdict
        });
        if !told {
            all.push(finding);
        }
    }
    all.extend(joined);
    all.sort_by_key(Finding::area);
    all
}
