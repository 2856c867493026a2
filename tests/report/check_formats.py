"""Reads a JUnit and an OpenMetrics file as others do, and prints what it made of them as JSON.

    check_formats.py JUNIT OPENMETRICS

Fails where the readers fail: `junitparser` on XML that is not well formed, `prometheus_client`'s strict
OpenMetrics parser on any breach of the format.
"""

import json
import sys

from junitparser import JUnitXml
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus_text


def read_junit(path):
    report = JUnitXml.fromfile(path)
    cases = {}
    for suite in report:
        for case in suite:
            if case.name in cases:
                sys.exit(f"{path}: the name {case.name!r} comes twice")
            result = case.result[0] if case.result else None
            cases[case.name] = {
                "classname": case.classname,
                "outcome": type(result).__name__ if result is not None else "Passed",
                "content": result.text if result is not None else case.system_out,
            }
    told = (report.tests, report.failures, report.errors, report.skipped)
    report.update_statistics()
    counted = (report.tests, report.failures, report.errors, report.skipped)
    if told != counted:
        sys.exit(f"{path}: says {told} tests, failures, errors, skipped; has {counted}")
    tests, failures, errors, skipped = counted
    return {"tests": tests, "failures": failures, "errors": errors, "skipped": skipped, "cases": cases}


def samples(families):
    return {
        family.name: [{"labels": sample.labels, "value": sample.value} for sample in family.samples]
        for family in families
    }


def read_openmetrics(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    read = samples(openmetrics.text_string_to_metric_families(text))
    # The older text format too, which the textfile collector and the Pushgateway read.
    if samples(parse_prometheus_text(text)) != read:
        sys.exit(f"{path}: Prometheus's older text format gives other samples")
    return read


if __name__ == "__main__":
    junit, metrics = sys.argv[1:]
    json.dump({"junit": read_junit(junit), "openmetrics": read_openmetrics(metrics)}, sys.stdout)
