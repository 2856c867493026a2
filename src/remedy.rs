//! What is in a path's way → the smallest change that admits exactly the flow. Pure.
//!
//! A missing security group rule becomes a command and a Terraform block with the ids filled in, never wider
//! than what was asked. What only a person can decide (the order of a network ACL, a route's target) becomes
//! the place and what is to be decided there.

mod place;
mod rule;

use std::collections::HashMap;
use std::fmt::Write as _;

use ipnet::IpNet;

use crate::network::{Blocker, Direction, End, Network, PathCode, PathResult, Traffic};
use crate::snapshot::SecurityGroup;

pub use rule::{NewRule, Whom};

/// The rules a group may have in one direction (Amazon VPC quotas, "Inbound or outbound rules per security
/// group"); the quota can be raised.
pub const RULES_A_DIRECTION: usize = 60;

/// What to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// What to do, a sentence.
    pub sentence: String,
    /// The security group rules to add; empty where it is something else, or a person has to decide.
    pub rules: Vec<NewRule>,
}

impl Remedy {
    /// The AWS CLI's commands, a line each; `None` where there is none to give.
    pub fn cli(&self) -> Option<String> {
        self.written(NewRule::cli, "\n")
    }

    /// The Terraform blocks; `None` where there is none to give.
    pub fn terraform(&self) -> Option<String> {
        self.written(NewRule::terraform, "\n\n")
    }

    fn written(&self, write: impl Fn(&NewRule) -> String, between: &str) -> Option<String> {
        // An id that is no id has no place in a line that is copied into a shell.
        let safe = !self.rules.is_empty() && self.rules.iter().all(NewRule::is_writable);
        safe.then(|| self.rules.iter().map(write).collect::<Vec<_>>().join(between))
    }

    fn words(sentence: String) -> Self {
        Self { sentence, rules: Vec::new() }
    }
}

/// Whom a new ingress rule is to admit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admit {
    /// The source of the one path that was asked about, by its address.
    Source,
    /// Whoever has an address in these ranges.
    Ranges(Vec<IpNet>),
    /// Whoever carries the group; where references to it do not reach, whoever is in these ranges.
    Group {
        /// The group's id.
        id: String,
        /// Whom to admit otherwise.
        ranges: Vec<IpNet>,
    },
}

/// Gives advice on one network.
#[derive(Debug)]
pub struct Adviser<'a> {
    network: &'a Network<'a>,
    /// How many interfaces carry a group: a rule of one that few carry opens little.
    holders: HashMap<&'a str, usize>,
}

impl<'a> Adviser<'a> {
    /// Looks at who carries which group, in time proportional to the interfaces.
    pub fn new(network: &'a Network<'a>) -> Self {
        let mut holders: HashMap<&str, usize> = HashMap::new();
        for interface in network.snapshot().network_interfaces.values() {
            for group in &interface.groups {
                *holders.entry(group.group_id.as_str()).or_default() += 1;
            }
        }
        Self { network, holders }
    }

    /// How many interfaces carry a group.
    pub fn holders(&self, group: &str) -> usize {
        self.holders.get(group).copied().unwrap_or(0)
    }

    /// What to change about one blocker of a path.
    pub fn advise(&self, result: &PathResult, traffic: Traffic, blocker: &Blocker, admit: &Admit) -> Remedy {
        let (Some(from), Some(to)) = (&result.source, &result.destination) else {
            return place::remedy(self.network, result, traffic, blocker);
        };
        match blocker.code {
            PathCode::GroupIngressMissing => self.ingress(from, to, traffic, admit),
            PathCode::GroupEgressMissing => self.egress(from, to, traffic, admit),
            _ => place::remedy(self.network, result, traffic, blocker),
        }
    }

    /// Admits a source at the destination.
    pub fn ingress(&self, from: &End, to: &End, traffic: Traffic, admit: &Admit) -> Remedy {
        let Some(group) = self.roomiest(&to.groups, Direction::Ingress, None) else {
            return Remedy::words(format!(
                "Look at {}: it carries no security group.",
                to.interface.as_deref().unwrap_or("the destination")
            ));
        };
        let mut sentence = String::new();
        let whom = match admit {
            Admit::Source => {
                from.address.parse().map(|address: std::net::IpAddr| vec![Whom::Range(address.into())])
            }
            Admit::Ranges(ranges) => Ok(ranges.iter().copied().map(Whom::Range).collect()),
            Admit::Group { id, ranges } => {
                if !from.groups.contains(id) {
                    let place = from.interface.as_deref().unwrap_or("the interface");
                    let carry = format!(
                        "Let {place} carry {id} (EC2NodeClass, launch template or SecurityGroupPolicy)"
                    );
                    if self.admits_group(&to.groups, traffic, id) {
                        return Remedy::words(format!(
                            "{carry}; {} admits that group already.",
                            list(&to.groups)
                        ));
                    }
                    sentence = format!("{carry}. ");
                }
                if self.reference_reaches(from, to) {
                    Ok(vec![Whom::Group { id: id.clone(), owner: self.owner_if_foreign(id, group) }])
                } else {
                    sentence.push_str("Group references do not match over this path. ");
                    Ok(ranges.iter().copied().map(Whom::Range).collect())
                }
            }
        };
        let v6 = to.address.contains(':');
        let rules: Vec<NewRule> = whom
            .unwrap_or_default()
            .into_iter()
            .filter(|whom| whom.suits(v6))
            .map(|whom| NewRule { group: group.to_owned(), direction: Direction::Ingress, traffic, v6, whom })
            .collect();
        let whom = list(rules.iter().map(|rule| rule.whom.to_string()));
        let _ = write!(sentence, "Admit {} from {whom} in {group}.", asked(traffic));
        self.mind_quota(group, Direction::Ingress, rules.len(), &mut sentence);
        Remedy { sentence, rules }
    }

    fn egress(&self, from: &End, to: &End, traffic: Traffic, admit: &Admit) -> Remedy {
        let preferred = match admit {
            Admit::Group { id, .. } => Some(id.as_str()),
            _ => None,
        };
        let (Some(group), Ok(address)) = (
            self.roomiest(&from.groups, Direction::Egress, preferred),
            to.address.parse::<std::net::IpAddr>(),
        ) else {
            return Remedy::words("Give the source a security group.".to_owned());
        };
        let whom = Whom::Range(address.into());
        let mut sentence = format!("Let {} out to {whom} in {group}.", asked(traffic));
        self.mind_quota(group, Direction::Egress, 1, &mut sentence);
        let rule = NewRule {
            group: group.to_owned(),
            direction: Direction::Egress,
            traffic,
            v6: address.is_ipv6(),
            whom,
        };
        Remedy { sentence, rules: vec![rule] }
    }

    /// Among the groups of one end: the preferred one, else one with room that the fewest interfaces carry.
    fn roomiest<'g>(
        &self,
        groups: &'g [String],
        direction: Direction,
        preferred: Option<&str>,
    ) -> Option<&'g str> {
        let key = |group: &&String| {
            let full = self.rules_of(group, direction) >= RULES_A_DIRECTION;
            (preferred != Some(group.as_str()), full, self.holders(group))
        };
        groups.iter().min_by_key(key).map(String::as_str)
    }

    fn group(&self, id: &str) -> Option<&'a SecurityGroup> {
        self.network.snapshot().security_groups.get(id)
    }

    fn rules_of(&self, group: &str, direction: Direction) -> usize {
        self.group(group).map_or(0, |group| {
            let permissions = match direction {
                Direction::Egress => &group.ip_permissions_egress,
                _ => &group.ip_permissions,
            };
            let rules = permissions.iter().map(|it| {
                it.ip_ranges.len()
                    + it.ipv6_ranges.len()
                    + it.prefix_list_ids.len()
                    + it.user_id_group_pairs.len()
            });
            rules.sum()
        })
    }

    fn mind_quota(&self, group: &str, direction: Direction, more: usize, sentence: &mut String) {
        let had = self.rules_of(group, direction);
        if had + more > RULES_A_DIRECTION {
            let _ = write!(
                sentence,
                " It has {had} rules of {RULES_A_DIRECTION} already: remove one first, or have the quota raised."
            );
        }
    }

    /// Whether a rule of these groups refers to `id` for this traffic.
    fn admits_group(&self, groups: &[String], traffic: Traffic, id: &str) -> bool {
        let permissions =
            groups.iter().filter_map(|group| self.group(group)).flat_map(|group| &group.ip_permissions);
        let mut covering = permissions.filter(|permission| rule::covers(permission, traffic));
        covering.any(|permission| {
            permission.user_id_group_pairs.iter().any(|pair| pair.group_id.as_deref() == Some(id))
        })
    }

    /// The account of `id`, where it is another than that of `group`.
    fn owner_if_foreign(&self, id: &str, group: &str) -> Option<String> {
        let owner = self.group(id)?.owner_id.as_ref()?;
        (self.group(group)?.owner_id.as_ref()? != owner).then(|| owner.to_string())
    }

    /// Whether a reference to a group of `from`'s VPC matches in `to`'s: the same VPC, one peered with it in the
    /// same region, or a transit gateway that carries references (AWS: vpc/security-group-rules).
    fn reference_reaches(&self, from: &End, to: &End) -> bool {
        if from.vpc == to.vpc {
            return true;
        }
        let snapshot = self.network.snapshot();
        let peered = snapshot.vpc_peering_connections.values().any(|peering| {
            let (Some(one), Some(other)) = (&peering.accepter_vpc_info, &peering.requester_vpc_info) else {
                return false;
            };
            let ends = [one.vpc_id.as_deref(), other.vpc_id.as_deref()];
            peering.status.as_ref().is_some_and(|status| status.code == "active")
                && one.region == other.region
                && ends.contains(&Some(from.vpc.as_str()))
                && ends.contains(&Some(to.vpc.as_str()))
        });
        peered
            || snapshot.transit_gateways.values().any(|gateway| {
                let options = gateway.options.as_ref();
                options.and_then(|it| it.security_group_referencing_support.as_deref()) == Some("enable")
            })
    }
}

/// `tcp/22`, `icmp echo`.
fn asked(traffic: Traffic) -> String {
    match traffic.port() {
        Some(port) => format!("{}/{port}", traffic.protocol()),
        None => "ICMP echo".to_owned(),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn list(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    match items.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
