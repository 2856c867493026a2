//! A policy as YAML again, its variables replaced.

use std::collections::BTreeMap;
use std::io;

use serde::{Serialize, Serializer};
use serde_saphyr::{Commented, FlowSeq};

use super::VERSION;
use super::literal::{parse_address, parse_dns_name};
use super::variable::{looks_like_variable, reference};
use crate::policy::{
    Allow, Destination, Expectation, Names, Policy, Review, Source, Tailscale, Value, Via, WorldOpen,
};
use crate::untrusted::Untrusted;

/// Writes a policy as YAML that is itself a policy file and says the same wherever it is read.
///
/// A value that came from a variable is written as what it came to, with the variable in a comment.
/// Where that would not be a valid file, the variable stays: one that is unset as `${NAME}`, one that
/// holds no address, or no name, as `${NAME:-what it holds}`, and a mixture of text and variables as it is.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write_resolved(policy: &Policy, mut out: &mut dyn io::Write) -> io::Result<()> {
    let (name, origin) = (Untrusted::from(policy.name.as_str()), Untrusted::from(policy.origin.as_str()));
    writeln!(out, "# The policy {name}, from {origin}, SHA-256 {}.", policy.digest)?;
    writeln!(out, "# Variables are replaced; a comment says where one was.")?;
    let options = serde_saphyr::ser_options! { compact_list_indent: false, prefer_block_scalars: false };
    serde_saphyr::to_io_writer_with_options(&mut out, &Shown::from(policy), options).map_err(io::Error::other)
}

/// The keys of the file in the order that a person reads them.
#[derive(Serialize)]
struct Shown<'p> {
    version: u64,
    name: &'p str,
    networks: BTreeMap<&'p str, Vec<Commented<String>>>,
    sources: BTreeMap<&'p str, ShownSource<'p>>,
    destinations: BTreeMap<&'p str, ShownDestination<'p>>,
    expect: Vec<ShownExpectation<'p>>,
    #[serde(skip_serializing_if = "ShownNames::is_empty")]
    names: ShownNames<'p>,
    review: ShownReview<'p>,
}

#[derive(Serialize)]
struct ShownSource<'p> {
    subnets: FlowSeq<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eks_cluster: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'p str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pod_labels: &'p BTreeMap<String, String>,
    tailscale: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    active: &'p BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    light: Option<&'p str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    retired: &'p BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct ShownDestination<'p> {
    address: ShownValue,
    within: &'p str,
    services: BTreeMap<&'p str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_name: Option<&'p str>,
    control_port: u16,
}

#[derive(Serialize)]
struct ShownExpectation<'p> {
    from: &'p str,
    to: &'p str,
    #[serde(skip_serializing_if = "is_empty")]
    reach: FlowSeq<&'p [String]>,
    #[serde(skip_serializing_if = "is_empty")]
    closed: FlowSeq<&'p [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<&'static str>,
}

#[derive(Serialize)]
struct ShownNames<'p> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    control: Vec<ShownValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unresolvable: Vec<ShownValue>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    never_tailnet: &'p [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    suspect_suffixes: &'p [String],
}

#[derive(Serialize)]
struct ShownReview<'p> {
    world_open: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow: Vec<ShownAllow<'p>>,
}

#[derive(Serialize)]
struct ShownAllow<'p> {
    codes: FlowSeq<Vec<&'static str>>,
    group: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic: Option<String>,
    reason: &'p str,
    expires: String,
}

/// A value, with what the file has in its place where that is something else.
struct ShownValue {
    text: String,
    comment: String,
}

impl Serialize for ShownValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.comment.is_empty() {
            return self.text.serialize(serializer);
        }
        Commented(self.text.as_str(), self.comment.clone()).serialize(serializer)
    }
}

impl<'p> From<&'p Policy> for Shown<'p> {
    fn from(policy: &'p Policy) -> Self {
        let sources = policy.sources.iter().map(|(name, source)| (name.as_str(), source.into()));
        let destinations =
            policy.destinations.iter().map(|(name, destination)| (name.as_str(), destination.into()));
        Self {
            version: VERSION,
            name: &policy.name,
            networks: policy.networks.keys().map(|name| (name.as_str(), network(policy, name))).collect(),
            sources: sources.collect(),
            destinations: destinations.collect(),
            expect: policy.expectations.iter().map(Into::into).collect(),
            names: (&policy.names).into(),
            review: (&policy.review).into(),
        }
    }
}

fn network(policy: &Policy, name: &str) -> Vec<Commented<String>> {
    let written = policy.written_networks.get(name).map_or(&[][..], Vec::as_slice);
    let spelled = |index: usize| written.get(index).filter(|text| looks_like_variable(text));
    let comment = |index| spelled(index).map_or_else(String::new, |text| comment(text));
    policy
        .network(name)
        .iter()
        .enumerate()
        .map(|(index, cidr)| Commented(cidr.to_string(), comment(index)))
        .collect()
}

/// A comment is one line, whatever a variable's default holds.
fn comment(text: &str) -> String {
    Untrusted::from(text).to_string()
}

fn value(value: &Value, is_right: impl Fn(&str) -> bool) -> ShownValue {
    let written = &value.written;
    match (&value.resolved, &value.variable) {
        (Some(text), _) if text == written => ShownValue { text: text.clone(), comment: String::new() },
        (Some(text), _) if is_right(text) => ShownValue { text: text.clone(), comment: comment(written) },
        (Some(text), Some(variable)) => {
            let text = reference(variable, text);
            let comment = if text == *written { String::new() } else { comment(written) };
            ShownValue { text, comment }
        }
        (Some(text), None) => ShownValue { text: written.clone(), comment: comment(text) },
        (None, _) => ShownValue { text: written.clone(), comment: "unset".to_owned() },
    }
}

impl<'p> From<&'p Source> for ShownSource<'p> {
    fn from(source: &'p Source) -> Self {
        Self {
            subnets: FlowSeq(source.subnets.iter().map(ToString::to_string).collect()),
            eks_cluster: source.eks_cluster.as_deref(),
            namespace: source.namespace.as_deref(),
            pod_labels: &source.pod_labels,
            tailscale: match source.tailscale {
                Tailscale::Absent => "absent",
                Tailscale::Allowed => "allowed",
            },
            active: &source.active,
            light: source.light.as_deref(),
            retired: &source.retired,
        }
    }
}

impl<'p> From<&'p Destination> for ShownDestination<'p> {
    fn from(destination: &'p Destination) -> Self {
        let services =
            destination.services.iter().map(|(name, service)| (name.as_str(), service.to_string()));
        Self {
            address: value(&destination.address, |text| parse_address(text).is_ok()),
            within: &destination.within,
            services: services.collect(),
            server_name: destination.server_name.as_deref(),
            control_port: destination.control_port.number(),
        }
    }
}

impl<'p> From<&'p Expectation> for ShownExpectation<'p> {
    fn from(expectation: &'p Expectation) -> Self {
        Self {
            from: &expectation.from,
            to: &expectation.to,
            reach: FlowSeq(&expectation.reach),
            closed: FlowSeq(&expectation.closed),
            via: expectation.via.map(|Via::EksClusterSecurityGroup| "eks-cluster-security-group"),
        }
    }
}

impl<'p> From<&'p Names> for ShownNames<'p> {
    fn from(names: &'p Names) -> Self {
        let values = |list: &[Value]| {
            list.iter().map(|name| value(name, |text| parse_dns_name(text).is_ok())).collect()
        };
        Self {
            control: values(&names.control),
            unresolvable: values(&names.unresolvable),
            never_tailnet: &names.never_tailnet,
            suspect_suffixes: &names.suspect_suffixes,
        }
    }
}

impl<'p> From<&'p Review> for ShownReview<'p> {
    fn from(review: &'p Review) -> Self {
        Self {
            world_open: match review.world_open {
                WorldOpen::Deny => "deny",
                WorldOpen::Allow => "allow",
            },
            allow: review.allow.iter().map(Into::into).collect(),
        }
    }
}

impl<'p> From<&'p Allow> for ShownAllow<'p> {
    fn from(allow: &'p Allow) -> Self {
        Self {
            codes: FlowSeq(allow.codes.iter().map(|code| code.id()).collect()),
            group: &allow.group,
            source: allow.source.as_ref().map(ToString::to_string),
            traffic: allow.traffic.map(|traffic| traffic.to_string()),
            reason: &allow.reason,
            expires: allow.expires.to_string(),
        }
    }
}

impl ShownNames<'_> {
    fn is_empty(&self) -> bool {
        self.control.is_empty()
            && self.unresolvable.is_empty()
            && self.never_tailnet.is_empty()
            && self.suspect_suffixes.is_empty()
    }
}

fn is_empty(list: &FlowSeq<&[String]>) -> bool {
    list.0.is_empty()
}
