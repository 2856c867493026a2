#!/usr/bin/env python3
"""Makes the plans of tests/plan/real: for every case, the platform before, Terraform's plan, and the platform after.

Needs terraform, the AWS provider in a plugin folder, and moto (tests/aws/requirements.txt). All of it on loopback.
Usage: make.py --plugins FOLDER [CASE…]
"""
import argparse, json, os, pathlib, shutil, socket, subprocess, sys, tempfile, time

import boto3
import yaml

HERE = pathlib.Path(__file__).parent
REAL = HERE.parent / "real"
CALLS = [
    ("describe_network_interfaces", "NetworkInterfaces"),
    ("describe_instances", "Reservations"),
    ("describe_security_groups", "SecurityGroups"),
    ("describe_security_group_rules", "SecurityGroupRules"),
    ("describe_subnets", "Subnets"),
    ("describe_vpcs", "Vpcs"),
    ("describe_route_tables", "RouteTables"),
    ("describe_network_acls", "NetworkAcls"),
    ("describe_vpc_peering_connections", "VpcPeeringConnections"),
    ("describe_managed_prefix_lists", "PrefixLists"),
]


def client(port):
    return boto3.client("ec2", region_name="eu-west-1", endpoint_url=f"http://127.0.0.1:{port}",
                        aws_access_key_id="test", aws_secret_access_key="test")


def capture(port, folder):
    """What the AWS CLI would print, all of it in one file. moto's own default VPC is left out."""
    folder.mkdir(parents=True)
    ec2 = client(port)
    default = [it["VpcId"] for it in ec2.describe_vpcs()["Vpcs"] if it.get("IsDefault")]
    described = {}
    for call, key in CALLS:
        found = [it for it in getattr(ec2, call)()[key] if it.get("VpcId") not in default]
        if key == "PrefixLists":
            found = [it for it in found if not it.get("PrefixListName", "").startswith("com.amazonaws.")]
            for it in found:
                entries = ec2.get_managed_prefix_list_entries(PrefixListId=it["PrefixListId"])["Entries"]
                name = f"get-managed-prefix-list-entries.{it['PrefixListId']}.json"
                (folder / name).write_text(json.dumps({"Entries": entries}) + "\n")
        described[key] = found
    text = json.dumps(described, indent=1, default=str, sort_keys=True)
    (folder / "described.json").write_text(text + "\n")


def make(name, case, plugins):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = pathlib.Path(tempfile.mkdtemp())
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        (place / "rc").write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{plugins}"\n  }}\n}}\n'
                                  "disable_checkpoint = true\n")
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(place / "rc"), "TF_IN_AUTOMATION": "1"}

        def terraform(*arguments):
            done = subprocess.run(["terraform", *arguments], cwd=place, env=environment, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"{name}: terraform {arguments[0]}: {done.stdout}{done.stderr}")
            return done.stdout

        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        base = (HERE / "base.tf").read_text().replace("PORT", str(port)) + case.get("before", "")
        (place / "main.tf").write_text(base)
        for path, text in case.get("modules", {}).items():
            (place / path).mkdir()
            (place / path / "main.tf").write_text(text)
        terraform("init", "-input=false")
        terraform("apply", "-auto-approve", "-input=false", "-no-color")
        folder = REAL / name
        shutil.rmtree(folder, ignore_errors=True)
        capture(port, folder / "before")
        for old, new in case.get("replace", {}).items():
            if old not in base:
                raise SystemExit(f"{name}: nothing to replace: {old}")
            base = base.replace(old, new)
        (place / "main.tf").write_text(base + case.get("add", ""))
        terraform("init", "-input=false")
        terraform("plan", "-out=plan.bin", "-input=false", "-no-color", *case.get("arguments", []))
        plan = terraform("show", "-json", "plan.bin")
        (folder / "plan.json").write_text(plan)
        terraform("apply", "-input=false", "-no-color", "plan.bin")
        capture(port, folder / "after")
        print(name, "made")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(place)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plugins", required=True)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    cases = yaml.safe_load((HERE / "cases.yaml").read_text())
    for name, case in cases.items():
        if not options.cases or name in options.cases:
            make(name, case, options.plugins)


main()
