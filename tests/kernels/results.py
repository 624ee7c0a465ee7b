#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints what the kernels said as TAP, and writes the matrix: results.py tests/kernels RESULTS [docs/kernels.md [--whole]]

--whole: nothing of what the matrix had before is kept. RESULTS has NAME.result (the lines of tests/kernels/inside) or NAME.skipped (why it could not be had) of each kernel.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import sys
from collections import Counter

import matrix

TEST = re.compile(r"(not ok|ok) (\d+)(?: - | )(.*)")
CHANGE = re.compile(r"# change (\S+) (\S+), (.*): (differs|the same)$")
PROBED = re.compile(r"# (facts probed|before a change|not probed): (\d+)$")
# With so many kernels a change of the catalogue is older than some, and must be seen on one of these.
ENOUGH = 5
TIMED_OUT = 124  # timeout(1)'s


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
    slow: str | None = None  # why that is no failure
    missing: list[str] = dataclasses.field(default_factory=list)
    suites: list[Suite] = dataclasses.field(default_factory=list)
    changes: dict[tuple[str, str, str], bool] = dataclasses.field(default_factory=dict)  # version, option, facts: seen
    facts: dict[str, int] = dataclasses.field(default_factory=dict)


def table(path: pathlib.Path) -> list[list[str]]:
    """The words of each line that is no comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split(None, 2) for line in lines if line.strip() and not line.startswith("#")]


def add_line(suite: Suite, said: list[str], line: str) -> list[str]:
    """A line of TAP. `probe --tap` explains before the line of the test, bats behind it. @return what is not placed yet"""
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
        if word == "slow" and rest.isdigit():
            kernel.slow = f"it did not get to its end in {rest} s"
        elif suite and word == "end" and rest.startswith(suite.name + " "):
            suite.status, suite.seconds = (int(number) for number in rest.split()[1:])
            suite.ended, suite = True, None
        elif suite and (change := CHANGE.match(line)):
            kernel.changes[change[1], change[2], change[3]] = change[4] == "differs"
        elif suite and (probed := PROBED.match(line)):
            kernel.facts[probed[1]] = int(probed[2])
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
    if not finished and not kernel.why and not kernel.slow:
        kernel.why = "it did not get to the end of its tests"
    return kernel


def verdicts(kernel: Kernel) -> list[Test]:
    """The suites' tests (of the catalogue's many those that failed), that each suite, and the kernel, got to its end."""
    tests = []
    for suite in kernel.suites:
        if suite.name == "catalog" and any(test.passed for test in suite.tests):
            tests.append(Test(f"{kernel.name} catalog: {kernel.facts.get('facts probed', 0)} facts probed", True, None, []))
        for test in suite.tests:
            if suite.name != "catalog" or not test.passed:
                tests.append(dataclasses.replace(test, name=f"{kernel.name} {suite.name}: {test.name}"))
        failed = not all(test.passed for test in suite.tests)
        if not suite.ended or not suite.tests or (suite.status and not failed):
            slow = kernel.slow if not suite.ended else None
            tests.append(Test(f"{kernel.name} {suite.name}: it ran to its end", slow is not None, slow, [f"# status {suite.status}"]))
    why = [f"# {kernel.why}"] if kernel.why else []
    tests.append(Test(f"{kernel.name}: booted {kernel.release}".rstrip(), not kernel.why, kernel.slow, why))
    return tests


def unseen_changes(kernels: list[Kernel], unseen: dict[tuple[str, str], str]) -> list[Test]:
    """What the catalogue calls a change, and no kernel that is older shows; unseen: why some are not."""
    probing = [kernel for kernel in kernels if kernel.facts]
    seen: dict[tuple[str, str, str], bool] = {}
    for kernel in probing:
        for change, differs in kernel.changes.items():
            seen[change] = seen.get(change, False) or differs
    if len(probing) < ENOUGH:
        return []
    tests = []
    for (version, option, facts), differs in sorted(seen.items()):
        why = unseen.get((version, option.rpartition(".")[2]))
        if not differs:
            tests.append(Test(f"{option} {facts}: something differs before {version}", why is not None, why,
                              ["# on all older kernels it is as the entry tells of the newer ones"]))
    return tests or [Test(f"each of {len(seen)} changes that the catalogue tells of was seen", True, None, [])]


def print_tap(kernels: list[Kernel], unseen: dict[tuple[str, str], str]) -> int:
    """@return the exit status"""
    tests = []
    for kernel in kernels:
        tests += verdicts(kernel) if kernel.release or kernel.slow else [Test(kernel.name, True, kernel.why, [])]
    tests += unseen_changes(kernels, unseen)
    count: Counter[str] = Counter()
    for number, test in enumerate(tests, 1):
        count["failed" if not test.passed else "passed" if test.skipped is None else "skipped"] += 1
        skip = "" if test.skipped is None else f" # SKIP {test.skipped}"
        print(f"{'ok' if test.passed else 'not ok'} {number} - {test.name}{skip}")
        if not test.passed:
            print(*test.said, sep="\n")
    print(f"1..{len(tests)}")
    for kernel in kernels:
        print(f"# {kernel.name}: " + (f"{kernel.release}, {sum(suite.seconds for suite in kernel.suites)} s" if kernel.release else kernel.why))
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    if count["failed"]:
        return 1
    return 0 if any(kernel.release for kernel in kernels) else 77


def reason_of(test: Test) -> str:
    """Why it was not run, without what differs from one run to the next."""
    reason = re.sub(r"^engine (\S+): sockopt: engine \S+ (is not to be had|cannot be used): ", r"engine \1: ", test.skipped or "")
    return re.sub(r"^sockopt: ", "", reason).replace("|", "\\|")


def cell(suite: Suite, kernel: Kernel) -> str:
    if not suite.ended or suite.status == TIMED_OUT:
        return "**did not end**"
    failed = sum(not test.passed for test in suite.tests)
    skipped = sum(test.passed and test.skipped is not None for test in suite.tests)
    passed = len(suite.tests) - failed - skipped
    parts = [f"{passed} ok" if passed else "", f"{skipped} declined" if skipped else ""]
    if suite.name == "catalog":
        probed, left = kernel.facts.get("facts probed", 0), kernel.facts.get("not probed", 0)
        parts = [f"{probed} of {probed + left} facts"]
    return ", ".join(part for part in [*parts, f"**{failed} failed**" if failed else ""] if part)


def declined(suite: Suite) -> list[str]:
    """How many, and why, of each reason."""
    reasons = Counter(reason_of(test) for test in suite.tests if test.passed and test.skipped)
    return [] if suite.name == "catalog" else [f"{count}: {reason}" for reason, count in reasons.items()]


def add_to(table_: matrix.Matrix, kernel: Kernel, whole: bool) -> None:
    """What this run saw of a kernel takes the place of what an earlier one saw; what it did not run, or not end, stays."""
    line = matrix.line_of(kernel.release)
    column = table_.columns.get(line)
    if not column or column.release != kernel.release:
        column = table_.columns[line] = matrix.Column(kernel.release)
    column.missing = ", ".join(kernel.missing)
    for suite in kernel.suites:
        if not suite.ended and not whole:
            continue
        column.cells[suite.name] = cell(suite, kernel)
        column.declined[suite.name] = declined(suite)
        if suite.name != "catalog" or not suite.ended:
            continue
        for seen in table_.differ.values():
            seen.discard(line)
        for (version, option, _), differs in kernel.changes.items():
            if differs:
                table_.differ.setdefault((option.rpartition(".")[2], version), set()).add(line)


def write_matrix(here: pathlib.Path, kernels: list[Kernel], path: pathlib.Path, whole: bool) -> None:
    table_ = matrix.Matrix() if whole else matrix.read(path)
    for kernel in kernels:
        if kernel.release:
            add_to(table_, kernel, whole)
    matrix.write(table_, path, [words[0] for words in table(here / "plan.txt")], here.parent.parent / "catalog")


def main() -> int:
    here, results = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    kernels = []
    for words in table(here / "kernels.txt"):
        if (results / f"{words[0]}.result").exists():
            kernels.append(read(words[0], results / f"{words[0]}.result"))
        elif (results / f"{words[0]}.skipped").exists():
            kernels.append(Kernel(words[0], why=(results / f"{words[0]}.skipped").read_text(encoding="utf-8").strip()))
    if len(sys.argv) > 3:
        write_matrix(here, kernels, pathlib.Path(sys.argv[3]), whole=sys.argv[4:] == ["--whole"])
    return print_tap(kernels, {(version, option): why for version, option, why in table(here / "unseen.txt")})


sys.exit(main())
