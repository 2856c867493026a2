//! BIND as the cluster's name server, and as Tailscale's resolver.
//!
//! It comes nearest to `CoreDNS`: its own zones and everything else in one, CNAMEs chased. A root zone
//! with nothing in it answers NXDOMAIN for all that is not there, and nothing is asked outside.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;

use crate::namespace::{self, WORK};
use crate::scenario::{Dns, DnsConduct, Host};

/// Starts the cluster's name server.
pub fn start(dns: &Dns) -> Result<(), String> {
    let mut zones = BTreeMap::from([
        (".".to_owned(), Vec::new()),
        ("cluster.local.".to_owned(), vec!["kubernetes.default.svc A 10.100.0.1".to_owned()]),
        ("cwiq.io.".to_owned(), vec!["dev A 10.1.20.15".to_owned()]),
    ]);
    for (zone, records) in &dns.records {
        zones.insert(zone.clone(), records.clone());
    }
    for zone in dns.servfail.iter().chain(&dns.refused) {
        zones.entry(zone.clone()).or_default();
    }
    let all_broken = dns.conduct == DnsConduct::Servfail;
    let broken = zones.keys().filter(|zone| all_broken || dns.servfail.contains(zone)).cloned().collect();
    let options = match dns.conduct {
        DnsConduct::Down => return Ok(()),
        DnsConduct::Drop => "blackhole { any; };",
        DnsConduct::Refused => "allow-query { none; };",
        DnsConduct::Answer | DnsConduct::Servfail => "allow-query { any; };",
    };
    launch(Host::Dns, options, &zones, &broken, &dns.refused)
}

/// Starts Tailscale's resolver, which answers for its own zones and refuses none.
pub fn start_magicdns(zones: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
    let mut zones = zones.clone();
    zones.entry(".".to_owned()).or_default();
    launch(Host::Tailscale, "allow-query { any; };", &zones, &BTreeSet::new(), &[])
}

fn launch(
    host: Host,
    options: &str,
    zones: &BTreeMap<String, Vec<String>>,
    broken: &BTreeSet<String>,
    refused: &[String],
) -> Result<(), String> {
    let name = format!("named-{host}");
    let folder = format!("{WORK}/{name}");
    fs::create_dir(&folder).map_err(|e| format!("{folder}: {e}"))?;
    let mut config = format!(
        "options {{ directory \"{folder}\"; pid-file \"{folder}/pid\"; session-keyfile none; notify no; \
         listen-on {{ any; }}; listen-on-v6 {{ any; }}; recursion yes; allow-recursion {{ any; }}; \
         dnssec-validation no; empty-zones-enable no; {options} }};\ncontrols {{ }};\n"
    );
    for (number, (zone, records)) in zones.iter().enumerate() {
        let file = format!("{folder}/zone-{number}");
        let only = if refused.contains(zone) { "allow-query { none; };" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(config, "zone \"{zone}\" {{ type primary; file \"{file}\"; {only} }};");
        // A zone whose file is not there cannot be loaded, and is answered with SERVFAIL.
        if !broken.contains(zone) {
            // The root zone holds the name server's own address, or it would not load.
            let glue = if zone == "." { "ns.lab. A 10.1.0.2\n" } else { "" };
            let records = glue.to_owned() + &records.join("\n");
            let text = format!("$TTL 60\n@ SOA ns.lab. root.lab. 1 60 60 60 60\n@ NS ns.lab.\n{records}\n");
            fs::write(&file, text).map_err(|e| format!("{file}: {e}"))?;
        }
    }
    let path = format!("{folder}/named.conf");
    fs::write(&path, config).map_err(|e| format!("{path}: {e}"))?;
    // Under its own path AppArmor would confine it to Debian's folders, where nothing may be written.
    let program = format!("{folder}/named");
    copy_program(&program)?;
    namespace::start(&name, namespace::command(host.name(), &program).args(["-g", "-n", "1", "-c", &path]))?;
    namespace::await_line(&name, "running")
}

fn copy_program(to: &str) -> Result<(), String> {
    let from =
        ["/usr/sbin/named", "/usr/bin/named"].into_iter().find(|path| fs::exists(path).unwrap_or(false));
    let from = from.ok_or("named (the package bind9) is not installed; `make setup` installs it")?;
    if fs::exists("/sys/kernel/security/apparmor").unwrap_or(false) {
        fs::copy(from, to).map(drop).map_err(|e| format!("{from}: {e}"))
    } else {
        symlink(from, to).map_err(|e| format!("{to}: {e}"))
    }
}
