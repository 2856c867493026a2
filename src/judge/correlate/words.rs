//! A diagnosis in words: who is to blame, why, and what to change.

use serde_json::Value;

use super::Witnesses;
use super::cell::{Configured, Diagnosis, Seen, Shut};
use super::flow::{Flow, text};
use super::suspect::{Scene, Suspect};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::list;

/// What a flow's finding is put together from.
pub(super) struct Words<'a> {
    pub(super) witnesses: &'a Witnesses<'a>,
    pub(super) flows: &'a [Flow<'a>],
    pub(super) flow: &'a Flow<'a>,
}

impl Words<'_> {
    pub(super) fn finding(&self, code: Code, verdict: Verdict) -> Finding {
        let probe = self.flow.probe;
        let mut finding = Finding::new(code, verdict, probe.subject.as_str())
            .expected(if self.flow.must_be_closed() {
                "closed to the probe and by the configuration"
            } else {
                "open to the probe and by the configuration"
            })
            .elapsed(probe.elapsed)
            .evidence("probe", probe.code.id());
        for name in ["address", "port", "destination", "service", "source_before_nat"] {
            if let Some(value) = probe.evidence.get(name) {
                finding = finding.evidence(name, value.clone());
            }
        }
        match self.witnesses.pod.interface() {
            Some(interface) => finding
                .evidence("interface", interface.id.as_str())
                .evidence("carries_cluster_group", interface.carries_cluster_group),
            None => finding,
        }
    }

    /// The flow's diagnosis.
    pub(super) fn diagnosis(&self) -> Finding {
        let diagnosis = self.flow.diagnosis();
        let finding = self.finding(diagnosis.code(), diagnosis.verdict(self.flow.probe.verdict));
        let finding = finding.evidence("configuration", self.configured_word());
        let seen = self.flow.probe.observed.as_str();
        let scene = Scene::new(self.witnesses, self.flows, self.flow);
        match diagnosis {
            Diagnosis::Open | Diagnosis::OpenByCidr | Diagnosis::OpenByOtherGroup => {
                self.open(diagnosis, finding)
            }
            Diagnosis::Closed => {
                finding.observed("it does not answer, and the configuration does not admit it")
            }
            Diagnosis::Unconfirmed | Diagnosis::Undecided => {
                let observed = match self.flow.configured() {
                    Configured::Unknown => format!("{seen}; what the configuration says of it is not known"),
                    _ => format!("{seen}; {}", self.says()),
                };
                self.undecided(finding.observed(observed))
            }
            Diagnosis::BlockerUnknown => self.undecided(
                finding.observed(format!("{seen}; whether the configuration denies it is not known")),
            ),
            Diagnosis::BlockedByConfiguration | Diagnosis::DeniedUnseen => self.denied(finding),
            Diagnosis::BlockedTwice => {
                let local = self.flow.probe;
                let finding = self.denied(finding);
                let (hint, observed) = (finding.hint.clone(), finding.observed.clone());
                finding
                    .observed(format!("{seen}; and {observed}"))
                    .reason("Each of them is in the way by itself, so mending one shows the other.")
                    .hint(format!("{}\n{hint}", local.hint))
            }
            Diagnosis::BlockedElsewhere => self.suspected(
                finding
                    .observed(format!("{seen}, although {}", self.admission()))
                    .reason("AWS's groups, ACLs and routes let it pass, so what drops it is not among them."),
                &scene.silent(),
            ),
            Diagnosis::PathUnexplained => self.suspected(
                finding.observed(format!("{seen}, although {}", self.denial())).reason(
                    "An answer came by a way that the configuration does not show: until it is known, who \
                         else may take it is not known either.",
                ),
                &scene.unexplained(),
            ),
            Diagnosis::BlockedInPod => self.suspected(
                finding
                    .observed(seen)
                    .reason("The packet never left this machine, so no group or ACL of AWS's is to blame."),
                &scene.local(),
            ),
            Diagnosis::PathMtu => self.suspected(
                finding.observed(format!("{seen}; {}", self.says())).reason(
                    "Small packets pass, and what ought to follow does not come. No group or ACL tells packets \
                     apart by their size.",
                ),
                &scene.stalled(),
            ),
            Diagnosis::ServiceDown
            | Diagnosis::ServiceWrong
            | Diagnosis::FirewallRejects
            | Diagnosis::HostUnreachable => finding
                .observed(format!("{seen}; {}", self.says()))
                .reason(diagnosis.code().story().meaning)
                .hint(self.flow.probe.hint.as_str()),
            Diagnosis::Exposed | Diagnosis::ExposedUnanswered => self.exposed(diagnosis, finding),
        }
    }

    fn open(&self, diagnosis: Diagnosis, finding: Finding) -> Finding {
        let finding = finding.observed(format!("{}; {}", self.flow.probe.observed, self.says()));
        if diagnosis == Diagnosis::Open {
            return finding;
        }
        let by = [Code::GroupIngressByCidrOnly, Code::GroupIngressByOtherGroup];
        let admission = self.flow.configuration.iter().find(|it| by.contains(&it.code));
        let hint = admission.map_or("", |it| it.hint.as_str());
        finding.reason(diagnosis.code().story().meaning).hint(hint)
    }

    /// Everything that denies, with its remedy.
    fn denied(&self, finding: Finding) -> Finding {
        let denials: Vec<&Finding> = self.flow.denials().collect();
        let hints = each_once(denials.iter().map(|it| it.hint.as_str()));
        let mut finding = finding
            .observed(self.denial())
            .reason(match self.flow.seen() {
                Seen::Filtered => "The probe gets no answer, and this is why: AWS denies in silence.",
                _ => "The probe could not tell; the configuration denies it whatever is there.",
            })
            .hint(hints.join("\n"))
            .evidence("blockers", denials.iter().map(|it| blocker(it)).collect::<Vec<_>>());
        // The first one's own words where it is easy to look for them.
        if let Some(interface) = self.without_group(&denials) {
            let finding = self.with_group_policies(finding);
            return finding
                .observed(format!("{}, because {interface} lacks the cluster security group", self.denial()))
                .evidence("component", interface)
                .evidence("remedy", denials.first().map_or("", |it| text(it, "remedy").unwrap_or(&it.hint)));
        }
        if let Some(first) = denials.first() {
            for name in ["component", "rule", "remedy", "remedy_cli", "remedy_terraform"] {
                if let Some(value) = first.evidence.get(name) {
                    finding = finding.evidence(name, value.clone());
                }
            }
        }
        finding
    }

    /// Names the `SecurityGroupPolicy` manifests at hand, as the groups of the pod's interface may come from there.
    fn with_group_policies(&self, finding: Finding) -> Finding {
        let by = self.flow.manifest(self.witnesses).map_or(&[][..], |it| it.group_policies.as_slice());
        if by.is_empty() {
            return finding;
        }
        let hint = format!(
            "{}\nThe pods' groups may come from SecurityGroupPolicy {}: add the cluster security group there.",
            finding.hint,
            list(by)
        );
        finding.hint(hint).evidence("security_group_policies", by.to_vec())
    }

    /// The pod's own interface, where all that is wrong is that it lacks the cluster security group: the rule that
    /// refers to the group is there, so that there is none to add.
    fn without_group(&self, denials: &[&Finding]) -> Option<&str> {
        let interface = self.witnesses.pod.interface()?;
        let lacks = interface.carries_cluster_group == Some(false);
        let is_ruled =
            |it: &&Finding| it.code == Code::GroupIngressMissing && !it.evidence.contains_key("remedy_cli");
        (lacks && denials.iter().all(is_ruled)).then_some(interface.id.as_str())
    }

    fn undecided(&self, finding: Finding) -> Finding {
        let doubts: Vec<&Finding> = self.flow.doubts().collect();
        // Where nothing was judged, the reason says what was in the way, and there is nothing else to see to.
        let mut reasons: Vec<&str> = doubts
            .iter()
            .map(|it| if it.code == Code::PathNotAsked { it.reason.as_str() } else { detail(it) })
            .collect();
        let mut hints: Vec<&str> = doubts
            .iter()
            .map(|it| match it.code {
                Code::PathNotAsked => Code::GateUnconfirmed.story().remedy,
                _ => it.hint.as_str(),
            })
            .collect();
        if self.flow.probe.verdict == Verdict::Unknown {
            reasons.insert(0, &self.flow.probe.reason);
            hints.insert(0, &self.flow.probe.hint);
        }
        let unread = self.flow.configuration.iter().find(|it| it.code == Code::PathNotAsked);
        if let (Some(unread), true) = (unread, reasons.is_empty()) {
            reasons.push(&unread.reason);
        }
        let finding = if reasons.is_empty() {
            finding.reason("The configuration that was read has no answer for this flow.")
        } else {
            finding.reason(sentence(&reasons))
        };
        // What the probe advises is still the best there is where the configuration is silent.
        let hints = each_once(hints);
        let hint = if hints.is_empty() { self.flow.probe.hint.clone() } else { hints.join("\n") };
        finding.hint(hint)
    }

    fn exposed(&self, diagnosis: Diagnosis, finding: Finding) -> Finding {
        let admission = self.flow.configuration.iter().find(|it| it.code == Code::PathExposed);
        let (said, hint) = admission.map_or(("", ""), |it| (detail(it), it.hint.as_str()));
        let seen = self.flow.probe.observed.as_str();
        let observed = if said.is_empty() { seen.to_owned() } else { format!("{seen}; {said}") };
        let hint = if hint.is_empty() { self.flow.probe.hint.as_str() } else { hint };
        finding.observed(observed).reason(diagnosis.code().story().meaning).hint(hint)
    }

    /// Puts the suspects into a finding, numbered.
    #[expect(clippy::unused_self, reason = "it reads on as the other parts of a diagnosis do")]
    fn suspected(&self, finding: Finding, suspects: &[Suspect]) -> Finding {
        let listed = suspects.iter().enumerate().map(|(at, it)| match suspects.len() {
            1 => format!("{} {}", it.because, it.check),
            _ => format!("{}. {}: {} {}", at + 1, it.name.replace('-', " "), it.because, it.check),
        });
        finding
            .hint(listed.collect::<Vec<_>>().join("\n"))
            .evidence("suspects", suspects.iter().map(Suspect::evidence).collect::<Vec<_>>())
    }

    /// What denies, in one phrase.
    fn denial(&self) -> String {
        let denials: Vec<&str> = self.flow.denials().map(detail).collect();
        if denials.is_empty() { "the configuration does not admit it".to_owned() } else { denials.join("; ") }
    }

    /// What admits it, in one phrase.
    fn admission(&self) -> String {
        let by =
            [Code::GroupIngressByClusterGroup, Code::GroupIngressByOtherGroup, Code::GroupIngressByCidrOnly];
        let found = by.iter().find_map(|code| self.flow.configuration.iter().find(|it| it.code == *code));
        found.map_or_else(|| "the configuration admits it".to_owned(), |it| detail(it).to_owned())
    }

    /// What the configuration says, after a semicolon.
    fn says(&self) -> String {
        match self.flow.configured() {
            Configured::AsAsked => "the configuration admits it".to_owned(),
            Configured::ByOtherGroup => "the configuration admits it by another security group".to_owned(),
            Configured::ByCidrOnly => "the configuration admits it by addresses alone".to_owned(),
            Configured::Denied => self.denial(),
            Configured::Unknown => "what the configuration says of it is not known".to_owned(),
        }
    }

    fn configured_word(&self) -> &'static str {
        if self.flow.must_be_closed() {
            return match self.flow.configured_shut() {
                Shut::Yes => "closed",
                Shut::No => "exposed",
                Shut::Unknown => "unknown",
            };
        }
        match self.flow.configured() {
            Configured::AsAsked => "admitted",
            Configured::ByOtherGroup => "admitted-by-other-group",
            Configured::ByCidrOnly => "admitted-by-cidr-only",
            Configured::Denied => "denied",
            Configured::Unknown => "unknown",
        }
    }
}

/// What a finding says, without for how many interfaces it is so.
fn detail(finding: &Finding) -> &str {
    text(finding, "detail").unwrap_or(&finding.observed)
}

/// What a script needs of one thing in the way.
fn blocker(finding: &Finding) -> Value {
    let of = |name: &str| finding.evidence.get(name).cloned().unwrap_or(Value::Null);
    serde_json::json!({
        "code": finding.code.id(),
        "component": of("component"),
        "rule": of("rule"),
        "direction": of("direction"),
        "detail": detail(finding),
        "remedy": text(finding, "remedy").unwrap_or(&finding.hint),
        "remedy_cli": of("remedy_cli"),
    })
}

/// What there is to say, each thing once.
fn each_once<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut told: Vec<&str> = Vec::new();
    for phrase in phrases {
        if !phrase.is_empty() && !told.contains(&phrase) {
            told.push(phrase);
        }
    }
    told
}

/// Phrases as one sentence, each once.
fn sentence(phrases: &[&str]) -> String {
    let told = each_once(phrases.iter().map(|it| it.trim().trim_end_matches('.')));
    if told.is_empty() { String::new() } else { format!("{}.", told.join("; ")) }
}
