//! Rules that admit the whole internet.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::allow::Ledger;
use super::rule::{Remark, Whom, traffic};
use super::{RULES_SHOWN, Subject};
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::{Context, a_few, entries};
use crate::judge::list;
use crate::network::space::ranges_of;
use crate::snapshot::{Document, IpPermission, SecurityGroup};

/// One protocol and port range of one group.
type Opening<'a> = (&'a str, &'a str, Option<i32>, Option<i32>);

/// Ports of administration and of databases that are not for the internet (AWS Security Hub, EC2.19).
const ADMINISTRATION: [i32; 12] = [22, 23, 135, 445, 1433, 1434, 3306, 3389, 5432, 5601, 9200, 9300];

/// Rules that admit the whole internet.
#[derive(Default)]
struct Open<'a> {
    /// Each, and whether a port of administration is among its own.
    rules: Vec<(Remark, bool)>,
    /// Prefix lists whose entries were not read.
    unread: BTreeSet<&'a str>,
}

/// Whether TCP to a port of administration is among it.
fn is_administration((_, protocol, from, to): &Opening<'_>) -> bool {
    let (from, to) = (from.unwrap_or(-1), to.unwrap_or(-1));
    match *protocol {
        "-1" => true,
        "tcp" | "6" => from == -1 || ADMINISTRATION.iter().any(|port| (from..=to).contains(port)),
        _ => false,
    }
}

fn open<'a>(context: &Context<'_>, subject: &'a Subject<'_>) -> Open<'a> {
    let mut found = Open::default();
    let mut openings: BTreeMap<Opening<'_>, (&SecurityGroup, Vec<IpNet>)> = BTreeMap::new();
    let mut direct = BTreeSet::new();
    for (group, permission) in subject.permissions() {
        let key = (
            group.group_id.as_str(),
            permission.ip_protocol.as_str(),
            permission.from_port,
            permission.to_port,
        );
        let (_, ranges) = openings.entry(key).or_insert_with(|| (group, Vec::new()));
        for range in ranges_of(permission) {
            if range.prefix_len() == 0 {
                let name = subject.rule_name(group, permission, &range.to_string());
                let remark = Remark::of_rule(group, permission, Whom::Range(range), name);
                found.rules.push((remark, is_administration(&key)));
                direct.insert((key, range));
            }
            ranges.push(range);
        }
        for list in &permission.prefix_list_ids {
            match entries(context, &list.prefix_list_id) {
                Some(entries) => ranges.extend(entries),
                None => drop(found.unread.insert(list.prefix_list_id.as_str())),
            }
        }
    }
    for (key, (group, ranges)) in &openings {
        let whole: Vec<IpNet> =
            IpNet::aggregate(ranges).into_iter().filter(|range| range.prefix_len() == 0).collect();
        for range in whole.iter().filter(|range| !direct.contains(&(*key, **range))) {
            let (id, protocol, from_port, to_port) = *key;
            let permission =
                IpPermission { ip_protocol: protocol.into(), from_port, to_port, ..IpPermission::default() };
            let name = format!("rules for {} of {id} that together are {range}", traffic(&permission));
            let remark = Remark::of_rule(group, &permission, Whom::Range(*range), name);
            found.rules.push((remark, is_administration(key)));
        }
    }
    found
}

fn admitting(rules: &[String]) -> String {
    let shown = a_few(rules.iter().map(String::as_str));
    format!("{shown} {} the whole internet", if rules.len() == 1 { "admits" } else { "admit" })
}

/// Tells of the rules among them that are for ports of administration.
pub(super) fn judge_administration(
    context: &Context<'_>,
    subject: &Subject<'_>,
    verdict: Verdict,
    ledger: &mut Ledger<'_>,
    findings: &mut Vec<Finding>,
) {
    let rules = open(context, subject).rules.into_iter();
    let rules = rules.filter(|(_, administration)| *administration).map(|(remark, _)| remark);
    let judged = subject
        .finding(Code::IngressAdministrationOpen, verdict)
        .expected("no rule for 0.0.0.0/0 or ::/0 on a port of administration");
    let rules = ledger.sift(&judged, rules, findings);
    if rules.is_empty() {
        return;
    }
    findings.push(
        judged
            .observed(admitting(&rules))
            .reason("Such ports are tried from everywhere, all day.")
            .hint("Remove it or narrow its ports; administer through a bastion, a VPN or Session Manager.")
            .evidence("rules", rules.into_iter().take(RULES_SHOWN).collect::<Vec<_>>()),
    );
}

/// Denies `0.0.0.0/0` and `::/0`, also where several rules or a prefix list come to it.
pub(super) fn judge(
    context: &Context<'_>,
    subject: &Subject<'_>,
    ledger: &mut Ledger<'_>,
    findings: &mut Vec<Finding>,
) {
    let expected = "no rule for 0.0.0.0/0 or ::/0";
    let Open { rules, unread } = open(context, subject);
    judge_administration(context, subject, Verdict::Fail, ledger, findings);
    let judged = subject.finding(Code::IngressWorldOpen, Verdict::Fail).expected(expected);
    let is_closed = rules.is_empty();
    let open = ledger.sift(&judged, rules.into_iter().map(|(remark, _)| remark), findings);
    if !open.is_empty() {
        let shown = a_few(open.iter().map(String::as_str));
        findings.push(
            judged
                .observed(admitting(&open))
                .reason(Code::IngressWorldOpen.story().meaning)
                .hint(format!(
                    "Remove {shown}; admit those who need it by their group or their own addresses."
                ))
                .evidence("rules", open.into_iter().take(RULES_SHOWN).collect::<Vec<_>>()),
        );
    } else if is_closed && unread.is_empty() {
        findings.push(
            subject
                .finding(Code::IngressWorldClosed, Verdict::Pass)
                .expected(expected)
                .observed(format!("no rule of {} admits the whole internet", subject.ids())),
        );
    }
    if !unread.is_empty() {
        let document = Document::PrefixListEntries;
        let lists = list(unread);
        findings.push(
            subject
                .finding(Code::SnapshotIncomplete, Verdict::Unknown)
                .expected("the entries of every prefix list")
                .observed(format!("the entries of {lists} were not read; it takes {}", document.action()))
                .reason("Whom its rules admit is not known.")
                .hint(format!(
                    "Save the output of `aws ec2 {document}` as {document}.{lists}.json into the snapshot."
                )),
        );
    }
}
