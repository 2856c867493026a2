"""Reads reports as others do, and prints what it made of them as JSON.

    check_formats.py FOLDER

The folder has a file for each format, named by its word. Fails where the readers fail, and names the reader.
"""

import io
import json
import sys
from pathlib import Path

import dotenv
from jsonschema import Draft7Validator
from junitparser import JUnitXml
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus_text
from sarif_kit.validate import validation_errors

# GitLab's own checks of a job's annotations and of a Code Quality problem, as its docs tell them:
# https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsannotations
# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
LINK = {
    "type": "object",
    "required": ["label", "url"],
    "properties": {"label": {"type": "string", "minLength": 1}, "url": {"type": "string", "pattern": "^https?://."}},
    "additionalProperties": False,
}
ANNOTATIONS = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"minLength": 1, "maxLength": 255},
    "additionalProperties": {
        "type": "array",
        "maxItems": 1000,
        "items": {
            "type": "object",
            "required": ["external_link"],
            "properties": {"external_link": LINK},
            "additionalProperties": False,
        },
    },
}
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!/|\.{1,2}(/|$))[^\n]+$"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def refuse(path, reader, why):
    sys.exit(f"{path}: {reader}: {why}")


def read_text(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def read_junit(path):
    report = JUnitXml.fromfile(path)
    cases = {}
    for suite in report:
        for case in suite:
            if case.name in cases:
                refuse(path, "junitparser", f"the name {case.name!r} comes twice")
            if len(case.result) > 1:
                refuse(path, "junitparser", f"{case.name!r} has more than one outcome")
            result = case.result[0] if case.result else None
            # GitLab shows what is in the element, not its message.
            if result is not None and not (result.text or "").strip():
                refuse(path, "junitparser", f"{case.name!r} has an outcome with nothing in it")
            cases[case.name] = {
                "classname": case.classname,
                "outcome": type(result).__name__ if result is not None else "Passed",
                "content": result.text if result is not None else case.system_out,
            }
    told = (report.tests, report.failures, report.errors, report.skipped)
    report.update_statistics()
    counted = (report.tests, report.failures, report.errors, report.skipped)
    if told != counted:
        refuse(path, "junitparser", f"says {told} tests, failures, errors, skipped; has {counted}")
    tests, failures, errors, skipped = counted
    return {"tests": tests, "failures": failures, "errors": errors, "skipped": skipped, "cases": cases}


def samples(families):
    return {
        family.name: [{"labels": sample.labels, "value": sample.value} for sample in family.samples]
        for family in families
    }


def read_openmetrics(path):
    text = read_text(path)
    if not text.endswith("# EOF\n"):
        refuse(path, "OpenMetrics 1.0", "does not end in # EOF")
    read = samples(openmetrics.text_string_to_metric_families(text))
    # The older text format too, which the textfile collector and the Pushgateway read.
    if samples(parse_prometheus_text(text)) != read:
        refuse(path, "prometheus_client", "Prometheus's older text format gives other samples")
    return read


def read_sarif(path):
    log = json.loads(read_text(path))
    for error in validation_errors(log):
        refuse(path, "OASIS's schema of SARIF 2.1.0", error)
    run = log["runs"][0]
    return {
        "rules": [rule["id"] for rule in run["tool"]["driver"]["rules"]],
        "results": [[it["ruleId"], it["kind"], it["level"]] for it in run["results"]],
    }


def read_by_schema(path, schema):
    read = json.loads(read_text(path))
    for error in Draft7Validator(schema).iter_errors(read):
        refuse(path, "GitLab's rules", f"{error.json_path}: {error.message}")
    return read


def read_code_quality(path):
    problems = read_by_schema(path, CODE_QUALITY)
    # GitLab drops a problem whose fingerprint came before.
    if len({problem["fingerprint"] for problem in problems}) != len(problems):
        refuse(path, "GitLab's rules", "a fingerprint comes twice")
    return problems


def read_dotenv(path):
    text = read_text(path)
    read = dict(dotenv.dotenv_values(stream=io.StringIO(text), interpolate=True))
    # GitLab reads no quotes, comments or continued lines: it takes what is left and right of the first "=".
    gitlab = dict(line.split("=", 1) for line in text.splitlines())
    if read != gitlab:
        refuse(path, "python-dotenv", f"reads {read}, and GitLab {gitlab}")
    return read


READERS = {
    "junit": read_junit,
    "openmetrics": read_openmetrics,
    "sarif": read_sarif,
    "code-quality": read_code_quality,
    "annotations": lambda path: read_by_schema(path, ANNOTATIONS),
    "dotenv": read_dotenv,
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    json.dump({word: read(folder / word) for word, read in READERS.items()}, sys.stdout)
