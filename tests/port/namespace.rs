//! Answers that need a network of their own: a namespace with nothing but loopback, whose firewall and
//! routes are the test's. Each test runs itself again inside one; without the privilege (root, or
//! unprivileged user namespaces) it fails.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;

use reachgate::fact::port::{Connect, ConnectError, IcmpError};
use reachgate::flow::Greeting;

use crate::server::{TIMEOUT, probe, target};

const INSIDE: &str = "REACHGATE_TEST_INSIDE";

/// Whether this is the run inside; if not, runs the test `name` again, after the shell commands `setup`,
/// as a child of `wrapper`, and sees that it passes.
pub fn is_inside(name: &str, wrapper: &[&str], setup: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let shell = ["sh", "-c", &format!("set -e\n{setup}\nexec \"$0\" \"$@\"")].map(str::to_owned);
    let words = wrapper.iter().map(|word| (*word).to_owned()).chain(shell).collect::<Vec<_>>();
    let child = Command::new(&words[0])
        .args(&words[1..])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    let complaint = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}{complaint}");
    false
}

/// A network namespace, by way of a user namespace where need be (unshare(1)).
fn in_namespace(name: &str, setup: &str) -> bool {
    let plain = Command::new("unshare").args(["-n", "true"]).output().unwrap().status.success();
    let wrapper = ["unshare", if plain { "-n" } else { "-rn" }];
    is_inside(name, &wrapper, &format!("ip link set lo up\n{setup}"))
}

/// How connecting to `address` failed.
fn failure(address: &str) -> (ConnectError, Option<IcmpError>) {
    let address: SocketAddr = address.parse().unwrap();
    let (facts, _) = probe(&[target(address, Greeting::Ssh)], TIMEOUT);
    match facts[0].connect {
        // Within the timeout, though the kernel alone may send a second SYN first, a second later.
        Connect::Failed { error, icmp, .. } => (error, icmp),
        ref other => panic!("{address}: {other:?}"),
    }
}

fn icmp(from: &str, kind: u8, code: u8) -> IcmpError {
    let from: IpAddr = from.parse().unwrap();
    IcmpError { kind, code, from: Some(from), v6: from.is_ipv6() }
}

const REJECTING: &str = "
echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
nft -f - <<RULES
table inet t { chain input { type filter hook input priority 0
  ip daddr 127.0.0.2 tcp dport 1 reject with icmp type admin-prohibited
  ip daddr 127.0.0.2 tcp dport 2 reject with icmp type host-prohibited
  ip daddr 127.0.0.2 tcp dport 3 reject with icmp type net-prohibited
  ip daddr 127.0.0.2 tcp dport 4 reject with icmp type host-unreachable
  ip daddr 127.0.0.2 tcp dport 5 reject with icmp type net-unreachable
  ip daddr 127.0.0.2 tcp dport 6 reject with icmp type port-unreachable
  ip daddr 127.0.0.2 tcp dport 7 reject with tcp reset
  ip6 daddr ::1 tcp dport 1 reject with icmpv6 type admin-prohibited
  ip6 daddr ::1 tcp dport 2 reject with icmpv6 type policy-fail
  ip6 daddr ::1 tcp dport 3 reject with icmpv6 type reject-route
  ip6 daddr ::1 tcp dport 4 reject with icmpv6 type addr-unreachable
  ip6 daddr ::1 tcp dport 5 reject with icmpv6 type no-route
  ip6 daddr ::1 tcp dport 6 reject with icmpv6 type port-unreachable
  ip6 daddr ::1 tcp dport 7 reject with tcp reset
}
}
RULES";

#[test]
fn icmp_tells_what_the_errno_does_not() {
    use ConnectError::{AccessDenied, HostUnreachable, NetworkUnreachable, Refused};
    if !in_namespace("namespace::icmp_tells_what_the_errno_does_not", REJECTING) {
        return;
    }
    for (port, error, code) in [
        (1, HostUnreachable, 13),
        (2, HostUnreachable, 10),
        (3, NetworkUnreachable, 9),
        (4, HostUnreachable, 1),
        (5, NetworkUnreachable, 0),
        (6, Refused, 3),
    ] {
        assert_eq!(failure(&format!("127.0.0.2:{port}")), (error, Some(icmp("127.0.0.2", 3, code))));
    }
    for (port, error, code) in [
        (1, AccessDenied, 1),
        (2, AccessDenied, 5),
        (3, AccessDenied, 6),
        (4, HostUnreachable, 3),
        (5, NetworkUnreachable, 0),
        (6, Refused, 4),
    ] {
        assert_eq!(failure(&format!("[::1]:{port}")), (error, Some(icmp("::1", 1, code))));
    }
    for address in ["127.0.0.2:7", "[::1]:7"] {
        assert_eq!(failure(address), (Refused, None));
    }
}

#[test]
fn own_routes_refuse_without_icmp() {
    let routes = "
        ip route add prohibit 192.0.2.1; ip route add unreachable 192.0.2.2
        ip route add prohibit 2001:db8::1; ip route add unreachable 2001:db8::2";
    if !in_namespace("namespace::own_routes_refuse_without_icmp", routes) {
        return;
    }
    for (addresses, error) in [
        (["192.0.2.1:22", "[2001:db8::1]:22"], ConnectError::AccessDenied),
        (["192.0.2.2:22", "[2001:db8::2]:22"], ConnectError::HostUnreachable),
        (["192.0.2.3:22", "[2001:db8::3]:22"], ConnectError::NetworkUnreachable),
    ] {
        for address in addresses {
            assert_eq!(failure(address), (error, None));
        }
    }
}

#[test]
fn a_connection_to_itself_is_nobody_listening() {
    // With two ports the second attempt has another to leave from; with one it has none.
    for (name, range) in [("two", "40000 40001"), ("one", "40000 40000")] {
        let setup = format!("echo '{range}' >/proc/sys/net/ipv4/ip_local_port_range # {name}");
        if in_namespace("namespace::a_connection_to_itself_is_nobody_listening", &setup) {
            // Once: the port is not free again for a minute.
            return assert_eq!(failure("127.0.0.1:40000"), (ConnectError::Refused, None));
        }
    }
}
