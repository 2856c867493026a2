//! Is this machine one whose answers count: a runner pod, an active runner, without Tailscale?

use std::net::IpAddr;

use ipnet::IpNet;

use super::{destinations, either, holds, list};
use crate::code::Code;
use crate::fact::runner::{InterfaceAddress, RunnerFacts, TailscaleSign, covers};
use crate::finding::{Finding, Verdict};
use crate::policy::{Policy, Source, Tailscale};

/// Where the probe runs, as the policy sees it.
#[derive(Debug, Clone)]
pub enum Place<'a> {
    /// On an address of a source's subnets.
    Inside {
        /// The source's name.
        name: &'a str,
        /// The source.
        source: &'a Source,
        /// The address that is in it.
        own: &'a InterfaceAddress,
        /// The subnet that holds it.
        subnet: IpNet,
    },
    /// On none of them; the addresses that are worth naming.
    Outside(Vec<IpAddr>),
}

impl<'a> Place<'a> {
    /// Finds the source whose subnets hold one of this machine's addresses.
    pub fn find(policy: &'a Policy, runner: &'a RunnerFacts) -> Self {
        for (name, source) in &policy.sources {
            for own in &runner.addresses {
                if let Some(subnet) = source.subnets.iter().find(|subnet| subnet.contains(&own.address)) {
                    return Self::Inside { name, source, own, subnet: *subnet };
                }
            }
        }
        Self::Outside(
            runner.addresses.iter().map(|own| own.address).filter(|address| is_telling(*address)).collect(),
        )
    }

    /// The name of the source that this machine is of.
    pub fn source_name(&self) -> Option<&'a str> {
        match self {
            Self::Inside { name, .. } => Some(name),
            Self::Outside(_) => None,
        }
    }

    /// The sentence that says why what is seen from here does not count; `None` inside.
    pub fn outside(&self) -> Option<String> {
        match self {
            Self::Inside { .. } => None,
            Self::Outside(own) => Some(format!(
                "Seen from outside the runner subnets ({}), so it says nothing of a job.",
                list(own)
            )),
        }
    }

    /// The source's subnet, or all runner subnets, as a person would say where the job runs.
    pub fn subnet_text(&self, policy: &Policy) -> String {
        match self {
            Self::Inside { subnet, .. } => subnet.to_string(),
            Self::Outside(_) => either(all_subnets(policy)),
        }
    }
}

fn is_telling(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_link_local(),
        IpAddr::V6(address) => !address.is_loopback() && !address.is_unicast_link_local(),
    }
}

fn all_subnets(policy: &Policy) -> Vec<IpNet> {
    policy.sources.values().flat_map(|source| source.subnets.iter().copied()).collect()
}

/// Judges the place, the pod, Tailscale's presence and the runner's identity.
pub fn judge_runner(policy: &Policy, runner: &RunnerFacts, place: &Place<'_>) -> Vec<Finding> {
    let mut findings = vec![judge_place(policy, place)];
    findings.extend(judge_pod(runner, place));
    findings.push(judge_tailscale(policy, runner, place));
    findings.push(judge_identity(policy, runner, place));
    findings
}

fn judge_place(policy: &Policy, place: &Place<'_>) -> Finding {
    let expected = format!("an address in {}", either(all_subnets(policy)));
    match place {
        Place::Inside { name, own, subnet, .. } => {
            Finding::new(Code::RunnerInSubnet, Verdict::Pass, "runner")
                .expected(expected)
                .observed(format!("runs on {} ({}), in {name} subnet {subnet}", own.address, own.interface))
                .evidence("address", own.address.to_string())
                .evidence("interface", own.interface.as_str())
                .evidence("subnet", subnet.to_string())
                .evidence("source", *name)
        }
        Place::Outside(own) => Finding::new(Code::RunnerOutsideSubnets, Verdict::Unknown, "runner")
            .observed(format!(
                "runs on {}, in no runner subnet \
                ({})",
                list(own),
                either(all_subnets(policy))
            ))
            .expected(expected)
            .reason("What is seen from here is not representative of a job.")
            .hint(
                "Run it in a CI job of an active runner; if pods do get addresses from here, add the \
                subnet to the policy.",
            )
            .evidence("addresses", own.iter().map(ToString::to_string).collect::<Vec<_>>()),
    }
}

/// Only asked inside the subnets: outside, the place already decides.
fn judge_pod(runner: &RunnerFacts, place: &Place<'_>) -> Option<Finding> {
    let Place::Inside { own, .. } = place else { return None };
    let expected = "a Kubernetes pod";
    Some(if runner.pod_signs.is_empty() {
        Finding::new(Code::RunnerNotInPod, Verdict::Warn, "runner")
            .expected(expected)
            .observed("shows no sign of being a Kubernetes pod")
            .reason(format!(
                "{} may be a node's address; a pod's resolver and security groups can differ.",
                own.address
            ))
            .hint("Run it in a CI job rather than on the node.")
    } else {
        Finding::new(Code::RunnerInPod, Verdict::Pass, "runner")
            .expected(expected)
            .observed(format!("is a Kubernetes pod ({})", runner.pod_signs[0]))
            .evidence("signs", runner.pod_signs.clone())
    })
}

fn judge_tailscale(policy: &Policy, runner: &RunnerFacts, place: &Place<'_>) -> Finding {
    let allowed = match place {
        Place::Inside { source, .. } => source.tailscale == Tailscale::Allowed,
        Place::Outside(_) => policy.sources.values().all(|source| source.tailscale == Tailscale::Allowed),
    };
    if allowed {
        return Finding::new(Code::RunnerTailscaleAbsent, Verdict::Skip, "Tailscale")
            .expected("anything")
            .observed("not looked for")
            .reason("The policy allows Tailscale on this source.");
    }
    let expected = "no Tailscale";
    if runner.tailscale_signs.is_empty() {
        return Finding::new(Code::RunnerTailscaleAbsent, Verdict::Pass, "Tailscale")
            .expected(expected)
            .observed(
                "absent: no interface, address, socket, nameserver, search domain or proxy variable \
                of its own",
            );
    }
    let signs: Vec<String> = runner.tailscale_signs.iter().map(describe).collect();
    Finding::new(Code::RunnerTailscalePresent, Verdict::Fail, "Tailscale")
        .expected(expected)
        .observed(format!("present: {}", list(signs.iter().cloned())))
        .reason("A connection from here may take the tailnet and hide that the VPC path is broken.")
        .hint(remedy(&runner.tailscale_signs[0]))
        .evidence("signs", signs)
}

fn describe(sign: &TailscaleSign) -> String {
    match sign {
        TailscaleSign::Interface(name) => format!("interface {name}"),
        TailscaleSign::Address(own) => format!("own address {} on {}", own.address, own.interface),
        TailscaleSign::Socket(path) => format!("socket {path}"),
        TailscaleSign::Nameserver(address) => format!("nameserver {address}"),
        TailscaleSign::SearchDomain(domain) => format!("search domain {domain}"),
        TailscaleSign::Proxy { variable, endpoint } => format!("{variable} names {endpoint}"),
    }
}

fn remedy(sign: &TailscaleSign) -> String {
    match sign {
        TailscaleSign::Interface(_) | TailscaleSign::Address(_) => {
            "Remove the Tailscale sidecar, or `hostNetwork: true` if the node is in the tailnet.".to_owned()
        }
        TailscaleSign::Socket(path) => format!(
            "Find what started tailscaled ({path}): a sidecar, the \
            image, or the job's script."
        ),
        TailscaleSign::Nameserver(_) | TailscaleSign::SearchDomain(_) => {
            "Give the pod the cluster's resolver (`dnsPolicy: ClusterFirst`, no Tailscale entry in \
                `dnsConfig`)."
                .to_owned()
        }
        TailscaleSign::Proxy { variable, .. } => format!(
            "Unset {variable} in the runner's or the job's \
            variables."
        ),
    }
}

fn judge_identity(policy: &Policy, runner: &RunnerFacts, place: &Place<'_>) -> Finding {
    let sources: Vec<&Source> = match place {
        Place::Inside { source, .. } => vec![source],
        Place::Outside(_) => policy.sources.values().collect(),
    };
    let active = |id: &str| find_id(sources.iter().flat_map(|source| &source.active), id);
    let retired = |id: &str| find_id(sources.iter().flat_map(|source| &source.retired), id);
    let retired_tag =
        runner.runner_tags.iter().find(|tag| sources.iter().any(|source| source.retired.contains_key(*tag)));
    let use_instead =
        list(sources.iter().flat_map(|source| source.active.keys().map(|tag| format!("`{tag}`"))));
    let finding = |code, verdict| {
        Finding::new(code, verdict, "GitLab runner")
            .expected(format!("an active runner ({use_instead})"))
            .evidence("runner_id", runner.runner_id.clone())
            .evidence("runner_tags", runner.runner_tags.clone())
    };
    if sources.iter().all(|source| source.active.is_empty() && source.retired.is_empty()) {
        return finding(Code::RunnerUnidentified, Verdict::Skip)
            .expected("anything")
            .observed("not looked up")
            .reason("The policy lists no runners.");
    }
    let hint = format!("Tag the job for an active runner: {use_instead}.");
    match runner.runner_id.as_deref() {
        Some(id) if retired(id).is_some() => finding(Code::RunnerRetired, Verdict::Fail)
            .observed(format!("{id} ({}) is retired", retired(id).unwrap_or_default()))
            .reason("It is paused for good: the next job for it waits for ever.")
            .hint(hint),
        _ if retired_tag.is_some() => finding(Code::RunnerRetired, Verdict::Fail)
            .observed(format!("carries the retired tag {}", retired_tag.map_or("", String::as_str)))
            .reason("Runners with this tag are paused for good: a job that asks for it waits for ever.")
            .hint(hint),
        Some(id) if active(id).is_some() => finding(Code::RunnerActive, Verdict::Pass)
            .observed(format!("{id} ({}) is active", active(id).unwrap_or_default())),
        Some(id) => finding(Code::RunnerUnlisted, Verdict::Warn)
            .observed(format!("{id} is not in the policy"))
            .reason("Its pods may be in other subnets or carry other security groups.")
            .hint(hint),
        None => finding(Code::RunnerUnidentified, Verdict::Skip)
            .observed("not looked up")
            .reason("CI_RUNNER_ID is not set: this is no GitLab job, or its variables are not passed on."),
    }
}

fn find_id<'a>(mut runners: impl Iterator<Item = (&'a String, &'a u64)>, id: &str) -> Option<&'a str> {
    let id: u64 = id.parse().ok()?;
    runners.find(|(_, known)| **known == id).map(|(tag, _)| tag.as_str())
}

/// Judges, for each destination, whether the job's tools would go through a proxy.
pub fn judge_proxies(policy: &Policy, runner: &RunnerFacts, _place: &Place<'_>) -> Vec<Finding> {
    let own: Vec<IpAddr> = runner.addresses.iter().map(|own| own.address).collect();
    let variables: Vec<String> =
        runner.proxies.iter().map(|proxy| format!("{}={}", proxy.variable, proxy.endpoint)).collect();
    if variables.is_empty() {
        return vec![
            Finding::new(Code::RunnerProxyAbsent, Verdict::Pass, "proxy variables")
                .expected("none that the destination goes through")
                .observed("none set"),
        ];
    }
    let mut findings = Vec::new();
    for (name, destination) in destinations(policy) {
        let subject = format!("proxy variables for {name}");
        let expected = "none that it goes through";
        let Some(address) = super::address::judge_address(policy, &own, name, destination).dial else {
            findings.push(
                Finding::new(Code::RunnerProxyAbsent, Verdict::Skip, subject)
                    .expected(expected)
                    .observed("not looked at")
                    .reason(format!("The address of {name} is not usable.")),
            );
            continue;
        };
        findings.push(if covers(&runner.no_proxy, address) {
            Finding::new(Code::RunnerProxyAbsent, Verdict::Pass, subject)
                .expected(expected)
                .observed(format!("NO_PROXY covers {address}"))
                .evidence("proxies", variables.clone())
                .evidence("no_proxy", runner.no_proxy.clone())
        } else {
            Finding::new(Code::RunnerProxySet, Verdict::Warn, subject)
                .expected(expected)
                .observed(format!(
                    "{} set, and NO_PROXY does not cover {address}",
                    list(variables.iter().cloned())
                ))
                .reason("curl and git in a job would go through the proxy; the probe and ssh do not.")
                .hint(format!("Add {address} to NO_PROXY and no_proxy."))
                .evidence("proxies", variables.clone())
                .evidence("no_proxy", runner.no_proxy.clone())
        });
    }
    findings
}

/// Whether Tailscale's resolver can be asked for at all: not where the VPC itself uses its address.
pub fn is_vpc_address(policy: &Policy, address: IpAddr) -> bool {
    holds(policy.network(crate::policy::VPC), address)
}
