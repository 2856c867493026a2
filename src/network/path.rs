//! The whole path: both ends, the way there, the way back, and every filter on it.

use std::ops::RangeInclusive;

use super::answer::{Answer, Direction, PATH_SCHEMA, PathResult, Step};
use super::code::PathCode;
use super::index::Network;
use super::leg::{self, Way};
use super::network_acl::Leg;
use super::place::{DESTINATION, Place, SOURCE, locate, primary};
use super::question::{Endpoint, LINUX_PORTS, Question, TRANSLATED_PORTS, Traffic, Translation};
use super::reference::reach;
use super::security_group;
use super::state;
use super::trail::Trail;
use crate::snapshot::Document;

/// Answers one question. Pure; every blocker is listed, not the first.
pub fn evaluate_path(network: &Network<'_>, question: &Question) -> PathResult {
    let mut trail = Trail::default();
    let (source, destination) = locate(network, &mut trail, &question.from, &question.to);
    if let (Some(from), Some(to)) = (&source, &destination) {
        trail = judge(network, trail, from, to, question);
    }
    // Without both ends nothing was judged, whatever else there is.
    let decided = source.is_some() && destination.is_some() || !trail.blockers.is_empty();
    PathResult {
        schema: PATH_SCHEMA,
        verdict: if decided { trail.answer() } else { Answer::Unknown },
        from: question.from.to_string(),
        to: question.to.to_string(),
        protocol: question.traffic.protocol(),
        port: question.traffic.port().map(crate::flow::Port::number),
        source: source.as_ref().map(Place::end),
        destination: destination.as_ref().map(Place::end),
        hops: trail.hops,
        blockers: trail.blockers,
        warnings: trail.warnings,
        admitted_out: trail.admitted_out,
        admitted_in: trail.admitted_in,
    }
}

/// Judges a flow as the pod, as its node, or as both where it is not known which the network sees.
fn judge<'a>(
    network: &Network<'a>,
    trail: Trail,
    from: &Place<'a>,
    to: &Place<'a>,
    question: &Question,
) -> Trail {
    let plain = |trail: Trail| walk(network, trail, from, to, question.traffic, LINUX_PORTS);
    if !matches!(question.from, Endpoint::Address(_)) {
        return plain(trail);
    }
    match guise(network, from, to, question.translation) {
        Guise::Own => plain(trail),
        Guise::Hidden => {
            let mut trail = plain(trail);
            let instance = from.instance().unwrap_or_default();
            trail.missing(network, Document::NetworkInterfaces, instance, Direction::Egress);
            trail
        }
        Guise::Node(node) => walk(network, trail, &node, to, question.traffic, TRANSLATED_PORTS),
        Guise::Either(node) => {
            let as_node = walk(network, trail.clone(), &node, to, question.traffic, TRANSLATED_PORTS);
            let mut as_pod = plain(trail);
            if as_pod.answer() != as_node.answer() {
                let detail = format!(
                    "{} as {}, {} as its node's {}; say whether the CNI translates addresses",
                    as_pod.answer(),
                    from.address,
                    as_node.answer(),
                    node.address,
                );
                // Only one of the two happens, so what denies the one alone does not deny.
                as_pod.blockers.retain(|blocker| as_node.blockers.contains(blocker));
                let code = PathCode::TranslationUndecided;
                as_pod.block(code, from.id(), None, Direction::Forward, detail);
            }
            as_pod
        }
    }
}

/// Whose address the network sees.
#[derive(Debug)]
pub(super) enum Guise<'a> {
    /// The sender's own.
    Own,
    /// Its node's.
    Node(Place<'a>),
    /// The sender's own or its node's; which is not known.
    Either(Place<'a>),
    /// Perhaps its node's, which is not known.
    Hidden,
}

/// Whose address the network sees of a sender that is known by its address.
pub(super) fn guise<'a>(
    network: &Network<'a>,
    from: &Place<'a>,
    to: &Place<'_>,
    translation: Translation,
) -> Guise<'a> {
    if translation == Translation::None || !may_be_pod(from) {
        return Guise::Own;
    }
    match (outside_vpc(network, from, to), node_of(network, from)) {
        (Some(false), _) => Guise::Own,
        (_, None) => Guise::Hidden,
        (Some(true), Some(node)) if translation == Translation::Node => Guise::Node(node),
        (_, Some(node)) => Guise::Either(node),
    }
}

/// Whether an address may be a pod's: not the primary one of its instance's interface.
pub(super) fn may_be_pod(from: &Place<'_>) -> bool {
    let main = from.interface.and_then(|interface| primary(interface, false));
    from.address.is_ipv4() && from.instance().is_some() && main != Some(from.address)
}

/// The place of the instance's primary interface.
pub(super) fn node_of<'a>(network: &Network<'a>, from: &Place<'a>) -> Option<Place<'a>> {
    let attached = network.attached_to(from.instance()?);
    let main = attached.iter().find(|it| {
        let attachment = it.attachment.as_ref();
        attachment.and_then(|a| a.device_index) == Some(0)
            && attachment.and_then(|a| a.network_card_index).unwrap_or(0) == 0
    })?;
    let address = primary(main, false)?;
    Place::of_interface(network, &mut Trail::default(), main, address, SOURCE).ok()
}

/// Whether `to` is outside every block of `from`'s VPC, where the CNI translates; `None` if not known.
fn outside_vpc(network: &Network<'_>, from: &Place<'_>, to: &Place<'_>) -> Option<bool> {
    if from.vpc == to.vpc {
        return Some(false);
    }
    let vpc = network.snapshot().vpcs.get(from.vpc)?;
    Some(!vpc.blocks().any(|block| block.contains(&to.address)))
}

/// One flow, from one known place to another.
fn walk<'a>(
    network: &Network<'a>,
    mut trail: Trail,
    from: &Place<'a>,
    to: &Place<'a>,
    traffic: Traffic,
    client: RangeInclusive<u16>,
) -> Trail {
    for (end, role) in [(from, SOURCE), (to, DESTINATION)] {
        trail.stand_at(Step::Instance, end.subnet);
        state::check(network, &mut trail, end, role);
        trail.leave();
    }
    let same_instance = from.instance().is_some() && from.instance() == to.instance();
    if same_instance || from.interface.is_some() && from.id() == to.id() {
        let detail = "the packet does not leave it".to_owned();
        trail.pass(Step::Instance, from.instance().unwrap_or(from.id()), None, Direction::Forward, detail);
        return trail;
    }
    let forward = if from.subnet == to.subnet {
        let detail = "no route and no network ACL inside a subnet".to_owned();
        trail.pass(Step::Subnet, from.subnet, None, Direction::Forward, detail);
        Ok(Way::Local)
    } else {
        let v6 = to.address.is_ipv6();
        let there =
            leg::travel(network, &mut trail, from, to, Direction::Forward, &Leg::forward(traffic, v6));
        let answers = Leg::reply(traffic, v6, client);
        // Blockers of the way back are in the trail; the way itself decides nothing more.
        let _ = leg::travel(network, &mut trail, to, from, Direction::Reply, &answers);
        there
    };
    let out = reach(network, from, to, forward.as_ref(), Direction::Egress);
    if security_group::is_filtered(network, from) {
        trail.stand_at(Step::SecurityGroup, from.subnet);
        security_group::check(network, &mut trail, from, to, traffic, Direction::Egress, &out);
    }
    if security_group::is_filtered(network, to) {
        let into = reach(network, from, to, forward.as_ref(), Direction::Ingress);
        trail.stand_at(Step::SecurityGroup, to.subnet);
        security_group::check(network, &mut trail, to, from, traffic, Direction::Ingress, &into);
    }
    trail.leave();
    trail
}
