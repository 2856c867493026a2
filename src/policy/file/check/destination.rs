//! `destinations`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Check;
use super::network::Networks;
use crate::flow::{Port, Service};
use crate::policy::file::fault::{Draft, quoted};
use crate::policy::file::literal::{parse_address, parse_dns_name, parse_service};
use crate::policy::file::raw::{self, Given, Map, NetworkName, PortNumber, ServerName, VariableAddress};
use crate::policy::{Destination, Value};

/// tcpmux (RFC 1078), which nothing serves.
const UNSERVED: u16 = 1;

impl Check<'_> {
    pub(super) fn destinations(
        &mut self,
        raw: &Map<raw::Destination>,
        networks: &Networks,
    ) -> BTreeMap<String, Destination> {
        self.right_keys(raw);
        let empty = raw.value.as_ref().is_some_and(BTreeMap::is_empty) && !raw.is_doubtful;
        self.not_empty("destinations", empty, &raw.at, "name what must be reachable");
        let mut destinations = BTreeMap::new();
        for (name, entry) in raw.value.iter().flatten() {
            if let Some(raw) = &entry.value
                && let Some(destination) = self.destination(name, raw, networks)
            {
                destinations.insert(name.clone(), destination);
            }
        }
        destinations
    }

    fn destination(
        &mut self,
        name: &str,
        raw: &raw::Destination,
        networks: &Networks,
    ) -> Option<Destination> {
        let within = raw.within.value.as_ref().map(|NetworkName(within)| {
            if networks.is_whole {
                self.defined(
                    ("network", ""),
                    within,
                    &raw.within.at,
                    networks.named.keys().map(String::as_str),
                );
            }
            within.clone()
        });
        let server_name = raw.server_name.value.as_ref().map(|ServerName(server_name)| {
            self.server_name(server_name, &raw.server_name.at);
            server_name.clone()
        });
        let address = self.address(&raw.address);
        let services = self.services(name, &raw.services);
        let control_port = Port::new(raw.control_port.value.map_or(UNSERVED, |PortNumber(number)| number));
        let control_port = control_port?;
        self.control_port_is_unserved(control_port, &raw.control_port, &services);
        let services = services.into_iter().map(|(name, (service, _))| (name.to_owned(), service)).collect();
        Some(Destination { address: address?, within: within?, services, server_name, control_port })
    }

    /// A literal must be an address. What a variable holds is judged as a finding: it says more there,
    /// and an unset variable is something to report, not a broken policy.
    fn address(&mut self, raw: &Given<VariableAddress>) -> Option<Value> {
        let VariableAddress(text) = raw.value.as_ref()?;
        let template = self.template(text, &raw.at)?;
        if !template.is_variable() {
            self.right(text, &raw.at, "", parse_address(text))?;
        }
        Some(template.resolve(self.environment))
    }

    /// The name goes into SNI, which has no dot at its end (RFC 6066, 3).
    fn server_name(&mut self, name: &str, at: &Range<usize>) {
        if self.right(name, at, "", parse_dns_name(name)).is_some()
            && let Some(bare) = name.strip_suffix('.')
        {
            let message = format!("the server name {} ends in a dot", quoted(name));
            self.faults
                .add(Draft::new(at, message).help(format!("TLS sends it without: write {}", quoted(bare))));
        }
    }

    fn services<'r>(&mut self, destination: &str, raw: &'r Map<raw::Service>) -> Services<'r> {
        self.right_keys(raw);
        let empty = raw.value.as_ref().is_some_and(BTreeMap::is_empty) && !raw.is_doubtful;
        let help = "name a service, such as ssh: 22/ssh";
        self.not_empty(&format!("destinations.{destination}.services"), empty, &raw.at, help);
        let mut services = Services::new();
        let mut ports: BTreeMap<Port, (&str, &Range<usize>)> = BTreeMap::new();
        for (name, entry) in raw.value.iter().flatten() {
            let Some(raw::Service(text)) = &entry.value else { continue };
            let Some(service) = self.right(text, &entry.at, "", parse_service(text)) else { continue };
            if let Some((other, at)) = ports.get(&service.port) {
                let message =
                    format!("{} and {} are both on port {}", quoted(other), quoted(name), service.port);
                let draft = Draft::new(&entry.at, message).note(at, "the other one");
                self.faults.add(draft.help("one service listens on a port: keep one of them"));
            }
            ports.insert(service.port, (name, &entry.at));
            services.insert(name, (service, &entry.at));
        }
        services
    }

    fn control_port_is_unserved(&mut self, port: Port, raw: &Given<PortNumber>, services: &Services<'_>) {
        for (name, (_, at)) in services.iter().filter(|(_, (service, _))| service.port == port) {
            let help = "if the control port connects, something on the way accepts everything; \
                        set `control_port` to a port that nothing serves";
            let message = format!("the control port {port} is the port of the service {}", quoted(name));
            self.faults.add(match raw.value {
                Some(_) => Draft::new(&raw.at, message).note(at, "served here").help(help),
                None => Draft::new(at, message).label("1 is the control port unless it is given").help(help),
            });
        }
    }
}

/// Services by name, and where each stands.
type Services<'r> = BTreeMap<&'r str, (Service, &'r Range<usize>)>;
