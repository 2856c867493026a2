//! Both witnesses against real ones: `reachgate gate` in a pod of the lab, with AWS's configuration behind moto's
//! EC2 API.
//!
//! Every file in `tests/gate/scenarios` is one sight of the network, a platform of `tests/lab`, joined with one or
//! more configurations of AWS's (`tests/gate/seed.py`). The platform's namespaces reach no network, so a bridge
//! leads from each pod to the one moto server through a socket in the file system. `REACHGATE_PYTHON` names the
//! Python of a virtual environment with tests/aws/requirements.txt.
//!
//! `cargo test --test gate -- --enter SCENARIO CASE COMMAND…` runs a command in a scenario's pod, with AWS as the
//! case of this number (from 0) has it. `cargo test --test gate -- --unchanged` runs every scenario without what it
//! plants, and wants each of them to fail.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "all of this is tests, whose failures are panics; clippy does not see it without #[test]"
)]

#[path = "gate/aws.rs"]
mod aws;
#[path = "gate/bridge.rs"]
mod bridge;
#[path = "gate/case.rs"]
mod case;
#[path = "gate/cell.rs"]
mod cell;
#[path = "gate/compare.rs"]
mod compare;
#[path = "gate/inside.rs"]
mod inside;

#[path = "lab/certificate.rs"]
mod certificate;
#[path = "aws/moto.rs"]
#[expect(dead_code, reason = "the library is asked by the tests of live reading alone")]
mod moto;
#[path = "lab/name_server.rs"]
mod name_server;
#[path = "lab/namespace.rs"]
mod namespace;
#[path = "lab/platform.rs"]
mod platform;
#[path = "lab/pod.rs"]
mod pod;
#[path = "lab/private_world.rs"]
#[expect(dead_code, reason = "the lab says whether a world can be made")]
mod private_world;
#[path = "lab/scenario.rs"]
#[expect(dead_code, reason = "the lab's own expectations")]
mod scenario;
#[path = "lab/stand_in.rs"]
mod stand_in;
#[path = "aws/wire.rs"]
#[expect(dead_code, reason = "its other misfortunes are for the tests of live reading")]
mod wire;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::aws::Aws;

/// Trials wait for deadlines and for moto, which is one process.
const TRIALS_AT_ONCE: usize = 6;

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = asked.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        [private_world::INSIDE, path, folder, command @ ..] => {
            inside::run(path.as_ref(), folder.as_ref(), command)
        }
        [stand_in::SERVE, listen, conduct @ ..] => stand_in::serve(listen, conduct),
        [bridge::SERVE, listen, socket] => bridge::serve(listen, socket.as_ref()),
        ["--enter", name, number, command @ ..] if !command.is_empty() => enter(name, number, command),
        ["--unchanged"] => unchanged(),
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
    arguments.test_threads.get_or_insert(TRIALS_AT_ONCE);
    let files = match case::load_all() {
        Ok(files) => Arc::new(files),
        Err(fault) => {
            let broken = Trial::test("scenarios_readable", move || Err(Failed::from(fault)));
            return libtest_mimic::run(&arguments, vec![broken]).exit_code();
        }
    };
    let aws = if arguments.list { None } else { Some(Arc::new(Aws::start(&files))) };
    let (all, every) = (Arc::clone(&files), Arc::clone(&files));
    let mut trials = vec![
        Trial::test("every_cell_is_produced", move || cell::check(&all).map_err(Failed::from)),
        Trial::test("no_planted_fault_passes", move || case::check(&every).map_err(Failed::from)),
    ];
    trials.extend((0..files.len()).map(|at| {
        let (aws, files) = (aws.clone(), Arc::clone(&files));
        Trial::test(files.get(at).map(|(path, _)| name_of(path)).unwrap_or_default(), move || {
            let (Some(aws), Some((path, file))) = (aws.as_ref(), files.get(at)) else {
                return Err(Failed::from("no server is started"));
            };
            private_world::run(&[path.as_os_str(), aws.folder().as_os_str()])?;
            aws.check_readings(file).map_err(Failed::from)
        })
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_")
}

/// Runs a command in a case's pod, with this process's own terminal.
fn enter(name: &str, number: &str, command: &[&str]) -> Result<(), String> {
    let path: PathBuf = scenario::named(name, &case::folder());
    let aws = Aws::start(&[(path.clone(), case::load(&path)?)]);
    let mut words = vec![path.as_os_str(), aws.folder().as_os_str(), OsStr::new(number)];
    words.extend(command.iter().map(OsStr::new));
    private_world::enter(&words)
}

/// Runs every scenario without what it plants: one that is met all the same proves nothing.
fn unchanged() -> Result<(), String> {
    let files = case::load_all()?;
    let aws = Aws::start(&files);
    let mut met = Vec::new();
    for (path, scenario) in &files {
        if !scenario.plants() {
            continue;
        }
        let words = [path.as_os_str(), aws.folder().as_os_str(), OsStr::new(inside::UNCHANGED)];
        // The cases that are met in spite of it are named in its fault.
        if let Err(fault) = private_world::run(&words) {
            met.push(fault);
        }
    }
    if met.is_empty() { Ok(()) } else { Err(met.join("\n")) }
}
