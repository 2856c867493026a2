//! `reachgate schema`: the JSON Schemas of what reachgate writes, as in `docs/schemas/`.

use super::{Failure, print};
use crate::cli::Document;
use crate::exit::Exit;
use crate::report::json::write_report_schema;
#[cfg(feature = "static")]
use crate::{
    report::{diff::write_diff_schema, path::write_path_schema, reach::write_reach_schema},
    snapshot::write_snapshot_schema,
};

/// Prints one schema.
pub fn run(document: Document) -> Result<Exit, Failure> {
    match document {
        Document::Report => print(|out| write_report_schema(out)),
        #[cfg(feature = "static")]
        Document::Path => print(|out| write_path_schema(out)),
        #[cfg(feature = "static")]
        Document::Reach => print(|out| write_reach_schema(out)),
        #[cfg(feature = "static")]
        Document::Diff => print(|out| write_diff_schema(out)),
        #[cfg(feature = "static")]
        Document::Snapshot => print(|out| write_snapshot_schema(out)),
    }
}
