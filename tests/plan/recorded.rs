//! Plans that others made, where they are: every file of the folder in `REACHGATE_PLANS`.

use std::fs;
use std::path::PathBuf;

use reachgate::aws::plan::{PlanError, lay_plan, load_plan};
use reachgate::snapshot::Snapshot;

/// What is known of each file that is there; another one has to be read without a fault.
const KNOWN: [(&str, usize, usize); 4] = [
    ("plan__tfplan.json", 17, 3),
    ("plan_change_keys__tfplan.json", 2, 0),
    ("plan_with_for_each_for_enrichment__tf_plan.json", 3, 0),
    ("plan_with_utf_16_encoding__tfplan.json", 0, 0),
];

#[test]
fn every_recorded_plan_is_read() {
    let root = std::env::var_os("REACHGATE_PLANS").map(PathBuf::from).expect(
        "REACHGATE_PLANS is not set: name a folder of plans as JSON, e.g. \
         REACHGATE_PLANS=../data/terraform/plans cargo test --test plan",
    );
    let mut files: Vec<PathBuf> =
        fs::read_dir(&root).expect("a folder").map(|it| it.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no file in {}", root.display());
    for file in files {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        match load_plan(&file) {
            Ok(plan) => {
                let planned = lay_plan(Snapshot::default(), &plan).planned;
                let found = (planned.changes.len(), planned.unsupported.len());
                println!("{name}: {} changes, {} not modelled", found.0, found.1);
                if let Some((_, changes, unsupported)) = KNOWN.iter().find(|it| it.0 == name) {
                    assert_eq!(found, (*changes, *unsupported), "{name}");
                }
            }
            Err(PlanError::State { .. }) if name.contains("corrupted") => println!("{name}: a state"),
            Err(error) => panic!("{error}"),
        }
    }
}
