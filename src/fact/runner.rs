//! What the machine that runs the probe looks like from inside.

use std::net::IpAddr;

use crate::untrusted::Untrusted;

/// The runner, its network and its environment.
#[derive(Debug, Clone)]
pub struct RunnerFacts {
    /// Own addresses with their interfaces, loopback and link-local included, IPv4-mapped unmapped.
    pub addresses: Vec<InterfaceAddress>,
    /// What says that this is a Kubernetes pod, e.g. `KUBERNETES_SERVICE_HOST`; empty outside one.
    pub pod_signs: Vec<String>,
    /// Everything seen that means Tailscale, except what DNS answers.
    pub tailscale_signs: Vec<TailscaleSign>,
    /// `/etc/resolv.conf`, or why it could not be read.
    pub resolver: Result<ResolverConfig, String>,
    /// Proxy variables that are set, credentials left out.
    pub proxies: Vec<ProxyVariable>,
    /// `NO_PROXY`/`no_proxy`, split at commas.
    pub no_proxy: Vec<String>,
    /// GitLab's `CI_RUNNER_ID`; `None` outside a job. Kept as text when it is not a number.
    pub runner_id: Option<String>,
    /// GitLab's `CI_RUNNER_TAGS`, read from either of its spellings.
    pub runner_tags: Vec<String>,
}

/// One address of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceAddress {
    /// E.g. `eth0`.
    pub interface: String,
    /// The address.
    pub address: IpAddr,
}

/// One thing that means Tailscale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TailscaleSign {
    /// An interface named `tailscale0` (or `ts0`…, whatever matched).
    Interface(String),
    /// An own address in the policy's tailnet ranges and not in its VPC networks.
    Address(InterfaceAddress),
    /// tailscaled's socket exists.
    Socket(String),
    /// `resolv.conf` names Tailscale's resolver.
    Nameserver(IpAddr),
    /// `resolv.conf` searches a domain below `ts.net`.
    SearchDomain(Untrusted),
    /// A proxy variable names Tailscale's userspace proxy (`localhost:1055`) or a tailnet address.
    Proxy {
        /// The variable.
        variable: String,
        /// Host and port it names.
        endpoint: String,
    },
}

/// `/etc/resolv.conf` (resolv.conf(5)).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResolverConfig {
    /// `nameserver` lines, in order.
    pub nameservers: Vec<IpAddr>,
    /// The search list, in order.
    pub search: Vec<String>,
    /// `options ndots`, 1 unless set.
    pub ndots: u8,
}

/// A proxy variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyVariable {
    /// E.g. `HTTPS_PROXY`.
    pub variable: String,
    /// Host and port it names, without credentials.
    pub endpoint: String,
}

/// Whether `NO_PROXY` covers the address.
pub fn covers(_no_proxy: &[String], _address: IpAddr) -> bool {
    false
}
