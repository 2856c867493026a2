//! A judged service, as the flows that a map draws.

use super::{Asked, closed};
use crate::code::Code;
use crate::finding::Verdict;
use crate::finding::map::{Passage, Sent, Wish};
use crate::judge::configuration::map::Flow;
use crate::network::{Answer, Basis, PathResult};
use crate::policy::Via;

/// One flow for every class of interfaces.
pub(super) fn draw(asked: &Asked<'_, '_>, wish: Wish, via: Option<Via>, flows: &mut Vec<Flow>) {
    flows.extend(asked.answers.iter().map(|(class, result)| {
        let answer = if wish == Wish::Open { result.verdict } else { closed::answer(result) };
        let admission = match (wish, answer) {
            (Wish::Open, _) => via.and_then(|_| admission(asked, result)),
            (Wish::Closed, Answer::Allowed) => {
                Some((Code::PathExposed, "admitted, and the policy wants it closed".to_owned()))
            }
            (Wish::Closed, _) => None,
        };
        let verdict = match (wish, answer) {
            (_, Answer::Unknown) => Verdict::Unknown,
            (Wish::Open, Answer::Denied) | (Wish::Closed, Answer::Allowed) => Verdict::Fail,
            (Wish::Open, Answer::Allowed) if admission.is_some() => Verdict::Fail,
            (Wish::Open, Answer::Allowed) if !result.warnings.is_empty() => Verdict::Warn,
            (Wish::Open, Answer::Allowed) | (Wish::Closed, Answer::Denied) => Verdict::Pass,
        };
        Flow {
            source: asked.runners.name.to_owned(),
            destination: asked.target.name.to_owned(),
            service: Sent {
                name: asked.service_name.to_owned(),
                port: asked.service.to_string(),
                probed: None,
            },
            wish,
            passage: match answer {
                Answer::Allowed => Passage::Allowed,
                Answer::Denied => Passage::Denied,
                Answer::Unknown => Passage::Unknown,
            },
            verdict,
            members: class.members.iter().map(|member| (*member).to_owned()).collect(),
            result: result.clone(),
            admission,
        }
    }));
}

/// What is wrong with a flow that passes, but not by the cluster group: as `via` finds it.
fn admission(asked: &Asked<'_, '_>, result: &PathResult) -> Option<(Code, String)> {
    let cluster = asked.runners.cluster_group.as_deref()?;
    let of_group = |wanted: Option<&str>| {
        result.admitted_in.iter().any(|it| match &it.basis {
            Basis::Group(id) => wanted.is_none_or(|wanted| id == wanted),
            Basis::Cidr(_) | Basis::PrefixList(_) => false,
        })
    };
    if result.admitted_in.is_empty() || of_group(Some(cluster)) {
        return None;
    }
    let code = if of_group(None) { Code::GroupIngressByOtherGroup } else { Code::GroupIngressByCidrOnly };
    Some((code, format!("admitted, but not by {cluster}")))
}
