//! Live AWS reading, against moto's server and through a wire that misbehaves. All of it on loopback.
//!
//! `REACHGATE_PYTHON` names the Python of a virtual environment with tests/aws/requirements.txt.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "all of this is tests, whose failures are panics; clippy does not see it without #[test]"
)]

#[path = "aws/binary.rs"]
mod binary;
#[path = "aws/denied.rs"]
mod denied;
#[path = "aws/equal.rs"]
mod equal;
#[path = "aws/fault.rs"]
mod fault;
#[path = "aws/iam.rs"]
mod iam;
#[path = "aws/moto.rs"]
mod moto;
#[path = "aws/session.rs"]
mod session;
#[path = "aws/wire.rs"]
mod wire;

use std::env;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use moto::Moto;

/// A test and its name.
type Test = (&'static str, fn(&Moto));

/// Set in the process that runs the tests: its environment is bare, whatever that of the caller is.
const BARE: &str = "REACHGATE_TEST_BARE";

fn main() -> ExitCode {
    if let Some(request) = env::var_os(session::CHILD) {
        return session::child(&request);
    }
    if env::var_os(BARE).is_none() {
        return rerun();
    }
    let mut arguments = Arguments::from_args();
    // Two cores are enough for the wire's threads and moto.
    arguments.test_threads.get_or_insert(4);
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(&Arc::new(Moto::default()))).exit_code();
    }
    let moto = Arc::new(Moto::start("aws/seed.py"));
    libtest_mimic::run(&arguments, trials(&moto)).exit_code()
}

/// Runs this program again without AWS's variables, proxies or configuration files of the caller's.
fn rerun() -> ExitCode {
    let kept = ["PATH", "REACHGATE_PYTHON", "TMPDIR"];
    let status = Command::new(env::current_exe().expect("this program"))
        .args(env::args_os().skip(1))
        .env_clear()
        .envs(kept.iter().filter_map(|name| Some((name, env::var_os(name)?))))
        .envs(session::KEYS)
        .envs(session::NOWHERE)
        .env(BARE, "1")
        .status();
    match status.expect("this program runs again").code() {
        Some(0) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn trials(moto: &Arc<Moto>) -> Vec<Trial> {
    let tests: Vec<Test> =
        [equal::TESTS, binary::TESTS, denied::TESTS, fault::TESTS, session::TESTS, iam::TESTS].concat();
    let trial = |(name, test): Test| {
        let moto = Arc::clone(moto);
        Trial::test(name, move || {
            test(&moto);
            Ok(())
        })
    };
    tests.into_iter().map(trial).collect()
}
