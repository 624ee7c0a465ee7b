#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the BPF programs, maps and links of sockopt's names in the kernel that no process has a descriptor of."""
import json
import pathlib
import re
import subprocess

NAMES = re.compile(r"tell_(descriptor|tcp|udp|unix)|change_(tcp|udp)|counted$|changes$|sockets_\.|change_b\.")


def listed(kind):
    done = subprocess.run(["bpftool", "-j", kind, "list"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout or "[]")


def held(kind):
    """The numbers that descriptors of processes stand for."""
    found = set()
    for info in pathlib.Path("/proc").glob("[0-9]*/fdinfo/*"):
        try:
            found |= {int(number) for number in re.findall(rf"^{kind}_id:\s*(\d+)", info.read_text(), re.M)}
        except OSError:
            continue
    return found


def main():
    programs = {program["id"] for program in listed("prog") if NAMES.match(program.get("name", ""))}
    ours = {"prog": programs,
            "map": {one["id"] for one in listed("map") if NAMES.match(one.get("name", ""))},
            "link": {link["id"] for link in listed("link") if link.get("prog_id") in programs}}
    for kind, numbers in ours.items():
        for number in sorted(numbers - held(kind)):
            print(f"{kind} {number} is left in the kernel")


main()
