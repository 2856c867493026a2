//! Every cell of the table is produced by a real probe and a real answer of an EC2 API.

use std::collections::BTreeSet;
use std::path::PathBuf;

use reachgate::judge::correlate::cell::{Configured, Seen, Shut, diagnose, diagnose_shut};

use crate::case::{Expected, File};

/// What the probe's codes are a sight of.
fn seen(probe: &str) -> Option<Seen> {
    Some(match probe {
        "port-open" => Seen::Open,
        "port-wrong-service" | "port-silent" | "port-dropped" | "port-throttled" | "port-tls-alert" => {
            Seen::GreetingWrong
        }
        "port-stalled" => Seen::Stalled,
        "port-closed" => Seen::Closed,
        "port-filtered" => Seen::Filtered,
        "port-prohibited" => Seen::Prohibited,
        "port-unreachable" => Seen::Unreachable,
        "port-blocked-locally" => Seen::BlockedLocally,
        "port-intercepted" | "port-undecided" => Seen::Unknown,
        _ => return None,
    })
}

fn configured(word: &str) -> Option<Configured> {
    Some(match word {
        "admitted" => Configured::AsAsked,
        "admitted-by-other-group" => Configured::ByOtherGroup,
        "admitted-by-cidr-only" => Configured::ByCidrOnly,
        "denied" => Configured::Denied,
        "unknown" => Configured::Unknown,
        _ => return None,
    })
}

/// The same of a service that must be closed; whether it is one is said by the service's name.
fn shut(expected: &Expected) -> Option<(Shut, Shut)> {
    let seen = match expected.probe.as_deref()? {
        "port-not-open" => Shut::Yes,
        "port-exposed" => Shut::No,
        "port-intercepted" | "port-undecided" => Shut::Unknown,
        _ => return None,
    };
    let said = match expected.configuration.as_deref()? {
        "closed" => Shut::Yes,
        "exposed" => Shut::No,
        "unknown" => Shut::Unknown,
        _ => return None,
    };
    Some((seen, said))
}

/// The service of `tests/gate/policies/closed-service.yaml` that must be closed.
const CLOSED: &str = "postgres";

/// Which cells no case has, and which case contradicts the table.
pub fn check(files: &[(PathBuf, File)]) -> Result<(), String> {
    let mut faults = Vec::new();
    let (mut produced, mut produced_shut) = (BTreeSet::new(), BTreeSet::new());
    for (path, file) in files {
        for expected in file.cases.iter().flat_map(|case| &case.findings) {
            let diagnosis = if expected.service.as_deref() == Some(CLOSED) {
                let Some((seen, said)) = shut(expected) else { continue };
                produced_shut.insert(format!("{seen:?} x {said:?}"));
                diagnose_shut(seen, said)
            } else {
                let seen = expected.probe.as_deref().and_then(seen);
                let said = expected.configuration.as_deref().and_then(configured);
                let (Some(seen), Some(said)) = (seen, said) else { continue };
                produced.insert(format!("{seen:?} x {said:?}"));
                diagnose(seen, said)
            };
            if diagnosis.code().id() != expected.code {
                faults.push(format!(
                    "{}: {} where the table has {}",
                    path.display(),
                    expected.code,
                    diagnosis.code()
                ));
            }
        }
    }
    let all = Seen::ALL.iter().flat_map(|seen| Configured::ALL.map(|said| format!("{seen:?} x {said:?}")));
    faults.extend(all.filter(|cell| !produced.contains(cell)).map(|cell| format!("no case has {cell}")));
    let shut = Shut::ALL.iter().flat_map(|seen| Shut::ALL.map(|said| format!("{seen:?} x {said:?}")));
    faults.extend(
        shut.filter(|cell| !produced_shut.contains(cell)).map(|cell| format!("no case has {cell}, shut")),
    );
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}
