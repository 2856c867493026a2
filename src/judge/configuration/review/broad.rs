//! Expectations that are met by nothing but a rule wider than the policy asks.

use super::allow::Ledger;
use super::rule::{Remark, Whom};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::a_few;
use crate::judge::configuration::path::Broad;
use crate::network::Basis;
use crate::network::space::Services;

/// Warns of them: they work by accident, and narrowing the wide rule breaks them.
pub(super) fn judge<'b>(
    broad: impl IntoIterator<Item = &'b Broad>,
    ledger: &mut Ledger<'_>,
    findings: &mut Vec<Finding>,
) {
    for Broad { subject, flow, port, rules, share } in broad {
        let code = Code::IngressByBroadCidrOnly;
        let judged = Finding::new(code, Verdict::Warn, subject.as_str())
            .expected(format!("{flow} admitted by a group, or by ranges within the source's subnets"));
        let remarks = rules.iter().map(|admission| {
            let whom = match &admission.basis {
                Basis::Cidr(range) => Whom::Range(*range),
                Basis::PrefixList(id) => Whom::List(id.into()),
                Basis::Group(id) => Whom::Group(id.into()),
            };
            Remark {
                group: admission.group.as_str().into(),
                // What is accepted is this service's being admitted so, whatever else the rule is for.
                rule: Some((whom, Services::ports(TCP, *port..=*port))),
                text: format!("{} of {} from {}", admission.rule, admission.group, admission.basis),
            }
        });
        let left = ledger.sift(&judged, remarks, findings);
        if left.is_empty() {
            continue;
        }
        let shown = a_few(left.iter().map(String::as_str));
        findings.push(
            judged
                .observed(format!("admitted by {shown} alone, for {share}"))
                .reason(code.story().meaning)
                .hint(code.story().remedy)
                .evidence("rules", left),
        );
    }
}

const TCP: u8 = 6;
