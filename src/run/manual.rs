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
        Some(name) => {
            let known = || cli.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>().join(", ");
            let found = cli.find_subcommand(name).cloned();
            found.ok_or_else(|| Failure::Page(name.to_owned(), known()))?
        }
    };
    let mut roff = Vec::new();
    Man::new(command).render(&mut roff).map_err(Failure::Stdout)?;
    let mut roff = String::from_utf8_lossy(&roff).into_owned();
    if page.is_none() {
        // What stands behind the command's help are the exit codes; man-pages(7) has a heading for them.
        roff = roff.replace(".SH EXTRA", ".SH \"EXIT STATUS\"");
    }
    print(|out| out.write_all(roff.as_bytes()))
}
