//! `reachgate snapshot`: AWS's configuration as one file.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use super::configuration::{Needed, load};
use super::{Failure, environment, print};
use crate::cli::{Capture, Shared};
use crate::exit::Exit;
use crate::policy::file::load_policy;
use crate::snapshot::{Snapshot, write_snapshot};

/// Writes the snapshot: whole, or not at all.
pub fn run(options: &Capture, shared: &Shared) -> Result<Exit, Failure> {
    let needed = if options.all {
        Needed::everything()
    } else {
        let policy = load_policy(shared.policy.as_deref(), &environment)?;
        Needed::by_policy(&policy, None)
    };
    let snapshot = load(&options.configuration.origin, options.configuration.timeout, needed)?;
    if options.out == Path::new("-") {
        return print(|mut out| write_snapshot(&snapshot, &mut out));
    }
    save(&snapshot, &options.out).map_err(|error| Failure::Capture { path: options.out.clone(), error })?;
    print(|out| {
        writeln!(
            out,
            "{}: {} interfaces, {} security groups, {} subnets, {} VPCs, from {} kinds of document",
            crate::report::printable::line(&options.out.to_string_lossy()),
            snapshot.network_interfaces.len(),
            snapshot.security_groups.len(),
            snapshot.subnets.len(),
            snapshot.vpcs.len(),
            snapshot.documents.len(),
        )
    })
}

/// Written beside its place and renamed into it; a device or a pipe is written to as it is.
fn save(snapshot: &Snapshot, path: &Path) -> io::Result<()> {
    let is_special = path.metadata().is_ok_and(|it| !it.is_file() && !it.is_dir());
    if is_special {
        let mut out = BufWriter::new(std::fs::OpenOptions::new().write(true).open(path)?);
        return write_snapshot(snapshot, &mut out);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder)?;
    let mut out = BufWriter::new(&file);
    write_snapshot(snapshot, &mut out)?;
    out.flush()?;
    drop(out);
    file.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}
