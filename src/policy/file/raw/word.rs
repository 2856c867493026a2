//! The words of a policy file: texts and numbers of one kind each, with the pattern that an editor
//! can hold them against. The reader says more, and says it better, in [`super::super::check`].

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::code::Code;

/// A DNS name with no dot at its end; its last label is not a number, as an address's would be.
macro_rules! dns_name {
    () => {
        r"(?!(.*\.)?[0-9]+\.?$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
    };
}

macro_rules! reference {
    () => {
        r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-([^$}]|\$[$}])*)?\}"
    };
}

/// Text with at least one variable in it.
macro_rules! variable {
    () => {
        concat!(r"([^$]|\$\$)*", reference!(), r"([^$]|\$\$|", reference!(), ")*")
    };
}

macro_rules! cidr {
    () => {
        "[0-9.]+/([0-9]|[12][0-9]|3[0-2])|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])"
    };
}

macro_rules! address {
    () => {
        concat!(
            r"((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(?!$)|$)){4}",
            "|(?!::ffff:[0-9.]+$)[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*"
        )
    };
}

macro_rules! port {
    () => {
        "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
    };
}

/// Names of the policy's own, of networks, sources, destinations and services; also as map keys.
pub(in super::super) const NAME: &str = "^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$";
/// Tags of GitLab runners, as map keys. GitLab separates them by commas.
pub(super) const TAG: &str = r"^[^\s,]([^\r\n,]{0,253}[^\s,])?$";

/// Keys of Kubernetes labels, as map keys: a name, before it perhaps a DNS name and `/`.
pub(super) const LABEL_KEY: &str =
    r"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";

macro_rules! words {
    ($($(#[$doc:meta])+ $name:ident $pattern:expr, $examples:tt;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Deserialize)]
        #[serde(transparent)]
        pub(in super::super) struct $name(pub(in super::super) String);

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": $pattern, "examples": $examples})
            }
        }
    )+};
}

words! {
    /// A name of the policy's own.
    Name NAME, ["cwiq-dev"];
    /// The name of a network.
    NetworkName NAME, ["vpc"];
    /// The name of a source.
    SourceName NAME, ["runners"];
    /// The name of a destination.
    DestinationName NAME, ["dev-server"];
    /// The name of a service.
    ServiceName NAME, ["ssh"];
    /// A tag of GitLab runners.
    RunnerTag TAG, ["small"];
    /// A CIDR.
    Cidr concat!("^(", cidr!(), ")$"), ["10.1.34.0/24"];
    /// A CIDR, or what a variable makes one.
    VariableCidr concat!("^(", cidr!(), "|", variable!(), ")$"), ["10.1.0.0/16", "${VPC_CIDR:-10.1.0.0/16}"];
    /// An IP address, or what a variable makes one.
    VariableAddress concat!("^(", address!(), "|", variable!(), ")$"), ["${DEV_SERVER_IP}", "10.1.20.15"];
    /// A service.
    Service concat!("^", port!(), "/(ssh|tls|http|tcp)$"), ["22/ssh", "443/tls", "8080/http", "5432/tcp"];
    /// The name of an EKS cluster, as EKS admits it.
    ClusterName "^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", ["cwiq-dev-eks-cluster"];
    /// The name of a Kubernetes namespace.
    Namespace "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", ["gitlab-runner"];
    /// The value of a Kubernetes label.
    LabelValue "^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$", ["gitlab-runner"];
    /// A DNS name as TLS sends it.
    ServerName concat!("^", dns_name!(), "$"), ["dev.cwiq.io"];
    /// A DNS name.
    DnsName concat!("^", dns_name!(), r"\.?$"), ["dev.cwiq.io"];
    /// A DNS name, or what a variable makes one.
    VariableDnsName
        concat!("^(", dns_name!(), r"\.?|", variable!(), ")$"),
        ["kubernetes.default.svc.cluster.local.", "${DEV_SERVER_MAGICDNS:-}"];
    /// A security group, by its id or by its name (EC2 API, `CreateSecurityGroup`).
    GroupName r"^(sg-[0-9A-Za-z]+|(?!sg-)[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]{1,255})$", ["sg-0123456789abcdef0", "dev-server"];
    /// Whom a security group's rule admits.
    RuleSource concat!("^(", cidr!(), "|(sg|pl)-[0-9A-Za-z]+)$"), ["203.0.113.0/24", "pl-0123456789abcdef0"];
    /// What a security group's rule is for.
    RuleTraffic
        "^(all|(tcp|udp)(/[0-9]{1,5}(-[0-9]{1,5})?)?|icmp|icmpv6|[0-9]{1,3})$",
        ["tcp/443", "tcp/8000-8100", "udp", "all"];
    /// Why something is accepted.
    Reason r"\S", ["The vendor's webhooks come from anywhere."];
    /// A day (RFC 3339, `full-date`).
    ExpiryDate "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", ["2027-01-31"];
    /// The end of DNS names, with its leading dot.
    Suffix concat!(r"^\.", dns_name!(), "$"), [".cwiq.io"];
}

/// What a review finds, by code.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(in super::super) struct ReviewCode(pub(in super::super) String);

impl JsonSchema for ReviewCode {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ReviewCode".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let codes = Code::ALLOWABLE.iter().map(
            |code| json_schema!({"const": code.id(), "description": code.story().summary, "type": "string"}),
        );
        let codes: Vec<_> = codes.collect();
        json_schema!({"type": "string", "oneOf": codes})
    }
}

macro_rules! numbers {
    ($($(#[$doc:meta])+ $name:ident($number:ty) $minimum:literal to $maximum:literal;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(transparent)]
        pub(in super::super) struct $name(pub(in super::super) $number);

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "integer", "minimum": $minimum, "maximum": $maximum})
            }
        }
    )+};
}

numbers! {
    /// The version of the format.
    Version(u64) 1 to 1;
    /// A GitLab runner's id; the database's integer type bounds it.
    RunnerId(u64) 1 to 9_223_372_036_854_775_807_u64;
    /// A TCP port.
    PortNumber(u16) 1 to 65535;
}
