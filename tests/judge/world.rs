//! A world in which all is well, for tests to break in one place.

use std::net::IpAddr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reachgate::fact::Facts;
use reachgate::fact::name::{
    Answer, Lookup, MAGICDNS, MagicDnsFact, MagicDnsReply, NameFact, NameRole, SystemAnswer,
};
use reachgate::fact::port::{
    Certificate, Chain, Connect, ConnectError, Exchange, PortFact, Proof, Role, Target,
};
use reachgate::fact::runner::{InterfaceAddress, ResolverConfig, RunnerFacts};
use reachgate::finding::Finding;
use reachgate::flow::Greeting;
use reachgate::judge::runner::Place;
use reachgate::judge::target::plan_targets;
use reachgate::judge::{judge_probe, own_addresses};
use reachgate::policy::Policy;
use reachgate::policy::file::parse_policy;
use reachgate::untrusted::Untrusted;

/// The environment in which all is well.
pub const WELL: &[(&str, &str)] =
    &[("DEV_SERVER_IP", "10.1.20.15"), ("DEV_SERVER_MAGICDNS", "dev.tail1234.ts.net")];

/// The policy that the world is judged by.
pub const POLICY: &str = r#"
version: 1
name: test
networks:
  vpc: ["${VPC_CIDR:-10.1.0.0/16}", 10.1.34.0/24, 10.1.35.0/24]
sources:
  runners:
    subnets: [10.1.34.0/24, 10.1.35.0/24]
    tailscale: absent
    active: { small: 19, medium: 20, scan: 19 }
    light: small
    retired: { dev-medium: 17, dev-large: 18 }
destinations:
  dev-server:
    address: "${DEV_SERVER_IP}"
    within: vpc
    server_name: dev.cwiq.io
    services: { ssh: 22/ssh, https: 443/tls, metrics: 9100/http }
expect:
  - { from: runners, to: dev-server, reach: [ssh, https] }
  - { from: runners, to: dev-server, closed: [metrics] }
names:
  control: [kubernetes.default.svc.cluster.local.]
  unresolvable: ["${DEV_SERVER_MAGICDNS:-}"]
  never_tailnet: [dev.cwiq.io]
"#;

pub fn policy(environment: &[(&str, &str)]) -> Policy {
    policy_of(POLICY, environment)
}

pub fn policy_of(text: &str, environment: &[(&str, &str)]) -> Policy {
    let lookup = |name: &str| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    match parse_policy(text, "test", &lookup) {
        Ok(policy) => policy,
        Err(error) => panic!("{error}"),
    }
}

pub fn judge(facts: &Facts, environment: &[(&str, &str)]) -> Vec<Finding> {
    judge_probe(&policy(environment), facts)
}

pub fn targets(facts: &Facts, environment: &[(&str, &str)]) -> Vec<Target> {
    targets_of(&policy(environment), facts)
}

pub fn targets_of(policy: &Policy, facts: &Facts) -> Vec<Target> {
    plan_targets(policy, &own_addresses(facts), &Place::find(policy, &facts.runner))
}

pub fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

pub fn own(interface: &str, address: &str) -> InterfaceAddress {
    InterfaceAddress { interface: interface.to_owned(), address: address.parse().unwrap() }
}

pub fn addresses(addresses: &[&str]) -> Answer {
    Answer::Addresses {
        addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
        aliases: vec![],
    }
}

pub fn aliased(address: &str, alias: &str) -> Answer {
    Answer::Addresses { addresses: vec![address.parse().unwrap()], aliases: vec![Untrusted::from(alias)] }
}

fn name(name: &str, role: NameRole, a: Answer, system: SystemAnswer) -> NameFact {
    let lookup = Lookup {
        asked: format!("{}.", name.trim_end_matches('.')),
        search_domain: None,
        nameserver: "10.1.0.2".parse().unwrap(),
        aaaa: if a == Answer::NxDomain { Answer::NxDomain } else { Answer::NoData },
        a,
        random_sibling: Some(Answer::NxDomain),
        elapsed: Duration::from_millis(1),
    };
    NameFact { name: name.to_owned(), role, lookups: vec![lookup], system }
}

pub fn well() -> Facts {
    let dev: IpAddr = "10.1.20.15".parse().unwrap();
    let runner = RunnerFacts {
        addresses: vec![own("lo", "127.0.0.1"), own("eth0", "10.1.34.23")],
        pod_signs: vec!["KUBERNETES_SERVICE_HOST".to_owned()],
        tailscale_signs: vec![],
        resolver: Ok(ResolverConfig {
            nameservers: vec!["10.1.0.2".parse().unwrap()],
            search: vec![],
            ndots: 5,
        }),
        proxies: vec![],
        no_proxy: vec![],
        runner_id: Some("19".to_owned()),
        runner_tags: vec!["small".to_owned()],
    };
    let names = vec![
        name(
            "kubernetes.default.svc.cluster.local.",
            NameRole::Control,
            addresses(&["172.20.0.1"]),
            SystemAnswer::Addresses(vec!["172.20.0.1".parse().unwrap()]),
        ),
        name("dev.tail1234.ts.net", NameRole::Unresolvable, Answer::NxDomain, SystemAnswer::NoName),
        name(
            "dev.cwiq.io",
            NameRole::NeverTailnet,
            addresses(&["10.1.20.15"]),
            SystemAnswer::Addresses(vec![dev]),
        ),
    ];
    let silent = |nameserver| MagicDnsFact {
        nameserver,
        reply: MagicDnsReply::Silent,
        elapsed: Duration::from_millis(500),
    };
    let mut facts = Facts {
        taken_at: now(),
        runner,
        names,
        magicdns: MAGICDNS.into_iter().map(silent).collect(),
        ports: vec![],
        interrupted: None,
    };
    facts.ports = targets(&facts, WELL).into_iter().map(port).collect();
    facts
}

fn port(target: Target) -> PortFact {
    let after = Duration::from_millis(1);
    let (connect, exchange) = match (&target.role, target.greeting) {
        (Role::Control, _) => (Connect::Silent { waited: Duration::from_millis(30) }, None),
        (Role::Closed(_), _) => (Connect::Failed { error: ConnectError::Refused, icmp: None, after }, None),
        (Role::Reach(_), Greeting::Ssh) => {
            let proof = Proof::Ssh {
                identification: Untrusted::from("SSH-2.0-OpenSSH_9.2p1"),
                key_exchange_bytes: 1080,
            };
            (Connect::Established { after }, Some(Exchange::Completed(proof)))
        }
        (Role::Reach(_), _) => {
            let certificate = Some(certificate());
            let proof = Proof::Tls { version: "TLSv1.3".to_owned(), certificate };
            (Connect::Established { after }, Some(Exchange::Completed(proof)))
        }
    };
    let source = Some("10.1.34.23".parse().unwrap());
    PortFact { target, source, connect, exchange, attempts: 1, elapsed: Duration::from_millis(9) }
}

fn certificate() -> Certificate {
    Certificate {
        subject: Untrusted::from("CN=dev.cwiq.io"),
        issuer: Untrusted::from("CN=dev.cwiq.io"),
        names: vec![Untrusted::from("dev.cwiq.io")],
        matches_name: Some(true),
        not_before: now() - SignedDuration::from_hours(24),
        not_after: now() + SignedDuration::from_hours(24 * 90),
        chain: Chain::SelfSigned,
    }
}

pub fn port_mut<'a>(facts: &'a mut Facts, role: &Role) -> &'a mut PortFact {
    facts.ports.iter_mut().find(|fact| fact.target.role == *role).expect("a port of this role")
}

pub fn certificate_mut(facts: &mut Facts) -> &mut Certificate {
    let fact = port_mut(facts, &Role::Reach("https".to_owned()));
    match &mut fact.exchange {
        Some(Exchange::Completed(Proof::Tls { certificate: Some(certificate), .. })) => certificate,
        other => panic!("no certificate in {other:?}"),
    }
}

pub fn name_mut(facts: &mut Facts, role: NameRole) -> &mut NameFact {
    facts.names.iter_mut().find(|fact| fact.role == role).expect("a name of this role")
}

pub fn set_answers(facts: &mut Facts, role: NameRole, a: &Answer, aaaa: &Answer) {
    let name = name_mut(facts, role);
    let system = match (a.addresses(), aaaa.addresses()) {
        ([], []) => SystemAnswer::NoName,
        (v4, v6) => SystemAnswer::Addresses(v4.iter().chain(v6).copied().collect()),
    };
    name.system = system;
    for lookup in &mut name.lookups {
        lookup.a = a.clone();
        lookup.aaaa = aaaa.clone();
    }
}
