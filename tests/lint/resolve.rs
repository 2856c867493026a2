//! What an answer makes of a suspect name.

use std::net::IpAddr;
use std::time::Duration;

use libtest_mimic::Trial;
use reachgate::document::Files;
use reachgate::fact::name::{Answer, Lookup, NameFact, NameRole, SystemAnswer};
use reachgate::finding::Verdict;
use reachgate::judge::lint::resolve::{settle_names, suspect_names};

use super::{judge, policy};

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("an answer settles a suspect name", || {
        settles();
        Ok(())
    })]
}

const NAME: &str = "dev.cwiq.io";

fn address(text: &str) -> Answer {
    let address: IpAddr = text.parse().expect("an address");
    Answer::Addresses { addresses: vec![address], aliases: Vec::new() }
}

fn fact(a: Answer, aaaa: Answer, system: SystemAnswer) -> NameFact {
    let lookup = Lookup {
        asked: format!("{NAME}."),
        search_domain: None,
        nameserver: "10.1.0.2".parse().expect("an address"),
        a,
        aaaa,
        random_sibling: None,
        elapsed: Duration::ZERO,
    };
    NameFact { name: NAME.to_owned(), role: NameRole::NeverTailnet, lookups: vec![lookup], system }
}

fn settles() {
    let vpc = || address("10.1.20.15");
    let system = |text: &str| SystemAnswer::Addresses(vec![text.parse().expect("an address")]);
    let cases = [
        (Some(fact(address("100.64.0.5"), Answer::NoData, system("100.64.0.5"))), Verdict::Fail),
        (Some(fact(vpc(), Answer::NoData, system("100.64.0.5"))), Verdict::Fail),
        (Some(fact(vpc(), address("fd7a:115c:a1e0::5"), system("10.1.20.15"))), Verdict::Fail),
        (Some(fact(vpc(), Answer::NoData, system("10.1.20.15"))), Verdict::Pass),
        (Some(fact(vpc(), Answer::TimedOut, system("10.1.20.15"))), Verdict::Unknown),
        (Some(fact(vpc(), Answer::NoData, SystemAnswer::TimedOut)), Verdict::Unknown),
        (
            Some(fact(Answer::ServFail, Answer::ServFail, SystemAnswer::Failed("no".to_owned()))),
            Verdict::Unknown,
        ),
        (Some(fact(Answer::NxDomain, Answer::NxDomain, SystemAnswer::NoName)), Verdict::Warn),
        (None, Verdict::Unknown),
    ];
    let text = "a:\n  tags: [small]\n  script: [ssh dev.cwiq.io, ssh $X.cwiq.io]\n";
    let mut files = Files::default();
    files.add(".gitlab-ci.yml".to_owned(), None, Ok(text.to_owned()), true);
    for (fact, verdict) in cases {
        let mut findings = judge(&files);
        assert_eq!(suspect_names(&findings), [NAME]);
        let facts: Vec<NameFact> = fact.into_iter().collect();
        settle_names(&policy(), &facts, &mut findings);
        let of = |subject: &str| findings.iter().find(|one| one.subject == subject).map(|one| one.verdict);
        assert_eq!(of(NAME), Some(verdict), "{facts:?}");
        assert_eq!(of("….cwiq.io"), Some(Verdict::Warn), "what is put together is not asked for");
    }
}
