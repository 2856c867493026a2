//! Times the static mode's parts in one process, for `examples/bench_static.py`.
//!
//! usage: `time_static POLICY SNAPSHOT`; prints one JSON object: the parts' wall and processor time, seconds.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use reachgate::aws::files::load_snapshot;
use reachgate::judge::configuration::{StaticOptions, judge_static};
use reachgate::network::Network;
use reachgate::policy::file::load_policy;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "usage: time_static POLICY SNAPSHOT";
    let policy = load_policy(Some(&arguments.next().ok_or(usage)?), &|_| None)?;
    let snapshots: Vec<PathBuf> = arguments.collect();
    let (snapshot, read) = timed(|| load_snapshot(&snapshots))?;
    let snapshot = snapshot?;
    let (network, index) = timed(|| Network::new(&snapshot))?;
    let (findings, judge) = timed(|| judge_static(&policy, &network, &StaticOptions::default()))?;
    println!("{}", json!({"read": read, "index": index, "judge": judge, "findings": findings.len()}));
    Ok(())
}

/// What the work gives, and the wall and processor time that it takes.
fn timed<T>(work: impl FnOnce() -> T) -> nix::Result<(T, serde_json::Value)> {
    let (begun, before) = (Instant::now(), processor()?);
    let done = work();
    let wall = begun.elapsed().as_secs_f64();
    Ok((done, json!({"wall": wall, "processor": processor()? - before})))
}

/// The processor time of this process so far, user and system, seconds.
fn processor() -> nix::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let seconds = |time: nix::sys::time::TimeVal| {
        let micros = i32::try_from(time.tv_usec()).unwrap_or_default();
        i32::try_from(time.tv_sec()).map_or(f64::NAN, f64::from) + f64::from(micros) / 1e6
    };
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
