//! The program's story: parse, run, exit.

use std::process::ExitCode;

use clap::Parser as _;
use reachgate::cli::Cli;

fn main() -> ExitCode {
    reachgate::run::run(&Cli::parse()).into()
}
