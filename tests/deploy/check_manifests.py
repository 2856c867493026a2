"""Reads a JSON list of texts, each with Kubernetes objects in YAML, on standard input. Holds the objects against
Kubernetes' own schemas, unknown fields refused, and prints a list of {"objects": [...], "faults": [...]}, one a text.
The version, such as 1.31, is the argument."""

import json
import sys

import kubernetes_validate
import yaml


def check(text, version):
    objects = [it for it in yaml.safe_load_all(text) if it is not None]
    faults = []
    for it in objects:
        try:
            held = kubernetes_validate.validate(it, version, strict=True)
            # Without the schemas of the version that was asked for it takes another's.
            if str(held) != version:
                faults.append(f"held against {held}")
        except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as fault:
            faults.append(f"{it.get('kind')}: {fault}")
    return {"objects": objects, "faults": faults}


json.dump([check(text, sys.argv[1]) for text in json.load(sys.stdin)], sys.stdout)
