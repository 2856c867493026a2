//! Do Karpenter's nodes carry the cluster security group, and are they in the runner subnets?
//!
//! With a snapshot of AWS's configuration each selector is put to it, as Karpenter puts it to EC2. Without one, tags
//! and names decide only what EKS itself has written: which group is the cluster's.

mod pool;
mod select;

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::Lint;
use super::cluster_group::{ClusterGroup, wants_cluster_group};
use crate::code::Code;
use crate::document::Kind;
use crate::document::manifest::Match;
use crate::document::node_class::{NodeClass, Term, Terms};
use crate::finding::{Finding, Verdict};
use crate::judge::{either, list};
use crate::policy::Source;
use crate::snapshot::{Document, Snapshot, Subnet};
use select::{group_matches, stands_for_cluster_group, subnet_matches};

pub(super) use pool::judge as judge_pools;

/// Ids that a finding names.
const SHOWN: usize = 6;

pub(super) fn judge(lint: &Lint<'_>, findings: &mut Vec<Finding>) {
    let documents = lint.files.iter().flat_map(|(_, file)| file.documents());
    let classes: Vec<NodeClass> = documents
        .filter(|document| document.kind == Kind::NodeClass)
        .map(|document| NodeClass::parse(&document.root))
        .collect();
    for class in &classes {
        for flaw in &class.flaws {
            findings.push(
                Finding::new(Code::NodeclassInvalid, Verdict::Fail, subject(class))
                    .expected("selectors that Karpenter takes as they are written")
                    .observed(flaw.what.clone())
                    .reason("The API refuses it, or Karpenter selects by less than what is written.")
                    .hint("Write each criterion as a term of its own; the tags of one term must all match.")
                    .at(lint.location(flaw.span)),
            );
        }
        for (name, source) in &lint.policy.sources {
            judge_class(lint, (name, source), class, &classes, findings);
        }
    }
    if lint.snapshot.is_none() && !classes.is_empty() {
        findings.push(
            Finding::new(Code::NodeclassSubnetsNotAsked, Verdict::Skip, "EC2NodeClass subnets")
                .expected("the runner subnets")
                .observed("not held against AWS's subnets")
                .reason("Which subnets a selector selects, AWS's configuration alone says.")
                .hint("Give --snapshot PATH, as `reachgate static` takes it."),
        );
    }
}

fn subject(class: &NodeClass) -> String {
    format!("EC2NodeClass {}", class.identity.name)
}

fn judge_class(
    lint: &Lint<'_>,
    (name, source): (&str, &Source),
    class: &NodeClass,
    classes: &[NodeClass],
    findings: &mut Vec<Finding>,
) {
    if let Some(snapshot) = lint.snapshot {
        findings.extend(unread(lint, snapshot, class));
        if serves_others(snapshot, source, class, classes) {
            return;
        }
        judge_subnets(lint, snapshot, (name, source), class, findings);
        judge_selects_groups(lint, snapshot, class, findings);
    }
    findings.extend(judge_group(lint, (name, source), class));
}

/// The finding that the snapshot has no subnets. The groups are missed where they are needed.
fn unread(lint: &Lint<'_>, snapshot: &Snapshot, class: &NodeClass) -> Option<Finding> {
    const DOCUMENT: Document = Document::Subnets;
    if snapshot.has(DOCUMENT) {
        return None;
    }
    Some(
        Finding::new(Code::NodeclassUndecided, Verdict::Unknown, subject(class))
            .expected("a selector that can be put to AWS's configuration")
            .observed(format!("{DOCUMENT} is not in the snapshot"))
            .reason("What was not read is not empty.")
            .hint(format!(
                "Save the output of `aws ec2 {DOCUMENT}` into the snapshot; it takes {}.",
                DOCUMENT.action()
            ))
            .at(lint.location(class.subnets.span)),
    )
}

/// Whether a class has nothing to do with a source: it selects subnets, none of them the source's, and another
/// class selects those.
fn serves_others(snapshot: &Snapshot, source: &Source, class: &NodeClass, classes: &[NodeClass]) -> bool {
    let selects = |class: &NodeClass, ours: bool| {
        let mut subnets = snapshot.subnets.values().filter(|subnet| is_of(source, subnet) == ours);
        subnets.any(|subnet| matches_any(&class.subnets, |term| subnet_matches(term, subnet)) != Match::No)
    };
    selects(class, false) && !selects(class, true) && classes.iter().any(|class| selects(class, true))
}

fn matches_any(terms: &Terms, matches: impl Fn(&Term) -> Match) -> Match {
    Match::any(terms.terms.iter().map(matches))
}

/// Whether a subnet is among a source's.
fn is_of(source: &Source, subnet: &Subnet) -> bool {
    let v6 = subnet.ipv6_cidr_block_association_set.iter().filter_map(|block| block.ipv6_cidr_block);
    let mut blocks = subnet.cidr_block.map(IpNet::V4).into_iter().chain(v6.map(IpNet::V6));
    blocks.any(|block| source.subnets.iter().any(|ours| ours.contains(&block) || block.contains(ours)))
}

fn judge_subnets(
    lint: &Lint<'_>,
    snapshot: &Snapshot,
    (name, source): (&str, &Source),
    class: &NodeClass,
    findings: &mut Vec<Finding>,
) {
    if !snapshot.has(Document::Subnets) || class.subnets.terms.is_empty() {
        return;
    }
    let matched: Vec<(&Subnet, Match)> = snapshot
        .subnets
        .values()
        .map(|subnet| (subnet, matches_any(&class.subnets, |term| subnet_matches(term, subnet))))
        .filter(|(_, matched)| *matched != Match::No)
        .collect();
    if matched.iter().any(|(_, matched)| *matched == Match::Maybe) {
        findings.push(undecided(lint, class, &class.subnets, "which subnets it selects is not known"));
        return;
    }
    let every = || snapshot.subnets.values();
    if nothing(
        lint,
        class,
        &class.subnets,
        "subnet",
        |term| every().any(|it| subnet_matches(term, it) != Match::No),
        findings,
    ) {
        return;
    }
    let (ours, outside): (Vec<&Subnet>, Vec<&Subnet>) =
        matched.iter().map(|(subnet, _)| *subnet).partition(|subnet| is_of(source, subnet));
    if outside.is_empty() {
        return;
    }
    let shown = |subnets: &[&Subnet]| {
        let one = |subnet: &&Subnet| match subnet.cidr_block {
            Some(block) => format!("{} ({block})", subnet.subnet_id),
            None => subnet.subnet_id.to_string(),
        };
        a_few(subnets.iter().map(one))
    };
    let (verdict, also, reason) = if ours.is_empty() {
        (Verdict::Fail, "", "Pods of its nodes get addresses that no rule of the dev server's side expects.")
    } else {
        (Verdict::Warn, "also ", "A pod may come to be on such a node, with an address that nothing expects.")
    };
    findings.push(
        Finding::new(Code::NodeclassSubnetOutsideRunners, verdict, subject(class))
            .expected(format!("{name} subnets {} and no others", list(&source.subnets)))
            .observed(format!("{also}selects {}", shown(&outside)))
            .reason(reason)
            .hint("Select the runner subnets alone: by a tag that they alone have, or by their ids.")
            .evidence("outside", outside.iter().map(|it| it.subnet_id.to_string()).collect::<Vec<_>>())
            .evidence("inside", ours.iter().map(|it| it.subnet_id.to_string()).collect::<Vec<_>>())
            .at(lint.location(class.subnets.span)),
    );
}

fn judge_selects_groups(
    lint: &Lint<'_>,
    snapshot: &Snapshot,
    class: &NodeClass,
    findings: &mut Vec<Finding>,
) {
    if !snapshot.has(Document::SecurityGroups) || class.groups.terms.is_empty() {
        return;
    }
    let every = || snapshot.security_groups.values();
    let matches = |term: &Term| every().any(|it| group_matches(term, it) != Match::No);
    nothing(lint, class, &class.groups, "security group", matches, findings);
}

/// Tells of terms that match nothing, and says whether that is all of them.
fn nothing(
    lint: &Lint<'_>,
    class: &NodeClass,
    terms: &Terms,
    noun: &str,
    matches: impl Fn(&Term) -> bool,
    findings: &mut Vec<Finding>,
) -> bool {
    let idle: Vec<&Term> = terms.terms.iter().filter(|term| !matches(term)).collect();
    let all = idle.len() == terms.terms.len();
    for term in idle {
        let (verdict, reason) = if all {
            (Verdict::Fail, "Karpenter makes no node of a class that selects nothing, so no job gets one.")
        } else {
            (Verdict::Warn, "The other terms do; what this one was written for is not selected.")
        };
        findings.push(
            Finding::new(Code::SelectorMatchesNothing, verdict, subject(class))
                .expected(format!("at least one {noun} by each term"))
                .observed(format!("no {noun} that was read has {}", select::phrase(term)))
                .reason(reason)
                .hint("Correct the term, or the tags in AWS. If the snapshot holds only a part of the region, read all of it.")
                .at(lint.location(term.span)),
        );
    }
    all
}

fn undecided(lint: &Lint<'_>, class: &NodeClass, terms: &Terms, what: &str) -> Finding {
    Finding::new(Code::NodeclassUndecided, Verdict::Unknown, subject(class))
        .expected("selectors that can be decided")
        .observed(what)
        .reason("Its values are filled in later.")
        .hint("Render the templates first, and lint what comes out.")
        .at(lint.location(terms.span))
}

/// Whether the nodes carry the cluster security group.
fn judge_group(lint: &Lint<'_>, (name, source): (&str, &Source), class: &NodeClass) -> Option<Finding> {
    let cluster = source.eks_cluster.as_deref()?;
    if class.groups.terms.is_empty() {
        return None;
    }
    let known = match ClusterGroup::find(lint, source) {
        ClusterGroup::Known(id) => Some(id),
        ClusterGroup::Unasked | ClusterGroup::Unknown(_) => None,
    };
    let read = known.as_ref().and_then(|id| lint.snapshot?.security_groups.get(id));
    let matched = matches_any(&class.groups, |term| match read {
        Some(group) => group_matches(term, group),
        None => stands_for_cluster_group(term, cluster, known.as_deref()),
    });
    let by = a_few(class.groups.terms.iter().map(select::phrase));
    let called = known.as_ref().map_or_else(String::new, |id| format!(" ({id})"));
    let finding = |code, verdict| {
        Finding::new(code, verdict, subject(class))
            .expected(format!("the security group of {cluster}{called} among those that it selects"))
            .evidence("cluster", cluster)
            .at(lint.location(class.groups.span))
    };
    let mend = format!(
        "Add a term with the tag {}: {cluster}, which EKS gives to that group alone.",
        super::cluster_group::TAG
    );
    match matched {
        Match::Yes => None,
        Match::No => {
            let verdict = if wants_cluster_group(lint, name) { Verdict::Fail } else { Verdict::Warn };
            let selected: Vec<String> = lint
                .snapshot
                .map(|snapshot| {
                    let groups = snapshot.security_groups.values();
                    let ours = groups.filter(|it| {
                        matches_any(&class.groups, |term| group_matches(term, it)) == Match::Yes
                    });
                    ours.map(|group| group.group_id.to_string()).collect()
                })
                .unwrap_or_default();
            let what = if selected.is_empty() { by } else { a_few(selected.iter().cloned()) };
            Some(
                finding(Code::NodeclassLacksClusterGroup, verdict)
                    .observed(format!("selects {what} alone"))
                    .reason(format!(
                        "The dev server's rules admit the security group of {cluster}: nodes without it are not let in."
                    ))
                    .hint(mend)
                    .evidence("selected", selected),
            )
        }
        Match::Maybe => Some(
            finding(Code::NodeclassUndecided, Verdict::Unknown)
                .observed(format!("whether {by} selects the cluster security group is not known"))
                .reason("Tags other than EKS's own, ids and names may be of that group or of another.")
                .hint(format!("{mend} Or give --snapshot PATH, and render the templates first.")),
        ),
    }
}

/// Some of many, and how many more.
fn a_few(items: impl IntoIterator<Item = String>) -> String {
    let items: BTreeSet<String> = items.into_iter().collect();
    let more = items.len().saturating_sub(SHOWN);
    let shown: Vec<String> = items.into_iter().take(SHOWN).collect();
    if more > 0 {
        format!("{} and {more} more", shown.join(", "))
    } else {
        either(shown).replace(" or ", " and ")
    }
}
