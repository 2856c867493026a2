//! `reachgate path`: one question, with every hop and every blocker.

use super::configuration::{Needed, load_planned};
use super::{Failure, style};
use crate::cli::{FailOn, Path, Protocol, Shared};
use crate::exit::Exit;
use crate::network::{Answer, Network, Question, Traffic, evaluate_path};
use crate::remedy::{Admit, Adviser};
use crate::report::{Format, Outputs, PathReport};

/// Answers one question.
pub fn run(options: &Path, shared: &Shared) -> Result<Exit, Failure> {
    let traffic = match (options.protocol, options.port) {
        (Protocol::Tcp, Some(port)) => Traffic::Tcp(port),
        (Protocol::Udp, Some(port)) => Traffic::Udp(port),
        (Protocol::Icmp, None) => Traffic::Icmp,
        (Protocol::Icmp, Some(_)) => return Err(Failure::Question("icmp has no port; leave --port out")),
        (_, None) => return Err(Failure::Question("tcp and udp need --port PORT")),
    };
    let outputs = Outputs::open(&shared.output, shared.format)?;
    if let Some(format) = outputs.formats().find(|format| !matches!(format, Format::Text | Format::Json)) {
        return Err(Failure::PathFormat(format));
    }
    let needed = Needed::by_ends([&options.from, &options.to]);
    let (snapshot, planned) = load_planned(&options.configuration, &options.plan, needed)?;
    let network = Network::new(&snapshot);
    let question = Question {
        from: options.from.clone(),
        to: options.to.clone(),
        traffic,
        translation: options.external_snat.into(),
    };
    let mut result = evaluate_path(&network, &question);
    if let Some(planned) = &planned {
        result.note_plan(planned);
    }
    let adviser = Adviser::new(&network);
    let found = result.blockers.iter().chain(&result.warnings);
    let remedies = found.map(|it| adviser.advise(&result, traffic, it, &Admit::Source)).collect();
    let exit = match result.verdict {
        Answer::Allowed if shared.fail_on == FailOn::Warn && !result.warnings.is_empty() => Exit::Broken,
        Answer::Allowed => Exit::Met,
        Answer::Denied => Exit::Broken,
        Answer::Unknown => Exit::Unknown,
    };
    let report = PathReport { result, remedies, exit };
    outputs.write_with(&style(shared), &|format, style, out| report.write(format, style, out))?;
    Ok(exit)
}
