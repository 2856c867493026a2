//! The lab: the platform in network namespaces, with a real sshd, nginx and BIND, and real drops.
//!
//! Every file in `tests/lab/scenarios` is a trial. Each trial builds its own platform in a private
//! world (network, mount and pid namespaces), so that trials run side by side, never touch the
//! machine's own network, and leave nothing behind. It needs root or user namespaces; without them
//! every trial fails and says how to get them.
//!
//! `cargo test --test lab -- --enter SCENARIO COMMAND…` runs a command in a scenario's pod, to look around.
//! `cargo test --test lab -- --write-table` writes `docs/scenarios.md` and the README's table from them.

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
mod pod;
#[path = "lab/private_world.rs"]
mod private_world;
#[path = "lab/scenario.rs"]
mod scenario;
#[path = "lab/stand_in.rs"]
mod stand_in;
#[path = "lab/table.rs"]
mod table;

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

/// Trials spend their time waiting for deadlines, not computing.
const TRIALS_AT_ONCE: usize = 8;

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = asked.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        [private_world::INSIDE, path, command @ ..] => run_inside(path, command),
        ["--enter", name, command @ ..] if !command.is_empty() => {
            let path = scenario::named(name, &scenario::folder().join("scenarios"));
            let mut words: Vec<&OsStr> = vec![path.as_os_str()];
            words.extend(command.iter().map(OsStr::new));
            private_world::enter(&words)
        }
        [stand_in::SERVE, listen, conduct @ ..] => stand_in::serve(listen, conduct),
        ["--write-table"] => table::write(),
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
    let mut trials = vec![
        Trial::test("docs_scenarios_in_step", || table::check().map_err(Failed::from)),
        Trial::test("a_private_world_can_be_made", || private_world::check().map_err(Failed::from)),
    ];
    match scenario::paths() {
        Ok(paths) => trials.extend(paths.into_iter().map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_");
            Trial::test(name, move || private_world::run(&[path.as_os_str()]).map_err(Failed::from))
        })),
        Err(fault) => trials.push(Trial::test("scenarios_readable", move || Err(Failed::from(fault)))),
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// In the private world: builds the platform, runs the probe in each pod and compares, or runs a command.
fn run_inside(path: &str, command: &[&str]) -> Result<(), String> {
    let scenario = scenario::load(path.as_ref())?;
    let mut platform = platform::Platform::build(&scenario.changes)?;
    if !command.is_empty() {
        return pod::enter(&mut platform, &scenario, command);
    }
    let mut faults = Vec::new();
    for pod in &scenario.from {
        let outcome = pod::run(&mut platform, &scenario, *pod, &["probe"])?;
        faults.extend(
            expectation::compare(&scenario.expect, &outcome).map_err(|f| format!("{pod}: {f}")).err(),
        );
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}
