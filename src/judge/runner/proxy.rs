//! Whether the job's own tools take the way that the probe takes.

use std::net::IpAddr;

use super::Place;
use crate::code::Code;
use crate::fact::runner::{RunnerFacts, covers};
use crate::finding::{Finding, Verdict};
use crate::judge::{address, destinations, list};
use crate::policy::Policy;

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
        let Some(address) = address::judge_address(policy, &own, name, destination).dial else {
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
