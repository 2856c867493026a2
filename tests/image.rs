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
    let mut trials: Vec<Trial> = checks.map(|name| trial(name, name.into())).collect();
    trials.extend(SCENARIOS.iter().map(|name| {
        let path = scenario::folder().join("scenarios").join(name).with_extension("yaml");
        trial(&name.replace('-', "_"), path)
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A trial in a world of its own, of the image that is built before the first one.
fn trial(name: &str, asked: PathBuf) -> Trial {
    Trial::test(name, move || {
        storage::build_once().and_then(|()| private_world::run(&asked)).map_err(Failed::from)
    })
}

/// In the private world: builds the image, or does what a trial asks.
fn run_inside(asked: &str) -> Result<(), String> {
    if asked == storage::BUILD {
        return storage::build();
    }
    content::check(asked).or_else(|| manner::check(asked)).unwrap_or_else(|| run_scenario(asked.as_ref()))
}

/// Builds the platform, runs the image in each pod, and compares.
fn run_scenario(path: &Path) -> Result<(), String> {
    let scenario = scenario::load(path)?;
    let _platform = platform::Platform::build(&scenario.changes)?;
    container::prepare()?;
    for pod in &scenario.from {
        let outcome = container::probe(&scenario, *pod)?;
        expectation::compare(&scenario.expect, &outcome).map_err(|fault| format!("{pod}: {fault}"))?;
    }
    Ok(())
}
