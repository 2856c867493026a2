//! `reachgate man`: manual pages, made of the command line's own help.

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::{Failure, print};
use crate::cli::Cli;
use crate::exit::Exit;

/// Prints reachgate's page, or that of one of its commands, in roff.
pub fn run(page: Option<&str>) -> Result<Exit, Failure> {
    let mut cli = Cli::command();
    cli.build();
    let command = match page {
        None => cli,
        Some(name) => match cli.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                let known = cli.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>().join(", ");
                return Err(Failure::Page(name.to_owned(), known));
            }
        },
    };
    let page = Man::new(command);
    print(|mut out| page.render(&mut out))
}
