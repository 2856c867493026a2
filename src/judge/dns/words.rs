//! Answers and names, as words.

use std::time::Duration;

use super::{is_wildcard, list};
use crate::fact::name::{Answer, Lookup, MagicDnsReply, NameFact, SystemAnswer};
use crate::untrusted::Untrusted;

pub(super) fn slowest(fact: &NameFact) -> Duration {
    fact.lookups.iter().map(|lookup| lookup.elapsed).max().unwrap_or_default()
}

pub(super) fn answers(fact: &NameFact) -> Vec<String> {
    fact.lookups
        .iter()
        .map(|lookup| {
            format!(
                "{} (wildcard: {})",
                describe_lookup(lookup),
                if is_wildcard(lookup) { "yes" } else { "no" }
            )
        })
        .collect()
}

pub(super) fn describe_lookup(lookup: &Lookup) -> String {
    let (a, aaaa) = (&lookup.a, &lookup.aaaa);
    let answer = if a == aaaa || !a.addresses().is_empty() && aaaa.is_negative() {
        describe_answer(a)
    } else if !aaaa.addresses().is_empty() && a.is_negative() {
        describe_answer(aaaa)
    } else {
        format!("A {}, AAAA {}", describe_answer(a), describe_answer(aaaa))
    };
    format!("{} {answer} at {}", lookup.asked, lookup.nameserver)
}

pub(super) fn describe_answer(answer: &Answer) -> String {
    match answer {
        Answer::Addresses { addresses, aliases } => {
            let via = aliases.iter().fold(String::new(), |via, alias| via + " → " + alias.as_str());
            format!("{}{via}", list(addresses))
        }
        Answer::AliasToNothing { aliases } => {
            format!(
                "nothing, by alias → {}",
                aliases.iter().map(Untrusted::as_str).collect::<Vec<_>>().join(" → ")
            )
        }
        Answer::NxDomain => "NXDOMAIN".to_owned(),
        Answer::NoData => "NODATA".to_owned(),
        Answer::ServFail => "SERVFAIL".to_owned(),
        Answer::Refused => "REFUSED".to_owned(),
        Answer::OtherCode(code) => format!("response code {code}"),
        Answer::TimedOut => "no answer over UDP and TCP".to_owned(),
        Answer::Failed(problem) => problem.clone(),
    }
}

pub(super) fn describe_system(answer: &SystemAnswer) -> String {
    match answer {
        SystemAnswer::Addresses(addresses) => list(addresses),
        SystemAnswer::NoName => "no such name".to_owned(),
        SystemAnswer::Failed(problem) => problem.clone(),
        SystemAnswer::TimedOut => "no answer in time".to_owned(),
    }
}

pub(super) fn describe_reply(reply: &MagicDnsReply) -> String {
    match reply {
        MagicDnsReply::Answered(answer) => format!("answered ({})", describe_answer(answer)),
        MagicDnsReply::Silent => "silent".to_owned(),
        MagicDnsReply::Unreachable(error) => error.clone(),
    }
}
