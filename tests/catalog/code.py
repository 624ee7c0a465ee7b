#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the lines of C that explain prints, those with the same headers together.

usage: code.py SOCKOPT CC [ARGUMENT...]

Not asked of an option that is newer than the installed headers of the kernel, nor where a header is not installed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from headers import HEADERS

Entry = dict[str, Any]


def compiles(command: list[str], source: str) -> str:
    """@return what the compiler says against it"""
    done = subprocess.run([*command, "-std=gnu17", "-Wall", "-Werror", "-Wno-unused", "-fsyntax-only", "-x", "c", "-"],
                          input=source, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return done.stderr if done.returncode else ""


def kernel_of_headers(command: list[str]) -> tuple[int, ...]:
    done = subprocess.run([*command, "-E", "-P", "-x", "c", "-"], input="#include <linux/version.h>\nLINUX_VERSION_CODE\n",
                          capture_output=True, text=True, check=True)
    code = int(done.stdout.split()[-1])
    return code >> 16, code >> 8 & 255


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")[:2]))


def function(entry: Entry, index: int) -> str:
    body = "\n".join(line for line in entry["code"]["c"].splitlines() if not line.startswith("#"))
    return f"void option_{index}(int fd)\n{{\n{body}\n}}\n"


def headers_of(entry: Entry) -> str:
    return "".join(f"{line}\n" for line in entry["code"]["c"].splitlines() if line.startswith("#"))


def check(command: list[str], head: str, entries: list[Entry]) -> list[str]:
    said = compiles(command, head + "".join(function(entry, index) for index, entry in enumerate(entries)))
    if not said:
        return []
    absent = re.search(r"(\S+): No such file", said)
    if absent and absent[1] in HEADERS:
        print(f"no <{absent[1]}> here: {' '.join(entry['name'] for entry in entries)}")
        return []
    if len(entries) == 1:
        return [f"{entries[0]['level']} {entries[0]['name']}:\n{entries[0]['code']['c']}\n{said}"]
    return [problem for entry in entries for problem in check(command, head, [entry])]


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    sockopt, *command = sys.argv[1:]
    lines = subprocess.run([sockopt, "explain", "--json"], capture_output=True, text=True, check=True).stdout.splitlines()
    entries = [entry for entry in map(json.loads, lines) if entry["code"]]
    newest = kernel_of_headers(command)
    newer = [entry["name"] for entry in entries if version(entry["since"]) > newest]
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if version(entry["since"]) <= newest:
            groups.setdefault(headers_of(entry), []).append(entry)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for found in pool.map(lambda group: check(command, *group), groups.items()) for problem in found]
    print(f"{len(entries) - len(newer)} options in {len(groups)} groups; newer than these headers: {' '.join(newer)}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
