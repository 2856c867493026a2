//! `expect`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Check;
use crate::policy::file::fault::{Draft, quoted};
use crate::policy::file::raw::{self, DestinationName, Given, List, ServiceName, SourceName};
use crate::policy::{Expectation, Via};

/// Flows (from, to, service) as they are expected: to be what, where, and in which expectation.
type Flows<'r> = BTreeMap<(&'r str, &'r str, &'r str), (Wanted, &'r Range<usize>, &'r str)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Reach,
    Closed,
}

impl Wanted {
    fn word(self) -> &'static str {
        match self {
            Self::Reach => "reach",
            Self::Closed => "closed",
        }
    }
}

impl Check<'_> {
    pub(super) fn expectations(&mut self, policy: &raw::Policy) -> Vec<Expectation> {
        let empty = policy.expect.value.as_ref().is_some_and(Vec::is_empty);
        self.not_empty("expect", empty, &policy.expect.at, "say what must be reachable from where");
        let items = policy.expect.value.as_deref().unwrap_or_default();
        let paths: Vec<String> = (0..items.len()).map(|index| format!("expect[{index}]")).collect();
        let mut flows = Flows::new();
        let mut expectations = Vec::new();
        for (path, item) in paths.iter().zip(items) {
            let Some(raw) = &item.value else { continue };
            expectations.extend(self.expectation(path, item, raw, policy, &mut flows));
        }
        self.everything_is_expected(policy);
        expectations
    }

    fn expectation<'r>(
        &mut self,
        path: &'r str,
        item: &Given<raw::Expectation>,
        raw: &'r raw::Expectation,
        policy: &'r raw::Policy,
        flows: &mut Flows<'r>,
    ) -> Option<Expectation> {
        let from = raw.from.value.as_ref().map(|SourceName(name)| name.as_str());
        let to = raw.to.value.as_ref().map(|DestinationName(name)| name.as_str());
        if let (Some(from), Some(sources), false) = (from, &policy.sources.value, policy.sources.is_doubtful)
        {
            self.defined(("source", ""), from, &raw.from.at, sources.keys().map(String::as_str));
        }
        if let (Some(to), Some(destinations), false) =
            (to, &policy.destinations.value, policy.destinations.is_doubtful)
        {
            self.defined(("destination", ""), to, &raw.to.at, destinations.keys().map(String::as_str));
        }
        let mut named = Vec::new();
        for (wanted, list) in [(Wanted::Reach, &raw.reach), (Wanted::Closed, &raw.closed)] {
            named.push(self.named_services(path, wanted, list, to, policy));
            let (Some(from), Some(to)) = (from, to) else { continue };
            for (service, at) in texts(list) {
                self.flow((from, to, service), (wanted, at, path), flows);
            }
        }
        if !is_given(&raw.reach) && !is_given(&raw.closed) && !item.is_doubtful {
            let at = if item.at.is_empty() { &raw.from.key_at } else { &item.at };
            let draft = Draft::new(at, format!("{} expects nothing", quoted(path)));
            self.faults.add(draft.help("add `reach`, `closed` or both: lists of the destination's services"));
        }
        self.via_makes_sense(raw, from, policy);
        let closed = named.pop().unwrap_or_default();
        let reach = named.pop().unwrap_or_default();
        let via = raw.via.value.map(|raw::Via::EksClusterSecurityGroup| Via::EksClusterSecurityGroup);
        Some(Expectation { from: from?.to_owned(), to: to?.to_owned(), reach, closed, via })
    }

    fn named_services(
        &mut self,
        path: &str,
        wanted: Wanted,
        list: &List<ServiceName>,
        to: Option<&str>,
        policy: &raw::Policy,
    ) -> Vec<String> {
        let empty = list.value.as_ref().is_some_and(Vec::is_empty);
        let help = format!("list services, or remove `{}`", wanted.word());
        self.not_empty(&format!("{path}.{}", wanted.word()), empty, &list.at, &help);
        self.distinct(texts(list).map(|(service, at)| (service, service, at)));
        let destination = to.and_then(|to| policy.destinations.value.as_ref()?.get(to)?.value.as_ref());
        if let Some(services) = destination.and_then(|destination| destination.services.value.as_ref()) {
            let of = format!(" in {}", quoted(to.unwrap_or_default()));
            for (service, at) in texts(list) {
                self.defined(("service", &of), service, at, services.keys().map(String::as_str));
            }
        }
        texts(list).map(|(service, _)| service.to_owned()).collect()
    }

    /// One flow is expected once: to be open or not to be, not both, and not twice, since a report
    /// would then hold two findings of one subject.
    fn flow<'r>(
        &mut self,
        flow: (&'r str, &'r str, &'r str),
        (wanted, at, path): (Wanted, &'r Range<usize>, &'r str),
        flows: &mut Flows<'r>,
    ) {
        let Some((before, first, first_path)) = flows.insert(flow, (wanted, at, path)) else { return };
        let (from, to, service) = (quoted(flow.0), quoted(flow.1), quoted(flow.2));
        if before != wanted {
            let draft =
                Draft::new(at, format!("{service} of {to} is both in `reach` and in `closed` from {from}"))
                    .label(format!("in `{}` here", wanted.word()))
                    .note(first, format!("in `{}` here", before.word()));
            self.faults.add(draft.help("it cannot be open and closed: keep one of the two"));
        } else if path != first_path {
            // Two entries of one list are reported as listed twice already.
            let draft = Draft::new(at, format!("{service} of {to} is expected twice from {from}"))
                .label("expected again here")
                .note(first, "first expected here");
            self.faults.add(draft.help("keep one of them"));
        }
    }

    fn via_makes_sense(&mut self, raw: &raw::Expectation, from: Option<&str>, policy: &raw::Policy) {
        if raw.via.value.is_none() {
            return;
        }
        let source = from.and_then(|from| policy.sources.value.as_ref()?.get(from));
        if let Some(source) = source
            && source.value.as_ref().is_some_and(|source| source.eks_cluster.at.is_empty())
        {
            let from = quoted(from.unwrap_or_default());
            let draft = Draft::new(&raw.via.at, format!("the source {from} names no EKS cluster"))
                .label("whose security group?")
                .note(&source.key_at, "the source")
                .help("give the source its `eks_cluster`, or remove `via`");
            self.faults.add(draft);
        }
        if !is_given(&raw.reach) && is_given(&raw.closed) {
            let draft =
                Draft::new(&raw.via.at, "`via` says how a source is admitted, and nothing is to be reached");
            self.faults.add(draft.help("remove `via`, or add `reach`"));
        }
    }

    /// A service that no expectation names is never asked for, and looks as if it were.
    fn everything_is_expected(&mut self, policy: &raw::Policy) {
        let (Some(destinations), Some(expect)) = (&policy.destinations.value, &policy.expect.value) else {
            return;
        };
        let uncertain = |item: &Given<raw::Expectation>| {
            item.is_doubtful || item.value.as_ref().is_none_or(|raw| is_uncertain(raw, destinations))
        };
        if expect.is_empty() || expect.iter().any(uncertain) {
            return;
        }
        let expected: BTreeSet<(&str, &str)> = expect
            .iter()
            .filter_map(|item| item.value.as_ref())
            .flat_map(|raw| {
                let to = raw.to.value.as_ref().map_or("", |DestinationName(name)| name.as_str());
                texts(&raw.reach).chain(texts(&raw.closed)).map(move |(service, _)| (to, service))
            })
            .collect();
        for (name, entry) in destinations {
            let services = entry.value.as_ref().and_then(|raw| raw.services.value.as_ref());
            for (service, entry) in services.into_iter().flatten() {
                if entry.value.is_some() && !expected.contains(&(name, service)) {
                    let message =
                        format!("no expectation names the service {} of {}", quoted(service), quoted(name));
                    let help = "add it to `reach` or `closed` of an expectation, or remove it: \
                                a service that is not expected is not checked";
                    self.faults.add(Draft::new(&entry.key_at, message).label("never checked").help(help));
                }
            }
        }
    }
}

/// Whether a part of an expectation was reported, so that it is not known what was meant.
fn is_uncertain(raw: &raw::Expectation, destinations: &BTreeMap<String, Given<raw::Destination>>) -> bool {
    let to = raw.to.value.as_ref().and_then(|DestinationName(to)| destinations.get(to));
    let services = to.and_then(|to| to.value.as_ref()?.services.value.as_ref());
    let Some(services) = services else { return true };
    texts(&raw.reach).chain(texts(&raw.closed)).any(|(service, _)| !services.contains_key(service))
}

/// Whether a key is there, be its value right or wrong.
fn is_given<T>(raw: &Given<T>) -> bool {
    raw.value.is_some() || !raw.key_at.is_empty()
}

fn texts(list: &List<ServiceName>) -> impl Iterator<Item = (&str, &Range<usize>)> {
    list.value.iter().flatten().filter_map(|item| Some((item.value.as_ref()?.0.as_str(), &item.at)))
}
