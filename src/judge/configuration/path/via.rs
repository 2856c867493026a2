//! By what the destination admits the runners: the cluster group, another group, or addresses alone.

use std::collections::BTreeSet;

use super::Asked;
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::judge::configuration::with_remedy;
use crate::network::{Admission, Basis, PathResult};
use crate::snapshot::{Aspect, Undecided};

/// What the policy's `via` asks for. Another way in is a broken expectation: it works until an address or a
/// node's group changes, and it admits others than the policy says.
pub(super) fn judge(asked: &Asked<'_, '_>, findings: &mut Vec<Finding>) {
    let Some(cluster) = asked.runners.cluster_group.as_deref() else {
        findings.push(
            asked
                .finding(Code::GroupIngressByClusterGroup, Verdict::Skip)
                .expected("admitted by the cluster security group")
                .observed("not judged")
                .reason("The cluster security group is not known."),
        );
        return;
    };
    let (mut by_cluster, mut by_group, mut by_cidr) = (Seen::default(), Seen::default(), Seen::default());
    let mut by_what_is_open: Option<&Undecided> = None;
    for (class, result) in &asked.answers {
        let admitted = &result.admitted_in;
        if admitted.is_empty() {
            // Nothing admits it, or it is not known what does: told with what is in the way.
            continue;
        }
        let matching = |basis: fn(&Basis, &str) -> bool| {
            admitted.iter().filter(|it| basis(&it.basis, cluster)).collect::<Vec<&Admission>>()
        };
        let open = result.destination.iter().flat_map(|end| end.groups.iter().chain(&end.interface));
        let open = open.flat_map(|id| asked.context.network.undecided_of(id)).find(|it| {
            matches!(&it.aspect, Aspect::Groups) || matches!(&it.aspect, Aspect::Rule(rule) if !rule.egress)
        });
        let own = matching(|basis, cluster| matches!(basis, Basis::Group(id) if id == cluster));
        let others = matching(|basis, _| matches!(basis, Basis::Group(_)));
        if !own.is_empty() {
            by_cluster.add(result, &class.members, &own);
        } else if let Some(open) = open {
            by_what_is_open.get_or_insert(open);
        } else if !others.is_empty() {
            by_group.add(result, &class.members, &others);
        } else {
            by_cidr.add(result, &class.members, &admitted.iter().collect::<Vec<_>>());
        }
    }
    findings.extend(by_what_is_open.map(|open| {
        asked
            .finding(Code::GroupIngressByClusterGroup, Verdict::Unknown)
            .expected(format!("{} admitted by {cluster}", asked.flow()))
            .observed("admitted by another rule, and perhaps by the cluster group's too")
            .reason(format!("The plan's {} leaves open what it admits: {}.", open.by, open.what))
            .hint("Give it a value that is known before apply, or judge a snapshot taken after that.")
    }));
    findings.extend(by_cluster.tell(asked, cluster, Code::GroupIngressByClusterGroup));
    findings.extend(by_group.tell(asked, cluster, Code::GroupIngressByOtherGroup));
    findings.extend(by_cidr.tell(asked, cluster, Code::GroupIngressByCidrOnly));
}

/// Interfaces that are admitted by the same kind of rule.
#[derive(Default)]
struct Seen<'r> {
    first: Option<&'r PathResult>,
    members: Vec<&'r str>,
    /// The group that has the rule, the rule, and whom it admits.
    rules: BTreeSet<(String, String, String)>,
}

impl<'r> Seen<'r> {
    fn add(&mut self, result: &'r PathResult, members: &[&'r str], admissions: &[&Admission]) {
        self.first.get_or_insert(result);
        self.members.extend_from_slice(members);
        self.rules
            .extend(admissions.iter().map(|it| (it.group.clone(), it.rule.clone(), it.basis.to_string())));
    }

    fn tell(&self, asked: &Asked<'_, '_>, cluster: &str, code: Code) -> Option<Finding> {
        let result = self.first?;
        let rules: Vec<String> =
            self.rules.iter().map(|(group, rule, basis)| format!("{rule} of {group} from {basis}")).collect();
        let passes = code == Code::GroupIngressByClusterGroup;
        let shown = crate::judge::configuration::a_few(rules.iter().map(String::as_str));
        let finding = asked
            .finding(code, if passes { Verdict::Pass } else { Verdict::Fail })
            .expected(format!("{} admitted by {cluster}", asked.flow()))
            .observed(format!("{} admitted by {shown}, for {}", asked.flow(), asked.share(&self.members)))
            .evidence("cluster_group", cluster)
            .evidence("detail", format!("{} is admitted by {shown}", asked.flow()))
            .evidence("rules", rules);
        let finding = asked.concerning(finding, &self.members);
        if passes {
            return Some(finding);
        }
        let finding = finding.reason(code.story().meaning);
        Some(match (&result.source, &result.destination, &asked.admit) {
            (Some(from), Some(to), Some(admit)) => {
                with_remedy(finding, &asked.context.adviser.ingress(from, to, asked.traffic, admit))
            }
            _ => finding.hint(code.story().remedy),
        })
    }
}
