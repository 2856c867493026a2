//! `reachgate reach`: who reaches some interfaces, and on what.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;

use super::configuration::{Needed, load_planned};
use super::{Failure, environment, style};
use crate::change::{Doubt, Exposure};
use crate::cli::{Reach, Shared};
use crate::code::Code;
use crate::exit::Exit;
use crate::finding::PolicyName;
use crate::judge::change::{judge_exposure, plan_doubts};
use crate::network::space::number;
use crate::network::{Comparison, Endpoint, Network};
use crate::policy::file::load_policy;
use crate::report::{Outputs, ReachReport};
use crate::snapshot::Snapshot;

/// Asks who reaches it.
pub fn run(options: &Reach, shared: &Shared) -> Result<Exit, Failure> {
    let started = Instant::now();
    let policy = load_policy(shared.policy.as_deref().map(Path::new), &environment)?;
    let outputs = Outputs::open(&shared.output, shared.format)?;
    if let Some(format) = outputs.formats().find(|format| !ReachReport::is_written_as(*format)) {
        return Err(Failure::ReachFormat(format));
    }
    // Whoever there is may be who reaches it.
    let (snapshot, planned) = load_planned(&options.configuration, &options.plan, Needed::everything())?;
    let network = Network::new(&snapshot);
    let interfaces = meant(&network, &options.to);
    let empty = Snapshot { documents: snapshot.documents.clone(), ..Snapshot::default() };
    let nothing = Network::new(&empty);
    let mut exposure = if interfaces.is_empty() {
        Exposure { gaps: vec![not_found(&options.to)], ..Exposure::default() }
    } else {
        let comparison = Comparison::exposure(&nothing, &network, options.external_snat.into(), &interfaces);
        let mut differences = comparison.differences(0..comparison.len());
        if let Endpoint::Address(address) = &options.to {
            // The interface's other addresses are not asked about.
            differences.retain(|difference| difference.addresses.contains(number(*address)));
        }
        judge_exposure(&policy, &snapshot, differences)
    };
    exposure.gaps.extend(planned.iter().flat_map(plan_doubts));
    let report = ReachReport {
        exposure,
        to: options.to.to_string(),
        interfaces: interfaces.into_iter().map(str::to_owned).collect(),
        policy: PolicyName { name: policy.name, origin: policy.origin, digest: policy.digest },
        taken_at: Timestamp::now(),
        elapsed: started.elapsed(),
    };
    outputs.write_with(&style(shared), &|format, style, out| report.write(format, style, out))?;
    Ok(report.exit())
}

/// The interfaces that are meant: the address's owner, the interface itself, all of an instance.
fn meant<'a>(network: &Network<'a>, to: &Endpoint) -> BTreeSet<&'a str> {
    let found = match to {
        Endpoint::Address(address) => network.owners(*address),
        Endpoint::Interface(id) => network.snapshot().network_interfaces.get(id).into_iter().collect(),
        Endpoint::Instance(id) => network.attached_to(id).to_vec(),
        Endpoint::Hypothetical(_) => Vec::new(),
    };
    found.into_iter().map(|interface| interface.network_interface_id.as_str()).collect()
}

fn not_found(to: &Endpoint) -> Doubt {
    Doubt {
        code: Code::DestinationUnowned,
        component: to.to_string(),
        detail: "no interface that was read has it".to_owned(),
    }
}
