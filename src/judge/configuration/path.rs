//! Every expectation, service by service, from every class of runner interfaces.

mod broad;
mod closed;
mod drawn;
mod outcome;
mod via;

use super::destination::{Located, Target, is_of_destination, locate};
use super::map::Flow;
use super::runner::{Class, Runners};
use super::{Context, count};
use crate::code::Code;
use crate::finding::map::Wish;
use crate::finding::{Finding, Verdict};
use crate::flow::Service;
use crate::network::{Answer, Endpoint, PathResult, Question, Traffic, evaluate_path};
use crate::policy::{Expectation, Policy, Via};
use crate::remedy::Admit;

pub(super) use broad::Broad;

/// How many interfaces a report lists at most.
pub(super) const LISTED: usize = 1_000;

/// A destination, as one source reaches it.
pub(super) struct Reached<'a> {
    pub target: Target<'a>,
    pub source: &'a str,
    pub located: Located,
    /// The services that this source may reach.
    pub services: Vec<Service>,
    /// Those that it may reach by rules wider than its subnets alone.
    pub broad: Vec<Broad>,
}

/// One service asked from everywhere in a source.
struct Asked<'c, 'a> {
    context: &'c Context<'a>,
    runners: &'c Runners<'a>,
    subject: String,
    traffic: Traffic,
    service: Service,
    service_name: &'a str,
    target: Target<'a>,
    admit: Option<Admit>,
    /// How many interfaces there are, those to come included.
    total: usize,
    answers: Vec<(&'c Class<'a>, PathResult)>,
}

/// Judges all expectations, and notes every path for the map.
pub(super) fn judge<'a>(
    context: &Context<'a>,
    sources: &[Runners<'a>],
    targets: &[Target<'a>],
    findings: &mut Vec<Finding>,
    flows: &mut Vec<Flow>,
) -> Vec<Reached<'a>> {
    let mut reached: Vec<Reached<'a>> = Vec::new();
    for expectation in &context.policy.expectations {
        let Some(runners) = sources.iter().find(|runners| runners.name == expectation.from) else { continue };
        let Some(target) = targets.iter().find(|target| target.name == expectation.to) else {
            not_asked(
                context.policy,
                expectation,
                "The destination's address cannot be asked about.",
                Verdict::Skip,
                findings,
            );
            continue;
        };
        let at = reached.iter().position(|it| it.target.name == target.name && it.source == runners.name);
        let at = at.unwrap_or_else(|| {
            let located = locate(context, runners, target.address);
            reached.push(Reached {
                target: *target,
                source: runners.name,
                located,
                services: Vec::new(),
                broad: Vec::new(),
            });
            reached.len() - 1
        });
        let Some(way) = reached.get_mut(at) else { continue };
        let Some(end) = way.located.end().cloned() else {
            let why = "Where the destination is, is not known.";
            not_asked(context.policy, expectation, why, Verdict::Skip, findings);
            continue;
        };
        let reach_services = services(context.policy, expectation, &expectation.reach);
        way.services.extend(reach_services.iter().map(|(_, service)| *service));
        let classes = runners.classes(context, target.address, Some(&end));
        if classes.is_empty() {
            let why = "No interface of the source, and no subnet of it, is known.";
            not_asked(context.policy, expectation, why, Verdict::Unknown, findings);
            continue;
        }
        for (name, service) in reach_services {
            let asked = ask(context, runners, expectation, *target, (name, service), &classes);
            reach(&asked, expectation.via, findings);
            way.broad.extend(broad::find(&asked));
            drawn::draw(&asked, Wish::Open, expectation.via, flows);
        }
        for (name, service) in services(context.policy, expectation, &expectation.closed) {
            let asked = ask(context, runners, expectation, *target, (name, service), &classes);
            closed::judge(&asked, findings);
            drawn::draw(&asked, Wish::Closed, None, flows);
        }
    }
    reached
}

/// `runners to dev-server ssh (22/ssh)`.
fn subject(expectation: &Expectation, name: &str, service: Service) -> String {
    format!("{} to {} {name} ({service})", expectation.from, expectation.to)
}

/// The destination's services of these names.
fn services<'a>(policy: &Policy, expectation: &Expectation, names: &'a [String]) -> Vec<(&'a str, Service)> {
    let destination = policy.destinations.get(&expectation.to);
    let known = |name: &'a String| Some((name.as_str(), *destination?.services.get(name)?));
    names.iter().filter_map(known).collect()
}

fn not_asked(
    policy: &Policy,
    expectation: &Expectation,
    why: &str,
    verdict: Verdict,
    findings: &mut Vec<Finding>,
) {
    let (reach, closed) = (&expectation.reach, &expectation.closed);
    let all = [services(policy, expectation, reach), services(policy, expectation, closed)].concat();
    for (name, service) in all {
        findings.push(
            Finding::new(Code::PathNotAsked, verdict, subject(expectation, name, service))
                .expected("an answer from AWS's configuration")
                .observed("not judged")
                .reason(why)
                .hint(if verdict == Verdict::Skip { "" } else { "See to the other findings first." })
                .evidence("source", expectation.from.as_str())
                .evidence("destination", expectation.to.as_str())
                .evidence("service", name)
                .evidence("port", service.port.number()),
        );
    }
}

/// Every expectation when AWS's configuration was not read at all, for this reason.
pub fn judge_unread(policy: &Policy, why: &str, verdict: Verdict) -> Vec<Finding> {
    let mut findings = Vec::new();
    for expectation in &policy.expectations {
        not_asked(policy, expectation, why, verdict, &mut findings);
    }
    findings
}

fn ask<'c, 'a>(
    context: &'c Context<'a>,
    runners: &'c Runners<'a>,
    expectation: &'a Expectation,
    target: Target<'a>,
    (service_name, service): (&'a str, Service),
    classes: &'c [Class<'a>],
) -> Asked<'c, 'a> {
    let traffic = Traffic::Tcp(service.port);
    let answers = classes
        .iter()
        .map(|class| {
            let question = Question {
                from: class.from.clone(),
                to: Endpoint::Address(target.address),
                traffic,
                translation: context.options.translation,
            };
            (class, evaluate_path(context.network, &question))
        })
        .collect();
    let ranges = runners.source.subnets.clone();
    let admit = match (expectation.via, &runners.cluster_group) {
        (Some(Via::EksClusterSecurityGroup), Some(group)) => {
            Some(Admit::Group { id: group.to_string(), ranges })
        }
        (Some(Via::EksClusterSecurityGroup), None) => None,
        (None, _) => Some(Admit::Ranges(ranges)),
    };
    Asked {
        context,
        runners,
        subject: subject(expectation, service_name, service),
        traffic,
        service,
        service_name,
        target,
        admit,
        total: runners.interfaces.len() + classes.iter().filter(|it| is_to_come(it)).count(),
        answers,
    }
}

fn is_to_come(class: &Class<'_>) -> bool {
    matches!(class.from, Endpoint::Hypothetical(_))
}

impl Asked<'_, '_> {
    fn finding(&self, code: Code, verdict: Verdict) -> Finding {
        Finding::new(code, verdict, self.subject.as_str())
            .evidence("source", self.runners.name)
            .evidence("destination", self.target.name)
            .evidence("service", self.service_name)
            .evidence("port", self.service.port.number())
            .evidence("address", self.target.address.to_string())
    }

    /// Says which interfaces a finding is about: how many, ten of them, and all where it is not about all.
    fn concerning(&self, finding: Finding, members: &[&str]) -> Finding {
        let mut ids = members.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let finding = finding
            .evidence("interfaces", ids.len())
            .evidence("of", self.total)
            .evidence("examples", ids.iter().take(10).copied().collect::<Vec<_>>());
        // Enough to tell whether one pod's interface is among them, and not so many that a report grows with
        // the account.
        if ids.len() < self.total && ids.len() <= LISTED { finding.evidence("members", ids) } else { finding }
    }

    /// `tcp/22`.
    fn flow(&self) -> String {
        format!("tcp/{}", self.service.port)
    }

    /// `all 3 interfaces`, `1 of 3 interfaces: eni-…`.
    fn share(&self, members: &[&str]) -> String {
        let own = members.iter().collect::<std::collections::BTreeSet<_>>().len();
        if own == self.total {
            return if own == 1 {
                format!("the 1 interface there is, {}", members[0])
            } else {
                format!("all {}", count(own, "interface"))
            };
        }
        let few = super::a_few(members.iter().copied());
        format!("{own} of {}: {few}", count(self.total, "interface"))
    }
}

/// A service that must be reachable.
fn reach(asked: &Asked<'_, '_>, via: Option<Via>, findings: &mut Vec<Finding>) {
    outcome::judge(asked, findings);
    let clear = |result: &PathResult| result.blockers.iter().all(|it| is_of_destination(it.code));
    if asked.answers.iter().all(|(_, result)| clear(result)) {
        let met = asked.answers.iter().all(|(_, result)| result.verdict == Answer::Allowed);
        let members: Vec<&str> =
            asked.answers.iter().flat_map(|(class, _)| class.members.iter().copied()).collect();
        let finding = asked
            .finding(Code::PathAllowed, if met { Verdict::Pass } else { Verdict::Skip })
            .expected(format!("{} and its answers pass", asked.flow()))
            .observed(format!("{} and its answers may pass from {}", asked.flow(), asked.share(&members)))
            .evidence("interfaces", asked.total);
        let finding = match asked.answers.first() {
            Some((_, result)) => finding.evidence("hops", outcome::hops(result)),
            None => finding,
        };
        findings.push(if met {
            finding
        } else {
            finding.reason("The rules would let it pass, but the destination itself is in the way.")
        });
    }
    if via.is_some() {
        via::judge(asked, findings);
    }
}
