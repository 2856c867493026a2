"""Holds calls against AWS's own model of EC2, as botocore carries it: filters, page sizes, parameters.

Reads form bodies from standard input, one a line; prints what the model does not have.
"""

import re
import sys
import urllib.parse

import botocore.session

MODEL = botocore.session.get_session().get_service_model("ec2")
VALUES = 200  # of one filter


def faults(form):
    action = form.pop("Action")
    members = MODEL.operation_model(action).input_shape.members
    parameters = {"Version"}
    for key, shape in members.items():
        name = shape.serialization.get("name", key)
        parameters.add(shape.serialization.get("queryName", name[0].upper() + name[1:]))
    for key, value in form.items():
        head = key.split(".")[0]
        if head not in parameters:
            yield f"{action} has no {head}"
        if re.fullmatch(r"Filter\.\d+\.Name", key):
            # The documentation alone lists the names.
            documented = re.findall(r"<code>([^<]+)</code>", members["Filters"].documentation)
            documented = {name.split("<")[0].strip(":") for name in documented}
            if value not in documented and not (value.startswith("tag:") and "tag" in documented):
                yield f"{action} has no filter {value}"
        if key == "MaxResults":
            limits = members["MaxResults"].metadata
            if not limits.get("min", 5) <= int(value) <= limits.get("max", 1000):
                yield f"{action} takes no {value} results, but {limits}"
    values = [key for key in form if re.fullmatch(r"Filter\.\d+\.Value\.\d+", key)]
    if len(values) > VALUES:
        yield f"{action} is given {len(values)} values"


calls = [dict(urllib.parse.parse_qsl(line.strip())) for line in sys.stdin if line.strip()]
found = sorted({fault for call in calls for fault in faults(call)})
print("\n".join(found), end="")
sys.exit(bool(found) or not calls)
