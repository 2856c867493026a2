//! Interfaces of a random network, and questions about them.

use super::*;

impl Builder<'_> {
    pub(super) fn interfaces(&mut self) {
        let mut number: u32 = 0;
        for (subnet, vpc) in self.subnets.clone() {
            let block = self.s.subnets[&subnet].cidr_block.unwrap();
            let six = self.s.subnets[&subnet].ipv6_cidr_block_association_set[0].ipv6_cidr_block.unwrap();
            for host in 0..2 {
                number += 1;
                let eni = id(format!("eni-{number}"));
                let at = |n: u32| block.hosts().nth(n as usize - 1).unwrap();
                // A pod's address may be next to its node's own, as AWS gives them out in a row, or far from it.
                let main = 11 + 2 * host;
                let pod = if self.dice.once_in(2) { main + 1 } else { 21 + host };
                let shared = number > 1 && self.dice.once_in(10);
                let instance = id(format!("i-{}", if shared { number - 1 } else { number }));
                let kind = self
                    .dice
                    .mostly("interface", &["interface", "branch", "lambda", "network_load_balancer"]);
                let carried = if kind == "network_load_balancer" || self.dice.once_in(40) {
                    0
                } else {
                    1 + self.dice.below(2)
                };
                let own: Vec<Id> = self.groups.iter().filter(|g| g[3..4] == vpc[4..5]).cloned().collect();
                let groups = (0..carried).map(|_| {
                    let pool = if self.dice.once_in(6) { &self.groups } else { &own };
                    GroupIdentifier { group_id: self.dice.pick(pool).clone(), group_name: None }
                });
                let groups = groups.collect();
                let attached = kind == "interface" && !self.dice.once_in(12);
                self.s.network_interfaces.insert(
                    eni.clone(),
                    NetworkInterface {
                        network_interface_id: eni.clone(),
                        interface_type: word(kind),
                        status: word(
                            self.dice.mostly("in-use", &["in-use", "in-use", "available", "detaching"]),
                        ),
                        vpc_id: Some(vpc.clone()),
                        subnet_id: Some(subnet.clone()),
                        private_ip_address: Some(at(main)),
                        private_ip_addresses: vec![
                            PrivateIpAddress { private_ip_address: Some(at(main)), primary: true },
                            PrivateIpAddress { private_ip_address: Some(at(pod)), primary: false },
                        ],
                        ipv4_prefixes: if self.dice.once_in(3) {
                            vec![Ipv4Prefix {
                                ipv4_prefix: Some(Ipv4Net::new(at(32 + 16 * host), 28).unwrap()),
                            }]
                        } else {
                            vec![]
                        },
                        ipv6_addresses: if self.dice.once_in(3) {
                            vec![]
                        } else {
                            let unique = u128::from(six.network()) + 0x100 + u128::from(number);
                            vec![Ipv6Address { ipv6_address: Some(unique.into()), is_primary_ipv6: false }]
                        },
                        groups,
                        attachment: attached.then(|| Attachment {
                            instance_id: Some(instance.clone()),
                            device_index: Some(i32::from(shared)),
                            ..Attachment::default()
                        }),
                        ..NetworkInterface::default()
                    },
                );
                if attached && !shared && !self.dice.once_in(25) {
                    let name = id(self.dice.mostly("running", &["running", "stopped", "terminated"]));
                    self.s.instances.insert(
                        instance.clone(),
                        Instance {
                            instance_id: instance,
                            state: Some(InstanceState { name }),
                            ..Instance::default()
                        },
                    );
                }
            }
        }
    }
}

/// A random question about a network.
pub fn ask(dice: &mut Dice, s: &Snapshot) -> Question {
    let end = |dice: &mut Dice| {
        let enis: Vec<&NetworkInterface> = s.network_interfaces.values().collect();
        if enis.is_empty() || dice.once_in(60) {
            return Endpoint::Address("10.9.9.9".parse().unwrap());
        }
        let eni = *dice.pick(&enis);
        match dice.below(12) {
            0 => Endpoint::Interface(eni.network_interface_id.clone()),
            1 => match eni.attachment.as_ref().and_then(|a| a.instance_id.clone()) {
                Some(instance) => Endpoint::Instance(instance),
                None => Endpoint::Interface("eni-none".into()),
            },
            2 => Endpoint::Address(eni.private_ip_addresses[1].private_ip_address.unwrap().into()),
            3 => match eni.ipv4_prefixes.first().and_then(|p| p.ipv4_prefix) {
                Some(prefix) => Endpoint::Address(prefix.hosts().nth(3).unwrap().into()),
                None => Endpoint::Address(eni.private_ip_address.unwrap().into()),
            },
            4..=6 => match eni.ipv6_addresses.first() {
                Some(address) => Endpoint::Address(IpAddr::V6(address.ipv6_address.unwrap())),
                None => Endpoint::Address(eni.private_ip_address.unwrap().into()),
            },
            _ => Endpoint::Address(eni.private_ip_address.unwrap().into()),
        }
    };
    let (from, mut to) = (end(dice), end(dice));
    // A mismatch of families is soon decided; most questions should go further.
    for _ in 0..8 {
        match (&from, &to) {
            (Endpoint::Address(one), Endpoint::Address(other)) if one.is_ipv4() != other.is_ipv4() => {
                to = end(dice);
            }
            _ => break,
        }
    }
    let port = Port::new(*dice.pick(&[22, 22, 443, 53, 9999])).unwrap();
    let traffic = match dice.below(6) {
        0 => Traffic::Icmp,
        1 => Traffic::Udp(port),
        _ => Traffic::Tcp(port),
    };
    let translation = *dice.pick(&[Translation::Unknown, Translation::Node, Translation::None]);
    Question { from, to, traffic, translation }
}
