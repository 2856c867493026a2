//! Where an interface is, and its addresses.

use std::net::Ipv4Addr;
use std::str::FromStr;

use super::{Laying, Step};
use crate::aws::plan::reference::Whose;
use crate::snapshot::{Id, Ipv4Prefix, Ipv6Address, Ipv6Prefix, NetworkInterface, PrivateIpAddress};

/// How a resource type spells an interface's addresses. Two spellings of one thing: the provider reads both, and
/// one of them is the user's.
pub(in crate::aws::plan::lay) struct Spelling {
    v4: &'static [&'static str],
    v6: &'static [&'static str],
    v4_prefixes: &'static [&'static str],
    v6_prefixes: &'static [&'static str],
}

/// `aws_network_interface`.
pub(super) const INTERFACE: Spelling = Spelling {
    v4: &["private_ips", "private_ip_list"],
    v6: &["ipv6_addresses", "ipv6_address_list"],
    v4_prefixes: &["ipv4_prefixes"],
    v6_prefixes: &["ipv6_prefixes"],
};
/// `aws_instance`, of its primary interface; its primary address is `private_ip`.
pub(in crate::aws::plan::lay) const INSTANCE: Spelling =
    Spelling { v4: &["secondary_private_ips"], v6: &["ipv6_addresses"], v4_prefixes: &[], v6_prefixes: &[] };

/// What is told of one kind of address, before and after.
enum Told<T> {
    /// Nothing, or what was told before.
    Same,
    /// These go, and these come.
    Changed { gone: Vec<T>, come: Vec<T> },
    /// Something that is known only after apply: this attribute.
    Open(&'static str),
}

impl Spelling {
    /// Whether no IPv4 address is known.
    pub(super) fn is_open(&self, step: &Step<'_>) -> bool {
        step.after.text("private_ip").is_none() && listed::<Ipv4Addr>(step, self.v4).is_empty()
    }
}

/// The known ones of the first spelling that has any.
fn listed<T: FromStr>(step: &Step<'_>, spellings: &[&str]) -> Vec<T> {
    let known = |attribute: &&str| {
        let texts = step.after.texts(attribute).unwrap_or_default();
        texts.into_iter().flatten().filter_map(|it| it.parse().ok()).collect::<Vec<T>>()
    };
    spellings.iter().map(known).find(|it| !it.is_empty()).unwrap_or_default()
}

/// What an update does to one kind of address.
fn told<T: FromStr + PartialEq>(step: &Step<'_>, spellings: &'static [&'static str]) -> Told<T> {
    let mut open = None;
    for attribute in spellings.iter().copied().filter(|it| step.differs(it)) {
        let parsed = |texts: Vec<Option<&str>>| -> Option<Vec<T>> {
            texts.into_iter().map(|it| it?.parse().ok()).collect()
        };
        let before = step.before.texts(attribute).ok().and_then(parsed).unwrap_or_default();
        match step.after.texts(attribute).ok().and_then(parsed) {
            Some(after) => {
                let (come, kept): (Vec<T>, Vec<T>) = after.into_iter().partition(|it| !before.contains(it));
                let gone = before.into_iter().filter(|it| !kept.contains(it)).collect();
                return Told::Changed { gone, come };
            }
            None => open = open.or(Some(attribute)),
        }
    }
    open.map_or(Told::Same, Told::Open)
}

/// Takes away what goes and adds what comes; gives back the attribute that is known only after apply.
fn change<T: PartialEq, S>(
    all: &mut Vec<S>,
    told: Told<T>,
    of: fn(&S) -> Option<T>,
    new: fn(T) -> S,
) -> Option<&'static str> {
    match told {
        Told::Same => None,
        Told::Open(attribute) => Some(attribute),
        Told::Changed { gone, come } => {
            all.retain(|it| of(it).is_none_or(|it| !gone.contains(&it)));
            all.extend(come.into_iter().map(new));
            None
        }
    }
}

impl Laying<'_> {
    /// Puts a new interface where its resource says; gives back its subnet.
    pub(in crate::aws::plan::lay) fn place_interface(
        &mut self,
        step: &Step<'_>,
        mut interface: NetworkInterface,
        spelling: &Spelling,
    ) -> Option<Id> {
        let subnet = self.settled(step, "subnet_id", &["subnet"]);
        let vpc =
            subnet.as_ref().and_then(|it| self.snapshot.subnets.get(it)).and_then(|it| it.vpc_id.clone());
        let main = step.after.text("private_ip").and_then(|it| it.parse().ok());
        for address in main.into_iter().chain(listed(step, spelling.v4)) {
            add_v4(&mut interface, address);
        }
        interface.private_ip_address =
            interface.private_ip_addresses.first().and_then(|it| it.private_ip_address);
        let v6 = listed(step, spelling.v6).into_iter().map(Some);
        interface.ipv6_addresses =
            v6.map(|ipv6_address| Ipv6Address { ipv6_address, ..Ipv6Address::default() }).collect();
        let prefixes = listed(step, spelling.v4_prefixes).into_iter().map(Some);
        interface.ipv4_prefixes = prefixes.map(|ipv4_prefix| Ipv4Prefix { ipv4_prefix }).collect();
        let prefixes = listed(step, spelling.v6_prefixes).into_iter().map(Some);
        interface.ipv6_prefixes = prefixes.map(|ipv6_prefix| Ipv6Prefix { ipv6_prefix }).collect();
        interface.subnet_id.clone_from(&subnet);
        interface.vpc_id = vpc;
        self.snapshot.network_interfaces.insert(interface.network_interface_id.clone(), interface);
        subnet
    }

    /// The provider unassigns what was and is no more, and assigns what is new (`aws_network_interface`, update).
    pub(in crate::aws::plan::lay) fn change_addresses(
        &mut self,
        step: &Step<'_>,
        id: &Id,
        spelling: &Spelling,
    ) {
        let Some(interface) = self.snapshot.network_interfaces.get_mut(id) else { return };
        let v4 = |it| PrivateIpAddress { private_ip_address: Some(it), primary: false };
        let v6 = |it| Ipv6Address { ipv6_address: Some(it), ..Ipv6Address::default() };
        let v4_prefix = |it| Ipv4Prefix { ipv4_prefix: Some(it) };
        let v6_prefix = |it| Ipv6Prefix { ipv6_prefix: Some(it) };
        let it = interface;
        let v4_told = told(step, spelling.v4);
        if let Told::Changed { gone, .. } = &v4_told {
            it.private_ip_address = it.private_ip_address.filter(|it| !gone.contains(it));
        }
        let open = [
            change(&mut it.private_ip_addresses, v4_told, |it| it.private_ip_address, v4),
            change(&mut it.ipv6_addresses, told(step, spelling.v6), |it| it.ipv6_address, v6),
            change(&mut it.ipv4_prefixes, told(step, spelling.v4_prefixes), |it| it.ipv4_prefix, v4_prefix),
            change(&mut it.ipv6_prefixes, told(step, spelling.v6_prefixes), |it| it.ipv6_prefix, v6_prefix),
        ];
        for attribute in open.into_iter().flatten() {
            self.leave_interface_open(step, Whose::One(id.clone()), attribute);
        }
    }
}

/// Adds an address; the first one is the primary.
fn add_v4(interface: &mut NetworkInterface, address: Ipv4Addr) {
    let all = &mut interface.private_ip_addresses;
    let private_ip_address = Some(address);
    if !all.iter().any(|it| it.private_ip_address == private_ip_address) {
        all.push(PrivateIpAddress { private_ip_address, primary: all.is_empty() });
    }
}
