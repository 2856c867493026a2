#!/usr/bin/env python3
"""Times `reachgate lint` on a made pipeline: 5,000 jobs in 50 files.

    examples/bench_lint.py [--binary target/release/reachgate] [--jobs 5000] [--files 50] [--runs 9]

Every job has a script of its own, extends a template and names its tags in one of four ways; one in fifty has something
wrong. The lint is bound to one core. Prints the sizes, the findings and the times.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def job(number: int) -> str:
    tags = [
        "  tags: [small]\n",
        "  extends: .tagged\n",
        '  variables: { RUNNER: small }\n  tags: ["$RUNNER"]\n',
        "  <<: *small\n",
    ][number % 4]
    wrong = "    - ssh deploy@dev.cwiq.io systemctl restart app\n" if number % 50 == 0 else ""
    return (
        f"job-{number}:\n  stage: test\n{tags}"
        "  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n"
        "  script:\n"
        f"    - echo 'job {number} begins' && mkdir -p out/{number}\n"
        f"    - |\n      set -eu\n      for part in a b c; do\n        ./check --part \"$part\" --number {number} > out/{number}/$part.log\n"
        f"      done\n    - curl -fsS https://example.com/artifacts/{number}.tgz -o out/{number}.tgz\n{wrong}"
        f"  artifacts:\n    paths: [out/{number}]\n"
    )


def make(root: pathlib.Path, jobs: int, files: int) -> int:
    (root / "ci").mkdir()
    size = 0
    for index in range(files):
        text = ".small-%d: &small\n  tags: [small]\n\n" % index
        text += "".join(job(number) for number in range(index, jobs, files))
        (root / "ci" / f"part-{index:03}.yml").write_text(text)
        size += len(text)
    main = "include: ci/*.yml\nstages: [test]\ndefault:\n  tags: [small]\n.tagged:\n  tags: [small]\n"
    (root / ".gitlab-ci.yml").write_text(main)
    return size + len(main)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default="target/release/reachgate")
    options.add_argument("--jobs", type=int, default=5000)
    options.add_argument("--files", type=int, default=50)
    options.add_argument("--runs", type=int, default=9)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        size = make(root, given.jobs, given.files)
        command = [os.path.abspath(given.binary), "lint", "--format", "json", "."]
        core = {min(os.sched_getaffinity(0))}
        times = []
        for _ in range(given.runs):
            begin = time.monotonic()
            done = subprocess.run(command, cwd=root, capture_output=True, preexec_fn=lambda: os.sched_setaffinity(0, core))
            times.append((time.monotonic() - begin) * 1000)
            if done.returncode not in (0, 1, 3):
                sys.exit(done.stderr.decode())
        findings = json.loads(done.stdout)["findings"]
        print(f"{given.jobs} jobs in {given.files} files, {size / 1e6:.2f} MB, {len(findings)} findings")
        print(f"median {statistics.median(times):.0f} ms, best {min(times):.0f} ms, of {given.runs} runs on one core")


if __name__ == "__main__":
    main()
