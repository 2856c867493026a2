//! A security group rule to add, as a command and as Terraform.

use std::fmt;

use ipnet::IpNet;

use crate::network::{Direction, Traffic};
use crate::snapshot::IpPermission;

/// A security group rule to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRule {
    /// The group that gets it.
    pub group: String,
    /// Ingress or egress.
    pub direction: Direction,
    /// What it admits.
    pub traffic: Traffic,
    /// Whether the flow is IPv6, which ICMP's protocol number depends on.
    pub v6: bool,
    /// Whom it admits, or lets be reached.
    pub whom: Whom,
}

/// The other end of a new rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Whoever has an address in the range.
    Range(IpNet),
    /// Whoever carries the group.
    Group {
        /// The group's id.
        id: String,
        /// Its account, where that is another one.
        owner: Option<String>,
    },
}

impl Whom {
    /// Whether a rule for them can match a flow of the family.
    pub(super) fn suits(&self, v6: bool) -> bool {
        match self {
            Self::Range(range) => range.addr().is_ipv6() == v6,
            Self::Group { .. } => true,
        }
    }
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(range) => range.fmt(f),
            Self::Group { id, .. } => f.write_str(id),
        }
    }
}

impl NewRule {
    /// Protocol, first and last port; for ICMP the type and code of an echo request.
    fn numbers(&self) -> (&'static str, u16, u16) {
        match self.traffic {
            Traffic::Tcp(port) => ("tcp", port.number(), port.number()),
            Traffic::Udp(port) => ("udp", port.number(), port.number()),
            Traffic::Icmp if self.v6 => ("icmpv6", 128, 0),
            Traffic::Icmp => ("icmp", 8, 0),
        }
    }

    fn way(&self) -> &'static str {
        if self.direction == Direction::Egress { "egress" } else { "ingress" }
    }

    /// Whether its ids are ids, and so safe to copy into a shell.
    pub(super) fn is_writable(&self) -> bool {
        let is_id = |id: &str| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let whom = match &self.whom {
            Whom::Range(_) => true,
            Whom::Group { id, owner } => is_id(id) && owner.as_deref().is_none_or(is_id),
        };
        whom && is_id(&self.group)
    }

    /// The AWS CLI's command that adds it.
    pub fn cli(&self) -> String {
        let (protocol, from, to) = self.numbers();
        let whom = match &self.whom {
            Whom::Range(range @ IpNet::V4(_)) => format!("IpRanges=[{{CidrIp={range}}}]"),
            Whom::Range(range @ IpNet::V6(_)) => format!("Ipv6Ranges=[{{CidrIpv6={range}}}]"),
            Whom::Group { id, owner: None } => format!("UserIdGroupPairs=[{{GroupId={id}}}]"),
            Whom::Group { id, owner: Some(owner) } => {
                format!("UserIdGroupPairs=[{{GroupId={id},UserId={owner}}}]")
            }
        };
        format!(
            "aws ec2 authorize-security-group-{} --group-id {} --ip-permissions \
             'IpProtocol={protocol},FromPort={from},ToPort={to},{whom}'",
            self.way(),
            self.group,
        )
    }

    /// The Terraform resource that adds it (AWS provider 5.0 and later).
    pub fn terraform(&self) -> String {
        let (protocol, from, to) = self.numbers();
        let whom = match &self.whom {
            Whom::Range(IpNet::V4(range)) => ("cidr_ipv4", range.to_string()),
            Whom::Range(IpNet::V6(range)) => ("cidr_ipv6", range.to_string()),
            Whom::Group { id, owner: None } => ("referenced_security_group_id", id.clone()),
            Whom::Group { id, owner: Some(owner) } => {
                ("referenced_security_group_id", format!("{owner}/{id}"))
            }
        };
        let preposition = if self.direction == Direction::Egress { "to" } else { "from" };
        let name: String = format!("{}_{protocol}_{from}_{preposition}_{}", self.group, self.whom)
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let way = self.way();
        let lines = [
            ("security_group_id", format!("\"{}\"", self.group)),
            (whom.0, format!("\"{}\"", whom.1)),
            ("ip_protocol", format!("\"{protocol}\"")),
            ("from_port", from.to_string()),
            ("to_port", to.to_string()),
        ];
        let width = lines.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        let body: Vec<String> =
            lines.iter().map(|(key, value)| format!("  {key:width$} = {value}")).collect();
        let body = body.join("\n");
        format!("resource \"aws_vpc_security_group_{way}_rule\" \"{name}\" {{\n{body}\n}}")
    }
}

/// Whether a permission's protocol and ports hold the traffic, whomever it is for. ICMP is left out: its
/// types are no ports.
pub(super) fn covers(permission: &IpPermission, traffic: Traffic) -> bool {
    let protocol = permission.ip_protocol.as_str();
    if protocol == "-1" {
        return true;
    }
    let named = match traffic {
        Traffic::Tcp(_) => matches!(protocol, "tcp" | "6"),
        Traffic::Udp(_) => matches!(protocol, "udp" | "17"),
        Traffic::Icmp => false,
    };
    let port = traffic.port().map_or(0, |port| i32::from(port.number()));
    let (from, to) = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
    named && (from == -1 || (from..=to).contains(&port))
}
