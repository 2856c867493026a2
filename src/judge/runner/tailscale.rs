//! Tailscale must not be where a job runs.

use super::Place;
use crate::code::Code;
use crate::fact::runner::{RunnerFacts, TailscaleSign};
use crate::finding::{Finding, Verdict};
use crate::judge::list;
use crate::policy::{Policy, Tailscale};

pub(super) fn judge_tailscale(policy: &Policy, runner: &RunnerFacts, place: &Place<'_>) -> Finding {
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
