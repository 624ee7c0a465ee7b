#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints what the kernels said as TAP, and writes the matrix: results.py tests/kernels RESULTS [docs/kernels.md]

RESULTS has NAME.result (the lines of tests/kernels/inside) or NAME.skipped (why it could not be had) of each kernel.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import sys

TEST = re.compile(r"(not ok|ok) (\d+)(?: - | )(.*)")


@dataclasses.dataclass
class Test:
    name: str
    passed: bool
    skipped: str | None
    said: list[str]


@dataclasses.dataclass
class Suite:
    name: str
    tests: list[Test]
    seconds: int = 0
    ended: bool = False
    status: int = 0


@dataclasses.dataclass
class Kernel:
    name: str
    release: str = ""
    why: str = ""  # it could not be had, or did not get to its end
    missing: list[str] = dataclasses.field(default_factory=list)
    suites: list[Suite] = dataclasses.field(default_factory=list)


def table(path: pathlib.Path) -> list[list[str]]:
    """The words of each line that is no comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split(None, 2) for line in lines if line.strip() and not line.startswith("#")]


def add_line(suite: Suite, said: list[str], line: str) -> list[str]:
    """A line of TAP. catalog-walk explains before the line of the test, bats behind it. @return what is not placed yet"""
    match = TEST.match(line)
    if not match:
        if line.startswith("# "):
            if suite.name != "catalog" and suite.tests:
                suite.tests[-1].said.append(line)
            else:
                said.append(line)
        return said
    name, _, skip = match[3].partition(" # ")
    skipped = skip.split(" ", 1)[-1] if skip.lower().startswith("skip") else None
    suite.tests.append(Test(name, match[1] == "ok", skipped, said))
    return []


def read(name: str, path: pathlib.Path) -> Kernel:
    kernel = Kernel(name)
    suite = None
    said: list[str] = []
    finished = False
    for line in path.read_text(encoding="utf-8", errors="replace").replace("\r", "").splitlines():
        word, _, rest = line.partition(" ")
        if suite and word == "end" and rest.startswith(suite.name + " "):
            suite.status, suite.seconds = (int(number) for number in rest.split()[1:])
            suite.ended, suite = True, None
        elif suite:
            said = add_line(suite, said, line)
        elif word == "kernel":
            kernel.release = rest
        elif word == "module":
            kernel.missing.append(rest.split()[0])
        elif word == "suite":
            suite, said = Suite(rest, []), []
            kernel.suites.append(suite)
        elif word == "done":
            finished = True
        elif word == "boot":
            kernel.why = line
    if not finished and not kernel.why:
        kernel.why = "it did not get to the end of its tests"
    return kernel


def verdicts(kernel: Kernel) -> list[Test]:
    """The suites' tests, and that each suite, and the kernel, got to its end."""
    tests = []
    for suite in kernel.suites:
        for test in suite.tests:
            tests.append(dataclasses.replace(test, name=f"{kernel.name} {suite.name}: {test.name}"))
        failed = not all(test.passed for test in suite.tests)
        if not suite.ended or not suite.tests or (suite.status and not failed):
            tests.append(Test(f"{kernel.name} {suite.name}: it ran to its end", False, None, [f"# status {suite.status}"]))
    tests.append(Test(f"{kernel.name}: booted {kernel.release}", not kernel.why, None, [f"# {kernel.why}"] if kernel.why else []))
    return tests


def print_tap(kernels: list[Kernel]) -> int:
    """@return the exit status"""
    number = {"passed": 0, "failed": 0, "skipped": 0}
    count = 0
    for kernel in kernels:
        if not kernel.release and kernel.why and not kernel.suites:
            count += 1
            number["skipped"] += 1
            print(f"ok {count} - {kernel.name} # SKIP {kernel.why}")
            continue
        for test in verdicts(kernel):
            count += 1
            outcome = "failed" if not test.passed else "passed" if test.skipped is None else "skipped"
            number[outcome] += 1
            print(("ok" if test.passed else "not ok"), count, "-", test.name, f"# SKIP {test.skipped}" if test.skipped else "")
            if not test.passed:
                print(*test.said, sep="\n")
    print(f"1..{count}")
    seconds = "; ".join(f"{kernel.release}: {sum(suite.seconds for suite in kernel.suites)} s" for kernel in kernels if kernel.release)
    print(f"# {seconds}")
    print(f"{number['passed']} passed, {number['failed']} failed, {number['skipped']} skipped")
    if number["failed"]:
        return 1
    return 0 if any(kernel.release for kernel in kernels) else 77


def main() -> int:
    here, results = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    kernels = []
    for words in table(here / "kernels.txt"):
        if (results / f"{words[0]}.result").exists():
            kernels.append(read(words[0], results / f"{words[0]}.result"))
        elif (results / f"{words[0]}.skipped").exists():
            kernels.append(Kernel(words[0], why=(results / f"{words[0]}.skipped").read_text(encoding="utf-8").strip()))
    return print_tap(kernels)


sys.exit(main())
