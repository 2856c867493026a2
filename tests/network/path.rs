//! Scenarios of one network: questions, and what has to be answered.

use std::collections::BTreeSet;

use libtest_mimic::Failed;
use reachgate::flow::Port;
use reachgate::network::{
    Endpoint, Hypothetical, Network, PathResult, Question, Traffic, Translation, evaluate_path,
};
use serde::Deserialize;
use serde_json::Value;

use crate::base;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub title: String,
    network: String,
    #[serde(default)]
    change: Value,
    #[serde(default)]
    without: Vec<String>,
    ask: Vec<Ask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    from: String,
    to: String,
    #[serde(default)]
    tcp: Option<u16>,
    #[serde(default)]
    udp: Option<u16>,
    #[serde(default)]
    translation: Option<String>,
    answer: String,
    #[serde(default)]
    blockers: BTreeSet<String>,
    #[serde(default)]
    warnings: BTreeSet<String>,
    /// Who admits it in, each as `kind value`; not looked at where it is left out.
    #[serde(default)]
    admitted_in: Option<BTreeSet<String>>,
    /// The ids of the rules that admit it in; not looked at where they are left out.
    #[serde(default)]
    rules: Option<BTreeSet<String>>,
    /// A text that the blockers' details have to have.
    #[serde(default)]
    says: Option<String>,
}

fn endpoint(text: &str) -> Endpoint {
    // `subnet-a with sg-1 sg-2` is an interface that is not there yet.
    match text.split_once(" with ") {
        Some((subnet, groups)) => Endpoint::Hypothetical(Hypothetical {
            subnet: subnet.into(),
            groups: groups.split(' ').map(Into::into).collect(),
        }),
        None => text.parse().unwrap_or_else(|error| panic!("{error}")),
    }
}

fn judge(network: &Network<'_>, ask: &Ask) -> Result<(), Failed> {
    let port = |port: u16| Port::new(port).expect("a port");
    let traffic = match (ask.tcp, ask.udp) {
        (Some(number), None) => Traffic::Tcp(port(number)),
        (None, Some(number)) => Traffic::Udp(port(number)),
        (None, None) => Traffic::Icmp,
        (Some(_), Some(_)) => return Err("both tcp and udp".into()),
    };
    let translation = match ask.translation.as_deref() {
        None => Translation::Unknown,
        Some("node") => Translation::Node,
        Some("none") => Translation::None,
        Some(other) => return Err(format!("translation {other}").into()),
    };
    let question = Question { from: endpoint(&ask.from), to: endpoint(&ask.to), traffic, translation };
    let found = evaluate_path(network, &question);
    let said = |list: &[reachgate::network::Blocker]| -> BTreeSet<String> {
        list.iter().map(|it| format!("{} {}", it.code, it.component).trim_end().to_owned()).collect()
    };
    let fail = |what: &str, found: &PathResult| {
        let found = serde_json::to_string_pretty(found).expect("JSON");
        Err(format!("{} to {}: {what}\n{found}", ask.from, ask.to).into())
    };
    if found.verdict.word() != ask.answer {
        return fail(&format!("not {}", ask.answer), &found);
    }
    if said(&found.blockers) != ask.blockers {
        return fail(&format!("other blockers than {:?}", ask.blockers), &found);
    }
    if said(&found.warnings) != ask.warnings {
        return fail(&format!("other warnings than {:?}", ask.warnings), &found);
    }
    if let Some(admitted) = &ask.admitted_in {
        let by = found.admitted_in.iter().map(|it| format!("{} {}", it.basis.kind(), it.basis)).collect();
        if *admitted != by {
            return fail(&format!("admitted by others than {admitted:?}"), &found);
        }
    }
    if let Some(rules) = &ask.rules {
        let by = found.admitted_in.iter().map(|it| it.rule.clone()).collect();
        if *rules != by {
            return fail(&format!("admitted by other rules than {rules:?}"), &found);
        }
    }
    if let Some(text) = &ask.says {
        let all = found.blockers.iter().chain(&found.warnings);
        if !all.clone().any(|it| it.detail.contains(text) || it.rule.as_deref() == Some(text)) {
            return fail(&format!("nothing says {text}"), &found);
        }
    }
    Ok(())
}

pub fn run(scenario: &Scenario) -> Result<(), Failed> {
    let snapshot = base::snapshot(&scenario.network, &[&scenario.change], &scenario.without)?;
    let network = Network::new(&snapshot);
    if scenario.ask.is_empty() {
        return Err("asks nothing".into());
    }
    scenario.ask.iter().try_for_each(|ask| judge(&network, ask))
}
