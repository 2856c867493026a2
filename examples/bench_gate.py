#!/usr/bin/env python3
"""Measures the gate against each of its halves alone, and writes its section of docs/performance.md.

Run in a pod of the lab with AWS's configuration behind moto's EC2 API, after bench_static.py:
cargo test --test gate -- --enter all-well 0 python3 "$PWD/examples/bench_gate.py"
The three take turns, round by round, so that whatever else the machine does meets all of them.
"""

import argparse
import datetime
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADING = "## The gate"
WANTED = 1.2


# What each gate is asked, so that each half is the slower one once.
QUESTIONS = {
    "everything": [],
    "`--skip dns`": ["--skip", "dns"],
}


def run(program, command, options):
    """How long a run takes that has to pass, seconds."""
    began = time.perf_counter()
    done = subprocess.run(
        [program, command, "--format", "json", *options], capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return took


def row(program, rounds, name, options):
    """A row of the table, and how the gate compares with the slower half."""
    taken = {"probe": [], "static": [], "gate": []}
    for command in taken:
        run(program, command, options)
    for _ in range(rounds):
        for command, times in taken.items():
            times.append(run(program, command, options))
    median = {command: statistics.median(times) * 1000 for command, times in taken.items()}
    ratio = median["gate"] / max(median["probe"], median["static"])
    cells = []
    for command, times in taken.items():
        low, *_, high = statistics.quantiles(times, n=20)
        cells.append(f"{median[command]:.0f} ({low * 1000:.0f} – {high * 1000:.0f})")
    return f"| {name} | {' | '.join(cells)} | {ratio:.2f} |", ratio


def section(program, rounds, build):
    rows = [row(program, rounds, name, options) for name, options in QUESTIONS.items()]
    holds = all(ratio <= WANTED for _, ratio in rows)
    return "\n".join([
        HEADING, "",
        f"Measured on {datetime.date.today()} by `examples/bench_gate.py` with {build}, in a pod of the lab:",
        "two services, all is well, AWS's configuration read live from a moto server on the same machine;",
        f"{rounds} rounds, all three taking turns; load average at the end {os.getloadavg()[0]:.1f}.", "",
        "| asked, whole process, median (5 % – 95 %), ms | probe | static | gate | times the slower half |",
        "|---|---|---|---|---|", *(row for row, _ in rows), "",
        f"Wanted are {WANTED} times or less: {'it holds' if holds else '**it does not hold**'}. Both halves run at once, so what the "
        "gate adds is judging the",
        "pod's own paths and joining. With everything asked the probe waits out Tailscale's resolver, which is silent; without",
        "names AWS is the slower half. Measured again by",
        "`cargo test --test gate -- --enter all-well 0 python3 \"$PWD/examples/bench_gate.py\"`.",
        ""])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", default=str(ROOT / "target/release/reachgate"))
    arguments.add_argument("--build", default="the release build")
    arguments.add_argument("--rounds", type=int, default=40)
    arguments.add_argument("--out", type=pathlib.Path, default=ROOT / "docs/performance.md")
    options = arguments.parse_args()
    text = section(options.program, options.rounds, options.build)
    page = options.out.read_text(encoding="utf-8")
    page = re.sub(rf"\n*{HEADING}\n.*?(?=\n## |\Z)", "", page, flags=re.DOTALL).rstrip("\n")
    options.out.write_text(f"{page}\n\n{text}", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
