//! The positive control: a resolver that cannot resolve a name that must resolve proves nothing.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::words::{answers, describe_lookup, slowest};
use super::{Code, Finding, Verdict, has_addresses, is_wildcard, list, tailscale_evidence};
use crate::fact::Facts;
use crate::fact::name::{Lookup, NameFact, NameRole};
use crate::policy::Policy;

/// Which nameservers were seen to work, by a name that must resolve.
pub(super) struct Control<'a> {
    resolved: Option<&'a NameFact>,
    proven: BTreeSet<IpAddr>,
    wildcard: bool,
    asked: Vec<&'a NameFact>,
}

impl<'a> Control<'a> {
    pub(super) fn of(policy: &Policy, facts: &'a Facts) -> Self {
        let asked: Vec<&NameFact> =
            facts.names.iter().filter(|fact| fact.role == NameRole::Control).collect();
        let mut proven = BTreeSet::new();
        let mut wildcard = false;
        let mut resolved = None;
        for fact in &asked {
            for lookup in &fact.lookups {
                if has_addresses(lookup) && is_wildcard(lookup) {
                    wildcard = true;
                } else if has_addresses(lookup) && tailscale_evidence(policy, lookup).is_none() {
                    proven.insert(lookup.nameserver);
                    resolved = resolved.or(Some(*fact));
                }
            }
        }
        Self { resolved, proven, wildcard, asked }
    }

    pub(super) fn finding(&self, policy: &Policy) -> Finding {
        let expected = "resolves";
        if let Some(fact) = self.resolved {
            return Finding::new(Code::DnsControlResolved, Verdict::Pass, fact.name.as_str())
                .expected(expected)
                .observed(format!("resolves at {}", list(&self.proven)))
                .elapsed(slowest(fact))
                .evidence("answers", answers(fact));
        }
        let named: Vec<String> = policy
            .names
            .control
            .iter()
            .filter_map(|value| value.resolved.clone())
            .filter(|name| !name.trim().is_empty())
            .collect();
        if named.is_empty() {
            return Finding::new(Code::DnsControlFailed, Verdict::Unknown, "control name")
                .expected(expected)
                .observed("none is configured here")
                .reason("Without a name that must resolve, a negative answer proves nothing.")
                .hint("Add a name that must resolve to names.control in the policy.");
        }
        let subject = named.join(", ");
        let seen =
            self.asked.iter().flat_map(|fact| &fact.lookups).map(describe_lookup).collect::<BTreeSet<_>>();
        let observed = if self.wildcard {
            "resolves, but so does a random name beside it".to_owned()
        } else if seen.is_empty() {
            "no answer yet when the run ended".to_owned()
        } else {
            format!("does not resolve: {}", list(seen))
        };
        let elapsed = self.asked.iter().map(|fact| slowest(fact)).max().unwrap_or_default();
        Finding::new(Code::DnsControlFailed, Verdict::Unknown, subject)
            .expected(expected)
            .observed(observed)
            .reason("The resolver is not to be trusted, so no negative answer counts.")
            .hint(
                "Look at CoreDNS (`kubectl -n kube-system get pods -l k8s-app=kube-dns`) and at egress \
                to port 53, udp and tcp.",
            )
            .elapsed(elapsed)
            .evidence("answers", self.asked.iter().flat_map(|fact| answers(fact)).collect::<Vec<_>>())
    }

    /// Why a negative answer of this lookup's nameserver counts for nothing; `None` if it counts.
    pub(super) fn distrusts(&self, lookup: &Lookup) -> Option<String> {
        (!self.proven.contains(&lookup.nameserver))
            .then(|| format!("nameserver {} was not seen to resolve the control name", lookup.nameserver))
    }
}
