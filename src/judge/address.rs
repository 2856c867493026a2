//! Is the destination's address one that a job may use?

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv6Net};

use super::{either, holds, is_tailnet};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::policy::{Destination, Policy, TAILNET, VPC};
use crate::untrusted::Untrusted;

/// What is to be said of a destination's address, and whether it may be dialled.
#[derive(Debug, Clone)]
pub struct AddressJudgement {
    /// One finding, and perhaps a warning or a note beside it.
    pub findings: Vec<Finding>,
    /// The address, where it may be dialled: literal, and inside the policy's networks.
    pub dial: Option<IpAddr>,
}

/// Judges one destination's address against the policy and this machine's own addresses.
pub fn judge_address(
    policy: &Policy,
    own: &[IpAddr],
    name: &str,
    destination: &Destination,
) -> AddressJudgement {
    let written = &destination.address;
    let variable = written
        .variable
        .as_deref()
        .map_or_else(|| "the policy".to_owned(), |variable| format!("${variable}"));
    let networks = policy.network(&destination.within);
    let about = About {
        subject: format!("{name} address"),
        expected: format!("one literal address inside {} {}", destination.within, either(networks)),
        variable,
    };
    let refuse = |finding| AddressJudgement { findings: vec![finding], dial: None };

    let Some(value) = written.resolved.as_deref().filter(|value| !value.trim().is_empty()) else {
        return refuse(about.unset(written.resolved.is_some()));
    };
    let trimmed = value.trim();
    let Ok(address) = trimmed.parse::<IpAddr>() else {
        return refuse(about.not_an_ip(policy, trimmed));
    };
    let address = address.to_canonical();
    let verdict = if never_a_server(address) {
        about.fail(Code::AddressSpecialPurpose, address, special_purpose(address).unwrap_or("special"))
    } else if holds(networks, address) {
        judge_inside(policy, own, &about, networks, address)
    } else {
        judge_outside(policy, &about, address)
    };
    let dial = (verdict.verdict == Verdict::Pass).then_some(address);
    let mut findings = vec![verdict];
    if trimmed.len() != value.len() {
        findings.push(about.padded(value));
    }
    if dial.is_some() && holds(policy.network(TAILNET), address) {
        findings.push(about.overlap(address));
    }
    AddressJudgement { findings, dial }
}

/// The words that all findings of one address share.
struct About {
    subject: String,
    expected: String,
    variable: String,
}

impl About {
    fn finding(&self, code: Code, verdict: Verdict) -> Finding {
        Finding::new(code, verdict, &self.subject)
            .expected(&self.expected)
            .evidence("from", self.variable.as_str())
    }

    fn set_it(&self) -> String {
        match self.variable.strip_prefix('$') {
            Some(variable) => format!(
                "Set the CI/CD variable {variable} to the dev server's VPC private address (EC2 → the \
                    instance → Private IPv4 address)."
            ),
            None => "Write the dev server's VPC private address into the policy.".to_owned(),
        }
    }

    fn unset(&self, is_set: bool) -> Finding {
        self.finding(Code::AddressUnset, Verdict::Fail)
            .observed(format!("{} is {}", self.variable, if is_set { "set, but empty" } else { "not set" }))
            .reason(
                "A protected variable is left out on an unprotected branch; so is one of another \
                group or environment.",
            )
            .hint(format!(
                "{} If it is defined, look at its Protected flag and environment \
                scope.",
                self.set_it()
            ))
    }

    fn not_an_ip(&self, policy: &Policy, value: &str) -> Finding {
        let shown = Untrusted::from(value);
        self.finding(Code::AddressNotAnIp, Verdict::Fail)
            .observed(format!("{} holds {}", self.variable, shape(policy, value)))
            .reason(
                "Only a literal address is dialled: a name may lead to a Tailscale address, or \
                nowhere in a pod.",
            )
            .hint(self.set_it())
            .evidence("value", shown.as_str())
    }

    fn fail(&self, code: Code, address: IpAddr, what: &str) -> Finding {
        self.finding(code, Verdict::Fail)
            .observed(format!("{address} ({}) is {what}", self.variable))
            .hint(self.set_it())
            .evidence("address", address.to_string())
    }

    fn padded(&self, value: &str) -> Finding {
        let shown = Untrusted::from(value);
        self.finding(Code::AddressPadded, Verdict::Warn)
            .observed(format!("{} has blanks around the address: \"{shown}\"", self.variable))
            .reason("The probe leaves them out; in quotes, ssh and curl do not.")
            .hint(format!("Enter {} again without blanks or line breaks.", self.variable))
            .evidence("value", shown.as_str())
    }

    fn overlap(&self, address: IpAddr) -> Finding {
        self.finding(Code::AddressRangesOverlap, Verdict::Pass)
            .observed(format!("{address} is in Tailscale's range too; the policy's VPC networks win"))
            .evidence("address", address.to_string())
    }
}

fn judge_inside(
    policy: &Policy,
    own: &[IpAddr],
    about: &About,
    networks: &[IpNet],
    address: IpAddr,
) -> Finding {
    let runner_subnets = || policy.sources.values().flat_map(|source| &source.subnets);
    let subnets = networks.iter().chain(policy.network(VPC)).chain(runner_subnets());
    if let Some(subnet) = subnets.into_iter().find(|subnet| is_reserved(subnet, address)) {
        return about
            .fail(Code::AddressReserved, address, &format!("reserved by AWS in {subnet}"))
            .reason("The first four addresses and the last one of a subnet belong to no instance.");
    }
    if own.contains(&address) {
        return about
            .fail(Code::AddressOwn, address, "this machine's own address")
            .reason("The probe would ask itself.");
    }
    if let Some(subnet) = runner_subnets().find(|subnet| subnet.contains(&address)) {
        return about
            .fail(Code::AddressInRunnerSubnet, address, &format!("in runner subnet {subnet}"))
            .reason("Pods and nodes live there, not the dev server.");
    }
    let network = networks.iter().find(|network| network.contains(&address));
    let network = network.map(ToString::to_string).unwrap_or_default();
    let private = if is_private(address) { "private, " } else { "" };
    about
        .finding(Code::AddressInVpc, Verdict::Pass)
        .observed(format!("{address} ({}) is {private}inside {network}", about.variable))
        .evidence("address", address.to_string())
        .evidence("network", network)
}

fn judge_outside(policy: &Policy, about: &About, address: IpAddr) -> Finding {
    if is_tailnet(policy, address) {
        return about
            .fail(Code::AddressTailnet, address, "a Tailscale address")
            .reason("Pods have no Tailscale: packets to it are lost, and the job hangs.");
    }
    if address.is_loopback() {
        return about.fail(Code::AddressLoopback, address, "this machine itself (loopback)").reason(
            "In a pod, `services:` containers share localhost: what answers there is not the dev server.",
        );
    }
    if let Some(purpose) = special_purpose(address) {
        return about.fail(Code::AddressSpecialPurpose, address, purpose);
    }
    let kind = if is_private(address) { "private, but outside" } else { "public, and outside" };
    let vpc = either(policy.network(VPC));
    about
        .fail(Code::AddressOutsideVpc, address, &format!("{kind} the VPC's networks ({vpc})"))
        .reason("It is never dialled: the probe connects only to addresses that the policy vouches for.")
        .hint(format!("{} If the VPC has this CIDR block, add it to networks.vpc.", about.set_it()))
}

/// What the text looks like instead of an address.
fn shape(policy: &Policy, value: &str) -> String {
    let shown = Untrusted::from(value);
    let bare = value.trim_matches(|character| matches!(character, '"' | '\'' | '[' | ']'));
    let host = value.trim_end_matches('.').to_ascii_lowercase();
    let kind = if bare.len() != value.len() && bare.parse::<IpAddr>().is_ok() {
        "quotes or brackets around an address"
    } else if value.contains('$') {
        "a reference that was not expanded"
    } else if value.contains("://") {
        "a URL"
    } else if value.parse::<IpNet>().is_ok() {
        "a CIDR block"
    } else if value.parse::<SocketAddr>().is_ok() {
        "an address with a port"
    } else if value.contains([',', ';', ' ', '\n', '\t']) {
        "more than one word"
    } else if value.split('.').count() == 4
        && value.chars().all(|character| character.is_ascii_digit() || character == '.')
    {
        "four numbers that are no IPv4 address (above 255, or with leading zeros)"
    } else if host.ends_with(".ts.net") {
        "a MagicDNS name"
    } else if policy.names.suspect_suffixes.iter().any(|suffix| host.ends_with(suffix.as_str())) {
        "a name of a suspect zone"
    } else {
        "a name"
    };
    format!("{kind}, not an address: \"{shown}\"")
}

/// The first four addresses and the last one of a subnet (Amazon VPC User Guide, Subnet CIDR blocks).
/// Subnets are /16 to /28 in IPv4 and /44 to /64 in IPv6; other networks are no subnets.
fn is_reserved(subnet: &IpNet, address: IpAddr) -> bool {
    match (subnet, address) {
        (IpNet::V4(subnet), IpAddr::V4(address)) if (16..=28).contains(&subnet.prefix_len()) => {
            let offset = u32::from(address).checked_sub(u32::from(subnet.network()));
            subnet.contains(&address)
                && (offset.is_some_and(|offset| offset < 4) || address == subnet.broadcast())
        }
        (IpNet::V6(subnet), IpAddr::V6(address)) if (44..=64).contains(&subnet.prefix_len()) => {
            let offset = u128::from(address).checked_sub(u128::from(subnet.network()));
            subnet.contains(&address)
                && (offset.is_some_and(|offset| offset < 4) || address == subnet.broadcast())
        }
        _ => false,
    }
}

/// Addresses that no policy can make a server's.
fn never_a_server(address: IpAddr) -> bool {
    address.is_unspecified() || address.is_multicast() || address == IpAddr::V4(Ipv4Addr::BROADCAST)
}

/// What an address of a special purpose is for (RFC 6890, RFC 5737, RFC 3849, RFC 9637).
fn special_purpose(address: IpAddr) -> Option<&'static str> {
    const DOCUMENTATION: [Ipv6Net; 2] = [
        Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
        Ipv6Net::new_assert(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    ];
    let documentation = match address {
        IpAddr::V4(address) => address.is_documentation(),
        IpAddr::V6(address) => DOCUMENTATION.iter().any(|network| network.contains(&address)),
    };
    let link_local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    match address {
        _ if documentation => Some("a documentation address, a placeholder"),
        _ if link_local => Some("a link-local address"),
        _ if address.is_unspecified() => Some("the unspecified address"),
        _ if address.is_multicast() => Some("a multicast address"),
        IpAddr::V4(Ipv4Addr::BROADCAST) => Some("the broadcast address"),
        _ => None,
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}
