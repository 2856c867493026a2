//! Do the pods' settings bring Tailscale in: its resolver, its names, its addresses, its proxy, its daemon?

use std::net::IpAddr;

use url::Url;

use super::Board;
use crate::code::Code;
use crate::document::manifest::is_template;
use crate::document::runner_config::{RunnerConfig, Setting, Variable};
use crate::finding::{Finding, Verdict};
use crate::judge::is_tailnet;
use crate::policy::{Policy, Tailscale};

/// Tailscale's zone (<https://tailscale.com/kb/1081/magicdns>).
const ZONE: &str = "ts.net";
/// Where tailscaled's userspace proxy listens by custom.
const PROXY_PORT: u16 = 1055;
/// The variables that name a proxy, in capitals; tools read them in small letters too.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY"];

pub(super) fn judge(policy: &Policy, config: &RunnerConfig, board: &mut Board<'_, '_>) {
    if policy.sources.values().all(|source| source.tailscale == Tailscale::Allowed) {
        return;
    }
    for setting in &config.nameservers {
        if !board.is_filled_in(setting, "nameserver") && is_tailnet_address(policy, setting.text()) {
            dns(board, setting, "nameserver", "it is Tailscale's resolver, or another of the tailnet");
        }
    }
    for setting in &config.searches {
        if !board.is_filled_in(setting, "search domain") && is_in_zone(setting.text()) {
            dns(board, setting, "search domain", "it is a domain of Tailscale's MagicDNS");
        }
    }
    host_aliases(policy, config, board);
    for variable in &config.environment {
        proxy(policy, variable, board);
    }
    for setting in &config.sidecars {
        if is_template(setting.text()) || !is_tailscale_image(setting.text()) {
            continue;
        }
        let finding = Finding::new(
            Code::ExecutorTailscaleSidecar,
            Verdict::Fail,
            format!("image {}", setting.text()),
        )
        .expected("no Tailscale in the job pods")
        .observed("it runs Tailscale in every job pod")
        .reason("The policy says that the pods are without it: a job must not come to depend on the tailnet.")
        .hint("Remove the container from the runner's configuration.");
        board.add(setting.span, finding);
    }
}

fn dns(board: &mut Board<'_, '_>, setting: &Setting, noun: &str, what: &str) {
    let finding =
        Finding::new(Code::ExecutorTailscaleDns, Verdict::Fail, format!("{noun} {}", setting.text()))
            .expected("the cluster's resolver, and no name of Tailscale's")
            .observed(what)
            .reason("Names of the tailnet resolve in the jobs then, to addresses that no pod reaches.")
            .hint(format!("Remove the {noun} from dns_config."));
    board.add(setting.span, finding);
}

fn host_aliases(policy: &Policy, config: &RunnerConfig, board: &mut Board<'_, '_>) {
    for alias in &config.host_aliases {
        let names: Vec<&str> = alias.hostnames.iter().map(Setting::text).collect();
        if let Some(ip) = &alias.ip
            && !board.is_filled_in(ip, "host alias")
            && is_tailnet_address(policy, ip.text())
        {
            let finding = Finding::new(
                Code::ExecutorTailscaleHostAlias,
                Verdict::Fail,
                format!("host alias {}", ip.text()),
            )
            .expected("addresses that a pod reaches")
            .observed(format!("it is an address of the tailnet, for {}", crate::judge::list(&names)))
            .reason("No pod is on the tailnet: a connection to that name hangs until its time is up.")
            .hint("Write the VPC address, or remove the alias.");
            board.add(ip.span, finding);
        }
        for name in &alias.hostnames {
            if !is_template(name.text()) && must_not_resolve(policy, name.text()) {
                let finding = Finding::new(
                    Code::ExecutorTailscaleHostAlias,
                    Verdict::Fail,
                    format!("host alias {}", name.text()),
                )
                .expected("no name of Tailscale's that resolves in a pod")
                .observed("it makes a name of MagicDNS resolve in every job")
                .reason("A job that uses the name works here and nowhere else, and hides that it does.")
                .hint("Let the jobs connect to the variable with the VPC address, and remove the alias.");
                board.add(name.span, finding);
            }
        }
    }
}

fn proxy(policy: &Policy, variable: &Variable, board: &mut Board<'_, '_>) {
    let name = variable.name.to_ascii_uppercase();
    if !PROXIES.contains(&name.as_str()) || variable.value.trim().is_empty() {
        return;
    }
    if is_template(&variable.value) {
        board.undecided(variable.span, &variable.name, &variable.value, "It is filled in later.");
        return;
    }
    let Some((host, port)) = endpoint(variable.value.trim()) else { return };
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let what = if is_tailnet_address(policy, &host) {
        "an address of the tailnet"
    } else if is_in_zone(&host) {
        "a name of Tailscale's MagicDNS"
    } else if local && port == Some(PROXY_PORT) {
        "where Tailscale's userspace proxy listens"
    } else {
        return;
    };
    let finding = Finding::new(
        Code::ExecutorTailscaleProxy,
        Verdict::Fail,
        format!("proxy variable {}", variable.name),
    )
    .expected("no proxy, or one that a pod reaches without Tailscale")
    .observed(format!("{host} is {what}"))
    .reason("The jobs' tools send everything through it that NO_PROXY does not except.")
    .hint("Remove the variable from the runner's environment.");
    board.add(variable.span, finding);
}

/// Host and port of a proxy, which may be written without its scheme.
fn endpoint(value: &str) -> Option<(String, Option<u16>)> {
    let written = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let url = Url::parse(&written).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']).to_ascii_lowercase();
    Some((host, url.port()))
}

fn is_tailnet_address(policy: &Policy, text: &str) -> bool {
    text.trim().parse().is_ok_and(|address| is_tailnet(policy, address))
}

fn is_in_zone(name: &str) -> bool {
    let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
    name == ZONE || name.strip_suffix(ZONE).is_some_and(|rest| rest.ends_with('.'))
}

fn must_not_resolve(policy: &Policy, name: &str) -> bool {
    let plain = |name: &str| name.trim().trim_end_matches('.').to_ascii_lowercase();
    let known = policy.names.unresolvable.iter().filter_map(|value| value.resolved.as_deref());
    is_in_zone(name) || known.into_iter().any(|known| !plain(known).is_empty() && plain(known) == plain(name))
}

/// Whether an image is Tailscale's own, or a copy that kept its name.
fn is_tailscale_image(image: &str) -> bool {
    let path = image.split(['@', ' ']).next().unwrap_or_default();
    path.rsplit('/').next().is_some_and(|last| {
        let name = last.split(':').next().unwrap_or_default();
        matches!(name, "tailscale" | "tailscaled")
    })
}
