//! Facts and what must be judged of them: a row each, no network, no clock.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "judge/world.rs"]
mod world;

use std::time::Duration;

use jiff::SignedDuration;
use reachgate::fact::name::{Answer, MAGICDNS, MagicDnsFact, MagicDnsReply, NameRole, SystemAnswer};
use reachgate::fact::port::{
    Certificate, Chain, Connect, ConnectError, Exchange, IcmpError, Proof, Role, Step,
};
use reachgate::fact::runner::{ProxyVariable, TailscaleSign};
use reachgate::fact::{Facts, Interruption};
use reachgate::finding::Verdict;
use reachgate::judge::judge_probe;
use reachgate::untrusted::Untrusted;

use world::*;

const SECOND: Duration = Duration::from_secs(1);

/// Asserts that the facts give this code with this verdict.
#[track_caller]
fn gives(facts: &Facts, environment: &[(&str, &str)], code: &str, verdict: Verdict) {
    let findings = judge(facts, environment);
    let seen: Vec<String> = findings
        .iter()
        .map(|finding| format!("{} {} ({})", finding.code, finding.verdict.word(), finding.observed))
        .collect();
    assert!(
        findings.iter().any(|finding| finding.code.id() == code && finding.verdict == verdict),
        "expected {code} {}, found {seen:#?}",
        verdict.word()
    );
}

/// Asserts what becomes of the ssh port.
#[track_caller]
fn port_gives(connect: Connect, exchange: Option<Exchange>, code: &str, verdict: Verdict) {
    let mut facts = well();
    let port = port_mut(&mut facts, &Role::Reach("ssh".to_owned()));
    port.connect = connect;
    port.exchange = exchange;
    gives(&facts, WELL, code, verdict);
}

fn established() -> Connect {
    Connect::Established { after: Duration::from_millis(1) }
}

fn failed(error: ConnectError, icmp: Option<(u8, u8)>) -> Connect {
    let icmp = icmp.map(|(kind, code)| IcmpError {
        kind,
        code,
        from: Some("10.1.34.1".parse().unwrap()),
        v6: false,
    });
    Connect::Failed { error, icmp, after: SECOND }
}

#[test]
fn all_well_passes() {
    let findings = judge(&well(), WELL);
    for finding in &findings {
        assert!(
            finding.verdict == Verdict::Pass,
            "{} {}: {} {}",
            finding.code,
            finding.verdict.word(),
            finding.observed,
            finding.reason
        );
        assert!(!finding.expected.is_empty() && !finding.observed.is_empty(), "{} is wordless", finding.code);
    }
    for code in [
        "runner-in-subnet",
        "runner-in-pod",
        "runner-tailscale-absent",
        "runner-proxy-absent",
        "runner-active",
        "address-in-vpc",
        "dns-control-resolved",
        "dns-name-unresolvable",
        "dns-not-tailnet",
        "dns-magicdns-absent",
        "port-open",
        "port-control-quiet",
        "port-not-open",
        "certificate-valid",
    ] {
        assert!(findings.iter().any(|finding| finding.code.id() == code), "{code} is missing");
    }
}

#[test]
fn destination_addresses() {
    let rows = [
        (None, "address-unset"),
        (Some(""), "address-unset"),
        (Some("  "), "address-unset"),
        (Some("dev.cwiq.io"), "address-not-an-ip"),
        (Some("http://10.1.20.15"), "address-not-an-ip"),
        (Some("10.1.20.15:22"), "address-not-an-ip"),
        (Some("10.1.20.15/24"), "address-not-an-ip"),
        (Some("\"10.1.20.15\""), "address-not-an-ip"),
        (Some("10.1.20.015"), "address-not-an-ip"),
        (Some("10.1.20.15,10.1.20.16"), "address-not-an-ip"),
        (Some("$OTHER"), "address-not-an-ip"),
        (Some("100.101.102.103"), "address-tailnet"),
        (Some("::ffff:100.101.102.103"), "address-tailnet"),
        (Some("fd7a:115c:a1e0::1"), "address-tailnet"),
        (Some("10.2.0.9"), "address-outside-vpc"),
        (Some("52.1.2.3"), "address-outside-vpc"),
        (Some("10.1.0.2"), "address-reserved"),
        (Some("10.1.255.255"), "address-reserved"),
        (Some("10.1.34.3"), "address-reserved"),
        (Some("127.0.0.1"), "address-loopback"),
        (Some("::1"), "address-loopback"),
        (Some("169.254.169.254"), "address-special-purpose"),
        (Some("fe80::1"), "address-special-purpose"),
        (Some("224.0.0.1"), "address-special-purpose"),
        (Some("255.255.255.255"), "address-special-purpose"),
        (Some("0.0.0.0"), "address-special-purpose"),
        (Some("203.0.113.9"), "address-special-purpose"),
        (Some("2001:db8::1"), "address-special-purpose"),
        (Some("10.1.34.23"), "address-own"),
        (Some("10.1.35.42"), "address-in-runner-subnet"),
    ];
    for (value, code) in rows {
        let environment: Vec<(&str, &str)> =
            value.map(|value| ("DEV_SERVER_IP", value)).into_iter().collect();
        let mut facts = well();
        facts.ports.clear();
        gives(&facts, &environment, code, Verdict::Fail);
        // What depends on the address is skipped, with the reason, not left out.
        gives(&facts, &environment, "port-not-asked", Verdict::Skip);
        assert!(targets(&facts, &environment).is_empty(), "{value:?} would be dialled");
    }
}

#[test]
fn an_address_with_blanks_is_used_and_named() {
    gives(&well(), &[("DEV_SERVER_IP", " 10.1.20.15\n")], "address-padded", Verdict::Warn);
    gives(&well(), &[("DEV_SERVER_IP", " 10.1.20.15\n")], "port-open", Verdict::Pass);
}

#[test]
fn an_ipv4_address_in_ipv6_clothes_is_the_ipv4_address() {
    let environment = [("DEV_SERVER_IP", "::ffff:10.1.20.15")];
    gives(&well(), &environment, "address-in-vpc", Verdict::Pass);
    let targets = targets(&well(), &environment);
    assert!(targets.iter().all(|target| target.address.is_ipv4()), "{targets:?}");
}

#[test]
fn the_vpc_wins_over_the_tailnet_range() {
    let environment =
        [("VPC_CIDR", "100.64.0.0/16"), ("DEV_SERVER_IP", "100.64.20.15"), ("RUNNER_CIDR", "100.64.34.0/24")];
    let mut facts = well();
    facts.ports.clear();
    gives(&facts, &environment, "address-in-vpc", Verdict::Pass);
    gives(&facts, &environment, "address-ranges-overlap", Verdict::Pass);
    // A name's answer is held against both ranges in the same way.
    set_answers(&mut facts, NameRole::NeverTailnet, &addresses(&["100.64.20.15"]), &Answer::NoData);
    gives(&facts, &environment, "dns-not-tailnet", Verdict::Pass);
    gives(&facts, WELL, "dns-tailnet-answer", Verdict::Fail);
}

#[test]
fn no_policy_makes_a_multicast_address_a_server() {
    let environment = [("VPC_CIDR", "224.0.0.0/8"), ("DEV_SERVER_IP", "224.0.20.15")];
    gives(&well(), &environment, "address-special-purpose", Verdict::Fail);
}

#[test]
fn a_service_that_two_sources_expect_is_dialled_once() {
    let text = POLICY
        .replace("destinations:", "  others: { subnets: [10.1.36.0/24] }\ndestinations:")
        .replace("expect:", "expect:\n  - { from: others, to: dev-server, reach: [ssh] }");
    let policy =
        policy_of(&text.replace("10.1.35.0/24]\nsources", "10.1.35.0/24, 10.1.36.0/24]\nsources"), WELL);
    let mut facts = well();
    facts.runner.addresses = vec![own("eth0", "192.168.1.7")];
    let ssh = targets_of(&policy, &facts).into_iter().filter(|target| target.port.number() == 22).count();
    assert_eq!(ssh, 1);
}

#[test]
fn ports() {
    use Verdict::{Fail, Unknown, Warn};
    port_gives(failed(ConnectError::Refused, None), None, "port-closed", Fail);
    port_gives(failed(ConnectError::Refused, Some((3, 3))), None, "port-closed", Fail);
    port_gives(Connect::Silent { waited: 3 * SECOND }, None, "port-filtered", Fail);
    port_gives(failed(ConnectError::HostUnreachable, Some((3, 13))), None, "port-prohibited", Fail);
    port_gives(failed(ConnectError::HostUnreachable, Some((3, 10))), None, "port-prohibited", Fail);
    port_gives(failed(ConnectError::NetworkUnreachable, Some((3, 9))), None, "port-prohibited", Fail);
    port_gives(failed(ConnectError::HostUnreachable, Some((3, 1))), None, "port-unreachable", Fail);
    port_gives(failed(ConnectError::HostUnreachable, None), None, "port-unreachable", Fail);
    port_gives(failed(ConnectError::NetworkUnreachable, None), None, "port-unreachable", Fail);
    port_gives(failed(ConnectError::NotPermitted, None), None, "port-blocked-locally", Fail);
    port_gives(failed(ConnectError::AccessDenied, None), None, "port-blocked-locally", Fail);
    port_gives(failed(ConnectError::LocalResources { errno: 24 }, None), None, "port-undecided", Unknown);
    port_gives(failed(ConnectError::Other { errno: 5 }, None), None, "port-undecided", Unknown);
    port_gives(established(), None, "port-undecided", Unknown);
    port_gives(established(), Some(Exchange::Silent { waited: SECOND }), "port-silent", Fail);
    let stalled = Exchange::Stalled {
        after: Step::Identification,
        identification: Some("SSH-2.0-x".into()),
        waited: SECOND,
    };
    port_gives(established(), Some(stalled), "port-stalled", Fail);
    let turned_away = Exchange::Closed {
        after: Step::Connect,
        reset: false,
        said: Some("Not allowed at this time".into()),
    };
    port_gives(established(), Some(turned_away), "port-throttled", Warn);
    let other_words =
        Exchange::Closed { after: Step::Connect, reset: false, said: Some("busy, call again".into()) };
    port_gives(established(), Some(other_words), "port-dropped", Fail);
    port_gives(failed(ConnectError::Other { errno: 22 }, None), None, "port-unreachable", Fail);
    let dropped = Exchange::Closed { after: Step::Identification, reset: true, said: None };
    port_gives(established(), Some(dropped), "port-dropped", Fail);
    let wrong = Exchange::Wrong { received: Untrusted::from("HTTP/1.1 400"), problem: "not SSH".to_owned() };
    port_gives(established(), Some(wrong), "port-wrong-service", Fail);
    port_gives(
        established(),
        Some(Exchange::Alert { alert: "HandshakeFailure".to_owned() }),
        "port-tls-alert",
        Unknown,
    );
}

#[test]
fn a_neighbour_that_answers_narrows_the_cause() {
    let reason = |facts: &Facts| {
        let findings = judge(facts, WELL);
        findings
            .into_iter()
            .find(|finding| finding.code.id() == "port-filtered")
            .expect("a filtered port")
            .reason
    };
    let mut facts = well();
    port_mut(&mut facts, &Role::Reach("https".to_owned())).connect = Connect::Silent { waited: SECOND };
    assert!(reason(&facts).contains("tcp/22 of the same address answers"), "{}", reason(&facts));
    port_mut(&mut facts, &Role::Reach("ssh".to_owned())).connect = Connect::Silent { waited: SECOND };
    assert!(!reason(&facts).contains("answers"), "{}", reason(&facts));
}

#[test]
fn an_icmp_error_of_this_machine_blames_nobody_on_the_way() {
    let mut facts = well();
    let icmp = Some(IcmpError { kind: 3, code: 1, from: Some("10.1.34.23".parse().unwrap()), v6: false });
    let ssh = port_mut(&mut facts, &Role::Reach("ssh".to_owned()));
    ssh.connect = Connect::Failed { error: ConnectError::HostUnreachable, icmp, after: SECOND };
    ssh.exchange = None;
    let findings = judge(&facts, WELL);
    let unreachable = findings.iter().find(|finding| finding.code.id() == "port-unreachable").expect("it");
    assert!(unreachable.observed.contains("nobody in the local subnet"), "{}", unreachable.observed);
}

#[test]
fn icmpv6_has_its_own_numbers() {
    let icmp = |code| Some(IcmpError { kind: 1, code, from: None, v6: true });
    for (code, expected) in
        [(1, "port-prohibited"), (5, "port-prohibited"), (6, "port-prohibited"), (3, "port-unreachable")]
    {
        let error = if code == 3 { ConnectError::HostUnreachable } else { ConnectError::AccessDenied };
        port_gives(Connect::Failed { error, icmp: icmp(code), after: SECOND }, None, expected, Verdict::Fail);
    }
}

/// Why the control port did not connect is evidence; a reset and a policy of this pod's own are not the same.
#[test]
fn a_quiet_control_port_says_its_errno() {
    let quiet = |connect: Connect| {
        let mut facts = well();
        port_mut(&mut facts, &Role::Control).connect = connect;
        let findings = judge(&facts, WELL);
        findings.into_iter().find(|finding| finding.code.id() == "port-control-quiet").expect("a quiet port")
    };
    for (error, errno) in [
        (ConnectError::Refused, "ECONNREFUSED"),
        (ConnectError::HostUnreachable, "EHOSTUNREACH"),
        (ConnectError::AccessDenied, "EACCES"),
        (ConnectError::NotPermitted, "EPERM"),
    ] {
        assert_eq!(quiet(failed(error, None)).evidence["errno"], errno);
    }
    assert_eq!(quiet(Connect::Silent { waited: SECOND }).evidence.get("errno"), None);
}

#[test]
fn a_control_port_that_connects_makes_everything_unknown() {
    let mut facts = well();
    port_mut(&mut facts, &Role::Control).connect = established();
    gives(&facts, WELL, "port-control-connected", Verdict::Unknown);
    gives(&facts, WELL, "port-intercepted", Verdict::Unknown);
    let findings = judge(&facts, WELL);
    assert!(
        findings.iter().all(|finding| finding.code.id() != "port-open"),
        "a port passed through the proxy"
    );
    let certificate =
        findings.iter().find(|finding| finding.code.id() == "certificate-valid").expect("a certificate");
    assert_eq!(certificate.verdict, Verdict::Unknown);
}

#[test]
fn a_port_that_must_be_closed() {
    let role = Role::Closed("metrics".to_owned());
    for (connect, code, verdict) in [
        (established(), "port-exposed", Verdict::Fail),
        (failed(ConnectError::Refused, None), "port-not-open", Verdict::Pass),
        (Connect::Silent { waited: SECOND }, "port-not-open", Verdict::Pass),
        (failed(ConnectError::LocalResources { errno: 24 }, None), "port-undecided", Verdict::Unknown),
    ] {
        let mut facts = well();
        port_mut(&mut facts, &role).connect = connect;
        gives(&facts, WELL, code, verdict);
    }
}

#[test]
fn a_port_without_a_result_is_unknown() {
    let mut facts = well();
    facts.ports.retain(|fact| fact.target.role != Role::Reach("ssh".to_owned()));
    gives(&facts, WELL, "port-undecided", Verdict::Unknown);
    facts.interrupted = Some(Interruption { signal: "SIGTERM", after: SECOND });
    gives(&facts, WELL, "run-interrupted", Verdict::Unknown);
}

#[test]
fn certificates() {
    let (hour, day) = (SignedDuration::from_hours(1), SignedDuration::from_hours(24));
    let changed = |change: &dyn Fn(&mut Certificate)| {
        let mut facts = well();
        change(certificate_mut(&mut facts));
        facts
    };
    let rows = [
        ("certificate-expired", Verdict::Warn, changed(&|it| it.not_after = now() - hour)),
        ("certificate-not-yet-valid", Verdict::Warn, changed(&|it| it.not_before = now() + hour)),
        ("certificate-name-mismatch", Verdict::Warn, changed(&|it| it.matches_name = Some(false))),
        ("certificate-valid", Verdict::Pass, changed(&|it| it.chain = Chain::UnknownIssuer)),
        ("certificate-valid", Verdict::Pass, changed(&|it| it.chain = Chain::Trusted)),
        ("certificate-expires-soon", Verdict::Warn, changed(&|it| it.not_after = now() + day)),
        ("certificate-valid", Verdict::Pass, changed(&|it| it.not_after = now() + day * 15)),
    ];
    for (code, verdict, facts) in rows {
        gives(&facts, WELL, code, verdict);
        gives(&facts, WELL, "port-open", Verdict::Pass);
    }
    let mut facts = well();
    let https = port_mut(&mut facts, &Role::Reach("https".to_owned()));
    https.exchange =
        Some(Exchange::Completed(Proof::Tls { version: "TLSv1.3".to_owned(), certificate: None }));
    gives(&facts, WELL, "certificate-unreadable", Verdict::Warn);
    let mut facts = well();
    port_mut(&mut facts, &Role::Reach("https".to_owned())).connect = Connect::Silent { waited: SECOND };
    port_mut(&mut facts, &Role::Reach("https".to_owned())).exchange = None;
    gives(&facts, WELL, "certificate-not-asked", Verdict::Skip);
}

#[test]
fn outside_the_runner_subnets_nothing_counts() {
    let mut facts = well();
    facts.runner.addresses = vec![own("eth0", "192.168.1.7")];
    gives(&facts, WELL, "runner-outside-subnets", Verdict::Unknown);
    for finding in judge(&facts, WELL) {
        let counts = ["runner-active", "address-in-vpc"].contains(&finding.code.id());
        assert!(
            counts || finding.verdict == Verdict::Unknown,
            "{} is {}",
            finding.code,
            finding.verdict.word()
        );
    }
    // A broken port seen from outside does not break the expectation either.
    port_mut(&mut facts, &Role::Reach("ssh".to_owned())).connect = failed(ConnectError::Refused, None);
    gives(&facts, WELL, "port-closed", Verdict::Unknown);
}

#[test]
fn runners() {
    use Verdict::{Fail, Skip, Warn};
    let with = |change: fn(&mut reachgate::fact::runner::RunnerFacts)| {
        let mut facts = well();
        change(&mut facts.runner);
        facts
    };
    gives(&with(|it| it.runner_id = Some("17".to_owned())), WELL, "runner-retired", Fail);
    gives(&with(|it| it.runner_tags = vec!["dev-large".to_owned()]), WELL, "runner-retired", Fail);
    gives(&with(|it| it.runner_id = Some("20".to_owned())), WELL, "runner-tier-heavy", Warn);
    gives(&with(|it| it.runner_id = Some("99".to_owned())), WELL, "runner-unlisted", Warn);
    gives(&with(|it| it.runner_id = Some("x".to_owned())), WELL, "runner-unlisted", Warn);
    gives(&with(|it| it.runner_id = None), WELL, "runner-unidentified", Skip);
    gives(&with(|it| it.pod_signs.clear()), WELL, "runner-not-in-pod", Warn);
    for sign in [
        TailscaleSign::Interface("tailscale0".to_owned()),
        TailscaleSign::Address(own("eth1", "100.70.1.2")),
        TailscaleSign::Socket("/tmp/tailscaled.sock".to_owned()),
        TailscaleSign::Nameserver(MAGICDNS[0]),
        TailscaleSign::SearchDomain("tail1234.ts.net".into()),
        TailscaleSign::Proxy { variable: "ALL_PROXY".to_owned(), endpoint: "localhost:1055".to_owned() },
    ] {
        let mut facts = well();
        facts.runner.tailscale_signs.push(sign);
        gives(&facts, WELL, "runner-tailscale-present", Fail);
    }
    let proxy = |no_proxy: &str| {
        let mut facts = well();
        let (variable, endpoint) = ("HTTPS_PROXY".to_owned(), "proxy.internal:3128".to_owned());
        facts.runner.proxies.push(ProxyVariable { variable, endpoint });
        facts.runner.no_proxy = vec![no_proxy.to_owned()];
        facts
    };
    gives(&proxy("localhost"), WELL, "runner-proxy-set", Warn);
    gives(&proxy("10.1.20.15"), WELL, "runner-proxy-absent", Verdict::Pass);
}

/// Which runner is the light one is the policy's to say, of each source for itself.
#[test]
fn heavy_runners() {
    let code_of = |text: &str, id: &str, address: &str| {
        let mut facts = well();
        facts.runner.runner_id = Some(id.to_owned());
        facts.runner.addresses = vec![own("eth0", address)];
        let mut findings = judge_probe(&policy_of(text, WELL), &facts);
        findings.retain(|finding| finding.subject == "GitLab runner");
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings.remove(0)
    };
    let two = POLICY.replace(
        "destinations:",
        "  builders: { subnets: [10.1.36.0/24], active: { tiny: 7, large: 21 }, light: tiny }\ndestinations:",
    );
    let silent = POLICY.replace("    light: small\n", "");
    let (runners, builders, elsewhere) = ("10.1.34.23", "10.1.36.9", "192.168.1.7");
    for (text, id, address, code) in [
        (POLICY, "19", runners, "runner-active"),
        (POLICY, "20", runners, "runner-tier-heavy"),
        // What an older policy does not say is not asked.
        (&silent, "20", runners, "runner-active"),
        (&two, "21", builders, "runner-tier-heavy"),
        (&two, "7", builders, "runner-active"),
        (&two, "20", builders, "runner-unlisted"),
        (&two, "7", elsewhere, "runner-active"),
        (&two, "21", elsewhere, "runner-tier-heavy"),
        (&two, "20", elsewhere, "runner-tier-heavy"),
        (&two, "19", elsewhere, "runner-active"),
        // A retired tag weighs more.
        (POLICY, "17", runners, "runner-retired"),
    ] {
        let finding = code_of(text, id, address);
        assert_eq!(finding.code.id(), code, "{id} at {address}: {}", finding.observed);
    }
    let finding = code_of(&two, "21", elsewhere);
    assert_eq!(finding.verdict, Verdict::Warn);
    assert_eq!(finding.hint, "Tag the job `tiny`.");
    assert_eq!(finding.observed, "21 (large) is active, and heavier than a reachability check needs");
}

#[test]
fn control_names() {
    let mut facts = well();
    for answer in [Answer::NxDomain, Answer::ServFail, Answer::Refused, Answer::TimedOut] {
        set_answers(&mut facts, NameRole::Control, &answer, &answer);
        gives(&facts, WELL, "dns-control-failed", Verdict::Unknown);
        // Without a resolver that works, "does not resolve" proves nothing.
        gives(&facts, WELL, "dns-undecided", Verdict::Unknown);
        assert!(judge(&facts, WELL).iter().all(|finding| finding.code.id() != "dns-name-unresolvable"));
    }
    let mut facts = well();
    let address = addresses(&["10.9.9.9"]);
    set_answers(&mut facts, NameRole::Control, &address, &Answer::NoData);
    name_mut(&mut facts, NameRole::Control).lookups[0].random_sibling = Some(address);
    gives(&facts, WELL, "dns-control-failed", Verdict::Unknown);
    let mut facts = well();
    facts.runner.resolver = Err("/etc/resolv.conf cannot be read".to_owned());
    gives(&facts, WELL, "dns-resolver-missing", Verdict::Unknown);
    let mut facts = well();
    facts.names.clear();
    gives(&facts, WELL, "dns-control-failed", Verdict::Unknown);
    gives(&facts, WELL, "dns-undecided", Verdict::Unknown);
}

#[test]
fn names_that_must_not_resolve() {
    let role = NameRole::Unresolvable;
    let resolved = addresses(&["10.100.1.2"]);
    for (a, aaaa, code, verdict) in [
        (Answer::NxDomain, Answer::NxDomain, "dns-name-unresolvable", Verdict::Pass),
        (Answer::NoData, Answer::NoData, "dns-name-unresolvable", Verdict::Pass),
        // AAAA says NODATA while A is lost: a false "does not resolve" in many a resolver.
        (Answer::TimedOut, Answer::NoData, "dns-undecided", Verdict::Unknown),
        (Answer::ServFail, Answer::NxDomain, "dns-undecided", Verdict::Unknown),
        (Answer::Refused, Answer::Refused, "dns-undecided", Verdict::Unknown),
        (Answer::OtherCode(4), Answer::NoData, "dns-undecided", Verdict::Unknown),
        (Answer::Failed("garbage".to_owned()), Answer::NoData, "dns-undecided", Verdict::Unknown),
        (resolved.clone(), Answer::NoData, "dns-name-resolves", Verdict::Fail),
        (Answer::TimedOut, addresses(&["fd7a:115c:a1e0::9"]), "dns-name-resolves", Verdict::Fail),
    ] {
        let mut facts = well();
        set_answers(&mut facts, role, &a, &aaaa);
        gives(&facts, WELL, code, verdict);
    }
    let mut facts = well();
    set_answers(&mut facts, role, &addresses(&["10.9.9.9"]), &Answer::NoData);
    let name = name_mut(&mut facts, role);
    name.lookups[0].asked = "dev.example.internal.".to_owned();
    name.lookups[0].random_sibling = Some(addresses(&["10.9.9.9"]));
    gives(&facts, WELL, "dns-wildcard", Verdict::Fail);
    let mut facts = well();
    name_mut(&mut facts, role).system = SystemAnswer::Addresses(vec!["100.101.102.103".parse().unwrap()]);
    gives(&facts, WELL, "dns-name-resolves", Verdict::Fail);
    for system in [SystemAnswer::TimedOut, SystemAnswer::Failed("EAI_AGAIN".to_owned())] {
        let mut facts = well();
        name_mut(&mut facts, role).system = system;
        gives(&facts, WELL, "dns-undecided", Verdict::Unknown);
    }
    gives(&well(), &[("DEV_SERVER_IP", "10.1.20.15")], "dns-name-unset", Verdict::Skip);
}

#[test]
fn a_second_nameserver_must_agree() {
    let mut facts = well();
    let mut second = name_mut(&mut facts, NameRole::Unresolvable).lookups[0].clone();
    second.nameserver = "10.1.0.3".parse().unwrap();
    name_mut(&mut facts, NameRole::Unresolvable).lookups.push(second);
    // It says NXDOMAIN, but was not seen to resolve anything.
    gives(&facts, WELL, "dns-undecided", Verdict::Unknown);
}

#[test]
fn names_that_must_not_lead_into_the_tailnet() {
    let role = NameRole::NeverTailnet;
    for answer in [
        addresses(&["100.101.102.103"]),
        addresses(&["10.1.20.15", "::ffff:100.70.1.1"]),
        aliased("10.1.20.15", "dev.tail1234.ts.net."),
    ] {
        let mut facts = well();
        set_answers(&mut facts, role, &answer, &Answer::NoData);
        gives(&facts, WELL, "dns-tailnet-answer", Verdict::Fail);
    }
    let mut facts = well();
    name_mut(&mut facts, role).system = SystemAnswer::Addresses(vec!["100.101.102.103".parse().unwrap()]);
    gives(&facts, WELL, "dns-tailnet-answer", Verdict::Fail);
    // Completed by a ts.net search domain: its address looks like any other, the name tells.
    let mut facts = well();
    name_mut(&mut facts, role).lookups[0].asked = "dev.cwiq.io.tail1234.ts.net.".to_owned();
    gives(&facts, WELL, "dns-tailnet-answer", Verdict::Fail);
    let mut facts = well();
    name_mut(&mut facts, role).system = SystemAnswer::NoName;
    gives(&facts, WELL, "dns-views-differ", Verdict::Warn);
    let mut facts = well();
    set_answers(&mut facts, role, &Answer::ServFail, &Answer::ServFail);
    gives(&facts, WELL, "dns-undecided", Verdict::Unknown);
    // The answer for IPv6 is open: it may be a tailnet address.
    let mut facts = well();
    set_answers(&mut facts, role, &addresses(&["10.1.20.15"]), &Answer::TimedOut);
    gives(&facts, WELL, "dns-undecided", Verdict::Unknown);
}

#[test]
fn tailscales_resolver() {
    let mut facts = well();
    facts.magicdns[0].reply = MagicDnsReply::Answered(Answer::Refused);
    gives(&facts, WELL, "dns-magicdns-resolver", Verdict::Fail);
    facts.magicdns.clear();
    gives(&facts, WELL, "dns-undecided", Verdict::Unknown);
    // A VPC that holds the address: an answer there would be the VPC's own.
    let environment = [("VPC_CIDR", "100.100.0.0/16"), ("DEV_SERVER_IP", "100.100.20.15")];
    let fact = MagicDnsFact {
        nameserver: MAGICDNS[0],
        reply: MagicDnsReply::Answered(Answer::NxDomain),
        elapsed: SECOND,
    };
    facts.magicdns = vec![fact];
    gives(&facts, &environment, "dns-magicdns-absent", Verdict::Skip);
}

#[test]
fn the_order_is_by_area_and_stable() {
    let areas: Vec<_> = judge(&well(), WELL).iter().map(reachgate::finding::Finding::area).collect();
    assert!(areas.is_sorted(), "{areas:?}");
}
