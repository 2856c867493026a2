//! `reachgate diff`: what a change of AWS's configuration opens and closes, and what becomes of the policy.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use jiff::Timestamp;

use super::{Failure, environment, selection, style};
use crate::aws::files::load_snapshot;
use crate::aws::plan::{Laid, lay_plan, load_plan};
use crate::cli::{Diff, Shared};
use crate::exit::Exit;
use crate::finding::{Finding, PolicyName};
use crate::judge::change::{judge_change, parts, plan_doubts};
use crate::judge::configuration::{StaticOptions, judge_mapped, judge_plan};
use crate::network::{Comparison, Difference, Network};
use crate::policy::file::load_policy;
use crate::report::{DiffReport, Format, Outputs};
use crate::snapshot::{Planned, Snapshot};

/// Comparing is worth two threads; more would wait for memory.
const THREADS: usize = 2;
/// So many parts that one thread is not long at work when the other has nothing left.
const PARTS: usize = 16;

/// Compares two configurations.
pub fn run(options: &Diff, shared: &Shared) -> Result<Exit, Failure> {
    let started = Instant::now();
    let policy = load_policy(shared.policy.as_deref().map(Path::new), &environment)?;
    let outputs = Outputs::open(&shared.output, shared.format)?;
    if let Some(format) = outputs.formats().find(|format| !DiffReport::is_written_as(*format)) {
        return Err(Failure::DiffFormat(format));
    }
    let Sides { before, after, planned } = load(options)?;
    let static_options = StaticOptions::from(&options.unsaid);
    let (one, other) = together(|| Network::new(&before), || Network::new(&after));
    let judge = |network: &Network<'_>, planned: Option<&Planned>| {
        let (mut findings, map) = judge_mapped(&policy, network, &static_options);
        if let Some(planned) = planned {
            findings.extend(judge_plan(planned, &policy, network));
            findings.sort_by_key(Finding::area);
        }
        selection::apply(shared, &mut findings);
        (findings, map)
    };
    let compare = || Comparison::new(&one, &other, static_options.translation);
    let judge_both = || (judge(&one, None), judge(&other, planned.as_ref()));
    let (comparison, ((judged_before, map_before), (judged_after, map_after))) =
        together(compare, judge_both);
    let differences = differences(&comparison);
    let groups = comparison.group_differences();
    let findings = [judged_before, judged_after];
    let mut change = judge_change(&policy, [&before, &after], differences, &groups, findings);
    change.gaps.extend(planned.iter().flat_map(plan_doubts));
    let report = DiffReport {
        change,
        before: shown(&options.before),
        after: shown(options.plan.as_ref().map_or(&options.after[..], std::slice::from_ref)),
        policy: PolicyName { name: policy.name, origin: policy.origin, digest: policy.digest },
        maps: [map_before, map_after],
        fail_on: shared.fail_on.into(),
        taken_at: Timestamp::now(),
        elapsed: started.elapsed(),
    };
    outputs.write_with(&style(shared), &|format: Format, style, out| report.write(format, style, out))?;
    Ok(report.exit())
}

/// What differs, worked out on several cores, in the order of the targets.
fn differences(comparison: &Comparison<'_>) -> Vec<Difference> {
    let (parts, next) = (parts(comparison, PARTS), AtomicUsize::new(0));
    let work = || {
        let mut found = Vec::new();
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.push((part.start, comparison.differences(part.clone())));
        }
        found
    };
    let mut found: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS.min(parts.len())).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(finish).collect()
    });
    found.sort_by_key(|(start, _)| *start);
    found.into_iter().flat_map(|(_, differences)| differences).collect()
}

/// What is compared.
struct Sides {
    before: Snapshot,
    after: Snapshot,
    /// What the plan says of itself that was laid over the configuration before.
    planned: Option<Planned>,
}

/// Reads both sides at once; with a plan, the one after is what applying it makes of the one before.
fn load(options: &Diff) -> Result<Sides, Failure> {
    let Some(path) = &options.plan else {
        let (before, after) = together(|| load_snapshot(&options.before), || load_snapshot(&options.after));
        return Ok(Sides { before: before?, after: after?, planned: None });
    };
    let (before, plan) = together(|| load_snapshot(&options.before), || load_plan(path));
    let (before, plan) = (before?, plan?);
    let Laid { snapshot: after, planned } = lay_plan(before.clone(), &plan);
    Ok(Sides { before, after, planned: Some(planned) })
}

fn shown(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}

/// Both at once.
fn together<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let worker = scope.spawn(one);
        let other = other();
        (finish(worker), other)
    })
}

/// A fault in a thread is this thread's fault.
fn finish<T>(worker: std::thread::ScopedJoinHandle<'_, T>) -> T {
    worker.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault))
}
