//! The container image: built from `Containerfile` on a real Debian, and run as the cluster would run it.
//!
//! No registry is asked. The base is Debian's minimal system, made once by mmdebstrap and kept below the
//! build folder; in the place of the build stage stands the program that the tests have. The image runs
//! under podman and runc as its own user, with a read-only root and no capabilities, in a pod of the lab's
//! platform. It needs root; without it, or without a program, every trial fails and says so.

#[path = "image/container.rs"]
mod container;
#[path = "image/content.rs"]
mod content;
#[path = "image/manifest.rs"]
mod manifest;
#[path = "image/manner.rs"]
mod manner;
#[path = "image/storage.rs"]
mod storage;

#[path = "lab/certificate.rs"]
mod certificate;
#[path = "lab/expectation.rs"]
mod expectation;
#[path = "lab/name_server.rs"]
mod name_server;
#[path = "lab/namespace.rs"]
mod namespace;
#[path = "lab/platform.rs"]
mod platform;
#[path = "lab/pod.rs"]
#[expect(dead_code, reason = "there it runs the program as it is, here an image does")]
mod pod;
#[path = "lab/private_world.rs"]
#[expect(dead_code, reason = "a container is entered by podman's own means")]
mod private_world;
#[path = "lab/scenario.rs"]
#[expect(dead_code, reason = "the lab runs every scenario, the image some")]
mod scenario;
#[path = "lab/stand_in.rs"]
mod stand_in;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::pod::Outcome;
use crate::scenario::{Host, Scenario};

/// A healthy platform whose certificate asks for no authority, for the manifest has none of the lab's.
const SELF_SIGNED: &str = "certificate-self-signed";

/// Scenarios of the lab that the image must judge as the program itself does: the healthy platform, a
/// dropped port, and a name that glibc's view of the hosts file alone has.
const SCENARIOS: &[&str] = &["all-well", "port-filtered", "dns-name-resolves-hosts"];

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = asked.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        [private_world::INSIDE, asked] => run_inside(asked),
        [stand_in::SERVE, listen, conduct @ ..] => stand_in::serve(listen, conduct),
        _ => return run_trials(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // Nothing is left to say it to if stderr is gone.
            let _ = writeln!(std::io::stderr(), "{fault}");
            ExitCode::FAILURE
        }
    }
}

fn run_trials() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // All of them use the one storage, which podman of one world would lock for another in vain.
    arguments.test_threads = Some(1);
    let checks =
        content::CHECKS.iter().map(|(name, _)| *name).chain(manner::MANNERS.iter().map(|(name, _)| *name));
    let mut trials: Vec<Trial> = checks.map(|name| trial(name, name.into(), || Ok(()))).collect();
    trials
        .extend(SCENARIOS.iter().map(|name| trial(&name.replace('-', "_"), scenario_path(name), || Ok(()))));
    trials.push(trial(manifest::TRIAL, manifest::TRIAL.into(), manifest::write));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A trial in a world of its own, of the image that is built before the first one.
fn trial(name: &str, asked: PathBuf, prepare: fn() -> Result<(), String>) -> Trial {
    Trial::test(name, move || {
        let outcome = storage::build_once()
            .and_then(|()| prepare())
            .and_then(|()| private_world::run(&[asked.as_os_str()]));
        outcome.map_err(Failed::from)
    })
}

/// In the private world: builds the image, or does what a trial asks.
fn run_inside(asked: &str) -> Result<(), String> {
    if asked == storage::BUILD {
        return storage::build();
    }
    if asked == manifest::TRIAL {
        return run_scenario(&scenario_path(SELF_SIGNED), manifest::probe);
    }
    content::check(asked)
        .or_else(|| manner::check(asked))
        .unwrap_or_else(|| run_scenario(asked.as_ref(), container::probe))
}

/// Where the lab has a scenario.
fn scenario_path(name: &str) -> PathBuf {
    scenario::folder().join("scenarios").join(name).with_extension("yaml")
}

/// Builds the platform, probes from each pod, and compares.
fn run_scenario(
    path: &Path,
    probe: impl Fn(&Scenario, Host) -> Result<Outcome, String>,
) -> Result<(), String> {
    let mut scenario = scenario::load(path)?;
    // A container's own start is none of the probe's time.
    scenario.expect.within_ms = None;
    let _platform = platform::Platform::build(&scenario.changes)?;
    container::prepare()?;
    for pod in &scenario.from {
        let outcome = probe(&scenario, *pod)?;
        expectation::compare(&scenario.expect, &outcome).map_err(|fault| format!("{pod}: {fault}"))?;
    }
    Ok(())
}
