#!/usr/bin/env python3
"""Measures the static mode on accounts made by make_account.py, and writes its section of docs/performance.md.

Run by `make bench`, after bench.py, which writes the rest. Files alone are read, and nothing is sent.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADING = "## Static mode"
# Makes some 1 MB.
SMALL = 0.0031
ALONE = 10_000


def make(folder, scale, *options):
    """An account's folder and the size of its documents, bytes."""
    command = [sys.executable, str(ROOT / "examples/make_account.py"), "--scale", str(scale), *options, str(folder)]
    subprocess.run(command, check=True)
    return folder, sum(path.stat().st_size for path in (folder / "snapshot").iterdir())


def run(*command):
    """Wall time, processor time, both in seconds, and peak resident set, bytes, of a command that must pass."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command}: exit {child.returncode}\n{output.decode()}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output


def parts(timer, folder):
    return json.loads(run(timer, str(folder / "policy.yaml"), str(folder / "snapshot"))[3])


def measure(options, folder):
    """All figures; the accounts of both sizes take turns, so that whatever else the machine does meets both."""
    one, size_one = make(folder / "one", 1)
    two, size_two = make(folder / "two", 2)
    alone, _ = make(folder / "alone", 1, "--pools", str(ALONE))
    small, size_small = make(folder / "small", SMALL)

    def static(account):
        command = ("static", "--policy", str(account / "policy.yaml"), "--snapshot", str(account / "snapshot"))
        return run(options.reachgate, *command, "--format", "json")

    def path():
        ends = ("--from", "10.2.0.16", "--to", "10.1.20.15", "--port", "22")
        return run(options.reachgate, "path", *ends, "--snapshot", str(small / "snapshot"))

    figures = {name: [] for name in ("one", "two", "whole_one", "whole_two", "alone", "path")}
    path()  # once for the caches
    for _ in range(options.rounds):
        figures["one"].append(parts(options.timer, one))
        figures["two"].append(parts(options.timer, two))
        figures["alone"].append(parts(options.timer, alone))
        figures["whole_one"].append(static(one))
        figures["whole_two"].append(static(two))
    for _ in range(options.rounds_path):
        figures["path"].append(path()[0])

    def middle(name, part, clock="processor"):
        return statistics.median(found[part][clock] for found in figures[name])

    def whole(name, place):
        return statistics.median(found[place] for found in figures[name])

    return {
        "bytes": (size_one, size_two, size_small),
        "read": size_one / 1e6 / middle("one", "read"),
        "index": middle("one", "index") * 1000,
        "judge": middle("one", "judge") * 1000,
        "judge_alone": middle("alone", "judge") * 1000,
        "whole": whole("whole_one", 0),
        "whole_processor": whole("whole_one", 1),
        "resident": whole("whole_one", 2),
        "doubling": whole("whole_two", 1) / whole("whole_one", 1),
        "path": statistics.median(figures["path"]) * 1000,
    }


def section(options, found):
    one, two, small = (size / 1e6 for size in found["bytes"])
    resident = found["resident"] / found["bytes"][0]
    double = two / one
    rows = [
        ("reading, of JSON a core", "250 MB/s or more", f"{found['read']:.0f} MB/s", found["read"] >= 250),
        ("evaluating 10,000 runner interfaces × 2 services", "under 1 s", f"{found['judge']:.0f} ms",
         found["judge"] < 1000),
        ("the same, the groups of every node different", "under 1 s",
         f"{found['judge_alone']:.0f} ms", found["judge_alone"] < 1000),
        ("peak resident, of the JSON's size", "2 times or less", f"{resident:.2f} times", resident <= 2),
        (f"the account doubled ({double:.2f} times the JSON), processor time", f"{double:.2f} times or less",
         f"{found['doubling']:.2f} times", round(found["doubling"], 2) <= round(double, 2)),
        (f"`reachgate path` on {small:.1f} MB, whole process", "under 30 ms", f"{found['path']:.1f} ms",
         found["path"] < 30),
    ]
    table = "\n".join(f"| {what} | {wanted} | {got} | {'yes' if holds else '**no**'} |"
                      for what, wanted, got, holds in rows)
    return f"""{HEADING}

Measured on {datetime.date.today()} by `examples/bench_static.py`, with the release build without default features (files
only), on an account that `examples/make_account.py` makes: 20,000 interfaces, 5,000 security groups, 300,000 rules,
{one:.0f} MB as the AWS CLI prints it, 10,000 of the interfaces in the policy's runner subnets, every expectation met.
Medians of {options.rounds} rounds ({options.rounds_path} for `path`); load average at the end {os.getloadavg()[0]:.1f}.

| | wanted | measured | holds |
|---|---|---|---|
{table}

From the files to the verdict, the whole process of `reachgate static`: {found['whole']:.2f} s, of which
{found['whole_processor']:.2f} s are its processor's. It uses one core. Reading and evaluating are timed inside one process
(`examples/time_static.rs`), by its processor time, the system's part of it included: reading is from the files to the
snapshot; evaluating is all of the policy's judgement, its review too, after {found['index']:.0f} ms of indexing. What
doubles is the whole process's processor time.
"""


def replace(text, new):
    """The document with this section, and no other of its name, at its end or where it was."""
    had = re.compile(rf"^{re.escape(HEADING)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if had.search(text):
        return had.sub(lambda _: new, text, count=1)
    return text.rstrip("\n") + "\n\n" + new


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reachgate", default=str(ROOT / "target/release/reachgate"))
    arguments.add_argument("--timer", default=str(ROOT / "target/release/examples/time_static"))
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--rounds-path", type=int, default=30)
    arguments.add_argument("--out", type=pathlib.Path, default=ROOT / "docs/performance.md")
    options = arguments.parse_args()
    # In memory where the machine has it there: a disk is not what is measured.
    with tempfile.TemporaryDirectory() as folder:
        new = section(options, measure(options, pathlib.Path(folder)))
    options.out.write_text(replace(options.out.read_text(), new))
    sys.stdout.write(new)


if __name__ == "__main__":
    main()
