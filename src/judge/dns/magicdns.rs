//! Whether Tailscale's own resolver answers here.

use super::words::describe_reply;
use super::{Code, Finding, Verdict, list};
use crate::fact::Facts;
use crate::fact::name::{MAGICDNS, MagicDnsReply};
use crate::judge::runner::{Place, is_vpc_address};
use crate::policy::{Policy, Tailscale};

/// Judges whether Tailscale's own resolver answers here.
pub fn judge_magicdns(policy: &Policy, facts: &Facts, place: &Place<'_>) -> Vec<Finding> {
    let subject = "Tailscale's resolver";
    let expected = "no answer";
    let allowed = matches!(place, Place::Inside { source, .. } if source.tailscale == Tailscale::Allowed);
    if allowed {
        return vec![
            Finding::new(Code::DnsMagicdnsAbsent, Verdict::Skip, subject)
                .expected(expected)
                .observed("not asked")
                .reason("The policy allows Tailscale on this source."),
        ];
    }
    let asked: Vec<_> =
        facts.magicdns.iter().filter(|fact| !is_vpc_address(policy, fact.nameserver)).collect();
    let elapsed = asked.iter().map(|fact| fact.elapsed).max().unwrap_or_default();
    let replies: Vec<String> =
        asked.iter().map(|fact| format!("{}: {}", fact.nameserver, describe_reply(&fact.reply))).collect();
    let answering: Vec<_> =
        asked.iter().filter(|fact| matches!(fact.reply, MagicDnsReply::Answered(_))).collect();
    let finding = |code, verdict| {
        Finding::new(code, verdict, subject)
            .expected(expected)
            .elapsed(elapsed)
            .evidence("replies", replies.clone())
    };
    if !answering.is_empty() {
        return vec![
            finding(Code::DnsMagicdnsResolver, Verdict::Fail)
                .observed(format!("answers at {}", list(answering.iter().map(|fact| fact.nameserver))))
                .reason(
                    "Only a machine in the tailnet, or behind one that forwards into it, reaches that \
                    address.",
                )
                .hint(
                    "Remove tailscaled from the pod or its node, and keep pods from reaching \
                    100.100.100.100.",
                ),
        ];
    }
    if asked.is_empty() {
        let overlap =
            !facts.magicdns.is_empty() || MAGICDNS.iter().any(|address| is_vpc_address(policy, *address));
        return vec![if overlap {
            finding(Code::DnsMagicdnsAbsent, Verdict::Skip)
                .observed("not asked")
                .reason("The policy's VPC networks hold its address, so an answer would prove nothing.")
        } else {
            finding(Code::DnsUndecided, Verdict::Unknown)
                .observed("no answer yet when the run ended")
                .reason("It was not decided.")
        }];
    }
    vec![finding(Code::DnsMagicdnsAbsent, Verdict::Pass).observed("does not answer here, as it should be")]
}
