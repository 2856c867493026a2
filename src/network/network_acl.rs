//! Network ACLs: stateless, numbered, the first match decides (AWS: vpc/vpc-network-acls).

use std::net::IpAddr;
use std::ops::RangeInclusive;

use range_set_blaze::RangeSetBlaze;

use super::answer::{Direction, Step};
use super::code::PathCode;
use super::index::Network;
use super::question::Traffic;
use super::space::{Services, protocol_number};
use super::trail::{Lost, Trail};
use crate::snapshot::{AclEntry, Aspect, Document, NetworkAcl, Undecided};

/// An ACL with its entries in the order in which they are tried.
#[derive(Debug, Clone)]
pub(super) struct Filter<'a> {
    pub id: &'a str,
    egress: Vec<&'a AclEntry>,
    ingress: Vec<&'a AclEntry>,
}

/// What an ACL is asked: one port, or every port that a client may have begun from.
#[derive(Debug, Clone)]
pub(super) struct Leg {
    protocol: u8,
    ports: Ports,
    reply: bool,
}

#[derive(Debug, Clone)]
enum Ports {
    Ports(RangeInclusive<u16>),
    Echo { kind: i32 },
}

/// What an ACL lets pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    /// The client's ports that pass; for ICMP, 0 stands for the message.
    pub passing: RangeSetBlaze<u16>,
    /// The ports that do not.
    pub stopped: RangeSetBlaze<u16>,
    /// The number of the rule that lets the first of them pass.
    pub allowed_by: Option<i32>,
    /// The number of the rule that stops the first of them; `None` is the default at the end.
    pub denied_by: Option<i32>,
}

impl Leg {
    /// The packet on its way there.
    pub(super) fn forward(traffic: Traffic, v6: bool) -> Self {
        Self::new(traffic, v6, false, 0..=0)
    }

    /// The answers, to any port of `client`.
    pub(super) fn reply(traffic: Traffic, v6: bool, client: RangeInclusive<u16>) -> Self {
        Self::new(traffic, v6, true, client)
    }

    fn new(traffic: Traffic, v6: bool, reply: bool, client: RangeInclusive<u16>) -> Self {
        let ports = |port: crate::flow::Port| {
            Ports::Ports(if reply { client } else { port.number()..=port.number() })
        };
        match traffic {
            Traffic::Tcp(port) => Self { protocol: 6, ports: ports(port), reply },
            Traffic::Udp(port) => Self { protocol: 17, ports: ports(port), reply },
            Traffic::Icmp => {
                let kind = echo(v6, reply);
                Self { protocol: if v6 { 58 } else { 1 }, ports: Ports::Echo { kind }, reply }
            }
        }
    }
}

impl Leg {
    /// The ports that are asked about; for ICMP, 0 stands for the message.
    fn asked(&self) -> RangeInclusive<u16> {
        match &self.ports {
            Ports::Ports(ports) => ports.clone(),
            Ports::Echo { .. } => 0..=0,
        }
    }
}

/// The ICMP type of an echo request or reply (RFC 792; RFC 4443); the code is 0.
pub(super) fn echo(v6: bool, reply: bool) -> i32 {
    match (v6, reply) {
        (false, false) => 8,
        (false, true) => 0,
        (true, false) => 128,
        (true, true) => 129,
    }
}

impl<'a> Filter<'a> {
    pub(super) fn new(acl: &'a NetworkAcl) -> Self {
        let sorted = |egress: bool| {
            let mut entries: Vec<&AclEntry> = acl.entries.iter().filter(|e| e.egress == egress).collect();
            entries.sort_by_key(|entry| entry.rule_number);
            entries
        };
        Self { id: &acl.network_acl_id, egress: sorted(true), ingress: sorted(false) }
    }

    /// What passes to or from `far`. Interval arithmetic: each entry takes its share of what is left.
    ///
    /// `open` is the lowest number that an undecided entry may have; `None` comes back where what passes
    /// may depend on it.
    pub(super) fn passage(&self, egress: bool, far: IpAddr, leg: &Leg, open: Option<i32>) -> Option<Passage> {
        let mut left = RangeSetBlaze::from_iter([leg.asked()]);
        let mut passage = Passage {
            passing: RangeSetBlaze::new(),
            stopped: RangeSetBlaze::new(),
            allowed_by: None,
            denied_by: None,
        };
        for entry in if egress { &self.egress } else { &self.ingress } {
            if open.is_some_and(|open| open <= entry.rule_number) {
                break;
            }
            let Some(ports) = share(entry, far, leg) else { continue };
            let taken = &left & &RangeSetBlaze::from_iter([ports]);
            if taken.is_empty() {
                continue;
            }
            left = left - &taken;
            // DescribeNetworkAcls knows no third action; were there one, it would not be an allowance.
            if entry.rule_action == "allow" {
                passage.allowed_by.get_or_insert(entry.rule_number);
                passage.passing |= taken;
            } else {
                passage.denied_by.get_or_insert(entry.rule_number);
                passage.stopped |= taken;
            }
            if left.is_empty() {
                break;
            }
        }
        if open.is_some() && !left.is_empty() {
            return None;
        }
        passage.stopped |= left;
        Some(passage)
    }

    /// All that passes to or from `far`, and what an undecided entry may let pass or not; `open` is the lowest
    /// number that one may have.
    pub(super) fn services(&self, egress: bool, far: IpAddr, open: Option<i32>) -> (Services, Services) {
        let (mut left, mut passing) = (Services::everything(), Services::new());
        for entry in if egress { &self.egress } else { &self.ingress } {
            if open.is_some_and(|open| open <= entry.rule_number) {
                break;
            }
            if !names(entry, far) {
                continue;
            }
            let share = Services::of_entry(entry);
            if entry.rule_action == "allow" {
                passing = &passing | &(&left & &share);
            }
            left = &left - &share;
            if left.is_empty() {
                break;
            }
        }
        (passing, if open.is_some() { left } else { Services::new() })
    }

    /// The ranges that its rules name.
    pub(super) fn ranges(&self) -> impl Iterator<Item = ipnet::IpNet> + '_ {
        let entries = self.egress.iter().chain(&self.ingress);
        entries.flat_map(|entry| {
            let v4 = entry.cidr_block.map(ipnet::IpNet::V4);
            v4.into_iter().chain(entry.ipv6_cidr_block.map(ipnet::IpNet::V6))
        })
    }
}

/// Whether an entry is for the address.
fn names(entry: &AclEntry, far: IpAddr) -> bool {
    match far {
        IpAddr::V4(far) => entry.cidr_block.is_some_and(|block| block.contains(&far)),
        IpAddr::V6(far) => entry.ipv6_cidr_block.is_some_and(|block| block.contains(&far)),
    }
}

/// The ports an entry decides for this leg; `None` if it does not match at all.
fn share(entry: &AclEntry, far: IpAddr, leg: &Leg) -> Option<RangeInclusive<u16>> {
    if !names(entry, far) {
        return None;
    }
    match protocol_number(&entry.protocol) {
        Ok(None) => return Some(0..=u16::MAX),
        Ok(Some(number)) if number == leg.protocol => {}
        _ => return None,
    }
    match &leg.ports {
        Ports::Echo { kind } => {
            let any_or = |value: Option<i32>, wanted: i32| value.is_none_or(|v| v == -1 || v == wanted);
            let asked = entry.icmp_type_code.as_ref();
            let kind = any_or(asked.and_then(|it| it.r#type), *kind);
            (kind && any_or(asked.and_then(|it| it.code), 0)).then_some(0..=0)
        }
        Ports::Ports(_) => {
            let Some(range) = &entry.port_range else { return Some(0..=u16::MAX) };
            let from = u16::try_from(range.from.unwrap_or(0)).unwrap_or(0);
            let to = u16::try_from(range.to.unwrap_or(65535)).ok()?;
            (from <= to).then_some(from..=to)
        }
    }
}

/// One ACL that a packet passes.
#[derive(Debug, Clone)]
pub(super) struct Check<'a> {
    pub subnet: &'a str,
    pub egress: bool,
    /// The address that the rules are held against: the source's inbound, the destination's outbound.
    pub far: IpAddr,
}

/// Checks every ACL of a leg.
pub(super) fn check(network: &Network<'_>, trail: &mut Trail, checks: &[Check<'_>], leg: &Leg) {
    if leg.reply {
        check_reply(network, trail, checks, leg);
    } else {
        check_forward(network, trail, checks, leg);
    }
    trail.leave();
}

fn check_forward(network: &Network<'_>, trail: &mut Trail, checks: &[Check<'_>], leg: &Leg) {
    for check in checks {
        trail.stand_at(Step::NetworkAcl, check.subnet);
        let Ok((id, passage)) = passage_of(network, trail, check, leg) else { continue };
        let direction = direction(check);
        if passage.stopped.is_empty() {
            let rule = passage.allowed_by.map(|n| n.to_string());
            trail.pass(Step::NetworkAcl, id, rule, direction, at(check));
        } else {
            let detail = format!("{} denies it {}", named(passage.denied_by), at(check));
            trail.block(PathCode::AclDenies, id, Some(number(passage.denied_by)), direction, detail);
        }
    }
}

/// A client's port works only if every ACL lets answers to it pass.
fn check_reply(network: &Network<'_>, trail: &mut Trail, checks: &[Check<'_>], leg: &Leg) {
    let whole = RangeSetBlaze::from_iter([leg.asked()]);
    let mut common = whole.clone();
    let mut partial = Vec::new();
    let mut closed = false;
    for check in checks {
        trail.stand_at(Step::NetworkAcl, check.subnet);
        let Ok((id, passage)) = passage_of(network, trail, check, leg) else { continue };
        let direction = direction(check);
        if passage.passing.is_empty() {
            closed = true;
            let detail = format!("{} denies every answer {}", named(passage.denied_by), at(check));
            trail.block(PathCode::AclReplyDenied, id, Some(number(passage.denied_by)), direction, detail);
            continue;
        }
        common = &common & &passage.passing;
        if passage.stopped.is_empty() {
            let rule = passage.allowed_by.map(|n| n.to_string());
            trail.pass(Step::NetworkAcl, id, rule, direction, format!("answers {}", at(check)));
        } else {
            partial.push((check, id, passage));
        }
    }
    let dry = common.is_empty() && !closed;
    for (check, id, passage) in partial {
        trail.stand_at(Step::NetworkAcl, check.subnet);
        let by = named(passage.denied_by);
        let ports = format!("{by} denies answers {} on client ports {}", at(check), passage.stopped);
        let (code, detail) = if dry {
            let rest = "and no port is left that every network ACL on the way back lets pass";
            (PathCode::AclReplyDenied, format!("{ports}, {rest}"))
        } else {
            (PathCode::AclReplyPartial, format!("{ports} of {whole}"))
        };
        trail.block(code, id, Some(number(passage.denied_by)), direction(check), detail);
    }
}

fn passage_of<'a>(
    network: &Network<'a>,
    trail: &mut Trail,
    check: &Check<'a>,
    leg: &Leg,
) -> Result<(&'a str, Passage), Lost> {
    if let Some(it) = undecided_filter(network, check) {
        return Err(trail.undecided(it, check.subnet, direction(check)));
    }
    let Some(filter) = network.filter_of(check.subnet) else {
        return Err(trail.missing(network, Document::NetworkAcls, check.subnet, direction(check)));
    };
    trail.uses(network, filter.id, direction(check));
    let open = undecided_entry(network, filter, check);
    match (filter.passage(check.egress, check.far, leg, open.map(|(number, _)| number)), open) {
        (Some(passage), _) => Ok((filter.id, passage)),
        (None, Some((_, it))) => Err(trail.undecided(it, filter.id, direction(check))),
        (None, None) => Err(trail.missing(network, Document::NetworkAcls, filter.id, direction(check))),
    }
}

/// What a plan leaves open of which network ACL guards the subnet.
pub(super) fn undecided_filter<'a>(network: &Network<'a>, check: &Check<'_>) -> Option<&'a Undecided> {
    network.undecided_of(check.subnet).find(|it| it.aspect == Aspect::NetworkAcl)
}

/// The entry of the lowest number that a plan leaves open; 0 where its number is not known.
pub(super) fn undecided_entry<'a>(
    network: &Network<'a>,
    filter: &Filter<'_>,
    check: &Check<'_>,
) -> Option<(i32, &'a Undecided)> {
    let number = |it: &'a Undecided| match it.aspect {
        Aspect::Entry { egress, number } if egress == check.egress => Some((number.unwrap_or(0), it)),
        _ => None,
    };
    network.undecided_of(filter.id).filter_map(number).min_by_key(|(number, _)| *number)
}

fn direction(check: &Check<'_>) -> Direction {
    if check.egress { Direction::Egress } else { Direction::Ingress }
}

fn at(check: &Check<'_>) -> String {
    let (way, preposition) = if check.egress { ("out of", "to") } else { ("into", "from") };
    format!("{way} {} {preposition} {}", check.subnet, check.far)
}

fn number(rule: Option<i32>) -> String {
    rule.map_or_else(|| "*".to_owned(), |number| number.to_string())
}

fn named(rule: Option<i32>) -> String {
    rule.map_or_else(|| "the default rule".to_owned(), |number| format!("rule {number}"))
}
