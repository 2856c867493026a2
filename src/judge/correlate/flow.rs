//! One service of one destination, as each witness tells of it.

use std::collections::BTreeSet;

use super::cell::{Configured, Diagnosis, Seen, Shut, diagnose, diagnose_shut};
use super::{Manifest, Pod, Witnesses};
use crate::code::{Area, Code};
use crate::finding::{Finding, Verdict};

/// A flow and what is said of it.
#[derive(Debug)]
pub(super) struct Flow<'a> {
    /// The destination's name in the policy.
    pub destination: &'a str,
    /// The source that the probe ran in; `None` outside all of them.
    pub source: Option<&'a str>,
    /// The probe's finding.
    pub probe: &'a Finding,
    /// The configuration's findings of this flow, and of its destination.
    pub configuration: Vec<&'a Finding>,
}

/// Every service that the probe was to ask, in its order.
pub(super) fn flows<'a>(witnesses: &Witnesses<'a>) -> Vec<Flow<'a>> {
    let source =
        witnesses.probe.iter().find(|it| it.code == Code::RunnerInSubnet).and_then(|it| text(it, "source"));
    let pod: &'a Pod = witnesses.pod;
    let asked = witnesses.probe.iter().filter(|it| it.area() == Area::Port);
    asked
        .filter_map(|probe| {
            let (destination, service) = (text(probe, "destination")?, text(probe, "service")?);
            let configuration = pod.findings.iter().filter(|it| {
                let here = source.is_none() || text(it, "source").is_none_or(|from| Some(from) == source);
                let of_flow = text(it, "service") == Some(service);
                let of_destination = it.area() == Area::Destination;
                text(it, "destination") == Some(destination) && here && (of_flow || of_destination)
            });
            Some(Flow { destination, source, probe, configuration: configuration.collect() })
        })
        .collect()
}

/// A text among what was measured.
pub(super) fn text<'a>(finding: &'a Finding, name: &str) -> Option<&'a str> {
    finding.evidence.get(name)?.as_str()
}

impl<'a> Flow<'a> {
    /// Why there is nothing to join: a witness was not asked about it.
    pub(super) fn not_asked(&self) -> Option<String> {
        if self.probe.verdict == Verdict::Skip {
            return Some(format!("The probe was not asked. {}", self.probe.reason));
        }
        let loud = self.configuration.iter().any(|it| matches!(it.verdict, Verdict::Fail | Verdict::Unknown));
        let mut of_flow = self.configuration.iter().filter(|it| it.area() != Area::Destination).peekable();
        let unread =
            of_flow.peek().copied().filter(|_| !loud && of_flow.all(|it| it.verdict == Verdict::Skip));
        // What the probe saw go wrong is worth a diagnosis by one witness alone.
        let passes = matches!(self.probe.verdict, Verdict::Pass | Verdict::Warn);
        unread.filter(|_| passes).map(|it| {
            format!("AWS's configuration was not asked, so the probe is the only witness. {}", it.reason)
        })
    }

    /// The addresses that the witnesses were asked about, where they differ.
    pub(super) fn addresses_differ(&self) -> Option<(&'a str, &'a str)> {
        let probed = text(self.probe, "address")?;
        let configured = self.configuration.iter().find_map(|it| text(it, "address"))?;
        (probed != configured).then_some((probed, configured))
    }

    /// What the manifests at hand say of it.
    pub(super) fn manifest(&self, witnesses: &Witnesses<'a>) -> Option<&'a Manifest> {
        let service = text(self.probe, "service");
        let about =
            |it: &&Manifest| it.destination == self.destination && Some(it.service.as_str()) == service;
        witnesses.manifests.iter().find(about)
    }

    /// Whether it must not be reachable.
    pub(super) fn must_be_closed(&self) -> bool {
        text(self.probe, "expectation") == Some("closed")
    }

    /// What both say together.
    pub(super) fn diagnosis(&self) -> Diagnosis {
        if self.must_be_closed() {
            diagnose_shut(self.probed_shut(), self.configured_shut())
        } else {
            diagnose(self.seen(), self.configured())
        }
    }

    /// What the probe saw.
    pub(super) fn seen(&self) -> Seen {
        match (self.probe.code, self.probe.verdict) {
            // Undecided by itself, and yet TLS answered; seen from the wrong place it says nothing either.
            (Code::PortTlsAlert, Verdict::Unknown) if self.source.is_some() => Seen::GreetingWrong,
            (_, Verdict::Unknown | Verdict::Skip) => Seen::Unknown,
            (Code::PortOpen, _) => Seen::Open,
            (Code::PortStalled, _) => Seen::Stalled,
            (Code::PortClosed, _) => Seen::Closed,
            (Code::PortFiltered, _) => Seen::Filtered,
            (Code::PortProhibited, _) => Seen::Prohibited,
            (Code::PortUnreachable, _) => Seen::Unreachable,
            (Code::PortBlockedLocally, _) => Seen::BlockedLocally,
            (
                Code::PortWrongService
                | Code::PortSilent
                | Code::PortDropped
                | Code::PortThrottled
                | Code::PortTlsAlert,
                _,
            ) => Seen::GreetingWrong,
            _ => Seen::Unknown,
        }
    }

    /// What the configuration says.
    pub(super) fn configured(&self) -> Configured {
        let has =
            |code, verdict| self.configuration.iter().any(|it| it.code == code && it.verdict == verdict);
        let unknown = self.configuration.iter().any(|it| it.verdict == Verdict::Unknown);
        if self.denials().next().is_some() {
            Configured::Denied
        } else if unknown
            || !has(Code::PathAllowed, Verdict::Pass)
            || has(Code::GroupIngressByClusterGroup, Verdict::Skip)
        {
            Configured::Unknown
        } else if has(Code::GroupIngressByCidrOnly, Verdict::Fail) {
            Configured::ByCidrOnly
        } else if has(Code::GroupIngressByOtherGroup, Verdict::Fail) {
            Configured::ByOtherGroup
        } else {
            Configured::AsAsked
        }
    }

    /// What is known to deny it, each thing once.
    pub(super) fn denials(&self) -> impl Iterator<Item = &'a Finding> {
        let mut told = BTreeSet::new();
        self.configuration.iter().copied().filter(move |it| {
            let denies = it.verdict == Verdict::Fail
                && !matches!(
                    it.code,
                    Code::GroupIngressByCidrOnly | Code::GroupIngressByOtherGroup | Code::PathExposed
                );
            denies && told.insert((it.code, text(it, "component"), text(it, "rule"), text(it, "direction")))
        })
    }

    /// What keeps the configuration from being decided.
    pub(super) fn doubts(&self) -> impl Iterator<Item = &'a Finding> {
        self.configuration.iter().copied().filter(|it| it.verdict == Verdict::Unknown)
    }

    fn probed_shut(&self) -> Shut {
        match (self.probe.code, self.probe.verdict) {
            (_, Verdict::Unknown | Verdict::Skip) => Shut::Unknown,
            (Code::PortNotOpen, _) => Shut::Yes,
            (Code::PortExposed, _) => Shut::No,
            _ => Shut::Unknown,
        }
    }

    /// What the configuration says of it, where it must not be reachable.
    pub(super) fn configured_shut(&self) -> Shut {
        let has =
            |code, verdict| self.configuration.iter().any(|it| it.code == code && it.verdict == verdict);
        if has(Code::PathExposed, Verdict::Fail) {
            Shut::No
        } else if has(Code::PathClosed, Verdict::Pass) && self.doubts().next().is_none() {
            Shut::Yes
        } else {
            Shut::Unknown
        }
    }
}
