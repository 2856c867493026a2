//! A snapshot as its own file.

use std::io::{self, Write};

use super::Snapshot;

/// Writes a snapshot's own file: JSON of the schema [`super::SCHEMA`], indented, everything in the order of
/// its id, so that two captures can be compared line by line. `load_snapshot` reads it back.
pub fn write_snapshot(snapshot: &Snapshot, writer: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *writer, snapshot)?;
    writer.write_all(b"\n")?;
    writer.flush()
}
