//! `networks`.

use std::collections::BTreeMap;
use std::ops::Range;

use ipnet::IpNet;

use super::Check;
use crate::policy::file::fault::{Draft, quoted};
use crate::policy::file::literal::parse_cidr;
use crate::policy::file::raw::{self, Given, Map, VariableCidr};
use crate::policy::{TAILNET, VPC};

/// Tailscale's own ranges (tailscale.com/kb/1304/ip-pool and /kb/1033/ip-and-dns-addresses).
const TAILSCALE: [&str; 2] = ["100.64.0.0/10", "fd7a:115c:a1e0::/48"];

/// The networks that were read.
#[derive(Debug)]
pub(super) struct Networks {
    pub(super) named: BTreeMap<String, Network>,
    /// Whether all of them were read, so that another name is surely not defined.
    pub(super) is_whole: bool,
}

/// A network that was read.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// The CIDRs that are right.
    pub(super) cidrs: Vec<IpNet>,
    /// How the file spells each of them.
    written: Vec<String>,
    /// Whether all of them are right; if not, nothing can be said about what is outside.
    pub(super) whole: bool,
    /// Where it is defined.
    pub(super) key_at: Range<usize>,
}

/// The CIDRs by network, and their spellings.
pub(super) fn split(networks: Networks) -> (BTreeMap<String, Vec<IpNet>>, BTreeMap<String, Vec<String>>) {
    let written =
        networks.named.iter().map(|(name, network)| (name.clone(), network.written.clone())).collect();
    (networks.named.into_iter().map(|(name, network)| (name, network.cidrs)).collect(), written)
}

impl Check<'_> {
    pub(super) fn networks(&mut self, raw: &Map<raw::Network>) -> Networks {
        self.right_keys(raw);
        let mut networks = BTreeMap::new();
        for (name, entry) in raw.value.iter().flatten() {
            networks.insert(name.clone(), self.network(name, entry));
        }
        networks.entry(TAILNET.to_owned()).or_insert_with(|| Network {
            cidrs: TAILSCALE.iter().filter_map(|cidr| cidr.parse().ok()).collect(),
            written: TAILSCALE.map(str::to_owned).to_vec(),
            whole: true,
            key_at: 0..0,
        });
        self.tailnet_is_not_vpc(&networks);
        Networks { named: networks, is_whole: !raw.is_doubtful }
    }

    fn network(&mut self, name: &str, entry: &Given<raw::Network>) -> Network {
        let mut network =
            Network { whole: entry.value.is_some(), key_at: entry.key_at.clone(), ..Network::default() };
        let Some(raw::Network(list)) = &entry.value else { return network };
        self.not_empty(
            &format!("networks.{name}"),
            list.is_empty(),
            &entry.at,
            "list a CIDR, such as 10.1.0.0/16",
        );
        let mut right = Vec::new();
        for item in list {
            let Some(VariableCidr(text)) = &item.value else {
                network.whole = false;
                continue;
            };
            match self.cidr(text, &item.at) {
                Some(cidr) => right.push((cidr, text.as_str(), &item.at)),
                None => network.whole = false,
            }
        }
        self.distinct(right.iter().map(|(cidr, text, at)| (*cidr, *text, *at)));
        network.cidrs = right.iter().map(|(cidr, ..)| *cidr).collect();
        network.written = right.iter().map(|(_, text, _)| (*text).to_owned()).collect();
        network
    }

    /// A CIDR that may come from a variable. The network must be known before anything can be judged,
    /// so a variable that is unset or wrong is a fault here.
    fn cidr(&mut self, text: &str, at: &Range<usize>) -> Option<IpNet> {
        let template = self.template(text, at)?;
        if !template.is_variable() {
            return self.right(text, at, "", parse_cidr(text));
        }
        let names: Vec<String> = template.names().map(quoted).collect();
        let names = names.join(" and ");
        let Some(resolved) = template.resolve(self.environment).resolved else {
            let message = format!("the variable {names} is not set, and a network needs its CIDR");
            let help = "set it, or write a default: \"${NAME:-10.1.0.0/16}\"";
            self.faults.add(Draft::new(at, message).label("unset").help(help));
            return None;
        };
        if resolved.is_empty() {
            let message = format!("the variable {names} is empty, and a network needs its CIDR");
            let help = "a protected GitLab variable is empty on a branch that is not protected; \
                        set it, or write a default: \"${NAME:-10.1.0.0/16}\"";
            self.faults.add(Draft::new(at, message).label("empty").help(help));
            return None;
        }
        self.right(&resolved, at, &format!("from the variable {names}: "), parse_cidr(&resolved))
    }

    fn tailnet_is_not_vpc(&mut self, networks: &BTreeMap<String, Network>) {
        let (Some(vpc), Some(tailnet)) = (networks.get(VPC), networks.get(TAILNET)) else { return };
        let sorted = |network: &Network| IpNet::aggregate(&network.cidrs);
        if vpc.whole && tailnet.whole && !vpc.cidrs.is_empty() && sorted(vpc) == sorted(tailnet) {
            let draft = Draft::new(&vpc.key_at, "`vpc` and `tailnet` are the same network")
                .help("an address could then be neither told to be in the VPC nor on the tailnet");
            self.faults.add(if tailnet.key_at.is_empty() {
                draft.label("these are Tailscale's own ranges")
            } else {
                draft.note(&tailnet.key_at, "the same CIDRs")
            });
        }
    }
}
