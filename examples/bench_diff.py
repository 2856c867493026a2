#!/usr/bin/env python3
"""Measures `reachgate diff` on two accounts of 300,000 rules each, and writes its section of docs/performance.md.

Run with a release build; the accounts are make_account.py's. Files alone are read, and nothing is sent.
"""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bench_static

ROOT = bench_static.ROOT
HEADING = "## What a change does"
WANTED = 3.0
TOUCHED = 21
DOCUMENT = "describe-security-groups.json"
OPENED = {"IpProtocol": "tcp", "FromPort": 2222, "ToPort": 2222, "IpRanges": [{"CidrIp": "192.0.2.0/24"}],
          "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}


def changed(folder, account, which):
    """The same account, one more rule in some of its groups."""
    place = folder / "snapshot"
    place.mkdir(parents=True, exist_ok=True)
    for path in (account / "snapshot").iterdir():
        # What an earlier run left may be of an account that was made anew since.
        (place / path.name).unlink(missing_ok=True)
        if path.name != DOCUMENT:
            os.link(path, place / path.name)
    document = json.loads((account / "snapshot" / DOCUMENT).read_text())
    groups = document["SecurityGroups"]
    for group in which(groups):
        group["IpPermissions"].append(OPENED)
    (place / DOCUMENT).write_text(json.dumps(document, indent=4))
    return folder


def is_cluster(group):
    return any(tag["Key"] == "aws:eks:cluster-name" for tag in group.get("Tags", []))


def cases(folder):
    account, size = bench_static.make(folder / "before", 1)

    def spread(groups):
        return groups[5::len(groups) // TOUCHED][:TOUCHED]

    return size, account, {
        "nothing changed": account,
        f"a rule more in each of {TOUCHED} groups": changed(folder / "groups", account, spread),
        "a rule more in the cluster's group, which 10,000 interfaces carry":
            changed(folder / "cluster", account, lambda groups: [it for it in groups if is_cluster(it)][:1]),
    }


def measure(options, account, after):
    def diff():
        command = ("diff", "--policy", str(account / "policy.yaml"), "--before", str(account / "snapshot"),
                   "--after", str(after / "snapshot"), "--format", "json")
        return bench_static.run(options.reachgate, *command)

    rounds = [diff() for _ in range(options.rounds)]
    opened = len(json.loads(rounds[0][3])["opened"])
    return [statistics.median(each[place] for each in rounds) for place in range(3)] + [opened]


def section(options, size, found):
    rows = "\n".join(
        f"| {name} | {wall:.2f} s | {processor:.2f} s | {resident / 1e6:.0f} MB | {opened} | "
        f"{'yes' if wall < WANTED else '**no**'} |" for name, (wall, processor, resident, opened) in found.items())
    return f"""{HEADING}

Measured on {datetime.date.today()} by `python3 examples/bench_diff.py`, with a release build without default features (files
only), {os.cpu_count()} cores: `reachgate diff` of two accounts of 20,000 interfaces, 5,000 security groups and 300,000 rules, {size / 1e6:.0f} MB
each as the AWS CLI prints it. Medians of {options.rounds} rounds; load average at the end {os.getloadavg()[0]:.1f}. Wanted are less than {WANTED:.0f} s
from the files to the verdict.

| | wall | processor | peak resident | opened | holds |
|---|---|---|---|---|---|
{rows}
"""


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reachgate", default=str(ROOT / "target/release/reachgate"))
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--keep", type=pathlib.Path, help="a folder to make the accounts in, and to leave")
    arguments.add_argument("--out", type=pathlib.Path, default=ROOT / "docs/performance.md")
    options = arguments.parse_args()
    # In memory where the machine has it there: a disk is not what is measured.
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        size, account, afters = cases(options.keep or pathlib.Path(folder))
        found = {name: measure(options, account, after) for name, after in afters.items()}
    text = section(options, size, found)
    print(text)
    bench_static.HEADING = HEADING
    options.out.write_text(bench_static.replace(options.out.read_text(), text))


if __name__ == "__main__":
    main()
