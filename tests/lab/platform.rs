//! The platform: a router whose nftables play the security groups, the pods, the dev server, the
//! name server; and the changes that a scenario makes to it.
//!
//! Like a security group, the router drops in silence what nothing admits. Unlike a VPC, it answers
//! with ICMP net-unreachable for destinations that it has no route to, which spares most scenarios a
//! deadline; one scenario has such a destination silent, as AWS has it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::process::Command;
use std::time::Duration;

use ipnet::IpNet;

use crate::certificate;
use crate::name_server;
use crate::namespace::{self, WORK};
use crate::scenario::{Changes, Host, Nginx, Sshd};
use crate::stand_in;

/// What the dev server's security group admits: the two runner subnets, to 22 and 443.
const SECURITY_GROUP: &str =
    "ip saddr { 10.1.34.0/24, 10.1.35.0/24 } ip daddr 10.1.20.15 tcp dport { 22, 443 } accept";

/// A platform that is up.
pub struct Platform {
    /// Where the dev server's own servers are to be started once the probe runs.
    late: Option<(Duration, Sshd, Nginx)>,
}

impl Platform {
    /// Builds it in this private world.
    pub fn build(changes: &Changes) -> Result<Self, String> {
        namespace::finish(Command::new("mount").args(["-t", "tmpfs", "tmpfs", "/run"]))?;
        for folder in [WORK, "/run/netns", "/run/sshd"] {
            std::fs::create_dir_all(folder).map_err(|e| format!("{folder}: {e}"))?;
        }
        lay_links(changes)?;
        admit(changes)?;
        for (host, ruleset) in &changes.firewall {
            namespace::finish_with_input(namespace::command(host.name(), "nft").args(["-f", "-"]), ruleset)?;
        }
        name_server::start(&changes.dns)?;
        if let Some(zones) = &changes.magicdns {
            name_server::start_magicdns(zones)?;
        }
        certificate::write(changes.nginx)?;
        for (number, it) in changes.stand_ins.iter().enumerate() {
            stand_in::start(it, number)?;
        }
        let late = changes.servers_after_ms.map(Duration::from_millis);
        if late.is_none() {
            start_servers(changes.sshd, changes.nginx)?;
        }
        Ok(Self { late: late.map(|after| (after, changes.sshd, changes.nginx)) })
    }

    /// Starts what is to come up while the probe runs; to be called as it starts.
    pub fn start_late_servers(&mut self) {
        if let Some((after, sshd, nginx)) = self.late.take() {
            std::thread::spawn(move || {
                std::thread::sleep(after);
                // Servers that do not come up show in what the probe reports.
                drop(start_servers(sshd, nginx));
            });
        }
    }
}

/// Each host's usual addresses.
fn addresses(changes: &Changes) -> Result<BTreeMap<Host, Vec<IpNet>>, String> {
    let usual = [
        (Host::PodA, "10.1.34.23/24"),
        (Host::PodB, "10.1.35.42/24"),
        (Host::Dev, "10.1.20.15/24"),
        (Host::Dns, "10.1.0.2/24"),
    ];
    let mut addresses = BTreeMap::new();
    for (host, network) in usual {
        addresses.insert(host, vec![network.parse().map_err(|e| format!("{network}: {e}"))?]);
    }
    if changes.magicdns.is_some() {
        let network = "100.100.100.100/24".parse().map_err(|e| format!("100.100.100.100: {e}"))?;
        addresses.insert(Host::Tailscale, vec![network]);
    }
    addresses.extend(changes.addresses.clone());
    Ok(addresses)
}

fn lay_links(changes: &Changes) -> Result<(), String> {
    let addresses = addresses(changes)?;
    let mut all = String::from("netns add router\n");
    for host in addresses.keys() {
        put(&mut all, format_args!("netns add {host}"));
    }
    for host in addresses.keys() {
        put(&mut all, format_args!("link add eth0 netns {host} type veth peer name r-{host} netns router"));
    }
    batch(&["-batch", "-"], &all)?;

    let settings = [
        "net.ipv4.ip_forward=1",
        "net.ipv6.conf.all.forwarding=1",
        "net.ipv4.icmp_ratelimit=0",
        "net.ipv6.icmp.ratelimit=0",
    ];
    namespace::finish(namespace::command("router", "sysctl").args(["-qw"]).args(settings))?;
    let mut router = String::from("link set lo up\n");
    for (host, networks) in &addresses {
        // Neighbour discovery needs a link-local address; one that the kernel makes comes after a second.
        put(&mut router, format_args!("link set r-{host} addrgenmode none"));
        put(&mut router, format_args!("addr add fe80::1/64 dev r-{host} nodad"));
        put(&mut router, format_args!("link set r-{host} up"));
        if let Some(mtu) = changes.mtu.get(host) {
            put(&mut router, format_args!("link set r-{host} mtu {mtu}"));
        }
        for network in networks {
            put(
                &mut router,
                format_args!("addr add {} dev r-{host} {}", gateway(*network)?, nodad(*network)),
            );
        }
    }
    changes.router_ip.iter().for_each(|line| put(&mut router, format_args!("{line}")));
    batch(&["-n", "router", "-batch", "-"], &router)?;

    for (host, networks) in &addresses {
        let mut lines = String::from("link set lo up\nlink set eth0 addrgenmode none\nlink set eth0 up\n");
        for network in networks {
            put(&mut lines, format_args!("addr add {network} dev eth0 {}", nodad(*network)));
        }
        // One default route a family; more networks are reached through the first one's router too.
        for v6 in [false, true] {
            if let Some(network) = networks.iter().find(|network| network.addr().is_ipv6() == v6) {
                put(&mut lines, format_args!("route add default via {}", gateway(*network)?.addr()));
            }
        }
        changes.ip.get(host).into_iter().flatten().for_each(|line| put(&mut lines, format_args!("{line}")));
        batch(&["-n", host.name(), "-batch", "-"], &lines)?;
    }
    Ok(())
}

fn put(lines: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(lines, "{line}");
}

fn batch(arguments: &[&str], lines: &str) -> Result<(), String> {
    namespace::finish_with_input(Command::new("ip").args(arguments), lines)
}

/// The router's address in a network: its first one, as in a VPC's subnets.
fn gateway(network: IpNet) -> Result<IpNet, String> {
    let first = network.hosts().next().ok_or_else(|| format!("{network} has no hosts"))?;
    // ipnet counts an IPv6 network's own address as a host; it is the subnet-router anycast address.
    let first = match first {
        IpAddr::V6(address) if first == network.network() => {
            IpAddr::V6(std::net::Ipv6Addr::from_bits(address.to_bits() + 1))
        }
        other => other,
    };
    IpNet::new(first, network.prefix_len()).map_err(|e| format!("{network}: {e}"))
}

fn nodad(network: IpNet) -> &'static str {
    if network.addr().is_ipv6() { "nodad" } else { "" }
}

/// The security groups, as the router's nftables.
fn admit(changes: &Changes) -> Result<(), String> {
    let ruleset = format!(
        "table inet security_group {{
  chain forward {{ type filter hook forward priority 0; policy drop;
    {}
    ct state established,related accept
    ip daddr 10.1.0.2 meta l4proto {{ tcp, udp }} th dport 53 accept
    icmp type echo-request accept
    {SECURITY_GROUP}
  }}
  chain output {{ type filter hook output priority 0; policy accept;
    {}
  }}
}}",
        changes.forward.join("\n    "),
        changes.router_output.join("\n    "),
    );
    namespace::finish_with_input(namespace::command("router", "nft").args(["-f", "-"]), &ruleset)
}

fn start_servers(sshd: Sshd, nginx: Nginx) -> Result<(), String> {
    if nginx != Nginx::Down {
        start_nginx(nginx)?;
    }
    if sshd != Sshd::Down {
        start_sshd(sshd)?;
    }
    if nginx != Nginx::Down {
        namespace::await_listener("nginx", "dev", 443)?;
    }
    Ok(())
}

fn start_sshd(sshd: Sshd) -> Result<(), String> {
    let key = format!("{WORK}/ssh_host_ed25519_key");
    namespace::finish(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &key]))?;
    let throttle = if sshd == Sshd::Full { "MaxStartups 1:100:1" } else { "" };
    let config = namespace::write(
        "sshd_config",
        &format!(
            "Port 22\nHostKey {key}\nPidFile {WORK}/sshd.pid\nUsePAM no\nPasswordAuthentication no\n{throttle}\n"
        ),
    )?;
    namespace::start("sshd", namespace::command("dev", "/usr/sbin/sshd").args(["-D", "-e", "-f", &config]))?;
    namespace::await_listener("sshd", "dev", 22)?;
    if sshd == Sshd::Full { stand_in::occupy("dev", "127.0.0.1:22") } else { Ok(()) }
}

fn start_nginx(nginx: Nginx) -> Result<(), String> {
    let listen = if nginx == Nginx::Plain {
        "listen 443; listen [::]:443;".to_owned()
    } else {
        let more = match nginx {
            Nginx::ClientCertificate => {
                format!("ssl_client_certificate {WORK}/authority.pem; ssl_verify_client on;")
            }
            Nginx::Rejects => "ssl_reject_handshake on;".to_owned(),
            _ => String::new(),
        };
        format!(
            "listen 443 ssl; listen [::]:443 ssl; ssl_certificate {WORK}/tls.crt; ssl_certificate_key {WORK}/tls.key; {more}"
        )
    };
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {WORK}/nginx-{kind};"))
        .concat();
    let config = namespace::write(
        "nginx.conf",
        &format!(
            "pid {WORK}/nginx.pid; worker_processes 1; user root; daemon off; error_log stderr; events {{}}\n\
             http {{ access_log off; {temporary} server {{ {listen} location / {{ return 200 \"dev server\\n\"; }} }} }}\n"
        ),
    )?;
    let log = "/dev/stderr";
    namespace::start("nginx", namespace::command("dev", "nginx").args(["-e", log, "-c", &config]))?;
    Ok(())
}
