//! What the DNS probe makes of nameservers that answer, fail, keep silent or lie. The servers are here,
//! on loopback; the system's own resolver is left out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up or read is a failed test")]

#[path = "name/server.rs"]
mod server;

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::RecordType;
use reachgate::fact::name::{
    Answer, Lookup, MagicDnsReply, NameFact, NameQuestion, NameRole, SystemAnswer, in_tailscale_zone,
};
use reachgate::fact::runner::ResolverConfig;
use reachgate::probe::dns::{StubResolver, probe_magicdns_at};
use reachgate::untrusted::Untrusted;
use server::{Request, Server, Transport, a, aaaa, cname, dead_port};
use tokio::sync::mpsc::unbounded_channel;

/// Long enough for a busy machine; the retry comes at a third, TCP at two thirds of it.
const TIMEOUT: Duration = Duration::from_millis(900);

fn no_name(_: &str) -> SystemAnswer {
    SystemAnswer::NoName
}

fn stub(nameservers: &[SocketAddr]) -> StubResolver {
    StubResolver { nameservers: nameservers.to_vec(), search: Vec::new(), ndots: 1, system: no_name }
}

fn question(name: &str) -> NameQuestion {
    NameQuestion { name: name.to_owned(), role: NameRole::Unresolvable }
}

async fn facts(resolver: &StubResolver, names: &[&str], timeout: Duration) -> Vec<NameFact> {
    let (sink, mut facts) = unbounded_channel();
    let questions: Vec<NameQuestion> = names.iter().map(|name| question(name)).collect();
    resolver.probe_names(&questions, timeout, &sink).await;
    drop(sink);
    let mut all = Vec::new();
    while let Some(fact) = facts.recv().await {
        all.push(fact);
    }
    all
}

/// The one fact of the one name.
async fn fact(resolver: &StubResolver, name: &str) -> NameFact {
    facts(resolver, &[name], TIMEOUT).await.remove(0)
}

/// The one lookup of an absolute name at one nameserver.
async fn lookup(server: &Server, name: &str) -> Lookup {
    let mut fact = fact(&stub(&[server.address]), name).await;
    assert_eq!(fact.lookups.len(), 1, "{fact:?}");
    fact.lookups.remove(0)
}

fn failure(answer: &Answer) -> &str {
    match answer {
        Answer::Failed(words) => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_kind_of_answer_stays_apart() {
    let server = Server::start(|request| {
        vec![match request.name.as_str() {
            "yes." => request.answer(&[a("yes.", [10, 0, 0, 1]), a("yes.", [10, 0, 0, 2])]),
            "six." => request.answer(&[aaaa("six.", "fd00::1")]),
            "nodata." => request.answer(&[]),
            "nxdomain." => request.code(ResponseCode::NXDomain),
            "servfail." => request.code(ResponseCode::ServFail),
            "refused." => request.code(ResponseCode::Refused),
            _ => request.code(ResponseCode::NotImp),
        }]
    });
    let yes = lookup(&server, "yes.").await;
    assert_eq!(yes.a.addresses(), [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])]);
    assert_eq!(lookup(&server, "six.").await.aaaa.addresses(), ["fd00::1".parse::<IpAddr>().unwrap()]);
    for (name, expected) in [
        ("nodata.", Answer::NoData),
        ("nxdomain.", Answer::NxDomain),
        ("servfail.", Answer::ServFail),
        ("refused.", Answer::Refused),
        ("other.", Answer::OtherCode(4)),
    ] {
        let lookup = lookup(&server, name).await;
        assert_eq!((&lookup.a, &lookup.aaaa), (&expected, &expected), "{name}");
        assert_eq!(lookup.nameserver, IpAddr::from([127, 0, 0, 1]));
        assert_eq!(lookup.random_sibling, None);
    }
}

#[tokio::test]
async fn a_dead_port_is_told_at_once_and_by_errno() {
    let start = Instant::now();
    let fact = facts(&stub(&[dead_port()]), &["dev."], Duration::from_secs(30)).await.remove(0);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    let words = failure(&fact.lookups[0].a);
    assert!(words.contains("UDP: ECONNREFUSED") && words.contains("TCP: ECONNREFUSED"), "{words}");
}

#[tokio::test]
async fn tcp_is_asked_where_udp_is_refused() {
    let server = Server::start_tcp_only(|request| vec![request.answer(&[])]);
    let lookup = lookup(&server, "dev.").await;
    assert_eq!(lookup.a, Answer::NoData);
    assert!(lookup.elapsed < TIMEOUT / 3, "{:?}", lookup.elapsed);
}

#[tokio::test]
async fn silence_takes_the_timeout_and_no_longer() {
    let server = Server::start(|_| Vec::new());
    let start = Instant::now();
    let lookup = lookup(&server, "dev.").await;
    let took = start.elapsed();
    assert_eq!((lookup.a, lookup.aaaa), (Answer::TimedOut, Answer::TimedOut));
    assert!(took >= TIMEOUT && took < TIMEOUT + Duration::from_millis(400), "{took:?}");
    assert_eq!(server.count(Transport::Udp, RecordType::A), 2);
    assert_eq!(server.count(Transport::Tcp, RecordType::A), 1);
}

#[tokio::test]
async fn a_lost_datagram_is_asked_again_from_another_port() {
    let server = Server::start(|request| match (request.transport, request.nth) {
        (Transport::Udp, 2) => vec![request.answer(&[])],
        _ => Vec::new(),
    });
    let lookup = lookup(&server, "dev.").await;
    assert_eq!(lookup.a, Answer::NoData);
    assert!(lookup.elapsed >= TIMEOUT / 3 && lookup.elapsed < TIMEOUT * 2 / 3, "{:?}", lookup.elapsed);
    let ports = server.ports(RecordType::A);
    assert_eq!(ports.len(), 2);
    assert_ne!(ports[0], ports[1], "a retry from the same port meets the same conntrack entry");
}

#[tokio::test]
async fn the_first_retry_comes_within_a_second() {
    let server = Server::start(|request| match request.nth {
        2 => vec![request.answer(&[])],
        _ => Vec::new(),
    });
    let resolver = stub(&[server.address]);
    let fact = facts(&resolver, &["dev."], Duration::from_secs(30)).await.remove(0);
    let took = fact.lookups[0].elapsed;
    assert!((Duration::from_secs(1)..Duration::from_millis(1500)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn a_late_answer_to_the_first_question_counts() {
    // Comes after the retry, which is lost, and before TCP.
    let server = Server::start(|request| match (request.transport, request.nth) {
        (Transport::Udp, 1) => {
            std::thread::sleep(TIMEOUT / 2);
            vec![request.answer(&[])]
        }
        _ => Vec::new(),
    });
    let lookup = lookup(&server, "dev.").await;
    assert_eq!((lookup.a, lookup.aaaa), (Answer::NoData, Answer::NoData));
}

#[tokio::test]
async fn tcp_answers_where_udp_is_lost() {
    let server = Server::start(|request| match request.transport {
        Transport::Udp => Vec::new(),
        Transport::Tcp => vec![request.answer(&[])],
    });
    let lookup = lookup(&server, "dev.").await;
    assert_eq!((lookup.a, lookup.aaaa), (Answer::NoData, Answer::NoData));
    assert!(lookup.elapsed >= TIMEOUT * 2 / 3, "{:?}", lookup.elapsed);
}

#[tokio::test]
async fn a_truncated_answer_is_fetched_over_tcp() {
    let whole = |name: &str| (1..=100).map(|last| a(name, [10, 0, 0, last])).collect::<Vec<_>>();
    let server = Server::start(move |request| match (request.transport, request.record_type) {
        (Transport::Udp, RecordType::A) => vec![request.truncated(&[a(&request.name, [10, 0, 0, 1])])],
        (_, RecordType::A) => vec![request.answer(&whole(&request.name))],
        _ => vec![request.answer(&[])],
    });
    let lookup = lookup(&server, "dev.").await;
    assert_eq!(lookup.a.addresses().len(), 100);
    assert!(lookup.elapsed < TIMEOUT / 3, "{:?}", lookup.elapsed);
}

#[tokio::test]
async fn an_answer_too_long_for_a_datagram_is_never_taken_in_part() {
    let whole = |name: &str| (1..=60).map(|last| a(name, [10, 0, 0, last])).collect::<Vec<_>>();
    let server = Server::start(move |request| match request.record_type {
        RecordType::A => vec![request.answer(&whole(&request.name))],
        _ => vec![request.answer(&[])],
    });
    assert_eq!(lookup(&server, "dev.").await.a.addresses().len(), 60);
    let server = Server::start_udp_only(move |request| vec![request.answer(&whole(&request.name))]);
    let words = lookup(&server, "dev.").await.a;
    assert!(failure(&words).contains("UDP: malformed"), "{words:?}");
}

#[tokio::test]
async fn names_with_a_special_use_are_asked_like_any_other() {
    // A resolver may answer these itself (RFC 6761); a probe is to tell what this one does.
    for name in ["localhost.", "dev.invalid.", "dev.onion.", "dev.local."] {
        let server = Server::start(|request| {
            vec![request.answer(&[a(&request.name, [10, 0, 0, 1])][..request.is_a()])]
        });
        let lookup = lookup(&server, name).await;
        assert_eq!(lookup.a.addresses(), [IpAddr::from([10, 0, 0, 1])], "{name}");
        assert_eq!(lookup.aaaa, Answer::NoData, "{name}");
    }
}

#[tokio::test]
async fn an_alias_is_not_followed_by_questions_of_our_own() {
    let server = Server::start(|request| vec![request.answer(&[cname("dev.", "dev.tail1234.ts.net.")])]);
    let lookup = lookup(&server, "dev.").await;
    assert_eq!(lookup.a, Answer::AliasToNothing { aliases: vec!["dev.tail1234.ts.net.".into()] });
    assert!(server.requests().iter().all(|request| request.name == "dev."), "{:?}", server.requests());
}

#[tokio::test]
async fn a_tcp_answer_to_another_question_is_none() {
    let server = Server::start_tcp_only(|request| {
        let mut other = request.code(ResponseCode::NXDomain);
        other[13] ^= 1;
        vec![other]
    });
    let words = lookup(&server, "dev.").await.a;
    assert!(failure(&words).contains("TCP: malformed answer (it answers another question)"), "{words:?}");
}

#[tokio::test]
async fn a_truncated_answer_alone_is_none() {
    let server = Server::start_udp_only(|request| vec![request.truncated(&[])]);
    let lookup = lookup(&server, "dev.").await;
    let words = failure(&lookup.a);
    assert!(words.contains("truncated") && words.contains("ECONNREFUSED"), "{words}");
}

#[tokio::test]
async fn servfail_is_asked_once_and_stays_servfail() {
    let failing = Server::start(|request| vec![request.code(ResponseCode::ServFail)]);
    let negative = Server::start(|request| vec![request.code(ResponseCode::NXDomain)]);
    let mut resolver = stub(&[failing.address, negative.address]);
    resolver.search = vec!["svc.cluster.local".to_owned()];
    let fact = fact(&resolver, "dev").await;
    let answers: Vec<&Answer> = fact.lookups.iter().map(|lookup| &lookup.a).collect();
    let [servfail, nxdomain] = [&Answer::ServFail, &Answer::NxDomain];
    assert_eq!(answers, [servfail, nxdomain, servfail, nxdomain]);
    assert_eq!(failing.requests().len(), 4, "two names, A and AAAA, once each");
}

#[tokio::test]
async fn nodata_for_one_type_does_not_decide_the_other() {
    let server = Server::start(|request| match request.record_type {
        RecordType::AAAA => vec![request.answer(&[])],
        _ => Vec::new(),
    });
    let lookup = lookup(&server, "dev.").await;
    assert_eq!((lookup.a, lookup.aaaa), (Answer::TimedOut, Answer::NoData));
}

#[tokio::test]
async fn a_wildcard_shows_in_a_random_sibling() {
    let server = Server::start(|request| match request.record_type {
        RecordType::A => vec![request.answer(&[a(&request.name, [10, 0, 0, 1])])],
        // Silence here must not keep the sibling from being asked.
        _ => Vec::new(),
    });
    let lookup = lookup(&server, "dev.cwiq.io.").await;
    assert_eq!(lookup.random_sibling.unwrap().addresses(), [IpAddr::from([10, 0, 0, 1])]);
    let names = server.requests().into_iter().map(|request| request.name);
    let siblings: Vec<String> = names.filter(|name| name != "dev.cwiq.io.").collect();
    let [sibling] = siblings.as_slice() else { panic!("{siblings:?}") };
    let label = sibling.strip_suffix(".cwiq.io.").unwrap();
    assert!(label.len() == 16 && label.bytes().all(|byte| byte.is_ascii_hexdigit()), "{label}");
}

#[tokio::test]
async fn without_a_wildcard_the_sibling_is_nxdomain() {
    let server = Server::start(|request| {
        vec![match request.name.as_str() {
            "dev.cwiq.io." => {
                request.answer(&[a("dev.cwiq.io.", [10, 0, 0, 1])].as_slice()[..request.is_a()])
            }
            _ => request.code(ResponseCode::NXDomain),
        }]
    });
    assert_eq!(lookup(&server, "dev.cwiq.io.").await.random_sibling, Some(Answer::NxDomain));
}

#[tokio::test]
async fn aliases_are_kept_in_order_with_and_without_an_address() {
    let chain = || vec![cname("dev.cwiq.io.", "b.cwiq.io."), cname("b.cwiq.io.", "dev.tail1234.ts.net.")];
    let server = Server::start(move |request| {
        let mut records = chain();
        if request.record_type == RecordType::A {
            records.push(a("dev.tail1234.ts.net.", [10, 100, 0, 7]));
        }
        vec![request.answer(&records)]
    });
    let lookup = lookup(&server, "dev.cwiq.io.").await;
    assert_eq!(lookup.a.addresses(), [IpAddr::from([10, 100, 0, 7])]);
    for answer in [&lookup.a, &lookup.aaaa] {
        let aliases: Vec<&str> = answer.aliases().iter().map(Untrusted::as_str).collect();
        assert_eq!(aliases, ["b.cwiq.io.", "dev.tail1234.ts.net."]);
        assert!(in_tailscale_zone(aliases[1]));
    }
    assert!(lookup.aaaa.is_negative());
}

#[tokio::test]
async fn the_search_list_is_expanded_and_each_candidate_reported() {
    let server = Server::start(|request| vec![request.code(ResponseCode::NXDomain)]);
    let mut resolver = stub(&[server.address]);
    resolver.search = ["default.svc.cluster.local", "tail1234.ts.net"].map(str::to_owned).to_vec();
    resolver.ndots = 5;
    let fact = fact(&resolver, "dev").await;
    let asked = fact.lookups.iter().map(|lookup| (lookup.asked.as_str(), lookup.search_domain.as_deref()));
    let expected = [
        ("dev.default.svc.cluster.local.", Some("default.svc.cluster.local")),
        ("dev.tail1234.ts.net.", Some("tail1234.ts.net")),
        ("dev.", None),
    ];
    assert_eq!(asked.collect::<Vec<_>>(), expected);
    let mut wire: Vec<String> = server.requests().into_iter().map(|request| request.name).collect();
    wire.sort();
    wire.dedup();
    assert_eq!(wire, ["dev.", "dev.default.svc.cluster.local.", "dev.tail1234.ts.net."]);
}

#[tokio::test]
async fn what_answers_another_question_is_passed_over() {
    let server = Server::start(|request| {
        let yes = request.answer(&[a(&request.name, [10, 0, 0, 1])][..request.is_a()]);
        let mut other_id = yes.clone();
        other_id[0] ^= 0xff;
        let mut other_name = yes.clone();
        other_name[13] ^= 1;
        let junk = vec![0xee; 60_000];
        vec![
            other_id,
            other_name,
            junk,
            Vec::new(),
            request.bytes.clone(),
            request.code(ResponseCode::NXDomain),
        ]
    });
    let lookup = lookup(&server, "dev.").await;
    assert_eq!((lookup.a, lookup.aaaa), (Answer::NxDomain, Answer::NxDomain));
}

#[tokio::test]
async fn junk_with_the_right_id_is_malformed_and_no_answer() {
    for length in [2, 11, 12, 4_000, 60_000] {
        let server = Server::start(move |request| {
            let mut junk = vec![0xee; length];
            junk[..2].copy_from_slice(&request.bytes[..2]);
            vec![junk]
        });
        let lookup = lookup(&server, "dev.").await;
        let words = failure(&lookup.a);
        // hickory passes over it in silence where it comes over TCP.
        assert!(words.contains("UDP: malformed") && words.contains("then no answer"), "{length}: {words}");
    }
}

#[tokio::test]
async fn compression_loops_end() {
    let server = Server::start(|request| {
        let mut message = request.answer(&[]);
        message[7] = 1; // one answer
        let here = u16::try_from(message.len()).unwrap() | 0xc000;
        message.extend(here.to_be_bytes()); // whose owner points at itself
        message.extend([0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 0, 0, 1]);
        vec![message]
    });
    let words = lookup(&server, "dev.").await.a;
    assert!(failure(&words).contains("malformed"), "{words:?}");
}

#[tokio::test]
async fn labels_cannot_forge_text() {
    let server = Server::start(|request| {
        let mut message = request.answer(&[]);
        message[7] = 1;
        message.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 5]); // the question's name is an alias
        let target = b"\x0ax\x1b[2J\r\n.ts\x03net\x00";
        message.extend(u16::try_from(target.len()).unwrap().to_be_bytes());
        message.extend(target);
        vec![message]
    });
    let lookup = lookup(&server, "dev.").await;
    let [alias] = lookup.a.aliases() else { panic!("{:?}", lookup.a) };
    assert!(alias.as_str().chars().all(|c| c.is_ascii_graphic()), "{alias:?}");
    assert!(!in_tailscale_zone(alias.as_str()), "a dot inside a label ends none: {alias}");
}

#[tokio::test]
async fn a_tcp_server_that_hangs_up_or_stalls_is_no_answer() {
    let server = Server::start(|request| match request.transport {
        Transport::Udp => vec![request.truncated(&[])],
        Transport::Tcp => vec![Server::hang_up()],
    });
    let closed = lookup(&server, "dev.").await.a;
    assert!(failure(&closed).contains("closed without an answer"), "{closed:?}");
    let server = Server::start(|request| match request.transport {
        Transport::Udp => vec![request.truncated(&[])],
        Transport::Tcp => Vec::new(),
    });
    let start = Instant::now();
    let stalled = lookup(&server, "dev.").await.a;
    assert!(failure(&stalled).contains("then no answer"), "{stalled:?}");
    assert!(start.elapsed() < TIMEOUT + Duration::from_millis(400));
}

#[tokio::test]
async fn a_tcp_server_that_hangs_up_before_the_question_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    for _ in 0..20 {
        let lookup = fact(&stub(&[address]), "dev.").await.lookups.remove(0);
        for answer in [&lookup.a, &lookup.aaaa] {
            let words = failure(answer);
            let ended = words.contains("TCP: closed without an answer") || words.contains("TCP: ECONNRESET");
            assert!(ended && words.contains("UDP: ECONNREFUSED"), "{words}");
        }
    }
}

#[tokio::test]
async fn what_is_no_name_is_never_asked() {
    let server = Server::start(|request| vec![request.code(ResponseCode::NXDomain)]);
    let mut resolver = stub(&[server.address]);
    resolver.system = |_| panic!("the system was asked");
    resolver.search = vec!["svc.cluster.local".to_owned()];
    let long = "a".repeat(300);
    let label = format!("{}.io", "a".repeat(64));
    let many = ["a"; 150].join(".");
    let names = [
        &long,
        &label,
        &many,
        "a..io",
        ".",
        "",
        "dev.cwiq.io:22",
        "https://dev.cwiq.io",
        " dev",
        "a\0b",
        "\u{1b}[2J",
    ];
    for fact in facts(&resolver, &names, TIMEOUT).await {
        let [lookup] = fact.lookups.as_slice() else { panic!("{fact:?}") };
        assert!(failure(&lookup.a).starts_with("not asked: "), "{fact:?}");
        assert!(failure(&lookup.aaaa).starts_with("not asked: "), "{fact:?}");
        assert!(matches!(fact.system, SystemAnswer::Failed(_)), "{fact:?}");
        assert!(!lookup.asked.chars().any(char::is_control), "{fact:?}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn address_literals_are_never_asked() {
    let server = Server::start(|request| vec![request.code(ResponseCode::NXDomain)]);
    let mut resolver = stub(&[server.address]);
    resolver.system = |_| panic!("the system was asked");
    resolver.ndots = 5;
    for (literal, expected) in
        [("10.1.20.15", "10.1.20.15"), ("fd00::1", "fd00::1"), ("::ffff:100.64.0.1", "100.64.0.1")]
    {
        let fact = fact(&resolver, literal).await;
        assert!(fact.lookups.is_empty());
        assert_eq!(fact.system, SystemAnswer::Addresses(vec![expected.parse().unwrap()]));
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn more_than_64_lookups_are_said_not_made() {
    let servers = [(); 3].map(|()| Server::start(|request| vec![request.code(ResponseCode::NXDomain)]));
    let mut resolver = stub(&servers.each_ref().map(|server| server.address));
    resolver.search = (0..1000).map(|number| format!("d{number}.io")).collect();
    let fact = fact(&resolver, "dev").await;
    assert_eq!(fact.lookups.len(), 65);
    assert!(fact.lookups[..64].iter().all(|lookup| lookup.a == Answer::NxDomain), "{fact:?}");
    assert!(failure(&fact.lookups[64].a).contains("3003 lookups"), "{:?}", fact.lookups[64]);
    let requests: usize = servers.iter().map(|server| server.requests().len()).sum();
    assert_eq!(requests, 128);
}

#[tokio::test]
async fn facts_come_as_they_are_complete_and_all_within_the_timeout() {
    let server = Server::start(|request| match request.name.as_str() {
        "quick." => vec![request.code(ResponseCode::NXDomain)],
        _ => Vec::new(),
    });
    let resolver = stub(&[server.address]);
    let (sink, mut facts) = unbounded_channel();
    let mut questions: Vec<NameQuestion> =
        (0..200).map(|number| question(&format!("slow{number}."))).collect();
    questions.insert(0, question("quick."));
    let start = Instant::now();
    let run = tokio::spawn(async move { resolver.probe_names(&questions, TIMEOUT, &sink).await });
    assert_eq!(facts.recv().await.unwrap().name, "quick.");
    assert!(start.elapsed() < TIMEOUT / 2, "{:?}", start.elapsed());
    let mut starved = 0;
    while let Some(fact) = facts.recv().await {
        match &fact.lookups[0].a {
            Answer::TimedOut => {}
            other => {
                assert!(failure(other).starts_with("not asked in time"), "{other:?}");
                starved += 1;
            }
        }
    }
    assert!(starved > 0, "more questions than may be asked at once");
    assert!(start.elapsed() < TIMEOUT + Duration::from_millis(500), "{:?}", start.elapsed());
    run.await.unwrap();
}

#[tokio::test]
async fn the_systems_view_is_kept_apart_and_bounded() {
    let server = Server::start(|request| vec![request.code(ResponseCode::NXDomain)]);
    let mut resolver = stub(&[server.address]);
    resolver.search = vec!["svc.cluster.local".to_owned()];
    resolver.system = |name| match name {
        // As the policy spells it: no dot is added, nothing is expanded.
        "alias" => SystemAnswer::Addresses(vec![IpAddr::from([127, 0, 0, 1])]),
        "slow" => {
            std::thread::sleep(TIMEOUT * 2);
            SystemAnswer::NoName
        }
        other => SystemAnswer::Failed(other.to_owned()),
    };
    let start = Instant::now();
    let mut all = facts(&resolver, &["alias", "slow"], TIMEOUT).await;
    assert!(start.elapsed() < TIMEOUT + Duration::from_millis(400));
    all.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(all[0].system, SystemAnswer::Addresses(vec![IpAddr::from([127, 0, 0, 1])]));
    assert!(all[0].lookups.iter().all(|lookup| lookup.a.is_negative()));
    assert_eq!(all[1].system, SystemAnswer::TimedOut);
}

#[test]
fn the_first_three_nameservers_are_asked_once_each() {
    let nameservers =
        ["10.0.0.1", "10.0.0.1", "fd00::1", "10.0.0.3"].map(|text| text.parse().unwrap()).to_vec();
    let config = ResolverConfig { nameservers, search: vec!["x.io".to_owned()], ndots: 5 };
    let resolver = StubResolver::new(&config);
    let expected: Vec<SocketAddr> =
        ["10.0.0.1:53", "[fd00::1]:53"].map(|text| text.parse().unwrap()).to_vec();
    assert_eq!(resolver.nameservers, expected);
    assert_eq!((resolver.search, resolver.ndots), (vec!["x.io".to_owned()], 5));
}

#[tokio::test]
async fn magicdns_that_answers_anything_is_there() {
    let symbolic = Server::start(|request| vec![request.answer(&[a(&request.name, [100, 100, 100, 100])])]);
    let refusing = Server::start(|request| vec![request.code(ResponseCode::Refused)]);
    let second =
        Server::start(|request| if request.nth == 2 { vec![request.answer(&[])] } else { Vec::new() });
    let junk = Server::start(|request| vec![[&request.bytes[..2], &[0xee; 40]].concat()]);
    let silent = Server::start(|_| Vec::new());
    let addresses =
        [symbolic.address, refusing.address, second.address, junk.address, silent.address, dead_port()];
    let start = Instant::now();
    let facts = probe_magicdns_at(&addresses, Duration::from_secs(30)).await;
    let took = start.elapsed();
    assert!((Duration::from_millis(300)..Duration::from_secs(1)).contains(&took), "{took:?}");
    let replies: Vec<&MagicDnsReply> = facts.iter().map(|fact| &fact.reply).collect();
    let MagicDnsReply::Answered(answer) = replies[0] else { panic!("{replies:?}") };
    assert_eq!(answer.addresses(), [IpAddr::from([100, 100, 100, 100])]);
    assert_eq!(replies[1], &MagicDnsReply::Answered(Answer::Refused));
    assert_eq!(replies[2], &MagicDnsReply::Answered(Answer::NoData));
    assert!(matches!(replies[3], MagicDnsReply::Answered(Answer::Failed(_))), "{replies:?}");
    assert_eq!(replies[4], &MagicDnsReply::Silent);
    assert!(
        matches!(replies[5], MagicDnsReply::Unreachable(words) if words.contains("ECONNREFUSED")),
        "{replies:?}"
    );
    assert!(facts[5].elapsed < Duration::from_millis(500), "{:?}", facts[5]);
    assert_eq!(silent.count(Transport::Udp, RecordType::A), 2);
    assert_eq!(symbolic.requests()[0].name, "magicdns.localhost-tailscale-daemon.");
}

#[tokio::test]
async fn magicdns_is_there_even_if_it_does_not_repeat_the_question() {
    let bare = Server::start(|request| {
        let mut message = Message::from_vec(&request.code(ResponseCode::Refused)).unwrap();
        message.queries.clear();
        vec![request.bytes.clone(), message.to_vec().unwrap()]
    });
    let other = Server::start(|request| {
        let mut other = request.answer(&[]);
        other[13] ^= 1;
        vec![other]
    });
    let facts = probe_magicdns_at(&[bare.address, other.address], Duration::from_secs(30)).await;
    assert_eq!(facts[0].reply, MagicDnsReply::Answered(Answer::Refused));
    assert!(matches!(&facts[1].reply, MagicDnsReply::Answered(Answer::Failed(_))), "{facts:?}");
}

#[tokio::test]
async fn magicdns_silence_is_soon_believed() {
    let silent = Server::start(|_| Vec::new());
    for (timeout, longest) in [(Duration::from_millis(50), 250), (Duration::from_secs(30), 2000)] {
        let start = Instant::now();
        let facts = probe_magicdns_at(&[silent.address], timeout).await;
        assert_eq!(facts[0].reply, MagicDnsReply::Silent);
        assert!(start.elapsed() < Duration::from_millis(longest), "{:?}", start.elapsed());
    }
}

#[test]
fn requests_are_plain_questions_without_edns() {
    let server = Server::start(|request| vec![request.code(ResponseCode::NXDomain)]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(lookup(&server, "dev."));
    for Request { message, .. } in server.requests() {
        assert!(message.metadata.recursion_desired);
        assert!(message.edns.is_none());
        assert_eq!(message.queries.len(), 1);
    }
}
