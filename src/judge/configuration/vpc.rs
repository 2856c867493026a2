//! The policy's VPC networks against the CIDR blocks that are associated with the VPC.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::Context;
use super::path::Reached;
use super::runner::Runners;
use crate::code::Code;
use crate::finding::{Finding, Verdict};
use crate::policy::VPC;
use crate::snapshot::{Document, Vpc};

/// Holds `networks.vpc` against the VPCs of the runners and their destinations.
pub(super) fn judge(
    context: &Context<'_>,
    sources: &[Runners<'_>],
    reached: &[Reached<'_>],
    findings: &mut Vec<Finding>,
) {
    let subject = "policy networks.vpc";
    let policy = context.policy.network(VPC);
    let expected = format!("the VPC's CIDR blocks to be {}", super::super::list(policy));
    if let Some(finding) = context.unread(Document::Vpcs, subject, &expected) {
        findings.push(finding);
        return;
    }
    let of_subnets =
        sources.iter().flat_map(|runners| &runners.subnets).filter_map(|subnet| subnet.vpc_id.as_deref());
    let of_ends = reached.iter().filter_map(|it| it.located.end()).map(|end| end.vpc.as_str());
    let ids: BTreeSet<&str> = of_subnets.chain(of_ends).collect();
    let finding = |code, verdict| {
        Finding::new(code, verdict, subject)
            .expected(expected.as_str())
            .evidence("vpcs", ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>())
    };
    let vpcs: Vec<&Vpc> = ids.iter().filter_map(|id| context.network.snapshot().vpcs.get(*id)).collect();
    if vpcs.is_empty() || vpcs.len() < ids.len() {
        let observed = if ids.is_empty() {
            "neither the runners' subnets nor the destination are in a VPC that was read".to_owned()
        } else {
            let known: BTreeSet<&str> = vpcs.iter().map(|vpc| vpc.vpc_id.as_str()).collect();
            format!("{} in no {} document", super::super::list(ids.difference(&known)), Document::Vpcs)
        };
        findings.push(
            finding(Code::SnapshotIncomplete, Verdict::Unknown)
                .observed(observed)
                .hint("Add the account and region of the VPC to the snapshot."),
        );
        return;
    }
    let blocks: Vec<IpNet> = vpcs.iter().flat_map(|vpc| vpc.blocks()).collect();
    let real = blocks_in_words(&vpcs);
    let beyond = uncovered(policy, &blocks);
    let unsaid = uncovered(&blocks, policy);
    let differs = |verdict| {
        finding(Code::VpcCidrDiffers, verdict)
            .observed(real.as_str())
            .evidence("blocks", blocks.iter().map(ToString::to_string).collect::<Vec<_>>())
            .hint(format!(
                "Set networks.vpc in the policy to {}.",
                super::super::list(IpNet::aggregate(&blocks))
            ))
    };
    if !beyond.is_empty() {
        let beyond = super::super::list(beyond);
        findings.push(differs(Verdict::Fail).reason(format!(
            "{beyond} of the policy is not the VPC's: an address there would pass for the dev server's."
        )));
    } else if !unsaid.is_empty() {
        let unsaid = super::super::list(unsaid);
        findings.push(differs(Verdict::Warn).reason(format!(
            "{unsaid} of the VPC is not in the policy: an address there would be refused, or taken for Tailscale's."
        )));
    } else {
        findings.push(finding(Code::VpcCidrMatches, Verdict::Pass).observed(real));
    }
}

fn blocks_in_words(vpcs: &[&Vpc]) -> String {
    let each = vpcs.iter().map(|vpc| format!("{} has {}", vpc.vpc_id, super::super::list(vpc.blocks())));
    each.collect::<Vec<_>>().join("; ")
}

/// The ranges that are not wholly in the others. What several of them tile, one joined range holds.
fn uncovered(ranges: &[IpNet], others: &[IpNet]) -> Vec<IpNet> {
    let others = IpNet::aggregate(&others.to_vec());
    ranges.iter().copied().filter(|range| !others.iter().any(|other| other.contains(range))).collect()
}

#[cfg(test)]
mod tests {
    use super::uncovered;

    #[test]
    fn ranges_that_tile_cover() {
        let nets =
            |texts: &[&str]| texts.iter().map(|text| text.parse().expect("a range")).collect::<Vec<_>>();
        let vpc = nets(&["10.1.0.0/17", "10.1.128.0/17"]);
        assert!(uncovered(&nets(&["10.1.0.0/16"]), &vpc).is_empty());
        assert_eq!(uncovered(&nets(&["10.0.0.0/15"]), &vpc), nets(&["10.0.0.0/15"]));
        assert_eq!(uncovered(&nets(&["fd00::/64"]), &vpc), nets(&["fd00::/64"]));
    }
}
