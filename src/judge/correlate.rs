//! Both witnesses in one verdict: what the probe saw of each flow × what AWS's configuration says of it.
//!
//! Pure, and made from findings alone, so that reports of different jobs join as well as two halves of one run:
//! the pod rarely has AWS rights. [`cell`] has the table; `suspect` says who is left when the configuration
//! is not to blame.

pub mod cell;
mod flow;
mod pod;
mod suspect;
mod words;

use crate::code::Code;
use crate::finding::{Finding, Verdict};

pub(crate) use pod::OUTSIDE;
pub use pod::{Interface as PodInterface, Place, Pod, pod_address, pod_of_report};

use flow::Flow;
use words::Words;

/// What both witnesses say.
#[derive(Debug)]
pub struct Witnesses<'a> {
    /// The probe's findings.
    pub probe: &'a [Finding],
    /// The static mode's findings.
    pub configuration: &'a [Finding],
    /// The pod that the probe ran in, found in the configuration.
    pub pod: &'a Pod,
    /// What the manifests at hand say of each service; empty where none were given.
    pub manifests: &'a [Manifest],
}

/// What the manifests at hand say of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The destination's name in the policy.
    pub destination: String,
    /// The service's.
    pub service: String,
    /// Whether they let the runners' pods send to it.
    pub egress: Egress,
    /// The `SecurityGroupPolicy` manifests, by namespace and name, that give the pods groups of their own, or may.
    pub group_policies: Vec<String>,
}

/// Whether network policies let something out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Egress {
    /// They do, or none isolates the pods.
    Allowed,
    /// These, by namespace and name, isolate the pods, and none admits it.
    Denied(Vec<String>),
    /// It depends on what is not known of these, or of the pods where there are none.
    Open(Vec<String>),
}

/// Joins them: where the pod is in the configuration, then a finding a flow, in the probe's order.
pub fn correlate(witnesses: &Witnesses<'_>) -> Vec<Finding> {
    let mut findings = vec![locate(witnesses)];
    let flows = flow::flows(witnesses);
    findings.extend(flows.iter().map(|flow| judge(witnesses, &flows, flow)));
    findings
}

/// Says which interface the pod is on.
fn locate(witnesses: &Witnesses<'_>) -> Finding {
    let pod = witnesses.pod;
    let shown = pod.address.map_or_else(String::new, |address| address.to_string());
    let finding = |code, verdict| {
        Finding::new(code, verdict, "pod").expected("one interface of the configuration that has its address")
    };
    match &pod.place {
        Place::Found(interface) => {
            let node = interface.instance.as_ref().map_or_else(String::new, |id| format!(" of {id}"));
            let group = match interface.carries_cluster_group {
                Some(true) => ", which carries the cluster security group",
                Some(false) => ", which lacks the cluster security group",
                None => "",
            };
            finding(Code::GatePodLocated, Verdict::Pass)
                .observed(format!("{shown} is on {}{node}{group}", interface.id))
                .evidence("interface", interface.id.as_str())
                .evidence("instance", interface.instance.clone())
                .evidence("carries_cluster_group", interface.carries_cluster_group)
                .evidence("address", shown)
        }
        Place::Absent => finding(Code::GatePodUnlocated, Verdict::Warn)
            .observed(format!("no interface that was read has {shown}"))
            .reason(
                "The configuration was judged for the runners that it shows, and this pod's node is not among \
                 them: it is older than the node, or of another account, region or VPC.",
            )
            .hint("Read the configuration again while the job runs, from the runners' account and region.")
            .evidence("address", shown),
        Place::Several(ids) => finding(Code::GatePodUnlocated, Verdict::Warn)
            .observed(format!("{shown} is on {}", super::list(ids)))
            .reason("VPCs with the same ranges were read together, so which is the pod's is not known.")
            .hint("Read the runners' VPC alone.")
            .evidence("interfaces", ids.clone())
            .evidence("address", shown),
        // Why it is not there is told by other findings.
        Place::Unlisted(why) => {
            finding(Code::GatePodUnlocated, Verdict::Skip).observed("not looked for").reason(*why)
        }
    }
}

/// The diagnosis of one flow.
fn judge(witnesses: &Witnesses<'_>, flows: &[Flow<'_>], flow: &Flow<'_>) -> Finding {
    let words = Words { witnesses, flows, flow };
    if let Some(why) = flow.not_asked() {
        return words.finding(Code::GateUnconfirmed, Verdict::Skip).observed("not joined").reason(why);
    }
    if let Some((probed, configured)) = flow.addresses_differ() {
        return words
            .finding(Code::GateWitnessesDiffer, Verdict::Unknown)
            .observed(format!("the probe dialled {probed}, the configuration was asked about {configured}"))
            .reason("Two answers about two addresses say nothing together.")
            .hint(
                "Give both jobs the same value of the address's variable, unprotected or on a protected ref.",
            )
            .evidence("probed", probed)
            .evidence("configured", configured);
    }
    words.diagnosis()
}
