//! `sources`.

use std::collections::BTreeMap;
use std::ops::Range;

use ipnet::IpNet;

use super::Check;
use super::network::{Network, Networks};
use crate::policy::file::fault::{Draft, quoted};
use crate::policy::file::literal::{
    parse_cidr, parse_cluster_name, parse_label_key, parse_label_value, parse_namespace, parse_tag,
};
use crate::policy::file::raw::{
    self, Cidr, ClusterName, Given, LabelValue, List, Map, Namespace, RunnerId, RunnerTag,
};
use crate::policy::{Source, Tailscale, VPC};

impl Check<'_> {
    pub(super) fn sources(
        &mut self,
        raw: &Map<raw::Source>,
        networks: &Networks,
    ) -> BTreeMap<String, Source> {
        self.right_keys(raw);
        let empty = raw.value.as_ref().is_some_and(BTreeMap::is_empty) && !raw.is_doubtful;
        self.not_empty("sources", empty, &raw.at, "name the runners that connections start from");
        let mut sources = BTreeMap::new();
        for (name, entry) in raw.value.iter().flatten() {
            if let Some(source) = &entry.value {
                sources.insert(name.clone(), self.source(name, source, networks));
            }
        }
        sources
    }

    fn source(&mut self, name: &str, raw: &raw::Source, networks: &Networks) -> Source {
        let eks_cluster = raw.eks_cluster.value.as_ref().map(|ClusterName(text)| {
            self.right(text, &raw.eks_cluster.at, "", parse_cluster_name(text));
            text.clone()
        });
        let namespace = raw.namespace.value.as_ref().map(|Namespace(text)| {
            self.right(text, &raw.namespace.at, "", parse_namespace(text));
            text.clone()
        });
        let pod_labels = self.labels(&raw.pod_labels);
        let (active, retired) = (self.runners(&raw.active), self.runners(&raw.retired));
        self.either_active_or_retired(&active, &retired);
        let light = self.light(&raw.light, &raw.active);
        let plain =
            |runners: Runners<'_>| runners.into_iter().map(|(tag, (id, _))| (tag.to_owned(), id)).collect();
        Source {
            subnets: self.subnets(name, &raw.subnets, networks.named.get(VPC)),
            eks_cluster,
            namespace,
            pod_labels,
            tailscale: match raw.tailscale.value {
                Some(raw::Tailscale::Allowed) => Tailscale::Allowed,
                Some(raw::Tailscale::Absent) | None => Tailscale::Absent,
            },
            active: plain(active),
            light,
            retired: plain(retired),
        }
    }

    fn labels(&mut self, raw: &Map<LabelValue>) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        for (key, entry) in raw.value.iter().flatten() {
            self.right(key, &entry.key_at, "", parse_label_key(key));
            let Some(LabelValue(text)) = &entry.value else { continue };
            self.right(text, &entry.at, "", parse_label_value(text));
            labels.insert(key.clone(), text.clone());
        }
        labels
    }

    fn subnets(&mut self, source: &str, raw: &List<Cidr>, vpc: Option<&Network>) -> Vec<IpNet> {
        let Some(list) = &raw.value else { return Vec::new() };
        let help = "list the subnets that the pods get addresses from";
        self.not_empty(&format!("sources.{source}.subnets"), list.is_empty(), &raw.at, help);
        let mut right = Vec::new();
        for item in list {
            let Some(Cidr(text)) = &item.value else { continue };
            if let Some(cidr) = self.right(text, &item.at, "", parse_cidr(text)) {
                right.push((cidr, text.as_str(), &item.at));
            }
        }
        self.distinct(right.iter().map(|(cidr, text, at)| (*cidr, *text, *at)));
        if let Some(vpc) = vpc.filter(|vpc| vpc.whole && !vpc.cidrs.is_empty()) {
            let whole = IpNet::aggregate(&vpc.cidrs);
            for (cidr, _, at) in right.iter().filter(|(cidr, ..)| !whole.iter().any(|net| net.contains(cidr)))
            {
                let is: Vec<String> = vpc.cidrs.iter().map(IpNet::to_string).collect();
                let draft = Draft::new(at, format!("the subnet {cidr} is outside of the network `vpc`"))
                    .label("outside")
                    .note(&vpc.key_at, format!("`vpc` is {}", is.join(", ")))
                    .help("a pod's subnet is a part of the VPC: correct the subnet, or add the VPC's other CIDR");
                self.faults.add(draft);
            }
        }
        right.iter().map(|(cidr, ..)| *cidr).collect()
    }

    fn runners<'r>(&mut self, raw: &'r Map<RunnerId>) -> Runners<'r> {
        let mut runners = Runners::new();
        for (tag, entry) in raw.value.iter().flatten() {
            self.right(tag, &entry.key_at, "", parse_tag(tag));
            if let Some(RunnerId(id)) = entry.value {
                runners.insert(tag, (id, &entry.key_at));
            }
        }
        runners
    }

    fn light(&mut self, raw: &Given<RunnerTag>, active: &Map<RunnerId>) -> Option<String> {
        let RunnerTag(tag) = raw.value.as_ref()?;
        match &active.value {
            Some(runners) if !runners.is_empty() => {
                let tags = runners.keys().map(String::as_str);
                self.defined(("active runner", ""), tag, &raw.at, tags);
            }
            // What is wrong with it was reported.
            _ if active.is_doubtful => {}
            _ => {
                let draft =
                    Draft::new(&raw.at, format!("there is no active runner {}: none is listed", quoted(tag)))
                        .label("not in `active`")
                        .help("list it in `active` with its id, or leave `light` out");
                self.faults.add(draft);
            }
        }
        Some(tag.clone())
    }

    fn either_active_or_retired(&mut self, active: &Runners<'_>, retired: &Runners<'_>) {
        for (tag, (id, at)) in retired {
            let clash = active
                .get_key_value(tag)
                .map(|(_, (_, active_at))| (format!("the tag {}", quoted(tag)), active_at));
            let clash = clash.or_else(|| {
                let same = active.iter().find(|(_, (active_id, _))| active_id == id)?;
                Some((format!("the runner {id}"), &same.1.1))
            });
            if let Some((what, active_at)) = clash {
                let draft = Draft::new(at, format!("{what} is both active and retired"))
                    .label("retired here")
                    .note(active_at, "active here")
                    .help("a job must not wait for a retired runner: keep one of the two");
                self.faults.add(draft);
            }
        }
    }
}

/// Runners by tag: id, and where it stands.
type Runners<'r> = BTreeMap<&'r str, (u64, &'r Range<usize>)>;
