//! One host, judged by the policy.

use std::net::IpAddr;
use std::ops::Range;

use url::Host;

use crate::code::Code;
use crate::finding::Verdict;
use crate::judge::lint::pipeline::value::UNKNOWN;
use crate::judge::{destinations, either, holds, is_tailnet};
use crate::policy::{Policy, VPC};

/// Tailscale's zone: <https://tailscale.com/kb/1081/magicdns>.
const MAGICDNS: &str = ".ts.net";

/// What is wrong with a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// An address of the tailnet.
    TailnetAddress,
    /// A name of Tailscale's MagicDNS.
    MagicdnsName,
    /// A name that may resolve to an address of the tailnet.
    SuspectName,
    /// An address of the VPC, written out.
    VpcAddress(IpAddr),
}

/// What is wrong with a host; `None` where nothing is known to be.
pub(super) fn judge_host(policy: &Policy, host: &str) -> Option<Fault> {
    if let Some((_, tail)) = host.rsplit_once(UNKNOWN) {
        // Something stands before it, whatever it is.
        return judge_name(policy, &format!("x{tail}"));
    }
    match Host::parse(host).ok().or_else(|| host.parse().ok().map(Host::Ipv6))? {
        Host::Ipv4(address) => judge_address(policy, address.into()),
        Host::Ipv6(address) => judge_address(policy, address.into()),
        Host::Domain(name) => judge_name(policy, &name),
    }
}

fn judge_address(policy: &Policy, address: IpAddr) -> Option<Fault> {
    if is_tailnet(policy, address) {
        Some(Fault::TailnetAddress)
    } else {
        holds(policy.network(VPC), address.to_canonical()).then_some(Fault::VpcAddress(address))
    }
}

fn judge_name(policy: &Policy, name: &str) -> Option<Fault> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let same = |other: &str| other.trim_end_matches('.').eq_ignore_ascii_case(&name);
    let ends = |suffix: &str| name.ends_with(&suffix.to_ascii_lowercase()) && name.len() > suffix.len();
    let unresolvable = policy.names.unresolvable.iter().filter_map(|value| value.resolved.as_deref());
    if ends(MAGICDNS) || unresolvable.into_iter().any(|known| !known.trim().is_empty() && same(known.trim()))
    {
        return Some(Fault::MagicdnsName);
    }
    let suspect = policy.names.never_tailnet.iter().any(|known| same(known))
        || policy.names.suspect_suffixes.iter().any(|suffix| ends(suffix));
    suspect.then_some(Fault::SuspectName)
}

impl Fault {
    /// Whether it is wrong wherever it stands, and not as a target alone.
    pub(super) fn is_tailnet(&self) -> bool {
        matches!(self, Self::TailnetAddress | Self::MagicdnsName)
    }

    pub(super) fn code(self) -> Code {
        match self {
            Self::TailnetAddress => Code::PipelineTailnetAddress,
            Self::MagicdnsName => Code::PipelineMagicdnsName,
            Self::SuspectName => Code::PipelineTailnetName,
            Self::VpcAddress(_) => Code::PipelineAddressLiteral,
        }
    }

    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::TailnetAddress | Self::MagicdnsName => Verdict::Fail,
            Self::SuspectName | Self::VpcAddress(_) => Verdict::Warn,
        }
    }

    /// What was expected, why it is wrong, what to do.
    pub(super) fn phrases(self, policy: &Policy, host: &str) -> (String, String, String) {
        let names = variables(policy);
        let written = either(names.iter().map(|name| format!("${name}")));
        let instead = if names.is_empty() { "the destination's VPC address".to_owned() } else { written };
        let (reason, hint) = match self {
            Self::TailnetAddress => (
                "It is an address of the tailnet, and no pod is on it: the connection hangs until its time is up.",
                format!("Connect to {instead}."),
            ),
            Self::MagicdnsName => (
                "It is a name of Tailscale's MagicDNS, which no pod resolves.",
                format!("Connect to {instead}."),
            ),
            Self::SuspectName => (
                "A name like this may resolve to an address of the tailnet, which no pod reaches.",
                format!("Connect to {instead}, or make sure that it resolves to a VPC address in a pod."),
            ),
            Self::VpcAddress(_) if self.replacement(policy, host).is_some() => (
                "It is the dev server's own address today; when that changes, the job connects to nothing or to another.",
                format!("Write {instead}."),
            ),
            Self::VpcAddress(_) => (
                "It is an address of the VPC, written out: it is wrong as soon as the machine has another.",
                format!("Write {instead} if that is the machine that is meant, else a variable of its own."),
            ),
        };
        (instead, reason.to_owned(), hint)
    }

    /// The variable that holds just this address.
    pub(super) fn replacement<'a>(self, policy: &'a Policy, host: &str) -> Option<&'a str> {
        let Self::VpcAddress(address) = self else { return None };
        // Only what is spelled as the address is would be the same once expanded.
        host.parse::<IpAddr>().ok().filter(|written| *written == address)?;
        destinations(policy).find_map(|(_, destination)| {
            let resolved = destination.address.resolved.as_deref()?.trim().parse::<IpAddr>().ok()?;
            if resolved == address { destination.address.variable.as_deref() } else { None }
        })
    }
}

/// The variables that hold the destinations' addresses.
fn variables(policy: &Policy) -> Vec<&str> {
    let mut names: Vec<&str> =
        destinations(policy).filter_map(|(_, destination)| destination.address.variable.as_deref()).collect();
    names.dedup();
    names
}

/// The parts of a text that may be a host: letters, digits, `.`, `-`, `_`, and IPv6 addresses. A network such as
/// `100.64.0.0/10` is none.
pub(super) fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':') || c == UNKNOWN;
    let mut from = 0;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        if is_part(character) {
            continue;
        }
        if at > from
            && let Some(token) = text.get(from..at)
        {
            let network = prefix(text.get(at..).unwrap_or_default());
            found.extend(token_hosts(token, from).into_iter().filter(|_| !network));
        }
        from = at + character.len_utf8();
    }
    found
}

/// Whether `/24` follows: a network of more than one address.
fn prefix(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix('/') else { return false };
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let after = rest.get(digits.len()..).unwrap_or_default();
    let ends = !after.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_'));
    ends && digits.len() <= 3 && digits.parse::<u8>().is_ok_and(|length| !matches!(length, 32 | 128))
}

fn token_hosts(token: &str, start: usize) -> Vec<Range<usize>> {
    if token.matches(':').count() > 1 && token.parse::<std::net::Ipv6Addr>().is_ok() {
        return std::iter::once(start..start + token.len()).collect();
    }
    let mut found = Vec::new();
    let mut from = 0;
    for part in token.split(':') {
        // A number alone would be an address too (RFC 3986 allows no such thing, WHATWG does).
        if part.contains('.') && part.len() > 3 {
            found.push(start + from..start + from + part.len());
        }
        from += part.len() + 1;
    }
    found
}
