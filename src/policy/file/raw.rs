//! The policy file's keys, as they are written. The JSON Schema is made of these types, and the
//! comments on the fields are the descriptions that an editor shows.
//!
//! A value here has the right type and nothing more; [`super::check`] judges what it says.

mod word;

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde::Deserialize;

pub(super) use word::*;

/// A value with the bytes of the file that it and its key stand on. There is no value where the key
/// is not given, or where it has the wrong type, which is already reported then.
#[derive(Debug, Deserialize)]
#[serde(default, bound = "T: Deserialize<'de>")]
pub(super) struct Given<T> {
    pub(super) value: Option<T>,
    pub(super) at: Range<usize>,
    pub(super) key_at: Range<usize>,
    /// Whether something in it was reported, so that what it lacks may only be misspelt.
    pub(super) is_doubtful: bool,
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self { value: None, at: 0..0, key_at: 0..0, is_doubtful: false }
    }
}

impl<T: JsonSchema> JsonSchema for Given<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A list of the file.
pub(super) type List<T> = Given<Vec<Given<T>>>;
/// A map of the file, from names that the file chooses.
pub(super) type Map<T> = Given<BTreeMap<String, Given<T>>>;

/// What a CI runner must and must not be able to reach.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "reachgate policy")]
pub(super) struct Policy {
    /// The version of this format: 1.
    #[expect(dead_code, reason = "it is judged before anything else is")]
    pub(super) version: Given<Version>,
    /// The policy's name, shown in every report.
    pub(super) name: Given<Name>,
    /// Networks by name, each a list of CIDRs. `vpc`, the policy's own VPC, must be there; `tailnet`
    /// is Tailscale's own ranges unless it is given. An entry may be a variable: `${VPC_CIDR}` or
    /// `${VPC_CIDR:-10.1.0.0/16}`.
    #[schemars(extend("required" = ["vpc"], "propertyNames" = {"pattern": NAME}))]
    pub(super) networks: Map<Network>,
    /// Where connections start, by name: sets of CI runners.
    #[schemars(extend("minProperties" = 1, "propertyNames" = {"pattern": NAME}))]
    pub(super) sources: Map<Source>,
    /// Where connections go, by name.
    #[schemars(extend("minProperties" = 1, "propertyNames" = {"pattern": NAME}))]
    pub(super) destinations: Map<Destination>,
    /// What must be reachable from where, and what must not.
    #[schemars(length(min = 1))]
    pub(super) expect: List<Expectation>,
    /// What names must and must not resolve in a job.
    #[serde(default)]
    pub(super) names: Given<Names>,
    /// What a review of security group rules asks.
    #[serde(default)]
    pub(super) review: Given<Review>,
}

/// A network: its CIDRs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("minItems" = 1, "uniqueItems" = true))]
pub(super) struct Network(pub(super) Vec<Given<VariableCidr>>);

/// Where connections start: the pods of a set of CI runners.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("dependentRequired" = {"light": ["active"]}))]
pub(super) struct Source {
    /// The subnets that the pods get their addresses from, inside the VPC.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub(super) subnets: List<Cidr>,
    /// The EKS cluster that the pods run on, by name.
    #[serde(default)]
    pub(super) eks_cluster: Given<ClusterName>,
    /// The Kubernetes namespace that the pods run in. With it, `NetworkPolicy` and `SecurityGroupPolicy`
    /// manifests are judged.
    #[serde(default)]
    pub(super) namespace: Given<Namespace>,
    /// Kubernetes labels that every one of the pods has, by key. They may have others too: whether a selector
    /// of another key matches is not known.
    #[serde(default)]
    #[schemars(extend("propertyNames" = {"pattern": LABEL_KEY}))]
    pub(super) pod_labels: Map<LabelValue>,
    /// Whether Tailscale may be in the pods: `absent` (the default), any sign of it is a failure, or
    /// `allowed`, it is not looked for.
    #[serde(default)]
    #[schemars(extend("default" = "absent"))]
    pub(super) tailscale: Given<Tailscale>,
    /// Runners that take jobs: tag to GitLab runner id.
    #[serde(default)]
    #[schemars(extend("propertyNames" = {"pattern": TAG}))]
    pub(super) active: Map<RunnerId>,
    /// The tag, one of `active`, of the lightest runners. A reachability check needs no more: on any other
    /// active runner it gets a warning. Unless it is given, nothing is said of that.
    #[serde(default)]
    pub(super) light: Given<RunnerTag>,
    /// Runners paused for good, which no job may wait for: tag to GitLab runner id.
    #[serde(default)]
    #[schemars(extend("propertyNames" = {"pattern": TAG}))]
    pub(super) retired: Map<RunnerId>,
}

/// Whether Tailscale may be on a source.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Tailscale {
    /// Any sign of it is a failure.
    Absent,
    /// It may be there; it is not looked for.
    Allowed,
}

/// Where connections go: one machine and its services.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Destination {
    /// The IP address that is dialled: a literal, or a variable such as `${DEV_SERVER_IP}` or
    /// `${DEV_SERVER_IP:-10.1.20.15}`. Never a name.
    pub(super) address: Given<VariableAddress>,
    /// The network, by name, that the address must be in.
    pub(super) within: Given<NetworkName>,
    /// Services by name, each PORT/GREETING. The greeting, `ssh`, `tls`, `http` or `tcp`, is what proves
    /// that the service itself answers; `tcp` is for services that do not speak first.
    #[schemars(extend("minProperties" = 1, "propertyNames" = {"pattern": NAME}))]
    pub(super) services: Map<Service>,
    /// The name sent as TLS SNI and HTTP `Host`, and held against the certificate. It is never dialled.
    #[serde(default)]
    pub(super) server_name: Given<ServerName>,
    /// A TCP port that nothing serves. If it connects, something on the way accepts every connection,
    /// and nothing can be proved. 1 (tcpmux) unless it is given.
    #[serde(default)]
    #[schemars(extend("default" = 1))]
    pub(super) control_port: Given<PortNumber>,
}

/// One expectation: from a source to a destination. It has `reach`, `closed` or both.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "anyOf" = [{"required": ["reach"]}, {"required": ["closed"]}],
    "dependentRequired" = {"via": ["reach"]}
))]
pub(super) struct Expectation {
    /// The source, by name.
    pub(super) from: Given<SourceName>,
    /// The destination, by name.
    pub(super) to: Given<DestinationName>,
    /// Services of the destination, by name, that must be reachable.
    #[serde(default)]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub(super) reach: List<ServiceName>,
    /// Services of the destination, by name, that must not be reachable.
    #[serde(default)]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub(super) closed: List<ServiceName>,
    /// By what AWS's rules must admit the source. `eks-cluster-security-group`: by a reference to the
    /// security group of the source's EKS cluster, not by addresses.
    #[serde(default)]
    pub(super) via: Given<Via>,
}

/// By what a security group must admit a source.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Via {
    /// A reference to the EKS cluster security group.
    EksClusterSecurityGroup,
}

/// What names must and must not resolve in a job.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    /// Names that must resolve, for a negative answer to mean anything. Variables are replaced.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    pub(super) control: List<VariableDnsName>,
    /// Names that must not resolve. Variables are replaced; an unset or empty one is not asked.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    pub(super) unresolvable: List<VariableDnsName>,
    /// Names that may resolve, but never to a tailnet address.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    pub(super) never_tailnet: List<DnsName>,
    /// Suffixes of names to be wary of as connection targets, each with its leading dot.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    pub(super) suspect_suffixes: List<Suffix>,
}

/// What a review of security group rules asks.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Review {
    /// Whether a rule may admit the whole internet (`0.0.0.0/0` or `::/0`): `deny` (the default) or `allow`.
    #[serde(default)]
    #[schemars(extend("default" = "deny"))]
    pub(super) world_open: Given<WorldOpen>,
    /// What the review may find for a time, and why. An entry allows what it names and whatever is narrower; one that
    /// matches nothing, or whose day is past, is a finding itself.
    #[serde(default)]
    pub(super) allow: List<Allow>,
}

/// What the review may find of one security group.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Allow {
    /// What may be found, by code.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub(super) codes: List<ReviewCode>,
    /// The security group whose rule it is, by id or by name.
    pub(super) group: Given<GroupName>,
    /// Whom the rule admits: a CIDR, a prefix list's id or a security group's. Anybody unless it is given.
    #[serde(default)]
    pub(super) source: Given<RuleSource>,
    /// What the rule is for: `all`, a protocol, or a protocol and its ports. Anything unless it is given.
    #[serde(default)]
    pub(super) traffic: Given<RuleTraffic>,
    /// Why it is accepted.
    pub(super) reason: Given<Reason>,
    /// The last day on which it is accepted, in UTC.
    pub(super) expires: Given<ExpiryDate>,
}

/// Whether a rule may admit the whole internet.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WorldOpen {
    /// It may not.
    Deny,
    /// It may.
    Allow,
}

/// The JSON Schema of a policy file, Draft 2020-12.
pub(super) fn schema() -> serde_json::Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Policy>().to_value()
}

/// Writes the JSON Schema (Draft 2020-12) of a policy file, with descriptions, for editors and for
/// `policies/policy.schema.json`.
///
/// The schema says what the shape of a policy is. It cannot say what the reader checks beyond that:
/// that references lead somewhere, that nothing contradicts, that a CIDR has no host bits.
pub fn write_schema(out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &schema())?;
    out.write_all(b"\n")
}
