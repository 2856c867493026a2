//! Runners that are admitted by nothing but a range wider than their subnets.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::Asked;
use crate::judge::configuration::entries;
use crate::network::{Admission, Basis};

/// One service that some interfaces of a source reach by such rules alone.
pub(in crate::judge::configuration) struct Broad {
    /// `runners to dev-server ssh (22/ssh)`.
    pub subject: String,
    /// `tcp/22`.
    pub flow: String,
    pub port: u16,
    /// The rules: the group that has one, its id or what it is for, whom it admits.
    pub rules: Vec<Admission>,
    /// `all 3 interfaces`, `1 of 3 interfaces: eni-…`.
    pub share: String,
}

/// The rules of those interfaces that only wide ranges admit; `None` where there is no such interface.
pub(super) fn find(asked: &Asked<'_, '_>) -> Option<Broad> {
    let own = IpNet::aggregate(&asked.runners.source.subnets);
    let is_within = |range: &IpNet| own.iter().any(|subnet| subnet.contains(range));
    let is_broad = |admission: &Admission, from: IpAddr| match &admission.basis {
        Basis::Group(_) => false,
        Basis::Cidr(range) => !is_within(range),
        // A list that was not read admits nobody that is known, so it is not here.
        Basis::PrefixList(id) => entries(asked.context, id)
            .is_some_and(|entries| !entries.iter().any(|entry| entry.contains(&from) && is_within(entry))),
    };
    let mut rules = BTreeMap::new();
    let mut members = BTreeSet::new();
    for (class, result) in &asked.answers {
        let admitted = &result.admitted_in;
        let from = result.source.as_ref().and_then(|end| end.address.parse().ok());
        let Some(from) = from.filter(|_| !admitted.is_empty()) else { continue };
        if admitted.iter().all(|it| is_broad(it, from)) {
            rules.extend(
                admitted
                    .iter()
                    .map(|it| ((it.group.as_str(), it.rule.as_str(), it.basis.to_string()), it.clone())),
            );
            members.extend(class.members.iter().copied());
        }
    }
    (!rules.is_empty()).then(|| Broad {
        subject: asked.subject.clone(),
        flow: asked.flow(),
        port: asked.service.port.number(),
        rules: rules.into_values().collect(),
        share: asked.share(&members.into_iter().collect::<Vec<_>>()),
    })
}
