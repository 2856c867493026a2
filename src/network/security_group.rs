//! Security groups: stateful, allow only, the union of all that an interface carries
//! (AWS: vpc/security-group-rules).

use std::fmt::Write as _;
use std::net::IpAddr;

use super::answer::{Admission, Basis, Direction, Step};
use super::code::PathCode;
use super::index::Network;
use super::network_acl::echo;
use super::place::Place;
use super::question::Traffic;
use super::space::protocol_number;
use super::state;
use super::trail::Trail;
use crate::snapshot::{Aspect, Document, GroupPair, IpPermission, PossibleRule, SecurityGroup, Undecided};

/// Whether a reference to a group matches interfaces at the far end that carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// It does.
    Yes,
    /// It does not, and why.
    No(&'static str),
    /// Not known, and why.
    Undecided(&'static str),
}

/// What the rules of all groups came to.
#[derive(Default)]
struct Tally {
    admissions: Vec<Admission>,
    /// Rules that match but for their reference: whose, and why.
    unmatched: Vec<(String, String)>,
    stale: Vec<(String, String, String)>,
}

/// Checks one end's groups: does any of them let this flow to or from `far` pass?
pub(super) fn check(
    network: &Network<'_>,
    trail: &mut Trail,
    holder: &Place<'_>,
    far: &Place<'_>,
    traffic: Traffic,
    direction: Direction,
    reach: &Reach,
) {
    let (mut tally, mut doubts) = (Tally::default(), Trail::default());
    let open = undecided_groups(network, holder);
    if let Some(it) = open {
        doubts.undecided(it, holder.id(), direction);
    }
    if holder.groups.is_empty() && open.is_none() {
        // Only some services' interfaces carry none; what those let pass is theirs to say.
        let detail = "it lists no security group, which only some services' interfaces do without".to_owned();
        doubts.block(PathCode::SnapshotIncomplete, holder.id(), None, direction, detail);
    }
    for group in &holder.groups {
        trail.uses(network, group, direction);
        let Some(group) = network.snapshot().security_groups.get(*group) else {
            doubts.missing(network, Document::SecurityGroups, group, direction);
            continue;
        };
        let permissions = match direction {
            Direction::Egress => &group.ip_permissions_egress,
            _ => &group.ip_permissions,
        };
        for it in network.undecided_of(&group.group_id) {
            if matches!(&it.aspect, Aspect::Rule(rule) if may_admit(rule, traffic, far.address, direction)) {
                doubts.undecided(it, &group.group_id, direction);
            }
        }
        for permission in permissions.iter().filter(|permission| covers(permission, traffic, far.address)) {
            weigh(network, &mut tally, &mut doubts, group, permission, far, direction, reach);
        }
    }
    if !tally.admissions.is_empty() {
        for admission in &tally.admissions {
            let detail = format!("{} {}", admission.basis.kind(), admission.basis);
            let rule = Some(admission.rule.clone());
            trail.pass(Step::SecurityGroup, &admission.group, rule, direction, detail);
        }
        match direction {
            Direction::Egress => trail.admitted_out = tally.admissions,
            _ => trail.admitted_in = tally.admissions,
        }
        return;
    }
    if !doubts.blockers.is_empty() {
        for doubt in doubts.blockers {
            trail.block(doubt.code, &doubt.component, doubt.rule, doubt.direction, doubt.detail);
        }
        return;
    }
    let (code, way) = match direction {
        Direction::Egress => (PathCode::GroupEgressMissing, "out to"),
        _ => (PathCode::GroupIngressMissing, "in from"),
    };
    let asked = traffic.port().map_or_else(String::new, |port| format!("/{port}"));
    let mut detail = format!(
        "no rule of {} lets {}{asked} {way} {}",
        holder.groups.join(", "),
        traffic.protocol(),
        far.address,
    );
    for (rule, why) in &tally.unmatched {
        let _ = write!(detail, "; {rule} does not match: {why}");
    }
    trail.block(code, holder.groups.first().copied().unwrap_or_default(), None, direction, detail);
    for (group, rule, detail) in tally.stale {
        trail.block(PathCode::ReferenceStale, &group, Some(rule), direction, detail);
    }
}

/// Weighs every entry of a permission whose protocol and ports match.
#[expect(clippy::too_many_arguments, reason = "one step of check, apart only to be read")]
fn weigh(
    network: &Network<'_>,
    tally: &mut Tally,
    doubts: &mut Trail,
    group: &SecurityGroup,
    permission: &IpPermission,
    far: &Place<'_>,
    direction: Direction,
    reach: &Reach,
) {
    let mut admit = |basis: Basis| {
        let rule = rule_id(network, &group.group_id, permission, &basis, direction);
        tally.admissions.push(Admission { group: group.group_id.to_string(), rule, basis });
    };
    match far.address {
        IpAddr::V4(address) => {
            for range in permission.ip_ranges.iter().filter(|range| range.cidr_ip.contains(&address)) {
                admit(Basis::Cidr(range.cidr_ip.into()));
            }
        }
        IpAddr::V6(address) => {
            for range in permission.ipv6_ranges.iter().filter(|range| range.cidr_ipv6.contains(&address)) {
                admit(Basis::Cidr(range.cidr_ipv6.into()));
            }
        }
    }
    for list in &permission.prefix_list_ids {
        let id = &list.prefix_list_id;
        doubts.uses(network, id, direction);
        match network.entries(id) {
            // Whether it has the address is not certain then.
            _ if network.is_disputed(id) => {}
            Some(entries) if entries.iter().any(|entry| entry.contains(&far.address)) => {
                admit(Basis::PrefixList(id.to_string()));
            }
            Some(_) => {}
            None => {
                doubts.missing(network, Document::PrefixListEntries, id, direction);
            }
        }
    }
    for pair in &permission.user_id_group_pairs {
        let Some(id) = &pair.group_id else {
            let detail = "a rule refers to a group without naming its id".to_owned();
            doubts.block(PathCode::ReferenceUndecided, &group.group_id, None, direction, detail);
            continue;
        };
        if !far.groups.contains(&id.as_str()) {
            if let Some(it) = undecided_groups(network, far) {
                doubts.undecided(it, far.id(), direction);
            }
            continue;
        }
        let basis = Basis::Group(id.to_string());
        if is_stale(network, group, pair, direction) {
            let rule = rule_id(network, &group.group_id, permission, &basis, direction);
            let detail = format!("the reference to {id} lost its peering connection");
            tally.stale.push((group.group_id.to_string(), rule, detail));
            continue;
        }
        match reach {
            Reach::Yes => {
                let rule = rule_id(network, &group.group_id, permission, &basis, direction);
                tally.admissions.push(Admission { group: group.group_id.to_string(), rule, basis });
            }
            Reach::No(why) => {
                let rule = rule_id(network, &group.group_id, permission, &basis, direction);
                tally.unmatched.push((format!("{rule} of {} for {id}", group.group_id), (*why).to_owned()));
            }
            Reach::Undecided(why) => {
                let rule = rule_id(network, &group.group_id, permission, &basis, direction);
                let detail = format!("whether the reference to {id} matches is not known: {why}");
                doubts.block(PathCode::ReferenceUndecided, &group.group_id, Some(rule), direction, detail);
            }
        }
    }
}

/// Whether its groups filter what passes; some services' interfaces do without any.
pub(super) fn is_filtered(network: &Network<'_>, place: &Place<'_>) -> bool {
    !place.groups.is_empty()
        || place.interface.is_none_or(|it| state::service(it).is_none())
        || undecided_groups(network, place).is_some()
}

/// What a plan leaves open of the groups that an interface carries.
pub(super) fn undecided_groups<'a>(network: &Network<'a>, place: &Place<'_>) -> Option<&'a Undecided> {
    let interface = place.interface?;
    network.undecided_of(&interface.network_interface_id).find(|it| it.aspect == Aspect::Groups)
}

/// Whether a rule that may be there may admit this flow.
fn may_admit(rule: &PossibleRule, traffic: Traffic, far: IpAddr, direction: Direction) -> bool {
    rule.egress == (direction == Direction::Egress)
        && widest(rule).is_none_or(|known| covers(&known, traffic, far))
}

/// The protocol and ports that a rule that may be there has at most; `None` may be all.
pub(super) fn widest(rule: &PossibleRule) -> Option<IpPermission> {
    Some(IpPermission {
        ip_protocol: rule.ip_protocol.clone()?,
        // A port that is not known may be any.
        from_port: rule.from_port.filter(|_| rule.to_port.is_some()),
        to_port: rule.to_port.filter(|_| rule.from_port.is_some()),
        ..IpPermission::default()
    })
}

/// Whether a reference is marked as having lost its peering connection.
pub(super) fn is_stale(
    network: &Network<'_>,
    group: &SecurityGroup,
    pair: &GroupPair,
    direction: Direction,
) -> bool {
    if pair.peering_status.as_ref().is_some_and(|status| status != "active") {
        return true;
    }
    let Some(stale) = network.snapshot().stale_security_groups.get(&group.group_id) else { return false };
    let permissions = match direction {
        Direction::Egress => &stale.stale_ip_permissions_egress,
        _ => &stale.stale_ip_permissions,
    };
    permissions.iter().flat_map(|permission| &permission.user_id_group_pairs).any(|it| {
        it.group_id == pair.group_id
            && (it.vpc_peering_connection_id == pair.vpc_peering_connection_id
                || pair.vpc_peering_connection_id.is_none())
    })
}

/// Whether protocol and ports match. ICMP's ports are its type and code, and never admit TCP.
fn covers(permission: &IpPermission, traffic: Traffic, far: IpAddr) -> bool {
    let Ok(protocol) = protocol_number(&permission.ip_protocol) else { return false };
    let Some(protocol) = protocol else { return true };
    let (from, to) = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
    match traffic {
        Traffic::Icmp => {
            let v6 = far.is_ipv6();
            let kind = echo(v6, false);
            protocol == if v6 { 58 } else { 1 } && (from == -1 || from == kind && (to == -1 || to == 0))
        }
        Traffic::Tcp(port) | Traffic::Udp(port) => {
            let wanted = if matches!(traffic, Traffic::Tcp(_)) { 6 } else { 17 };
            let port = i32::from(port.number());
            protocol == wanted && (from == -1 || (from..=to).contains(&port))
        }
    }
}

/// The rule's own id where the snapshot has it, else what it says.
fn rule_id(
    network: &Network<'_>,
    group: &str,
    permission: &IpPermission,
    basis: &Basis,
    direction: Direction,
) -> String {
    let same = network.rules_of(group).iter().find(|rule| {
        let basis = match basis {
            Basis::Cidr(ipnet::IpNet::V4(range)) => rule.cidr_ipv4.as_ref() == Some(range),
            Basis::Cidr(ipnet::IpNet::V6(range)) => rule.cidr_ipv6.as_ref() == Some(range),
            Basis::PrefixList(id) => rule.prefix_list_id.as_ref().is_some_and(|it| it == id),
            Basis::Group(id) => {
                let referenced = rule.referenced_group_info.as_ref().and_then(|info| info.group_id.as_ref());
                referenced.is_some_and(|it| it == id)
            }
        };
        // What is every port is left out in one document and -1 in the other.
        basis
            && rule.is_egress == (direction == Direction::Egress)
            && rule.ip_protocol.as_ref() == Some(&permission.ip_protocol)
            && rule.from_port.unwrap_or(-1) == permission.from_port.unwrap_or(-1)
            && rule.to_port.unwrap_or(-1) == permission.to_port.unwrap_or(-1)
    });
    if let Some(rule) = same {
        return rule.security_group_rule_id.to_string();
    }
    let protocol = if permission.ip_protocol == "-1" { "all" } else { &permission.ip_protocol };
    match (permission.from_port, permission.to_port) {
        (Some(from), Some(to)) if from == to && from != -1 => format!("{protocol} {from}"),
        (Some(from), Some(to)) if from != -1 => format!("{protocol} {from}-{to}"),
        _ => protocol.to_owned(),
    }
}
