#!/usr/bin/env python3
"""Measures the probe against single exchanges and against other tools, and writes docs/performance.md.

Run by `make bench`, in a pod of the lab (tests/lab/bench.yaml): real sshd, nginx and BIND behind a router.
All contenders take turns, round by round, so that whatever else the machine does meets all of them.
"""

import argparse
import concurrent.futures
import contextlib
import datetime
import json
import os
import pathlib
import platform
import socket
import ssl
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVER = os.environ.get("DEV_SERVER_IP", "10.1.20.15")
NAME_SERVER = "10.1.0.2"
CONTROL = "kubernetes.default.svc.cluster.local"
EXPORTER = "127.0.0.1:9115"
MANY = 1000

# What a platform engineer would write by hand, one check after another.
SCRIPT = f"""
set -e
[ -n "$(dig +short {CONTROL}. A)" ]
dig "$DEV_SERVER_MAGICDNS." A | grep -q 'status: NXDOMAIN'
dig "$DEV_SERVER_MAGICDNS." AAAA | grep -q 'status: NXDOMAIN'
[ -n "$(dig +short dev.cwiq.io. A)" ]
nc -z -w 3 {SERVER} 22
nc -z -w 3 {SERVER} 443
ssh-keyscan -T 3 -t ed25519 {SERVER} 2>/dev/null | grep -q ssh-ed25519
openssl s_client -connect {SERVER}:443 </dev/null 2>/dev/null | grep -q 'BEGIN CERTIFICATE'
"""

EXPORTER_CONFIG = {
    "modules": {
        "ssh": {"prober": "tcp", "timeout": "3s", "tcp": {"query_response": [{"expect": "^SSH-2.0-"}]}},
        "tls": {"prober": "tcp", "timeout": "3s", "tcp": {"tls": True, "tls_config": {"insecure_skip_verify": True}}},
        "dns": {
            "prober": "dns",
            "timeout": "3s",
            "dns": {"query_name": CONTROL, "query_type": "A", "preferred_ip_protocol": "ip4"},
        },
    }
}
EXPORTER_PROBES = [("ssh", f"{SERVER}:22"), ("tls", f"{SERVER}:443"), ("dns", NAME_SERVER)]


def timed(action):
    """Milliseconds that the action takes."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def run(*command, exits=(0,)):
    """Runs a command to its end; another exit than expected ends the bench."""
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode not in exits:
        sys.exit(f"{command}: exit {done.returncode}\n{done.stdout.decode()}\n{done.stderr.decode()}")


def receive(connection, length):
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        if not piece:
            sys.exit("the server closed the connection")
        data += piece
    return data


def exchange_ssh():
    """Connect, identification strings, the server's KEXINIT (RFC 4253)."""
    with socket.create_connection((SERVER, 22), timeout=3) as connection:
        connection.sendall(b"SSH-2.0-bench\r\n")
        while receive(connection, 1) != b"\n":
            pass
        (length,) = struct.unpack(">I", receive(connection, 4))
        receive(connection, length)


def exchange_tls(context):
    """Connect and a whole TLS handshake."""
    with socket.create_connection((SERVER, 443), timeout=3) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context.wrap_socket(connection).close()


def exchange_dns():
    """One question for A, and its answer (RFC 1035)."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in CONTROL.split("."))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(3)
        connection.sendto(b"\x12\x34\x01\x00\x00\x01\0\0\0\0\0\0" + labels + b"\0\0\1\0\1", (NAME_SERVER, 53))
        connection.recv(512)


def start_exporter(folder):
    """Starts the exporter and gives it when it answers."""
    config = folder / "blackbox.yml"
    config.write_text(json.dumps(EXPORTER_CONFIG))  # JSON is YAML
    exporter = subprocess.Popen(
        ["prometheus-blackbox-exporter", f"--config.file={config}", f"--web.listen-address={EXPORTER}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(tuple(EXPORTER.split(":")), timeout=1).close()
            return exporter
        except OSError:
            if time.monotonic() > deadline:
                sys.exit("the exporter does not start")
            time.sleep(0.001)


def scrape(pool):
    """All probes of the exporter at once, as Prometheus would have them."""

    def one(probe):
        module, target = probe
        url = f"http://{EXPORTER}/probe?module={module}&target={target}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            if b"\nprobe_success 1" not in answer.read():
                sys.exit(f"the exporter's probe {module} failed")

    list(pool.map(one, EXPORTER_PROBES))


def exporter_run(folder, pool):
    """Start, scrape, stop."""
    exporter = start_exporter(folder)
    scrape(pool)
    exporter.kill()
    exporter.wait()


@contextlib.contextmanager
def silent_resolver():
    """Makes Tailscale's resolver silent, as in a VPC: its packets go to a neighbour that is not there."""
    run("ip", "neigh", "add", "10.1.34.99", "lladdr", "02:00:00:00:00:99", "dev", "eth0", "nud", "permanent")
    run("ip", "route", "add", "100.100.100.100", "via", "10.1.34.99")
    yield
    run("ip", "route", "del", "100.100.100.100")


def silent_policy(folder, destinations):
    """A policy of that many destinations, each with two ports, none of which ever answers."""
    names = [f"silent-{number}" for number in range(destinations)]
    policy = {
        "version": 1,
        "name": f"silent-{destinations}",
        "networks": {"vpc": ["10.1.0.0/16"]},
        "sources": {"runners": {"subnets": ["10.1.34.0/24", "10.1.35.0/24"], "tailscale": "absent"}},
        "destinations": {
            name: {
                "address": f"10.1.{128 + number // 200}.{20 + number % 200}",
                "within": "vpc",
                "services": {"ssh": "22/ssh", "https": "443/tls"},
            }
            for number, name in enumerate(names)
        },
        "expect": [{"from": "runners", "to": name, "reach": ["ssh", "https"]} for name in names],
    }
    path = folder / f"silent-{destinations}.yaml"
    path.write_text(json.dumps(policy))
    return str(path)


def measure(contenders, rounds):
    """Times of each contender, milliseconds, all taking turns."""
    times = {name: [] for name in contenders}
    for action in contenders.values():
        action()  # once for the caches
    for _ in range(rounds):
        for name, action in contenders.items():
            times[name].append(timed(action))
    return times


def resident_megabytes(*command):
    """The largest resident set, by time(1), which is small itself."""
    done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, text=True, check=False)
    return int(done.stderr.strip().splitlines()[-1]) / 1024


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def row(label, times, against):
    middle = statistics.median(times)
    spread = statistics.quantiles(times, n=20)
    return f"| {label} | {middle:.1f} | {spread[0]:.1f} – {spread[-1]:.1f} | {middle / against:.2f} |"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reachgate", default=str(ROOT / "target/release/reachgate"))
    arguments.add_argument("--rounds", type=int, default=40)
    arguments.add_argument("--rounds-silent", type=int, default=30)
    arguments.add_argument("--out", type=pathlib.Path, default=ROOT / "docs/performance.md")
    options = arguments.parse_args()
    reachgate = options.reachgate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    pool = concurrent.futures.ThreadPoolExecutor(len(EXPORTER_PROBES))

    with tempfile.TemporaryDirectory(dir="/run/lab") as name:
        folder = pathlib.Path(name)
        times = measure(
            {
                "ssh": exchange_ssh,
                "tls": lambda: exchange_tls(context),
                "dns": exchange_dns,
                "reachgate": lambda: run(reachgate, "probe", "--format", "json"),
                "nmap": lambda: run("nmap", "-n", "-Pn", "-sT", "-p22,443", SERVER),
                "script": lambda: run("bash", "-c", SCRIPT),
                "exporter": lambda: exporter_run(folder, pool),
            },
            options.rounds,
        )
        exporter = start_exporter(folder)
        times |= measure(
            {"scrape": lambda: scrape(pool), "beside": lambda: run(reachgate, "probe", "--format", "json")},
            options.rounds,
        )
        exporter.kill()
        exporter.wait()
        with silent_resolver():
            times |= measure({"vpc": lambda: run(reachgate, "probe", "--format", "json")}, options.rounds)
        one, many = (silent_policy(folder, count) for count in (1, MANY))
        silent = {
            label: lambda path=path: run(reachgate, "probe", "--format", "json", "--policy", path, exits=(1,))
            for label, path in (("one", one), ("many", many))
        }
        times |= measure(silent, options.rounds_silent)
        resident = resident_megabytes(reachgate, "probe", "--format", "json")
        resident_many = resident_megabytes(reachgate, "probe", "--format", "json", "--policy", many)
    write(options, times, (resident, resident_many))


def write(options, times, resident):
    middle = {name: statistics.median(values) for name, values in times.items()}
    slowest = max(("ssh", "tls", "dns"), key=middle.get)
    labels = {
        "ssh": "SSH greeting and KEXINIT, alone",
        "tls": "TLS handshake, alone",
        "dns": "DNS answer, alone",
        "reachgate": "**reachgate probe**, whole process",
        "vpc": "reachgate probe, whole process, Tailscale's resolver silent",
        "nmap": "`nmap -n -Pn -sT -p22,443`",
        "script": "shell script: dig, nc, ssh-keyscan, openssl",
        "exporter": "blackbox exporter: start, three probes at once",
        "scrape": "blackbox exporter: three probes at once, already running",
    }
    base = middle["reachgate"]
    load = os.getloadavg()[0]
    table = "\n".join(row(label, times[name], base) for name, label in labels.items())
    size = os.stat(options.reachgate).st_size / 1e6
    silent = "\n".join(
        f"| {label} | {middle[name]:.0f} | {middle[name] - 3000:+.0f} |"
        for name, label in (("one", "1 destination, 2 ports"), ("many", f"{MANY:,} destinations, {2 * MANY:,} ports"))
    )
    text = f"""# Performance

Measured on {datetime.date.today()} by `make bench`: {processor()}, {os.cpu_count()} cores, Linux {platform.release()};
{options.rounds} rounds ({options.rounds_silent} for the silent ones), all contenders taking turns; load average at the end
{load:.1f}. The probe is the release build without default features, in a pod of the lab; sshd, nginx and BIND are real
and one router away.

## All is well

| | median, ms | 5 % – 95 %, ms | times the probe's |
|---|---|---|---|
{table}

The probe's whole process takes {base / middle[slowest]:.2f} times its slowest single exchange ({slowest.upper()}), which it cannot
be faster than. The exchanges are timed inside a running process, connect included. Nmap connects and asks for no
greeting; the exporter's probes read the SSH banner, not the key exchange, and ask one DNS question. The lab's router
says at once that Tailscale's resolver is not there; a VPC drops the question in silence, which the probe waits out.

## Nothing answers

| | median, ms | over the deadline of 3,000 ms |
|---|---|---|
{silent}

## Size

| | MB |
|---|---|
| the binary, stripped | {size:.1f} |
| resident, all is well | {resident[0]:.1f} |
| resident, {MANY:,} silent destinations | {resident[1]:.1f} |
"""
    options.out.write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
